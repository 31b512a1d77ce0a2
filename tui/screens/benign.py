"""A verdict that something is benign: for which reason, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Button, Input

from tui.screens.modal import Modal
from tui.terminal.safe_text import safe
from tui.triage.verdicts import UNTIL_CHANGED, until_of
from tui.triage.words import zone_words
from tui.widgets.dialog import Dialog
from tui.widgets.parameter_field import WRONG_MARK
from tui.widgets.text_field import TextField
from tui.widgets.words import Words

DEFAULT = "30d"
_QUICK = ("7d", DEFAULT, "90d", UNTIL_CHANGED)


@dataclass(frozen=True)
class Benign:
    """The reason, and when it ends; None holds until it is changed."""

    reason: str
    until: datetime | None


class BenignScreen(Modal[Benign | None]):
    """Asks why and until when `subject` is benign, as seen from `now`; gives both, or None."""

    CSS_PATH = "benign.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5,ctrl+enter", "take", "judge benign", key_display="F5"),
        Binding("escape", "cancel", "cancel"),
    ]

    def __init__(self, subject: str, now: datetime, zone: tzinfo) -> None:
        super().__init__()
        self._subject, self._now, self._zone = subject, now, zone

    def compose(self) -> ComposeResult:
        """Reason, time, and what they make."""
        with Dialog(f"Benign: {self._subject}"):
            with Horizontal(classes="line"):
                yield Words("why", classes="name")
                yield TextField("", "such as: nightly backup, asked its owner", id="reason")
            with Horizontal(classes="line"):
                yield Words("until", classes="name")
                yield TextField(DEFAULT, f"30d, 2026-12-14, or {UNTIL_CHANGED}", id="until")
            yield Words(id="said", flows=True)
            with Horizontal(id="quick", classes="line"):
                for place, words in enumerate(_QUICK):
                    yield Button(words, id=f"quick-{place}", compact=True)
            yield Words(
                "Runs from now on hide such rows at first, and say how many they hide: b shows them.", id="about"
            )
            yield Button("Judge benign", id="judge", variant="primary", compact=True)

    def on_mount(self) -> None:
        """The reason is asked for first."""
        self.query_one("#reason").focus()
        self._check()

    @on(Input.Changed)
    def _check(self) -> bool:
        """Whether both are right; says what is wrong, or when it ends."""
        said = self.query_one("#said", Words)
        try:
            until = until_of(self.query_one("#until", TextField).value, self._now)
        except ValueError as error:
            said.say(f"{WRONG_MARK} {safe(error, 300)}")
        else:
            reason = self.query_one("#reason", TextField).value.strip()
            end = f"until {self._shown(until)}" if until is not None else UNTIL_CHANGED
            said.say(end if reason else f"{end}; {WRONG_MARK} say why")
            said.set_class(not reason, "-wrong")
            return bool(reason)
        said.add_class("-wrong")
        return False

    def _shown(self, moment: datetime) -> str:
        return f"{moment.astimezone(self._zone):%Y-%m-%d %H:%M} {zone_words(self._zone, moment)}"

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        """A time fills its field; the last button judges."""
        name = event.button.id or ""
        if name == "judge":
            self.action_take()
        else:
            self.query_one("#until", TextField).value = _QUICK[int(name.removeprefix("quick-"))]
            self.query_one("#reason").focus()

    def action_take(self) -> None:
        """Gives reason and end when both are right."""
        reason, until = (self.query_one(name, TextField) for name in ("#reason", "#until"))
        if self._check():
            self.dismiss(Benign(reason.value.strip(), until_of(until.value, self._now)))
        else:
            (until if reason.value.strip() else reason).focus()

    def action_cancel(self) -> None:
        """Judges nothing."""
        self.dismiss(None)
