"""Text that is being edited: as many characters as there are, none of them hidden."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from tui.terminal.safe_text import HIDDEN
from tui.widgets.seen_text import seen_text

any_text = st.text(
    st.sampled_from("ae\u0301\u0308\u1ab0\x1b\n\u202e界\U000e0041") | st.characters(exclude_categories=["Cs"])
)


@given(any_text, any_text)
def test_every_character_has_a_sign_and_the_beginning_stays(text: str, more: str) -> None:
    seen = seen_text(text + more)
    assert len(seen) == len(text + more)
    assert seen.startswith(seen_text(text))
    assert re.search(f"[{HIDDEN}]", seen) is None


def test_many_marks_in_a_row_are_signs() -> None:
    seen = seen_text("e" + "\u0301" * 200 + "x")
    assert len(seen) == 202
    assert sum(unicodedata.category(character) == "Mn" for character in seen) == 8
    assert seen.endswith("�x")
