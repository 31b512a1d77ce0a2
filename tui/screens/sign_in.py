"""Signing in with a device code: where to enter it, the code when it is asked for, and how long it is good for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.screens.copies import copies_of
from tui.screens.modal import Modal
from tui.terminal.safe_text import safe
from tui.widgets.dialog import Dialog
from tui.widgets.words import Words

_EVERY = 0.25
"""Seconds between looks at whether the sign-in goes on."""
_HIDDEN = "*"


@dataclass(frozen=True)
class DeviceCode:
    """What a sign-in needs entered: the address of the page, the code, and until when it is taken (UTC)."""

    address: str
    code: str = field(repr=False)
    until: datetime


class SignInScreen(Modal[None]):
    """Shows `given` for the workspace `name` while `goes_on`, its code hidden until asked for; `give_up` ends the sign-in.

    Goes by itself when the sign-in is over or the code no longer good, and keeps neither on the screen nor among what was
    copied anything of it.
    """

    CSS_PATH = "sign_in.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "turn_code", "show it"),
        Binding("c", "copy_code", "copy code"),
        Binding("u", "copy_address", "copy address"),
        Binding("escape", "give_up", "give up"),
    ]

    def __init__(
        self,
        name: str,
        tenant: str,
        given: DeviceCode,
        goes_on: Callable[[], bool],
        give_up: Callable[[], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__()
        self._name, self._tenant, self._given = name, tenant, given
        self._goes_on, self._give_up, self._now = goes_on, give_up, now
        self._code, self._hidden = given.code, True

    def compose(self) -> ComposeResult:
        """What to do, the address, the code, how long it is good for."""
        tenant = f", tenant {self._tenant}" if self._tenant else ""
        with Dialog(f"Sign in to {self._name}"):
            yield Words(safe(f"Open this address in a browser on any machine, and enter the code there{tenant}."))
            yield Words(safe(self._given.address, 400), id="address")
            yield Words(id="code")
            yield Words(
                "Whoever enters the code signs this program in as themselves: show it to nobody, and enter no code that "
                "somebody sent you.",
                id="warning",
            )

    def on_mount(self) -> None:
        """Follows the sign-in; hides the code when nobody looks here any more."""
        self._show_code()
        self._follow()
        self.set_interval(_EVERY, self._follow)
        self.watch(self.app, "app_focus", self._focus_changed, init=False)

    def on_unmount(self) -> None:
        """Forgets the code."""
        self._forget()

    def _focus_changed(self, focused: bool) -> None:
        if not focused:
            self._hidden = True
            self._show_code()

    def _follow(self) -> None:
        """Says how long the code is good for; goes when the sign-in is over."""
        left = int((self._given.until - self._now()).total_seconds())
        if self._code and self._goes_on() and left >= 0:
            self.query_one(Dialog).say(f"good for {left // 60}:{left % 60:02}")
            return
        if self._code and left < 0:
            self._give_up()
        self._forget()
        if self.is_current:
            self.dismiss(None)

    def _forget(self) -> None:
        code, self._code = self._code, ""
        if code:
            copies_of(self.app).forget(code)
            self._given = DeviceCode(self._given.address, "", self._given.until)
            if self.is_attached:
                self._show_code()

    def _show_code(self) -> None:
        shown = _HIDDEN * len(self._code) if self._hidden else self._code
        for words in self.query("#code").results(Words):
            words.say(safe(shown, 80))

    def action_turn_code(self) -> None:
        """Shows the code, or hides it again."""
        self._hidden = not self._hidden
        self._show_code()

    def action_copy_code(self) -> None:
        """Copies the code alone."""
        self.app.copy_to_clipboard(self._code)

    def action_copy_address(self) -> None:
        """Copies the address alone."""
        self.app.copy_to_clipboard(self._given.address)

    def action_give_up(self) -> None:
        """Ends the sign-in."""
        self._give_up()
        self._forget()
        self.dismiss(None)
