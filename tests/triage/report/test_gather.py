from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest

from tests.support.hostile_report import a_hunt
from tests.support.records import MOMENT, a_run, a_session
from tui.triage.queries.context import Query
from tui.triage.records.model import Mark, RunRecord, SessionRecord, Verdict
from tui.triage.records.seal import contents_digest, sha256
from tui.triage.report.document import Facts, Heading, Value
from tui.triage.report.gather import gather
from tui.triage.report.layout import blocks
from tui.triage.report.markdown import to_markdown
from tui.triage.report.model import Report
from tui.triage.report.wording import LIMIT, result_words, visible
from tui.workspaces.protocol import Outcome, State

COMPLETE = Outcome(State.COMPLETE)
DEVICES = pa.table({"DeviceKey": ["fin-ws-114", "bkp-03", "FS01"], "DeviceName": ["FIN-WS-114", "BKP-03", "FS01"]})


def a_main_run(number: int = 1, outcome: Outcome = COMPLETE, rows: int = 3, **changes: Any) -> RunRecord:
    return replace(a_run(number), origin=None, outcome=outcome, received=rows, **changes)


def report_of(runs: Sequence[RunRecord], session: SessionRecord | None = None, **options: Any) -> Report:
    found = session or replace(a_session(), runs={run.number: "" for run in runs})
    return gather(found, runs, lambda number: DEVICES, **options)


def test_a_hunt_s_result_is_who_it_hit() -> None:
    (result,) = report_of([a_main_run(1)]).hunts
    assert (result.hunt, result.found, result.unit) == ("T1119-91", "hits", "devices")
    assert [subject.entity for subject in result.subjects] == ["fin-ws-114", "bkp-03", "fs01"]
    assert result_words(result) == "3 devices"


@pytest.mark.parametrize(
    ("outcome", "rows", "words"),
    [
        (COMPLETE, 0, "0 hits"),
        (Outcome(State.TRUNCATED, "the first 3"), 3, "3+ devices"),
        (Outcome(State.PARTIAL, "no table X"), 0, "0 hits in what came"),
        (Outcome(State.NO_TABLE, "DeviceEvents"), 0, "no data"),
        (Outcome(State.NOT_COVERED, "starts later"), 0, "no data"),
        (Outcome(State.BLIND, "FileName is empty"), 0, "no data"),
        (Outcome(State.FAILED, "boom"), 0, "no answer"),
        (Outcome(State.CANCELLED, "after 1 s"), 2, "no answer"),
    ],
)
def test_outcomes_are_never_folded_together(outcome: Outcome, rows: int, words: str) -> None:
    report = gather(a_session(), [a_main_run(1, outcome, rows)], lambda number: DEVICES if rows else None)
    assert result_words(report.hunts[0]) == words
    text = to_markdown(report)
    if outcome.state is not State.COMPLETE:
        assert f"**{outcome.state}**" in text
        assert outcome.reason in text


def test_a_newer_run_that_gave_no_answer_does_not_hide_one_that_did() -> None:
    runs = [a_main_run(1), a_main_run(2), a_main_run(3, Outcome(State.FAILED, "boom"), 0), a_run(4)]
    (result,) = report_of(runs).hunts
    assert (result.run, result.later, result.runs, result.found) == (2, (3,), 4, "hits")
    assert "; run 3 after it gave no answer" in to_markdown(report_of(runs))


def test_verdicts_stand_beside_those_they_judge() -> None:
    given = Verdict("acme", "T1119-91", "device", "bkp-03", "BKP-03", "benign", "ana@host", MOMENT, "backup")
    ended = replace(given, entity="fs01", until=MOMENT - timedelta(hours=1))
    first = replace(given, opinion="suspicious", at=MOMENT - timedelta(hours=2))
    session = replace(a_session(), verdicts=(given, first, ended))
    report = report_of([a_main_run(1)], session)
    assert [subject.opinion for subject in report.hunts[0].subjects] == ["", "benign", ""]
    assert [(one.opinion, one.standing) for one in report.verdicts] == [
        ("suspicious", "replaced"),
        ("benign", "counts"),
        ("benign", "ended"),
    ]


def test_marked_rows_are_in_the_order_of_their_events() -> None:
    def mark(name: str, time: str, **changes: Any) -> Mark:
        return Mark(
            name, 2, 0, "ana@host", MOMENT, {"FileName": name, **({"Timestamp": time} if time else {})}, **changes
        )

    marks = (
        mark("no time", ""),
        mark("last", "2026-11-21T03:00:00Z"),
        mark("first", "2026-11-21T02:59:59.999999Z"),
        mark("wrong", "yesterday"),
    )
    report = report_of([a_run(1), a_run(2)], replace(a_session(), marks=marks))
    assert [mark.what for mark in report.marks] == ["first", "last", "no time", "wrong"]
    text = to_markdown(report)
    assert text.index("2026-11-21 02:59:59.999999Z") < text.index("2026-11-21 03:00:00Z") < text.index("no time")


def test_a_mark_says_where_it_is_from() -> None:
    listing = Query("kql", "events", "files", 10, leg="files", kind="file")
    session = replace(a_session(), marks=(replace(a_session().marks[0], run=2, row=3),))
    (mark,) = report_of([a_run(1), replace(a_run(2), query=listing)], session).marks
    assert (mark.run, mark.row, mark.listed_by) == (2, 4, "leg files")
    assert mark.opened_from == "ProcessCount of fin-ws-114 = 4 in run 1"
    (mark,) = report_of([a_run(1)], session).marks
    assert (mark.run, mark.hunt, mark.listed_by) == (2, "", "")


def test_changed_parameters_are_starred() -> None:
    values = {"tools": ("robocopy.exe", "x.exe"), "minimum": 3}
    run = a_main_run(1, values=values)
    known = report_of([run], hunts=lambda run: a_hunt())
    assert {one.name: one.changed for one in known.runs[0].parameters} == {"tools": True, "minimum": False}
    assert "`p_tools *`: `robocopy.exe`, `x.exe`" in to_markdown(known)
    assert {one.changed for one in report_of([run]).runs[0].parameters} == {None}


def test_long_lists_are_shortened_and_say_so() -> None:
    run = a_main_run(1, values={"tools": tuple(f"tool-{number}.exe" for number in range(5000))})
    text = to_markdown(report_of([run]))
    assert "`tool-19.exe` and 4,980 more, which the query has" in text
    assert "tool-20.exe" not in text


def test_parameters_are_listed_once_for_runs_that_have_the_same() -> None:
    report = report_of([a_run(1), a_run(2), a_run(3), a_main_run(4, values={"minimum": 9})])
    assert [run.parameters_of for run in report.runs] == [None, 1, 1, None]
    assert "Parameters: those of run 1" in to_markdown(report)


def test_each_text_of_a_query_is_in_the_appendix_once() -> None:
    other = replace(a_run(3), query=replace(a_run(3).query, kql="Other\n| take 1"))
    report = report_of([a_run(1), a_run(2), other])
    assert [(query.number, query.runs) for query in report.queries] == [(1, (1, 2)), (2, (3,))]
    assert report.queries[1].sha256 == sha256("Other\n| take 1")
    assert [run.query for run in report.runs] == [1, 1, 2]
    assert to_markdown(report).count("```kusto") == 2


def test_what_was_not_run_and_what_is_missing_is_said() -> None:
    session = replace(a_session(), runs={1: "", 7: ""})
    report = report_of([a_main_run(1)], session, not_run=[a_hunt("T1119-95")])
    assert report.missing == (7,)
    text = to_markdown(report)
    assert "- Run 7: its record could not be read, and is not in this report" in text
    assert "- T1119-95 File copies (T1119 Automated Collection, T1039 Data from Network Shared Drive)" in text
    assert report.digest == contents_digest(session, [a_main_run(1)])


def test_an_empty_session_is_a_report_too() -> None:
    session = replace(a_session(), runs={}, marks=(), notes=(), verdicts=(), window=None)
    text = to_markdown(gather(session, [], lambda number: None))
    for words in ("Nothing was run.", "No row was marked.", "None was given.", "None was written."):
        assert words in text


def test_a_session_that_was_made_elsewhere_says_so() -> None:
    session = replace(a_session(), imported="bo@other, from case.huntdeck")
    assert "- Taken in by: `bo@other, from case.huntdeck`" in to_markdown(report_of([a_run(1)], session))
    assert "Taken in by" not in to_markdown(report_of([a_run(1)]))


def test_authors_are_named_once_each() -> None:
    session = replace(a_session(), notes=(replace(a_session().notes[0], author="bo@host"),))
    assert report_of([a_run(1), a_run(2)], session).authors == ("ana@host", "bo@host")


def test_a_very_long_value_is_cut_and_says_so() -> None:
    assert visible("A" * (LIMIT + 1234)) == "A" * LIMIT + " … +1,234 characters, which the session holds"
    session = replace(a_session(), marks=(replace(a_session().marks[0], fields={"CommandLine": "A" * 3_000_000}),))
    assert len(to_markdown(report_of([a_run(2)], session))) < 50_000


def test_names_of_headings_are_unique() -> None:
    found = list(blocks(report_of([a_run(1), a_run(2)])))
    names = [block.name for block in found if isinstance(block, Heading) and block.name]
    assert len(names) == len(set(names))
    facts = next(block for block in found if isinstance(block, Facts))
    assert any(Value(report_of([a_run(1), a_run(2)]).digest, exact=True) in line for _, line in facts.facts)
