"""Results on standard output, and the exit code an outcome gives."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from tui.commands.options import UsageError
from tui.kql.literals import datetime_text
from tui.triage.execute import Answer
from tui.workspaces.protocol import Outcome, State, Window, mark_place

if TYPE_CHECKING:
    import pyarrow as pa

    from tui.commands.recorded import Executed

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


@dataclass(frozen=True)
class Output:
    """A file for rows: whether it may be written `over`, and whether a manifest goes beside it."""

    path: Path
    over: bool = False
    manifest: bool = False

    @property
    def is_device(self) -> bool:
        """Whether it is no file, such as a pipe: that keeps nothing that could be lost."""
        return self.path.exists() and not self.path.is_file()

    def check(self) -> None:
        """UsageError when something is there that may not be written over."""
        from tui.results.exported import check_target

        if self.is_device and self.manifest:
            raise UsageError(f"-o {self.path} is no file: a manifest goes beside a file")
        if not self.is_device:
            try:
                check_target(self.path, self.over, self.manifest)
            except FileExistsError as error:
                raise UsageError(f"{error.filename} is there already; --force writes over it") from None


def print_answer(found: Executed, form: str, output: Output | None) -> int:
    """Writes the rows in `form` to `output` or standard output, says the outcome, and gives the exit code."""
    answer, window = found.answer, found.run.context.window
    outcome = answer.completion.outcome
    if answer.usable or form == "json":
        _write(found, window, form, output)
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


def _write(found: Executed, window: Window, form: str, output: Output | None) -> None:
    if output is None:
        if form == "parquet" and sys.stdout.isatty():
            raise UsageError("Parquet is no text: write it to a file with -o, or into a pipe")
        _write_rows(found.answer, window, form, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    if output.is_device:
        with output.path.open("wb") as stream:
            _write_rows(found.answer, window, form, stream)
        return
    from tui.results.exported import export_stream

    facts = _facts(found, form) if output.manifest else None
    made = export_stream(
        output.path, lambda stream: _write_rows(found.answer, window, form, stream), form, facts, output.over
    )
    say(f"written to {made.path}" + (f", described in {made.manifest}" if made.manifest else ""))


def _facts(found: Executed, form: str) -> dict[str, Any]:
    from tui.results.columns import column_infos
    from tui.triage.exporting import choice_facts, run_facts

    rows = _rows_for(found.answer, form)
    facts = run_facts(found.run, found.answer.completion.outcome, found.kind)
    facts["run"]["rows_received"] = rows.num_rows
    columns = None if rows is found.answer.table else rows.column_names
    described = [{"name": one.name, "type": one.kql_type} for one in column_infos(rows.schema)]
    return {**facts, **choice_facts(None, columns), "columns": described}


def _write_rows(answer: Answer, window: Window, form: str, stream: BinaryIO) -> int:
    from tui.results.export import write

    if form == "json":
        text = json.dumps(as_json(answer, window), ensure_ascii=True, allow_nan=False) + "\n"
        stream.write(text.encode())
        return int(answer.table.num_rows)
    return write(_rows_for(answer, form), form, stream)  # type: ignore[arg-type]


def _rows_for(answer: Answer, form: str) -> pa.Table:
    """The rows with the columns that `form` writes: those to read go without hidden ones."""
    hidden = {column.name for column in answer.query.columns if column.hidden}
    if form not in ("table", "markdown") or not hidden & set(answer.table.column_names):
        return answer.table
    return answer.table.select([name for name in answer.table.column_names if name not in hidden])


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
