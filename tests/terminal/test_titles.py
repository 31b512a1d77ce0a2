"""The terminal's title tells a number, and nothing of what was found."""

from __future__ import annotations

from pathlib import Path

from tests.support.desk import small_desk
from tui.terminal.titles import begin_title, end_title, show_title


def test_a_title_is_the_program_s_name_and_a_number() -> None:
    assert show_title(3) == "\x1b]2;huntdeck: 3 fresh\x1b\\"
    assert show_title(0) == "\x1b]2;huntdeck\x1b\\"
    assert begin_title() == "\x1b[22;2t"
    assert end_title() == "\x1b]2;huntdeck\x1b\\\x1b[23;2t"


async def test_the_title_is_remembered_once_and_brought_back_once(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as desk:
        sequences: list[str] = []
        desk.app.write_to_terminal = sequences.append  # type: ignore[method-assign]
        for number in (0, 2, None, None):
            desk.app.show_fresh(number)
    assert sequences == [begin_title() + show_title(0), show_title(2), end_title()]
