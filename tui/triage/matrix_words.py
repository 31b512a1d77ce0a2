"""What is said about the ranking across hunts, in words. Nothing here is made safe for showing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tui.triage.matrix import CHANGES, HUNTS, KEY, LEGS, TECHNIQUES, VERDICTS, Asked, Matrix
from tui.triage.matrix_sql import CHANGE_SIGNS, VERDICT_SIGNS

CHANGE_WORDS = {
    "first": "first seen now",
    "new": "new since the run before",
    "gone": "gone since the run before",
    "more": "more than before",
    "fewer": "fewer than before",
}
_SUMS = {
    TECHNIQUES: "distinct techniques of the hunts that found it",
    HUNTS: "hunts that found it",
    LEGS: "legs hit over all hunts",
    VERDICTS: "how many hunts it was judged for: "
    + ", ".join(f"{sign} {name}" for name, sign in VERDICT_SIGNS.items()),
    CHANGES: "since the run before of each hunt: "
    + ", ".join(f"{sign} {'first seen' if name == 'first' else name}" for name, sign in CHANGE_SIGNS.items()),
}


def cell_words(matrix: Matrix, row: Mapping[str, Any], column: str) -> str:
    """What stands behind a cell: the hunt's title, rank, change and verdict, and what Enter opens."""
    asked = matrix.column(column)
    if asked is None:
        return "; ".join([*([_SUMS[column]] if column in _SUMS else []), "opens its timeline over all hunts"])
    facts = matrix.facts(row[KEY], column)
    if facts is None:
        return f"{asked.hunt.title}: {_nothing(asked)}"
    parts = [
        f"rank {facts.rank:,} of {facts.ranked:,}" if facts.rank is not None else "",
        CHANGE_WORDS.get(facts.change, ""),
        f"judged {facts.opinion}" if facts.opinion else "",
        "opens its row" if facts.events is not None else "opens its row in the run before",
    ]
    return f"{asked.hunt.title}: {', '.join(filter(None, parts))}"


def _nothing(asked: Asked) -> str:
    return "nothing" if asked.whole else f"{asked.state}, so not known"


def empty_words(matrix: Matrix, row: Mapping[str, Any], asked: Asked) -> str:
    """Why a cell without a number opens into nothing."""
    reason = asked.run.outcome.reason if asked.run is not None and asked.run.outcome is not None else ""
    why = f" ({reason})" if reason and not asked.whole else ""
    return f"{row[matrix.name_column]} in {asked.hunt.id} {asked.hunt.title}: {_nothing(asked)}{why}"


def summary_words(matrix: Matrix) -> list[str]:
    """`12 hunts, 7 found something, 4 nothing`, and those that gave no whole answer, by how they ended."""
    found = {place for place, (_, count) in matrix.starts.items() if count}
    nothing = sum(one.whole and place not in found for place, one in enumerate(matrix.asked))
    total = len(matrix.asked)
    first = f"{total} hunt{'s' * (total != 1)}: {len(found)} found something, {nothing} nothing"
    states: dict[str, list[str]] = {}
    for one in matrix.asked:
        if not one.whole:
            states.setdefault(one.state, []).append(one.hunt.id)
    return [first, *(f"{state}: {', '.join(hunts)}" for state, hunts in states.items()), *_otherwise(matrix.asked)]


def _otherwise(asked: Sequence[Asked]) -> Iterator[str]:
    """The hunts whose run before did not ask the same, so that changes may be due to that."""
    other = [one.hunt.id for one in asked if one.run is not None and one.before is not None and not _same(one)]
    if other:
        yield f"asked otherwise the time before: {', '.join(other)}"


def _same(asked: Asked) -> bool:
    now, before = asked.run, asked.before
    if now is None or before is None:
        return True
    mine, other = now.context, before.context
    length = mine.window.end - mine.window.start == other.window.end - other.window.start
    return length and mine.values == other.values and mine.scope == other.scope and now.workspace == before.workspace
