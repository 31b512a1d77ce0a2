"""The hunts on the demo evidence: who ranks first, what every leg finds, and what each parameter changes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.support.demo import ground_truth
from tui.kql.dialects import dialect_for
from tui.library.catalogue import load_catalogue
from tui.library.model import Hunt, Parameter, ParameterType
from tui.library.parameters import ParameterError, values_for
from tui.triage.execute import execute
from tui.triage.queries.compile import view_query
from tui.triage.queries.context import QueryContext
from tui.workspaces.evidence import EvidenceWorkspace
from tui.workspaces.protocol import State

HUNTS = {hunt.id: hunt for hunt in load_catalogue().listed}

RANKED_ABOVE: dict[str, dict[str, str]] = {}
"""Benign devices that rank above a planted one, by hunt, each with the words of the hunt's guidance that say why."""


class Demo:
    """The demo workspace with its ground truth; keeps the rows of each hunt's devices view."""

    def __init__(self, path: Path) -> None:
        self.workspace = EvidenceWorkspace("demo", path)
        self.truth = ground_truth(path)
        self.devices = cache(self._devices)

    def run(self, hunt: Hunt, given: dict[str, object], view: str = "devices") -> list[dict[str, Any]]:
        """The rows of a view with the values given."""

        async def work() -> list[dict[str, Any]]:
            window = await self.workspace.span()
            assert window is not None
            dialect = dialect_for("evidence", await self.workspace.schema())
            context = QueryContext(hunt, values_for(hunt, given), window, dialect)
            answer = await execute(self.workspace, context, view_query(context, view))
            assert answer.completion.outcome.state in (State.COMPLETE, State.BLIND), answer.completion.outcome
            return answer.rows()

        return asyncio.run(work())

    def _devices(self, hunt_id: str) -> list[dict[str, Any]]:
        return self.run(HUNTS[hunt_id], {})

    @property
    def intruded(self) -> set[str]:
        """The devices the intruder worked on, as the ground truth tells it: `day 1 09:12 NAME: ...`."""
        return {line.split()[3].rstrip(":") for line in self.truth["timeline"]}

    def planted(self, hunt_id: str) -> set[str]:
        """The devices the intruder worked on with planted events of a hunt's primary leg."""
        primary = HUNTS[hunt_id].primary
        events = (event for event in self.truth["planted"] if (event["hunt"], event["leg"]) == (hunt_id, primary))
        return {name for event in events if (name := event["DeviceName"]).split(".")[0] in self.intruded}


@pytest.fixture(scope="module")
def on_demo(demo: Path) -> Iterator[Demo]:
    found = Demo(demo)
    yield found
    asyncio.run(found.workspace.close())


@pytest.mark.parametrize("hunt_id", HUNTS)
def test_planted_devices_rank_first(on_demo: Demo, hunt_id: str) -> None:
    names = [row["DeviceName"] for row in on_demo.devices(hunt_id)]
    planted = on_demo.planted(hunt_id)
    assert planted, "the intrusion touches every hunt"
    assert names[0] in planted
    lowest = max(names.index(name) for name in planted)
    above = {name for name in names[:lowest] if name not in planted}
    excused = RANKED_ABOVE.get(hunt_id, {})
    assert above == set(excused), f"benign devices above {names[lowest]}"
    guidance = " ".join((HUNTS[hunt_id].triage, *HUNTS[hunt_id].false_positives)).lower()
    for words in excused.values():
        assert words in guidance


@pytest.mark.parametrize("hunt_id", HUNTS)
def test_false_positives_are_there_to_be_told_apart(on_demo: Demo, hunt_id: str) -> None:
    primary = HUNTS[hunt_id].legs[HUNTS[hunt_id].primary].count
    hit = {row["DeviceName"] for row in on_demo.devices(hunt_id) if row[primary]}
    assert len(hit - on_demo.planted(hunt_id)) >= 3


@pytest.mark.parametrize("hunt_id", HUNTS)
def test_a_device_that_a_plain_name_match_misses_is_found(on_demo: Demo, hunt_id: str) -> None:
    missed = {entry["device"] for entry in on_demo.truth["missed_by_plain_name_match"] if entry["hunt"] == hunt_id}
    assert missed
    assert missed <= {row["DeviceName"] for row in on_demo.devices(hunt_id)}


@pytest.mark.parametrize("hunt_id", HUNTS)
def test_every_leg_finds_something(on_demo: Demo, hunt_id: str) -> None:
    counts = [leg.count for leg in HUNTS[hunt_id].legs.values()]
    found = {count for count in counts if any(row[count] for row in on_demo.devices(hunt_id))}
    assert set(counts) - found == set()


@pytest.mark.parametrize(("hunt_id", "name"), [(hunt.id, name) for hunt in HUNTS.values() for name in hunt.parameters])
def test_a_parameter_changed_alone_changes_the_result(on_demo: Demo, hunt_id: str, name: str) -> None:
    hunt = HUNTS[hunt_id]
    before = on_demo.devices(hunt_id)
    tried = []
    for value in other_values(hunt.parameters[name]):
        try:
            after = on_demo.run(hunt, {name: value})
        except ParameterError:
            continue
        tried.append(value)
        if after != before:
            return
    pytest.fail(f"none of {tried} changes anything")


def other_values(parameter: Parameter) -> list[object]:
    """Values of the parameter's type that differ from its default, the most telling first."""
    default = parameter.default
    match parameter.type:
        case ParameterType.BOOLEAN:
            return [not default]
        case ParameterType.INTEGER | ParameterType.REAL:
            number = int(float(str(default or 0)))
            return [str(value) for value in (number * 10 + 1, 1, 0, 2, 5, 1_000_000) if value != number]
        case ParameterType.TIMESPAN:
            return [span for span in ("1s", "7d", "1h", "1m") if span != default]
        case ParameterType.CHOICE:
            return [choice for choice in parameter.choices if choice != default]
    if parameter.type.is_list and default:
        assert isinstance(default, tuple)
        nothing = "192.0.2.1" if parameter.type is ParameterType.IP_LIST else "matches-nothing"
        return [[nothing], [default[0]], [*default, "exe"]]
    return EXCLUDED


EXCLUDED: list[object] = [
    ["robocopy.exe", "cmd.exe", "powershell.exe", "svchost.exe", "7z.exe", "explorer.exe", "sqlcmd.exe", "chrome.exe"],
    ["Microsoft Corporation", "wireshark.exe", "excel.exe", "winword.exe"],
    ["0.0.0.0/0"],
    ["C:\\", "/"],
    ["svc_backup", "svc_sql"],
    ["e"],
    ".*e.*",
]
"""For what is empty by default: much of what the demo holds, as images, addresses, folders, accounts and texts."""


def test_the_demo_is_whole(on_demo: Demo) -> None:
    """A second look at the ground truth itself, so that the tests above cannot pass on nothing."""
    assert len(on_demo.truth["planted"]) > 1000
    assert {event["hunt"] for event in on_demo.truth["planted"]} >= set(HUNTS)
    hunt = replace(HUNTS["T1119-01"], thresholds=())
    assert on_demo.run(hunt, {}) != on_demo.devices("T1119-01")
