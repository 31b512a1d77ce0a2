"""What a live service knows a run by is kept with the session and told by the report and the list of runs."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.support.records import a_run, a_session
from tui.triage.records.documents import DocumentError, run_document, run_of
from tui.triage.records.toml import dumps, loads
from tui.triage.report.as_json import to_json
from tui.triage.report.gather import gather
from tui.triage.report.html import to_html
from tui.triage.report.markdown import to_markdown

IDENTIFIERS = {
    "client_request_id": "huntdeck;6f1c1d2e-1111-4000-8000-00000000a001",
    "correlation_id": "c0ffee\x1b]2;x",
    "began": "2026-11-22T09:00:00.000000Z",
}


def test_they_come_back() -> None:
    record = replace(a_run(), identifiers=IDENTIFIERS)
    assert run_of(loads(dumps(run_document(record)))) == record


def test_files_without_them_are_read_and_written_as_before() -> None:
    document = run_document(a_run())
    assert "identifiers" not in document
    assert run_of(document).identifiers == {}


@pytest.mark.parametrize("held", ["x", {"client_request_id": 3}])
def test_wrong_ones_are_named(held: object) -> None:
    with pytest.raises(DocumentError, match="identifiers"):
        run_of({**run_document(a_run()), "identifiers": held})


def test_the_report_tells_them_safely() -> None:
    report = gather(a_session(), [replace(a_run(), identifiers=IDENTIFIERS)], lambda number: None)
    assert dict(map(tuple, json.loads(to_json(report))["runs"][0]["identifiers"])) == IDENTIFIERS
    for text in (to_markdown(report), to_html(report)):
        assert "client request id" in text
        assert "6f1c1d2e-1111-4000-8000-00000000a001" in text
        assert "\x1b" not in text
    assert "client request id" not in to_markdown(gather(a_session(), [a_run()], lambda number: None))
