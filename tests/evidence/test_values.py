"""Numbers, addresses, GUIDs, hashes and times, read from what Windows and the portals write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.evidence.options import parse_clock, parse_zone
from tui.evidence.times import parse_any, parse_iso, parse_local
from tui.evidence.values import address, address_type, base_name, guid, hashes, hex_mask, number, port, start_of


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0x7d8", 2008), ("0X7D8", 2008), ("2008", 2008), (2008, 2008), ("-", None), ("", None), (None, None),
     (True, None), ("1.5", None), (2**63 - 1, 2**63 - 1), (2**63, None), ([1], None)],
)  # fmt: skip
def test_numbers(value: Any, expected: int | None) -> None:
    assert number(value) == expected


def test_ports() -> None:
    assert (port("445"), port("0"), port("-"), port("70000")) == (445, 0, None, None)


@pytest.mark.parametrize(
    ("value", "expected", "kind"),
    [
        ("fe80:0:0:0:e142:5666:31a1:94c3", "fe80::e142:5666:31a1:94c3", "LinkLocal"),
        ("0:0:0:0:0:0:0:1", "::1", "Loopback"),
        ("::ffff:10.0.0.5", "10.0.0.5", "Private"),
        ("127.0.0.1", "127.0.0.1", "Loopback"),
        ("224.0.0.252", "224.0.0.252", "Multicast"),
        ("255.255.255.255", "255.255.255.255", "Broadcast"),
        ("8.8.8.8", "8.8.8.8", "Public"),
        ("-", "", ""),
        ("LOCAL", "", ""),
        ("some-host", "some-host", ""),
    ],
)
def test_addresses(value: str, expected: str, kind: str) -> None:
    assert address(value) == expected
    assert address_type(expected) == kind


def test_guids_with_and_without_braces_are_the_same() -> None:
    plain = "b669e388-4a98-5ee0-1704-000000000300"
    assert guid(f"{{{plain.upper()}}}") == guid(plain) == plain
    assert guid("{00000000-0000-0000-0000-000000000000}") == guid("-") == guid(5) == ""


def test_sysmon_writes_the_start_into_the_guid() -> None:
    plain = "b669e388-4a98-5ee0-1704-000000000300"
    event = datetime(2020, 6, 10, 2, 51, 4, 728000)
    assert start_of(plain, event) == datetime(2020, 6, 10, 2, 51, 4)
    assert start_of(plain, event - timedelta(days=1)) is None
    assert start_of("", event) is None


def test_hashes_by_name() -> None:
    assert hashes(f"SHA1={'AB' * 20},IMPHASH={'0' * 32}") == {"SHA1": "ab" * 20}
    assert hashes(None) == {}


def test_base_names() -> None:
    assert (base_name("C:\\a\\b.exe"), base_name("/usr/bin/x"), base_name("x"), base_name("C:\\a\\")) == (
        "b.exe",
        "x",
        "x",
        "",
    )


def test_signed_masks_are_written_as_windows_does() -> None:
    assert hex_mask(-9214364837600034816) == "0x8020000000000000"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-06-10 02:50:55.662", datetime(2020, 6, 10, 2, 50, 55, 662000)),
        ("2019-03-18T14:23:22.134722Z", datetime(2019, 3, 18, 14, 23, 22, 134722)),
        ("2022-11-07T16:45:21.2119114Z", datetime(2022, 11, 7, 16, 45, 21, 211911)),
        ("2022-11-07T16:45:21+02:00", datetime(2022, 11, 7, 14, 45, 21)),
        ("yesterday", None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_iso_times(text: str, expected: datetime | None) -> None:
    assert parse_iso(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Oct 9, 2024 2:56:53 PM", datetime(2024, 10, 9, 14, 56, 53)),
        ("Oct 9, 2024, 12:05:06 AM", datetime(2024, 10, 9, 0, 5, 6)),
        ("10/25/2023, 9:43:21.994 AM", datetime(2023, 10, 25, 9, 43, 21, 994000)),
        ("6/15/2026, 12:40:24.178 PM", datetime(2026, 6, 15, 12, 40, 24, 178000)),
        ("15/06/2026, 13:40:24", datetime(2026, 6, 15, 13, 40, 24)),
        ("15.06.2026, 13:40:24", datetime(2026, 6, 15, 13, 40, 24)),
        ("12:36 PM", None),
        ("31/31/2026, 13:40:24", None),
        ("Invalid date", None),
    ],
)
def test_times_of_a_browser(text: str, expected: datetime | None) -> None:
    assert parse_local(text) == expected


@given(st.text())
def test_no_text_stops_the_reading_of_times(text: str) -> None:
    found = parse_any(text, parse_zone("Europe/Berlin"))
    assert found is None or found.tzinfo is None


@pytest.mark.parametrize(
    ("text", "hours"), [("+4h", 4), ("4h", 4), ("-8h", -8), ("+5h30m", 5.5), ("+05:30", 5.5), ("-90m", -1.5), ("0h", 0)]
)
def test_clocks_as_given(text: str, hours: float) -> None:
    assert parse_clock(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "+", "four", "4", "+4h extra", "h"])
def test_clocks_that_say_nothing(text: str) -> None:
    with pytest.raises(ValueError, match="write what must be added to reach UTC"):
        parse_clock(text)


def test_zones_as_given() -> None:
    assert parse_zone("utc") is UTC
    assert parse_zone("+02:00") == parse_zone("UTC+2") == timezone(timedelta(hours=2))
    assert datetime(2024, 7, 1, tzinfo=parse_zone("Europe/Berlin")).utcoffset() == timedelta(hours=2)
    for wrong in ("Mars/Base", "", "../etc/passwd", "+2x"):
        with pytest.raises(ValueError, match="is no time zone"):
            parse_zone(wrong)
