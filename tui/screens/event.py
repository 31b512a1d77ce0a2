"""Every field of one event, with the way to the events before and after it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from tui.screens.modal import Modal
from tui.terminal.safe_text import has_hidden, safe
from tui.widgets.ask_line import AskLine
from tui.widgets.dialog import Dialog
from tui.widgets.event_view import EventView, Fields, plain
from tui.widgets.item_list import ItemList
from tui.widgets.words import Words

Load = Callable[[int], Awaitable[Fields]]


class EventScreen(Modal[int]):
    """The event `index` (from 0) of `count`; gives the index of the event that was shown last.

    `load` gives the fields of another event; without it there is no way to others. `types` names the fields' KQL types.
    """

    CSS_PATH = "event.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "right,l,right_square_bracket", "other(1)", "event", key_display="←→", tooltip="next and previous event"
        ),
        Binding("left,h,left_square_bracket", "other(-1)", show=False),
        Binding("y", "copy", "copy", tooltip="copy the value under the cursor"),
        Binding("r", "copy(True)", "Copy as it is, hidden characters too", show=False),
        Binding("e", "empty", "empties", tooltip="hide fields that hold nothing, or show them"),
        Binding("slash", "search", "search", key_display="/", tooltip="search in names and values"),
        Binding("n", "find(1)", "Next field that holds it", show=False),
        Binding("N", "find(-1)", "Previous field that holds it", show=False),
        Binding("escape,q,backspace,i", "close", "back", key_display="Esc"),
    ]

    def __init__(
        self,
        title: str,
        fields: Fields,
        index: int,
        count: int,
        types: Mapping[str, str] | None = None,
        load: Load | None = None,
    ) -> None:
        super().__init__()
        self._title, self._index, self._count, self._load = title, index, count, load
        self._view = EventView(fields, types, id="event")

    def compose(self) -> ComposeResult:
        """The fields, and a line about the one under the cursor."""
        with Dialog(self._title):
            yield self._view
            yield AskLine("search names and values", id="search")
            yield Words(id="about")

    def on_mount(self) -> None:
        """The fields have the focus."""
        self._view.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The ways to other events are there when there are any."""
        return self._load is not None and self._count > 1 if action == "other" else True

    @on(ItemList.Highlighted)
    def _tell(self) -> None:
        """Says which field of which event it is."""
        shown, there = self._view.counts
        hidden = f", {there - shown} empty not shown" if shown < there else ""
        place = f"{self._index + 1:,} of {self._count:,}"
        event = f"{place} · " if self._count > 1 else ""
        self.query_one(Dialog).say(f"{event}{shown} fields{hidden}")
        current = self._view.current
        if current is None:
            self._say("")
            return
        name, value = current
        text = plain(value)
        size = "null: no value" if value is None else f"{len(text):,} characters" if text else "empty"
        unseen = "  ! holds hidden characters: y copies what is seen, r what is there" if has_hidden(value) else ""
        kind = self._view.type_of(name, value)
        parts = ((safe(name, 100), "bold"), (f"  {safe(kind, 20)}  {size}", ""), (unseen, "bold $warning"))
        self.query_one("#about", Words).say(Content.assemble(*(part for part in parts if part[0])))

    def _say(self, words: str) -> None:
        self.query_one("#about", Words).say(words)

    def action_other(self, step: int) -> None:
        """The next event, or the previous one."""
        wanted = self._index + step
        if not 0 <= wanted < self._count:
            self._say("this is the last event" if step > 0 else "this is the first event")
        elif self._load is not None:
            self.run_worker(self._go(wanted, self._load), group="event", exclusive=True, exit_on_error=False)

    async def _go(self, wanted: int, load: Load) -> None:
        try:
            fields = await load(wanted)
        except Exception as error:
            self._say(f"event {wanted + 1:,} cannot be read: {safe(error, 300)}")
            return
        self._index = wanted
        self._view.show(fields)
        self._tell()

    def action_copy(self, exactly: bool = False) -> None:
        """Copies the value under the cursor: as it is seen when it holds hidden characters, unless `exactly`."""
        current = self._view.current
        if current is None:
            return
        from tui.triage.copying import seen_text

        text = plain(current[1]) if exactly else seen_text(plain(current[1]))
        self.app.copy_to_clipboard(text.encode("utf-8", "replace").decode("utf-8"))

    def action_empty(self) -> None:
        """Fields that hold nothing: shown, or not."""
        self._view.toggle_empty()
        self._tell()

    def action_search(self) -> None:
        """Asks what to look for."""
        line = self.query_one(AskLine)
        line.display = True
        line.focus()
        line.action_select_all()

    @on(AskLine.Answered)
    def _answered(self, event: AskLine.Answered) -> None:
        self._view.search("" if event.given_up else event.words)
        if event.done or event.given_up:
            event.line.display = False
            self._view.focus()

    def action_find(self, step: int) -> None:
        """The next field that holds what is searched for."""
        if not self._view.find(step):
            self._say("nothing more is found")

    def action_close(self) -> None:
        """Back to where the event was opened."""
        self.dismiss(self._index)
