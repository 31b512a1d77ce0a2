"""A report as Markdown in which nothing from data acts: no link, image, markup, HTML or mention, in tables and out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tui.triage.report.document import (
    Badge,
    Block,
    Bullets,
    Code,
    Facts,
    Figures,
    Grid,
    Heading,
    Inline,
    Line,
    Paragraph,
    Prose,
    Quote,
    Value,
)
from tui.triage.report.layout import blocks
from tui.triage.report.model import Report
from tui.triage.report.wording import visible, visible_lines

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[ -][A-Za-z0-9]+)*\Z")
"""Texts that are no markup, link or mention wherever they stand."""
_BADGE = re.compile(r"[A-Za-z0-9]+(?:[ ,+]+[A-Za-z0-9]+)*\Z")
_TECHNIQUE = re.compile(r"T[0-9]{4}\.[0-9]{3}\Z")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_MARKUP = re.compile(r"[\\`*_{}\[\]<>&|~$]")
_WORD = re.compile(r"(?P<start>[(\"']*)(?P<bare>[0-9]+\.[0-9]+|[^\W_]+(?:['’-][^\W_]+)*)?(?P<end>[!\"'(),.:;?-]*)\Z")
"""A word of prose with punctuation around it; any other is written as code."""
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_BACKTICKS = re.compile("`+")
_SHORTEST_FENCE = 3


def to_markdown(report: Report) -> str:
    """The report as CommonMark with tables."""
    return "\n\n".join(_block(block) for block in blocks(report)) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading(level, line):
            return f"{'#' * level} {_line(line).strip()}"
        case Paragraph(line):
            return _line(line)
        case Figures(figures):
            return ", ".join(f"**{number}** {words}" for number, words, _ in figures)
        case Facts(facts):
            return "\n".join(f"- {_inline(name)}: {_line(line)}" for name, line in facts)
        case Bullets(items):
            return "\n".join(f"- {_line(line)}" for line in items)
        case Grid():
            return "\n".join(_grid(block))
        case Quote(prose):
            return "\\\n".join(f"> {prose_text(line)}" for line in visible_lines(prose.text))
        case Code(text):
            return fenced(text)


def _grid(grid: Grid) -> Iterable[str]:
    yield f"| {' | '.join(map(own, grid.head))} |"
    yield f"| {' | '.join('--:' if place in grid.numbers else '---' for place in range(len(grid.head)))} |"
    for row in grid.rows:
        yield f"| {' | '.join(_line(cell, cell=True) for cell in row)} |"


def _line(line: Line, cell: bool = False) -> str:
    return "".join(_inline(part, cell) for part in line)


def _inline(part: Inline, cell: bool = False) -> str:
    match part:
        case Value(text, exact):
            return code(text, cell) if exact else value(text, cell)
        case Badge(text):
            return f"**{text if _BADGE.match(text) else code(text, cell)}**" if text else ""
        case Prose(text):
            return prose_text(visible(text), cell)
    return own(part.text)


def own(text: str) -> str:
    """This program's own words, which never begin with what makes a list or heading, and hold no link or mention."""
    return _MARKUP.sub(lambda match: _ENTITIES.get(match[0], f"\\{match[0]}"), text)


def escaped(text: str) -> str:
    """`text` with nothing in it that is markup, wherever it stands."""
    return _PUNCTUATION.sub(lambda match: _ENTITIES.get(match[0], f"\\{match[0]}"), text)


def value(text: str, cell: bool = False) -> str:
    """A text from data: as it is where it is plain words, else as code."""
    return text if _PLAIN.match(text) or _TECHNIQUE.match(text) else code(text, cell)


def code(text: str, cell: bool = False) -> str:
    """`text` as a code span, in which nothing is markup, HTML, a link or a mention; `cell` when it stands in a table."""
    shown = visible(text)
    if not shown:
        return ""
    fence = "`" * (max(map(len, _BACKTICKS.findall(shown)), default=0) + 1)
    edge = " " if not shown.isspace() and (shown[0] in " `" or shown[-1] in " `") else ""
    span = f"{fence}{edge}{shown}{edge}{fence}"
    return span.replace("|", "\\|") if cell else span


def prose_text(line: str, cell: bool = False) -> str:
    """A line of what somebody wrote: its words with punctuation escaped, whatever may be a link or a mention as code."""
    return " ".join(_word(word, cell) for word in line.split())


def _word(word: str, cell: bool) -> str:
    match = _WORD.match(word)
    if match is None:
        return code(word, cell)
    marker = not match["bare"] or (match["bare"].isdecimal() and match["end"])
    return escaped(word) if marker else word


def fenced(text: str) -> str:
    """A text of several lines, whole, as a block of code."""
    lines = visible_lines(text)
    longest = max((len(run) for line in lines for run in _BACKTICKS.findall(line)), default=0)
    fence = "`" * max(_SHORTEST_FENCE, longest + 1)
    return "\n".join([f"{fence}kusto", *lines, fence])
