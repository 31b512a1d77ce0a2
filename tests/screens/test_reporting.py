from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.support.active import active_html, active_markdown
from tests.support.desk import Desk, small_desk


async def choose(one: Desk, row: int) -> None:
    """Opens the list of forms from the commands, and takes the one in `row`."""
    await one.press("colon")
    await one.until(lambda: "Commands and hunts" in one.text)
    await one.press(*"report of", "enter")
    await one.until(lambda: "Report of the session" in one.text)
    await one.press(*["down"] * row, "enter")


async def test_the_report_is_read_on_the_screen(tmp_path: Path) -> None:
    async with small_desk(tmp_path, tmp_path / "sessions", size=(160, 200)) as one:
        await one.open_hunt()
        await one.press("j", "m")
        await choose(one, 0)
        await one.until(lambda: "# Threat hunt report" in one.text)
        assert "T1119-91 File copies" in one.text
        assert "beta[/]\x1b" not in one.text
        assert "T1560-02 Mail only" in one.text


@pytest.mark.parametrize(("row", "ending"), [(2, "md"), (4, "html"), (5, "layer.json")])
async def test_the_report_is_written_for_its_owner_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: int, ending: str
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    async with small_desk(tmp_path, tmp_path / "sessions", name="INC 1") as one:
        await one.open_hunt()
        await one.press("j", "m")
        await choose(one, row)
        await one.until(lambda: "Write the report to" in one.text)
        await one.press("enter")
        await one.until(lambda: "written to" in one.line("keys"))
    (written,) = home.iterdir()
    assert written.name.startswith("INC-1-")
    assert written.name.endswith(f".{ending}")
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    text = written.read_text(encoding="utf-8")
    assert "T1119-91" in text
    if ending == "md":
        assert active_markdown(text) == []
    elif ending == "html":
        assert active_html(text) == []
    else:
        assert json.loads(text)["domain"] == "enterprise-attack"


async def test_a_report_needs_something_saved(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await one.open_hunt()
        await one.press("colon", *"report of", "enter")
        await one.until(lambda: "nothing is yet" in one.line("keys"))


async def test_a_file_that_is_there_is_not_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    async with small_desk(tmp_path, tmp_path / "sessions") as one:
        await one.open_hunt()
        await choose(one, 1)
        await one.until(lambda: "there is no folder" in one.text)
        await one.press("enter", "escape")
        assert not (tmp_path / "nowhere").exists()
