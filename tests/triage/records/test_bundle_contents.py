"""What a session in a file says is checked as what a stranger wrote."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.bundles import Parts, as_bundle, parts_of, refused, session_parts, zipped
from tests.support.kept import HUNT, a_kept_run
from tests.support.records import a_run, a_session
from tui.triage.queries.context import Bound, ColumnMeaning, Key


def change(change: Callable[[Parts], object], **manifest: Any) -> Callable[[Parts], bytes]:
    def made(parts: Parts) -> bytes:
        change(parts)
        return as_bundle(parts, **manifest)

    return made


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda parts: b"", "it is no session file: it is not a zip archive"),
        (lambda parts: b"PK\x03\x04 and no more", "it is no zip archive, or a damaged one"),
        (lambda parts: zipped({"session.toml": b"x"}), "it has no manifest.json"),
        (lambda parts: zipped({**parts, "manifest.json": b"[" * 100_000}), "manifest.json cannot be read"),
        (lambda parts: zipped({**parts, "manifest.json": b"[]"}), "manifest.json says nothing of the form"),
        (lambda parts: as_bundle(parts, form="zoo"), "manifest.json says nothing of the form"),
        (lambda parts: as_bundle(parts, version=2), "it was made by a newer huntdeck"),
        (lambda parts: as_bundle(parts, version="one"), "manifest.json has the version 'one'"),
        (lambda parts: as_bundle(parts, members=[]), "manifest.json and the members do not agree on hunts/"),
        (lambda parts: as_bundle(parts, members=[{"name": "session.toml"}]), "without its size or SHA-256"),
        (lambda parts: as_bundle(parts, left_out=3), "left_out is no list"),
        (change(lambda parts: parts.pop("session.toml")), "it has no session.toml"),
        (change(lambda parts: parts.pop("runs/2.toml")), "does not name the runs that are there: [2]"),
        (change(lambda parts: parts.pop("runs/1.parquet")), "runs/1.parquet is not there"),
        (change(lambda parts: parts.update({"runs/2.parquet": b"x"})), "runs/2.parquet is not there, or not the one"),
        (change(lambda parts: parts.update({"runs/9.parquet": b"x"})), "runs/9.parquet belongs to no run"),
        (change(lambda parts: parts.update({"hunts/x-1.toml": b"x"})), "hunts/x-1.toml belongs to no run"),
        (change(lambda parts: parts.update({"runs/1.toml": parts["runs/2.toml"]})), "is not the one that session.toml"),
        (change(lambda parts: parts.update({"session.toml": b"name = 3"})), "session.toml: format: this key is"),
        (change(lambda parts: parts.update({"session.toml": b"\xff"})), "session.toml: not UTF-8"),
        (change(lambda parts: parts.update({"session.toml": b"x=" + b"[" * 9999})), "nested too deep"),
    ],
)
def test_what_is_not_whole_is_refused(file: Path, root: Path, make: Callable[[Parts], bytes], words: str) -> None:
    refused(root, make(parts_of(file)), words)


@pytest.mark.parametrize(
    ("session", "words"),
    [
        ({"format": 2}, "it was made by a newer huntdeck (form 2)"),
        ({"kind": "zoo"}, "session.toml: kind: expected one of evidence, log_analytics, defender, data_explorer"),
        ({"identity": "../../x"}, "its name or identity cannot be a session's"),
        ({"name": "  "}, "a session needs a name"),
        ({"name": "x" * 90}, "at most 80 characters"),
        ({"values": {"T1119-91": {"tools": "@/etc/passwd"}}}, "values.T1119-91.tools names a file to read"),
        ({"values": {"T9": {"any": " @~/.ssh/id_rsa"}}}, "values.T9.any names a file to read"),
    ],
)
def test_what_a_session_cannot_say_is_refused(root: Path, session: dict[str, Any], words: str) -> None:
    parts = session_parts(replace(a_session(), trail=(), **session), (a_kept_run(1),))
    refused(root, as_bundle(parts), words)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"kql": 'cluster("x").database("y").T'}, "its query reaches out of its workspace: cluster( reads from"),
        ({"kql": "T | evaluate http_request('https://x')"}, "evaluate http_request may call out"),
        ({"kql": ".drop table T"}, "is a command to the service"),
        ({"kql": "T | where a == 'open"}, "it cannot be read"),
        ({"keys": (Key("A", "string", "workspace('x')"),)}, "the key A reaches out of its workspace"),
        ({"keys": (Key("A", "string", "a) | union (T"),)}, "the key A cannot be read"),
        ({"keys": (Key("A", "cluster"),)}, "'cluster' is no type of KQL"),
        ({"bounds": (Bound(Key("A", "string", "strcat(a, database"), "x"),)}, "the bound A cannot be read"),
        ({"bounds": (Bound(Key("A", "string", "1 + database"), "x"),)}, "the bound A reaches out"),
        ({"columns": (ColumnMeaning("C", "rows", "processes", "", "adx('x')"),)}, "the column C reaches out"),
        ({"columns": (ColumnMeaning("C", "sum", "processes", "app('x')"),)}, "the column C reaches out"),
    ],
)
def test_queries_stay_in_their_workspace(root: Path, query: dict[str, Any], words: str) -> None:
    run = a_kept_run(1, query=replace(a_run(1).query, **query))
    refused(root, as_bundle(session_parts(runs=(run,))), words)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            'where = "',
            "where = \"FileName in (externaldata(a:string)['https://x']) or ",
            "legs.processes.where reaches",
        ),
        ('table = "DeviceProcessEvents"', "table = \"workspace('x').T\"", "legs.processes.table reaches out"),
        ('count = "ProcessCount"', "count = \"X = cluster('a')\"", "legs.processes.count reaches out"),
        (
            'count = "ProcessCount"',
            'count = "P"\ndistinct = { "a(database" = "FileName" }',
            "legs.processes.distinct.a(database reaches out",
        ),
        (
            "[legs.processes]",
            '[views.x]\ntitle = "cluster(x)"\npipeline = "leg_processes | evaluate python()"\n[legs.processes]',
            "views.x.pipeline reaches out",
        ),
        ('id = "T1119-91"', 'id = "T1119-90"', "is of T1119-91, and its hunt is T1119-90"),
        ('subject = "device"', 'subject = "planet"', "subject: expected one of"),
        ('subject = "device"', 'subject = "device', "not TOML"),
        ('subject = "device"', 'subject = "device"\ncode = "import os"', "unknown key"),
        ("[parameters.tools]", "a." * 5000 + "a = 1\n[parameters.tools]", "a key has more than 40 parts"),
        ("[parameters.tools]", "x = " + "[" * 3000 + "\n[parameters.tools]", "T1119-91-"),
    ],
)
def test_hunts_are_read_by_the_loader_and_stay_in_their_workspace(root: Path, old: str, new: str, words: str) -> None:
    hunt = HUNT.replace(old, new)
    assert hunt != HUNT
    refused(root, as_bundle(session_parts(runs=(a_kept_run(1, hunt),), hunt=hunt)), words)


def test_runs_are_of_known_kinds_of_workspace(root: Path) -> None:
    refused(root, as_bundle(session_parts(runs=(a_kept_run(1, kind="zoo"),))), "'zoo' is no kind of workspace")
