from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings

from tests.support.hostile_report import HOSTILE, a_hunt, hostile_report
from tests.support.records import a_run, a_session
from tui.library.model import Hunt
from tui.triage.records.model import RunRecord
from tui.triage.report.gather import gather
from tui.triage.report.navigator import layer, to_layer
from tui.workspaces.protocol import Outcome, State

COMPLETE = Outcome(State.COMPLETE)
TACTICS = {
    "reconnaissance",
    "resource-development",
    "initial-access",
    "execution",
    "persistence",
    "privilege-escalation",
    "defense-evasion",
    "credential-access",
    "discovery",
    "lateral-movement",
    "collection",
    "command-and-control",
    "exfiltration",
    "impact",
}
TECHNIQUE_KEYS = {
    "techniqueID": str,
    "tactic": str,
    "comment": str,
    "enabled": bool,
    "score": (int, float),
    "color": str,
    "metadata": list,
    "links": list,
    "showSubtechniques": bool,
}
TOP_KEYS = {
    "name": str,
    "versions": dict,
    "domain": str,
    "description": str,
    "filters": dict,
    "sorting": int,
    "layout": dict,
    "hideDisabled": bool,
    "techniques": list,
    "gradient": dict,
    "legendItems": list,
    "metadata": list,
    "links": list,
}
LAYOUT = {
    "layout": {"side", "flat", "mini"},
    "aggregateFunction": {"average", "min", "max", "sum"},
    "expandedSubtechniques": {"none", "annotated", "all"},
    "showID": {True, False},
    "showName": {True, False},
    "showAggregateScores": {True, False},
    "countUnscored": {True, False},
}


def faults(made: dict[str, Any]) -> list[str]:
    """What of a layer is not as version 4.5 of the form says."""
    found = [f"{key}: {value!r}" for key, value in made.items() if not isinstance(value, TOP_KEYS.get(key, ()))]
    found += [f"lacks {key}" for key in ("name", "versions", "domain") if not made.get(key)]
    if made["domain"] != "enterprise-attack" or made["sorting"] not in range(4):
        found.append("domain or sorting")
    versions = made["versions"]
    if versions["layer"] != "4.5" or tuple(map(int, versions["navigator"].split("."))) < (4, 9, 0):
        found.append(f"versions {versions}")
    if not all(isinstance(value, str) for value in versions.values()) or not versions["attack"].isdecimal():
        found.append(f"versions {versions}")
    found += [f"layout.{key}" for key, value in made["layout"].items() if value not in LAYOUT.get(key, ())]
    gradient = made["gradient"]
    if len(gradient["colors"]) < 2 or gradient["minValue"] >= gradient["maxValue"]:
        found.append("gradient")
    colours = [*gradient["colors"], *(item["color"] for item in made["legendItems"])]
    colours += [entry["color"] for entry in made["techniques"] if "color" in entry]
    found += [f"colour {colour}" for colour in colours if not re.fullmatch("#[0-9a-f]{6}", colour)]
    for entry in made["techniques"]:
        found += _entry_faults(entry)
    found += _metadata_faults(made["metadata"])
    placed = [(entry["techniqueID"], entry.get("tactic")) for entry in made["techniques"]]
    return found + (["a technique is there twice"] if len(placed) != len(set(placed)) else [])


def _entry_faults(entry: dict[str, Any]) -> list[str]:
    found = [f"{key}: {value!r}" for key, value in entry.items() if not isinstance(value, TECHNIQUE_KEYS.get(key, ()))]
    if not re.fullmatch(r"T\d{4}(\.\d{3})?", entry["techniqueID"]):
        found.append(f"technique {entry['techniqueID']!r}")
    if "tactic" in entry and entry["tactic"] not in TACTICS:
        found.append(f"tactic {entry['tactic']!r}")
    return found + _metadata_faults(entry["metadata"])


def _metadata_faults(metadata: list[dict[str, Any]]) -> list[str]:
    return [
        f"metadata {one}"
        for one in metadata
        if set(one) != {"name", "value"} or not all(isinstance(value, str) and value for value in one.values())
    ]


def a_main_run(number: int, hunt: Hunt, outcome: Outcome = COMPLETE, rows: int = 2) -> RunRecord:
    return replace(
        a_run(number),
        hunt=hunt.id,
        title=hunt.title,
        techniques=hunt.techniques,
        origin=None,
        outcome=outcome,
        received=rows,
    )


def made_of(runs: Sequence[tuple[Hunt, RunRecord]], not_run: Sequence[Hunt] = ()) -> dict[str, Any]:
    known = {run.number: hunt for hunt, run in runs}
    records = [run for _, run in runs]

    def rows(number: int) -> pa.Table | None:
        count = next(run.received for run in records if run.number == number)
        return pa.table({"DeviceKey": [f"d{number}-{i // 2}" for i in range(count * 2)]}) if count else None

    session = replace(a_session(), verdicts=())
    made = layer(gather(session, records, rows, not_run, hunts=lambda run: known[run.number]))
    assert faults(made) == []
    return made


def entries(made: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(entry["techniqueID"], entry.get("tactic", "")): entry for entry in made["techniques"]}


def test_the_score_is_how_many_were_hit() -> None:
    first, second = a_hunt("T1119-91"), a_hunt("T1119-92", '"T1119"')
    made = made_of([(first, a_main_run(1, first, rows=3)), (second, a_main_run(2, second, rows=2))])
    found = entries(made)
    assert found["T1119", "collection"]["score"] == 5
    assert found["T1039", ""]["score"] == 3
    assert made["gradient"]["maxValue"] == 5
    assert [one["value"] for one in found["T1119", "collection"]["metadata"]] == ["T1119-91", "T1119-92"]
    assert found["T1039", ""]["comment"] == (
        "T1119-91 File copies, 2026-11-21 10:02:31.123456Z → 2026-11-21 14:02:31.123456Z: 3 devices"
    )


def test_a_device_that_two_hunts_hit_counts_once() -> None:
    first, second = a_hunt("T1119-91"), a_hunt("T1119-92")
    runs = [a_main_run(1, first), a_main_run(2, second)]
    report = gather(a_session(), runs, lambda number: pa.table({"DeviceKey": ["A", "a", "b"]}))
    assert {entry["score"] for entry in layer(report)["techniques"]} == {2}


@pytest.mark.parametrize(
    ("outcome", "rows", "score", "words"),
    [
        (COMPLETE, 0, 0, "0 hits"),
        (Outcome(State.NO_TABLE, "X"), 0, None, "no data (no table: X)"),
        (Outcome(State.BLIND, "X"), 0, None, "no data (blind: X)"),
        (Outcome(State.NOT_COVERED, "X"), 0, None, "no data (not covered: X)"),
        (Outcome(State.PARTIAL, "X"), 0, None, "0 hits in what came (partial: X)"),
        (Outcome(State.FAILED, "X"), 0, None, "no answer (failed: X)"),
        (Outcome(State.TRUNCATED, "X"), 2, 2, "2+ devices (truncated: X)"),
    ],
)
def test_only_an_answer_is_a_score(outcome: Outcome, rows: int, score: int | None, words: str) -> None:
    hunt = a_hunt()
    entry = entries(made_of([(hunt, a_main_run(1, hunt, outcome, rows))]))["T1119", "collection"]
    assert entry.get("score") == score
    assert entry["comment"].endswith(words)
    assert ("color" in entry) == (score is None)


def test_what_was_not_run_has_no_score_and_says_so() -> None:
    entry = entries(made_of([], [a_hunt()]))["T1119", "collection"]
    assert "score" not in entry
    assert entry["comment"] == "T1119-91 File copies: not run"
    ran = a_hunt("T1119-92")
    entry = entries(made_of([(ran, a_main_run(1, ran))], [a_hunt()]))["T1119", "collection"]
    assert entry["score"] == 2
    assert entry["comment"].endswith("2 devices; T1119-91 File copies: not run")


def test_a_technique_stands_in_the_tactic_of_the_hunts_it_comes_first_in() -> None:
    hunts = [
        a_hunt("T1021-01", '"T1021.001"', "TA0008"),
        a_hunt("T1119-91", '"T1119", "T1021.001"', "TA0009"),
        a_hunt("T1056-01", '"T1056"', "TA0009"),
        a_hunt("T1056-02", '"T1056"', "TA0006"),
    ]
    found = entries(made_of([], hunts))
    assert set(found) == {
        ("T1021.001", "lateral-movement"),
        ("T1119", "collection"),
        ("T1056", "collection"),
        ("T1056", "credential-access"),
    }
    named = [one["value"] for one in found["T1021.001", "lateral-movement"]["metadata"]]
    assert named == ["T1021-01", "T1119-91"]


def test_pivots_are_not_in_it() -> None:
    hunt = replace(a_hunt("pivot-device"), pivot=True)
    assert made_of([(hunt, a_main_run(1, hunt))])["techniques"] == []


def test_an_empty_session_is_a_layer() -> None:
    assert made_of([])["gradient"]["maxValue"] == 1


@settings(max_examples=50, deadline=None)
@given(HOSTILE)
def test_hostile_texts_make_no_wrong_layer(text: str) -> None:
    written = to_layer(hostile_report(text))
    assert written.isascii()
    assert not re.search(r"\\u00[0189]|\\u202e", written)
    assert faults(json.loads(written)) == [] or not text.strip()
