"""What is kept of a session, as data: nothing here runs, shows or writes anything. All times are aware, in UTC."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from tui.library.model import Value
from tui.results.view import RowView
from tui.triage.queries.context import Query, Scope
from tui.triage.runs import Fresh, Origin
from tui.triage.sweep import Sweep
from tui.workspaces.protocol import Outcome, Window

FORMAT = 1
"""The version of the form that session files have; a file of a later one is read, never written."""

NAME_LENGTH = 80
_NAME_ENDS = re.compile(r"\s+")

Opinion = Literal["suspicious", "benign", "unknown"]
OPINIONS: tuple[Opinion, ...] = ("suspicious", "benign", "unknown")


@dataclass(frozen=True)
class Author:
    """Who did something: the analyst's name and the machine, as `ana@host`."""

    name: str
    host: str

    def __str__(self) -> str:
        return f"{self.name}@{self.host}" if self.host else self.name


@dataclass(frozen=True)
class Mark:
    """A row the analyst kept, with what was written on it.

    `key` tells the row apart wherever it is listed (`rows.row_key`); `run` and `row` say where it was marked: the run's
    number and the row's place in the order in which its rows came, from 0. `fields` is the row as it was: values
    of the columns that held something, as text.
    """

    key: str
    run: int
    row: int
    author: str
    at: datetime
    fields: Mapping[str, str]
    note: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Note:
    """Something written on the session as a whole."""

    text: str
    author: str
    at: datetime


@dataclass(frozen=True)
class Verdict:
    """A judgement on an entity for a hunt in a workspace. `until` ends a benign one; None holds until changed.

    `entity` is the row's key, lower-case; `subject` says what it is: device, account, mailbox, address; `name` is how it
    is shown.
    """

    workspace: str
    hunt: str
    subject: str
    entity: str
    name: str
    opinion: Opinion
    author: str
    at: datetime
    reason: str = ""
    until: datetime | None = None

    @property
    def about(self) -> tuple[str, str, str, str]:
        """What it judges; a later verdict about the same takes its place."""
        return (self.workspace, self.hunt, self.subject, self.entity)

    def holds(self, moment: datetime) -> bool:
        """Whether it counts at `moment`."""
        return self.until is None or moment < self.until


@dataclass(frozen=True)
class RunRecord:
    """A run that has ended. `rows_sha256` is of its Parquet file, empty when it kept no rows; `kql_sha256` of its text."""

    number: int
    hunt: str
    title: str
    techniques: tuple[str, ...]
    hunt_file: str
    """The hunt as it was run: a file name in the session's folder `hunts`."""
    values: Mapping[str, Value]
    window: Window
    scope: Scope
    query: Query
    workspace: str
    kind: str
    author: str
    origin: Origin | None
    began: datetime
    seconds: float
    received: int
    bytes: int
    outcome: Outcome
    statistics: Mapping[str, float]
    rows_sha256: str
    kql_sha256: str
    identifiers: Mapping[str, str] = field(default_factory=dict)
    """What a live service knows the run by; empty where there is no service, and in files of earlier versions."""
    fresh: Fresh | None = None
    """What a round of a watch brought; None where it brought nothing, and in runs that are no round."""


@dataclass(frozen=True)
class StepRecord:
    """A place on the trail: a run by its number, how its rows were looked at, and where the cursor stood."""

    run: int
    view: RowView = field(default_factory=RowView)
    row: int = 0
    column: str = ""


@dataclass(frozen=True)
class SessionRecord:
    """A session but for its runs, of which it holds the numbers with the SHA-256 of each one's description."""

    identity: str
    name: str
    workspace: str
    kind: str
    author: str
    created: datetime
    saved: datetime
    window: Window | None = None
    scope: Scope = field(default_factory=Scope)
    values: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    runs: Mapping[int, str] = field(default_factory=dict)
    trail: tuple[StepRecord, ...] = ()
    marks: tuple[Mark, ...] = ()
    notes: tuple[Note, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    sweeps: tuple[Sweep, ...] = ()
    imported: str = ""
    """Where it came from when it was made elsewhere: who took it in, when, the file and its SHA-256."""
    format: int = FORMAT
    unknown: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """Keys of a file that this version does not know; they are written again as they were."""


class SessionNameError(ValueError):
    """A name that a session cannot have."""


def checked_name(name: str) -> str:
    """`name` with single spaces; SessionNameError when it is empty or too long."""
    found = _NAME_ENDS.sub(" ", name).strip()
    if not found:
        raise SessionNameError("a session needs a name")
    if len(found) > NAME_LENGTH:
        raise SessionNameError(f"a session's name has at most {NAME_LENGTH} characters; this one has {len(found)}")
    return found
