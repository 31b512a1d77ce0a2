"""The main screen with a clock of its own, and what it shows of marks and verdicts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.desk import Desk, desk_on
from tests.support.small import HeldWorkspace, small_catalogue, small_workspace
from tui.app import HuntdeckApp
from tui.screens.opening import Start
from tui.triage.records.model import Author, Verdict

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


HUNT = "T1119-91"


class Marks(Desk):
    """A desk with a clock of its own, and what it shows of marks and verdicts."""

    @property
    def findings(self) -> Any:
        return self.screen.session.findings

    def signs(self) -> list[str]:
        """What stands in the column V of the rows on the screen."""
        return [str(row[0]) for row in self.rows()]

    def before(self) -> list[str]:
        """What stands in the column Before."""
        return [str(row[2]) for row in self.rows()]

    def rows(self) -> list[Any]:
        source = self.screen.pane.table._source
        assert source is not None
        return source.rows(0, 100)

    async def said(self, words: str) -> None:
        await self.until(lambda: words in self.line("keys"), f"{words!r} in {self.line('keys')!r}")

    async def dialog(self, words: str) -> None:
        await self.until(lambda: len(self.app.screen_stack) > 1 and words in self.text, f"{words!r} in {self.text}")

    async def type(self, words: str) -> None:
        await self.press(*("space" if character == " " else character for character in words))

    async def at_rest(self) -> None:
        """Waits until what was said is kept."""
        await self.until(lambda: not self.screen.workers._workers, "rest")
        await self.pilot.pause()

    async def judge_benign(self, reason: str = "backup") -> None:
        await self.press("2")
        await self.dialog("Benign: ")
        await self.type(reason)
        await self.press("f5")
        await self.said("benign until")


@asynccontextmanager
async def marks_desk(
    folder: Path, verdicts: Path | None = None, size: tuple[int, int] = (160, 45), now: datetime = NOW
) -> AsyncIterator[Marks]:
    path = folder / "small.duckdb"
    if not path.is_file():
        await small_workspace(folder).close()
    catalogue = small_catalogue(folder)
    start = Start("small", lambda _: (HeldWorkspace("small", path), catalogue), verdicts=verdicts)
    async with desk_on(HuntdeckApp(start), size) as one:
        one.screen.now = lambda: now
        one.screen.session.author = Author("ana", "host")
        yield Marks(one.pilot, one.app)


def a_verdict(device: str = "alpha.corp.example", opinion: Any = "benign", **more: Any) -> Verdict:
    at = datetime(2024, 11, 14, tzinfo=UTC)
    return replace(
        Verdict("small", HUNT, "device", device, device, opinion, "ben@host", at, "backup", NOW + timedelta(days=22)),
        **more,
    )
