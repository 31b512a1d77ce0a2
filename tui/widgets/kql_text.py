"""KQL in colour: the language's tokens as styled text, made from spans and never from markup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from tui.kql.lexer import KqlSyntaxError, Token, TokenKind, tokenize
from tui.terminal.safe_text import safe_lines

_KEYWORDS = frozenset(
    "and or not in has has_any has_all hasprefix hassuffix has_cs contains contains_cs startswith endswith matches regex "
    "between where project extend summarize by join kind on union let set declare print range sort order asc desc nulls "
    "first last top take limit count distinct parse with evaluate invoke search find datatable externaldata as lookup "
    "materialize serialize sample true false null leftsemi leftouter leftanti inner innerunique away reorder rename keep "
    "typeof bool datetime decimal double dynamic guid int long real string timespan".split()
)
_STYLES = {
    TokenKind.COMMENT: "$text-muted italic",
    TokenKind.STRING: "$success",
    TokenKind.NUMBER: "$warning",
    TokenKind.TYPED: "$warning",
    TokenKind.OPERATOR: "$secondary",
}
_KEYWORD, _FUNCTION, _LET = "$primary bold", "$secondary", "$accent"
_BOUND = ("p_", "leg_", "scope_")


def highlight_kql(text: str) -> list[Content]:
    """The lines of `text`, safe and coloured; without colours when it is not KQL that can be read."""
    try:
        tokens = tokenize(text)
    except KqlSyntaxError:
        return [Content(line) for line in safe_lines(text)]
    lines: list[list[tuple[str, str]]] = [[]]
    for part, style in _styled(tokens):
        first, *others = safe_lines(part)
        lines[-1].append((first, style))
        lines += [[(line, style)] for line in others]
    return [Content.assemble(*(part for part in line if part[0])) for line in lines]


def _styled(tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    for index, token in enumerate(tokens):
        style = _STYLES.get(token.kind, "")
        if token.kind is TokenKind.NAME:
            style = _name_style(token.text, tokens[index + 1].text if index + 1 < len(tokens) else "")
        elif token.kind is TokenKind.OPERATOR and token.text.rstrip("~").lstrip("!") == "in":
            style = _KEYWORD
        yield token.text, style


def _name_style(name: str, following: str) -> str:
    if name.startswith(_BOUND):
        return _LET
    if following == "(":
        return _FUNCTION
    return _KEYWORD if name in _KEYWORDS else ""
