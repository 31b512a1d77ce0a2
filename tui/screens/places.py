"""Where the analyst is and came from: the trail as the main screen keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tui.results.prepared import PreparedView
    from tui.screens.process_tree import TreeLook
    from tui.triage.around import Centre
    from tui.triage.cell import Cell
    from tui.triage.column_choices import SavedView
    from tui.triage.judged import Judge
    from tui.triage.process_tree import ProcessKey
    from tui.triage.runs import Run, Step
    from tui.triage.session import Session


@dataclass
class Place:
    """A step of the trail, its rows made ready, and how it is looked at.

    `opened` is the cell it was opened from, `stacked` the columns whose values its rows count.
    """

    step: Step
    prepared: PreparedView | None = None
    came: int = 0
    """Rows of the run that had come when they were made ready."""
    top: int = 0
    """The first row shown when it was left."""
    opened: Cell | None = None
    stacked: tuple[str, ...] = ()
    compared: tuple[Run, Run] | None = None
    """The runs whose rows it sets side by side, the older one first."""
    moment: datetime | None = None
    """Where the cursor goes at first in a timeline: to the first row at or after this time."""
    centre: Centre | None = None
    """The event that a timeline is about, which is marked in it."""
    kin: ProcessKey | None = None
    """The process to whose tree `step.view.only` narrows the rows."""
    tree: TreeLook | None = None
    """How its rows are looked at as a tree, where they are processes."""
    kin_wanted: bool = False
    """Whether the rows are to be narrowed to the tree of `kin` once they are there."""
    arrival: int | None = None
    """Where the cursor goes at first: to the row that came as this number, from 0."""
    judge: Judge | None = None
    """Finds what was said about its rows; none where they only count values."""
    benign: tuple[int, ...] = ()
    """Its rows, by number, that were judged benign before it was run; they are hidden unless `benign_shown`."""
    benign_shown: bool = False
    reference: datetime | None = None
    """The time from which the times of its rows are counted; None when they are shown as they are."""
    histogram: str = ""
    """The column whose times are counted above the rows; empty when they are not."""
    chosen: str = ""
    """What the rows are that `step.view.only` chooses."""
    saved: SavedView | None = None
    """The named view that it is looked at in."""
    single: dict[str, Any] = field(default_factory=dict)
    """Columns that are hidden while all of its rows have one value in them, with it."""

    @property
    def chips(self) -> list[str]:
        """What is chosen and hidden among the rows, a few words each."""
        number = f"{len(self.benign):,}"
        words = [self._around] if self.centre is not None else []
        words += [f"only {self.chosen}"] if self.step.view.only is not None else []
        if self.reference is not None:
            from tui.results.values import iso

            words.append(f"times from {iso(self.reference)} (T ends it)")
        if self.benign:
            words.append(
                f"{number} benign shown (b hides them)"
                if self.benign_shown
                else f"{number} hidden as benign (b shows them)"
            )
        return words

    @property
    def _around(self) -> str:
        """How far a timeline reaches, and what changes that."""
        from tui.triage.around import span_of, span_words

        return f"{span_words(span_of(self.step.run.context.window))} around @ (Ctrl+Up wider, Ctrl+Down narrower)"

    @property
    def derived(self) -> bool:
        """Whether its rows were made from rows that are here, not by a run of their own."""
        return bool(self.stacked) or self.compared is not None

    @property
    def ready(self) -> bool:
        """Whether the prepared rows are those of the view that is wanted, and all that came."""
        rows = self.step.run.rows
        held = self.prepared
        return held is not None and rows is not None and held.view == self.step.view and self.came == rows.count

    def close(self) -> None:
        """Lets go of the prepared rows; the run keeps its own."""
        if self.prepared is not None:
            self.prepared.close()
            self.prepared = None


class Trail:
    """The path of places to the current one, kept alike with that of the session. Roots are kept for coming back."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._roots: dict[int, Place] = {}
        self.places: list[Place] = []

    @property
    def opened(self) -> list[Cell | None]:
        """The cells that led here, the last one first."""
        return [place.opened for place in reversed(self.places)]

    @property
    def current(self) -> Place | None:
        """Where the analyst is; None before the first run."""
        return self.places[-1] if self.places else None

    def begin(self, place: Place) -> Place:
        """Starts a new path with `place`, or with the one of the same run as it was left."""
        place = self._roots.setdefault(place.step.run.number, place)
        for left in self.places:
            if left is not place:
                left.close()
        self._set([place])
        return place

    def take_up(self, places: list[Place]) -> None:
        """Is where an earlier day ended."""
        self._roots[places[0].step.run.number] = places[0]
        self._set(list(places))

    def leave(self) -> None:
        """Is nowhere: what was asked for could not even begin."""
        self._set([])

    def push(self, place: Place) -> None:
        """Goes on to `place`."""
        self._set([*self.places, place])

    def back(self) -> bool:
        """Goes back by one place; False at the root."""
        if len(self.places) < 2:
            return False
        self.places[-1].close()
        self._set(self.places[:-1])
        return True

    def replace(self, place: Place) -> None:
        """Puts `place` where the current one is: the same question asked anew."""
        if not self.places:
            self.begin(place)
            return
        self.places[-1].close()
        if len(self.places) == 1:
            self._roots[place.step.run.number] = place
        self._set([*self.places[:-1], place])

    def _set(self, places: list[Place]) -> None:
        self.places = places
        self._session.trail[:] = [place.step for place in places]
