"""What in a KQL text would reach beyond the workspace it runs in: for texts that somebody else wrote.

Works on tokens, so that texts within quotes and comments do not count. What a stored function or a materialized view does
cannot be told from a call of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tui.kql.lexer import KqlSyntaxError, Token, TokenKind, significant, tokenize
from tui.kql.literals import string_value

_LINE_END = re.compile("[\n\r\u2028\u2029]")

_CALLS = {
    "cluster": "another cluster",
    "database": "another database",
    "workspace": "another workspace",
    "app": "another application",
    "resource": "another resource",
    "adx": "Azure Data Explorer",
    "arg": "Azure Resource Graph",
    "external_table": "an external table",
    "externaldata": "a file elsewhere",
    "external_data": "a file elsewhere",
    "entity_group": "other databases",
    "stored_query_result": "a stored result",
}
"""Functions that read from elsewhere, and what they read."""

_ANYWHERE = frozenset({"externaldata", "external_data", "entity_group"})
"""Those that are written without a bracket right after them, too."""

_PLUGINS = frozenset(
    "active_users_count activity_counts_metrics activity_engagement activity_metrics autocluster bag_unpack basket "
    "dcount_intersect diffpatterns diffpatterns_text funnel_sequence funnel_sequence_completion ipv4_lookup ipv6_lookup "
    "narrow new_activity_metrics pivot preview rolling_percentile rows_near sequence_detect session_count "
    "sliding_window_counts".split()
)
"""Plugins that work on the rows they are given and on nothing else. Any other may call out or run code."""


def reaching_out(kql: str) -> list[str]:
    """What in `kql` reaches out of its workspace, in words with the line; empty when nothing does.

    A text that cannot be read gives what is wrong with it, since nothing can be said of it.
    """
    try:
        tokens = tokenize(kql)
    except KqlSyntaxError as error:
        return [f"it cannot be read: {error} (line {_line(kql, error.position)})"]
    found = dict.fromkeys(_found(tokens, kql))
    return list(found)


def _found(tokens: Sequence[Token], kql: str) -> Iterator[str]:
    used = significant(tokens)
    for index, token in enumerate(used):
        after = used[index + 1].text if index + 1 < len(used) else ""
        name = _name(used, index)
        called = after == "(" or (token.kind is TokenKind.STRING and _next(used, index + 1) == "(")
        if name in _CALLS and (called or name in _ANYWHERE):
            yield f"{name}( reads from {_CALLS[name]} (line {_line(kql, token.start)})"
        elif name == "evaluate":
            plugin = _plugin(used, index + 1)
            if plugin.lower() not in _PLUGINS:
                yield f"evaluate {plugin or '?'} may call out or run code (line {_line(kql, token.start)})"
        elif token.text == "." and _starts_line(kql, token.start):
            yield f".{after} is a command to the service, not a query (line {_line(kql, token.start)})"


def _name(tokens: Sequence[Token], index: int) -> str:
    """The name at `index` in lower case, written plainly or as `["name"]`; empty when there is none."""
    token = tokens[index]
    if token.kind is TokenKind.NAME:
        return token.text.lower()
    if token.kind is TokenKind.STRING and index and tokens[index - 1].text == "[" and _next(tokens, index) == "]":
        try:
            return string_value(token.text).lower()
        except ValueError:
            return ""
    return ""


def _next(tokens: Sequence[Token], index: int) -> str:
    return tokens[index + 1].text if index + 1 < len(tokens) else ""


def _plugin(tokens: Sequence[Token], index: int) -> str:
    """The plugin that `evaluate` is followed by, perhaps after hints."""
    while index < len(tokens) and tokens[index].text != "(":
        if _next(tokens, index) == "(":
            return _name(tokens, index - (tokens[index].text == "]")) or tokens[index].text
        index += 1
    return ""


def _starts_line(kql: str, position: int) -> bool:
    """Whether only blanks stand before `position` on its line."""
    return not _LINE_END.split(kql[:position])[-1].strip()


def _line(kql: str, position: int) -> int:
    return kql.count("\n", 0, position) + 1
