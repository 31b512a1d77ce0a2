from datetime import UTC, datetime, timedelta

import pytest

from tui.library.catalogue import load_catalogue
from tui.library.model import Hunt
from tui.library.parameters import values_for
from tui.triage.around import window_around
from tui.triage.pivots import device_of, device_pivot, moment_of, pivots_for
from tui.triage.queries.context import ColumnMeaning, Key, Query

MOMENT = datetime(2026, 11, 21, 3, 0, 1, tzinfo=UTC)
EVENT = {
    "Timestamp": MOMENT,
    "DeviceId": "fin-ws-114.corp.example",
    "DeviceName": "fin-ws-114.corp.example",
    "AccountDomain": "corp",
    "AccountName": "j.doe",
    "FileName": "7z.exe",
    "FolderPath": "C:\\Users\\Public\\7z.exe",
    "ProcessCommandLine": "7z a -pX out.7z",
    "ProcessId": 4242,
    "ProcessCreationTime": MOMENT - timedelta(seconds=1),
    "InitiatingProcessFileName": "cmd.exe",
    "InitiatingProcessId": 17,
    "InitiatingProcessCreationTime": MOMENT - timedelta(minutes=1),
    "LogonId": 999,
    "SHA1": "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "RemoteIP": "203.0.113.9",
    "RemoteUrl": "https://cdn.evil.example/x",
    "AdditionalFields": "{}",
    "InitiatingProcessSHA256": "",
}
EVENTS = Query(kql="", view="events", title="", limit=10)


@pytest.fixture(scope="module")
def pivots() -> list[Hunt]:
    return load_catalogue().pivots


def first(pivots: list[Hunt], column: str, row: dict[str, object] = EVENT, query: Query = EVENTS) -> tuple[str, dict]:
    pivot = pivots_for(pivots, query, row, column)[0]
    assert pivot.column == column
    return pivot.hunt.id, dict(pivot.values)


@pytest.mark.parametrize(
    ("column", "hunt", "values"),
    [
        ("DeviceName", "pivot-device", {"device": "fin-ws-114.corp.example"}),
        ("AccountName", "pivot-account", {"account": "corp\\j.doe"}),
        ("RemoteIP", "pivot-address", {"address": "203.0.113.9"}),
        ("RemoteUrl", "pivot-domain", {"domain": "cdn.evil.example"}),
        ("SHA1", "pivot-hash", {"hash": "da39a3ee5e6b4b0d3255bfef95601890afd80709"}),
        ("FolderPath", "pivot-file", {"file": "7z.exe"}),
        ("LogonId", "pivot-logon", {"device": "fin-ws-114.corp.example", "logon_id": "999"}),
        (
            "ProcessCommandLine",
            "pivot-process",
            {"device": "fin-ws-114.corp.example", "process_id": "4242", "process_created": "2026-11-21T03:00:00+00:00"},
        ),
        (
            "InitiatingProcessFileName",
            "pivot-process",
            {"device": "fin-ws-114.corp.example", "process_id": "17", "process_created": "2026-11-21T02:59:01+00:00"},
        ),
    ],
)
def test_the_cell_decides_which_pivot_comes_first(
    pivots: list[Hunt], column: str, hunt: str, values: dict[str, str]
) -> None:
    assert first(pivots, column) == (hunt, values)


def test_the_values_are_those_the_hunt_takes(pivots: list[Hunt]) -> None:
    found = pivots_for(pivots, EVENTS, EVENT, "FileName")
    assert {pivot.hunt.id for pivot in found} == {hunt.id for hunt in pivots}
    for pivot in found:
        checked = values_for(pivot.hunt, pivot.values)
        assert all(checked[name] is not None for name in pivot.values)


def test_what_the_cell_holds_comes_before_what_the_row_holds(pivots: list[Hunt]) -> None:
    found = [pivot.hunt.id for pivot in pivots_for(pivots, EVENTS, EVENT, "InitiatingProcessFileName")]
    assert found[:3] == ["pivot-process", "pivot-process-tree", "pivot-file"]
    assert len(found) == len(set(found)) == len(pivots)


def test_a_cell_without_an_entity_still_offers_those_of_its_row(pivots: list[Hunt]) -> None:
    found = pivots_for(pivots, EVENTS, EVENT, "AdditionalFields")
    assert found
    assert all(pivot.column != "AdditionalFields" for pivot in found)


def test_empty_values_start_nothing(pivots: list[Hunt]) -> None:
    row = {"DeviceName": "", "AccountName": "", "RemoteIP": None, "SHA1": "-", "LogonId": 0, "ProcessId": None}
    assert pivots_for(pivots, EVENTS, row, "DeviceName") == []


def test_a_process_needs_its_device(pivots: list[Hunt]) -> None:
    row = {"ProcessId": 7, "ProcessCreationTime": MOMENT, "ProcessCommandLine": "x"}
    assert pivots_for(pivots, EVENTS, row, "ProcessCommandLine") == []


def test_a_list_of_values_knows_what_its_values_are(pivots: list[Hunt]) -> None:
    query = Query(
        "", "values", "", 10, (ColumnMeaning("Value"),), (Key("Value", "string", "RemoteIP"),), leg="connections"
    )
    row = {"Value": "203.0.113.9", "EventCount": 3}
    assert first(pivots, "Value", row, query) == ("pivot-address", {"address": "203.0.113.9"})


def test_windows_events_name_accounts_and_logons_their_own_way(pivots: list[Hunt]) -> None:
    row = {"Computer": "dc01", "SubjectDomainName": "CORP", "SubjectUserName": "svc", "TargetLogonId": "0x3e7"}
    assert first(pivots, "SubjectUserName", row) == ("pivot-account", {"account": "CORP\\svc"})
    assert first(pivots, "TargetLogonId", row) == ("pivot-logon", {"device": "dc01", "logon_id": "999"})


def test_hostile_values_pass_as_they_are(pivots: list[Hunt]) -> None:
    value = 'x" | union SecurityEvent //\x1b]0;t\x07'
    hunt, values = first(pivots, "DeviceName", {"DeviceName": value})
    assert (hunt, values) == ("pivot-device", {"device": value})


def test_the_surroundings_of_a_row(pivots: list[Hunt]) -> None:
    found = device_pivot(pivots)
    assert found is not None
    assert found.opens_with == "timeline"
    assert device_of(EVENT) == "fin-ws-114.corp.example"
    assert moment_of(EVENT) == MOMENT
    assert moment_of(EVENT, "ProcessCreationTime") == MOMENT - timedelta(seconds=1)
    assert moment_of({"LastSeen": MOMENT}) is None
    window = window_around(MOMENT)
    assert window.start == MOMENT - timedelta(minutes=15)
    assert window.start <= MOMENT < window.end
