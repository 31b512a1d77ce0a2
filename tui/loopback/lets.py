"""A query's `let` statements that name rows, told from those that name values.

The embedded engine's translation writes such rows out anew wherever they are named, which makes a hundred thousand characters
of a query of a few dozen lines. A service works them out once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from tui.kql.lexer import Token, TokenKind, significant, text_of, tokenize

_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")


@dataclass(frozen=True)
class RowsNamed:
    """`name` stands for the rows of `text`, in which what was named before can be named."""

    name: str
    text: str


def rows_named(text: str, tables: Collection[str]) -> tuple[list[RowsNamed], str]:
    """The rows that `text` names by `let` and uses more than once, in order, and `text` without those statements.

    Rows are a pipeline that begins with one of `tables`, or with a name of such rows.
    """
    statements = list(_statements(tokenize(text)))
    uses = Counter(token.text for statement in statements for token in statement if token.kind is TokenKind.NAME)
    known = set(tables)
    found: list[RowsNamed] = []
    left: list[list[Token]] = []
    for statement in statements:
        plain = significant(statement)
        if _names_rows(plain, known):
            name, first = plain[1].text, plain[3]
            known.add(name)
            if uses[name] > 2:  # once where it is named
                body = statement[statement.index(first) :]
                found.append(RowsNamed(name, _with_what_it_uses(body, left)))
                continue
        left.append(statement)
    return found, _with_what_it_uses(left[-1], left[:-1]) if found and left else text


def _with_what_it_uses(body: Sequence[Token], before: Sequence[Sequence[Token]]) -> str:
    """`body` after those of the statements `before` that it needs: reading all of them takes the engine longer than the rest."""
    wanted = {token.text for token in body if token.kind is TokenKind.NAME}
    said = [text_of(body)]
    for statement in reversed(before):
        plain = significant(statement)
        if plain[0].text != "let" or plain[1].text in wanted:
            wanted |= {token.text for token in plain if token.kind is TokenKind.NAME}
            said.append(text_of(statement))
    return ";\n".join(reversed(said))


def _names_rows(plain: Sequence[Token], known: Collection[str]) -> bool:
    """Whether it is `let NAME = ROWS | ...` with `known` rows and a name that is not known."""
    if len(plain) < 4 or (plain[0].text, plain[2].text) != ("let", "="):
        return False
    piped = len(plain) == 4 or plain[4].text == "|"
    return piped and plain[3].text in known and plain[1].text not in known


def _statements(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The statements of a query, without the semicolons between them and what is empty."""
    depth, statement = 0, list[Token]()
    for token in tokens:
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
        if token.text == ";" and not depth:
            if significant(statement):
                yield statement
            statement = []
        else:
            statement.append(token)
    if significant(statement):
        yield statement
