from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile import STRINGS
from tests.support.dialogs import harmful
from tui.terminal.plain_page import plain_page, write_copy

NOW = datetime(2026, 11, 22, 14, 2, 31, tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path / "huntdeck" / "copies"


def test_every_line_stands_whole_and_alone() -> None:
    text = f"let x = 1;\n\n| where y == {'z' * 5000}\n"
    page = plain_page(text)
    assert page.lines == text.split("\n")
    assert not page.changed


def test_what_acts_stands_in_a_visible_form_and_that_is_told() -> None:
    page = plain_page("a\tb\r\n\x1b]0;t\x07\u202e")
    assert page.lines == ["a⇥b␍", "␛]0;t␇⟨U+202E⟩"]
    assert page.changed


@given(st.one_of(st.text(), st.sampled_from(list(STRINGS.values()))))
def test_nothing_that_is_printed_acts(text: str) -> None:
    page = plain_page(text)
    assert len(page.lines) == text.count("\n") + 1
    assert harmful("\n".join(page.lines)) == []


def test_a_file_holds_the_text_as_it_is_for_nobody_else(data: Path) -> None:
    text = "a\x1b\r\n\u202eü\ud800\n"
    path = write_copy(text, NOW)
    assert path == data / "copy-20261122T140231Z.txt"
    assert path.read_bytes() == "a\x1b\r\n\u202eü\ufffd\n".encode()
    assert (path.stat().st_mode & 0o777, data.stat().st_mode & 0o777) == (0o600, 0o700)


def test_no_file_takes_the_place_of_another(data: Path) -> None:
    paths = [write_copy(str(number), NOW) for number in range(3)]
    assert [path.name for path in paths] == [f"copy-20261122T140231Z{end}.txt" for end in ("", "-1", "-2")]
    assert [path.read_text() for path in paths] == ["0", "1", "2"]


def test_a_folder_that_leads_elsewhere_is_refused(data: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    data.parent.mkdir()
    data.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="is a link"):
        write_copy("x", NOW)
    assert list((tmp_path / "elsewhere").iterdir()) == []
