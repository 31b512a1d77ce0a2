"""Hunt files read into the model, with problems that name file, line and key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui.kql.dialects import nearest
from tui.kql.literals import LiteralError
from tui.library.model import (
    KINDS,
    SUBJECTS,
    Hunt,
    Leg,
    Near,
    Parameter,
    ParameterType,
    Peak,
    Rare,
    Threshold,
    View,
    ViewColumn,
)
from tui.library.parameters import ParameterError, read_value
from tui.library.times import read_span, span_typed
from tui.settings.toml_lines import find_line, key_lines

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z", re.ASCII)
_TECHNIQUE = re.compile(r"T\d{4}(\.\d{3})?\Z", re.ASCII)


@dataclass(frozen=True)
class Problem:
    """What is wrong in a hunt file: where (`line` from 1, 0 when unknown), which key, and what is expected.

    A `warning` says what the file cannot do, and does not stop its use.
    """

    path: Path
    line: int
    key: str
    message: str
    warning: bool = False

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else str(self.path)
        message = f"warning: {self.message}" if self.warning else self.message
        return f"{where}: {self.key}: {message}" if self.key else f"{where}: {message}"


class HuntError(Exception):
    """A hunt file that cannot be used; `problems` holds everything found."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class _Fields:
    """The keys of one table, taken one by one; what is not taken at the end is unknown."""

    def __init__(self, reader: _Reader, prefix: str, values: Mapping[str, Any]) -> None:
        self.reader, self.prefix, self.values = reader, prefix, values
        self.known: set[str] = set()

    def take(self, key: str, kind: type | tuple[type, ...], default: Any = None, required: bool = False) -> Any:
        """The value of `key` when it is of `kind`, else the default and a problem."""
        self.known.add(key)
        if key not in self.values:
            if required:
                self.problem(key, "this key is missing")
            return default
        value = self.values[key]
        if isinstance(value, bool) and bool not in (kind if isinstance(kind, tuple) else (kind,)):
            return self.wrong(key, kind, value, default)
        return value if isinstance(value, kind) else self.wrong(key, kind, value, default)

    def wrong(self, key: str, kind: type | tuple[type, ...], value: object, default: Any) -> Any:
        """Notes that `key` has another type than `kind`."""
        words = {
            str: "a text",
            int: "a whole number",
            bool: "true or false",
            list: "a list",
            dict: "a table",
            float: "a number",
        }
        kinds = kind if isinstance(kind, tuple) else (kind,)
        self.problem(key, f"expected {' or '.join(words[k] for k in kinds)}, found {value!r}")
        return default

    def text(self, key: str, required: bool = False) -> str:
        """A text, stripped."""
        return str(self.take(key, str, "", required)).strip()

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        items = self.take(key, list, [])
        if not all(isinstance(item, str) for item in items):
            self.problem(key, f"expected a list of texts, found {items!r}")
            return ()
        return tuple(item.strip() for item in items)

    def word(self, key: str, words: Iterable[str], default: str = "", required: bool = False) -> Any:
        """One of `words`."""
        value = self.take(key, str, default, required)
        choices = list(words)
        if value and value not in choices:
            self.problem(key, f"expected one of {', '.join(choices)}, found {value!r}{nearest(value, choices)}")
            return default
        return value

    def mapping(self, key: str) -> dict[str, str]:
        """A table of texts."""
        items = self.take(key, dict, {})
        if not all(isinstance(item, str) for item in items.values()):
            self.problem(key, f"expected a table of texts, found {items!r}")
            return {}
        return dict(items)

    def finish(self) -> None:
        """Notes every key that was not asked for."""
        for key in self.values:
            if key not in self.known:
                self.problem(key, f"unknown key{nearest(key, sorted(self.known))}")

    def problem(self, key: str, message: str) -> None:
        """Notes a problem at `key` of this table."""
        self.reader.problem(f"{self.prefix}.{key}" if self.prefix else key, message)


class _Reader:
    """One file on its way to a `Hunt`; gathers problems rather than stopping at the first."""

    def __init__(self, path: Path, text: str) -> None:
        self.path, self.text, self.lines = path, text, key_lines(text)
        self.problems: list[Problem] = []

    def problem(self, key: str, message: str) -> None:
        """Notes a problem at the line of `key`, or of the nearest table around it."""
        self.problems.append(Problem(self.path, find_line(self.lines, key), key, message))

    def hunt(self, data: Mapping[str, Any]) -> Hunt:
        """The hunt in `data`, with a problem noted for everything that is wrong."""
        fields = _Fields(self, "", data)
        techniques = fields.texts("techniques")
        if not techniques or not all(_TECHNIQUE.match(technique) for technique in techniques):
            fields.problem("techniques", f"expected ATT&CK techniques such as T1119, found {list(techniques)!r}")
        legs = {name: self.leg(name, values) for name, values in self.tables(fields, "legs")}
        hunt = Hunt(
            id=fields.text("id", required=True),
            title=fields.text("title", required=True),
            techniques=techniques or ("T0000",),
            tactic=fields.text("tactic") or "TA0009",
            subject=fields.word("subject", SUBJECTS, "device", required=True),
            by=tuple(fields.texts("by")),  # type: ignore[arg-type]
            opens_with=fields.text("opens_with"),
            purpose=fields.text("purpose", required=True),
            triage=fields.text("triage", required=True),
            false_positives=fields.texts("false_positives"),
            cannot_see=fields.text("cannot_see"),
            requires=fields.texts("requires"),
            primary=fields.text("primary", required=True),
            limit=fields.take("limit", int, 1000),
            pivot=fields.take("pivot", bool, False),
            parameters={name: self.parameter(name, values) for name, values in self.tables(fields, "parameters")},
            legs=legs,
            peak=self.peak(fields),
            thresholds=self.thresholds(fields),
            views={name: self.view(name, values) for name, values in self.tables(fields, "views")},
            path=self.path,
            lines=self.lines,
            source=self.text,
        )
        for subject in hunt.by:
            if subject not in SUBJECTS:
                fields.problem("by", f"expected {', '.join(SUBJECTS)}, found {subject!r}{nearest(subject, SUBJECTS)}")
        fields.finish()
        return hunt

    def tables(self, fields: _Fields, key: str) -> list[tuple[str, Mapping[str, Any]]]:
        """The named tables under `key`."""
        found: list[tuple[str, Mapping[str, Any]]] = []
        for name, values in fields.take(key, dict, {}).items():
            if not _NAME.match(name):
                fields.problem(f"{key}.{name}", "a name is letters, digits and _, starting with a letter")
            elif not isinstance(values, dict):
                fields.problem(f"{key}.{name}", f"expected a table, found {values!r}")
            else:
                found.append((name, values))
        return found

    def parameter(self, name: str, values: Mapping[str, Any]) -> Parameter:
        """`[parameters.NAME]`."""
        fields = _Fields(self, f"parameters.{name}", values)
        kind = ParameterType(fields.word("type", [member.value for member in ParameterType], "string", required=True))
        fields.known.add("default")
        parameter = Parameter(
            name=name,
            type=kind,
            help=fields.text("help", required=True),
            unit=fields.text("unit"),
            required=fields.take("required", bool, False),
            minimum=self.limit(fields, kind, "minimum"),
            maximum=self.limit(fields, kind, "maximum"),
            choices=fields.texts("choices"),
            empty=fields.word("empty", ("all", "none", "error"), "none"),
            entity=fields.text("entity"),
        )
        fields.finish()
        if kind is ParameterType.CHOICE and not parameter.choices:
            fields.problem("choices", "a choice needs its words")
        if "default" not in values:
            return parameter
        if kind.is_list and not isinstance(values["default"], list):
            fields.wrong("default", list, values["default"], None)
            return parameter
        try:
            return Parameter(**{**vars(parameter), "default": read_value(parameter, values["default"])})
        except ParameterError as error:
            fields.problem("default", error.reason)
            return parameter

    def limit(self, fields: _Fields, kind: ParameterType, key: str) -> float | str | None:
        """`minimum` or `maximum` of a parameter: a number, or for a timespan a span."""
        if kind is not ParameterType.TIMESPAN:
            limit: float | None = fields.take(key, (int, float))
            if limit is not None and kind not in (ParameterType.INTEGER, ParameterType.REAL):
                fields.problem(key, f"a {kind.value} has no limits: integer, real and timespan do")
            return limit
        span: str = fields.take(key, str, "")
        try:
            return span_typed(read_span(span)) if span else None
        except LiteralError as error:
            fields.problem(key, str(error))
            return None

    def leg(self, name: str, values: Mapping[str, Any]) -> Leg:
        """`[legs.NAME]`."""
        fields = _Fields(self, f"legs.{name}", values)
        leg = Leg(
            name=name,
            kind=fields.word("kind", KINDS, "event", required="of" not in values),
            count=fields.text("count", required=True),
            table=fields.text("table"),
            of=fields.text("of"),
            where=fields.text("where"),
            by_process_of=fields.text("by_process_of"),
            parent_of=fields.text("parent_of"),
            near=self.near(fields),
            rare=self.rare(fields),
            optional=fields.take("optional", bool, False),
            anchor=fields.take("anchor", bool, False),
            distinct=fields.mapping("distinct"),
            sum=fields.mapping("sum"),
            largest=fields.mapping("largest"),
            group_by=fields.texts("group_by"),
            before=self.span(fields, "before"),
        )
        fields.finish()
        if bool(leg.table) == bool(leg.of):
            fields.problem("table", "a leg has either a table or, with of, another leg")
        if leg.before and leg.of:
            fields.problem("before", "a part of another leg reads no further than that one")
        return leg

    def span(self, fields: _Fields, key: str) -> str:
        """A span such as `30d`, or nothing."""
        span = fields.text(key)
        try:
            return span_typed(read_span(span)) if span else ""
        except LiteralError as error:
            fields.problem(key, str(error))
            return ""

    def near(self, fields: _Fields) -> Near | None:
        """`near = {...}` of a leg."""
        values = fields.take("near", dict)
        if values is None:
            return None
        inner = _Fields(self, f"{fields.prefix}.near", values)
        side = inner.word("side", ("around", "before", "after"), "around")
        near = Near(inner.text("leg", True), inner.text("within", True), side)
        inner.finish()
        return near

    def rare(self, fields: _Fields) -> Rare | None:
        """`rare = {...}` of a leg."""
        values = fields.take("rare", dict)
        if values is None:
            return None
        inner = _Fields(self, f"{fields.prefix}.rare", values)
        rare = Rare(inner.text("value", True), inner.text("devices_at_most", True))
        inner.finish()
        return rare

    def peak(self, fields: _Fields) -> Peak | None:
        """`[peak]`."""
        values = fields.take("peak", dict)
        if values is None:
            return None
        inner = _Fields(self, "peak", values)
        peak = Peak(inner.text("leg", True), inner.text("per", True), inner.text("count", True), inner.text("at", True))
        inner.finish()
        return peak

    def thresholds(self, fields: _Fields) -> tuple[Threshold, ...]:
        """`[[thresholds]]`."""
        found = []
        for number, values in enumerate(fields.take("thresholds", list, []), 1):
            inner = _Fields(self, f"thresholds.{number}", values if isinstance(values, dict) else {})
            at_least = inner.take("at_least", (str, int), "", True)
            found.append(Threshold(inner.text("column", True), str(at_least)))
            inner.finish()
        return tuple(found)

    def view(self, name: str, values: Mapping[str, Any]) -> View:
        """`[views.NAME]`."""
        fields = _Fields(self, f"views.{name}", values)
        columns = {}
        for column, inner_values in self.tables(fields, "columns"):
            inner = _Fields(self, f"views.{name}.columns.{column}", inner_values)
            opens = inner.word("opens", ("rows", "values", "sum", "extreme"), "rows", required=True)
            columns[column] = ViewColumn(opens, inner.text("leg", True), inner.text("where"), inner.text("value"))
            inner.finish()
        view = View(name, fields.text("title", True), fields.text("pipeline", True), fields.mapping("keys"), columns)
        fields.finish()
        return view


def read_hunt(path: Path) -> Hunt:
    """The hunt in the file `path`; HuntError with every problem found."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise HuntError([Problem(path, 0, "", f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise HuntError([Problem(path, 0, "", "is not UTF-8 text")]) from error
    return parse_hunt(text, path)


def parse_hunt(text: str, path: Path) -> Hunt:
    """The hunt in `text`, which messages say is in `path`; HuntError with every problem found."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise HuntError([Problem(path, int(line.group(1)) if line else 0, "", f"not TOML: {error}")]) from error
    reader = _Reader(path, text)
    hunt = reader.hunt(data)
    if reader.problems:
        raise HuntError(reader.problems)
    return hunt
