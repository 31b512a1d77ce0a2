"""A file of indicators against the rows shown and against all runs, by key."""

from __future__ import annotations

from pathlib import Path

from tests.support.desk import Desk, small_desk


async def give_file(one: Desk, words: str, path: Path) -> None:
    await one.press("colon", *words, "enter")
    await one.until(lambda: "defanged ones are read" in one.text)
    await one.press(*str(path), "enter")


async def test_only_rows_with_an_indicator_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "k.txt"
    path.write_text("copy-1-2.pdf\nd:\\b\\copy-4-0.pdf\nelse.example\n", encoding="utf-8")
    async with small_desk(tmp_path) as one:
        await one.open_hunt()
        await one.go_to("FileCount")
        await one.press("enter")
        await one.settle()
        await give_file(one, "indicators: only", path)
        await one.until(lambda: "2 rows hold 2 of 3 indicators of k.txt" in one.text)
        await one.settle()
        assert "only rows with an indicator of k.txt" in one.text
        assert "2 of 15 filtered" in one.trail
        await one.press("u")
        await one.until(lambda: "15 of 15" in one.trail)


async def test_the_indicators_in_all_runs_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "k.txt"
    path.write_text("corp.example\nnowhere.example\n", encoding="utf-8")
    async with small_desk(tmp_path) as one:
        await one.open_hunt()
        await give_file(one, "against all runs", path)
        await one.until(lambda: "Known indicators of k.txt" in one.text)
        assert "DeviceName (below it)" in one.text
        assert "1, letters narrow" in one.text
        await one.press("enter")
        await one.until(lambda: "rows of run 1" in one.text)
        await one.press(*"rows of", "enter")
        await one.until(lambda: "only corp.example in DeviceName" in one.text)


async def test_what_is_no_file_is_said(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await one.open_hunt()
        await give_file(one, "indicators: only", tmp_path / "none.txt")
        await one.until(lambda: "there is no such file" in one.text)
