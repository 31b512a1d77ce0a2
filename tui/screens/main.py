"""The main screen: header, tree of hunts, result. It lays out and passes on; `actions` does what keys ask for."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

from tui.screens.actions import beginning, histogram, hunting, panes, rows, sessions, showing, sweeping, watching
from tui.screens.acts import BY_ID, Act, Where, bindings
from tui.screens.footer import key_pieces
from tui.screens.header import session_pieces, trail_pieces
from tui.screens.keymap import keyless_bindings, remap
from tui.screens.messages import messages_of
from tui.screens.opening import Opened, Start
from tui.screens.places import Place, Trail
from tui.screens.ranked import hunt_at, note_at
from tui.screens.result_pane import ResultPane
from tui.screens.turns import Turns, Work
from tui.triage.cell import Cell
from tui.widgets.hunt_tree import HuntTree
from tui.widgets.line import Line, Piece
from tui.widgets.words import Words

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.library.model import Hunt
    from tui.triage.column_choices import LookStore
    from tui.triage.records.keeper import Keeper
    from tui.triage.runs import Run, Step
    from tui.triage.session import Session
    from tui.widgets.ask_line import AskLine
    from tui.widgets.result_table import ResultTable
    from tui.widgets.time_bars import TimeBars

_REST = 0.1
"""Seconds that the tree's cursor stays where it is before words about the hunt there are shown."""


class MainScreen(Screen[None]):
    """One piece of work on one workspace. `ready` once the workspace is open; before that only the frame is there."""

    AUTO_FOCUS = "#tree"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings()]

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """A change of focus draws the two panes' cursors, not everything."""

    session: Session
    keeper: Keeper
    trail: Trail
    looks: LookStore

    def __init__(self, start: Start) -> None:
        super().__init__()
        remap(self, start.keymap, keyless_bindings() if start.keymap else ())
        self.start = start
        self.ready = False
        self.refused = False
        """Whether the workspace could not be opened: the words that say why are what is shown."""
        self.zone: tzinfo = UTC
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        """The present, for ages."""
        self.displaying: Place | None = None
        """The place whose rows are being made ready."""
        self.turns = Turns(self, lambda words: self.say(words, warning=True))
        self._message = ""
        self._brief: Timer | None = None

    def compose(self) -> ComposeResult:
        """Two lines, two panes, one line."""
        yield Line(id="header")
        yield Line(id="trail")
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield HuntTree(id="tree")
                yield Words(id="brief")
            yield ResultPane(id="result")
        yield Line(separator="  ", id="keys")

    # Opening and leaving

    def on_mount(self) -> None:
        """Shows the frame, and opens the workspace after it."""
        beginning.show_opening(self)
        panes.arrange(self)
        remap(self.hunt_tree, self.start.keymap)
        self.call_after_refresh(lambda: self._begin(beginning.open_work(self)))

    def work_on(self, start: Start) -> None:
        """Closes the session that is open, and opens what `start` asks for."""
        self.start = start
        self._begin(beginning.change_work(self), exclusive=True)

    def _begin(self, work: Coroutine[None, None, None], exclusive: bool = False) -> None:
        self.run_worker(work, name="open", description="open", group="open", exclusive=exclusive)

    async def take_up(self, opened: Opened) -> None:
        """Shows a session that is open now."""
        from tui.screens.tree_nodes import PIVOTS, tree_nodes

        await self.pane.open(self._said, self._note)
        self.looks = opened.looks
        self.pane.begin_looks(opened.looks)
        remap(self.pane.table, self.start.keymap)
        session = self.session = opened.session
        self.keeper, self.trail, self.ready = opened.keeper, Trail(session), True
        self.hunt_tree.show(tree_nodes(session.catalogue), folded=[PIVOTS])
        for first in session.catalogue.listed[:1]:
            self.hunt_tree.select(first.id)
        sessions.greet(self, [])
        session.findings.follow(self.pane.renew)
        sessions.come_back(self, opened)
        self.refresh_words()
        self._show_keys()

    def saved(self) -> None:
        """The session was saved, or could not be."""
        if self.ready and self.is_attached:
            self.show_header()

    def rescue(self) -> None:
        """Saves at once what is not saved, when the program cannot go on."""
        if self.ready:
            self.keeper.rescue()

    async def on_unmount(self) -> None:
        """Saves the session, and lets go of runs, rows and workspace."""
        self.turns.drop()
        if self.ready:
            await beginning.close_work(self)

    def leave(self) -> None:
        """Ends the program; asks first when something would be lost."""
        sessions.leave(self, lambda: self.app.exit(0))

    def remember(self) -> None:
        """Has the place where the analyst is saved as it is."""
        if self.ready:
            self._keep()
            self.keeper.touch()

    # What is where

    @property
    def hunt_tree(self) -> HuntTree:
        """The tree of hunts."""
        return self.query_one("#tree", HuntTree)

    @property
    def pane(self) -> ResultPane:
        """The result."""
        return self.query_one("#result", ResultPane)

    @property
    def in_tree(self) -> bool:
        """Whether the keys are about the tree."""
        return not self.pane.has_focus_within if self.ready else not self.refused

    @property
    def hunt_in_hand(self) -> Hunt | None:
        """The hunt under the tree's cursor, or that of the result that is shown."""
        place = self.trail.current
        if place is not None and not self.in_tree:
            return hunt_at(place, self.pane.values, self.pane.column)
        return self.session.catalogue.hunts.get(self.hunt_tree.hunt)

    @property
    def run_in_hand(self) -> Run | None:
        """The run that is shown, or the main one of the hunt under the tree's cursor while it goes on."""
        from tui.triage.words import main_run

        place, hunt = self.trail.current, self.session.catalogue.hunts.get(self.hunt_tree.hunt)
        if self.in_tree and hunt is not None:
            run = main_run(self.session, hunt)
            if run is not None and run.outcome is None:
                return run
        return place.step.run if place is not None else None

    def cell(self) -> Cell | None:
        """The cell under the cursor with all of its row; None when there is none."""
        place, row, column = self.trail.current, self.pane.values, self.pane.column
        return Cell(place.step.run, row, column) if place is not None and row and column else None

    def _note(self) -> str:
        cell = self.cell()
        return note_at(self.trail.current, cell) if cell is not None else ""

    def _said(self) -> str:
        place = self.trail.current
        return place.judge.words(self.pane.values) if place is not None and place.judge else ""

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Acts are there where they make sense."""
        if action == "act" and parameters:
            return self.can(BY_ID[str(parameters[0])])
        return True

    def can(self, act: Act) -> bool:
        """Whether `act` makes sense here and now."""
        match act.where:
            case Where.ANYWHERE:
                return True
            case Where.TREE:
                return self.in_tree or not self.ready
            case Where.RESULT:
                return self.ready and not self.in_tree
            case Where.HUNTS:
                return sweeping.can_begin(self)
            case Where.ROWS | Where.COLUMN:
                return self.ready and not self.in_tree and self.pane.has_rows
        return self.ready

    def action_act(self, name: str) -> None:
        """Does what a key stands for."""
        self.do(BY_ID[name])

    def do(self, act: Act) -> None:
        """Does `act`; what it cannot do is said in words."""
        self.attempt(lambda: act.run(self))

    def attempt(self, work: Callable[[], Work | None]) -> None:
        """Does `work`, or has it take its turn when it takes time; a question that cannot be asked is said, not raised."""
        self.turns.take(work)

    def on_key(self) -> None:
        """Any key takes the last message away, and makes ages current."""
        if self._message:
            self._message = ""
            self._show_keys()
        if self.ready:
            self.show_trail()

    def say(self, words: str, warning: bool = False) -> None:
        """Says `words` in the last line until the next key."""
        self._message = words
        messages_of(self.app).add(words, warning)
        self.query_one("#keys", Line).show([Piece(words, role="warning" if warning else "strong")])

    def _show_keys(self) -> None:
        if not self._message:
            self.query_one("#keys", Line).show(key_pieces(self))

    # The trail

    def show_root(self, run: Run) -> None:
        """Starts a new trail with `run`, as it was left when it was shown before."""
        self._keep()
        self.trail.begin(Place(_step(run)))
        self._enter()

    def come_back(self, places: list[Place]) -> None:
        """Shows a trail as it was left."""
        self.trail.take_up(places)
        self._enter()

    def show_refusal(self, *words: str) -> None:
        """Says in place of rows why nothing could be run."""
        self._keep()
        self.trail.leave()
        self.pane.show_chips([])
        self.pane.show_words([*words, "c shows which tables and hosts this workspace holds."])
        panes.go_to(self, result=True)
        self.refresh_words()

    def push(self, run: Run, opened: Cell | None = None) -> None:
        """Goes on to `run`."""
        self.push_place(Place(_step(run), opened=opened))

    def push_place(self, place: Place) -> None:
        """Goes on to `place`."""
        self._keep()
        self.trail.push(place)
        self._enter()

    def replace(self, place: Place) -> None:
        """Shows `place` instead of the current one."""
        self.trail.replace(place)
        self._enter()

    def back(self) -> bool:
        """Goes back by one place, as it was left; False at the root."""
        if not self.trail.back():
            return False
        self._enter()
        return True

    def go_back(self) -> None:
        """Back along the trail, at the root to the tree."""
        if not self.back():
            panes.go_to(self, result=False)

    def _keep(self) -> None:
        """Remembers where the cursor is in the place that is left."""
        place = self.trail.current
        if place is not None and self.pane.has_rows:
            place.step.row, place.step.column, place.top = self.pane.row, self.pane.column, self.pane.table.top

    def _enter(self) -> None:
        self.keeper.touch()
        showing.show_place(self)
        watching.seen(self)
        panes.go_to(self, result=True)
        self.refresh_words()

    # What is said

    def refresh_words(self) -> None:
        """Makes header, trail and badges say what is true now."""
        if not self.ready:
            return
        from tui.triage.words import badge_words

        self.show_header()
        self.show_trail()
        panes.brief(self)
        moment = self.now()
        hunts = self.session.catalogue.hunts.values()
        self.hunt_tree.mark({hunt.id: badge_words(self.session, hunt, moment, self.zone) for hunt in hunts})

    def show_header(self) -> None:
        """Makes the first line say what is true now."""
        pieces = session_pieces(self.session, self.keeper, self.zone)
        self.query_one("#header", Line).show([*pieces, *sweeping.pieces(self), *watching.pieces(self)])

    def show_trail(self) -> None:
        """Makes the trail's line say what is true now."""
        place = self.trail.current
        shown = place.prepared.count if place is not None and place.ready and place.prepared is not None else None
        pieces = trail_pieces(self.session, self.trail, shown, self.now(), self.zone)
        self.query_one("#trail", Line).show(pieces)

    # What widgets say

    @on(HuntTree.Opened)
    def _hunt_opened(self, event: HuntTree.Opened) -> None:
        hunt = self.session.catalogue.hunts[event.hunt]
        self.attempt(lambda: hunting.open_hunt(self, hunt))

    @on(HuntTree.Moved)
    def _hunt_looked_at(self) -> None:
        # While the key is held down nothing is said.
        if self._brief is not None:
            self._brief.stop()
        self._brief = self.set_timer(_REST, self._rest)

    def _rest(self) -> None:
        panes.brief(self)
        self._show_keys()

    @on(HuntTree.Ticked)
    def _hunts_ticked(self) -> None:
        if self.ready:
            self.show_header()
        self._show_keys()

    @on(HuntTree.FilterAsked)
    def _filter_asked(self) -> None:
        self.ask("left", "show only hunts with these words", self.hunt_tree.words)

    def ask(self, place: str, placeholder: str, words: str) -> None:
        """Asks for words at the edge of the container with the id `place`."""
        from tui.widgets.ask_line import AskLine

        if not self.query(AskLine):
            line = AskLine(placeholder, words, id=f"ask-{place}")
            self.query_one(f"#{place}").mount(line)
            line.focus()

    async def on_ask_line_answered(self, event: AskLine.Answered) -> None:
        """Filters the tree while words are typed; searches the rows when they are given."""
        in_tree = event.line.id == "ask-left"
        if in_tree:
            self.hunt_tree.filter("" if event.given_up else event.words)
        if not event.done and not event.given_up:
            return
        await event.line.remove()
        panes.go_to(self, result=not in_tree)
        if event.done and not in_tree:
            self.attempt(lambda: rows.search(self, event.words))

    def on_result_table_cell_opened(self) -> None:
        """Enter on a cell."""
        self.attempt(lambda: hunting.open_cell(self))

    def on_result_table_page_failed(self, event: ResultTable.PageFailed) -> None:
        """Rows could not be read."""
        self.say(f"rows cannot be read: {event.reason}", warning=True)

    def on_time_bars_chosen(self, event: TimeBars.Chosen) -> None:
        """Enter on a bin of the rows over time."""
        self.attempt(lambda: histogram.narrow(self, event.start, event.end))

    def on_time_bars_narrowed(self) -> None:
        """The bins of the rows over time do not fit any more."""
        self.run_worker(histogram.renew_here(self), group="bars", description="bars", exclusive=True)

    def on_time_bars_left(self) -> None:
        """Back from the rows over time to the rows."""
        self.pane.keeper.focus()

    def on_paste(self, event: events.Paste) -> None:
        """A paste outside of a field is searched for; it never presses keys."""
        event.stop()
        words = next((line.strip() for line in event.text.splitlines() if line.strip()), "")
        if words and self.ready:
            self.attempt(lambda: rows.search(self, words))

    def on_resize(self) -> None:
        """One pane or two, by the room there is."""
        panes.arrange(self)

    def on_descendant_focus(self) -> None:
        """The keys that work are those of the pane that has the focus."""
        panes.arrange(self)
        self.call_after_refresh(self._show_keys)


def _step(run: Run) -> Step:
    from tui.triage.runs import Step

    return Step(run)
