"""A report as data. Texts are those of the data, not yet safe to show: each way of writing a report makes them so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tui.triage.queries.context import Scope
from tui.workspaces.protocol import Outcome, State, Window

LISTED_VALUES = 20
"""Values of a list parameter that are written out; the query has all of them."""

Found = Literal["hits", "no hits", "no data", "part", "no answer"]
"""What a hunt gave: rows; none, and the data was there; none, for the data was not; none in the part that came; nothing."""


@dataclass(frozen=True)
class Subject:
    """A device, account, address or mailbox that a hunt hit, with the verdict on it, if there is one."""

    subject: str
    entity: str
    name: str
    opinion: str = ""


@dataclass(frozen=True)
class HuntResult:
    """What a hunt of the session gave: by its newest run that answered, else by its newest.

    `run` is that run's number; `later` are those after it that gave no answer. `unit` is what its rows are, in the plural:
    `devices` where they are the `subjects`, else `rows`.
    """

    hunt: str
    title: str
    techniques: tuple[str, ...]
    tactic: str
    pivot: bool
    run: int
    runs: int
    window: Window
    outcome: Outcome
    found: Found
    rows: int
    unit: str
    subjects: tuple[Subject, ...]
    later: tuple[int, ...]
    newest: datetime | None = None
    """The newest event behind its rows, where they tell it."""

    @property
    def until(self) -> datetime:
        """Until when it looked at events: what came later is not in it."""
        return self.window.end


@dataclass(frozen=True)
class HuntNotRun:
    """A hunt that was at hand and was not run, or not to its end, with the reason where one is known.

    `run` is the newest of its runs that did not come to their end; 0 where there is none.
    """

    hunt: str
    title: str
    techniques: tuple[str, ...]
    tactic: str
    reason: str = ""
    run: int = 0


@dataclass(frozen=True)
class Parameter:
    """A parameter's values as texts, the first of a long list; `count` is how many there are.

    `changed` says whether it is not the default; None where the hunt is not known.
    """

    name: str
    texts: tuple[str, ...]
    count: int
    changed: bool | None


@dataclass(frozen=True)
class ReportedRun:
    """A run. `query` is the number of its text among the report's queries; `parameters_of` the number of an earlier run
    of the hunt with the same parameters, which lists them."""

    number: int
    hunt: str
    title: str
    techniques: tuple[str, ...]
    what: str
    opened_from: str
    window: Window
    scope: Scope
    parameters: tuple[Parameter, ...]
    parameters_of: int | None
    query: int
    workspace: str
    kind: str
    author: str
    began: datetime
    seconds: float
    rows: int
    bytes: int
    outcome: Outcome
    kql_sha256: str
    rows_sha256: str
    identifiers: tuple[tuple[str, str], ...] = ()
    """What a live service knows the run by: names and values."""
    fresh: str = ""
    """What a round of a watch brought, in words."""

    @property
    def whole(self) -> bool:
        """Whether it gave everything that was asked for."""
        return self.outcome.state is State.COMPLETE


@dataclass(frozen=True)
class MarkedRow:
    """A row the analyst kept. `at` is when its event happened, `device` where, `account` by whom, `what` what it was, all
    as far as the row says."""

    at: datetime | None
    device: str
    account: str
    what: str
    hunt: str
    run: int
    row: int
    listed_by: str
    opened_from: str
    fields: tuple[tuple[str, str], ...]
    note: str
    tags: tuple[str, ...]
    author: str
    marked_at: datetime
    key: str


@dataclass(frozen=True)
class ReportedVerdict:
    """A judgement. `standing` says whether it counts, was replaced by a later one, or ended before the session was saved."""

    hunt: str
    workspace: str
    subject: str
    name: str
    entity: str
    opinion: str
    reason: str
    until: datetime | None
    author: str
    at: datetime
    standing: Literal["counts", "replaced", "ended"]


@dataclass(frozen=True)
class ReportedNote:
    """Something written on the session as a whole."""

    text: str
    author: str
    at: datetime


@dataclass(frozen=True)
class ReportedQuery:
    """A query's text, its digest, and the runs it was the query of."""

    number: int
    kql: str
    sha256: str
    runs: tuple[int, ...]


@dataclass(frozen=True)
class Report:
    """All of it. Marked rows are in the order of their events; verdicts and notes by when they were given."""

    name: str
    identity: str
    workspaces: tuple[tuple[str, str], ...]
    authors: tuple[str, ...]
    created: datetime
    saved: datetime
    moment: datetime
    """When the report was made: ages in it are told from here."""
    window: Window | None
    scope: Scope
    hunts: tuple[HuntResult, ...]
    not_run: tuple[HuntNotRun, ...]
    unanswered: tuple[HuntNotRun, ...]
    """Hunts that were run, but never to a complete answer."""
    marks: tuple[MarkedRow, ...]
    verdicts: tuple[ReportedVerdict, ...]
    notes: tuple[ReportedNote, ...]
    runs: tuple[ReportedRun, ...]
    missing: tuple[int, ...]
    """Runs that the session names and that could not be read."""
    problems: tuple[str, ...]
    """What was found amiss with the session's files."""
    queries: tuple[ReportedQuery, ...]
    imported: str
    """Where the session came from when it was made elsewhere."""
    digest: str
    version: str
    defanged: bool
