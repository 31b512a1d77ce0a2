"""KQL text as tokens: enough to rewrite names, read literals and find mistakes, without a grammar.

Rules of literals: knowledge of Microsoft's own parser (see `literals`). Comments and white space are kept as tokens, so
that joining the text of all tokens gives the text back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class TokenKind(StrEnum):
    """What a token is."""

    SPACE = "space"
    COMMENT = "comment"
    STRING = "string"
    NUMBER = "number"
    NAME = "name"
    TYPED = "typed literal"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Token:
    """A piece of KQL text and where it starts."""

    kind: TokenKind
    text: str
    start: int


class KqlSyntaxError(ValueError):
    """KQL text that cannot be read; `position` is the offset of the fault."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


_ESCAPE = r"""\\(?:[\\'"abfnrtv]|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|x[0-9A-Fa-f]{2}|[0-7]{1,3})"""
_PATTERNS = [
    (TokenKind.SPACE, r"\s+"),
    (TokenKind.COMMENT, r"//[^\n\r\u2028\u2029]*"),
    (
        TokenKind.STRING,
        r"(?:```.*?```|~~~.*?~~~"
        r"|[hH]?@\"(?:[^\"\r\n]|\"\")*\"|[hH]?@'(?:[^'\r\n]|'')*'"
        rf"|[hH]?\"(?:[^\"\\\r\n]|{_ESCAPE})*\"|[hH]?'(?:[^'\\\r\n]|{_ESCAPE})*')",
    ),
    (
        TokenKind.TYPED,
        r"(?:datetime|date|timespan|time|guid|long|int|real|double|decimal|bool|boolean)\s*\(\s*[^()\"']*?\)",
    ),
    (
        TokenKind.NUMBER,
        r"0[xX][0-9A-Fa-f]+|[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?:microseconds?|milliseconds?|ms|ticks?|d|h|m|s)?(?![A-Za-z0-9_])",
    ),
    (TokenKind.OPERATOR, r"!?\bin~"),
    (TokenKind.NAME, r"[A-Za-z_$][A-Za-z0-9_]*"),
    (
        TokenKind.OPERATOR,
        r"!~|=~|==|!=|<=|>=|<>|=>|\.\.|!(?=(?:in|has|contains|startswith|endswith|between|hasprefix|hassuffix)\b)|[-+*/%<>=()\[\]{},.;:|@?!]",
    ),
]
_LEXER = re.compile("|".join(f"(?P<g{index}>{pattern})" for index, (_, pattern) in enumerate(_PATTERNS)), re.DOTALL)
_TYPED_NAME_ONLY = re.compile(
    r"^(?:datetime|date|timespan|time|guid|long|int|real|double|decimal|bool|boolean)\s*\(\s*([A-Za-z_]\w*)?\s*\)$"
)
_CONSTANTS = {"true", "false", "null", "nan", ""}


def tokenize(text: str) -> list[Token]:
    """All tokens of `text` in order; KqlSyntaxError names what cannot be read and where."""
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = _LEXER.match(text, position)
        if match is None:
            raise KqlSyntaxError(_describe(text, position), position)
        kind = _PATTERNS[int((match.lastgroup or "g0")[1:])][0]
        end = match.end()
        if kind is TokenKind.TYPED and _is_call(match.group()):
            kind, end = TokenKind.NAME, position + len(re.match(r"\w+", match.group()).group())  # type: ignore[union-attr]
        tokens.append(Token(kind, text[position:end], position))
        position = end
    return tokens


def significant(tokens: Sequence[Token]) -> list[Token]:
    """`tokens` without white space and comments."""
    return [token for token in tokens if token.kind not in (TokenKind.SPACE, TokenKind.COMMENT)]


def text_of(tokens: Sequence[Token]) -> str:
    """The text that `tokens` came from."""
    return "".join(token.text for token in tokens)


def names(text: str) -> set[str]:
    """The names that `text` uses, without those after a dot or directly before `(`."""
    found = set()
    tokens = significant(tokenize(text))
    for index, token in enumerate(tokens):
        if token.kind is not TokenKind.NAME:
            continue
        after_dot = index > 0 and tokens[index - 1].text == "."
        called = index + 1 < len(tokens) and tokens[index + 1].text == "("
        if not after_dot and not called:
            found.add(token.text)
    return found


def check_balanced(text: str, pipeline: bool = False) -> None:
    """KqlSyntaxError unless brackets pair up and the text is one expression: no `;` and, but in a `pipeline`, no `|`
    outside of literals."""
    pairs = {")": "(", "]": "[", "}": "{"}
    open_brackets: list[Token] = []
    for token in significant(tokenize(text)):
        if token.kind is not TokenKind.OPERATOR:
            continue
        if token.text in pairs.values():
            open_brackets.append(token)
        elif token.text in pairs and (not open_brackets or open_brackets.pop().text != pairs[token.text]):
            raise KqlSyntaxError(f"'{token.text}' closes nothing", token.start)
        elif token.text == ";" or (token.text == "|" and not pipeline):
            raise KqlSyntaxError(
                f"'{token.text}' does not belong in {'a pipeline' if pipeline else 'an expression'}", token.start
            )
    if open_brackets:
        raise KqlSyntaxError(f"'{open_brackets[-1].text}' is not closed", open_brackets[-1].start)


def _is_call(text: str) -> bool:
    """Whether `long(Name)` converts a column rather than writing a literal."""
    match = _TYPED_NAME_ONLY.match(text)
    return bool(match and (match.group(1) or "").lower() not in _CONSTANTS)


def _describe(text: str, position: int) -> str:
    rest = text[position : position + 3]
    if text[position] in "\"'" or rest in ("```", "~~~"):
        return "this text literal is not closed, or holds an escape KQL does not know"
    return f"'{text[position]}' is not part of KQL"
