"""KQL to DuckDB's SQL by way of duckdb-kql, kept for queries seen before."""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tui.kql.lexer import KqlSyntaxError, TokenKind, tokenize
from tui.kql.literals import string_literal, string_value
from tui.workspaces.protocol import UnsupportedQueryError

_KEPT = 256
_STACK = 20_000


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
        """SQL for `query` with `now()` fixed; UnsupportedQueryError says which construct cannot run and where."""
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
            sys.setrecursionlimit(max(sys.getrecursionlimit(), _STACK))
            result = duckdb_kql.to_sql(text, schema=self._schema, allow_write=False, query_now=now)
        except KqlSyntaxError as error:
            raise UnsupportedQueryError(f"{error} ({place(query, error.position)})") from error
        except RecursionError as error:
            raise UnsupportedQueryError("the query nests too deeply for the embedded engine") from error
        except duckdb_kql.KqlError as error:
            raise UnsupportedQueryError(_words(error)) from error
        return Translated(str(result), getattr(result, "parameters", None) or [])


def plain_literals(query: str) -> str:
    """`query` with every text literal in the one spelling that duckdb-kql reads exactly."""
    return "".join(
        string_literal(string_value(token.text), portable=True) if token.kind is TokenKind.STRING else token.text
        for token in tokenize(query)
    )


def place(text: str, position: int) -> str:
    """`line N, column M` of an offset."""
    line = text.count("\n", 0, position) + 1
    return f"line {line}, column {position - (text.rfind(chr(10), 0, position) + 1) + 1}"


def _words(error: Exception) -> str:
    text = str(error).splitlines()[0]
    construct = getattr(error, "construct", None)
    span = getattr(error, "span", None)
    where = f" (line {span.line}, column {span.column})" if span is not None and "line" not in text else ""
    return f"the embedded engine cannot run {construct!r}: {text}{where}" if construct else f"{text}{where}"
