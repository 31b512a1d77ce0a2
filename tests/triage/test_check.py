from __future__ import annotations

import re
from pathlib import Path

import pytest

from tui.library.loader import read_hunt
from tui.library.model import Hunt
from tui.triage.check import check_hunt, sample_values, warnings_for

HUNTS = Path(__file__).parents[1] / "hunts"
COPIES = (HUNTS / "copies.toml").read_text(encoding="utf-8")


def hunt_of(tmp_path: Path, text: str) -> Hunt:
    path = tmp_path / "hunt.toml"
    path.write_text(text, encoding="utf-8")
    return read_hunt(path)


def told(hunt: Hunt) -> list[str]:
    return [f"{problem.line}: {problem.key}: {problem.message}" for problem in check_hunt(hunt)]


@pytest.mark.parametrize("name", ["copies", "every_feature"])
def test_right_hunts(name: str) -> None:
    assert told(read_hunt(HUNTS / f"{name}.toml")) == []


def test_a_construct_the_engine_refuses_is_named_at_its_leg(tmp_path: Path) -> None:
    text = COPIES.replace(
        'ProcessCommandLine has "copy"', 'parse_command_line(ProcessCommandLine, "windows")[0] == "x"'
    )
    found = told(hunt_of(tmp_path, text))
    assert len(found) == 1  # though three more legs lean on it
    assert re.fullmatch(
        r"32: legs\.processes\.where: the embedded engine cannot run function 'parse_command_line' \(line \d+, column 5\)",
        found[0],
    )


def test_types_that_cannot_be_compared(tmp_path: Path) -> None:
    text = COPIES.replace(
        "ipv4_is_in_any_range(RemoteIP, p_servers)",
        "RemotePort + 'a' == 5 and ipv4_is_in_any_range(RemoteIP, p_servers)",
    )
    found = told(hunt_of(tmp_path, text))
    assert len(found) == 1
    assert found[0].startswith("57: legs.connections.where: ")


def test_what_no_leg_has_alone_is_told_of_the_view(tmp_path: Path) -> None:
    text = COPIES.replace('sum = { Bytes = "FileSize" }', 'sum = { Bytes = "FileName" }')
    found = told(hunt_of(tmp_path, text))
    assert len(found) == 1
    assert ": legs: view devices: " in found[0]


def test_an_unknown_first_view(tmp_path: Path) -> None:
    text = COPIES.replace('primary = "processes"', 'primary = "processes"\nopens_with = "timelines"')
    assert told(hunt_of(tmp_path, text)) == [
        "7: opens_with: there is no view 'timelines'; did you mean timeline?; "
        "there are devices, accounts, groups_processes, hours, timeline"
    ]


def test_keys_and_columns_that_the_pipeline_does_not_give(tmp_path: Path) -> None:
    text = COPIES.replace('keys = { Hour = "hour', 'keys = { Hours = "hour').replace("columns.Runs]", "columns.Run]")
    assert told(hunt_of(tmp_path, text)) == [
        "74: views.hours.keys.Hours: the pipeline gives no column Hours; did you mean Hour?",
        "76: views.hours.columns.Run: the pipeline gives no column Run; did you mean Runs?",
    ]


def test_a_key_whose_drill_cannot_be_said(tmp_path: Path) -> None:
    text = COPIES.replace('leg = "processes"\n', 'leg = "processes"\nwhere = "make_list(FileName) == 1"\n')
    found = told(hunt_of(tmp_path, text))
    assert len(found) == 1
    assert found[0].startswith("76: views.hours.columns.Runs: ")


def test_a_default_that_is_missing_is_filled_in_by_type(tmp_path: Path) -> None:
    text = COPIES.replace('type = "ip_list"', 'type = "ip_list"\nrequired = true')
    hunt = hunt_of(tmp_path, text.replace("default = 5", "minimum = 2\nrequired = true"))
    assert told(hunt) == []
    assert sample_values(hunt) == {"tools": ("robocopy.exe",), "servers": ("10.0.0.1",), "near_by": "5m", "least": 2}


def test_what_a_hunt_lacks_elsewhere_is_a_warning() -> None:
    hunt = read_hunt(HUNTS / "every_feature.toml")
    assert check_hunt(hunt) == []
    assert [f"{problem.key}: {problem.message}" for problem in warnings_for(hunt) if problem.warning] == [
        "views.folders.keys.IsInitiatingProcessRemoteSession: "
        "DeviceFileEvents of log_analytics has no IsInitiatingProcessRemoteSession: empty there",
        "legs.audit.table: defender has no SecurityEvent: n/a there",
    ]


def test_a_hunt_that_runs_in_part_elsewhere(tmp_path: Path) -> None:
    text = COPIES.replace('table = "DeviceNetworkEvents"', 'table = "SecurityEvent"').replace("RemoteIP", "IpAddress")
    assert [str(problem) for problem in warnings_for(hunt_of(tmp_path, text))] == [
        f"{tmp_path / 'hunt.toml'}:56: legs.connections.table: warning: defender has no SecurityEvent: "
        "n/a there, and runs are partial"
    ]
