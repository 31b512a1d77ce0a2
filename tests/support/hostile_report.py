"""A report in which every text from data is the same hostile one, and what readers make of a written report."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.hostile import STRINGS
from tests.support.records import MOMENT, a_run, a_session
from tui.library.loader import parse_hunt
from tui.library.model import Hunt
from tui.triage.queries.context import Scope
from tui.triage.records.model import Note, RunRecord
from tui.triage.report.gather import gather
from tui.triage.report.model import Report
from tui.triage.runs import Origin
from tui.workspaces.protocol import Outcome, State

MARKUP = (
    "[x](javascript:alert(1))",
    "![x](https://evil.example/beacon.png)",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</bdi></td></table><script>alert(1)</script>",
    "--><svg onload=alert(1)>",
    '" onmouseover="alert(1)',
    "https://evil.example/a?b=c&d",
    "www.evil.example",
    "evil.com",
    "ana@evil.example @team #12 org/repo#3",
    "[x]: https://evil.example",
    "[^1]: note",
    "a | b | c\n| --- | --- |",
    "a\\|b \\",
    "`",
    "`` ` ``",
    "```\n~~~\n# heading\n```",
    "# heading\n- item\n1. item\n> quote\n\n    code\n===\n---",
    "&lt;script&gt; &#60; &amp; &#x1b;",
    "<!-- x -->",
    "<?php ?> <![CDATA[x]]> <!DOCTYPE x>",
    "*a* _b_ **c** ~~d~~ $e$",
    "  leading and trailing  ",
    "   ",
    "\t",
    "\u0301combining",
    "\ud800",
    "\U0001f3fb",
    "<U+001B>",
)
PIECES = st.sampled_from(
    [*"<>[]()`!|\\*_~#&;:/.@'\"=-+ \n\t\r\x00\x1b\x9b\u202e\u200b", "http://", "www.", "a", "1", "e.com", "```", "x y"]
)
HOSTILE = (
    st.sampled_from([*STRINGS.values(), *MARKUP]) | st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=20)
)


def a_hunt(identity: str = "T1119-91", techniques: str = '"T1119", "T1039"', tactic: str = "TA0009") -> Hunt:
    text = f"""
id = "{identity}"
title = "File copies"
techniques = [{techniques}]
tactic = "{tactic}"
subject = "device"
purpose = "Copy tools."
triage = "Read."
primary = "processes"

[parameters.tools]
type = "string_list"
default = ["robocopy.exe"]
help = "Image names"

[parameters.minimum]
type = "integer"
default = 3
help = "At least"

[legs.processes]
kind = "process"
table = "DeviceProcessEvents"
where = "FileName in~ (p_tools) and ProcessId >= p_minimum"
count = "ProcessCount"
"""
    return parse_hunt(text, Path(f"{identity}.toml"))


def hostile_report(value: str, defang: bool = False) -> Report:
    """A report with `value` wherever a text of data, of an imported session or of a hunt stands."""
    session, run = a_session(), _hostile_run(value)
    mark = replace(
        session.marks[0], author=value, fields={"FileName": value, "Key": "x"}, note=value, tags=(value,), key=value
    )
    verdict = replace(
        session.verdicts[0], workspace=value, hunt=value, entity=value.lower(), name=value, reason=value, author=value
    )
    session = replace(
        session,
        name=value,
        imported=value,
        identity=value,
        workspace=value,
        author=value,
        scope=run.scope,
        marks=(mark,),
        notes=(Note(value, value, MOMENT),),
        verdicts=(verdict,),
    )
    rows = pa.table({"DeviceKey": [_writable(value), "b"], "DeviceName": [_writable(value), "B"]})
    hunt = replace(a_hunt(), id=value, title=value, techniques=(value,), tactic=value)
    return gather(session, [run], lambda number: rows, [hunt], defang, lambda run: hunt)


def _writable(value: str) -> str:
    """No column of rows holds half a surrogate pair."""
    return value.encode("utf-8", "replace").decode()


def _hostile_run(value: str) -> RunRecord:
    run = a_run(2)
    return replace(
        run,
        hunt=value,
        title=value,
        techniques=(value,),
        values={value: value, "many": (value, "b")},
        scope=Scope((value,), (value,), (value,), (value,)),
        query=replace(run.query, kql=f"T | where A == {value}\n{value}", view="devices", title=value, leg=value),
        workspace=value,
        kind=value,
        author=value,
        origin=Origin(1, value, value, 4, MOMENT),
        outcome=Outcome(State.TRUNCATED, value),
        rows_sha256=value,
        kql_sha256=value,
    )


def markdown_texts(text: str) -> list[str]:
    """What a reader of Markdown shows: the text of each paragraph, cell, span of code and block of code."""
    found: list[str] = []
    for token in MarkdownIt("gfm-like").parse(text):
        if token.type == "fence":
            found.append(token.content)
        elif token.type == "inline":
            children = token.children or []
            found += [child.content for child in children if child.type == "code_inline"]
            shown = {"softbreak": "\n", "hardbreak": "\n"}
            found.append("".join(shown.get(child.type, child.content) for child in children))
    return found


def markdown_blocks(text: str) -> list[str]:
    """The headings, lists, tables, cells, quotes and blocks of code, in order."""
    return [f"{token.type} {token.tag}" for token in MarkdownIt("gfm-like").parse(text)]


def html_blocks(text: str) -> list[str]:
    """The elements of a page in order, but for those within a line."""
    shown = _Shown()
    shown.feed(text)
    shown.close()
    return [tag for tag in shown.tags if tag not in ("bdi", "br", "code", "mark")]


class _Shown(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.tags: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag in ("bdi", "pre"):
            self._open.append("")

    def handle_data(self, data: str) -> None:
        self._open = [text + data for text in self._open]

    def handle_endtag(self, tag: str) -> None:
        if tag in ("bdi", "pre") and self._open:
            self.found.append(self._open.pop())


def html_values(text: str) -> list[str]:
    """The text of each value of a page, and of each block of code."""
    shown = _Shown()
    shown.feed(text)
    shown.close()
    return shown.found
