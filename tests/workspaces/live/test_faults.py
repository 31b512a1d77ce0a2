"""What goes wrong on the wire, seen through the whole of a live workspace, on each of the services."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from tests.workspaces.live.services import FIRST, KINDS, make, opened, run, server_of
from tui.kql.schema import shipped_schema
from tui.loopback.group import Loopback
from tui.loopback.wire import Reply
from tui.workspaces.live.limits import Limiter, Rates
from tui.workspaces.live.workspace import PATIENCE
from tui.workspaces.protocol import State, WorkspaceError

FAULTS = {
    "partial": (State.PARTIAL, ""),
    "truncated": (State.TRUNCATED, "more than the service gives at once"),
    "no_content": (State.NOT_COVERED, "no data at all (204)"),
    "empty": (State.FAILED, "empty (200)"),
    "proxy_error": (State.FAILED, "web page"),
    "proxy_page": (State.FAILED, "web page"),
    "syntax": (State.FAILED, "syntax error"),
    "semantic": (State.FAILED, "makes no sense"),
    "no_table": (State.NO_TABLE, "there is no table"),
    "unauthorized": (State.NOT_PERMITTED, "sign-in is not accepted"),
    "forbidden": (State.NOT_PERMITTED, "access is refused"),
    "not_found": (State.FAILED, "nothing at this address"),
    "throttled": (State.THROTTLED, "(429)"),
    "timed_out": (State.TIMED_OUT, "time limit was reached"),
    "server_error": (State.FAILED, "failed (500)"),
    "unavailable": (State.FAILED, "not available now"),
    "bad_utf8": (State.FAILED, "not UTF-8"),
    "bad_gzip": (State.FAILED, "not compressed as it says"),
    "bad_json": (State.FAILED, "ends in the middle"),
    "reset": (State.FAILED, "broke"),
    "cut": (State.FAILED, "broke"),
    "no_answer": (State.FAILED, "broke"),
    "wrong_rows": (State.FAILED, "column"),
}
WITH_ROWS = {"partial", "truncated"}
"""Faults that come with rows; Defender's answers know neither."""
IN_THE_MIDDLE = {"reset", "cut"}
"""Faults before which some rows may have arrived."""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", FAULTS)
async def test_each_failure_has_its_words_and_is_not_sent_again(loopback: Loopback, kind: str, fault: str) -> None:
    if kind == "defender" and fault in WITH_ROWS:
        pytest.skip("Graph sends rows or an error, not both")
    state, words = FAULTS[fault]
    server = server_of(loopback, kind)
    async with opened(loopback, kind) as workspace:
        server.fail_next(fault)
        completion, rows = await run(workspace)
        if fault == "wrong_rows" and kind == "defender":
            assert completion.outcome.state is State.COMPLETE  # its rows name their columns
            return
        assert completion.outcome.state is state, completion.outcome
        assert words in completion.outcome.reason
        assert fault in IN_THE_MIDDLE or bool(rows) == (fault in WITH_ROWS)
        assert len(server.queries) == 1
        assert completion.identifiers["client_request_id"].startswith("huntdeck;")
        assert (await run(workspace))[0].outcome.state is State.COMPLETE  # the workspace is as usable as before


@pytest.mark.parametrize("kind", KINDS)
async def test_a_request_sent_on_is_not_followed(loopback: Loopback, kind: str) -> None:
    server = server_of(loopback, kind)
    async with opened(loopback, kind) as workspace:
        server.answer_next(Reply(307, b"", {"Location": f"{loopback.tokens.url}/elsewhere?ticket=hidden"}))
        completion, _ = await run(workspace)
    assert completion.outcome.state is State.FAILED
    assert "which is not followed" in completion.outcome.reason
    assert "hidden" not in completion.outcome.reason
    assert loopback.tokens.requests == []


@pytest.mark.parametrize("kind", KINDS)
async def test_an_answer_is_named_and_counted(loopback: Loopback, kind: str) -> None:
    async with opened(loopback, kind) as workspace:
        completion, rows = await run(workspace)
        sent = server_of(loopback, kind).queries[0]
    assert completion.statistics["rows"] == len(rows) == 20
    assert completion.statistics["bytes"] > 1_000
    assert ("service_seconds" in completion.statistics) == (kind != "defender")
    assert completion.identifiers["began"] < completion.identifiers["ended"]
    assert sent.headers["x-ms-client-request-id"] == completion.identifiers["client_request_id"]
    assert sent.headers["user-agent"].startswith("huntdeck/")
    assert sent.headers["accept-encoding"] == "gzip"


async def test_a_query_put_off_is_sent_again_when_the_service_says(loopback: Loopback) -> None:
    async with opened(loopback, "log_analytics") as workspace:
        loopback.log_analytics.fail_next("throttled", retry_after=1)
        running = asyncio.create_task(run(workspace))
        await until(lambda: workspace.queue.waiting)
        assert workspace.queue.words.endswith("(429)")
        completion, rows = await running
    assert completion.outcome.state is State.COMPLETE
    assert len(rows) == 20
    assert len(loopback.log_analytics.queries) == 2


async def test_waiting_can_be_cancelled_at_once(loopback: Loopback) -> None:
    async with opened(loopback, "defender") as workspace:
        loopback.defender.fail_next("throttled", retry_after=30)
        running = asyncio.create_task(run(workspace))
        await until(lambda: workspace.queue.waiting)
        started = time.monotonic()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert time.monotonic() - started < 0.1
        await until(lambda: not workspace.queue.waiting)


async def test_a_quota_that_takes_minutes_is_not_waited_for(loopback: Loopback) -> None:
    async with opened(loopback, "defender") as workspace:
        loopback.defender.fail_next("cpu_quota")
        completion, _ = await run(workspace)
        assert completion.outcome.state is State.THROTTLED, completion.outcome
        assert "processing quota" in completion.outcome.reason
        assert workspace._limiter.closed_for > PATIENCE
        again, _ = await run(workspace)
        assert again.outcome.state is State.THROTTLED
        assert "not sent: the service takes no queries for another 8 min (CPU quota)" in again.outcome.reason
        assert len(loopback.defender.queries) == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_no_answer_in_time_ends_the_query_and_it_is_not_sent_again(loopback: Loopback, kind: str) -> None:
    server = server_of(loopback, kind)
    async with opened(loopback, kind) as workspace:
        server.fail_next("hang")
        completion, _ = await run(workspace, seconds=0.3)
        assert completion.outcome.state is State.TIMED_OUT
        assert "0 rows had arrived" in completion.outcome.reason
        assert "not sent again by itself" in completion.outcome.next_step
        await until(lambda: server.queries[0].dropped)
        assert len([one for one in server.queries if one.path.endswith(("query", "Query"))]) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", ["hang", "slow"])
async def test_cancelling_drops_the_request_at_once(loopback: Loopback, kind: str, fault: str) -> None:
    server = server_of(loopback, kind)
    async with opened(loopback, kind) as workspace:
        server.fail_next(fault, seconds=20)
        running = asyncio.create_task(run(workspace))
        await until(lambda: bool(server.queries) and (fault == "hang" or server.queries[0].sent > 0))
        started = time.monotonic()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert time.monotonic() - started < 0.1
        await until(lambda: server.queries[0].ended is not None)
        assert server.queries[0].dropped
        await until(lambda: workspace.queue.running == 0)


async def test_data_explorer_is_told_to_stop(loopback: Loopback) -> None:
    async with opened(loopback, "data_explorer") as workspace:
        loopback.data_explorer.delay = 20
        running = asyncio.create_task(run(workspace))
        await until(lambda: bool(loopback.data_explorer.running))
        identifier = loopback.data_explorer.running[0]
        running.cancel()
        await until(lambda: identifier in loopback.data_explorer.cancelled)


async def test_closing_ends_what_runs(loopback: Loopback) -> None:
    workspace = make(loopback, "log_analytics")
    loopback.log_analytics.fail_next("hang")
    running = asyncio.create_task(run(workspace))
    await until(lambda: bool(loopback.log_analytics.queries))
    await workspace.close()
    completion, _ = await running
    assert completion.outcome.state is State.CANCELLED
    assert (await run(workspace))[0].outcome.reason == "the workspace is closed"


@pytest.mark.parametrize("kind", KINDS)
async def test_more_rows_than_asked_for_are_told(loopback: Loopback, kind: str) -> None:
    async with opened(loopback, kind) as workspace:
        completion, rows = await run(workspace, rows=7)
    assert completion.outcome.state is State.TRUNCATED
    assert len(rows) == 7


@pytest.mark.parametrize("kind", ["log_analytics", "data_explorer"])
async def test_more_rows_and_something_missing_are_both_told(loopback: Loopback, kind: str) -> None:
    async with opened(loopback, kind) as workspace:
        server_of(loopback, kind).fail_next("partial")
        completion, rows = await run(workspace, rows=7)
    assert completion.outcome.state is State.TRUNCATED
    assert completion.outcome.reason.startswith("the first 7 rows; there are more; ")
    assert len(rows) == 7


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_found_where_nothing_is_kept_is_told(loopback: Loopback, kind: str) -> None:
    from datetime import timedelta

    from tests.workspaces.live.services import WINDOW
    from tui.workspaces.protocol import Window

    time_column = "TimeGenerated" if kind == "log_analytics" else "Timestamp"
    early = Window(WINDOW.start - timedelta(days=5), WINDOW.start - timedelta(days=4))
    query = f"DeviceProcessEvents | where FileName == 'no such file' | project {time_column}"
    async with opened(loopback, kind) as workspace:
        await workspace.schema()
        there = (await run(workspace, query))[0].outcome
        assert there.state is State.COMPLETE
        assert there.reason.startswith(f"newest event in DeviceProcessEvents: {WINDOW.end - timedelta(days=1):%Y-%m-}")
        completion, _ = await run(workspace, query, early)
    assert completion.outcome.state is State.NOT_COVERED
    newest = there.reason.partition(": ")[2]
    words = "DeviceProcessEvents has no events at all in the window"
    assert completion.outcome.reason == f"{words}; newest event in DeviceProcessEvents: {newest}"


@pytest.mark.parametrize("kind", KINDS)
async def test_what_cannot_be_sent_is_said_before(loopback: Loopback, kind: str) -> None:
    async with opened(loopback, kind) as workspace:
        assert await workspace.check(FIRST[kind]) is None
        assert "management commands do not run here (line 1, column 1)" in str(await workspace.check(".drop table X"))
        assert "line 2, column" in str(await workspace.check("DeviceEvents\n| where A == 'x"))
        refused = await workspace.check("DeviceEvents\n| union cluster('x').database('y').T")
        assert (refused is None) == (kind == "data_explorer")
        completion, _ = await run(workspace, ".drop table X")
    assert completion.outcome.state is State.FAILED
    assert server_of(loopback, kind).requests == []


@pytest.mark.parametrize("kind", KINDS)
async def test_a_schema_that_cannot_be_read_says_why(loopback: Loopback, kind: str) -> None:
    async with opened(loopback, kind) as workspace:
        server_of(loopback, kind).fail_next("forbidden")
        with pytest.raises(WorkspaceError, match=r"access is refused.*It needs"):
            await workspace.schema()
        schema = await workspace.schema()
    assert schema["DeviceProcessEvents"]["ProcessId"] == "long"
    assert workspace.schema_read is not None


async def test_the_documented_schema_stands_in_where_defender_tells_none(loopback: Loopback) -> None:
    async with opened(loopback, "defender") as workspace:
        loopback.defender.fail_next("semantic", times=None, on="getschema")
        assert await workspace.schema() == shipped_schema("defender")
        loopback.defender.fail_next("no_answer", times=None)
        with pytest.raises(WorkspaceError, match="broke"):
            await workspace.renew_schema()


@pytest.mark.parametrize("kind", KINDS)
async def test_coverage_says_what_is_there(loopback: Loopback, kind: str) -> None:
    async with opened(loopback, kind) as workspace:
        entries = await workspace.coverage(["DeviceProcessEvents", "NoSuchTable"])
    hosts = [entry for entry in entries if entry.table == "DeviceProcessEvents"]
    assert len(hosts) > 10
    assert all(entry.rows > 0 and entry.first and entry.last and entry.first <= entry.last for entry in hosts)
    assert [entry.rows for entry in entries if entry.table == "NoSuchTable"] == [0]


async def test_no_more_are_sent_than_may_run(loopback: Loopback) -> None:
    async with opened(loopback, "log_analytics") as workspace:
        workspace._limiter = Limiter(Rates(2, 100, 30.0))
        loopback.log_analytics.delay = 0.2
        most = 0
        tasks = [asyncio.create_task(run(workspace)) for _ in range(5)]
        while not all(task.done() for task in tasks):
            most = max(most, loopback.log_analytics.active)
            await asyncio.sleep(0.01)
        assert {task.result()[0].outcome.state for task in tasks} == {State.COMPLETE}
    assert most == 2


async def test_an_untrusted_certificate_and_a_closed_port_are_told(loopback: Loopback, tmp_path: object) -> None:
    from tui.workspaces.live.configuration import settings_from
    from tui.workspaces.live.opening import live_workspace

    for url, words in (
        (loopback.defender.url, "certificate of 127.0.0.1"),
        ("https://127.0.0.1:1", "127.0.0.1:1 refuses the connection"),
        ("https://no-such-host.invalid", "the name no-such-host.invalid cannot be found (DNS)"),
    ):
        workspace = live_workspace(settings_from("x", {"kind": "defender", "url": url, "sign_in": "none"}, "test"))
        completion, _ = await run(workspace)
        assert completion.outcome.state is State.FAILED
        assert words in completion.outcome.reason
        await workspace.close()


async def until(condition: Callable[[], object]) -> None:
    """Waits until `condition` holds."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "it never came to be"
        await asyncio.sleep(0.01)
