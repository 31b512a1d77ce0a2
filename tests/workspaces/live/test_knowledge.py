"""What is known of a live workspace: kept on disk with its age, renewed in the background, when asked and when it is wrong."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import stat
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.workspaces.live.services import KINDS, opened, run, server_of
from tui.commands.workspace_check import check_workspace
from tui.library.catalogue import load_catalogue
from tui.loopback.group import Loopback
from tui.results.store import ResultStore
from tui.triage.held import known_words
from tui.triage.session import Session
from tui.workspaces.live.configuration import settings_from
from tui.workspaces.live.kept import LARGEST, Kept, kept_file, load_kept, save_kept
from tui.workspaces.live.knowledge import OLDEST, RENEWED_AFTER
from tui.workspaces.live.workspace import LiveWorkspace
from tui.workspaces.protocol import State, WorkspaceError

SETTINGS = settings_from("live", {"kind": "defender", "sign_in": "none"}, "test")
NOW = datetime(2026, 11, 22, 9, 12, tzinfo=UTC)
CATALOGUE = load_catalogue()


async def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "it never came to be"
        await asyncio.sleep(0.01)


def grow_old(workspace: LiveWorkspace, age: timedelta, table: str = "DeviceProcessEvents", without: str = "") -> None:
    """Has what is kept be of `age` ago, `table` without the column `without`, or not there at all."""
    kept = load_kept(workspace.settings)
    assert kept is not None
    schema = {name: dict(columns) for name, columns in kept.schema.items()}
    schema[table].pop(without, None)
    if not without:
        del schema[table]
    save_kept(workspace.settings, replace(kept, schema=schema, read=kept.read - age))


@pytest.mark.parametrize("kind", KINDS)
async def test_a_kept_schema_is_used_at_once_and_read_again_beside(loopback: Loopback, kind: str) -> None:
    server = server_of(loopback, kind)
    async with opened(loopback, kind) as workspace:
        schema = await workspace.schema()
        grow_old(workspace, RENEWED_AFTER / 2)
    asked = len(server.requests)
    async with opened(loopback, kind) as workspace:
        assert "DeviceProcessEvents" not in await workspace.schema()
        assert not workspace.knowledge.renewing
        assert len(server.requests) == asked
        grow_old(workspace, RENEWED_AFTER, "DeviceFileEvents")
    async with opened(loopback, kind) as workspace:
        assert "DeviceFileEvents" not in await workspace.schema()
        assert workspace.schema_read is not None
        assert datetime.now(UTC) - workspace.schema_read > RENEWED_AFTER
        await until(lambda: workspace.known_schema == schema)
        assert datetime.now(UTC) - workspace.schema_read < timedelta(minutes=1)
        await until(lambda: (kept := load_kept(workspace.settings)) and kept.schema == schema)


async def test_an_old_schema_is_read_first_and_one_that_cannot_be_renewed_stays(loopback: Loopback) -> None:
    async with opened(loopback, "log_analytics") as workspace:
        schema = await workspace.schema()
        grow_old(workspace, OLDEST)
    async with opened(loopback, "log_analytics") as workspace:
        assert await workspace.schema() == schema
        loopback.log_analytics.fail_next("forbidden")
        with pytest.raises(WorkspaceError, match="access is refused"):
            await workspace.renew_schema()
        assert await workspace.schema() == schema


async def test_another_place_of_the_same_name_is_read_anew(loopback: Loopback) -> None:
    async with opened(loopback, "defender") as workspace:
        await workspace.schema()
        assert load_kept(replace(workspace.settings, tenant="other.example")) is None
        assert load_kept(workspace.settings) is not None


@pytest.mark.parametrize("damage", ["", "{", "[1]", '{"version":2}', '{"version":1}', "x" * (LARGEST + 1), "link"])
def test_a_damaged_file_is_not_used_and_the_log_says_so(damage: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "huntdeck")
    save_kept(SETTINGS, Kept({"T": {"Timestamp": "datetime"}}, NOW))
    path = kept_file("live")
    assert load_kept(SETTINGS) == Kept({"T": {"Timestamp": "datetime"}}, NOW)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    if damage == "link":
        path.rename(path.with_name("elsewhere"))
        path.symlink_to("elsewhere")
    elif damage == '{"version":1}':
        found = json.loads(path.read_bytes())
        path.write_text(json.dumps(found | {"schema": {"T": {"Timestamp": 5}}}))
    else:
        path.write_text(damage)
    assert load_kept(SETTINGS) is None
    assert "live: what was kept of it is not used" in caplog.text


async def test_coverage_is_kept_by_table_without_hosts_or_values(loopback: Loopback) -> None:
    async with opened(loopback, "defender") as workspace:
        found = await workspace.coverage(["DeviceProcessEvents"])
        kept = load_kept(workspace.settings)
        assert kept is not None
        total = kept.totals["DeviceProcessEvents"]
        assert (total.rows, total.hosts) == (sum(entry.rows for entry in found), len(found))
        assert total.last == max(entry.last for entry in found if entry.last)
        text = kept_file("live").read_text()
        assert not [entry.host for entry in found if entry.host and entry.host in text]
        words = known_words(workspace.knowledge, kept.read + timedelta(hours=2))
        assert words.startswith(f"schema read {kept.read:%Y-%m-%d %H:%M}Z (2 h ago), counted ")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_query_written_for_a_schema_that_has_changed_renews_it(loopback: Loopback, kind: str) -> None:
    time_column = "TimeGenerated" if kind == "log_analytics" else "Timestamp"
    async with opened(loopback, kind) as workspace:
        await workspace.schema()
        completion, _ = await run(workspace, f"DeviceProcessEvents | where Colour == 1 | project {time_column}")
        assert "has changed" not in completion.outcome.reason, "nothing has changed: it was just a wrong name"
        grow_old(workspace, timedelta(minutes=1), without="FileName")
    async with opened(loopback, kind) as workspace:
        before = await workspace.schema()
        assert "FileName" not in before["DeviceProcessEvents"]
        completion, _ = await run(workspace, "DeviceProcessEvents | where Colour == 1")
        assert completion.outcome.state is State.FAILED
        assert "the schema has changed since it was read" in completion.outcome.reason
        assert completion.outcome.next_step.startswith("r runs it again")
        assert "FileName" in (await workspace.schema())["DeviceProcessEvents"]


async def test_r_writes_the_query_for_the_schema_as_it_is_now(loopback: Loopback) -> None:
    async with opened(loopback, "defender") as workspace:
        await workspace.schema()
        grow_old(workspace, timedelta(minutes=1), without="FileName")
    session = Session(workspace, CATALOGUE, ResultStore(None), lambda run: None)
    async with opened(loopback, "defender") as workspace:
        session.workspace = workspace
        await session.prepare()
        hunt = CATALOGUE.find("T1119-01")
        first = session.run_view(hunt)
        await workspace.renew_schema()
        again = session.again(first)
        assert first.task is not None
        assert again.task is not None
        first.task.cancel()
        again.task.cancel()
    assert not re.search(r"\bFileName in~", first.query.kql)
    assert re.search(r"\bFileName in~", again.query.kql)
    assert again.context.window == first.context.window


async def test_the_test_of_a_workspace_says_how_old_the_schema_was(loopback: Loopback) -> None:
    async with opened(loopback, "data_explorer") as workspace:
        first = [finding.words async for finding in check_workspace(workspace)]
        grow_old(workspace, timedelta(hours=3))
    async with opened(loopback, "data_explorer") as workspace:
        second = [finding.words async for finding in check_workspace(workspace)]
    assert [words for words in first if words.startswith("schema: ") and words.endswith("(read now)")]
    told = next(words for words in second if words.startswith("schema: "))
    assert told.endswith("(read now; the one kept was 3 h old, it had changed)")
