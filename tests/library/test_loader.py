from __future__ import annotations

from pathlib import Path

import pytest

from tui.library.loader import HuntError, read_hunt
from tui.settings.toml_lines import find_line, key_lines

COPIES = (Path(__file__).parents[1] / "hunts" / "copies.toml").read_text(encoding="utf-8")

BROKEN = {
    "no TOML": (
        "id = ",
        "id ",
        'id "X-01"',
        "",
        "not TOML: Expected '=' after a key in a key/value pair (at line 1, column 4)",
    ),
    "a missing key": ('title = "Copies"\n', "", "", "title", "this key is missing"),
    "a missing key of a leg": ('count = "FileCount"\n', "", "[legs.files]", "legs.files.count", "this key is missing"),
    "an unknown key": (
        'purpose = "',
        'purpos = "',
        'purpos = "Copies."',
        "purpos",
        "unknown key; did you mean purpose?",
    ),
    "an unknown key of a leg": (
        'by_process_of = "processes"',
        'by_process = "processes"',
        'by_process = "processes"',
        "legs.files.by_process",
        "unknown key; did you mean by_process_of?",
    ),
    "an unknown key inside": (
        'within = "p_near_by"',
        'with = "p_near_by"',
        'near = { leg = "processes", with = "p_near_by" }',
        "legs.connections.near.with",
        "unknown key; did you mean within?",
    ),
    "another type": ('title = "Copies"', "title = 5", "title = 5", "title", "expected a text, found 5"),
    "a truth for a number": (
        "default = 5",
        "default = 5\nminimum = true",
        "minimum = true",
        "parameters.least.minimum",
        "expected a whole number or a number, found True",
    ),
    "a limit that is no span": (
        'default = "5m"',
        'default = "5m"\nminimum = "soon"',
        'minimum = "soon"',
        "parameters.near_by.minimum",
        "expected a span such as 90s, 10m, 4h, 7d or 1d4h, found 'soon'",
    ),
    "a default beyond its limit": (
        'default = "5m"',
        'default = "5m"\nmaximum = "1m"',
        'default = "5m"',
        "parameters.near_by.default",
        "at most 1m, found 5m",
    ),
    "a limit of what has no size": (
        'type = "timespan"\ndefault = "5m"',
        'type = "string"\nminimum = 5',
        "minimum = 5",
        "parameters.near_by.minimum",
        "a string has no limits: integer, real and timespan do",
    ),
    "a number for a truth": (
        "optional = true",
        "optional = 1",
        "optional = 1",
        "legs.files.optional",
        "expected true or false, found 1",
    ),
    "a text for a list": (
        'group_by = ["FileName", "AccountName"]',
        'group_by = "FileName"',
        'group_by = "FileName"',
        "legs.processes.group_by",
        "expected a list, found 'FileName'",
    ),
    "a list of other things": (
        'group_by = ["FileName", "AccountName"]',
        "group_by = [1]",
        "group_by = [1]",
        "legs.processes.group_by",
        "expected a list of texts, found [1]",
    ),
    "a table of other things": (
        'sum = { Bytes = "FileSize" }',
        "sum = { Bytes = 1 }",
        "sum = { Bytes = 1 }",
        "legs.files.sum",
        "expected a table of texts, found {'Bytes': 1}",
    ),
    "an unknown kind": (
        'kind = "file"',
        'kind = "files"',
        'kind = "files"',
        "legs.files.kind",
        "expected one of process, file, network, logon, share, event, mail, found 'files'; did you mean file?",
    ),
    "an unknown type": (
        'type = "timespan"',
        'type = "time_span"',
        'type = "time_span"',
        "parameters.near_by.type",
        "expected one of string, string_list, integer, real, boolean, datetime, timespan, choice, ip_list, "
        "path_list, prefix_list, suffix_list, regex, found 'time_span'; did you mean timespan?",
    ),
    "an unknown subject": (
        'by = ["account"]',
        'by = ["accounts"]',
        'by = ["accounts"]',
        "by",
        "expected device, account, address, mailbox, found 'accounts'; did you mean account?",
    ),
    "no technique": (
        '["T1119"]',
        '["1119"]',
        'techniques = ["1119"]',
        "techniques",
        "expected ATT&CK techniques such as T1119, found ['1119']",
    ),
    "a leg of nothing": (
        'table = "DeviceFileEvents"\n',
        "",
        "[legs.files]",
        "legs.files.table",
        "a leg has either a table or, with of, another leg",
    ),
    "a leg of two things": (
        'table = "DeviceFileEvents"',
        'table = "DeviceFileEvents"\nof = "processes"',
        'table = "DeviceFileEvents"',
        "legs.files.table",
        "a leg has either a table or, with of, another leg",
    ),
    "a name that is none": (
        "[legs.files]",
        "[legs.my-files]",
        "[legs.my-files]",
        "legs.my-files",
        "a name is letters, digits and _, starting with a letter",
    ),
    "a leg that is no table": ("[peak]", "[legs]\nx = 1\n[peak]", "x = 1", "legs.x", "expected a table, found 1"),
    "a default of another type": (
        "default = 5",
        'default = "five"',
        'default = "five"',
        "parameters.least.default",
        "expected a whole number, found 'five'",
    ),
    "a default beyond its limits": (
        "default = 5",
        "default = 5\nmaximum = 4",
        "default = 5",
        "parameters.least.default",
        "at most 4, found 5",
    ),
    "a list that is a text": (
        'default = ["robocopy.exe"]',
        'default = "@tools.txt"',
        'default = "@tools.txt"',
        "parameters.tools.default",
        "expected a list, found '@tools.txt'",
    ),
    "a choice without words": (
        'type = "integer"\ndefault = 5',
        'type = "choice"',
        "[parameters.least]",
        "parameters.least.choices",
        "a choice needs its words",
    ),
    "a threshold without its number": (
        'column = "PeakFiles"\nat_least = "p_least"',
        'column = "PeakFiles"',
        "[[thresholds]]",
        "thresholds.1.at_least",
        "this key is missing",
    ),
    "what a column opens": (
        'opens = "rows"',
        'opens = "row"',
        'opens = "row"',
        "views.hours.columns.Runs.opens",
        "expected one of rows, values, sum, extreme, found 'row'; did you mean rows?",
    ),
}
"""What is replaced by what in `tests/hunts/copies.toml`, and the line, key and message told."""


def problems_of(tmp_path: Path, text: str | bytes) -> list[str]:
    path = tmp_path / "hunt.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(HuntError) as caught:
        read_hunt(path)
    assert str(caught.value) == "\n".join(str(problem) for problem in caught.value.problems)
    return [str(problem).replace(str(tmp_path), "") for problem in caught.value.problems]


def test_a_right_file(tmp_path: Path) -> None:
    path = tmp_path / "hunt.toml"
    path.write_bytes(b"\xef\xbb\xbf" + COPIES.replace("\n", "\r\n").encode())
    hunt = read_hunt(path)
    assert (hunt.id, hunt.path, hunt.tactic, hunt.limit, hunt.by) == ("X-01", path, "TA0009", 1000, ("account",))
    assert hunt.parameters["tools"].default == ("robocopy.exe",)
    assert hunt.legs["connections"].near is not None
    assert hunt.legs["rare"].leans_on == {"of": "processes"}
    assert hunt.views["hours"].columns["Runs"].leg == "processes"


@pytest.mark.parametrize("case", BROKEN)
def test_each_problem_names_file_line_and_key(tmp_path: Path, case: str) -> None:
    old, new, line, key, message = BROKEN[case]
    assert old in COPIES
    text = COPIES.replace(old, new, 1)
    number = text.splitlines().index(line) + 1 if line else 0
    where = f"/hunt.toml:{number}" if line else "/hunt.toml"
    assert (f"{where}: {key}: {message}" if key else f"{where}: {message}") in problems_of(tmp_path, text)


def test_all_problems_of_a_file_are_told(tmp_path: Path) -> None:
    text = (
        COPIES.replace('title = "Copies"', "title = 5")
        .replace('kind = "file"', 'kind = "files"')
        .replace("at =", "att =")
    )
    told = problems_of(tmp_path, text)
    assert [entry.split(": ")[1] for entry in told] == ["legs.files.kind", "title", "peak.at", "peak.att"]


def test_files_that_are_no_hunts(tmp_path: Path) -> None:
    assert problems_of(tmp_path, b"\xff\xfe") == ["/hunt.toml: is not UTF-8 text"]
    assert "/hunt.toml: id: this key is missing" in problems_of(tmp_path, "")
    with pytest.raises(HuntError, match="cannot be read: No such file or directory"):
        read_hunt(tmp_path / "none.toml")
    with pytest.raises(HuntError, match="cannot be read: Is a directory"):
        read_hunt(tmp_path)


def test_lines_of_keys() -> None:
    text = """a = 1
[b.c]
d = '''
e = 1
[f]
'''
'g' = '''x'''
[[h]]
i = 1
[[h]] # again
i = 2
"""
    lines = key_lines(text)
    assert lines == {
        "a": 1,
        "b": 2,
        "b.c": 2,
        "b.c.d": 3,
        "b.c.g": 7,
        "h": 8,
        "h.1": 8,
        "h.1.i": 9,
        "h.2": 10,
        "h.2.i": 11,
    }
    assert (find_line(lines, "b.c.d"), find_line(lines, "b.c.x.y"), find_line(lines, "x")) == (3, 2, 0)
