"""How often and how long to watch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Button, Input

from tui.library.times import read_span, span_typed
from tui.screens.modal import Modal
from tui.terminal.safe_text import safe
from tui.triage.watch import EVERY, LASTING
from tui.widgets.dialog import Dialog
from tui.widgets.parameter_field import WRONG_MARK
from tui.widgets.text_field import TextField
from tui.widgets.words import Words

Asked = tuple[timedelta, timedelta]
"""From one round to the next, and how long it goes on."""


class WatchScreen(Modal[Asked | None]):
    """Asks how often `what` is to run again and for how long; gives both, or None.

    `said` gives what that comes to; ValueError when it cannot be.
    """

    CSS_PATH = "watch.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5,ctrl+enter", "take", "begin", key_display="F5"),
        Binding("escape", "cancel", "cancel"),
    ]

    def __init__(self, what: str, said: Callable[[timedelta, timedelta], str]) -> None:
        super().__init__()
        self._what, self._said = what, said

    def compose(self) -> ComposeResult:
        """Both spans, and what they come to."""
        with Dialog("Watch"):
            yield Words(safe(self._what, 300), id="what")
            with Horizontal(classes="line"):
                yield Words("every", classes="name")
                yield TextField(span_typed(EVERY), "a span such as 15m", id="every")
                yield Words("from one round to the next", classes="aside")
            with Horizontal(classes="line"):
                yield Words("for", classes="name")
                yield TextField(span_typed(LASTING), "a span such as 8h", id="lasting")
                yield Words("then it ends by itself", classes="aside")
            yield Words(id="said", flows=True)
            yield Button("Begin", id="begin", variant="primary", compact=True)

    def on_mount(self) -> None:
        """How often is asked for first."""
        self.query_one("#every").focus()
        self._check()

    def _read(self) -> Asked:
        """What the fields say; ValueError when it cannot be."""
        every, lasting = (read_span(self.query_one(name, TextField).value) for name in ("#every", "#lasting"))
        return every, lasting

    @on(Input.Changed)
    def _check(self) -> None:
        said = self.query_one("#said", Words)
        try:
            said.say(safe(self._said(*self._read()), 400))
        except ValueError as error:
            said.say(f"{WRONG_MARK} {safe(error, 300)}")
            said.add_class("-wrong")
        else:
            said.remove_class("-wrong")

    @on(Button.Pressed)
    def action_take(self) -> None:
        """Gives both spans when they can be."""
        try:
            asked = self._read()
            self._said(*asked)
        except ValueError:
            self.query_one("#every").focus()
        else:
            self.dismiss(asked)

    def action_cancel(self) -> None:
        """Watches nothing."""
        self.dismiss(None)
