"""Parameters: what each type takes, how it is bound, and what empty means."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tui.library.model import Hunt, Leg, Parameter, ParameterType
from tui.library.parameters import (
    ParameterError,
    bound_names,
    literal_of,
    missing_parameters,
    prelude,
    read_value,
    values_for,
)


def parameter(kind: str, **more: Any) -> Parameter:
    return Parameter(name="x", type=ParameterType(kind), help="", **more)


def hunt_with(*parameters: Parameter) -> Hunt:
    return Hunt(
        id="X-01",
        title="",
        techniques=("T1119",),
        subject="device",
        purpose="",
        triage="",
        primary="a",
        legs={"a": Leg("a", "process", "Count", "DeviceProcessEvents")},
        parameters={one.name: one for one in parameters},
    )


@pytest.mark.parametrize(
    ("kind", "typed", "literal"),
    [
        ("string", 'a"b', '"a\\"b"'),
        ("string_list", "a, b\nb,,c", 'dynamic(["a", "b", "c"])'),
        ("integer", " 42 ", "long(42)"),
        ("real", "0.1", "real(0.1)"),
        ("boolean", "TRUE", "true"),
        ("datetime", "2026-11-21T03:00+02:00", "datetime(2026-11-21T01:00:00.000000Z)"),
        ("timespan", "90s", "90s"),
        ("timespan", "1d4h", "28h"),
        ("ip_list", "10.0.0.0/8\nfe80::1", 'dynamic(["10.0.0.0/8", "fe80::1"])'),
        ("ip_list", "10.0.0.0-10.0.0.8", 'dynamic(["10.0.0.0/29", "10.0.0.8"])'),
        ("regex", "^a.b$", '"^a.b$"'),
    ],
)
def test_what_is_typed_becomes_a_literal(kind: str, typed: str, literal: str) -> None:
    one = parameter(kind)
    assert literal_of(one, read_value(one, typed)) == literal


@pytest.mark.parametrize(
    ("kind", "typed", "matches", "misses"),
    [
        ("suffix_list", ".zip,.7z.001", ["A.ZIP", "x.7z.001"], ["zip", "a.zip.txt", "x7z.001"]),
        ("prefix_list", "fin-,hr.", ["FIN-01", "hr.x"], ["xfin-", "hrx"]),
        (
            "path_list",
            "C:\\Users\\Public\\,/tmp",
            ["c:\\users\\public", "C:/Users/Public/a", "/tmp/x"],
            ["C:\\Users\\Publicx", "/tmpx"],
        ),
    ],
)
def test_lists_of_ends_and_folders_become_one_expression(
    kind: str, typed: str, matches: list[str], misses: list[str]
) -> None:
    one = parameter(kind)
    literal = literal_of(one, read_value(one, typed))
    pattern = literal[1:-1].replace("\\\\", "\\")
    assert all(re.search(pattern, text) for text in matches)
    assert not any(re.search(pattern, text) for text in misses)


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("integer", "4624 or 1==1", "expected a whole number"),
        ("integer", "٤٢", "expected a whole number"),
        ("real", "1e309", "expected a number"),
        ("boolean", "true or true", "expected true or false"),
        ("datetime", "now()", "expected a time"),
        ("timespan", "1h) | take 5", "expected a span"),
        ("timespan", "-1h", "expected a span"),
        ("ip_list", "10.0.0.300", "neither an address"),
        ("regex", "(", "not a regular expression"),
        ("regex", "(?=a)", "look-ahead"),
        ("string", "\ud800", "half a character"),
        ("string_list", "@nowhere.txt", "cannot be read"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(kind: str, typed: str, said: str) -> None:
    with pytest.raises(ParameterError, match=re.escape(said)) as caught:
        read_value(parameter(kind), typed)
    assert caught.value.name == "x"


def test_limits_and_choices() -> None:
    with pytest.raises(ParameterError, match="at least 1"):
        read_value(parameter("integer", minimum=1), "0")
    with pytest.raises(ParameterError, match="at most 24"):
        read_value(parameter("integer", maximum=24), "25")
    with pytest.raises(ParameterError, match="at least 1m, found 30s"):
        read_value(parameter("timespan", minimum="1m"), "30s")
    with pytest.raises(ParameterError, match="at most 1d, found 25h"):
        read_value(parameter("timespan", maximum="1d"), "1d1h")
    assert read_value(parameter("timespan", minimum="1m", maximum="1d"), "24h") == "24h"
    with pytest.raises(ParameterError, match="did you mean around"):
        read_value(parameter("choice", choices=("around", "before")), "aroun")


def test_times_are_told_from_a_moment_only_where_there_is_one() -> None:
    now = datetime(2026, 11, 22, 8, tzinfo=UTC)
    assert read_value(parameter("datetime"), "2h ago", now) == "2026-11-22T06:00:00.000000Z"
    with pytest.raises(ParameterError, match="expected a time"):
        read_value(parameter("datetime"), "2h ago")


def test_lists_come_from_files_too(tmp_path: Path) -> None:
    file = tmp_path / "tools.txt"
    file.write_text("\ufeffrobocopy.exe\r\nxcopy.exe\n", encoding="utf-8")
    assert read_value(parameter("string_list"), f"@{file}") == ("robocopy.exe", "xcopy.exe")


def test_a_list_file_is_a_file_of_modest_size(tmp_path: Path) -> None:
    large = tmp_path / "large.txt"
    large.write_bytes(b"a\n" * 2**20)
    with pytest.raises(ParameterError, match="larger than 1 MB"):
        read_value(parameter("string_list"), f"@{large}")
    with pytest.raises(ParameterError, match="no such file"):
        read_value(parameter("string_list"), "@/dev/zero")


def test_a_list_can_be_too_long() -> None:
    with pytest.raises(ParameterError, match="at most 5000"):
        read_value(parameter("string_list"), [f"v{number}" for number in range(5001)])


def test_empty_means_what_the_hunt_says() -> None:
    everything, nothing = parameter("suffix_list", empty="all"), parameter("suffix_list")
    assert re.search(literal_of(everything, ())[1:-1], "anything")
    assert not re.search(literal_of(nothing, ())[1:-1], "anything")
    with pytest.raises(ParameterError, match="required"):
        read_value(parameter("string_list", empty="error"), "")
    hunt = hunt_with(parameter("string_list", empty="all"))
    assert bound_names(hunt.parameters["x"]) == {"p_x", "p_x_all"}
    assert prelude(hunt, {"x": ()}, {"p_x_all"}, portable=True) == ["let p_x_all = true;"]
    assert prelude(hunt, {"x": ("a",)}, {"p_x", "p_x_all"}, portable=True) == [
        'let p_x = dynamic(["a"]);',
        "let p_x_all = false;",
    ]


def test_defaults_fill_in_and_unknown_names_are_named() -> None:
    hunt = hunt_with(parameter("integer", default=5))
    assert values_for(hunt, {}) == {"x": 5}
    assert values_for(hunt, {"x": "6"}) == {"x": 6}
    with pytest.raises(ParameterError, match="no such parameter"):
        values_for(hunt, {"y": 1})


def test_what_is_missing_is_known_before_a_run() -> None:
    hunt = hunt_with(parameter("string", required=True))
    assert missing_parameters(hunt, {}) == ["x"]
    assert missing_parameters(hunt, {"x": "a"}) == []
    with pytest.raises(ParameterError, match="a value is required"):
        values_for(hunt, {})
