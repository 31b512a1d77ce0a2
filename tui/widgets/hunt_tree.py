"""The tree of hunts: tactic, technique, hunt, each hunt with a badge of its last run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.terminal.safe_text import cell_width, fit, pad, safe

_INDENT = 2


@dataclass(frozen=True)
class Node:
    """A line of the tree. `hunt` is a hunt's id, empty for what only holds others; `depth` counts from 0."""

    key: str
    label: str
    depth: int
    hunt: str = ""
    words: str = ""
    """What the filter looks in, in lower case."""


class HuntTree(Widget, can_focus=True):
    """Nodes in order, folded and filtered here; posts `Opened` when a hunt is entered, `Ticked` when ticks change.

    It scrolls itself, half a pane at a time, so that most keys draw two lines.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"tree--cursor", "tree--group", "tree--badge", "tree--blurred"}
    DEFAULT_CSS = """
    HuntTree {
        & > .tree--cursor {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
            text-style: $block-cursor-text-style;
        }
        & > .tree--blurred { background: $surface; text-style: bold; }
        & > .tree--group { color: $secondary; }
        & > .tree--badge { color: $text-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "enter", "open", id="tree.open"),
        Binding("slash", "filter", "filter", id="tree.filter"),
        Binding("down,j", "move(1)", "down", show=False, id="tree.down"),
        Binding("up,k", "move(-1)", "up", show=False, id="tree.up"),
        Binding("pagedown,ctrl+d", "page(1)", "page down", show=False, id="tree.page_down"),
        Binding("pageup,ctrl+u", "page(-1)", "page up", show=False, id="tree.page_up"),
        Binding("home,g", "move(-1000000)", "first", show=False, id="tree.first"),
        Binding("end,G", "move(1000000)", "last", show=False, id="tree.last"),
        Binding("left,h", "fold", "fold", show=False, id="tree.fold"),
        Binding("right,l", "unfold", "unfold", show=False, id="tree.unfold"),
        Binding(
            "space", "tick", "tick the hunt, or all of the node, to run them as a sweep", show=False, id="tree.tick"
        ),
        Binding("escape", "untick", "take all ticks away", show=False, id="tree.untick"),
    ]

    @dataclass
    class Opened(Message):
        """The analyst entered a hunt."""

        hunt: str

    @dataclass
    class Moved(Message):
        """The cursor is on another line; `hunt` is empty where that only holds others."""

        hunt: str

    @dataclass
    class Ticked(Message):
        """Other hunts are ticked."""

    @dataclass
    class FilterAsked(Message):
        """The analyst wants to filter."""

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._all: tuple[Node, ...] = ()
        self._badges: Mapping[str, str] = {}
        self._folded: set[str] = set()
        self._ticked: set[str] = set()
        self._filter = ""
        self._shown: list[Node] = []
        self._cursor = 0
        self._top = 0
        self._message = ""

    @property
    def hunt(self) -> str:
        """The id of the hunt under the cursor, or nothing."""
        return self._shown[self._cursor].hunt if self._shown else ""

    @property
    def label(self) -> str:
        """What the line under the cursor says."""
        return self._shown[self._cursor].label if self._shown else ""

    @property
    def ticked(self) -> list[str]:
        """The ids of the ticked hunts, in order, those folded or filtered away too."""
        return [node.hunt for node in self._all if node.hunt in self._ticked]

    @property
    def under(self) -> list[str]:
        """The ids of the hunts that the line under the cursor is or holds: folded ones too, but none that is filtered away."""
        return self._held(self._shown[self._cursor]) if self._shown else []

    def _held(self, node: Node) -> list[str]:
        if node.hunt:
            return [node.hunt]
        nodes = self._shown if self._filter else self._all
        place = next(index for index, known in enumerate(nodes) if known.key == node.key)
        below = takewhile(lambda known: known.depth > node.depth, nodes[place + 1 :])
        return [known.hunt for known in below if known.hunt]

    @property
    def words(self) -> str:
        """The words of the filter."""
        return self._filter

    @property
    def lines(self) -> list[str]:
        """All lines as they are shown at the width the tree has, those scrolled away too."""
        return [self._line(place)[0].rstrip() for place in range(len(self._shown))]

    @property
    def in_sight(self) -> range:
        """The places that the pane shows, the topmost first."""
        return range(self._top, min(self._top + self.size.height, len(self._shown)))

    def show(self, nodes: Sequence[Node], folded: Sequence[str] = (), message: str = "") -> None:
        """Shows `nodes`, the keys in `folded` folded at first; `message` where there are none."""
        known = {node.key for node in self._all}
        self._folded = (self._folded & known) | {key for key in folded if key not in known}
        self._all, self._message = tuple(nodes), message
        self._ticked &= {node.hunt for node in self._all}
        self._lay_out()

    def mark(self, badges: Mapping[str, str]) -> None:
        """Shows `badges` by hunt id; only lines whose badge changed are drawn again."""
        before, self._badges = self._badges, dict(badges)
        for place, node in enumerate(self._shown):
            if node.hunt and before.get(node.hunt) != badges.get(node.hunt):
                self._refresh_line(place)

    def filter(self, words: str) -> None:
        """Shows only hunts whose words hold all of `words`; all when empty."""
        self._filter = words.lower()
        self._lay_out()
        if self._filter:
            first = next((place for place, node in enumerate(self._shown) if node.hunt), 0)
            self._go(first)

    def select(self, hunt: str) -> None:
        """Puts the cursor on a hunt, unfolding what holds it."""
        place = next((index for index, node in enumerate(self._all) if node.hunt == hunt), None)
        if place is None:
            return
        depth = self._all[place].depth
        for node in reversed(self._all[:place]):
            if node.depth < depth:
                depth = node.depth
                self._folded.discard(node.key)
        self._lay_out()
        shown = next((index for index, node in enumerate(self._shown) if node.hunt == hunt), None)
        if shown is not None:
            self._go(shown)

    def go_to(self, place: int) -> None:
        """Puts the cursor on a line, counted from the first one that is not folded away."""
        self._go(place)

    def _lay_out(self) -> None:
        """Decides which nodes are shown, and keeps the cursor on its node where that is."""
        held = self._shown[self._cursor].key if self._shown else ""
        self._shown = self._matching() if self._filter else self._unfolded()
        keys = [node.key for node in self._shown]
        self._cursor = keys.index(held) if held in keys else min(self._cursor, max(0, len(keys) - 1))
        self._follow()
        self.refresh()
        self.post_message(self.Moved(self.hunt))

    def _unfolded(self) -> list[Node]:
        shown, hidden_below = [], 1_000
        for node in self._all:
            if node.depth > hidden_below:
                continue
            hidden_below = node.depth if node.key in self._folded else 1_000
            shown.append(node)
        return shown

    def _matching(self) -> list[Node]:
        """The hunts that match, each with what holds it."""
        wanted = self._filter.split()
        shown: list[Node] = []
        holders: list[Node] = []
        for node in self._all:
            holders = [holder for holder in holders if holder.depth < node.depth]
            if not node.hunt:
                holders.append(node)
            elif all(word in node.words for word in wanted):
                shown += [*(holder for holder in holders if holder not in shown), node]
        return shown

    def _go(self, place: int) -> None:
        before, self._cursor = self._cursor, max(0, min(place, len(self._shown) - 1))
        if self._cursor != before:
            self._refresh_line(before)
            self._refresh_line(self._cursor)
            self.post_message(self.Moved(self.hunt))
        if self._follow():
            self.refresh()

    def _follow(self) -> bool:
        """Brings the cursor's line into the pane, to its middle when it has left it; whether anything moved."""
        height, before = max(1, self.size.height), self._top
        if not self._top <= self._cursor < self._top + height:
            self._top = self._cursor - height // 2
        self._top = max(0, min(self._top, len(self._shown) - height))
        return self._top != before

    def _refresh_line(self, place: int) -> None:
        """Draws one of the shown nodes again, when it is in the pane."""
        if 0 <= place - self._top < self.size.height:
            self.refresh(Region(0, place - self._top, self.size.width, 1))

    def on_resize(self) -> None:
        """Keeps the cursor in sight."""
        if self._follow():
            self.refresh()

    def watch_has_focus(self, has_focus: bool) -> None:
        """Draws the cursor's line as it is with and without focus."""
        super().watch_has_focus(has_focus)
        self._refresh_line(self._cursor)

    def action_move(self, lines: int) -> None:
        """Moves the cursor."""
        self._go(self._cursor + lines)

    def action_page(self, pages: int) -> None:
        """Moves the cursor and what is shown by almost the height of the pane: no line is passed over unseen."""
        lines = pages * max(1, self.size.height - 1)
        self._top += lines
        self._go(self._cursor + lines)
        self.refresh()

    def action_enter(self) -> None:
        """Opens a hunt, folds or unfolds what holds others."""
        if self.hunt:
            self.post_message(self.Opened(self.hunt))
        else:
            self.action_turn()

    def action_filter(self) -> None:
        """Asks for the filter's words."""
        self.post_message(self.FilterAsked())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Ticks can be taken away where there are any."""
        return bool(self._ticked) if action == "untick" else True

    def action_tick(self) -> None:
        """Ticks what the line is or holds; takes the ticks away where all of it is ticked."""
        held = set(self.under)
        self._tick(self._ticked - held if held <= self._ticked else self._ticked | held)

    def action_untick(self) -> None:
        """Takes all ticks away."""
        self._tick(set())

    def _tick(self, hunts: set[str]) -> None:
        if hunts != self._ticked:
            self._ticked = hunts
            self.refresh()
            self.post_message(self.Ticked())

    def action_turn(self) -> None:
        """Folds or unfolds the line."""
        if self._shown and not self.hunt:
            self._folded ^= {self._shown[self._cursor].key}
            self._lay_out()

    def action_fold(self) -> None:
        """Folds the line, or goes to what holds it."""
        if not self._shown:
            return
        node = self._shown[self._cursor]
        if not node.hunt and node.key not in self._folded:
            self.action_turn()
            return
        above = [place for place in range(self._cursor) if self._shown[place].depth < node.depth]
        if above:
            self._go(above[-1])

    def action_unfold(self) -> None:
        """Unfolds the line, or goes to the first of what it holds."""
        if not self._shown or self.hunt:
            return
        if self._shown[self._cursor].key in self._folded:
            self.action_turn()
        else:
            self._go(self._cursor + 1)

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor there, a second one enters."""
        place = event.y + self._top
        if place >= len(self._shown):
            return
        same = place == self._cursor
        self._go(place)
        if same or event.chain > 1:
            self.action_enter()

    def on_mouse_scroll_down(self) -> None:
        """Three lines on."""
        self._go(self._cursor + 3)

    def on_mouse_scroll_up(self) -> None:
        """Three lines back."""
        self._go(self._cursor - 3)

    def render_line(self, y: int) -> Strip:
        """One line in cells."""
        place = y + self._top
        width = self.size.width
        if place >= len(self._shown):
            text = self._message if not self._shown and not y else ""
            return Strip([Segment(pad(fit(safe(text), width), width), self._style("tree--badge"))])
        text, badge = self._line(place)
        node = self._shown[place]
        if place == self._cursor:
            style = self._style("tree--cursor" if self.has_focus else "tree--blurred")
            return Strip([Segment(text, style)])
        label = text[: len(text) - len(badge)]
        style = self.rich_style if node.hunt else self._style("tree--group")
        return Strip([Segment(label, style), *([Segment(badge, self._style("tree--badge"))] if badge else [])])

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(name)

    def _line(self, place: int) -> tuple[str, str]:
        """The whole line, and the badge at its end."""
        node = self._shown[place]
        width = self.size.width
        sign = "> " if place == self._cursor else "  "
        if not node.hunt:
            sign = "+ " if node.key in self._folded and not self._filter else "v "
        badge = safe(self._badges.get(node.hunt, "")) if node.hunt else ""
        badge = f" {badge}" if badge else ""
        room = width - cell_width(badge)
        indent = " " * (_INDENT * max(0, node.depth - 1))
        return pad(fit(f"{indent}{sign}{self._tick_sign(node)}{safe(node.label)}", room), room) + badge, badge

    def _tick_sign(self, node: Node) -> str:
        """`x` where all of the line is ticked, `-` where a part of it is; nothing at all where no hunt is ticked."""
        if not self._ticked:
            return ""
        held = set(self._held(node))
        return "x " if held and held <= self._ticked else "- " if held & self._ticked else "  "
