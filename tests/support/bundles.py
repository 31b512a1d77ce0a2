"""Session files, whole and broken, and what refuses them."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support.kept import HUNT, tree
from tests.support.records import a_session
from tui.triage.records.bundle import BundleError, import_session
from tui.triage.records.bundle_members import Limits
from tui.triage.records.documents import run_document, session_document
from tui.triage.records.model import RunRecord, SessionRecord
from tui.triage.records.reading import digest_of
from tui.triage.records.toml import dumps

Parts = dict[str, bytes]


def parts_of(file: Path) -> Parts:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def as_bundle(parts: Mapping[str, bytes], **manifest: Any) -> bytes:
    """`parts` with a manifest that agrees with them, but for what is given."""
    parts = {name: data for name, data in parts.items() if name != "manifest.json"}
    members = [
        {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in parts.items()
    ]
    document = {"form": "huntdeck session", "version": 1, "members": members, "left_out": []} | manifest
    return zipped({**parts, "manifest.json": json.dumps(document).encode()})


def zipped(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def refused(root: Path, data: bytes, words: str, limits: Limits | None = None) -> None:
    """`data` is refused with `words`, and nothing of it stays."""
    before = tree(root) if root.exists() else {}
    file = root.parent / "refused.huntdeck"
    file.write_bytes(data)
    with pytest.raises(BundleError) as error:
        import_session(file, root, limits=limits)
    assert words in str(error.value)
    assert tree(root) == before
    assert not list(root.glob(".*"))


def session_parts(
    session: SessionRecord | None = None, runs: tuple[RunRecord, ...] = (), hunt: str = HUNT, rows: bytes | None = None
) -> Parts:
    """The members of a session whose digests are all right; `rows` are those of run 1."""
    parts: Parts = {}
    digests = {}
    if rows is not None:
        parts["runs/1.parquet"] = rows
    for given in runs:
        run = replace(given, rows_sha256=digest_of(rows)) if rows is not None and given.number == 1 else given
        parts[f"runs/{run.number}.toml"] = dumps(run_document(run)).encode()
        parts[f"hunts/{run.hunt_file}"] = hunt.encode()
        digests[run.number] = digest_of(parts[f"runs/{run.number}.toml"])
    parts["session.toml"] = dumps(
        session_document(replace(session or replace(a_session(), trail=()), runs=digests))
    ).encode()
    return parts


def parquet(table: pa.Table, **options: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, **options)
    return out.getvalue()
