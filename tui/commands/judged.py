"""What was judged before, said of rows on the command line: nothing is left out of them."""

from __future__ import annotations

from datetime import UTC, datetime

from tui.commands.answers import say
from tui.settings.paths import verdicts_file
from tui.triage.execute import Answer
from tui.triage.records.row_keys import entity_of, is_of_entities
from tui.triage.verdicts import VerdictStore


def say_benign(workspace: str, hunt: str, answer: Answer) -> None:
    """Says how many of the rows, where they are devices, accounts..., a benign verdict holds on."""
    if not is_of_entities(answer.query) or not answer.table.num_rows:
        return
    store = VerdictStore(verdicts_file())
    store.load()
    if store.problem:
        say(store.problem)
    entities = (entity_of(answer.query, row) for row in answer.rows())
    found = (store.verdict_on((workspace, hunt, *entity)) for entity in entities if entity is not None)
    now = datetime.now(UTC)
    count = sum(verdict is not None and verdict.opinion == "benign" and verdict.holds(now) for verdict in found)
    if count:
        say(
            f"{count:,} of {answer.table.num_rows:,} rows {'has' if count == 1 else 'have'} a benign verdict; none is left out"
        )
