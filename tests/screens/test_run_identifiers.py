"""The list of runs tells what a live service knows a run by, also after the session was come back to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from textual.screen import Screen

from tests.support.desk import small_desk
from tui.triage.words import identifier_words
from tui.widgets.words import Words

NAMED = "client request id huntdeck;6f1c, correlation id c0ffee"


def told(screen: Screen[Any]) -> str:
    return " ".join(words.said for words in screen.query("#about").results(Words))


async def test_the_list_of_runs_tells_them(tmp_path: Path) -> None:
    async with small_desk(tmp_path, tmp_path / "sessions") as one:
        asked = one.workspace.run

        async def run(*words: object) -> object:
            identifiers = {"client_request_id": "huntdeck;6f1c", "correlation_id": "c0ffee", "began": "x"}
            return replace(await asked(*words), identifiers=identifiers)

        one.workspace.run = run
        await one.open_hunt()
        await one.press("R")
        await one.until(lambda: NAMED in told(one.app.screen), "the identifiers")
        await one.press("escape")
        await one.until(
            lambda: one.screen.keeper.saved is not None and not one.screen.keeper.dirty, "the session saved"
        )
        folder = one.screen.keeper.folder
        assert folder is not None
    async with small_desk(tmp_path, tmp_path / "sessions", folder.path) as one:
        assert identifier_words(one.screen.session.runs[0]) == NAMED
