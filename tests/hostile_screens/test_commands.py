"""The command line on hostile data in a terminal: all of it is seen, none of it acts."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest

from tests.hostile_screens.home import CENTRE, FORM, RUN, WORKSPACE, write_home
from tests.hostile_screens.payloads import MARKED, PAYLOADS, bare, marked, shown, shown_in_lines
from tests.hostile_screens.visit import environment, python
from tests.support.escapes import Kind, foreign
from tests.support.terminal import Terminal
from tui.terminal.safe_text import safe

PROGRAM = """
import json, sys
from tui.cli import main
for words in json.loads(sys.argv[1]):
    sys.argv[1:] = words
    try: code = main()
    except SystemExit as ended: code = ended.code
    print(f"ended with {code}", flush=True)
"""
DRILL = ["--row", f"DeviceName={CENTRE}", "--column", "ProcessesCount"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folders with the hostile data."""
    folder = tmp_path_factory.mktemp("home")
    write_home(folder / "data")
    (folder / "data" / "huntdeck" / "workspaces" / f"{_file_name('title')}.duckdb").touch()
    return folder


def _file_name(name: str) -> str:
    return marked(name).replace("/", "_").replace("\0", "")[:100]


def printed(home: Path, *commands: list[str]) -> tuple[list[str], list[str]]:
    """What each command prints to a terminal, blanks left out, and the exit code of each; nothing foreign leaves."""
    with Terminal(python("-c", PROGRAM, json.dumps(commands)), environment(home), 200, 50) as terminal:
        assert terminal.until_end() == 0
        assert foreign(terminal.stream.tokens) == []
        assert {token.kind for token in terminal.stream.tokens} <= {Kind.TEXT, Kind.CONTROL}
        text = "".join(token.text for token in terminal.stream.tokens)
    parts = re.split(r"ended with (\d+)\r\n", text)
    return [bare(part) for part in parts[:-1:2]], parts[1::2]


def test_lists_of_what_there_is(home: Path) -> None:
    [broken] = (home / "data" / "huntdeck" / "hunts").glob("broken*")
    check = ["hunts", "check", str(broken)]
    commands = [["hunts"], ["hunts", "--json"], check, ["workspaces"], ["coverage", "-w", WORKSPACE]]
    texts, codes = printed(home, *commands)
    assert codes == ["0", "0", "1", "0", "0"]
    for name in PAYLOADS:
        assert shown(name, 20) in texts[0], name
        assert bare(json.dumps(marked(name))[1:20]) in texts[1], name
        assert shown(name, 20).lower() in texts[4].lower(), name
    for text in (texts[0], texts[2]):
        assert "broken-[@click=app.leave]␛]0;evil␇⟨U+202E⟩.toml" in text
    assert "<m11␛]0;evil␛\\m11>evidence" in texts[3]


def test_rows_in_every_form(home: Path) -> None:
    forms = ["table", "csv", "csv-exact", "json", "jsonl", "markdown", "parquet"]
    texts, codes = printed(home, *(["run", RUN, "--base", "-w", WORKSPACE, "-f", form] for form in forms))
    assert codes == ["0"] * 6 + ["2"]
    for form, text in zip(forms[:-1], texts, strict=False):
        for name in PAYLOADS:
            if form.startswith("json"):
                seen = bare(json.dumps(marked(name))[1:20])
            else:
                # Line ends are part of what CSV exact keeps.
                seen = shown_in_lines(name, 20) if form == "csv-exact" else shown(name, 20)
            assert seen in text, (form, name)
    assert "writeittoafile" in texts[-1]


def test_drills_queries_and_what_is_wrong(home: Path) -> None:
    texts, codes = printed(
        home,
        ["drill", RUN, *DRILL, "-w", WORKSPACE],
        ["kql", RUN, *DRILL, "-w", WORKSPACE],
        ["kql", FORM, "-w", WORKSPACE],
        ["drill", RUN, "--row", "DeviceName=x\x1b]0;evil\x07", "--column", "ProcessesCount", "-w", WORKSPACE],
        ["run", "x[/]\x1b]0;evil\x07\u202e", "-w", WORKSPACE],
        ["run", RUN, "-w", "x\x1b]0;evil\x07"],
        ["run", RUN, "-w", WORKSPACE, "--last", "\x1b]0;evil\x07"],
        ["run", RUN, "-w", WORKSPACE, "--\x1b]0;evil\x07"],
        ["run", RUN, "-w", WORKSPACE, "-o", f"/no/{_file_name('bidi')}"],
    )
    assert codes == ["0", "0", "0", "2", "2", "2", "2", "2", "1"]
    for name in PAYLOADS:
        assert shown(name, 12) in texts[0], name
    assert shown("title", 12) in texts[1]
    assert 'letp_word_11="<m11␛]0;evil␛\\\\m11>";' in texts[2]
    for text in texts[3:8]:
        assert "evil" in text
    assert shown("bidi", 20) in texts[8]


def test_the_report_of_an_import(home: Path, tmp_path: Path) -> None:
    record = {
        "Channel": "Security",
        "EventID": 4688,
        "@timestamp": "2026-11-20T01:00:00Z",
        "EventTime": "2026-11-20 01:00:00",
        "NewProcessId": "0x10",
        "ProcessId": "0x8",
        "SourceModuleType": "im_msvistalog",
    }
    for name, text in MARKED.items():
        fields = {"Hostname": text, "SubjectUserName": text, "NewProcessName": text, "CommandLine": text}
        path = tmp_path / f"{_file_name(name)}.ndjson"
        path.write_text(json.dumps({**record, **fields}) + "\n", encoding="utf-8")
    (tmp_path / f"broken-{_file_name('c1')}.json").write_text("{\x1b]0;evil\x07", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / f"{_file_name('reset')}.zip", "w") as archive:
        archive.writestr(f"../{_file_name('bidi')}.ndjson", json.dumps({**record, "Hostname": "h"}))
    texts, codes = printed(home, ["import", str(tmp_path), "-w", "case"], ["coverage", "-w", "case"])
    assert codes[1] == "0"
    for name in PAYLOADS:
        assert bare(safe(_file_name(name)))[:14] in texts[0], name
        assert shown(name, 14).lower() in texts[1].lower(), name
