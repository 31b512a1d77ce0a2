"""The runs of the session: how far each is or how it ended."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.screens.modal import Modal
from tui.terminal.safe_text import safe
from tui.triage.runs import Phase, Run
from tui.triage.session import Session
from tui.triage.words import identifier_words, run_words
from tui.widgets.columns import Column, Row, heading_and_items
from tui.widgets.dialog import Dialog, leave_rows
from tui.widgets.item_list import ItemList
from tui.widgets.words import Words

_COLUMNS = (
    Column("no.", right=True),
    Column("state"),
    Column("hunt"),
    Column("view", widest=40),
    Column("rows", right=True),
    Column("seconds", right=True),
    Column("began"),
    Column("outcome"),
)
_EVERY = 0.5
"""Seconds between looks at runs that go on."""


class RunsScreen(Modal[Run | None]):
    """The runs of `session`, the newest first; gives the run to go to, or None."""

    CSS_PATH = "runs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go", "go to it"),
        Binding("x", "cancel", "stop it"),
        Binding("escape,q,backspace,R", "close", "back", key_display="Esc"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._runs: list[Run] = []
        self._shown: list[str] = []

    def compose(self) -> ComposeResult:
        """The names of the columns, and the runs."""
        with Dialog("Runs"):
            yield Words(id="names")
            yield ItemList(wrap=False)
            yield Words(id="about", flows=True)

    def on_mount(self) -> None:
        """Follows the runs for as long as some go on."""
        self.query_one(ItemList).focus()
        self._follow()
        self.call_after_refresh(self._tell)  # there is no run under the cursor before
        self.set_interval(_EVERY, self._follow)

    def on_resize(self) -> None:
        """As many runs, and columns as wide, as there is room for."""
        leave_rows(self.query_one(ItemList), 9)
        self._follow()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a run that goes on can be stopped."""
        run = self._run
        return run is not None and run.phase is not Phase.DONE if action == "cancel" else True

    @property
    def _run(self) -> Run | None:
        cursor = self.query_one(ItemList).cursor if self.is_mounted else None
        return self._runs[cursor] if cursor is not None and self._runs else None

    def _follow(self) -> None:
        """Draws what changed since; nothing when nothing did."""
        chosen = self._run
        self._runs = list(reversed(self._session.runs))
        names, items = heading_and_items(_COLUMNS, [_row(run) for run in self._runs], self.query_one(ItemList).room)
        shown = [names.plain, *(item.body[0].plain for item in items)]
        if shown == self._shown:
            return
        self._shown = shown
        self.query_one("#names", Words).say(names if items else "Nothing was run yet.")
        self.query_one(ItemList).update_items(items, self._runs.index(chosen) if chosen in self._runs else 0)
        going = len(self._session.active())
        self.query_one(Dialog).say(
            f"{len(items)} run{'' if len(items) == 1 else 's'}, {going} under way" if items else ""
        )
        self._tell()

    @on(ItemList.Highlighted)
    def _tell(self) -> None:
        """Says in full how the run under the cursor is."""
        run = self._run
        words = f"{run.context.hunt.title}: {run_words(run)}" if run is not None and run.outcome is not None else ""
        identifiers = f"; {identifier_words(run)}" if run is not None and identifier_words(run) else ""
        self.query_one("#about", Words).say(safe(words, 400) + safe(identifiers, 200))
        self.refresh_bindings()

    @on(ItemList.Chosen)
    def _chosen(self) -> None:
        self.action_go()

    def action_go(self) -> None:
        """Goes to the run under the cursor."""
        if self._run is not None:
            self.dismiss(self._run)

    def action_cancel(self) -> None:
        """Stops the run under the cursor."""
        if self._run is not None:
            self._session.cancel(self._run)

    def action_close(self) -> None:
        """Back, without going to a run."""
        self.dismiss(None)


def _row(run: Run) -> Row:
    done = run.phase is Phase.DONE
    state = run.outcome.state if run.outcome else run.phase
    seconds = f"{run.seconds:.1f}" if done else f"{run.seconds:.0f}"
    reason = run.outcome.reason if run.outcome else ""
    view = f"{run.query.view}: {run.origin.column} of {run.origin.row}" if run.origin else run.query.view
    texts = (run.number, state, run.hunt_id, view, f"{run.received:,}", seconds, f"{run.began:%H:%M:%S}Z", reason)
    return Row(texts, "$error" if run.failed else "" if done else "$accent")
