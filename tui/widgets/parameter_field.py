"""One parameter of a hunt as a field: its name, an editor that fits its type, what it holds, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import ClassVar

from rich.segment import Segment
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Input, Select, TextArea

from tui.kql.literals import LiteralError
from tui.library.lists import FILE_MARK, read_list_file
from tui.library.model import Parameter, ParameterType, Value
from tui.library.parameters import ParameterError, measure, read_value, show_value
from tui.terminal.safe_text import fit, pad, safe
from tui.widgets.editors import Raw, as_typed, held, hold, make_editor
from tui.widgets.list_field import ListField
from tui.widgets.parameter_words import MANY, beside_words, counted, help_words, short_help
from tui.widgets.switch_field import SwitchField
from tui.widgets.text_field import PlainField
from tui.widgets.wrapping import wrap_cells
from tui.workspaces.threads import in_thread

CHANGED_MARK = "*"
WRONG_MARK = "✗"
_BESIDE = 18
_BESIDE_TIME = 31
"""Cells for what stands beside an editor."""


def _now() -> datetime:
    return datetime.now(UTC)


class ParameterField(Vertical):
    """The field of `parameter`, with what is `given` for it, else its default. Names stand in `name_width` cells; times
    may be told from what `now` gives. With `explains` the help stands below.

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

    def __init__(
        self,
        parameter: Parameter,
        given: object,
        name_width: int,
        now: Callable[[], datetime] = _now,
        explains: bool = False,
    ) -> None:
        super().__init__()
        self.parameter = parameter
        self._explains = explains
        self._name_width, self._now = name_width, now
        self.editor = make_editor(parameter, as_typed(parameter, given if given is not None else parameter.default))
        beside = _BESIDE_TIME if parameter.type is ParameterType.DATETIME else _BESIDE
        self.editor.styles.margin = (0, beside, 0, name_width + 3)
        self.ready = False
        """Whether what the field holds can be a value, as far as that was checked here."""
        self.error = ""
        """What is wrong with what the field holds, else empty."""
        self._checked: Raw | None = None
        self._value: Value = None
        self._file: tuple[Raw, str] = ("", "")
        """A list's `@file` and what is in it."""
        self._words = ("", "", "", "")
        """The mark before the name, what stands beside the editor, what stands below it, and its style."""
        self.check(quietly=True)

    def compose(self) -> ComposeResult:
        """The editor."""
        yield self.editor

    @property
    def raw(self) -> Raw:
        """What the field holds as typed; see `held`."""
        return held(self.editor)

    @property
    def given(self) -> Raw:
        """What the field gives: as typed, but a time as the absolute one that is shown."""
        if self.parameter.type is ParameterType.DATETIME and self.ready and self._value is not None:
            return show_value(self._value)
        return self.raw

    @property
    def changed(self) -> bool:
        """Whether the value is another than the default."""
        raw, default = self.raw, self.parameter.default
        if isinstance(raw, list):
            return tuple(dict.fromkeys(raw)) != (default or ())
        if self.parameter.type.is_list:
            return True
        if not self.ready and raw:
            return raw != as_typed(self.parameter, default)
        return self._comparable(self._value) != self._comparable(default)

    def _comparable(self, value: Value) -> object:
        """What two values that mean the same have in common."""
        size = measure(self.parameter, value)
        return value if size is None else size

    @property
    def deferred(self) -> bool:
        """Whether checking the value takes too long to do it while typing."""
        return self.parameter.type.is_list and (isinstance(self.raw, str) or len(self.raw) > MANY)

    def check(self, quietly: bool = False) -> bool:
        """Whether what the field holds can be a value; says what is wrong, a missing value not when `quietly`.

        A time that was told from now is read once: what is shown is what is given.
        """
        raw, error = self.raw, ""
        if not (raw == self._checked and self.ready and self._value is not None):
            self._value = None
            if not self.deferred:
                try:
                    self._value = read_value(self.parameter, raw, self._now())
                except ParameterError as problem:
                    error = problem.reason
        self._checked = raw
        self.ready = not error
        self.show_error("" if quietly and not raw else error)
        return self.ready

    async def look_up(self) -> None:
        """Says what is in the file that a list comes from, or why it cannot be read."""
        raw = self.raw
        if not isinstance(raw, str) or not raw.startswith(FILE_MARK) or not self.parameter.type.is_list:
            return
        words, error = "", ""
        try:
            words = await in_thread(lambda: self._about_file(raw))
        except (LiteralError, ParameterError) as problem:
            error = problem.reason if isinstance(problem, ParameterError) else str(problem)
        if self.raw == raw:
            self._file = (raw, words)
            self.show_error(error)

    def _about_file(self, raw: str) -> str:
        file = read_list_file(raw[len(FILE_MARK) :], self.parameter.type)
        read_value(self.parameter, raw)
        parts = [counted(len(file.values), "value")]
        if file.duplicates:
            parts.append(f"{counted(file.duplicates, 'duplicate')} dropped")
        if file.refanged:
            parts.append(f"{file.refanged:,} refanged")
        return ", ".join(parts)

    def show_error(self, reason: str) -> None:
        """Shows `reason` below the editor; nothing, or what was done to a paste, when it is empty."""
        self.error = reason
        self.editor.set_class(bool(reason), "-wrong")
        self.follow()

    def follow(self) -> None:
        """Draws the words around the editor again if they are others."""
        before = self._words
        mark = CHANGED_MARK if self.changed else " "
        below, style = self._below_words()
        self._words = (mark, self._beside_words(), below, style)
        if self._words != before:
            width = self.size.width
            self.refresh(layout=len(self._rows(width, before[2])) != len(self._rows(width, below)))

    def reset(self) -> None:
        """Takes the default again."""
        self.hold(as_typed(self.parameter, self.parameter.default))

    def hold(self, raw: Raw) -> None:
        """Puts `raw` in the field, as if it were typed."""
        hold(self.editor, raw)

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(Select.Changed)
    @on(SwitchField.Changed)
    def _edited(self, event: Message) -> None:
        event.stop()
        if self.raw != self._checked:
            self.check(quietly=not self.error)
            self.post_message(self.Edited(self))
        else:
            self.follow()

    @on(ListField.Noted)
    def _noted(self, event: ListField.Noted) -> None:
        event.stop()
        self.follow()

    def on_descendant_focus(self) -> None:
        """The name stands out while its editor has the focus."""
        self.refresh()

    def on_descendant_blur(self) -> None:
        """The name is as all others again."""
        self.refresh()

    # Drawing

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The editor's rows and those below it."""
        return super().get_content_height(container, viewport, width) + len(self._rows(width, self._words[2]))

    def render_line(self, y: int) -> Strip:
        """Name, and what stands beside the editor; below it, what there is to say."""
        base, width = self.visual_style.rich_style, self.size.width
        rows = self._rows(width, self._words[2])
        row = y - (self.size.height - len(rows))
        if row >= 0:
            words = " " * (self._name_width + 5) + rows[row]
            style = self.get_visual_style(f"parameter-field--{self._words[3]}").rich_style
            return Strip([Segment(words, style)]).adjust_cell_length(width, base)
        if y > 0:
            return Strip.blank(width, base)
        name = pad(fit(safe(self.parameter.name, 60), self._name_width, middle=True), self._name_width)
        right = self.editor.region.right - self.region.x
        gap = max(right - self._name_width - 2, 0) + 1
        beside = fit(self._words[1], max(width - self._name_width - 2 - gap, 0))
        segments = [
            Segment(f"{self._words[0]} ", self.get_visual_style("parameter-field--mark").rich_style),
            Segment(name, self.get_visual_style("parameter-field--name").rich_style),
            Segment(" " * gap + beside, self.get_visual_style("parameter-field--help").rich_style),
        ]
        return Strip(segments).adjust_cell_length(width, base)

    def _rows(self, width: int, words: str) -> list[str]:
        """`words` in as many rows as they need, help in one."""
        room = max(width - self._name_width - 5, 10)
        if self._explains and not self.error:
            return [fit(words, room)]
        return [words[start:end] for start, end in wrap_cells(words, room)] if words else []

    def _below_words(self) -> tuple[str, str]:
        """What stands below the editor, and its style: what is wrong, what was done to a paste, else the help."""
        note = safe(self.editor.note if isinstance(self.editor, ListField | PlainField) else "", 300)
        if self.error:
            return f"{WRONG_MARK} {safe(self.error, 300)}{f' · {note}' if note else ''}", "wrong"
        return note or (short_help(self.parameter, self.changed) if self._explains else ""), "help"

    def _beside_words(self) -> str:
        raw = self.raw
        if self.parameter.type.is_list and isinstance(raw, str):
            return self._file[1] if self._file[0] == raw else ""
        return beside_words(self.parameter, raw, self._value if self.ready else None, self.changed)

    def help_words(self, more: str = "") -> str:
        """All there is to say of the parameter, with `more`, safe to show, before how its values are typed."""
        return help_words(self.parameter, self.raw, self.changed, more)
