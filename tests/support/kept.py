"""Sessions on disk for tests: made, changed, damaged and looked at from outside."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from tests.support.records import a_run, a_session
from tui.results.store import ResultStore
from tui.triage.records.folder import SessionFolder, hunt_file_of
from tui.triage.records.model import RunRecord, SessionRecord
from tui.triage.records.names import folder_name
from tui.triage.records.shelf import with_digests

HUNT = """
id = "T1119-91"
title = "File copies"
techniques = ["T1119"]
subject = "device"
purpose = "Copy tools."
triage = "Read."
primary = "processes"

[parameters.tools]
type = "string_list"
default = ["robocopy.exe"]
help = "Image names"

[parameters.domain]
type = "string"
help = "A domain, such as @example.org"

[legs.processes]
kind = "process"
table = "DeviceProcessEvents"
where = "FileName in~ (p_tools) or AccountUpn endswith p_domain"
count = "ProcessCount"
"""


def rows_of(count: int = 3, **more: pa.Array) -> pa.Table:
    """Rows as a run keeps them."""
    table = pa.table(
        {"Number": list(range(count)), "Text": [f"row {number} \x1b[2J" for number in range(count)], **more}
    )
    store = ResultStore(None)
    try:
        return pa.Table.from_batches(store.load(table).prepare().batches())
    finally:
        store.close()


def a_kept_run(number: int = 1, hunt: str = HUNT, **changes: Any) -> RunRecord:
    """A run of `hunt`."""
    return replace(a_run(number), hunt_file=hunt_file_of("T1119-91", hunt), **changes)


def put(
    root: Path,
    name: str = "INC-4471",
    identity: str = "0a1b2c3d",
    runs: tuple[RunRecord, ...] | None = None,
    rows: pa.Table | None = None,
    hunt: str = HUNT,
    **changes: Any,
) -> Path:
    """A session below `root` with two runs, the first of which has rows; closed."""
    path = root / folder_name(name, identity)
    folder = SessionFolder.create(path, "ana@host")
    digests = {}
    for run in (a_kept_run(1, hunt), a_kept_run(2, hunt)) if runs is None else runs:
        batches = (rows_of() if rows is None else rows).to_batches() if run.number == 1 else None
        folder.write_run(run, hunt, batches)
        digests[run.number] = folder.run_digest(run.number)
    folder.write_session(replace(a_session(), name=name, identity=identity, runs=digests, **changes))
    folder.close()
    return path


def opened(path: Path, who: str = "ana@host") -> tuple[SessionRecord, dict[int, RunRecord], list[str]]:
    """What is read of the session at `path`, which is closed again."""
    folder, contents = SessionFolder.open(path, who)
    folder.close()
    return contents.record, contents.runs, contents.problems


def tree(path: Path) -> dict[str, str]:
    """Every file and link below `path` with the digest of its content, or where it leads."""
    found = {}
    for one in sorted(path.rglob("*")):
        name = str(one.relative_to(path))
        if one.is_symlink():
            found[name] = f"-> {one.readlink()}"
        elif one.is_file():
            found[name] = hashlib.sha256(one.read_bytes()).hexdigest()
    return found


def rename_to(path: Path, name: str) -> list[str]:
    """Opens the session, saves it under another name, and gives what was said."""
    folder, contents = SessionFolder.open(path, "ana@host")
    try:
        folder.write_session(replace(with_digests(folder, contents), name=name))
        return [*contents.problems, *folder.said]
    finally:
        folder.close()
