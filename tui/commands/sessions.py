"""`huntdeck sessions`: the sessions there are, looked at, handed on, taken in, renamed and put away."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.commands.answers import say
from tui.commands.options import UsageError
from tui.kql.moments import seventh_digit
from tui.settings.paths import sessions_folder
from tui.terminal.safe_text import cell_width, pad, safe

if TYPE_CHECKING:
    from tui.triage.records.model import RunRecord
    from tui.triage.records.reading import Contents
    from tui.triage.records.shelf import Entry

_NUMBERS = (2, 3, 4)
"""The columns of the list that stand to the right: runs, marks, size."""

Add = Callable[[str, str, Callable[[argparse.Namespace], int]], argparse.ArgumentParser]


def add_sessions(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`sessions [list|show|export|import|delete|recover|rename|report|verify|compare]`."""
    from tui.commands.session_report import add_compare, add_report, add_verify

    parser = commands.add_parser("sessions", help="list sessions, hand them on, take them in", description=_ABOUT)
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(action=list_sessions)
    inner = parser.add_subparsers(title="commands", metavar="")

    def add(name: str, words: str, action: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        made = inner.add_parser(name, help=words, description=action.__doc__)
        made.set_defaults(action=action)
        return made

    _add_json(add("list", "list the sessions, those saved last first", list_sessions))
    show = add("show", "print what a session holds", show_session)
    _add_name(show)
    _add_json(show)
    _add_moves(add)
    for add_more in (add_report, add_verify, add_compare):
        add_more(inner)


def _add_moves(add: Add) -> None:
    export = add("export", "write a session to one file", export_session)
    _add_name(export)
    export.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="the file (default: the session's name and .huntdeck, here)"
    )
    export.add_argument("--force", action="store_true", help="replace a file that is there")
    taking = add("import", "take in a session from a file", import_session)
    taking.add_argument("file", type=Path, metavar="FILE", help="a file that `sessions export` wrote")
    _add_name(add("delete", "put a session away; it can be recovered", delete_session))
    recover = add("recover", "bring back a deleted session, or list those there are", recover_session)
    recover.add_argument("name", nargs="?", default="", metavar="NAME", help="its name, identity or folder")
    renaming = add("rename", "give a session another name", rename_session)
    _add_name(renaming)
    renaming.add_argument("new", metavar="NEW", help="the new name")


_ABOUT = "Lists the sessions, those saved last first. NAME is a session's name in any case, its identity or its folder."


def _add_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the session: its name in any case, its identity or its folder")


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="as JSON")


def session_path(name: str) -> Path:
    """The folder of the session `name`; UsageError when there is none, or several."""
    from tui.triage.records.shelf import ShelfError, find

    try:
        return find(sessions_folder(), name)
    except ShelfError as error:
        raise UsageError(str(error)) from error


def list_sessions(arguments: argparse.Namespace) -> int:
    """Lists the sessions, those saved last first: identity, when saved, runs, marks, size, workspace, name."""
    from tui.triage.records.shelf import entries

    found = entries(sessions_folder())
    if arguments.json:
        _print_json([_entry_json(entry) for entry in found])
        return 0
    if not found:
        say(f"there are no sessions in {sessions_folder()}")
    _print_entries(found)
    return 0


def _entry_json(entry: Entry) -> dict[str, Any]:
    known = {name: value for name, value in vars(entry).items() if name != "discarded"}
    return {**known, "path": str(entry.path)}


def _print_entries(found: Sequence[Entry]) -> None:
    if not found:
        return
    rows = [("identity", "saved", "runs", "marks", "size", "workspace", "name"), *map(_entry_row, found)]
    widths = [max(cell_width(row[place]) for row in rows) for place in range(len(rows[0]) - 1)]
    for row in rows:
        cells = [pad(row[place], width, right=place in _NUMBERS) for place, width in enumerate(widths)]
        print("  ".join([*cells, row[-1]]).rstrip())


def _entry_row(entry: Entry) -> tuple[str, ...]:
    notes = [
        f"deleted {entry.discarded:%Y-%m-%d %H:%M}Z" if entry.discarded else "",
        f"open elsewhere: {entry.held}" if entry.held else "",
        f"cannot be read: {entry.trouble}" if entry.trouble else "",
        f"imported by {entry.imported.rpartition(', sha256 ')[0]}" if entry.imported else "",
    ]
    said = "; ".join(safe(note, 200) for note in notes if note)
    return (
        safe(entry.identity) or "-",
        f"{entry.saved:%Y-%m-%d %H:%M:%S}Z",
        f"{entry.runs:,}",
        f"{entry.marks:,}",
        _size(entry.size),
        safe(entry.workspace, 30) or "-",
        safe(entry.name, 100) + (f"  ({said})" if said else ""),
    )


def _size(count: int) -> str:
    return f"{count / 2**20:,.1f} MB" if count >= 2**20 else f"{count / 2**10:,.0f} kB"


def show_session(arguments: argparse.Namespace) -> int:
    """Prints what a session holds: window, scope, its runs with their outcomes, marks, notes, verdicts, and what is
    amiss with it. It may be open elsewhere; nothing is changed."""
    from tui.triage.records.reading import read_contents

    contents = read_contents(session_path(arguments.name), None)
    if arguments.json:
        _print_json(_contents_json(contents))
    else:
        _print_contents(contents)
    return 1 if contents.problems else 0


def _contents_json(contents: Contents) -> dict[str, Any]:
    from tui.triage.records.documents import run_document, session_document

    return {
        **session_document(contents.record),
        "runs": [run_document(run) for _, run in sorted(contents.runs.items())],
        "problems": contents.problems,
    }


def _print_contents(contents: Contents) -> None:
    from tui.triage.windows import show_window

    record = contents.record
    window = show_window(record.window) if record.window else "-"
    scope = ", ".join(f"{name}: {' '.join(names)}" for name, names in vars(record.scope).items() if names)
    lines = [
        f"{record.name}  ({record.identity}, saved {_moment(record.saved)}, made {_moment(record.created)} by {record.author})",
        f"workspace {record.workspace} ({record.kind})   window {window}   scope {scope or 'everything'}",
        f"imported by {record.imported}" if record.imported else "",
    ]
    lines += [_run_line(run) for _, run in sorted(contents.runs.items())]
    for sweep in record.sweeps:
        ran = ", ".join(str(number) for number in sorted(sweep.runs.values())) or "none"
        lines.append(
            f"sweep {sweep.number} {_moment(sweep.began)}  {sweep.title}: {len(sweep.hunts)} hunts, runs {ran}"
        )
        lines += [f"  {hunt} not run: {why}" for hunt, why in sweep.not_run.items()]
    for mark in record.marks:
        tags = "".join(f" #{tag}" for tag in mark.tags)
        lines.append(f"mark in run {mark.run}, row {mark.row + 1}{tags}: {mark.note}")
    lines += [f"note {_moment(note.at)} {note.author}: {note.text}" for note in record.notes]
    for verdict in record.verdicts:
        until = f" until {_moment(verdict.until)}" if verdict.until else ""
        lines.append(f"verdict {verdict.opinion}{until}: {verdict.name} ({verdict.hunt}), {verdict.reason}")
    for line in lines:
        if line:
            print(safe(line))
    for problem in contents.problems:
        say(f"amiss: {problem}")


def _run_line(run: RunRecord) -> str:
    """Number, when it began, hunt and view, the cell it was opened from, how it ended, its rows."""
    origin, outcome = run.origin, run.outcome
    cell = f" of run {origin.run}, {origin.row}, {origin.column}" if origin else ""
    reason = f" ({outcome.reason})" if outcome.reason else ""
    what = f"{run.hunt} {run.query.view}{cell}"
    return f"run {run.number:>3}  {_moment(run.began)}  {what}: {outcome.state}{reason}, {run.received:,} rows"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}Z"


def export_session(arguments: argparse.Namespace) -> int:
    """Writes a session with its runs, their rows and hunts to one file, which `sessions import` takes in elsewhere. It
    may be open; what was saved last is written."""
    from tui.triage.records.bundle import bundle_name
    from tui.triage.records.bundle import export_session as export
    from tui.triage.records.reading import read_contents

    path = session_path(arguments.name)
    target = arguments.output
    if target is None or target.is_dir():
        target = (target or Path()) / bundle_name(read_contents(path, None).record.name)
    left_out = export(path, target, overwrite=arguments.force)
    for words in left_out:
        say(f"left out: {words}")
    print(safe(f"{target}: {_size(target.stat().st_size)}"))
    return 3 if left_out else 0


def import_session(arguments: argparse.Namespace) -> int:
    """Takes in a session from a file that somebody wrote with `sessions export`. Sizes, names, digests, rows, hunts and
    queries are checked before anything of it is there; one that reaches out of its workspace is refused."""
    from tui.triage.records.bundle import BundleError
    from tui.triage.records.bundle import import_session as take_in
    from tui.triage.records.folder import session_in

    try:
        path = take_in(arguments.file, sessions_folder())
    except BundleError as error:
        say(f"huntdeck: {arguments.file} is not taken in: {error}")
        return 1
    record = session_in(path)
    print(safe(f"{record.name} ({record.identity}): {len(record.runs)} runs, {len(record.marks)} marks, in {path}"))
    return 0


def delete_session(arguments: argparse.Namespace) -> int:
    """Puts a session away, whole; `sessions recover` brings it back. One that is open elsewhere is refused."""
    from tui.triage.records.shelf import discard

    path = session_path(arguments.name)
    where = discard(path)
    print(safe(f"{path.name} now lies in {where}; `huntdeck sessions recover {path.name}` brings it back"))
    return 0


def recover_session(arguments: argparse.Namespace) -> int:
    """Brings back a deleted session; without a name, lists those there are."""
    from tui.triage.records.shelf import ShelfError, discarded, recover

    if not arguments.name:
        found = discarded(sessions_folder())
        if not found:
            say("there are no deleted sessions")
        _print_entries(found)
        return 0
    try:
        path = recover(sessions_folder(), arguments.name)
    except ShelfError as error:
        raise UsageError(str(error)) from error
    print(safe(f"{path.name} is back in {path}"))
    return 0


def rename_session(arguments: argparse.Namespace) -> int:
    """Gives a session another name. Its folder and identity stay; one that is open elsewhere is refused."""
    from tui.triage.findings import author_here
    from tui.triage.records.folder import session_in
    from tui.triage.records.model import SessionNameError
    from tui.triage.records.shelf import rename

    path = session_path(arguments.name)
    try:
        problems = rename(path, arguments.new, str(author_here()))
    except SessionNameError as error:
        raise UsageError(str(error)) from error
    for problem in problems:
        say(f"amiss: {problem}")
    print(safe(f"{path.name} is called {session_in(path).name} now"))
    return 0


def _print_json(document: Any) -> None:
    json.dump(_plain(document), sys.stdout, indent=1, ensure_ascii=True)
    print()


def _plain(value: Any) -> Any:
    """`value` in what JSON has; times in UTC with `Z`."""
    if isinstance(value, datetime):
        text = value.astimezone(UTC).isoformat().removesuffix("+00:00")
        return f"{text}{seventh_digit(value) or ''}Z"
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
