"""One parameter of a hunt as a field: its name, an editor that fits its type, and a line that helps or says what is wrong."""

from __future__ import annotations

import re

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Select, Static, TextArea

from tui.library.model import Parameter, ParameterType, Value
from tui.library.parameters import ParameterError, read_value, show_value
from tui.terminal.safe_text import has_hidden, pad, safe
from tui.widgets.choice_field import ChoiceField
from tui.widgets.list_field import ListField
from tui.widgets.switch_field import SwitchField
from tui.widgets.text_field import TextField

Raw = str | list[str]
"""What a field holds as typed: a list for the list types, else a text."""

CHANGED_MARK = "*"
WRONG_MARK = "✗"
_MANY = 200
"""Lists longer than this, and lists from a file, take too long to check at every key."""
_LIST_BREAK = re.compile(r"[\n,]")
_PLACEHOLDERS = {
    ParameterType.TIMESPAN: "such as 10m",
    ParameterType.DATETIME: "such as 2026-11-21T03:00:00Z",
    ParameterType.IP_LIST: "addresses or CIDR, one a line, or @file",
    ParameterType.PATH_LIST: "folders or files, one a line, or @file",
    ParameterType.PREFIX_LIST: "beginnings, one a line, or @file",
    ParameterType.SUFFIX_LIST: "endings, one a line, or @file",
    ParameterType.STRING_LIST: "one a line, or @file",
}
_WIDTHS = {
    ParameterType.INTEGER: 20,
    ParameterType.REAL: 20,
    ParameterType.TIMESPAN: 20,
    ParameterType.DATETIME: 34,
}
"""Cells of an editor whose values are short."""


class ParameterField(Vertical):
    """The field of `parameter`, with what is `given` for it, else its default. Names stand in `name_width` cells."""

    DEFAULT_CSS = """
    ParameterField {
        height: auto;
        & > Horizontal { height: auto; }
        & .name { height: 1; color: $foreground; }
        & .beside { width: auto; height: 1; padding: 0 0 0 1; color: $text-muted; }
        & .help { height: auto; color: $text-muted; }
        & TextField, & ListField { width: 1fr; }
        &:focus-within .name { color: $accent; text-style: bold; }
        &.-changed .name { text-style: bold; }
        &.-wrong .help { color: $error; }
    }
    """

    class Edited(Message):
        """What the field holds is another."""

        def __init__(self, field: ParameterField) -> None:
            super().__init__()
            self.field = field

        @property
        def control(self) -> ParameterField:
            """The field."""
            return self.field

    def __init__(self, parameter: Parameter, given: object, name_width: int) -> None:
        super().__init__()
        self.parameter = parameter
        self._start = _as_typed(parameter, given if given is not None else parameter.default)
        self._name_width = name_width
        self.editor = _editor(parameter, self._start)
        self.error = ""
        """What is wrong with what the field holds, else empty."""

    def compose(self) -> ComposeResult:
        """Name, editor and what stands beside it; below, the help."""
        name = Static(classes="name", markup=False)
        name.styles.width = self._name_width + 3
        if width := _WIDTHS.get(self.parameter.type):
            self.editor.styles.width = width
        with Horizontal():
            yield name
            yield self.editor
            yield Static(classes="beside", markup=False)
        help_line = Static(classes="help", markup=False)
        help_line.styles.padding = (0, 0, 0, self._name_width + 5)
        yield help_line

    def on_mount(self) -> None:
        """Shows what the field starts with; a required value is asked for, not complained about."""
        self.check(quietly=True)

    @property
    def raw(self) -> Raw:
        """What the field holds as typed. A list of the one line `@file` is that text: the values are in the file."""
        match self.editor:
            case ListField():
                values = self.editor.values
                return values[0] if len(values) == 1 and values[0].startswith("@") else values
            case SwitchField():
                return show_value(self.editor.value)
            case ChoiceField():
                return self.editor.word
        return self.editor.value

    @property
    def changed(self) -> bool:
        """Whether the value is another than the default."""
        raw, default = self.raw, self.parameter.default
        if isinstance(raw, list):
            return tuple(dict.fromkeys(raw)) != (default or ())
        if self.parameter.type.is_list:
            return True
        try:
            return read_value(self.parameter, raw) != default
        except ParameterError:
            return raw != show_value(default)

    @property
    def deferred(self) -> bool:
        """Whether checking the value takes too long to do it while typing."""
        return self.parameter.type.is_list and (isinstance(self.raw, str) or len(self.raw) > _MANY)

    def check(self, quietly: bool = False) -> bool:
        """Whether what the field holds can be a value; says what is wrong, a missing value not when `quietly`."""
        raw, error = self.raw, ""
        if not self.deferred:
            try:
                read_value(self.parameter, raw)
            except ParameterError as problem:
                error = problem.reason
        self.show_error("" if quietly and not raw else error)
        return not error

    def show_error(self, reason: str) -> None:
        """Shows `reason` in place of the help; the help when it is empty."""
        self.error = reason
        self.set_class(bool(reason), "-wrong")
        self.editor.set_class(bool(reason), "-wrong")
        changed = self.changed
        self.set_class(changed, "-changed")
        name = safe(self.parameter.name, 60)
        mark = (f"{CHANGED_MARK if changed else ' '} ", "bold $accent")
        self.query_one(".name", Static).update(Content.assemble(mark, (pad(name, self._name_width), "")))
        self.query_one(".beside", Static).update(Content(self._beside()))
        words = f"{WRONG_MARK} {safe(reason, 300)}" if reason else self._help(changed)
        self.query_one(".help", Static).update(Content(words))

    def reset(self) -> None:
        """Takes the default again."""
        default = _as_typed(self.parameter, self.parameter.default)
        match self.editor:
            case ListField():
                self.editor.load_text("\n".join(default))
            case SwitchField():
                self.editor.value = None if self.parameter.default is None else self.parameter.default is True
            case ChoiceField():
                self.editor.value = default if default in self.parameter.choices else Select.NULL
            case _:
                self.editor.value = "".join(default)

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(Select.Changed)
    @on(SwitchField.Changed)
    def _edited(self, event: Message) -> None:
        event.stop()
        self.check(quietly=not self.error)
        self.post_message(self.Edited(self))

    def _beside(self) -> str:
        raw = self.raw
        if isinstance(raw, list):
            return f"{len(raw):,} value{'' if len(raw) == 1 else 's'}"
        return safe(self.parameter.unit, 40)

    def _help(self, changed: bool) -> str:
        parameter = self.parameter
        parts = [safe(parameter.help, 300)]
        if parameter.required or parameter.empty == "error":
            parts.append("required")
        elif parameter.empty == "all" and not self.raw:
            parts.append("empty: everything")
        elif parameter.type.is_list and not self.raw:
            parts.append("empty: nothing")
        if parameter.minimum is not None:
            parts.append(f"at least {parameter.minimum:g}")
        if parameter.maximum is not None:
            parts.append(f"at most {parameter.maximum:g}")
        if changed and parameter.default is not None:
            default = ", ".join(show_value(parameter.default).split("\n"))
            parts.append(f"default {safe(default, 60) or 'empty'}")
        if any(map(has_hidden, [self.raw] if isinstance(self.raw, str) else self.raw[:_MANY])):
            parts.append("holds hidden characters")
        return " · ".join(parts)


def _as_typed(parameter: Parameter, value: object) -> Raw:
    """A value that was given, checked or typed, as the field's editor takes it."""
    if parameter.type.is_list:
        if isinstance(value, str):
            return [value] if value.startswith("@") else [part.strip() for part in _LIST_BREAK.split(value)]
        return [str(part) for part in value] if isinstance(value, list | tuple) else []
    if value is None:
        return ""
    checked: Value = value if isinstance(value, str | int | float | bool) else str(value)
    return show_value(checked)


def _editor(parameter: Parameter, start: Raw) -> TextField | ListField | SwitchField | ChoiceField:
    placeholder = _PLACEHOLDERS.get(parameter.type, "")
    if isinstance(start, list):
        return ListField(start, placeholder)
    match parameter.type:
        case ParameterType.BOOLEAN:
            return SwitchField(None if not start else start.strip().lower() == "true")
        case ParameterType.CHOICE:
            return ChoiceField(parameter.choices, start)
    return TextField(start, placeholder)
