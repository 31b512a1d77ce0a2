"""KQL to DuckDB's SQL by way of duckdb-kql, kept for queries seen before."""

from __future__ import annotations

import re
import sys
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from tui.kql.dialects import nearest
from tui.kql.lexer import KqlSyntaxError, Token, TokenKind, significant, tokenize
from tui.kql.literals import string_literal, string_value
from tui.workspaces.protocol import UnsupportedQueryError

_KEPT = 256
_STACK = 20_000
_OWN_EXCUSES = ("in this wave", "see translate/functions.py")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z_]+)*")


class MissingTableError(UnsupportedQueryError):
    """The query reads a table that is not there."""


@dataclass(frozen=True)
class Translated:
    """SQL with the values of its placeholders."""

    sql: str
    parameters: Any


class Translator:
    """Translates for one schema; thread-safe."""

    def __init__(self, schema: Mapping[str, Mapping[str, str]]) -> None:
        self._schema = {table: list(columns) for table, columns in schema.items()}
        self._kept: OrderedDict[tuple[str, datetime], Translated] = OrderedDict()
        self._lock = threading.Lock()

    def translate(self, query: str, now: datetime) -> Translated:
        """SQL for `query` with `now()` fixed.

        UnsupportedQueryError says which construct cannot run and where; MissingTableError which table is not there.
        """
        key = (query, now)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        translated = self._translate(query, now)
        with self._lock:
            self._kept[key] = translated
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return translated

    def _translate(self, query: str, now: datetime) -> Translated:
        import duckdb_kql

        try:
            text = plain_literals(query)
            _check_reach(query)
            sys.setrecursionlimit(max(sys.getrecursionlimit(), _STACK))
            result = duckdb_kql.to_sql(text, schema=self._schema, allow_write=False, query_now=now)
        except KqlSyntaxError as error:
            raise UnsupportedQueryError(f"{error} ({place(query, error.position)})") from error
        except RecursionError as error:
            raise UnsupportedQueryError("the query nests too deeply for the embedded engine") from error
        except duckdb_kql.KqlSchemaError as error:
            name = error.name
            if name in self._schema or "unknown table" not in str(error):
                raise UnsupportedQueryError(str(error).splitlines()[0]) from error
            raise MissingTableError(f"there is no table {name!r}{nearest(name, self._schema)}") from error
        except duckdb_kql.KqlError as error:
            raise UnsupportedQueryError(_words(query, text, error)) from error
        return Translated(str(result), getattr(result, "parameters", None) or [])


def plain_literals(query: str) -> str:
    """`query` with every text literal in the one spelling that duckdb-kql reads exactly."""
    return "".join(_written(token) for token in tokenize(query))


def _written(token: Token) -> str:
    if token.kind is TokenKind.STRING:
        return string_literal(string_value(token.text), portable=True)
    return token.text


def place(text: str, position: int) -> str:
    """`line N, column M` of an offset."""
    line = text.count("\n", 0, position) + 1
    return f"line {line}, column {position - (text.rfind(chr(10), 0, position) + 1) + 1}"


def _check_reach(query: str) -> None:
    """UnsupportedQueryError for what would look past the tables: other databases, management commands."""
    tokens = significant(tokenize(query))
    if tokens and tokens[0].text == ".":
        raise UnsupportedQueryError(f"management commands do not run here ({place(query, tokens[0].start)})")
    for token, following in pairwise(tokens):
        if token.text in ("database", "cluster", "workspace") and following.text == "(":
            raise UnsupportedQueryError(f"{token.text}() does not reach anything here ({place(query, token.start)})")


def _words(query: str, text: str, error: Exception) -> str:
    """What duckdb-kql says of `text`, the query with its literals written again, in terms of `query`."""
    span = getattr(error, "span", None)
    diagnostics = getattr(error, "diagnostics", None)
    if diagnostics:
        span = diagnostics[0].span
        return f"{diagnostics[0].message.partition(' expecting')[0]} ({place(query, _offset(query, text, span))})"
    construct = getattr(error, "construct", "")
    if not construct:
        return str(error).splitlines()[0]
    kind, _, name = construct.rpartition(":")
    start = _offset(query, text, span) if span is not None else _first_use(query, name)
    word = _WORD.match(query, start or 0) if span is not None else None
    hint = getattr(error, "hint", None) or ""
    why = "" if any(excuse in hint for excuse in _OWN_EXCUSES) else f": {hint.splitlines()[0]}" if hint else ""
    where = f" ({place(query, start)})" if start is not None else ""
    said = word.group() if word else name
    return (
        f"the embedded engine cannot run {kind + ' ' if kind in ('function', 'aggregate') else ''}{said!r}{why}{where}"
    )


def _offset(query: str, text: str, span: Any) -> int:
    """The offset in `query` of a line (from 1) and column (from 0) of `text`."""
    lines = text.splitlines(keepends=True)
    wanted: int = sum(len(line) for line in lines[: span.line - 1]) + span.column
    done = 0
    for token in tokenize(query):
        written = len(_written(token))
        if done + written > wanted:
            return token.start + min(wanted - done, len(token.text) - 1)
        done += written
    return len(query)


def _first_use(query: str, name: str) -> int | None:
    """Where `name` first stands in `query`."""
    return next((token.start for token in tokenize(query) if token.text == name), None)
