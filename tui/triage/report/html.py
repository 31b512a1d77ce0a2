"""A report as one HTML page that loads nothing, runs nothing and links nowhere but within itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

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
    Link,
    Paragraph,
    Prose,
    Quote,
    Value,
)
from tui.triage.report.layout import blocks
from tui.triage.report.model import Report
from tui.triage.report.style import STYLE
from tui.triage.report.wording import visible, visible_lines

_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
"""
_TAIL = "</main>\n</body>\n</html>\n"


def to_html(report: Report) -> str:
    """The report as a page for browsers and printers, light or dark as the reader's system is."""
    found = list(blocks(report))
    return "".join(
        [
            _HEAD.format(title=_text(f"Threat hunt report: {report.name}"), style=STYLE),
            *(f"{part}\n" for part in _body(found)),
            _TAIL,
        ]
    )


def _body(found: list[Block]) -> Iterator[str]:
    """The blocks; each heading of the second level begins a section, and all of them are listed before the first."""
    listed = False
    open_section = False
    for block in found:
        if isinstance(block, Heading) and block.level == 2:
            if not listed:
                yield _contents(found)
                listed = True
            if open_section:
                yield "</section>"
            yield f'<section id="{block.name}">'
            open_section = True
        yield _block(block)
    if open_section:
        yield "</section>"


def _contents(found: Iterable[Block]) -> str:
    links = [
        f'<a href="#{block.name}">{_line(block.line)}</a>'
        for block in found
        if isinstance(block, Heading) and block.level == 2
    ]
    return f"<nav>{' '.join(links)}</nav>"


def _block(block: Block) -> str:
    match block:
        case Heading(level, line, name):
            identity = f' id="{name}"' if name and level > 2 else ""
            return f"<h{level}{identity}>{_line(line).strip()}</h{level}>"
        case Paragraph(line):
            return f"<p>{_line(line)}</p>"
        case Figures(figures):
            cards = (
                f'<li class="{tone}"><b>{_text(number)}</b> <span>{_text(words)}</span></li>'
                for number, words, tone in figures
            )
            return f'<ul class="figures">{"".join(cards)}</ul>'
        case Facts(facts):
            pairs = (f"<dt>{_inline(name)}</dt><dd>{_line(line)}</dd>" for name, line in facts)
            return f"<dl>{''.join(pairs)}</dl>"
        case Bullets(items):
            return f"<ul>{''.join(f'<li>{_line(line)}</li>' for line in items)}</ul>"
        case Grid():
            return _grid(block)
        case Quote(prose):
            return f"<blockquote><p>{_prose(prose)}</p></blockquote>"
        case Code(text):
            return f"<pre><code>{escape(chr(10).join(visible_lines(text)), quote=True)}</code></pre>"


def _grid(grid: Grid) -> str:
    def cells(tag: str, shown: Iterable[str]) -> str:
        kinds = (' class="number"' if place in grid.numbers else "" for place in range(len(grid.head)))
        return "".join(f"<{tag}{kind}>{text}</{tag}>" for kind, text in zip(kinds, shown, strict=True))

    rows = "\n".join(f"<tr>{cells('td', map(_line, row))}</tr>" for row in grid.rows)
    return f"<table><thead><tr>{cells('th', map(_text, grid.head))}</tr></thead>\n<tbody>\n{rows}\n</tbody></table>"


def _line(line: Line) -> str:
    return "".join(map(_inline, line))


def _inline(part: Inline) -> str:
    match part:
        case Value("", _) | Badge("", _):
            return ""
        case Value(text, True):
            return f"<code><bdi>{_text(text)}</bdi></code>"
        case Value(text):
            return f"<bdi>{_text(text)}</bdi>"
        case Badge(text, tone):
            return f'<mark class="{tone}"><bdi>{_text(text)}</bdi></mark>'
        case Prose():
            return _prose(part)
        case Link(text, name):
            return f'<a href="#{name}">{_text(text)}</a>'
    return _text(part.text)


def _prose(prose: Prose) -> str:
    if not prose.text:
        return ""
    lines = (escape(visible(line), quote=True) for line in visible_lines(prose.text))
    return "<br>".join(f"<bdi>{line}</bdi>" for line in lines)


def _text(text: str) -> str:
    """`text` with nothing in it that a browser acts on."""
    return escape(visible(text), quote=True)
