"""Texts from data reach widgets only after they were made safe, and nobody parses markup: checked on the source."""

from __future__ import annotations

from pathlib import Path

import pytest

import tui
from tests.support.text_lint import markup_violations, sources, text_violations

PROGRAM = Path(tui.__file__).parent
HERE = Path("planted.py")

CLASS = """
class Shown:
    def __init__(self, title, hunt):
        self._title, self._safe, self._both = title, safe(title), (title, safe(title))
    def compose(self):
        yield {}
    def _said(self, words):
        return words
    def show(self, title):
        self.query_one("#x", Words).say(self._said(title))
"""

PLANTED = [
    "Words(f'{hunt.title}')",
    "Words(f'{hunt.title:<20}')",
    "Words(str(row))",
    "Words(self._title)",
    "Words('a ' + self._title)",
    "Words(self._title if self._title else 'none')",
    "Words(f'{safe(self._title)} of {self._title}')",
    "Button(self._title, id='x')",
    "Static(self._title, markup=False)",
    "Item((Content(self._title),))",
    "Content.styled(self._title, 'bold')",
    "Content.assemble('a', (self._title, 'bold'))",
    "Content('\\n'.join([self._title]))",
    "Content('\\n'.join(map(str, rows)))",
    "Text(self._title.upper())",
    "super().notify(self._title)",
    "Words(tooltip=self._title)",
    "Words(self._both[0])",
]
HARMLESS = [
    "Words('plain')",
    "Words(safe(self._title))",
    "Words(self._safe)",
    "Words(self._both[1])",
    "Words(f'{safe(self._title, 20)} {len(rows):,} {moment:%H:%M} {size:.1f} {WRONG_MARK}')",
    "Content.assemble(('KQL', 'bold'), '  ', (self._safe, ''))",
    "Content('\\n'.join(map(safe, rows)))",
    "Content('\\n'.join(safe(row) for row in rows))",
    "Button('Run', id=hunt.id)",
    "self.notify(self._title)",
]
MARKUP = [
    "Content.from_markup(text)",
    "Content.from_markup('[b]$x', x=text)",
    "Text.from_markup(text)",
    "Static(text)",
    "Static(text, markup=True)",
    "Label(text, markup=switch)",
    "self.notify(text, markup=True)",
    "widget.border_title = text",
    "widget.tooltip = safe(text)",
    "from rich.markup import escape",
    "from textual.markup import escape",
]


@pytest.mark.parametrize("expression", PLANTED)
def test_a_planted_text_is_found(expression: str) -> None:
    source = CLASS.replace("{}", expression)
    assert sorted(found.line for found in text_violations(HERE, source)) == [6, 10]


@pytest.mark.parametrize("expression", HARMLESS)
def test_a_safe_text_is_let_through(expression: str) -> None:
    source = CLASS.replace("{}", expression)
    assert [found.line for found in text_violations(HERE, source)] == [10]


@pytest.mark.parametrize("line", MARKUP)
def test_planted_markup_is_found(line: str) -> None:
    assert markup_violations(HERE, line)


def test_texts_of_screens_are_safe() -> None:
    files = sources(PROGRAM / "screens", PROGRAM / "app.py")
    assert len(files) > 20
    assert [str(found) for path, source in files for found in text_violations(path, source)] == []


def test_nothing_parses_markup() -> None:
    assert [str(found) for path, source in sources(PROGRAM) for found in markup_violations(path, source)] == []
