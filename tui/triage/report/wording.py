"""Words of a report, and values made visible in it."""

from __future__ import annotations

import re
from datetime import datetime

from tui.results.values import iso
from tui.terminal.safe_text import HIDDEN, NEWLINE_MARK, TAB_MARK
from tui.triage.report.model import HuntResult
from tui.triage.runs import Fresh
from tui.triage.words import age_words
from tui.workspaces.protocol import Outcome, State, Window

LIMIT = 20_000
"""Characters of one value that a report writes out; the session has all of them."""

_HIDDEN = re.compile(f"\r\n|[{HIDDEN}]")


def visible(text: str, limit: int | None = LIMIT) -> str:
    """`text` on one line, with every control, invisible or reordering character as `<U+001B>`, a line end as `⏎`."""
    rest = 0 if limit is None else max(0, len(text) - limit)
    shown = _HIDDEN.sub(_mark, text[: len(text) - rest])
    return f"{shown} … +{rest:,} characters, which the session holds" if rest else shown


def visible_lines(text: str) -> list[str]:
    """The same for a text of several lines, whole; a tab is four spaces."""
    lines = re.split("\r\n|\n", text.removesuffix("\n"))
    return [visible(line.replace("\t", "    "), None) for line in lines]


def is_shown_exactly(text: str) -> bool:
    """Whether `visible_lines` shows `text` as it is."""
    return "\n".join(visible_lines(text)) == text.removesuffix("\n")


def _mark(match: re.Match[str]) -> str:
    character = match[0]
    if character in ("\n", "\r\n"):
        return NEWLINE_MARK
    return TAB_MARK if character == "\t" else f"<U+{ord(character):04X}>"


def time_words(moment: datetime) -> str:
    """`2026-11-21 02:47:03.12Z`: a time in UTC, to the microsecond where it has any."""
    return iso(moment).replace("T", " ")


def window_words(window: Window) -> str:
    """Both ends of a window, of which the second is not included, and whether rows stored late are in it."""
    late = ", rows stored late included" if window.late else ""
    return f"{time_words(window.start)} → {time_words(window.end)}{late}"


def number_words(number: int, unit: str, one: str = "") -> str:
    """`1 row`, `4 rows`, `1,000 rows`."""
    return f"{number:,} {(one or unit.removesuffix('s')) if number == 1 else unit}"


def outcome_words(outcome: Outcome) -> str:
    """`truncated: the first 4 rows`."""
    return f"{outcome.state}: {outcome.reason}" if outcome.reason else str(outcome.state)


def fresh_words(fresh: Fresh | None) -> str:
    """`2 new, 1 with more behind since the round of 2026-11-21 04:00:00Z`, or nothing."""
    if fresh is None:
        return ""
    parts = [f"{len(fresh.new):,} new"] if fresh.new else []
    parts += [f"{len(fresh.more):,} with more behind"] if fresh.more else []
    return f"{', '.join(parts)} since the round of {time_words(fresh.since)}"


def until_words(result: HuntResult, moment: datetime) -> str:
    """`2026-11-21 04:00:00Z, 14 h ago; newest event found 2026-11-21 03:31:00Z`: how stale a result is at `moment`."""
    age = age_words(result.until, moment)
    ago = "" if result.until >= moment or age == "now" else f", {age} ago"
    newest = f"; newest event found {time_words(result.newest)}" if result.newest else ""
    return f"{time_words(result.until)}{ago}{newest}"


def result_words(result: HuntResult) -> str:
    """`4 devices`, `1,000+ devices`, `0 hits`, `no data`, `no answer`: what a hunt gave."""
    match result.found:
        case "hits":
            one = result.subjects[0].subject if result.subjects else "row"
            number = len(result.subjects) or result.rows
            if result.outcome.state is State.TRUNCATED:
                return f"{number:,}+ {result.unit}"
            return number_words(number, result.unit, one)
        case "no hits":
            return "0 hits"
        case "part":
            return "0 hits in what came"
    return result.found
