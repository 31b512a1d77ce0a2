"""Results on standard output, and the exit code an outcome gives."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from tui.commands.options import UsageError
from tui.kql.literals import datetime_text
from tui.triage.execute import Answer
from tui.workspaces.protocol import Outcome, State, Window, mark_place

EXIT_CODES = {
    State.COMPLETE: 0,
    State.FAILED: 1,
    State.TRUNCATED: 3,
    State.PARTIAL: 3,
    State.CANCELLED: 4,
    State.TIMED_OUT: 4,
    State.NO_TABLE: 5,
    State.NOT_COVERED: 5,
    State.BLIND: 5,
    State.NOT_PERMITTED: 5,
    State.THROTTLED: 1,
}
USAGE = 2
FORMATS = ("table", "json", "csv", "csv-exact", "jsonl", "parquet", "markdown")
"""How `-f` can write rows."""


def say(text: str) -> None:
    """A few lines to standard error: only results go to standard output."""
    from tui.terminal.safe_text import safe

    print("\n".join(safe(line) for line in text.split("\n")), file=sys.stderr)


def show_code(address: str, code: str, until: datetime) -> None:
    """A device code to sign in with, on standard error."""
    say(f"To sign in, open {address} and enter {code} (valid until {until:%H:%M}Z).")


def print_answer(answer: Answer, window: Window, form: str, output: Path | None) -> int:
    """Writes the rows in `form` to `output` or standard output, says the outcome, and gives the exit code."""
    outcome = answer.completion.outcome
    if answer.usable or form == "json":
        _write(answer, window, form, output)
    say(words(outcome, answer))
    if outcome.place:
        say("\n".join(mark_place(answer.query.kql, outcome.place)))
    if outcome.next_step:
        say(outcome.next_step)
    return EXIT_CODES[outcome.state]


def words(outcome: Outcome, answer: Answer) -> str:
    """`complete: 4 rows in 0.3 s`, with the reason where there is one."""
    rows, seconds = answer.table.num_rows, answer.completion.statistics.get("seconds", 0.0)
    reason = f" ({outcome.reason})" if outcome.reason else ""
    return f"{outcome.state}{reason}: {rows:,} {'row' if rows == 1 else 'rows'} in {seconds:.1f} s"


def _write(answer: Answer, window: Window, form: str, output: Path | None) -> None:
    if output is None:
        if form == "parquet" and sys.stdout.isatty():
            raise UsageError("Parquet is no text: write it to a file with -o, or into a pipe")
        _write_rows(answer, window, form, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    with output.open("wb") as stream:
        _write_rows(answer, window, form, stream)


def _write_rows(answer: Answer, window: Window, form: str, stream: BinaryIO) -> None:
    from tui.results.export import write

    if form == "json":
        text = json.dumps(as_json(answer, window), ensure_ascii=True, allow_nan=False) + "\n"
        stream.write(text.encode())
        return
    hidden = {column.name for column in answer.query.columns if column.hidden}
    rows = answer.table
    if form in ("table", "markdown"):
        rows = rows.select([name for name in rows.column_names if name not in hidden])
    write(rows, form, stream)  # type: ignore[arg-type]


def as_json(answer: Answer, window: Window) -> dict[str, Any]:
    """The rows with columns (name, KQL type, how it opens), outcome, KQL and window."""
    from tui.results.columns import column_infos
    from tui.results.values import json_value

    infos = column_infos(answer.table.schema)
    return {
        "columns": [
            {"name": info.name, "type": info.kql_type, "opens": answer.query.meaning(info.name).opens} for info in infos
        ],
        "rows": [[json_value(value) for value in row.values()] for row in answer.rows()],
        "outcome": {"state": str(answer.completion.outcome.state), "reason": answer.completion.outcome.reason},
        "kql": answer.query.kql,
        "window": [datetime_text(window.start), datetime_text(window.end)],
    }
