"""A hunt as data: what `loader` reads from a TOML file and everything else works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal

Subject = Literal["device", "account", "address", "mailbox"]
SUBJECTS: tuple[Subject, ...] = ("device", "account", "address", "mailbox")

Kind = Literal["process", "file", "network", "logon", "share", "event", "mail"]
KINDS: tuple[Kind, ...] = ("process", "file", "network", "logon", "share", "event", "mail")

Opens = Literal["rows", "values", "sum", "extreme", "timeline"]
"""What Enter on a cell lists: as many events, as many values, the events and their total, the event or ties at an
extreme, or the timeline of all legs."""

Value = str | int | float | bool | tuple[str, ...] | None
"""A parameter's value once checked: lists are tuples, times and spans their canonical text, None means not given."""


class ParameterType(StrEnum):
    """The types a parameter can have."""

    STRING = "string"
    STRING_LIST = "string_list"
    INTEGER = "integer"
    REAL = "real"
    BOOLEAN = "boolean"
    DATETIME = "datetime"
    TIMESPAN = "timespan"
    CHOICE = "choice"
    IP_LIST = "ip_list"
    PATH_LIST = "path_list"
    PREFIX_LIST = "prefix_list"
    SUFFIX_LIST = "suffix_list"
    REGEX = "regex"

    @property
    def is_list(self) -> bool:
        """Whether a value is a list of strings."""
        return self.value.endswith("_list")


@dataclass(frozen=True)
class Parameter:
    """One field of a hunt's form, `p_NAME` in its KQL."""

    name: str
    type: ParameterType
    help: str
    default: Value = None
    unit: str = ""
    required: bool = False
    minimum: float | str | None = None
    """The least a number may be, or the shortest a span."""
    maximum: float | str | None = None
    choices: tuple[str, ...] = ()
    empty: Literal["all", "none", "error"] = "none"
    entity: str = ""
    """For pivots: what a cell must hold to start the hunt from it (device, account, address, hash, file, process...)."""


@dataclass(frozen=True)
class Near:
    """Rows on the same device within `within` of a row of `leg`, told by time bins: never less than `within`, at most
    twice as far. `side` says where the row lies from that leg's row."""

    leg: str
    within: str
    side: Literal["around", "before", "after"] = "around"


@dataclass(frozen=True)
class Rare:
    """Rows whose `value` occurs on at most `devices_at_most` devices within the leg that is refined."""

    value: str
    devices_at_most: str


@dataclass(frozen=True)
class Leg:
    """A named stream of unchanged raw rows of one table, or, with `of`, the part of another leg that meets more."""

    name: str
    kind: Kind
    count: str
    table: str = ""
    of: str = ""
    where: str = ""
    by_process_of: str = ""
    parent_of: str = ""
    near: Near | None = None
    rare: Rare | None = None
    optional: bool = False
    anchor: bool = False
    """Whether a row of this leg alone brings its subject into the main view; the primary leg always does."""
    distinct: Mapping[str, str] = field(default_factory=dict)
    sum: Mapping[str, str] = field(default_factory=dict)
    largest: Mapping[str, str] = field(default_factory=dict)
    group_by: tuple[str, ...] = ()
    before: str = ""
    """A span such as `30d`: the leg reads that far before the window, too, and whatever the scope, so that views of its
    own can compare with it. Such a leg is in no generated view."""

    @property
    def leans_on(self) -> dict[str, str]:
        """The legs this one is made from or joined with, by the key that names them."""
        near = self.near.leg if self.near else ""
        named = {"of": self.of, "by_process_of": self.by_process_of, "parent_of": self.parent_of, "near": near}
        return {key: name for key, name in named.items() if name}


@dataclass(frozen=True)
class Peak:
    """The most rows of `leg` in one bin of `per`, as column `count`, and that bin's start, as column `at`."""

    leg: str
    per: str
    count: str
    at: str


@dataclass(frozen=True)
class Threshold:
    """Met by a row whose `column` is at least `at_least` (a parameter `p_NAME` or a number)."""

    column: str
    at_least: str


@dataclass(frozen=True)
class ViewColumn:
    """How a column of a hunt's own view opens: the leg's rows that meet `where`, or the values of `value` among them."""

    opens: Opens
    leg: str
    where: str = ""
    value: str = ""


@dataclass(frozen=True)
class View:
    """A KQL pipeline over `leg_NAME`s. `keys` maps each key column to its expression over a leg's rows."""

    name: str
    title: str
    pipeline: str
    keys: Mapping[str, str]
    columns: Mapping[str, ViewColumn]


@dataclass(frozen=True)
class Hunt:
    """One hunt. `path` is where it was read; `lines` finds a dotted key's line for messages."""

    id: str
    title: str
    techniques: tuple[str, ...]
    subject: Subject
    purpose: str
    triage: str
    primary: str
    legs: Mapping[str, Leg]
    parameters: Mapping[str, Parameter]
    tactic: str = "TA0009"
    by: tuple[Subject, ...] = ()
    """Further subjects to summarise by: `account` gives the view `accounts` beside `devices`."""
    opens_with: str = ""
    """The view Enter shows first; the subject's own when empty."""
    peak: Peak | None = None
    thresholds: tuple[Threshold, ...] = ()
    views: Mapping[str, View] = field(default_factory=dict)
    false_positives: tuple[str, ...] = ()
    cannot_see: str = ""
    requires: tuple[str, ...] = ()
    limit: int = 1000
    pivot: bool = False
    path: Path | None = field(default=None, compare=False)
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)
    source: str = field(default="", repr=False)
    """The text of the file, which runs keep so that their numbers open as they were counted."""

    @property
    def counted(self) -> list[Leg]:
        """The legs that generated views count and list: all but those that read more than the window."""
        return [leg for leg in self.legs.values() if not leg.before]
