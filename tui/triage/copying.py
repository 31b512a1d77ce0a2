"""Texts to copy: the KQL of a run, cells, rows and columns. Nothing in them acts where they are pasted, but for `raw`."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tui.kql.lexer import KqlSyntaxError, Token, TokenKind, tokenize
from tui.kql.literals import LiteralError, datetime_literal, string_literal, string_value, timespan_literal
from tui.results.export import markdown_cell, markdown_name, markdown_row, spreadsheet_cell
from tui.results.values import json_value, plain_text
from tui.terminal.safe_text import has_hidden, safe

Row = Mapping[str, Any]
"""Values by the name of their column."""

_LINE_END = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


class CopyError(ValueError):
    """A text that cannot be made in the form asked for; says why."""


def kql_text(kql: str) -> str:
    """`kql` on its lines, meaning the same: no control character but line ends, none at its end. CopyError.

    Texts in it that hold control or format characters are written with escapes; in comments those have a visible form.
    """
    return "".join(_on_lines(token) for token in _tokens(kql)).strip("\n ")


def kql_line(kql: str) -> str:
    """`kql` on one line, meaning the same, without its comments. CopyError when it cannot be read as KQL."""
    parts: list[str] = []
    for token in _tokens(kql):
        if token.kind in (TokenKind.SPACE, TokenKind.COMMENT):
            if parts and parts[-1] != " ":
                parts.append(" ")
        else:
            parts.append(_in_a_line(token))
    return "".join(parts).strip(" ")


def _tokens(kql: str) -> list[Token]:
    try:
        return tokenize(kql)
    except KqlSyntaxError as error:
        line = kql.count("\n", 0, error.position) + 1
        raise CopyError(f"line {line} cannot be read: {error}") from error


def _on_lines(token: Token) -> str:
    match token.kind:
        case TokenKind.SPACE:
            lines = _LINE_END.split(token.text)
            return "\n".join(_blanks(line) for line in lines)
        case TokenKind.COMMENT:
            return safe(token.text.expandtabs(4), len(token.text) * 4)
        case TokenKind.STRING:
            return token.text if token.text.replace("\n", "").isprintable() else _escaped(token.text)
    return _in_a_line(token)


def _in_a_line(token: Token) -> str:
    if token.kind is TokenKind.STRING:
        return token.text if token.text.isprintable() else _escaped(token.text)
    return " ".join(token.text.split())


def _blanks(text: str) -> str:
    return "".join("    " if character == "\t" else " " for character in text)


def _escaped(literal: str) -> str:
    """A text literal that means the same, with everything that acts on a terminal written as an escape."""
    prefix = literal[0] if literal[0] in "hH" else ""
    try:
        return prefix + string_literal(string_value(literal))
    except LiteralError as error:
        raise CopyError(str(error)) from error


def exact_text(value: object) -> str:
    """A value as text, nothing changed; null is nothing."""
    return plain_text(value)


def seen_text(value: object) -> str:
    """A value as text; when it holds characters that act on a terminal or that nobody sees, those in a visible form.

    Line ends and tabs are kept.
    """
    text = plain_text(value)
    if not has_hidden(text):
        return text
    lines = (line.split("\t") for line in text.replace("\r\n", "\n").split("\n"))
    return "\n".join("\t".join(safe(part, len(part)) for part in line) for line in lines)


def as_tsv(rows: Sequence[Row], columns: Sequence[str] | None = None) -> str:
    """Names and values between tabs, a row a line, for spreadsheets: nothing is a formula, all stands on one line."""
    names = _names(rows, columns)
    lines: list[list[Any]] = [list(names), *([row.get(name) for name in names] for row in rows)]
    return "\n".join("\t".join(spreadsheet_cell(value) for value in line) for line in lines)


def as_json(rows: Sequence[Row]) -> str:
    """A list of objects with every value whole, in ASCII."""
    return json.dumps([_json_object(row) for row in rows], ensure_ascii=True, allow_nan=False, indent=1)


def row_as_json(row: Row) -> str:
    """One object with every value whole, in ASCII."""
    return json.dumps(_json_object(row), ensure_ascii=True, allow_nan=False, indent=1)


def as_markdown(rows: Sequence[Row], columns: Sequence[str] | None = None) -> str:
    """A table in which nothing is markup, a link or a mention."""
    names = _names(rows, columns)
    lines = [markdown_row(markdown_name(name) for name in names), markdown_row("---" for _ in names)]
    lines += (markdown_row(markdown_cell(row.get(name)) for name in names) for row in rows)
    return "\n".join(lines)


def column_text(values: Iterable[object]) -> str:
    """A value a line, each on one line in a visible form; null is an empty line."""
    return "\n".join(safe(text, len(text)) for text in map(plain_text, values))


def distinct_values(values: Iterable[object]) -> list[Any]:
    """The values that are neither null nor empty, each once, in the order they first come."""
    return list(dict.fromkeys(value for value in values if value is not None and value != ""))


def dynamic_list(values: Iterable[object]) -> str:
    """The distinct values as `dynamic([...])`, of their own types. CopyError for one that no literal holds."""
    try:
        return f"dynamic([{', '.join(_literal(value) for value in distinct_values(values))}])"
    except LiteralError as error:
        raise CopyError(str(error)) from error


def _literal(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float() if math.isfinite(value):
            return repr(value)
        case Decimal() if value.is_finite():
            return f"{value:f}"
        case datetime() if value.tzinfo is not None:
            return datetime_literal(value)
        case timedelta() if value >= timedelta(0):
            return timespan_literal(value)
    return string_literal(plain_text(value))


def _json_object(row: Row) -> dict[str, Any]:
    return {name: json_value(value) for name, value in row.items()}


def _names(rows: Sequence[Row], columns: Sequence[str] | None) -> list[str]:
    """`columns`, or all of the rows' in the order they first come."""
    return list(columns) if columns is not None else list(dict.fromkeys(name for row in rows for name in row))
