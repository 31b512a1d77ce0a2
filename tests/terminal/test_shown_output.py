"""What is printed to a terminal cannot act on it."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.terminal.safe_text import HIDDEN
from tui.terminal.shown_output import ShownText, guard_output, shown

any_text = st.text(
    st.sampled_from("\x1b\x9b\u202e\u200b\t\n\r\x07 ax\u0301") | st.characters(exclude_categories=["Cs"])
)


@given(any_text)
def test_nothing_that_acts_or_hides_is_left(text: str) -> None:
    assert re.search(f"[{HIDDEN}]", shown(text).replace("\n", "")) is None


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E) | st.just("\n")))
def test_plain_text_is_as_it_is(text: str) -> None:
    assert shown(text) == text


def test_lines_stay_lines() -> None:
    assert shown("a\r\nb\x1b[2J\rc\n") == "a\nb␛[2J␍c\n"


def test_bytes_pass_the_same_gate_whole_characters_apart() -> None:
    terminal = io.StringIO()
    output = ShownText(terminal)
    for part in (b"a\xc2", b"\x9b2J \xe7\x95", b"\x8c \xff\n"):
        assert output.buffer.write(part) == len(part)
    output.buffer.flush()
    print("b\x07", file=output, flush=True)
    assert terminal.getvalue() == "a⟨U+009B⟩2J 界 \\xff\nb␇\n"


def test_only_a_terminal_is_guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.StringIO()
    monkeypatch.setattr("sys.stdout", file)
    guard_output()
    print("\x1b", end="")
    assert file.getvalue() == "\x1b"
