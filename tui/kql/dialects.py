"""How hunts, written against Defender's schema, are said in each kind of workspace.

A dialect is a kind and the schema found there. It works on tokens: names of columns are looked up and replaced where they
are missing or differ, text literals are written again, and what the embedded engine lacks is expressed in what it has.
Schema differences: Defender documents `Timestamp`, Log Analytics `TimeGenerated`; some columns and tables are in one only.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

from tui.kql.lexer import KqlSyntaxError, Token, TokenKind, significant, text_of, tokenize
from tui.kql.literals import string_literal, string_value
from tui.kql.schema import Columns, Schema, evidence_schema, shipped_schema

KINDS = ("evidence", "log_analytics", "defender", "data_explorer")

Networks = Sequence[IPv4Network | IPv6Network]

_NULLS = {"string": '""', "datetime": "datetime(null)", "dynamic": "dynamic(null)"}
_WORDS = frozenset(
    "and or not in has has_any has_all has_cs hasprefix hassuffix contains contains_cs startswith startswith_cs endswith "
    "endswith_cs matches regex between by asc desc nulls first last on kind let with true false null dynamic string long "
    "int real bool datetime timespan guid decimal double".split()
)
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")


class DialectError(ValueError):
    """A condition that cannot be said in a dialect; `position` is the offset in the condition's text."""

    def __init__(self, message: str, position: int = 0) -> None:
        super().__init__(message)
        self.position = position


@dataclass(frozen=True)
class Dialect:
    """A kind of workspace and the schema its KQL meets; `plans` are those of tables that may not be combined."""

    kind: str
    schema: Schema = field(repr=False)
    plans: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def portable(self) -> bool:
        """Whether text is written in the form the embedded engine reads."""
        return self.kind == "evidence"

    @property
    def distinct_count(self) -> str:
        """The aggregate that counts distinct values exactly here: the embedded engine's `dcount` is exact."""
        return "dcount" if self.kind == "evidence" else "count_distinct"

    @property
    def distinct_count_if(self) -> str:
        """The same, under a condition."""
        return "dcountif" if self.kind == "evidence" else "count_distinctif"

    @property
    def most_rows(self) -> int:
        """The rows that a listing may ask for: one more than these is asked for, which Defender answers up to 100,000."""
        return 99_999 if self.kind == "defender" else 100_000

    @property
    def most_whole_rows(self) -> int:
        """The same for rows with all columns of their table: Defender refuses answers of more than 50 MB as a whole."""
        return 10_000 if self.kind == "defender" else self.most_rows

    @property
    def tells_late_rows(self) -> bool:
        """Whether a table of devices holds the time of storage besides the event's, by which rows stored late can be told."""
        both = {"Timestamp", "TimeGenerated"}
        return self.kind == "log_analytics" and any(both <= columns.keys() for columns in self.schema.values())

    def has_table(self, table: str) -> bool:
        """Whether the workspace has `table`."""
        return table in self.schema

    def columns(self, table: str) -> Columns:
        """The columns of `table`; DialectError when it is absent."""
        if table not in self.schema:
            raise DialectError(f"table {table} is not in this workspace{nearest(table, self.schema)}")
        return self.schema[table]

    def time_column(self, table: str) -> str:
        """The column that holds an event's time: `Timestamp` where there is one, else `TimeGenerated`."""
        columns = self.columns(table)
        for name in ("Timestamp", "TimeGenerated"):
            if name in columns:
                return name
        raise DialectError(f"table {table} has neither Timestamp nor TimeGenerated")

    def column(self, table: str, name: str) -> str:
        """`name` of `table` as this dialect says it: itself, the time column, or a typed null where it is missing."""
        columns = self.columns(table)
        if name == "Timestamp":
            return self.time_column(table)
        if name in columns:
            return name
        documented = known_columns(table).get(name)
        if documented is None:
            raise DialectError(f"{table} has no column {name}{nearest(name, known_columns(table))}")
        return _NULLS.get(documented, f"{documented}(null)")

    def condition(
        self, text: str, table: str, networks: Mapping[str, Networks] | None = None, extra: frozenset[str] = frozenset()
    ) -> str:
        """`text`, a KQL expression over `table`, as this dialect says it.

        `networks` gives the values of the address parameters; `extra` holds names known besides columns and `p_` ones.
        DialectError and KqlSyntaxError name what cannot be said.
        """
        rewritten = self._networks(tokenize(text), networks or {})
        columns = {id(token) for token in column_tokens(rewritten, extra)}
        out = []
        for token in rewritten:
            if id(token) in columns:
                try:
                    out.append(self.column(table, token.text))
                except DialectError as error:
                    raise DialectError(str(error), token.start) from error
            else:
                out.append(self._text(token))
        return "".join(out)

    def pipeline(self, text: str, networks: Mapping[str, Networks], renamed: Mapping[str, str]) -> str:
        """`text`, a pipeline with names of its own, as this dialect says it: columns stay, names in `renamed` change.

        Exact distinct counts are written as Kusto calls them.
        """
        tokens = self._networks(tokenize(text), networks)
        exact = {"count_distinct": self.distinct_count, "count_distinctif": self.distinct_count_if}
        renamed = {**exact, **renamed}
        return "".join(
            renamed.get(token.text, token.text) if token.kind is TokenKind.NAME else self._text(token)
            for token in tokens
        )

    def _text(self, token: Token) -> str:
        if token.kind is TokenKind.STRING:
            return string_literal(string_value(token.text), self.portable)
        return token.text

    def _networks(self, tokens: list[Token], networks: Mapping[str, Networks]) -> list[Token]:
        """Calls of address functions replaced where the engine lacks them, or where a list holds IPv6."""
        out: list[Token] = []
        index = 0
        while index < len(tokens):
            token = tokens[index]
            if token.kind is TokenKind.NAME and token.text in ("ipv4_is_in_any_range", "ipv4_is_private"):
                arguments, index = _arguments(tokens, index)
                out += tokenize(self._network_call(token, arguments, networks))
            else:
                out.append(token)
                index += 1
        return out

    def _network_call(self, call: Token, arguments: list[str], networks: Mapping[str, Networks]) -> str:
        column = arguments[0]
        if call.text == "ipv4_is_private":
            if not self.portable:
                return f"ipv4_is_private({column})"
            return _ranges(column, [IPv4Network(block) for block in _PRIVATE])
        if len(arguments) != 2 or not arguments[1].startswith("p_"):
            raise DialectError("ipv4_is_in_any_range takes a column and an ip_list parameter", call.start)
        if not self.portable:
            has_six = any(network.version == 6 for network in networks.get(arguments[1], ()))
            four = f"ipv4_is_in_any_range({column}, {arguments[1]})"
            return f"({four} or ipv6_is_in_any_range({column}, {arguments[1]}))" if has_six else four
        return _ranges(column, networks.get(arguments[1], ()))


def dialect_for(kind: str, schema: Schema | None = None, plans: Mapping[str, str] | None = None) -> Dialect:
    """The dialect of a kind of workspace, with the schema read there or else the documented one, and the plans of tables."""
    if kind not in KINDS:
        raise DialectError(f"{kind} is no kind of workspace{nearest(kind, KINDS)}")
    if schema is None:
        schema = (
            evidence_schema()
            if kind == "evidence"
            else shipped_schema("log_analytics" if kind == "log_analytics" else "defender")
        )
    return Dialect(kind, schema, plans or {})


def known_columns(table: str) -> Columns:
    """All documented columns of `table`, in either schema; none for an unknown table."""
    return evidence_schema().get(table, {})


def nearest(word: str, words: Sequence[str] | Mapping[str, object]) -> str:
    """`; did you mean X?` for the known word nearest to `word`, or nothing."""
    close = difflib.get_close_matches(word, list(words), 1, 0.6)
    if not close:
        lowered = {known.lower(): known for known in words}
        close = [lowered[word.lower()]] if word.lower() in lowered else []
    return f"; did you mean {close[0]}?" if close else ""


def column_tokens(tokens: Sequence[Token], extra: frozenset[str] = frozenset()) -> list[Token]:
    """Those of `tokens` that name columns: neither KQL's words, functions, members, parameters, nor names in `extra`."""
    found = []
    tokens = significant(tokens)
    for index, token in enumerate(tokens):
        name = token.text
        if token.kind is not TokenKind.NAME or name in _WORDS or name in extra or name.startswith("p_"):
            continue
        after_dot = index > 0 and tokens[index - 1].text == "."
        called = index + 1 < len(tokens) and tokens[index + 1].text == "("
        if not after_dot and not called:
            found.append(token)
    return found


def _arguments(tokens: list[Token], index: int) -> tuple[list[str], int]:
    """The arguments' texts of the call whose name is at `index`, and the index after its closing bracket."""
    start = tokens[index].start
    index += 1
    while index < len(tokens) and tokens[index].text != "(":
        index += 1
    depth = 0
    current: list[Token] = []
    arguments: list[str] = []
    while index < len(tokens):
        token = tokens[index]
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0:
            arguments.append(text_of(current).strip())
            return arguments, index + 1
        if depth == 1 and token.text == ",":
            arguments.append(text_of(current).strip())
            current = []
        elif not (depth == 1 and token.text == "(" and not current and not arguments):
            current.append(token)
        index += 1
    raise KqlSyntaxError("a bracket is not closed", start)


def _ranges(column: str, networks: Networks) -> str:
    """Membership as integer ranges (IPv4) and plain equality (IPv6 addresses)."""
    parts = []
    for network in networks:
        if network.version == 4:
            low, high = int(network.network_address), int(network.broadcast_address)
            parts.append(f"(parse_ipv4({column}) between (long({low}) .. long({high})))")
        elif network.prefixlen == 128:
            parts.append(f"({column} =~ {string_literal(str(network.network_address), portable=True)})")
        else:
            raise DialectError(
                f"IPv6 block {network}: the embedded engine compares IPv6 addresses one by one; give addresses"
            )
    return "(" + " or ".join(parts) + ")" if parts else "false"
