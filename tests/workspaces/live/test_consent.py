"""Large queries are asked about before they are sent, in the app and on the command line; only to live services."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.desk import Desk, desk_on
from tests.support.small import small_catalogue, small_workspace
from tests.workspaces.live.services import SMALL_WINDOW, make
from tui import cli
from tui.app import HuntdeckApp
from tui.commands import consent as asked_here
from tui.loopback.group import Loopback
from tui.results.store import ResultStore
from tui.screens.ask import AskScreen
from tui.screens.opening import Start
from tui.settings.asking import LiveConfig
from tui.settings.paths import config_file, config_folder
from tui.triage.consent import Consent, Cost, cost_of
from tui.triage.queries.compile import view_query
from tui.triage.session import Session
from tui.workspaces.live.kept import Kept, TableTotal
from tui.workspaces.protocol import State, Window

LIMITS = LiveConfig()
HUNT = "T1119-91"


def long(days: float) -> Window:
    return Window(SMALL_WINDOW.end - timedelta(days=days), SMALL_WINDOW.end)


def cost(days: float, tables: int = 1, rows: int | None = None) -> Cost:
    return Cost("T devices", tuple(f"T{n}" for n in range(tables)), long(days), rows)


def test_what_is_large() -> None:
    assert cost(7, 4).reasons(LIMITS) == []
    assert cost(7.5).reasons(LIMITS) == ["the window is longer than 7 d"]
    assert cost(7, 5).reasons(LIMITS) == ["tables times days are 35, more than 30"]
    assert cost(1, 1, 100_000_001).reasons(LIMITS) == ["the rows are more than 100,000,000"]
    assert cost(1, 1, 5).reasons(LiveConfig(1, 1, 4)) == ["the rows are more than 4"]
    assert cost(30, 4, 1_200_000).words == "4 tables over 30 d, about 1,200,000 rows to look through"


async def test_a_yes_counts_for_what_is_no_larger(small: Loopback, tmp_path: Path) -> None:
    asked: list[float] = []

    async def ask(cost: Cost, reasons: list[str]) -> bool:
        asked.append(round(cost.days))
        return cost.days < 40

    session = Session(make(small, "defender"), small_catalogue(tmp_path), ResultStore(None), lambda run: None)
    await session.prepare()
    consent = Consent(ask, LIMITS)

    async def state(days: float) -> str:
        context = replace(session.context(session.catalogue.find(HUNT)), window=long(days))
        refused = await consent.refused(session.workspace, context, view_query(context))
        return str(refused.state) if refused is not None else "sent"

    assert [await state(days) for days in (1, 20, 20, 10, 30, 50, 50)] == [*["sent"] * 5, *[State.CANCELLED] * 2]
    assert asked == [20, 30, 50, 50]
    together = await asyncio.gather(state(35), state(35))
    assert together == ["sent", "sent"]
    assert asked[4:] == [35], "two that wait together are asked about once"
    consent.trust(long(60))
    assert await state(60) == "sent"
    await session.close()


async def test_the_rows_are_those_of_the_last_count(small: Loopback, tmp_path: Path) -> None:
    session = Session(make(small, "defender"), small_catalogue(tmp_path), ResultStore(None), lambda run: None)
    await session.prepare()
    now = datetime.now(UTC)
    context = replace(session.context(session.catalogue.find(HUNT)), window=Window(now - timedelta(days=35), now))
    query = view_query(context)
    found = cost_of(session.workspace, context, query)
    assert found is not None
    assert (found.tables, found.rows) == (("DeviceFileEvents", "DeviceProcessEvents"), None)
    assert found.missing.startswith("Defender XDR keeps 30 d: nothing before ")
    knowledge: Any = session.workspace
    counted = {table: TableTotal(7000, 1, now, now) for table in found.tables}
    knowledge.knowledge.kept = Kept(session.dialect.schema, now, {}, counted, now)
    found = cost_of(session.workspace, context, query)
    assert found is not None
    assert found.rows == 2 * 1000 * 35
    evidence = small_workspace(tmp_path)
    assert cost_of(evidence, context, query) is None, "evidence costs nothing"
    await evidence.close()
    await session.close()


@asynccontextmanager
async def live_desk(loopback: Loopback, folder: Path) -> AsyncIterator[Desk]:
    workspace, catalogue = make(loopback, "log_analytics"), small_catalogue(folder)
    async with desk_on(HuntdeckApp(Start("live", lambda _: (workspace, catalogue)))) as one:
        one.screen.session.window = SMALL_WINDOW
        yield one


def asking(one: Desk) -> Callable[[], bool]:
    return lambda: isinstance(one.app.screen, AskScreen) and "Send it" in one.text


async def test_the_app_asks_before_it_sends(small: Loopback, tmp_path: Path) -> None:
    async with live_desk(small, tmp_path) as one:
        await one.open_hunt(HUNT)
        sent = len(small.log_analytics.queries)
        one.screen.session.window = long(20)
        one.screen.session.start(*asked_for(one))
        await one.until(asking(one), "the question")
        assert f"Send {HUNT} devices?" in one.text
        assert "2 tables over 20 d" in one.text
        assert "the window is longer than 7" in one.text
        assert len(small.log_analytics.queries) == sent
        await one.press("n")
        refused = one.screen.session.runs[-1]
        await one.until(lambda: refused.outcome)
        assert refused.outcome is not None
        assert refused.outcome.state is State.CANCELLED
        assert refused.outcome.reason.startswith("not sent: 2 tables over 20 d")
        assert len(small.log_analytics.queries) == sent

        one.screen.session.start(*asked_for(one))
        await one.until(asking(one), "the question")
        one.screen.session.cancel(one.screen.session.runs[-1])
        await one.until(lambda: not isinstance(one.app.screen, AskScreen), "no question any more")

        again = one.screen.session.start(*asked_for(one))
        await one.until(asking(one), "the question")
        await one.press("y")
        await one.until(lambda: again.outcome)
        assert again.received == 3
        third = one.screen.session.start(*asked_for(one))
        await one.until(lambda: third.outcome)
        assert third.received == 3, "what was agreed to is not asked about again"


def asked_for(one: Desk) -> Any:
    context = one.screen.session.context(one.screen.session.catalogue.find(HUNT))
    return context, view_query(context)


def test_the_command_line_asks_or_wants_yes(
    small: Loopback, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    configured = make(small, "defender").settings
    config_folder().mkdir(parents=True)
    (config_folder() / "workspaces.toml").write_text(
        f'[xdr]\nkind = "defender"\nurl = "{configured.url}"\nca = "{configured.ca}"\nsign_in = "none"\n'
    )
    monkeypatch.setattr("tui.commands.run.find_hunt", small_catalogue(tmp_path).find)
    end = ["--to", f"{SMALL_WINDOW.end:%Y-%m-%dT%H:%MZ}", "-w", "xdr", "-f", "csv"]
    assert cli.main(["run", HUNT, "--last", "3h", *end]) == 0, capsys.readouterr().err
    sent = len(small.defender.queries)
    capsys.readouterr()
    assert cli.main(["run", HUNT, "--last", "20d", *end]) == 4
    said = capsys.readouterr().err
    assert said.startswith("huntdeck: cancelled: not sent: 2 tables over 20 d")
    assert "--yes sends it" in said
    assert len([query for query in small.defender.queries[sent:] if "getschema" not in query]) == 0
    assert cli.main(["run", HUNT, "--last", "20d", "--yes", *end]) == 0
    assert "alpha.corp.example" in capsys.readouterr().out
    config_file().write_text("[live]\nask_days = 30\nask_table_days = 60\n")
    assert cli.main(["run", HUNT, "--last", "20d", *end]) == 0
    capsys.readouterr()

    config_file().unlink()
    for answer, code in (("n\n", 4), ("y\n", 0)):
        monkeypatch.setattr(asked_here.sys, "stdin", Terminal(answer))
        monkeypatch.setattr(asked_here.sys.stderr, "isatty", lambda: True, raising=False)
        assert cli.main(["run", HUNT, "--last", "20d", *end]) == code
        assert f"{HUNT} devices looks through 2 tables over 20 d" in capsys.readouterr().err


class Terminal:
    """A standard input at which somebody sits who gives one answer."""

    def __init__(self, answer: str) -> None:
        self._answer = answer

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        return self._answer
