"""Copying for every screen: off the event loop, with an honest word, and a plain page where no clipboard is reached."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from textual.app import App, SuspendNotSupported

from tui.settings.log import LOG

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.settings.config import ClipboardConfig
    from tui.terminal.clipboard import CopyResult

SHOW_ACTION = "app.show_copied"
SHOW_ACT = "act('plain')"
_LONGEST_TITLE = 80


@dataclass(frozen=True)
class Copied:
    """What was copied: its name, the text (which no log and no trace may show), when, and how far it got.

    `result` is None while that is being found out.
    """

    what: str
    text: str = field(repr=False)
    at: datetime
    result: CopyResult | None = None


class Copies:
    """Copies texts for `app`; `write` writes a control sequence to its terminal, `say` says words, maybe as a warning."""

    def __init__(
        self, app: App[Any], config: ClipboardConfig, write: Callable[[str], None], say: Callable[[str, bool], None]
    ) -> None:
        self._app, self._config, self._write, self._say = app, config, write, say
        self.last: Copied | None = None
        self._page_is_shown = False
        self._waiting: list[str] = []
        """Sequences for the terminal that wait until the page is left: the screen's way to it is closed until then."""

    def copy(self, text: str, what: str = "") -> None:
        """Copies `text`, which `what` names (default: the dialog it comes from)."""
        self.last = Copied(what or self._place(), text, datetime.now(UTC))
        self._app.run_worker(self._copy(self.last), name="copy", description="copy", exit_on_error=False)

    def forget(self, text: str) -> None:
        """Keeps `text` no longer as what was copied last: it must not be shown or written any more."""
        if self.last is not None and self.last.text == text:
            self.last = None
        if self._app.clipboard == text:
            self._app._clipboard = ""

    async def _copy(self, copied: Copied) -> None:
        from tui.terminal.clipboard import CopyState, copy
        from tui.workspaces.threads import in_thread

        loop = asyncio.get_running_loop()

        def send(sequence: str) -> None:
            loop.call_soon_threadsafe(self._send, sequence)

        result = await in_thread(lambda: copy(copied.text, send, self._config))
        LOG.info("copy of %d characters: %s", len(copied.text), result.state)
        if self.last is copied:
            self.last = replace(copied, result=result)
        key = "" if result.state is CopyState.VERIFIED or not copied.text else self._show_key()
        hint = f"{key} shows it to select" if key else ""
        self._say(result.words_with(hint), result.state is CopyState.FAILED)

    def _send(self, sequence: str) -> None:
        if self._page_is_shown:
            self._waiting.append(sequence)
        else:
            self._write(sequence)

    def _place(self) -> str:
        """The title of the dialog in front."""
        from tui.widgets.dialog import Dialog

        title = next((dialog.border_title for dialog in self._app.screen.query(Dialog)), None)
        return str(title or "text")[:_LONGEST_TITLE]

    def _show_key(self) -> str:
        """The key that shows the text here; nothing where it is typed into a field instead."""
        from tui.widgets.key_line import key_name

        focused = self._app.focused
        for key, active in self._app.screen.active_bindings.items():
            if active.binding.action in (SHOW_ACTION, SHOW_ACT):
                typed = focused is not None and focused.check_consume_key(key, key)
                return "" if typed else key_name(self._app, active)
        return ""

    def show(self) -> None:
        """Shows what was copied last, plain, in place of the screen, until the analyst comes back."""
        self._app.run_worker(self._show(), name="plain", description="plain page", exit_on_error=False)

    def write(self) -> None:
        """Writes what was copied last to a file, and says where."""
        self._app.run_worker(self._write_file(), name="write", description="write", exit_on_error=False)

    async def _show(self) -> None:
        from tui.terminal.plain_page import PAGE_LIMIT

        copied = self.last
        if copied is None:
            self._say("nothing was copied yet: y offers what can be", False)
            return
        if len(copied.text.encode("utf-8", "replace")) > PAGE_LIMIT:
            await self._write_file("too long to select from; ")
            return
        try:
            await self._show_page(copied)
        except SuspendNotSupported:
            await self._write_file("no page can be shown here; ")

    async def _show_page(self, copied: Copied) -> None:
        from tui.terminal.plain_page import PageReader
        from tui.workspaces.threads import in_thread

        reader = PageReader(copied.what, copied.text)
        fault: Exception | None = None
        # What changes meanwhile must not be drawn over the page; and only without an error the screen comes back.
        with self._app.suspend(), self._app.batch_update():
            self._page_is_shown = True
            try:
                await in_thread(reader.show, reader.stop)
            except Exception as error:
                fault = error
            finally:
                self._page_is_shown = False
        waiting, self._waiting = self._waiting, []
        for sequence in waiting:
            self._write(sequence)
        if fault is not None:
            raise fault

    async def _write_file(self, why: str = "") -> None:
        from tui.terminal.plain_page import write_copy
        from tui.workspaces.threads import in_thread

        copied = self.last
        if copied is None:
            return
        try:
            path = await in_thread(lambda: write_copy(copied.text))
        except OSError as error:
            self._say(f"{copied.what} not written: {error.filename or ''}: {error.strerror}", True)
        else:
            self._say(f"{why}written for you only: {path}", False)


def copies_of(app: App[Any]) -> Copies:
    """The copies of the running program."""
    found = getattr(app, "copies", None)
    if not isinstance(found, Copies):
        raise TypeError("this app copies nothing")
    return found
