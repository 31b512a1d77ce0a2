"""One parameter of a hunt as a field: its name, an editor that fits its type, and a line that helps or says what is wrong."""

from __future__ import annotations

import re
from typing import ClassVar

from rich.segment import Segment
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Input, Select, TextArea

from tui.library.model import Parameter, ParameterType, Value
from tui.library.parameters import ParameterError, read_value, show_value
from tui.terminal.safe_text import fit, has_hidden, pad, safe
from tui.widgets.choice_field import ChoiceField
from tui.widgets.list_field import ListField
from tui.widgets.switch_field import SwitchField
from tui.widgets.text_field import TextField
from tui.widgets.wrapping import wrap_cells

Raw = str | list[str]
"""What a field holds as typed: a list for the list types, else a text."""

CHANGED_MARK = "*"
WRONG_MARK = "✗"
_BESIDE = 14
"""Cells for what stands beside an editor."""
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
    """The field of `parameter`, with what is `given` for it, else its default. Names stand in `name_width` cells.

    The editor is its only child; the words around it are drawn by the field itself.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "parameter-field--name",
        "parameter-field--mark",
        "parameter-field--help",
        "parameter-field--wrong",
    }
    DEFAULT_CSS = """
    ParameterField {
        height: auto;
        color: $foreground;
        & > .parameter-field--mark { color: $accent; text-style: bold; }
        & > .parameter-field--help { color: $text-muted; }
        & > .parameter-field--wrong { color: $error; }
        &:focus-within > .parameter-field--name { color: $accent; text-style: bold; }
        & > TextField, & > ListField { width: 1fr; }
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
        self.editor.styles.margin = (0, _BESIDE, 0, name_width + 3)
        if width := _WIDTHS.get(parameter.type):
            self.editor.styles.width = width
        self.ready = False
        """Whether what the field holds can be a value, as far as that was checked here."""
        self.error = ""
        """What is wrong with what the field holds, else empty."""
        self._checked: Raw | None = None
        self._words = ("", "", "")
        """The mark before the name, what stands beside the editor, and the help."""
        self.check(quietly=True)

    def compose(self) -> ComposeResult:
        """The editor."""
        yield self.editor

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
        self._checked = raw
        if not self.deferred:
            try:
                read_value(self.parameter, raw)
            except ParameterError as problem:
                error = problem.reason
        self.ready = not error
        self.show_error("" if quietly and not raw else error)
        return self.ready

    def show_error(self, reason: str) -> None:
        """Shows `reason` in place of the help; the help when it is empty."""
        self.error = reason
        self.editor.set_class(bool(reason), "-wrong")
        changed, before = self.changed, self._words
        mark = CHANGED_MARK if changed else " "
        help_words = f"{WRONG_MARK} {safe(reason, 300)}" if reason else self._help_words(changed)
        self._words = (mark, self._beside_words(), help_words)
        if self._words != before:
            taller = len(self._help_rows(self.size.width)) != len(
                wrap_cells(before[2], self._help_room(self.size.width))
            )
            self.refresh(layout=taller)

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
        if self.raw != self._checked:
            self.check(quietly=not self.error)
            self.post_message(self.Edited(self))

    def on_descendant_focus(self) -> None:
        """The name stands out while its editor has the focus."""
        self.refresh()

    def on_descendant_blur(self) -> None:
        """The name is as all others again."""
        self.refresh()

    # Drawing

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The editor's rows and those of the help."""
        return super().get_content_height(container, viewport, width) + len(self._help_rows(width))

    def render_line(self, y: int) -> Strip:
        """Name, and what stands beside the editor; below it, the help."""
        base, width = self.visual_style.rich_style, self.size.width
        help_rows = self._help_rows(width)
        row = y - (self.size.height - len(help_rows))
        if row >= 0:
            kind = "parameter-field--wrong" if self.error else "parameter-field--help"
            words = " " * (self._name_width + 5) + help_rows[row]
            return Strip([Segment(words, self.get_visual_style(kind).rich_style)]).adjust_cell_length(width, base)
        if y > 0:
            return Strip.blank(width, base)
        name = pad(fit(safe(self.parameter.name, 60), self._name_width, middle=True), self._name_width)
        right = self.editor.region.right - self.region.x
        gap = max(right - self._name_width - 2, 0) + 1
        segments = [
            Segment(f"{self._words[0]} ", self.get_visual_style("parameter-field--mark").rich_style),
            Segment(name, self.get_visual_style("parameter-field--name").rich_style),
            Segment(" " * gap + self._words[1], self.get_visual_style("parameter-field--help").rich_style),
        ]
        return Strip(segments).adjust_cell_length(width, base)

    def _help_room(self, width: int) -> int:
        return max(width - self._name_width - 5, 10)

    def _help_rows(self, width: int) -> list[str]:
        words = self._words[2]
        return [words[start:end] for start, end in wrap_cells(words, self._help_room(width))]

    def _beside_words(self) -> str:
        raw = self.raw
        if isinstance(raw, list):
            return f"{len(raw):,} value{'' if len(raw) == 1 else 's'}"
        return safe(self.parameter.unit, 40)

    def _help_words(self, changed: bool) -> str:
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
