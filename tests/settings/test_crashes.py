"""Reports of errors: types and places, never a value; private, few."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tui.settings.crashes import KEPT, crash_words, report_lines, stop_on, write_report

SECRET = "Zx9-5f3c0d9a-secret"


@pytest.fixture
def crashes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where reports come to lie."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "huntdeck" / "crashes"


def failed() -> Exception:
    """An error with a cause, a context and a note, each holding the secret."""
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise ValueError(f"could not use {SECRET}") from error
    except ValueError as error:
        error.add_note(f"note {SECRET}")
        return ExceptionGroup(f"group {SECRET}", [error, OSError(5, SECRET, f"/home/{SECRET}")])


def deep(levels: int) -> None:
    if levels:
        deep(levels - 1)
    raise RecursionError(SECRET)


def test_a_report_names_types_and_places_and_no_value(crashes: Path) -> None:
    path = write_report(failed())
    assert path is not None
    text = path.read_text()
    for words in ("ExceptionGroup", "in a group ValueError", "in a group OSError", "caused by KeyError"):
        assert words in text
    assert "tests/settings/test_crashes.py:" in text
    assert " failed" in text
    for leak in (SECRET, "could not use", "note", "/home", str(Path(__file__).parent)):
        assert leak not in text.replace("no messages", "")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_long_way_is_cut(crashes: Path) -> None:
    with pytest.raises(RecursionError) as caught:
        deep(200)
    lines = report_lines(caught.value)
    assert len(lines) == 42
    assert lines[1].endswith("more places")


def test_names_of_functions_cannot_act_on_a_terminal() -> None:
    made: dict[str, object] = {}
    exec(compile("def f():\n    raise ValueError('x')", "a\x1b]0;t\x07.py", "exec"), made)
    try:
        made["f"]()  # type: ignore[operator]
    except ValueError as error:
        lines = report_lines(error)
        words = crash_words(error, None)
    assert "a␛]0;t␇.py:2 f" in lines[-1]
    assert words == "huntdeck stopped on an error of its own: ValueError in a␛]0;t␇.py:2 f; no report could be written"


def test_only_the_newest_reports_are_kept(crashes: Path) -> None:
    paths = [write_report(ValueError()) for _ in range(KEPT + 5)]
    other = crashes / "notes.txt"
    other.write_text("mine")
    write_report(ValueError())
    left = sorted(crashes.glob("crash-*"))
    assert len(left) == KEPT
    assert paths[-1] in left
    assert paths[0] not in left
    assert other.read_text() == "mine"


def test_no_report_is_written_through_a_link(crashes: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    crashes.parent.mkdir()
    crashes.symlink_to(elsewhere)
    assert write_report(ValueError()) is None
    assert list(elsewhere.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_said(crashes: Path) -> None:
    crashes.parent.mkdir()
    crashes.write_text("a file")
    assert (
        stop_on(ValueError(SECRET)) == "huntdeck stopped on an error of its own: ValueError; no report could be written"
    )


def test_the_report_is_named_in_the_line(crashes: Path) -> None:
    words = stop_on(failed())
    [path] = crashes.iterdir()
    assert words.endswith(f"; report: {path}")
    assert len(words.splitlines()) == 1
