"""Two records of one event become one row; processes and what they did join on id and start."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.evidence import samples
from tests.evidence.samples import (
    START,
    Event,
    bring,
    one,
    rows,
    security,
    security_process,
    sysmon,
    sysmon_process,
    write_lines,
)


def _bring(tmp_path: Path, *items: Event, workspace: Path | None = None, name: str = "e") -> Path:
    target = workspace or tmp_path / "w.duckdb"
    bring(target, write_lines(tmp_path / name, map(samples.winlogbeat_7, items)))
    return target


def _sources(workspace: Path, table: str = "DeviceProcessEvents") -> list[str]:
    return [source for (source,) in rows(workspace, f"SELECT _Source FROM {table} ORDER BY Timestamp, _Source")]


BOTH = "Sysmon 1 + Security 4688"


def test_a_merged_row_keeps_sysmons_part_and_takes_the_rest_from_security(tmp_path: Path) -> None:
    workspace = _bring(tmp_path, sysmon_process(0.4, 4660), security_process(0, 4660))
    row = one(workspace, "SELECT * FROM DeviceProcessEvents")
    assert row["_Source"] == BOTH
    assert (row["SHA1"], row["ProcessVersionInfoOriginalFileName"]) == ("ab" * 20, "Cmd.Exe")
    assert row["InitiatingProcessCommandLine"] == "explorer.exe"
    assert (row["AccountSid"], row["ProcessTokenElevation"]) == ("S-1-5-21-1-2-3-1104", "TokenElevationTypeFull")
    assert row["Timestamp"] == row["ProcessCreationTime"] == START + timedelta(seconds=0.4)
    assert rows(workspace, "SELECT (SELECT count(*) FROM WindowsEvent), (SELECT count(*) FROM SecurityEvent)") == [
        (1, 1)
    ]


@pytest.mark.parametrize("seconds", [-2, 0, 2])
def test_pairs_lie_within_two_seconds(seconds: float, tmp_path: Path) -> None:
    assert _sources(_bring(tmp_path, sysmon_process(10, 5), security_process(10 + seconds, 5))) == [BOTH]


@pytest.mark.parametrize(
    "other",
    [
        security_process(12.1, 5),
        security_process(10, 6),
        security_process(10, 5, r"C:\Windows\System32\calc.exe"),
    ],
    ids=["too late", "another id", "another image"],
)
def test_what_does_not_pair(other: Event, tmp_path: Path) -> None:
    assert sorted(_sources(_bring(tmp_path, sysmon_process(10, 5), other))) == ["Security 4688", "Sysmon 1"]


def test_other_hosts_do_not_pair(tmp_path: Path) -> None:
    values = [samples.winlogbeat_7(sysmon_process(0, 5)), samples.winlogbeat_7(security_process(0, 5))]
    values[1]["winlog"]["computer_name"] = "WS02.corp.example"
    workspace = tmp_path / "w.duckdb"
    bring(workspace, write_lines(tmp_path / "e", values))
    assert len(_sources(workspace)) == 2


def test_the_image_is_compared_without_case(tmp_path: Path) -> None:
    items = sysmon_process(0, 5, r"C:\WINDOWS\system32\cmd.exe"), security_process(0, 5)
    assert _sources(_bring(tmp_path, *items)) == [BOTH]


def test_a_process_id_used_again_pairs_each_start_once(tmp_path: Path) -> None:
    items = [
        item
        for at in (0, 1, 100)
        for item in (sysmon_process(at, 5, record=at), security_process(at, 5, record=at + 500))
    ]
    workspace = _bring(tmp_path, *items)
    assert _sources(workspace) == [BOTH] * 3
    assert [time for (time,) in rows(workspace, "SELECT Timestamp FROM DeviceProcessEvents ORDER BY 1")] == [
        START + timedelta(seconds=at) for at in (0, 1, 100)
    ]


def test_the_nearest_pairs_and_no_row_is_used_twice(tmp_path: Path) -> None:
    workspace = _bring(
        tmp_path, sysmon_process(0, 5), security_process(1.5, 5, record=2), security_process(0.3, 5, record=3)
    )
    found = rows(
        workspace,
        "SELECT _Source, epoch_ms(Timestamp - TIMESTAMP '2024-03-05 10:00:00') FROM DeviceProcessEvents ORDER BY 2",
    )
    assert [source for source, _ in found] == [BOTH, "Security 4688"]
    assert rows(workspace, "SELECT Timestamp FROM DeviceProcessEvents WHERE _Source = 'Security 4688'") == [
        (START + timedelta(seconds=1.5),)
    ]


def test_one_security_row_is_not_given_to_two_of_sysmon(tmp_path: Path) -> None:
    items = sysmon_process(0, 5), sysmon_process(0.6, 5, record=3), security_process(0.5, 5)
    workspace = _bring(tmp_path, *items)
    assert _sources(workspace) == ["Sysmon 1", BOTH]


def test_a_sysmon_row_without_process_id_pairs_by_image_parent_and_time(tmp_path: Path) -> None:
    stranger = security_process(0, 6, record=3, ParentProcessName=r"C:\Windows\other.exe")
    workspace = _bring(tmp_path, sysmon_process(0, None), stranger, security_process(0.5, 5))
    row = one(workspace, f"SELECT * FROM DeviceProcessEvents WHERE _Source = '{BOTH}'")
    assert row["ProcessId"] == 5
    assert len(_sources(workspace)) == 2


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 1, 0)])
def test_separate_imports_give_the_same_rows_in_any_order(order: tuple[int, ...], tmp_path: Path) -> None:
    parts: list[list[Event]] = [
        [sysmon_process(at, at + 1, record=at) for at in range(5)],
        [security_process(at, at + 1, record=at) for at in range(3, 8)],
        [security(4663, 9, 50, ObjectType="File", ObjectName=r"C:\a.txt", AccessMask="0x1", ProcessId="0x5",
                  ProcessName=r"C:\Windows\System32\cmd.exe")],
    ]  # fmt: skip
    workspace = tmp_path / "w.duckdb"
    for number in order:
        _bring(tmp_path, *parts[number], workspace=workspace, name=f"part{number}")
    together = _bring(tmp_path, *itertools.chain(*parts), workspace=tmp_path / "together.duckdb", name="all")
    columns = "Timestamp, DeviceId, ActionType, FileName, InitiatingProcessId, InitiatingProcessCreationTime, _Source"
    processes = f"SELECT ProcessId, SHA1, AccountSid, {columns} FROM DeviceProcessEvents ORDER BY ALL"
    assert rows(workspace, processes) == rows(together, processes)
    files = f"SELECT FolderPath, {columns} FROM DeviceFileEvents ORDER BY ALL"
    assert rows(workspace, files) == rows(together, files)
    assert [pid for (pid,) in rows(workspace, "SELECT ProcessId FROM DeviceProcessEvents ORDER BY 1")] == list(
        range(1, 9)
    )


def test_pairs_of_separate_imports_are_reported(tmp_path: Path) -> None:
    workspace = _bring(tmp_path, security_process(0, 5), security_process(9, 6, record=3))
    path = write_lines(tmp_path / "second", [samples.winlogbeat_7(sysmon_process(0, 5))])
    report = bring(workspace, path)
    assert report.merged == report.files[0].merged == {"DeviceProcessEvents": 1}
    assert report.files[0].rows == {"DeviceProcessEvents": 1, "WindowsEvent": 1}
    assert report.rows == {"WindowsEvent": 1}


def _flow(at: float, record: int, *, inbound: bool = False, udp: bool = False) -> tuple[Event, Event]:
    here, there = ("10.0.0.5", "50123"), ("10.0.0.9", "445")
    source, target = (there, here) if inbound else (here, there)
    return (
        sysmon(3, at, record, Initiated="false" if inbound else "true", Protocol="udp" if udp else "tcp", ProcessId="4",
               Image="System", SourceIp=source[0], SourcePort=source[1], DestinationIp=target[0], DestinationPort=target[1]),
        security(5156, at + 0.8, record + 500, Direction="%%14592" if inbound else "%%14593", Protocol="17" if udp else "6",
                 ProcessID="4", Application="System", SourceAddress=source[0], SourcePort=source[1], DestAddress=target[0],
                 DestPort=target[1]),
    )  # fmt: skip


@pytest.mark.parametrize("inbound", [False, True])
@pytest.mark.parametrize("udp", [False, True])
def test_a_connection_seen_twice_is_one_row(inbound: bool, udp: bool, tmp_path: Path) -> None:
    first, second = _flow(0, 1, inbound=inbound, udp=udp)
    workspace = _bring(tmp_path, first, second)
    assert _sources(workspace, "DeviceNetworkEvents") == ["Sysmon 3 + Security 5156"]


def test_a_udp_answer_that_sysmon_writes_the_other_way_round_is_one_row(tmp_path: Path) -> None:
    first, second = _flow(0, 1, inbound=True, udp=True)
    for side in ("Ip", "Port"):
        data = first["data"]
        data[f"Source{side}"], data[f"Destination{side}"] = data[f"Destination{side}"], data[f"Source{side}"]
    workspace = _bring(tmp_path, first, second)
    assert _sources(workspace, "DeviceNetworkEvents") == ["Sysmon 3 + Security 5156"]


def test_both_directions_of_a_connection_to_oneself_stay_apart(tmp_path: Path) -> None:
    items: list[Event] = []
    for number, inbound in enumerate((False, True)):
        pair = _flow(0, number + 1)
        for one_of, key, values in (
            (pair[0], "Initiated", ("true", "false")),
            (pair[1], "Direction", ("%%14593", "%%14592")),
        ):
            one_of["data"][key] = values[inbound]
        items += pair
    workspace = _bring(tmp_path, *items)
    assert _sources(workspace, "DeviceNetworkEvents") == ["Sysmon 3 + Security 5156"] * 2


def test_other_ports_do_not_pair(tmp_path: Path) -> None:
    first, second = _flow(0, 1)
    second["data"]["SourcePort"] = "50124"
    assert len(_sources(_bring(tmp_path, first, second), "DeviceNetworkEvents")) == 2


def _created_by(pid: int, at: float, record: int, **more: Any) -> Event:
    return sysmon(
        11, at, record, Image=r"C:\Windows\System32\cmd.exe", ProcessId=str(pid), TargetFilename=r"C:\a.txt", **more
    )


def test_the_start_of_a_process_comes_by_its_guid(tmp_path: Path) -> None:
    guid = samples.process_guid(0, 5)
    workspace = _bring(
        tmp_path,
        sysmon_process(0.25, 5, ProcessGuid=guid),
        sysmon_process(60, 5, record=2),
        _created_by(5, 90, 3, ProcessGuid=guid),
    )
    row = one(workspace, "SELECT * FROM DeviceFileEvents")
    assert row["InitiatingProcessCreationTime"] == START + timedelta(seconds=0.25)
    assert (row["InitiatingProcessCommandLine"], row["InitiatingProcessSHA1"]) == (
        r'"C:\Windows\System32\cmd.exe" /c dir',
        "ab" * 20,
    )
    assert (row["InitiatingProcessParentId"], row["InitiatingProcessParentFileName"]) == (700, "explorer.exe")


def test_without_a_guid_the_nearest_earlier_start_of_that_id_and_file_counts(tmp_path: Path) -> None:
    strange = security_process(50, 5, r"C:\Windows\System32\calc.exe", record=9)
    workspace = _bring(
        tmp_path,
        security_process(0, 5),
        security_process(40, 5, record=3),
        strange,
        security_process(80, 5, record=4),
        _created_by(5, 60, 5),
    )
    assert rows(workspace, "SELECT InitiatingProcessCreationTime FROM DeviceFileEvents") == [
        (START + timedelta(seconds=40),)
    ]


def test_a_process_that_was_not_recorded_has_the_second_of_its_guid_or_nothing(tmp_path: Path) -> None:
    items = _created_by(5, 60, 1, ProcessGuid=samples.process_guid(7, 5)), _created_by(6, 60, 2)
    workspace = _bring(tmp_path, *items)
    found = rows(workspace, "SELECT InitiatingProcessCreationTime FROM DeviceFileEvents ORDER BY InitiatingProcessId")
    assert found == [(START + timedelta(seconds=7),), (None,)]


def test_the_parent_of_a_process_joins_too(tmp_path: Path) -> None:
    parent = sysmon_process(0, 4, r"C:\Windows\explorer.exe", ProcessGuid=samples.process_guid(0, 4))
    child = sysmon_process(5, 5, record=2, ParentProcessGuid=samples.process_guid(0, 4), ParentProcessId="4")
    grandchild = security_process(9, 6, record=3, ProcessId="0x5", ParentProcessName=r"C:\Windows\System32\cmd.exe")
    workspace = _bring(tmp_path, parent, child, grandchild)
    row = one(workspace, "SELECT * FROM DeviceProcessEvents WHERE ProcessId = 6")
    assert row["InitiatingProcessCreationTime"] == START + timedelta(seconds=5)
    assert row["InitiatingProcessParentId"] == 4
    assert row["InitiatingProcessParentCreationTime"] == START


def test_report_ids_are_unique_and_go_on_from_the_last(tmp_path: Path) -> None:
    workspace = _bring(tmp_path, sysmon_process(0, 1), sysmon_process(1, 2, record=2))
    _bring(tmp_path, sysmon_process(5, 3, record=3), workspace=workspace, name="second")
    assert rows(workspace, "SELECT ReportId FROM DeviceProcessEvents ORDER BY Timestamp") == [(1,), (2,), (3,)]
