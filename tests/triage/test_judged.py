"""What was said about rows is found again in other runs, and told in words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.support.small import small_catalogue, small_workspace
from tui.results.store import ResultStore
from tui.results.values import plain_text
from tui.results.view import Filter, RowView
from tui.triage.judged import BEFORE_COLUMN, SIGN_COLUMN, Judge, JudgedView, before_words, history_of, verdict_on
from tui.triage.records.model import Mark, Verdict
from tui.triage.runs import Run
from tui.triage.session import Session
from tui.triage.verdicts import taken_back

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def a_verdict(opinion: Any = "benign", **more: Any) -> Verdict:
    given: dict[str, Any] = {"author": "ana@host", "at": NOW, **more}
    return Verdict("small", "T1119-91", "device", "alpha.corp.example", "alpha", opinion, **given)


@pytest.fixture
async def session(tmp_path: Path) -> AsyncIterator[Session]:
    opened = Session(small_workspace(tmp_path), small_catalogue(tmp_path), ResultStore(None), lambda run: None)
    await opened.prepare()
    yield opened
    await opened.close()


async def ended(run: Run) -> Run:
    assert run.task is not None
    await run.task
    assert run.rows is not None
    return run


def judge_of(session: Session, run: Run) -> Judge:
    assert run.rows is not None
    kinds = {info.name: info.kql_type for info in run.rows.columns}
    return Judge(session, run, kinds, lambda: NOW, lambda: UTC)


def rows_of(run: Run) -> list[dict[str, Any]]:
    assert run.rows is not None
    names = [info.name for info in run.rows.columns]
    with run.rows.prepare() as held:
        return [dict(zip(names, row, strict=True)) for row in held.page(0, 1000, names)]


def mark(session: Session, run: Run, place: int, note: str = "", tags: tuple[str, ...] = ()) -> None:
    row = rows_of(run)[place]
    fields = {name: plain_text(value) for name, value in row.items() if value not in (None, "")}
    key = judge_of(session, run).key(row)
    session.findings.mark(Mark(key, run.number, place, "ana@host", NOW, fields, note, tags))


async def files_of(session: Session, device: str, filtered: str = "FileCount") -> Run:
    devices = await ended(session.run_view(session.catalogue.hunts["T1119-91"]))
    row = next(row for row in rows_of(devices) if row["DeviceName"].startswith(device))
    return await ended(session.open_cell(devices, row, filtered))


async def test_marked_events_are_found_in_other_lists(session: Session) -> None:
    first = await files_of(session, "alpha")
    for place in (0, 7, 14):
        mark(session, first, place)
    again, other = await files_of(session, "alpha", "Bytes"), await files_of(session, "gamma")
    assert again.rows is not None
    assert other.rows is not None
    assert judge_of(session, again).marked(again.rows) == (0, 7, 14)
    assert judge_of(session, other).marked(other.rows) == ()
    session.findings.unmark(session.findings.marks[1].key)
    assert judge_of(session, again).marked(again.rows) == (0, 14)


async def test_marked_devices_are_found_when_their_counts_are_others(session: Session) -> None:
    hunt = session.catalogue.hunts["T1119-91"]
    first = await ended(session.run_view(hunt))
    mark(session, first, 1)
    session.values[hunt.id] = {"tools": ("robocopy.exe", "xcopy.exe")}
    second = await ended(session.run_view(hunt))
    assert second.rows is not None
    assert judge_of(session, second).marked(second.rows) == (1,)


async def test_a_view_has_what_is_said_in_columns_of_its_own(session: Session) -> None:
    run = await ended(session.run_view(session.catalogue.hunts["T1119-91"]))
    assert run.rows is not None
    names = [info.name for info in run.rows.columns]
    columns = [SIGN_COLUMN, names[0], BEFORE_COLUMN, *names[1:]]
    with run.rows.prepare(RowView(filters=(Filter("DeviceName", "!=", "gamma.corp.example"),))) as held:
        view = JudgedView(held, judge_of(session, run))
        plain = view.page(0, 10, columns)
        assert [(row[0], row[2]) for row in plain] == [("", ""), ("", "")]
        assert [(row[1], *row[3:]) for row in plain] == held.page(0, 10, names)
        mark(session, run, 0, "odd")
        session.findings.judge(a_verdict("suspicious"))
        said = view.page(0, 10, columns)
        assert [(row[0], row[2]) for row in said] == [("NS", "suspicious 11-22 ana"), ("", "")]
        again = view.judged(plain, columns)
        assert again == said
        assert again[1] is plain[1]


async def test_a_list_of_events_keeps_rows_of_which_nothing_is_said(session: Session) -> None:
    run = await files_of(session, "alpha")
    assert run.rows is not None
    columns = [SIGN_COLUMN, *(info.name for info in run.rows.columns)]
    with run.rows.prepare() as held:
        view = JudgedView(held, judge_of(session, run))
        rows = view.page(0, 100, columns)
        mark(session, run, 3, tags=("c2",))
        said = view.judged(rows, columns)
        assert [row[0] for row in said] == ["N" if place == 3 else "" for place in range(15)]
        assert all(new is old for place, (new, old) in enumerate(zip(said, rows, strict=True)) if place != 3)
        session.findings.undo()
        assert view.judged(said, columns) == rows


async def test_the_newest_verdict_of_this_and_other_sessions_counts(session: Session) -> None:
    first, second = a_verdict(), a_verdict("suspicious", at=NOW + timedelta(hours=1))
    session.remembered.add([second])
    session.findings.judge(first)
    assert verdict_on(session, first.about) == second
    back = taken_back(second, "ben@host", NOW + timedelta(hours=2))
    session.findings.judge(back)
    assert verdict_on(session, first.about) is None
    session.remembered.add([back])
    assert history_of(session, first.about) == [back, second, first]


async def test_only_what_was_judged_benign_before_and_holds_is_hidden(session: Session) -> None:
    hunt = session.catalogue.hunts["T1119-91"]
    run = await ended(session.run_view(hunt))
    assert run.rows is not None
    judge, before = judge_of(session, run), run.began - timedelta(days=1)
    for verdict, hidden in (
        (a_verdict(at=before), (0,)),
        (a_verdict(at=before + timedelta(minutes=1), until=NOW), ()),
        (a_verdict(at=before + timedelta(minutes=2), until=NOW + timedelta(microseconds=1)), (0,)),
        (a_verdict("unknown", at=before + timedelta(minutes=3)), ()),
        (a_verdict(at=before + timedelta(minutes=4)), (0,)),
        (a_verdict(at=run.began + timedelta(minutes=1)), ()),
    ):
        session.findings.judge(verdict)
        assert judge.benign(run.rows) == hidden
    session.findings.restore([], [], [a_verdict(at=before)])
    row = rows_of(run)[0]
    accounts = await ended(session.run_view(hunt, "accounts"))
    drill = await ended(session.open_cell(run, row, "FileCount"))
    for other in (accounts, drill):
        assert other.rows is not None
        assert judge_of(session, other).benign(other.rows) == ()
    assert judge.judged(run.rows, "benign") == (0,)
    assert judge.judged(run.rows, "suspicious") == ()


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (a_verdict(), "benign 11-22 ana"),
        (a_verdict(reason="backup", until=NOW + timedelta(days=22)), "benign until 12-14 ana: backup"),
        (a_verdict(reason="backup", until=NOW - timedelta(days=1)), "benign ended 11-21 ana: backup"),
        (a_verdict("suspicious", at=NOW - timedelta(days=400)), "suspicious 2025-10-18 ana"),
        (a_verdict("unknown", author="ben"), "unknown 11-22 ben"),
    ],
)
def test_a_verdict_in_words(verdict: Verdict, words: str) -> None:
    assert before_words(verdict, NOW) == words


def test_days_are_those_of_the_zone_that_is_shown() -> None:
    late = a_verdict(at=datetime(2026, 11, 21, 23, 30, tzinfo=UTC))
    assert before_words(late, NOW) == "benign 11-21 ana"
    assert before_words(late, NOW, timezone(timedelta(hours=2))) == "benign 11-22 ana"


async def test_rows_may_be_judged_while_others_are_said(session: Session) -> None:
    run = await files_of(session, "alpha")
    rows = run.rows
    assert rows is not None
    judge = judge_of(session, run)
    columns = [SIGN_COLUMN, *(info.name for info in rows.columns)]
    with rows.prepare() as held:
        view = JudgedView(held, judge)
        reading = [asyncio.to_thread(lambda: [view.page(0, 100, columns) for _ in range(20)]) for _ in range(2)]
        tasks = [asyncio.ensure_future(one) for one in reading]
        for place in range(15):
            mark(session, run, place)
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)
        assert {row[0] for row in view.page(0, 100, columns)} == {"M"}
