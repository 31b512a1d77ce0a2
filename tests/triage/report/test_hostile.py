from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from tests.hostile import STRINGS
from tests.support.active import active_html, active_markdown
from tests.support.hostile_report import (
    HOSTILE,
    MARKUP,
    hostile_report,
    html_blocks,
    html_values,
    markdown_blocks,
    markdown_texts,
)
from tui.terminal.safe_text import has_hidden
from tui.triage.report.as_json import to_json
from tui.triage.report.html import to_html
from tui.triage.report.markdown import code, prose_text, to_markdown, value
from tui.triage.report.wording import visible, visible_lines


@pytest.mark.parametrize("text", [*STRINGS.values(), *MARKUP])
def test_nothing_acts_in_a_report_of_hostile_values(text: str) -> None:
    report = hostile_report(text)
    assert active_markdown(to_markdown(report)) == []
    assert active_html(to_html(report)) == []


@settings(max_examples=40, deadline=None)
@given(HOSTILE)
def test_nothing_acts_whatever_the_values_are(text: str) -> None:
    report = hostile_report(text)
    assert active_markdown(to_markdown(report)) == []
    assert active_html(to_html(report)) == []


@settings(max_examples=40, deadline=None)
@given(HOSTILE.filter(lambda text: bool(text.strip())))
def test_a_hostile_value_changes_no_structure(text: str) -> None:
    report, plain = hostile_report(text), hostile_report("x")
    assert markdown_blocks(to_markdown(report)) == markdown_blocks(to_markdown(plain))
    assert html_blocks(to_html(report)) == html_blocks(to_html(plain))


@settings(max_examples=40, deadline=None)
@given(HOSTILE)
def test_each_value_can_be_read_back(text: str) -> None:
    report = hostile_report(text)
    shown = visible(text)
    page = html_values(to_html(report))
    assert page.count(shown) >= 20 or not shown
    assert (
        any(shown.strip() and shown.strip() in one for one in markdown_texts(to_markdown(report))) or not shown.strip()
    )
    kql = "\n".join(visible_lines(f"T | where A == {text}\n{text}"))
    assert kql in page
    assert f"{kql}\n" in markdown_texts(to_markdown(report))


@settings(max_examples=300, deadline=None)
@given(HOSTILE)
def test_a_value_s_text_is_what_a_reader_of_markdown_shows(text: str) -> None:
    shown = visible(text)
    assert markdown_texts(f"x {code(text)}")[0] == shown or not shown
    assert markdown_texts(f"x {value(text)}")[-1] == f"x {shown}" or not shown.strip() or not value(text)
    cells = markdown_texts(f"| a | b |\n| --- | --- |\n| {code(text, cell=True)} | end |")
    assert cells[-1] == "end"
    assert shown in cells or not shown


@settings(max_examples=300, deadline=None)
@given(HOSTILE)
def test_what_somebody_wrote_is_what_a_reader_of_markdown_shows(text: str) -> None:
    for line in visible_lines(text):
        written = prose_text(line)
        if written:
            assert " ".join(markdown_texts(f"> {written}")[-1].split()) == " ".join(line.split())
        assert active_markdown(f"> {written}") == []


def test_prose_stays_legible() -> None:
    written = prose_text("Asked the owner (twice), who doesn't know; see https://evil.example/x or ask @ana.")
    assert written == "Asked the owner (twice), who doesn't know; see `https://evil.example/x` or ask `@ana.`"
    assert prose_text("no answer within 0.05 s; 12 rows") == "no answer within 0.05 s; 12 rows"
    assert prose_text("1. or 2) or - or > or # or ---") == "1\\. or 2\\) or \\- or `>` or `#` or \\-\\-\\-"


@given(HOSTILE)
def test_what_is_visible_hides_nothing(text: str) -> None:
    assert not has_hidden(visible(text).replace("\u0301", "")) or visible(text)[:1].isascii() is False
    assert not any(character in visible(text) for character in "\n\r\t\x1b\x00\u202e\u200b")


def test_json_is_plain_and_holds_the_texts_as_they_are() -> None:
    text = to_json(hostile_report("\x1b[2J\u202ex"))
    assert text.isascii()
    assert "\x1b" not in text
    assert json.loads(text)["name"] == "\x1b[2J\u202ex"


def test_defanging_leaves_no_link_even_to_a_reader_that_makes_them() -> None:
    report = hostile_report("see http://evil.example/x.exe and 10.1.2.3 or ana@evil.co.uk")
    defanged = hostile_report("see http://evil.example/x.exe and 10.1.2.3 or ana@evil.co.uk", defang=True)
    for write in (to_markdown, to_html, to_json):
        assert "http://evil.example" in write(report)
        page = write(defanged)
        assert "hxxp[:]//evil[.]example/x.exe" in page.replace("\\", "")
        for name in ("http://", "evil.example", "10.1.2.3", "evil.co.uk"):
            assert name not in page
    assert defanged.queries[0].sha256 == report.queries[0].sha256
    assert defanged.digest == report.digest
