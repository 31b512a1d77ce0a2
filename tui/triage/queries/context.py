"""What a query is made for, and what is known of it once it is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from tui.kql.dialects import Dialect, Networks
from tui.kql.literals import parse_timespan
from tui.library.model import Hunt, Leg, Opens, Subject
from tui.library.parameters import Values, networks_of
from tui.workspaces.protocol import Window


class QueryError(ValueError):
    """A query that cannot be made: what is asked for is not there, or the hunt cannot be said in this workspace."""


class NoTableError(QueryError):
    """A query whose own table is not in this workspace."""


class PlanError(QueryError):
    """A query that combines a table with others, which the table's plan does not allow."""


@dataclass(frozen=True)
class Scope:
    """The devices, accounts and exclusions of the session.

    A device is a short name or FQDN, an account a name or `domain\\name`; either may be a prefix ending in `*`.
    """

    devices: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    exclude_devices: tuple[str, ...] = ()
    exclude_accounts: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.devices or self.accounts or self.exclude_devices or self.exclude_accounts)


@dataclass(frozen=True)
class QueryContext:
    """A hunt with checked values, the pinned window, the scope and the dialect: all that decides a query's text."""

    hunt: Hunt
    values: Values
    window: Window
    dialect: Dialect
    scope: Scope = field(default_factory=Scope)

    @cached_property
    def networks(self) -> Mapping[str, Networks]:
        """The blocks of the address parameters."""
        return networks_of(self.hunt, self.values)

    def leg(self, name: str) -> Leg:
        """The leg `name`; QueryError when the hunt has none."""
        try:
            return self.hunt.legs[name]
        except KeyError:
            raise QueryError(f"hunt {self.hunt.id} has no leg {name!r}; it has {', '.join(self.hunt.legs)}") from None

    def base(self, leg: Leg) -> Leg:
        """The leg with a table that `leg` is a part of, or itself; QueryError for a circle."""
        return self.base(self.leg(leg.of)) if leg.of and self.foundation(leg) else leg

    def table(self, leg: Leg) -> str:
        """The table whose rows `leg` holds."""
        return self.base(leg).table

    def foundation(self, leg: Leg) -> list[Leg]:
        """All legs that `leg` leans on, each after those it leans on itself, then `leg`; QueryError for a circle."""
        ordered: list[Leg] = []

        def visit(known: Leg, above: tuple[str, ...]) -> None:
            if known.name in above:
                circle = " > ".join((*above, known.name))
                raise QueryError(f"legs of {self.hunt.id} lean on each other in a circle: {circle}")
            if known not in ordered:
                for name in known.leans_on.values():
                    visit(self.leg(name), (*above, known.name))
                ordered.append(known)

        visit(leg, ())
        return ordered

    def present(self, leg: Leg) -> bool:
        """Whether the leg can run here: its own table and those of all legs it leans on are there."""
        return all(self.dialect.has_table(self.table(known)) for known in self.foundation(leg))

    def optional(self, leg: Leg) -> bool:
        """Whether the hunt does without the leg: it, or a leg it leans on, is optional."""
        return any(known.optional for known in self.foundation(leg))

    def say(self, text: str, leg: Leg, extra: frozenset[str] = frozenset()) -> str:
        """A KQL expression over `leg`'s table in this dialect."""
        return self.dialect.condition(text, self.table(leg), self.networks, extra)

    def reach(self, kql: str) -> Window:
        """The time that `kql`, a query made for this, looks at: the window, and before it what its legs read there."""
        spans = [parse_timespan(leg.before) for leg in self.hunt.legs.values() if leg.before]
        if not spans or not any(f"leg_{leg.name}" in kql for leg in self.hunt.legs.values() if leg.before):
            return self.window
        try:
            return Window(self.window.start - max(spans), self.window.end, self.window.late)
        except OverflowError:
            return self.window

    def time(self, leg: Leg) -> str:
        """The column that holds the event's time in `leg`'s table."""
        return self.dialect.time_column(self.table(leg))


@dataclass(frozen=True)
class Key:
    """A column that helps to tell rows apart: its value equals an expression over a leg's rows, or the leg's subject."""

    column: str
    type: str = "string"
    expression: str = ""
    subject: Subject | None = None


@dataclass(frozen=True)
class Bound:
    """A key with the value it has in one row."""

    key: Key
    value: object


@dataclass(frozen=True)
class ColumnMeaning:
    """What a column of a query's result is, beyond its name and type."""

    name: str
    opens: Opens | None = None
    leg: str = ""
    value: str = ""
    """The expression whose values, total or extreme the column holds, over the leg's rows."""
    where: str = ""
    """The aggregate's own condition over the leg's rows."""
    hidden: bool = False


@dataclass(frozen=True)
class Query:
    """KQL ready to run, and what its result means.

    `view` is `devices`, `accounts`, `addresses`, `mailboxes`, `groups_LEG`, `timeline`, `values`, `events`, `base`, or a
    view of the hunt's own. `bounds` are the keys inherited from the cells above; `limit` rows are kept of limit + 1.
    """

    kql: str
    view: str
    title: str
    limit: int
    columns: tuple[ColumnMeaning, ...] = ()
    keys: tuple[Key, ...] = ()
    bounds: tuple[Bound, ...] = ()
    leg: str = ""
    kind: str = ""
    lacks: tuple[str, ...] = ()
    """Tables that are not in this workspace and that a leg which is not optional needs: its columns say n/a."""

    def meaning(self, name: str) -> ColumnMeaning:
        """What the column `name` is; one without further meaning when nothing is known of it."""
        return next((column for column in self.columns if column.name == name), ColumnMeaning(name))
