"""What the next shift reads: what was not run and why, and since when each result is stale, in every form of the report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from tests.support.hostile_report import a_hunt
from tests.support.records import MOMENT, WINDOW, a_run, a_session
from tui.library.catalogue import load_catalogue
from tui.triage.records.model import RunRecord, SessionRecord
from tui.triage.report.as_json import to_json
from tui.triage.report.gather import gather
from tui.triage.report.html import to_html
from tui.triage.report.markdown import to_markdown
from tui.triage.report.model import Report
from tui.triage.runs import Fresh
from tui.triage.sweep import Sweep
from tui.workspaces.protocol import Outcome, State

COMPLETE = Outcome(State.COMPLETE)
THROTTLED = Outcome(State.THROTTLED, "429, too many requests")
LATER = MOMENT + timedelta(hours=14, minutes=5)


def a_main_run(number: int = 1, outcome: Outcome = COMPLETE, **changes: Any) -> RunRecord:
    return replace(a_run(number), origin=None, outcome=outcome, received=2, **changes)


def report_of(
    runs: Sequence[RunRecord], rows: pa.Table | None = None, session: SessionRecord | None = None, **options: Any
) -> Report:
    found = session or replace(a_session(), runs={run.number: "" for run in runs}, sweeps=())
    return gather(found, runs, lambda number: rows, moment=LATER, **options)


def test_a_result_says_until_when_it_looked_and_how_long_ago_that_is() -> None:
    last = datetime(2026, 11, 21, 13, 31, 0, tzinfo=UTC)
    rows = pa.table(
        {"DeviceKey": ["a", "b"], "LastSeen": pa.array([last - timedelta(hours=1), last], pa.timestamp("ns"))}
    )
    report = report_of([a_main_run()], rows)
    (result,) = report.hunts
    assert (result.until, result.newest) == (WINDOW.end, last)
    words = "2026-11-21 14:02:31.123456Z, 14 h ago; newest event found 2026-11-21 13:31:00Z"
    assert words in to_markdown(report)
    assert words in to_html(report)
    (told,) = json.loads(to_json(report))["hunts"]
    assert told["newest"] == "2026-11-21T13:31:00.000000Z"
    assert json.loads(to_json(report))["moment"] == "2026-11-22T04:07:31.123456Z"


def test_a_round_of_a_watch_says_what_it_brought() -> None:
    fresh = Fresh(MOMENT, frozenset({"a" * 24, "b" * 24}), frozenset({"c" * 24}))
    report = report_of([a_main_run(1), a_main_run(4, fresh=fresh)])
    words = "2 new, 1 with more behind since the round of 2026-11-21 14:02:31.123456Z"
    assert [run.fresh for run in report.runs] == ["", words]
    assert to_markdown(report).count(words) == to_html(report).count(words) == 1


@pytest.mark.parametrize("values", [["yesterday", "today"], [[1], [2]], [None, None]])
def test_rows_that_tell_no_last_time_leave_it_out(values: list[Any]) -> None:
    report = report_of([a_main_run()], pa.table({"DeviceKey": ["a", "b"], "LastSeen": values}))
    assert report.hunts[0].newest is None
    assert "newest event found" not in to_markdown(report)


def test_an_answer_without_rows_says_how_new_the_data_was() -> None:
    outcome = Outcome(State.COMPLETE, "newest event in DeviceProcessEvents: 2026-11-21 03:00:00Z")
    report = report_of([replace(a_main_run(1, outcome), received=0)])
    told = to_markdown(report).partition("| T1119-91")[2].partition("\n")[0]
    assert "14 h ago; newest event in" in told
    assert "2026-11-21" in told.partition("newest event in")[2]
    found = to_markdown(report_of([a_main_run(1, outcome)])).partition("| T1119-91")[2].partition("\n")[0]
    assert "newest event in" not in found


def test_a_window_that_ends_later_is_not_stale() -> None:
    report = gather(a_session(), [a_main_run()], lambda number: None, moment=WINDOW.end - timedelta(hours=1))
    assert "2026-11-21 14:02:31.123456Z |" in to_markdown(report)


def test_what_has_no_complete_run_is_said_with_its_reason() -> None:
    runs = [a_main_run(1, THROTTLED), a_main_run(2, Outcome(State.PARTIAL, "half")), a_run(3)]
    report = report_of(runs)
    (hunt,) = report.unanswered
    assert (hunt.hunt, hunt.reason, hunt.run) == ("T1119-91", "partial: half", 2)
    text = to_markdown(report)
    assert "Run, but never to a complete answer" in text
    assert "run 2" in text.partition("Run, but never")[2].partition("\n\n")[2].partition("\n\n")[0]
    assert "Run, but never to a complete answer" in to_html(report)
    assert report_of([*runs, a_main_run(4)]).unanswered == ()


def test_what_was_never_run_says_why_where_that_is_known() -> None:
    hunt = a_hunt()
    catalogue = load_catalogue()
    needing = catalogue.hunts["pivot-device"]
    sweep = Sweep(
        1, "TA0009 Collection", (hunt.id, "T1119-02"), WINDOW, not_run={hunt.id: "no table OfficeActivity here"}
    )
    session = replace(a_session(), sweeps=(sweep,))
    not_run = [hunt, catalogue.hunts["T1119-02"], needing, catalogue.hunts["T1119-03"]]
    report = report_of([], session=session, not_run=not_run)
    assert [one.reason for one in report.not_run] == [
        "could not begin: no table OfficeActivity here",
        "the sweep of TA0009 Collection did not come to it",
        "needs device, not given",
        "",
    ]
    for text in (to_markdown(report), to_html(report)):
        assert "could not begin" in text
    assert [one["reason"] for one in json.loads(to_json(report))["not_run"]][2] == "needs device, not given"
