from __future__ import annotations

from pathlib import Path

from tests.support.desk import small_desk


def lines(text: str) -> list[list[str]]:
    return [line.strip("│ ").split() for line in text.splitlines()]


async def test_numbers_of_the_rows_shown_and_of_those_marked(tmp_path: Path) -> None:
    async with small_desk(tmp_path, tmp_path / "sessions") as one:
        await one.open_hunt()
        await one.go_to("ProcessCount")
        await one.press("number_sign")
        await one.until(lambda: "ProcessCount: numbers" in one.text)
        found = lines(one.text)
        for row in (["rows", "3"], ["null", "0"], ["sum", "8"], ["mean", "2.6667"], ["greatest", "5"]):
            assert row in found
        await one.press("escape")
        await one.press("m")
        await one.settle()
        await one.press("number_sign")
        await one.until(lambda: "marked rows shown" in one.text)
        found = lines(one.text)
        assert ["rows", "3", "1"] in found
        assert ["sum", "8", "5"] in found


async def test_texts_and_times_have_an_order_and_no_sum(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await one.open_hunt()
        await one.go_to("DeviceName")
        await one.press("number_sign")
        await one.until(lambda: "DeviceName: numbers" in one.text)
        assert ["least", "alpha.corp.example"] in lines(one.text)
        assert ["sum", "none"] in lines(one.text)
        await one.press("escape")
        await one.go_to("LastSeen")
        await one.press("number_sign")
        await one.until(lambda: "LastSeen: numbers" in one.text)
        assert any(line[:2] == ["greatest", "2026-11-21"] for line in lines(one.text))
