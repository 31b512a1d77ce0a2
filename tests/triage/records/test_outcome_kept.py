"""What a service complained of, where in the query, and what to do about it: kept with the session, told by the report."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.records import a_run, a_session
from tui.kql.dialects import dialect_for
from tui.triage.records.documents import DocumentError, run_document, run_of
from tui.triage.records.folder import SessionFolder, hunt_file_of
from tui.triage.records.reading import Contents
from tui.triage.records.restoring import Restorer
from tui.triage.records.toml import dumps, loads
from tui.triage.report.as_json import to_json
from tui.triage.report.gather import gather
from tui.triage.report.html import to_html
from tui.triage.report.markdown import to_markdown
from tui.triage.words import empty_words
from tui.workspaces.protocol import Outcome, State

REFUSED = Outcome(State.FAILED, "syntax error: not parsed at 'b'", "K shows the query as it was sent.", (2, 21))
FAILED = replace(a_run(), outcome=REFUSED, received=0, bytes=0)


HUNT = """
id = "T1119-91"
title = "File copies"
subject = "device"
techniques = ["T1119"]
purpose = "Copies"
triage = "Who?"
primary = "processes"

[legs.processes]
kind = "process"
table = "DeviceProcessEvents"
where = "true"
count = "ProcessCount"
"""


def test_it_comes_back() -> None:
    assert run_of(loads(dumps(run_document(FAILED)))).outcome == REFUSED


def test_files_without_it_are_read_and_written_as_before() -> None:
    document = run_document(a_run())
    assert set(document["outcome"]) == {"state", "reason"}
    assert run_of(document).outcome == a_run().outcome


@pytest.mark.parametrize("place", [3, "1:2", [1], [1, "2"], [0, 4], [True, 1], [1, 2, 3]])
def test_a_wrong_place_is_named(place: Any) -> None:
    document = run_document(FAILED)
    document["outcome"]["place"] = place
    with pytest.raises(DocumentError, match=r"outcome\.place: expected a line and a column from 1"):
        run_of(document)


def test_a_run_of_yesterday_says_what_it_said(tmp_path: Path) -> None:
    folder = SessionFolder.create(tmp_path / "one-0a1b2c3d", "ana@host")
    try:
        kept = replace(FAILED, hunt_file=hunt_file_of("T1119-91", HUNT), values={}, origin=None)
        folder.write_run(kept, HUNT, None)
        restorer = Restorer(folder, {}, "acme", dialect_for("evidence"))
        contents = Contents(a_session(), {kept.number: run_of(loads(dumps(run_document(kept))))}, [])
        found = restorer.runs(contents)
    finally:
        folder.close()
    assert contents.problems == []
    assert empty_words(found[0]) == [
        "Failed: syntax error: not parsed at 'b'",
        '| where FileName == "a\\"b"',
        " " * 20 + "^",
        "K shows the query as it was sent.",
    ]


def test_the_report_tells_it() -> None:
    report = gather(a_session(), [FAILED], lambda number: None)
    assert json.loads(to_json(report))["runs"][0]["outcome"]["place"] == [2, 21]
    for text in (to_markdown(report), to_html(report)):
        assert "line 2, column 21 of the query as it ran" in text
        assert "K shows the query as it was sent" in text.replace("&nbsp;", " ")
        assert " " * 20 + "^" in text
    assert "Next step" not in to_markdown(gather(a_session(), [a_run()], lambda number: None))


def test_a_defanged_report_names_the_place_alone() -> None:
    text = to_markdown(gather(a_session(), [FAILED], lambda number: None, defang=True))
    assert "line 2, column 21 of the query as it ran" in text
    assert " " * 20 + "^" not in text
