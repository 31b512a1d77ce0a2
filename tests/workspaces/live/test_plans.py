"""Tables whose plan forbids joins: known before anything is sent, and said."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.workspaces.live.services import WINDOW, make, opened
from tui import cli
from tui.commands.workspace_check import check_workspace
from tui.library.catalogue import load_catalogue
from tui.loopback.group import Loopback
from tui.results.store import ResultStore
from tui.settings.paths import config_folder
from tui.triage.queries.context import PlanError
from tui.triage.session import Session
from tui.triage.words import badge_words
from tui.workspaces.live.workspace import LiveWorkspace

CATALOGUE = load_catalogue()
RESOURCE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/w"
TOLD, SAID = {"resource_id": RESOURCE}, {"basic_tables": "DeviceFileEvents, DeviceImageLoadEvents"}


@pytest.fixture
def basic(loopback: Loopback) -> Iterator[Loopback]:
    """Log Analytics with a table of the basic plan."""
    loopback.log_analytics.basic_tables = frozenset({"DeviceFileEvents"})
    yield loopback
    loopback.log_analytics.basic_tables = frozenset()


async def session_on(workspace: LiveWorkspace) -> Session:
    session = Session(workspace, CATALOGUE, ResultStore(None), lambda run: None)
    await session.prepare()
    session.window = WINDOW
    return session


@pytest.mark.parametrize(("more", "plan"), [(TOLD, "Basic"), (SAID, "Basic or Auxiliary")])
async def test_a_hunt_that_joins_such_a_table_is_not_sent(basic: Loopback, more: dict[str, str], plan: str) -> None:
    async with opened(basic, "log_analytics", **more) as workspace:
        session = await session_on(workspace)
        hunt = CATALOGUE.find("T1119-01")
        sent = len(basic.log_analytics.queries)
        with pytest.raises(PlanError, match=rf"join and union is not allowed.*DeviceFileEvents \({plan}\).*T1119-01"):
            session.run_view(hunt)
        assert session.runs == []
        assert badge_words(session, hunt, WINDOW.end) == "plan"
        assert len(basic.log_analytics.queries) == sent

        rows = session.run_base(hunt, "processes")
        assert rows.task is not None
        await rows.task
        assert rows.outcome is not None
        assert (rows.outcome.state, rows.outcome.reason) == ("complete", "")
        assert "DeviceFileEvents" in {entry.table for entry in await workspace.coverage(["DeviceFileEvents"])}
        found = [finding.words async for finding in check_workspace(workspace)]
        assert any(words.startswith(f"plans: DeviceFileEvents ({plan})") for words in found)


async def test_plans_are_kept_with_the_schema_and_stay_when_they_cannot_be_read(basic: Loopback) -> None:
    async with opened(basic, "log_analytics", **TOLD) as workspace:
        await workspace.schema()
    async with opened(basic, "log_analytics", **TOLD) as workspace:
        asked = len(basic.log_analytics.requests)
        await workspace.schema()
        assert workspace.plans == {"DeviceFileEvents": "Basic"}
        assert len(basic.log_analytics.requests) == asked
        basic.log_analytics.fail_next("forbidden", on="/tables")
        await workspace.renew_schema()
        assert workspace.plans == {"DeviceFileEvents": "Basic"}
        assert not workspace.plans_known
        basic.log_analytics.basic_tables = frozenset()
        await workspace.renew_schema()
        assert workspace.plans == {}


async def test_without_such_a_table_nothing_is_held_back(loopback: Loopback) -> None:
    async with opened(loopback, "log_analytics", **TOLD) as workspace:
        session = await session_on(workspace)
        assert badge_words(session, CATALOGUE.find("T1119-01"), WINDOW.end) == "."
        found = [finding.words async for finding in check_workspace(workspace)]
        assert "plans: every table may be joined" in found
    async with opened(loopback, "log_analytics") as workspace:
        found = [finding.words async for finding in check_workspace(workspace)]
        assert "plans: not known: the configuration names no resource_id" in found


def test_the_command_line_says_why_it_sends_nothing(basic: Loopback, capsys: pytest.CaptureFixture[str]) -> None:
    configured = make(basic, "log_analytics").settings
    config_folder().mkdir(parents=True)
    (config_folder() / "workspaces.toml").write_text(
        f'[logs]\nkind = "log_analytics"\nworkspace_id = "{configured.workspace_id}"\nresource_id = "{RESOURCE}"\n'
        f'url = "{configured.url}"\nca = "{configured.ca}"\nsign_in = "none"\n'
    )
    sent = len(basic.log_analytics.queries)
    assert cli.main(["run", "T1119-01", "-w", "logs"]) == 5
    said = capsys.readouterr().err
    assert said.startswith("huntdeck: not sent: join and union is not allowed on tables of this plan: DeviceFileEvents")
    assert "--base processes" in said
    assert len(basic.log_analytics.queries) == sent
