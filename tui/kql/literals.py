"""Values as KQL literals, and text literals as values.

Every value is parsed and printed again, never pasted. Two forms of text: the *portable* form escapes only backslash,
double quote, newline, carriage return and tab, which the embedded engine reads exactly; the *Azure* form also writes every
control, format and separator character as an escape, so that shown and copied KQL is harmless.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from tui.kql.moments import seventh_digit


class LiteralError(ValueError):
    """A value that cannot be written as a literal of its type; says why."""


_BASIC = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SIMPLE_ESCAPES = {
    "\\": "\\",
    "'": "'",
    '"': '"',
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}
_UNSAFE_CATEGORIES = {"Cc", "Cf", "Zl", "Zp", "Cn", "Co"}
_ESCAPES = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|x[0-9A-Fa-f]{2}|[0-7]{1,3}|.)", re.DOTALL)
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z", re.ASCII)
_KEYWORDS = frozenset(
    "and or not in has contains startswith endswith matches regex between where project extend summarize by join kind on "
    "union let set declare print range sort order asc desc nulls first last top take limit count distinct render parse with "
    "evaluate invoke search find datatable externaldata as consume facet fork getschema lookup materialize mv serialize "
    "sample scan typeof true false null bool boolean date datetime decimal double dynamic guid int long real string time "
    "timespan pattern restrict access to alias database cluster step into partition reduce diff default of from".split()
)
_TIMESPAN_SHORT = re.compile(r"(\d{1,15})(ms|s|m|h|d)\Z", re.ASCII)
_TIMESPAN_LONG = re.compile(r"(?:(\d{1,8})\.)?(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6})0?)?\Z", re.ASCII)
_DATETIME = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,7})?)?(?:Z|[+-]\d{2}:?\d{2})?)?\Z", re.ASCII
)
_INTEGER = re.compile(r"[+-]?\d{1,19}\Z", re.ASCII)
_REAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\Z", re.ASCII)
_GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\Z", re.ASCII)
LONGEST_SPAN = timedelta(microseconds=(2**63 - 1) // 10)
"""KQL counts spans in 64 bits of 100 ns."""
_UNIT = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


def string_literal(value: str, portable: bool = False) -> str:
    """`value` in double quotes; LiteralError for a lone surrogate, which no literal can hold."""
    return '"' + "".join(_escape_character(character, portable) for character in value) + '"'


def _escape_character(character: str, portable: bool) -> str:
    basic = _BASIC.get(character)
    if basic is not None:
        return basic
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:
        raise LiteralError(f"the text holds half a character (U+{code:04X})")
    if portable or 0x20 <= code < 0x7F or unicodedata.category(character) not in _UNSAFE_CATEGORIES:
        return character
    units = character.encode("utf-16-be")
    return "".join(f"\\u{int.from_bytes(units[at : at + 2]):04X}" for at in range(0, len(units), 2))


def string_value(literal: str) -> str:
    """What a text literal means, whichever of KQL's spellings it has (quotes, verbatim, fences, `h` prefix)."""
    if literal[:3] in ("```", "~~~"):
        return literal[3:-3]
    body = literal[1:] if literal[0] in "hH" else literal
    if body[0] == "@":
        quote = body[1]
        return body[2:-1].replace(quote * 2, quote)
    decoded = _ESCAPES.sub(_decode_escape, body[1:-1])
    return decoded.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _decode_escape(match: re.Match[str]) -> str:
    body = match.group(1)
    if body[0] in "uUx" and len(body) > 1:
        return chr(int(body[1:], 16))
    if body[0] in "01234567":
        return chr(int(body, 8))
    return _SIMPLE_ESCAPES[body]


def list_literal(values: Iterable[str], portable: bool = False) -> str:
    """`values` as `dynamic([...])` of texts."""
    return "dynamic([" + ", ".join(string_literal(value, portable) for value in values) + "])"


def parse_datetime(text: str) -> datetime:
    """An absolute time as aware UTC, microseconds; without a zone it is UTC. LiteralError for anything else."""
    if not _DATETIME.match(text.strip()):
        raise LiteralError(f"expected a time such as 2026-11-21T03:00:00Z, found {text!r}")
    cleaned = re.sub(r"(\.\d{6})\d+", r"\1", text.strip().replace(" ", "T").replace("Z", "+00:00"))
    try:
        moment = datetime.fromisoformat(cleaned)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise LiteralError(f"there is no such time: {text.strip()}") from error


def datetime_text(moment: datetime) -> str:
    """An aware time as ISO text in UTC with microseconds, a seventh digit where it has one, and `Z`."""
    tick = seventh_digit(moment)
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
    return f"{text}{tick or ''}Z"


def datetime_literal(moment: datetime) -> str:
    """An aware time as a KQL literal in UTC."""
    return f"datetime({datetime_text(moment)})"


def parse_timespan(text: str) -> timedelta:
    """`90s`, `10m`, `4h`, `7d`, `500ms` or `[d.]hh:mm:ss[.ffffff]`, not negative; LiteralError otherwise."""
    cleaned = text.strip()
    span = None
    if short := _TIMESPAN_SHORT.match(cleaned):
        number, unit = int(short.group(1)), _UNIT[short.group(2)]
        span = number * unit if number <= LONGEST_SPAN // unit else timedelta.max
    elif long := _TIMESPAN_LONG.match(cleaned):
        days, hours, minutes, seconds, fraction = (part or "0" for part in long.groups())
        if int(hours) < 24 and int(minutes) < 60 and int(seconds) < 60:
            span = timedelta(int(days), int(seconds), int(fraction.ljust(6, "0")), 0, int(minutes), int(hours))
    if span is None:
        raise LiteralError(f"expected a span such as 90s, 10m, 4h or 7d, found {cleaned!r}")
    if span > LONGEST_SPAN:
        raise LiteralError(f"{cleaned!r} is longer than a timespan can be")
    return span


def timespan_literal(span: timedelta) -> str:
    """A span as the shortest exact literal: `10m`, else `timespan(d.hh:mm:ss.ffffff)`."""
    if span < timedelta(0):
        raise LiteralError("a span cannot be negative")
    for unit in ("d", "h", "m", "s", "ms"):
        if span % _UNIT[unit] == timedelta(0) and span:
            return f"{span // _UNIT[unit]}{unit}"
    if not span:
        return "0s"
    return f"timespan({timespan_text(span)[:-1]})"  # without the digit of 100 ns, which is always 0


def timespan_text(span: timedelta) -> str:
    """A span as KQL prints it: `[-][d.]hh:mm:ss[.fffffff]`, the last digit being 100 ns."""
    sign, span = ("-", -span) if span < timedelta(0) else ("", span)
    minutes, seconds = divmod(span.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    day = f"{span.days}." if span.days else ""
    fraction = f".{span.microseconds:06}0" if span.microseconds else ""
    return f"{sign}{day}{hours:02}:{minutes:02}:{seconds:02}{fraction}"


def parse_integer(text: str) -> int:
    """A 64-bit integer in ASCII digits; LiteralError otherwise."""
    cleaned = text.strip()
    if not _INTEGER.match(cleaned) or not -(2**63) <= int(cleaned) < 2**63:
        raise LiteralError(f"expected a whole number, found {cleaned!r}")
    return int(cleaned)


def integer_literal(value: int) -> str:
    """A 64-bit integer as `long(...)`."""
    if not -(2**63) <= value < 2**63:
        raise LiteralError(f"{value} does not fit a 64-bit number")
    return f"long({value})"


def parse_real(text: str) -> float:
    """A finite number in ASCII; LiteralError otherwise."""
    cleaned = text.strip()
    if not _REAL.match(cleaned) or not math.isfinite(float(cleaned)):
        raise LiteralError(f"expected a number, found {cleaned!r}")
    return float(cleaned)


def real_literal(value: float) -> str:
    """A number as `real(...)`; infinities and not-a-number included."""
    if math.isnan(value):
        return "real(nan)"
    if math.isinf(value):
        return "real(+inf)" if value > 0 else "real(-inf)"
    return f"real({value!r})"


def parse_boolean(text: str) -> bool:
    """`true` or `false` in any case; LiteralError otherwise."""
    cleaned = text.strip().lower()
    if cleaned not in ("true", "false"):
        raise LiteralError(f"expected true or false, found {text.strip()!r}")
    return cleaned == "true"


def guid_literal(text: str) -> str:
    """A guid in its canonical spelling as `guid(...)`; LiteralError otherwise."""
    if not _GUID.match(text.strip()):
        raise LiteralError(f"expected a guid, found {text.strip()!r}")
    return f"guid({text.strip().lower()})"


def column_reference(name: str) -> str:
    """A column's name as KQL writes it: bare where it can be, else bracketed."""
    if _IDENTIFIER.match(name) and name not in _KEYWORDS:
        return name
    return f"[{string_literal(name)}]"
