"""KQL as the services take it, said for the embedded engine: functions it lacks, and the order of columns at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from itertools import pairwise

from tui.kql.binding import parse_networks
from tui.kql.lexer import KqlSyntaxError, Token, TokenKind, significant, text_of, tokenize
from tui.kql.literals import string_literal, string_value

_RENAMED = {"count_distinct": "dcount", "count_distinctif": "dcountif"}
_PRIVATE = tuple(IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
_WORDS = frozenset(
    "by kind type on with asc desc in of to from step and or not let true false null has contains".split()
)
_END = Token(TokenKind.OPERATOR, "", 0)
_IN_NETWORKS = ("ipv4_is_in_any_range", "ipv6_is_in_any_range", "ipv4_is_in_range", "ipv6_is_in_range")


class QuerySyntaxError(Exception):
    """The query cannot be parsed: `line` from 1 and `position` in it from 0, and the `token` there."""

    def __init__(self, line: int, position: int, token: str) -> None:
        super().__init__(f"Query could not be parsed at '{token}' on line [{line},{position}]")
        self.line, self.position, self.token = line, position, token


class QuerySemanticError(Exception):
    """The query parses but cannot be run: a name is not known, or a construct is not taken here."""


@dataclass(frozen=True)
class Prepared:
    """A query for the embedded engine, the tables it reads, and the columns to be put first; `source` is as it came."""

    text: str
    source: str
    tables: tuple[str, ...]
    first: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)

    def order(self, columns: Sequence[str]) -> list[int]:
        """The indexes of `columns` in the order to be sent."""
        front = [columns.index(name) for name in self.first if name in columns]
        return [*front, *(index for index in range(len(columns)) if index not in front)]


def prepare(text: str, schema: Mapping[str, Mapping[str, str]], time_column: Callable[[str], str]) -> Prepared:
    """`text` for the embedded engine; QuerySyntaxError tells the place, QuerySemanticError what is refused.

    Whether the grammar takes all of it is for `check_syntax` to say, once the engine does not take it.
    """
    options, text = _options(text)
    if not text.strip():
        raise QuerySyntaxError(1, 0, "")
    try:
        return _prepared(text, options, schema, time_column)
    except QuerySemanticError:
        check_syntax(text)  # which is found first
        raise


def _prepared(
    text: str,
    options: Mapping[str, str],
    schema: Mapping[str, Mapping[str, str]],
    time_column: Callable[[str], str],
) -> Prepared:
    try:
        tokens = tokenize(text)
    except KqlSyntaxError as error:
        raise _fault_at(text, error.position) from error
    used = {token.text for token in tokens if token.kind is TokenKind.NAME}
    tables = tuple(table for table in schema if table in used)
    check_case(tokens, schema, tables)
    tokens, first = _without_reorder(tokens)
    said = _said(tokens, _networks(tokens), time_column(tables[0]) if tables else "")
    return Prepared(said, text, tables, first, options)


def check_syntax(text: str) -> None:
    """QuerySyntaxError at the first thing that the grammar does not take."""
    import duckdb_kql

    if not text.strip():
        raise QuerySyntaxError(1, 0, "")
    for diagnostic in duckdb_kql.validate(text):
        lines = text.splitlines() or [""]
        line, column = min(diagnostic.span.line, len(lines)), diagnostic.span.column
        raise QuerySyntaxError(line, column, _word_at(lines[line - 1], column))


def _word_at(line: str, column: int) -> str:
    rest = line[column:]
    word = rest[: next((at for at, mark in enumerate(rest) if not (mark.isalnum() or mark == "_")), len(rest))]
    return word or rest[:1]


def _fault_at(text: str, position: int) -> QuerySyntaxError:
    before = text[:position]
    column = position - (before.rfind("\n") + 1)
    return QuerySyntaxError(before.count("\n") + 1, column, _word_at(text[position:].splitlines()[0], 0))


def _options(text: str) -> tuple[dict[str, str], str]:
    """The `set NAME[=VALUE];` statements at the front, and the text with blanks in their place."""
    options: dict[str, str] = {}
    try:
        tokens = significant(tokenize(text))
    except KqlSyntaxError:
        return options, text
    at = 0
    while at + 2 < len(tokens) and tokens[at].text == "set":
        end = next((index for index in range(at, len(tokens)) if tokens[index].text == ";"), None)
        if end is None:
            break
        value = text_of(tokens[at + 3 : end])
        options[tokens[at + 1].text] = value.strip("\"'") or "true"
        start, stop = tokens[at].start, tokens[end].start + 1
        blank = "".join(mark if mark.isspace() else " " for mark in text[start:stop])
        text = text[:start] + blank + text[stop:]
        at = end + 1
    return options, text


def check_case(tokens: Sequence[Token], schema: Mapping[str, Mapping[str, str]], tables: Sequence[str]) -> None:
    """QuerySemanticError for a name that is a table's or column's but for its case: the services tell them apart."""
    plain = significant(tokens)
    names = set(schema).union(*(schema[table] for table in tables))
    defined = {token.text for token, following in pairwise(plain) if following.text in ("=", ":")}
    lowered = {name.lower() for name in names}
    for before, token, following in zip(plain, plain[1:], [*plain[2:], _END], strict=False):
        own = token.kind is TokenKind.NAME and token.text not in names | defined | _WORDS
        if own and token.text.lower() in lowered and before.text not in (".", "|") and following.text not in ("(", "-"):
            raise QuerySemanticError(unresolved("scalar", token.text))
    if plain and plain[0].kind is TokenKind.NAME and plain[0].text not in names and plain[0].text.lower() in lowered:
        raise QuerySemanticError(unresolved("table or column", plain[0].text))


def unresolved(what: str, name: str) -> str:
    """How the services say that they do not know a name; `what` is `scalar` or `table or column`."""
    return f"'where' operator: Failed to resolve {what} expression named '{name}'"


def _without_reorder(tokens: list[Token]) -> tuple[list[Token], tuple[str, ...]]:
    """`tokens` without a `project-reorder` of plain names at the very end, and those names."""
    plain = significant(tokens)
    marks = [
        at
        for at in range(len(plain) - 3)
        if plain[at].text == "|" and [token.text for token in plain[at + 1 : at + 4]] == ["project", "-", "reorder"]
    ]
    if not marks:
        return tokens, ()
    names = [token for token in plain[marks[-1] + 4 :] if token.text not in (",", ";")]
    if any(token.kind is not TokenKind.NAME for token in names):
        return tokens, ()
    start = plain[marks[-1]].start
    return [token for token in tokens if token.start < start], tuple(token.text for token in names)


def _networks(tokens: Sequence[Token]) -> dict[str, list[str]]:
    """The lists of texts that `let` statements name: `let NAME = dynamic(["a", ...]);`."""
    found: dict[str, list[str]] = {}
    plain = significant(tokens)
    for at, token in enumerate(plain[:-4]):
        if token.text == "let" and [plain[at + 2].text, plain[at + 3].text] == ["=", "dynamic"]:
            texts = []
            for value in plain[at + 4 :]:
                if value.text == ";":
                    break
                if value.kind is TokenKind.STRING:
                    texts.append(string_value(value.text))
            found[plain[at + 1].text] = texts
    return found


def _said(tokens: list[Token], lists: Mapping[str, list[str]], time: str) -> str:
    out: list[str] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        called = index + 1 < len(tokens) and tokens[index + 1].text == "("
        if token.kind is TokenKind.NAME and called and token.text in (*_IN_NETWORKS, "ipv4_is_private"):
            arguments, index = _arguments(tokens, index + 1)
            out.append(_network_test(token.text, arguments, lists))
            continue
        if token.kind is TokenKind.NAME and called and token.text == "ingestion_time" and time:
            _, index = _arguments(tokens, index + 1)
            out.append(time)
            continue
        out.append(_RENAMED.get(token.text, token.text) if token.kind is TokenKind.NAME and called else token.text)
        index += 1
    return "".join(out)


def _arguments(tokens: Sequence[Token], index: int) -> tuple[list[list[Token]], int]:
    """The arguments between the bracket at `index` and its closing one, and the index after that."""
    depth, arguments = 0, [[]]  # type: ignore[var-annotated]
    for at in range(index, len(tokens)):
        text = tokens[at].text
        depth += (text in "([") - (text in ")]") if tokens[at].kind is TokenKind.OPERATOR else 0
        if depth == 0:
            return [argument for argument in arguments if argument], at + 1
        if depth == 1 and text == ",":
            arguments.append([])
        elif at > index:
            arguments[-1].append(tokens[at])
    raise QuerySemanticError("a bracket is not closed")


def _network_test(name: str, arguments: list[list[Token]], lists: Mapping[str, list[str]]) -> str:
    column = text_of(arguments[0]).strip()
    if name == "ipv4_is_private":
        return _ranges(column, _PRIVATE, 4)
    texts: list[str] = []
    for token in significant([token for argument in arguments[1:] for token in argument]):
        if token.kind is TokenKind.STRING:
            texts.append(string_value(token.text))
        elif token.text in lists:
            texts += lists[token.text]
    return _ranges(column, parse_networks(texts), 6 if name.startswith("ipv6") else 4)


def _ranges(column: str, networks: Sequence[IPv4Network | IPv6Network], version: int) -> str:
    parts = []
    for network in networks:
        if version == 4 and network.version == 4:
            low, high = int(network.network_address), int(network.broadcast_address)
            parts.append(f"(parse_ipv4({column}) between (long({low}) .. long({high})))")
        elif version == 6 and network.version == 6 and network.prefixlen == 128:
            parts.append(f"({column} =~ {string_literal(str(network.network_address), portable=True)})")
    return "(" + " or ".join(parts) + ")" if parts else "false"
