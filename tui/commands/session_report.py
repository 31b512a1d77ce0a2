"""`huntdeck sessions report`, `verify` and `compare`: what a saved session says, whether it is whole, what changed."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from tui.commands.answers import say
from tui.commands.options import UsageError, catalogue_at_hand
from tui.commands.sessions import session_path

if TYPE_CHECKING:
    from tui.triage.records.compare import Side
    from tui.triage.records.model import SessionRecord
    from tui.triage.records.reading import Contents
    from tui.triage.records.seal import Finding
    from tui.triage.report.model import Report

_CHANGED = 1
_COMPARED_FORMATS = ("table", "csv", "csv-exact", "jsonl", "parquet", "markdown")


def add_report(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`report NAME`."""
    parser = commands.add_parser(
        "report", help="write what was run, found and judged, for a ticket", description=report.__doc__
    )
    _add_name(parser)
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="write there: .md, .html, .json, or .layer.json for the ATT&CK Navigator (default: Markdown to standard output)",
    )
    parser.add_argument(
        "--navigator", type=Path, metavar="FILE", help="also write a layer for the ATT&CK Navigator there"
    )
    parser.add_argument(
        "--defang",
        action="store_true",
        help="write URLs, domains and addresses as hxxp[:]//, [.], so that nothing links them",
    )
    _add_force(parser)
    parser.set_defaults(action=report)


def add_verify(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`verify NAME`."""
    parser = commands.add_parser(
        "verify", help="check a session's files against their SHA-256", description=verify.__doc__
    )
    _add_name(parser)
    parser.add_argument("--digest", default="", metavar="SHA256", help="the digest of the contents that a report has")
    parser.add_argument(
        "--contents", action="store_true", help="only print what the digest of the contents is over, for sha256sum"
    )
    parser.set_defaults(action=verify)


def add_compare(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`compare NAME RUN RUN`."""
    parser = commands.add_parser(
        "compare", help="rows new, gone and changed between two runs", description=compare.__doc__
    )
    _add_name(parser)
    parser.add_argument("before", type=int, metavar="BEFORE", help="the number of the older run")
    parser.add_argument("after", type=int, metavar="AFTER", help="the number of the newer run")
    parser.add_argument("--of", default="", metavar="NAME", help="the session of the newer run, when it is another one")
    parser.add_argument(
        "-f", "--format", default="table", choices=_COMPARED_FORMATS, help="how rows are written (default: table)"
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write rows there instead of to standard output"
    )
    _add_force(parser)
    parser.set_defaults(action=compare)


def _add_force(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--force", action="store_true", help="replace a file that is there")


def _add_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the session: its name in any case, its identity or its folder")


def report(arguments: argparse.Namespace) -> int:
    """Writes the report of a session: what was run, what was found, what failed, what was not run, the marked rows in
    the order of their events, verdicts, notes, and each run with its query and digests. Nothing from data acts in it."""
    from tui.triage.report.from_folder import report_of_folder
    from tui.triage.report.navigator import to_layer

    write = _writer(arguments.output)
    found = report_of_folder(session_path(arguments.name), catalogue_at_hand(), arguments.defang)
    for problem in found.problems:
        say(f"huntdeck: {problem}")
    _put(write(found).encode(), arguments.output, arguments.force)
    if arguments.navigator is not None:
        _put(to_layer(found).encode(), arguments.navigator, arguments.force)
    return 0


def verify(arguments: argparse.Namespace) -> int:
    """Checks what a session says of its runs: each one's description, query, hunt, rows and their number against the
    SHA-256 that were saved; and the digest of the whole contents against that of a report. Exit code 1 when anything differs."""
    from tui.triage.records.seal import contents, contents_digest

    path = session_path(arguments.name)
    found = _read(path)
    session, runs = found.record, list(found.runs.values())
    if arguments.contents:
        sys.stdout.write(contents(session, runs))
        return 0
    findings = _findings(path, session)
    _show(f"session.toml: {'ok' if found.as_saved else 'changed: it is not as huntdeck saved it'}")
    for line in _finding_lines(findings):
        _show(line)
    wrong = sum(finding.state != "ok" for finding in findings) + (not found.as_saved)
    _show(f"{len(session.runs):,} runs, {len(findings) + 1:,} parts checked, {wrong:,} not as they were saved")
    digest = contents_digest(session, runs)
    _show(f"contents SHA-256 {digest}")
    if arguments.digest:
        same = arguments.digest.strip().lower() == digest
        _show("the contents are those of the report" if same else "the contents are NOT those of the report")
        return 0 if same and not wrong else _CHANGED
    return _CHANGED if wrong else 0


def compare(arguments: argparse.Namespace) -> int:
    """Compares two runs of the same hunt and view, and prints the rows that are new, gone and changed."""
    from tui.triage.records.compare import NotComparableError
    from tui.triage.records.compare import compare as compared
    from tui.triage.records.compared import compared_table, comparison_words

    before = _side(arguments.name, arguments.before)
    after = _side(arguments.of or arguments.name, arguments.after)
    try:
        comparison = compared(before, after)
    except NotComparableError as error:
        raise UsageError(str(error)) from error
    rows = compared_table(comparison)
    if arguments.format in ("table", "markdown"):
        rows = rows.select([name for name in rows.column_names if not after.query.meaning(name).hidden])
    _put(_written(rows, arguments.format), arguments.output, arguments.force)
    for line in comparison_words(comparison):
        say(line)
    return 0


def _writer(output: Path | None) -> Callable[[Report], str]:
    """How a report is written in the form that the end of `output` names; UsageError for one that names none."""
    from tui.triage.report.as_json import to_json
    from tui.triage.report.html import to_html
    from tui.triage.report.markdown import to_markdown
    from tui.triage.report.navigator import to_layer

    if output is None:
        return to_markdown
    forms: dict[str, Callable[[Report], str]] = {
        ".layer.json": to_layer,
        ".md": to_markdown,
        ".markdown": to_markdown,
        ".html": to_html,
        ".htm": to_html,
        ".json": to_json,
    }
    for end, write in forms.items():
        if output.name.lower().endswith(end):
            return write
    raise UsageError(f"-o {output}: a report ends in .md, .html, .json or .layer.json")


def _put(data: bytes, output: Path | None, force: bool) -> None:
    """To `output`, which only the user can read then, or to standard output; FileExistsError unless `force`."""
    from tui.settings.files import write_private

    if output is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    if not force and os.path.lexists(output):
        raise FileExistsError(errno.EEXIST, "there is such a file already; --force replaces it", str(output))
    write_private(output, data)
    say(f"written to {output}")


def _written(rows: Any, form: str) -> bytes:
    from io import BytesIO

    from tui.results.export import write

    stream = BytesIO()
    write(rows, form, stream)  # type: ignore[arg-type]
    return stream.getvalue()


def _read(path: Path) -> Contents:
    """The session as its file says, with those of its runs that are as they were saved; UsageError when it cannot be read."""
    from tui.triage.records.documents import DocumentError
    from tui.triage.records.folder import session_in
    from tui.triage.records.reading import read_contents

    try:
        session_in(path)
    except DocumentError as error:
        raise UsageError(f"the session cannot be checked: {error}") from error
    return read_contents(path, None)


def _findings(path: Path, session: SessionRecord) -> list[Finding]:
    from tui.settings.files import open_private, read_private
    from tui.triage.records.folder import SessionFolder
    from tui.triage.records.reading import LARGEST_TEXT
    from tui.triage.records.seal import verify as checked

    folder = SessionFolder(path, None)

    def description(number: int) -> bytes | None:
        with suppress(FileNotFoundError):
            return read_private(folder.run_path(number), LARGEST_TEXT)
        return None

    def rows(number: int) -> BinaryIO | None:
        with suppress(FileNotFoundError):
            return open_private(folder.rows_path(number))
        return None

    def hunt(name: str) -> bytes | None:
        with suppress(FileNotFoundError):
            return read_private(path / "hunts" / Path(name).name, LARGEST_TEXT)
        return None

    return checked(session, description, rows, hunt)


def _finding_lines(findings: Iterable[Finding]) -> Iterable[str]:
    """A line for each run, and one for each thing that is not as it was."""
    for number, group in groupby(findings, lambda finding: finding.run):
        parts = list(group)
        yield f"run {number}: {', '.join(f'{part.part} {part.state}' for part in parts)}"
        for part in parts:
            if part.state != "ok":
                yield f"  {part.part} {part.state}: {part.words}"


def _show(line: str) -> None:
    from tui.terminal.safe_text import safe

    print(safe(line))


def _side(name: str, number: int) -> Side:
    """Run `number` of the session `name`; UsageError when it has none or its rows are damaged."""
    from tui.triage.records.compare import recorded
    from tui.triage.records.folder import DamagedRowsError, SessionFolder
    from tui.triage.records.reading import read_contents

    path = session_path(name)
    found = read_contents(path, None)
    if number not in found.runs:
        known = ", ".join(map(str, sorted(found.runs))) or "none"
        raise UsageError(f"the session {name!r} has no run {number}; its runs: {known}")
    run = found.runs[number]
    try:
        return recorded(run, SessionFolder(path, None).rows(run))
    except DamagedRowsError as error:
        raise UsageError(str(error)) from error
