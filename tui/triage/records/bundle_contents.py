"""What a session that somebody else made must be before it is taken in: whole, readable, within its limits and its
workspace. Nothing of it is run."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tui.kql.dialects import KINDS
from tui.kql.lexer import KqlSyntaxError, check_balanced
from tui.kql.reaching import reaching_out
from tui.library.loader import HuntError, parse_hunt
from tui.library.model import Hunt
from tui.settings.files import open_private, read_private
from tui.triage.queries.context import Query
from tui.triage.records.bundle_members import BundleError, Limits, Manifest
from tui.triage.records.documents import DocumentError
from tui.triage.records.model import FORMAT, RunRecord, SessionNameError, SessionRecord, checked_name
from tui.triage.records.reading import check_hunt_file, check_keys, digest_of, read_run, read_session

_IDENTITY = re.compile(r"[0-9a-f]{8}", re.ASCII)
_TYPES = frozenset("string int long real bool datetime timespan dynamic decimal guid".split())
_KQL_IN_HUNTS = ("legs", "views", "peak", "thresholds")
_PROSE = ("title",)


def check_contents(folder: Path, manifest: Manifest, limits: Limits) -> SessionRecord:
    """The session that was unpacked to `folder`, once all of it is found to be fit; BundleError says what is not."""
    session = _session(folder, limits)
    numbers = {int(Path(name).stem) for name in manifest.members if name.startswith("runs/") and name.endswith(".toml")}
    if numbers != set(session.runs):
        raise BundleError(f"session.toml does not name the runs that are there: {sorted(numbers ^ set(session.runs))}")
    runs = [_run(folder, session, number, manifest, limits) for number in sorted(numbers)]
    _check_belonging(runs, manifest)
    hunts = {name: _hunt(folder / "hunts" / name) for name in sorted({run.hunt_file for run in runs})}
    by_id = {hunt.id: hunt for hunt in hunts.values()}
    if files := files_named(session, by_id):
        raise BundleError(f"session.toml: values.{files[0]} names a file to read")
    for run in runs:
        if hunts[run.hunt_file].id != run.hunt:
            raise BundleError(f"runs/{run.number}.toml is of {run.hunt}, and its hunt is {hunts[run.hunt_file].id}")
        _check_query(run, limits)
        if run.rows_sha256 and f"runs/{run.number}.parquet" in manifest.members:
            check_rows(folder / "runs" / f"{run.number}.parquet", limits)
    return session


def files_named(session: SessionRecord, hunts: Mapping[str, Hunt]) -> list[str]:
    """What is filled into forms in `session` that names a file to read a list from, as `HUNT.PARAMETER`.

    `hunts` are those known, by id: they tell a list from a text that begins with `@`.
    """
    found = []
    for hunt, values in session.values.items():
        parameters = hunts[hunt].parameters if hunt in hunts else {}
        for name, value in values.items():
            a_list = parameters[name].type.is_list if name in parameters else True
            if a_list and isinstance(value, str) and value.lstrip().startswith("@"):
                found.append(f"{hunt}.{name}")
    return found


def _session(folder: Path, limits: Limits) -> SessionRecord:
    try:
        session = read_session(read_private(folder / "session.toml", limits.text))
        named = checked_name(session.name)
    except FileNotFoundError:
        raise BundleError("it has no session.toml") from None
    except (DocumentError, SessionNameError) as error:
        raise BundleError(f"session.toml: {error}") from None
    if session.format > FORMAT:
        raise BundleError(f"it was made by a newer huntdeck (form {session.format})")
    if not _IDENTITY.fullmatch(session.identity) or named != session.name:
        raise BundleError("session.toml: its name or identity cannot be a session's")
    return session


def _run(folder: Path, session: SessionRecord, number: int, manifest: Manifest, limits: Limits) -> RunRecord:
    name = f"runs/{number}.toml"
    data = read_private(folder / name, limits.text)
    if digest_of(data) != session.runs[number]:
        raise BundleError(f"{name} is not the one that session.toml names (its SHA-256 differs)")
    try:
        run = read_run(data)
    except DocumentError as error:
        raise BundleError(f"{name}: {error}") from None
    if run.number != number:
        raise BundleError(f"{name} says that it is run {run.number}")
    if run.kind not in KINDS:
        raise BundleError(f"{name}: {run.kind!r} is no kind of workspace")
    if f"hunts/{run.hunt_file}" not in manifest.members:
        raise BundleError(f"{name}: its hunt {run.hunt_file!r} is not there")
    rows = f"runs/{number}.parquet"
    there = manifest.members.get(rows, (0, ""))[1]
    left_out = any(words.startswith(rows) for words in manifest.left_out)
    if there != run.rows_sha256 and not (left_out and not there):
        raise BundleError(f"{rows} is not there, or not the one that {name} names (its SHA-256 differs)")
    return run


def _check_belonging(runs: list[RunRecord], manifest: Manifest) -> None:
    """Every member belongs to the session, or to a run of it."""
    known = {"session.toml"}
    for run in runs:
        known |= {f"runs/{run.number}.toml", f"runs/{run.number}.parquet", f"hunts/{run.hunt_file}"}
    for name in manifest.members:
        if name not in known:
            raise BundleError(f"{name} belongs to no run")


def _hunt(path: Path) -> Hunt:
    name = f"hunts/{path.name}"
    try:
        text = check_hunt_file(path)
        check_keys(text)
        hunt = parse_hunt(text, Path(name))
    except DocumentError as error:
        raise BundleError(f"{name}: {error}") from None
    except RecursionError:
        raise BundleError(f"{name}: nested too deep") from None
    except HuntError as error:
        raise BundleError(str(error.problems[0])) from None
    data = tomllib.loads(text)
    for key in _KQL_IN_HUNTS:
        for where, fragment in _fragments(data.get(key, {}), key):
            _check_fragment(f"{name}: {where}", fragment)
    return hunt


def _fragments(part: Any, where: str) -> Iterator[tuple[str, str]]:
    """Every text that goes into KQL, the names of columns and legs too, with the key it stands at."""
    if isinstance(part, str):
        yield where, part
    elif isinstance(part, dict):
        for name, value in part.items():
            yield f"{where}.{name}", name
            if name not in _PROSE:
                yield from _fragments(value, f"{where}.{name}")
    elif isinstance(part, list):
        for number, value in enumerate(part, 1):
            yield from _fragments(value, f"{where}.{number}")


def _check_fragment(where: str, text: str) -> None:
    """A part of a query. One that is more than a name may end in one, which nothing after it must turn into a call."""
    if found := reaching_out(text if text.isidentifier() else f"{text}\n("):
        raise BundleError(f"{where} reaches out of its workspace: {found[0]}")


def _check_query(run: RunRecord, limits: Limits) -> None:
    name, query = f"runs/{run.number}.toml", run.query
    if len(query.kql) > limits.kql:
        raise BundleError(f"{name}: its query has {len(query.kql):,} characters, more than {limits.kql:,}")
    if found := reaching_out(query.kql):
        raise BundleError(f"{name}: its query reaches out of its workspace: {found[0]}")
    for where, text in _expressions(query):
        try:
            check_balanced(text)
        except KqlSyntaxError as error:
            raise BundleError(f"{name}: {where} cannot be read: {error}") from None
        _check_fragment(f"{name}: {where}", text)
    for key in (*query.keys, *(bound.key for bound in query.bounds)):
        if key.type not in _TYPES:
            raise BundleError(f"{name}: {key.type!r} is no type of KQL")


def _expressions(query: Query) -> Iterator[tuple[str, str]]:
    for key in query.keys:
        yield f"the key {key.column}", key.expression
    for bound in query.bounds:
        yield f"the bound {bound.key.column}", bound.key.expression
    for column in query.columns:
        yield f"the column {column.name}", column.value
        yield f"the column {column.name}", column.where


def check_rows(path: Path, limits: Limits) -> None:
    """Whether the Parquet file at `path` holds rows as runs keep them, within `limits`; BundleError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    name = f"runs/{path.name}"
    try:
        with open_private(path) as stream:
            bounds = {"thrift_string_size_limit": limits.listing, "thrift_container_size_limit": 10**6}
            file = pq.ParquetFile(stream, **bounds)
            schema = file.schema_arrow
            _check_shape(name, file.metadata, schema, limits)
            texts = [field.name for field in schema if pa.types.is_string(field.type)]
            stream.seek(0)
            _check_values(name, pq.ParquetFile(stream, read_dictionary=texts, **bounds), limits)
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        if isinstance(error, BundleError):
            raise
        raise BundleError(f"{name} cannot be read: {str(error).splitlines()[0]}") from None


def _check_shape(name: str, metadata: Any, schema: Any, limits: Limits) -> None:
    from tui.results.columns import column_infos, logical_schema

    column_infos(schema)
    if metadata.num_rows > limits.rows:
        raise BundleError(f"{name} has {metadata.num_rows:,} rows, more than {limits.rows:,}")
    if len(schema) > limits.columns or metadata.num_columns > limits.columns:
        raise BundleError(f"{name} has {len(schema):,} columns, more than {limits.columns:,}")
    for found, kept in zip(schema, logical_schema(schema), strict=True):
        if found.type != kept.type:
            raise BundleError(f"{name}: column {found.name!r} is of type {found.type}, which no run keeps")
    claimed = sum(metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups))
    if claimed > limits.values:
        raise BundleError(f"{name} unpacks to {claimed:,} bytes, more than {limits.values:,}")


def _check_values(name: str, file: Any, limits: Limits) -> None:
    """Reads all of it once. Texts stay as places in a list of values, so that a long one that stands in a million rows is
    counted without being written out as often."""
    import pyarrow as pa
    import pyarrow.compute as pc

    rows = size = 0
    for batch in file.iter_batches(batch_size=10_000, use_threads=False):
        rows += batch.num_rows
        for column in batch.columns:
            if pa.types.is_dictionary(column.type):
                lengths = pc.take(pc.binary_length(column.dictionary), column.indices)
                size += pc.sum(lengths.cast(pa.int64())).as_py() or 0
            else:
                size += column.nbytes
        if size > limits.values or rows > limits.rows:
            raise BundleError(f"{name} unpacks to more than {limits.values:,} bytes, or {limits.rows:,} rows")
