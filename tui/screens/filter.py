"""A filter as it is typed: what is wrong with it, and how many rows it would leave."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui.results.errors import InterruptedByUserError, ResultStoreError, ViewError
from tui.results.typed import TypedError
from tui.screens.modal import Modal
from tui.terminal.safe_text import safe
from tui.widgets.dialog import Dialog
from tui.widgets.text_field import TextField
from tui.widgets.words import Words

if TYPE_CHECKING:
    from tui.results.view import Filter

Read = Callable[[str], "tuple[Filter, ...]"]
Count = Callable[["tuple[Filter, ...]"], Awaitable[int]]


class FilterScreen(Modal["tuple[Filter, ...] | None"]):
    """Asks for a filter: `read` makes filters of what is typed (TypedError), `count` says how many rows they leave.

    Gives the filters, or None. `of` is the number of rows that are there, `examples` what can be typed.
    """

    CSS_PATH = "filter.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "filter", priority=True),
        Binding("escape", "cancel", "cancel"),
    ]

    def __init__(self, column: str, examples: str, of: int, read: Read, count: Count) -> None:
        super().__init__()
        self._column, self._examples, self._of = column, examples, of
        self._read, self._count = read, count

    def compose(self) -> ComposeResult:
        """What can be typed, the line, and what comes of it."""
        with Dialog(f"Filter {self._column}"):
            yield Words(safe(f"{self._examples}", 400), id="detail")
            yield TextField()
            yield Words("Among the rows that were fetched; nothing is asked anew.", id="said", flows=True)

    def on_mount(self) -> None:
        """The filter is typed at once."""
        self.query_one(TextField).focus()

    @on(Input.Changed)
    def _changed(self) -> None:
        text = self.query_one(TextField).value
        try:
            filters = self._read(text)
        except TypedError as error:
            self.workers.cancel_group(self, "count")
            self._say(str(error), wrong=bool(text.strip()))
        else:
            self.run_worker(self._try(filters), group="count", description="count", exclusive=True)

    async def _try(self, filters: tuple[Filter, ...]) -> None:
        """Says how many rows `filters` leave, or why that cannot be known."""
        try:
            left = await self._count(filters)
        except InterruptedByUserError:
            return
        except (ViewError, ResultStoreError) as error:
            self._say(str(error), wrong=True)
        else:
            self._say(f"{left:,} of {self._of:,} rows fetched would stay; nothing is asked anew.", wrong=False)

    def _say(self, words: str, wrong: bool) -> None:
        self.query_one(TextField).set_class(wrong, "-wrong")
        said = self.query_one("#said", Words)
        said.set_class(wrong, "-wrong")
        said.say(safe(words, 400))

    def action_take(self) -> None:
        """Gives the filters, unless something is wrong with them, once what was typed before has arrived in the field."""
        self.query_one(TextField).call_later(self._take)

    def _take(self) -> None:
        field = self.query_one(TextField)
        try:
            filters = self._read(field.value)
        except TypedError as error:
            self._say(str(error), wrong=True)
            return
        if not field.has_class("-wrong") and self.is_current:
            self.dismiss(filters)

    def action_cancel(self) -> None:
        """Filters nothing."""
        self.dismiss(None)
