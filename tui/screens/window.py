"""The window of the session: from when to when its runs look."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Button, Input

from tui.kql.literals import LiteralError
from tui.library.times import moment_typed, read_span
from tui.screens.modal import Modal
from tui.terminal.safe_text import safe
from tui.triage.held import span_words
from tui.triage.windows import WindowError, make_window, show_window
from tui.widgets.dialog import Dialog
from tui.widgets.parameter_field import WRONG_MARK
from tui.widgets.switch_field import SwitchField
from tui.widgets.text_field import TextField
from tui.widgets.words import Words
from tui.workspaces.protocol import Window

_QUICK = (("1 h", "1h"), ("24 h", "24h"), ("7 d", "7d"), ("30 d", "30d"))


class WindowScreen(Modal[Window | None]):
    """Asks for another window than `window`; gives it, or None. `whole` is the time the evidence spans.

    Quick windows count back from the newest event, or from now where there is no evidence. With `late_rows` it asks whether
    rows that were stored late are looked for, too.
    """

    CSS_PATH = "window.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5,ctrl+enter", "take", "set", key_display="F5"),
        Binding("ctrl+r", "reset", "as it was"),
        Binding("escape", "cancel", "cancel"),
    ]

    def __init__(self, window: Window, whole: Window | None, late_rows: bool = False) -> None:
        super().__init__()
        self._window, self._whole, self._late_rows = window, whole, late_rows
        self._known: tuple[tuple[str, str], Window] | None = None

    def compose(self) -> ComposeResult:
        """Both times, what they make, and the quick windows."""
        with Dialog("Window"):
            with Horizontal(classes="line"):
                yield Words("from", classes="name")
                yield TextField(moment_typed(self._window.start), "a time, or a span such as 24h", id="from")
                yield Words("yesterday 03:00Z, 2h ago, 24h", classes="aside")
            with Horizontal(classes="line"):
                yield Words("to", classes="name")
                yield TextField(moment_typed(self._window.end), "a time, or +4h from the start", id="to")
                yield Words("or +4h from the start", classes="aside")
            yield Words(id="said", flows=True)
            with Horizontal(id="quick", classes="line"):
                yield Words("last", classes="name")
                for words, span in _QUICK:
                    yield Button(words, id=f"last-{span}", compact=True)
                if self._whole is not None:
                    yield Button("whole evidence", id="whole", compact=True)
            if self._late_rows:
                with Horizontal(classes="line"):
                    yield Words("late", classes="name")
                    yield SwitchField(self._window.late, id="late")
                    yield Words("rows stored over 1 h late, too (slower)", classes="aside")
            yield Words(self._about_whole(), id="about")
            yield Button("Set", id="set", variant="primary", compact=True)

    def on_mount(self) -> None:
        """The start is asked for first."""
        self.query_one("#from").focus()
        self._check()

    def _about_whole(self) -> str:
        if self._whole is None:
            return "counted back from now"
        return f"counted back from the newest event; the evidence spans {show_window(self._whole)}"

    def _read(self) -> Window:
        """The window that the fields make; WindowError when they make none. The same words are read once: what is shown is
        what is given, also where it is told from now."""
        start, end = (self.query_one(name, TextField).value.strip() for name in ("#from", "#to"))
        if self._known is None or self._known[0] != (start, end):
            self._known = ((start, end), self._made(start, end))
        return replace(self._known[1], late=self._late_rows and bool(self.query_one("#late", SwitchField).value))

    def _made(self, start: str, end: str) -> Window:
        try:
            read_span(start)
        except LiteralError:
            return make_window("", start, end, self._whole, datetime.now(UTC))
        return make_window(start, "", end, self._whole, datetime.now(UTC))

    @on(Input.Changed)
    @on(SwitchField.Changed)
    def _check(self) -> None:
        said = self.query_one("#said", Words)
        try:
            window = self._read()
        except WindowError as error:
            said.say(f"{WRONG_MARK} {safe(error, 300)}")
            said.add_class("-wrong")
        else:
            said.say(f"{show_window(window)}  ({span_words(window.end - window.start)}{self._outside(window)})")
            said.remove_class("-wrong")

    def _outside(self, window: Window) -> str:
        if self._whole is None or (window.start < self._whole.end and window.end > self._whole.start):
            return ""
        return ", no evidence in it"

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        """A quick window fills the fields; the last button takes what they say."""
        name = event.button.id or ""
        if name == "set":
            self.action_take()
        elif name == "whole" and self._whole is not None:
            self._fill(self._whole)
        else:
            self._fill(make_window(name.removeprefix("last-"), "", "", self._whole, datetime.now(UTC)))

    def _fill(self, window: Window) -> None:
        self.query_one("#from", TextField).value = moment_typed(window.start)
        self.query_one("#to", TextField).value = moment_typed(window.end)
        if self._late_rows and window is self._window:
            self.query_one("#late", SwitchField).value = window.late
        self.query_one("#set").focus()

    def action_take(self) -> None:
        """Gives the window when there is one."""
        try:
            self.dismiss(self._read())
        except WindowError:
            self.query_one("#from").focus()

    def action_reset(self) -> None:
        """The times as they were."""
        self._fill(self._window)

    def action_cancel(self) -> None:
        """Leaves the window as it was."""
        self.dismiss(None)
