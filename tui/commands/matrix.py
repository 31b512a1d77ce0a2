"""`huntdeck matrix`: devices or accounts ranked across the hunts of a saved session."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tui.commands.answers import say
from tui.commands.options import UsageError, catalogue_at_hand
from tui.commands.sessions import session_path
from tui.settings.paths import verdicts_file

if TYPE_CHECKING:
    import pyarrow as pa

    from tui.library.catalogue import Catalogue
    from tui.results.store import ResultStore
    from tui.triage.matrix import Asked, CellFacts, Matrix
    from tui.triage.records.reading import Contents
    from tui.triage.runs import Run
    from tui.triage.sweep import Sweep

FORMATS = ("table", "csv", "json")
_NOT_WHOLE = 3

_ABOUT = """\
Ranks devices across the hunts of a session, from the rows it keeps: nothing is
asked. A number is that of the events of all legs of the hunt, as many as
`huntdeck drill` lists for the row as its timeline. Devices stand by distinct
techniques, then legs hit over all hunts, then the best rank within a hunt.

In the table a number is followed by its rank in the hunt (▇ first quarter to
▁ last), what became of it since the run before (* first seen, + new, - gone,
↑ more, ↓ fewer), and the verdict (S suspicious, ? unknown, B benign). A hunt
without a whole answer says so where it has no number: never an empty cell.
What was judged benign counts in no order; devices of which all was judged
benign are left out of the table and CSV, and their number is said."""

_EPILOG = """\
CSV has, for each hunt, columns HUNT, HUNT rank, HUNT change, HUNT verdict.
JSON has session, by, hunts (hunt, title, techniques, run, before, outcome,
reason) and subjects in order (key, name, techniques, hunts, legs, benign, and
cells by hunt: events, rank, of, change, verdict).

exit codes: 0 complete, 2 usage, 3 a hunt gave no whole answer"""


def add_matrix(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`matrix --session NAME`."""
    parser = commands.add_parser(
        "matrix",
        help="rank devices or accounts across the hunts of a session",
        description=_ABOUT,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("-s", "--session", required=True, metavar="NAME", help="its name, identity or folder")
    parser.add_argument(
        "--by", choices=("device", "account"), default="device", help="what is ranked (default: device)"
    )
    parser.add_argument("--sweep", type=int, metavar="N", help="only the hunts of this sweep, as it found them")
    parser.add_argument("--benign", action="store_true", help="list devices of which all was judged benign, too")
    parser.add_argument("-f", "--format", choices=FORMATS, default="table", help="how to write it (default: table)")
    parser.set_defaults(action=matrix)


def matrix(arguments: argparse.Namespace) -> int:
    """Ranks devices or accounts across the hunts of a session."""
    from tui.results.store import ResultStore
    from tui.triage.matrix import matrix_of, opinions_of
    from tui.triage.matrix_words import summary_words
    from tui.triage.records.reading import read_contents
    from tui.triage.verdicts import VerdictStore

    path = session_path(arguments.session)
    contents = read_contents(path, None)
    asked = _asked(contents, arguments, catalogue_at_hand())
    remembered = VerdictStore(verdicts_file())
    remembered.load()
    opinions = opinions_of((*remembered.verdicts, *contents.record.verdicts), datetime.now(UTC))
    store = ResultStore(None)
    try:
        _load(asked, store)
        found = matrix_of(asked, arguments.by, opinions)
        for problem in (*contents.problems, *([remembered.problem] if remembered.problem else [])):
            say(f"huntdeck: {problem}")
        _write(found, contents.record.name, arguments)
    finally:
        store.close()
    for line in summary_words(found):
        say(line)
    if found.benign and not arguments.benign and arguments.format != "json":
        say(f"{len(found.benign):,} hidden as benign; --benign lists them")
    return 0 if all(one.whole for one in found.asked) else _NOT_WHOLE


def _asked(contents: Contents, arguments: argparse.Namespace, catalogue: Catalogue) -> list[Asked]:
    """The columns; UsageError when there is none, or no such sweep."""
    from tui.triage.matrix import asked_of, of_sweep

    runs, sweep = _runs(contents, arguments.session, catalogue), _sweep(contents, arguments)
    if sweep is not None and arguments.sweep is not None:
        runs = of_sweep(runs, sweep)
    swept = [catalogue.hunts[hunt] for hunt in (sweep.hunts if sweep is not None else ()) if hunt in catalogue.hunts]
    asked = asked_of(runs, arguments.by, swept)
    if not asked:
        raise UsageError(f"the session {arguments.session!r} has no run that lists {arguments.by}s")
    return asked


def _sweep(contents: Contents, arguments: argparse.Namespace) -> Sweep | None:
    """The sweep that is asked for, else the newest, whose hunts are said even where they were not run."""
    sweeps = {sweep.number: sweep for sweep in contents.record.sweeps}
    if arguments.sweep is None:
        return sweeps[max(sweeps)] if sweeps else None
    if arguments.sweep not in sweeps:
        known = ", ".join(map(str, sorted(sweeps))) or "none"
        raise UsageError(f"the session {arguments.session!r} has no sweep {arguments.sweep}; its sweeps: {known}")
    return sweeps[arguments.sweep]


def _runs(contents: Contents, name: str, catalogue: Catalogue) -> list[Run]:
    from tui.kql.dialects import dialect_for
    from tui.triage.records.folder import SessionFolder
    from tui.triage.records.restoring import Restorer

    record = contents.record
    folder = SessionFolder(session_path(name), None)
    return Restorer(folder, catalogue.hunts, record.workspace, dialect_for(record.kind)).runs(contents)


def _load(asked: list[Asked], store: ResultStore) -> None:
    """Has the rows of all that counts at hand; UsageError when some are damaged."""
    from tui.triage.records.folder import DamagedRowsError

    for one in asked:
        for run in (*((one.run,) if one.run is not None else ()), *one.earlier):
            if run.load is not None and run.rows is None:
                try:
                    run.rows = run.load(store)
                except DamagedRowsError as error:
                    raise UsageError(str(error)) from error


def _write(found: Matrix, session: str, arguments: argparse.Namespace) -> None:
    from tui.results.export import write

    if arguments.format == "json":
        json.dump(_as_json(found, session), sys.stdout, ensure_ascii=True, allow_nan=False)
        print()
        return
    table = _table(found) if arguments.format == "table" else _csv(found)
    if not arguments.benign and found.benign:
        hidden = set(found.benign)
        table = table.take([place for place in range(table.num_rows) if place not in hidden])
    write(table, arguments.format, sys.stdout.buffer)
    sys.stdout.buffer.flush()


def _table(found: Matrix) -> pa.Table:
    """What is read: number and signs of each hunt in one cell, on the right."""
    import pyarrow as pa

    from tui.triage.matrix import KEY, signs_column

    columns: dict[str, Any] = {}
    hunts = {one.hunt.id for one in found.asked}
    signs = {signs_column(hunt) for hunt in hunts}
    for name in found.table.column_names:
        values = found.table[name].to_pylist()
        if name in hunts:
            said = found.table[signs_column(name)].to_pylist()
            texts = [sign if value is None else f"{value:,}{sign}" for value, sign in zip(values, said, strict=True)]
            width = max([len(name), *map(len, texts)])
            columns[name] = pa.array([text.rjust(width) for text in texts], pa.string())
        elif name not in signs and name != KEY:
            columns[name] = found.table[name]
    return pa.table(columns)


def _csv(found: Matrix) -> pa.Table:
    """What is read by programs: a hunt's number, or how it ended where it gave none; rank, change and verdict."""
    import pyarrow as pa

    from tui.triage.matrix import CHANGES, HUNTS, KEY, LEGS, TECHNIQUES, VERDICTS

    columns: dict[str, Any] = {KEY: found.table[KEY]}
    columns |= {name: found.table[name] for name in (found.name_column, TECHNIQUES, HUNTS, LEGS, VERDICTS, CHANGES)}
    for one in found.asked:
        facts = found.all_facts(one.hunt.id)
        missing = "" if one.whole else one.state
        numbers = [missing if fact is None or fact.events is None else str(fact.events) for fact in facts]
        columns[one.hunt.id] = pa.array(numbers, pa.string())
        columns[f"{one.hunt.id} rank"] = pa.array(
            [fact.rank if fact is not None else None for fact in facts], pa.int64()
        )
        for what, name in (("change", "change"), ("opinion", "verdict")):
            texts = [getattr(fact, what) if fact is not None else "" for fact in facts]
            columns[f"{one.hunt.id} {name}"] = pa.array(texts, pa.string())
    return pa.table(columns)


def _as_json(found: Matrix, session: str) -> dict[str, Any]:
    from tui.triage.matrix import HUNTS, KEY, LEGS, TECHNIQUES

    hidden = set(found.benign)
    facts = {one.hunt.id: found.all_facts(one.hunt.id) for one in found.asked}
    return {
        "session": session,
        "by": found.subject,
        "hunts": [_hunt_json(one) for one in found.asked],
        "subjects": [
            {
                "key": row[KEY],
                "name": row[found.name_column],
                "techniques": row[TECHNIQUES],
                "hunts": row[HUNTS],
                "legs": row[LEGS],
                "benign": place in hidden,
                "cells": {hunt: _cell_json(fact) for hunt, each in facts.items() if (fact := each[place]) is not None},
            }
            for place, row in enumerate(found.table.to_pylist())
        ],
    }


def _hunt_json(one: Asked) -> dict[str, Any]:
    outcome = one.run.outcome if one.run is not None else None
    return {
        "hunt": one.hunt.id,
        "title": one.hunt.title,
        "techniques": list(one.hunt.techniques),
        "run": one.run.number if one.run is not None else None,
        "before": one.before.number if one.before is not None else None,
        "outcome": str(outcome.state) if outcome is not None else one.state,
        "reason": outcome.reason if outcome is not None else "",
    }


def _cell_json(facts: CellFacts) -> dict[str, Any]:
    return {
        "events": facts.events,
        "rank": facts.rank,
        "of": facts.ranked,
        "change": facts.change,
        "verdict": facts.opinion,
    }
