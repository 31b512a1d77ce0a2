"""A list of items, each of one or more lines, that scrolls, wraps long lines and can have a cursor.

It draws on the line interface: a cursor step repaints two items, an idle list nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style

from tui.widgets.wrapping import wrap_cells

_NOTHING = Content("")


@dataclass(frozen=True)
class Item:
    """One item: the lines of its body, and what stands left of the first of them.

    Everything must be safe text already. A heading is passed over by the cursor.
    """

    body: tuple[Content, ...]
    head: Content = _NOTHING
    heading: bool = False


class _Piece(NamedTuple):
    """What stands on one row: characters `start` to `end` of a line of an item's body."""

    item: int
    line: int
    start: int
    end: int


class ItemList(ScrollView, can_focus=True, inherit_bindings=False):
    """See the module. `indent` is the width kept for heads, `cursor` whether an item can be chosen, `wrap` whether long
    lines go on below (else they are cut, with an ellipsis)."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"item-list--cursor", "item-list--bar", "item-list--found"}
    DEFAULT_CSS = """
    ItemList {
        background: transparent;
        color: $foreground;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size: 0 1;
        scrollbar-gutter: stable;
        & .item-list--cursor {
            background: $block-cursor-blurred-background;
            color: $block-cursor-blurred-foreground;
            text-style: $block-cursor-blurred-text-style;
        }
        & .item-list--bar { color: $border-blurred; }
        & .item-list--found { background: $warning; color: $background; text-style: underline; }
        &:ansi .item-list--found { background: ansi_default; color: ansi_default; text-style: bold underline; }
        &:focus .item-list--cursor {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
            text-style: $block-cursor-text-style;
        }
        &:focus .item-list--bar { color: $accent; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "down", "Next", show=False),
        Binding("up,k", "up", "Previous", show=False),
        Binding("pagedown,ctrl+d", "page_down", "Page down", show=False),
        Binding("pageup,ctrl+u", "page_up", "Page up", show=False),
        Binding("home,g", "first", "First", show=False),
        Binding("end,G", "last", "Last", show=False),
    ]

    class _About(Message):
        def __init__(self, items: ItemList, index: int) -> None:
            super().__init__()
            self.items = items
            self.index = index

        @property
        def control(self) -> ItemList:
            """The list it is about."""
            return self.items

    class Highlighted(_About):
        """The cursor moved to the item `index`."""

    class Chosen(_About):
        """A double click on the item `index`; what Enter does is for the screen to say."""

    def __init__(
        self,
        items: Sequence[Item] = (),
        indent: int = 0,
        cursor: bool = True,
        wrap: bool = True,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._items = tuple(items)
        self._indent, self._has_cursor, self._wraps = indent, cursor, wrap
        self._cursor = self._selectable(0, 1)
        self._pieces: list[_Piece] = []
        self._tops: list[int] = []
        self._laid_out = -1
        self._found: re.Pattern[str] | None = None
        self._contents: dict[_Piece, Content] = {}

    @property
    def items(self) -> tuple[Item, ...]:
        """The items shown."""
        return self._items

    @property
    def room(self) -> int:
        """Cells that heads and bodies have on a line."""
        return max(self._room - self._gutter, 0)

    @property
    def cursor(self) -> int | None:
        """The item under the cursor; None when there is none that can be chosen."""
        return self._cursor

    def update_items(self, items: Sequence[Item], cursor: int = 0, indent: int | None = None) -> None:
        """Shows other items, with the cursor at or after the item `cursor`."""
        before, tops, held = self._items, self._tops, (self._indent, self._cursor)
        self._items = tuple(items)
        self._indent = self._indent if indent is None else indent
        self._cursor = self._selectable(min(cursor, len(self._items) - 1), 1)
        if self._cursor is None:
            self._cursor = self._selectable(len(self._items) - 1, -1)
        self._laid_out = -1
        self._lay_out(self._room)
        if self._tops == tops and held == (self._indent, self._cursor):
            for index, (old, new) in enumerate(zip(before, self._items, strict=True)):
                if not _same(old, new):
                    self._refresh_item(index)
        else:
            self.refresh(layout=len(self._tops) != len(tops) or self._tops[-1:] != tops[-1:])
        if self._cursor is not None and self._has_cursor:
            self._show(self._cursor)

    def mark_found(self, text: str) -> None:
        """Highlights `text`, in any case, wherever it stands in the items; nothing when empty."""
        self._found = re.compile(re.escape(text), re.IGNORECASE) if text else None
        self._contents.clear()
        self.refresh()

    def move_to(self, index: int) -> None:
        """Puts the cursor on the item `index` and shows it."""
        if index == self._cursor or not 0 <= index < len(self._items):
            return
        before, self._cursor = self._cursor, index
        for changed in (before, index):
            if changed is not None:
                self._refresh_item(changed)
        self._show(index)
        self.post_message(self.Highlighted(self, index))

    def show_item(self, index: int) -> None:
        """Scrolls to the item `index` if it is not in sight."""
        self._show(index)

    # Layout

    @property
    def _gutter(self) -> int:
        return 2 if self._has_cursor else 0

    @property
    def _room(self) -> int:
        return max(self.scrollable_content_region.width, 0)

    def _lay_out(self, width: int) -> None:
        if width <= 0 or width == self._laid_out:
            return
        self._laid_out = width
        self._contents.clear()
        self._pieces, self._tops = [], []
        room = width - self._gutter - self._indent
        for index, item in enumerate(self._items):
            self._tops.append(len(self._pieces))
            for number, line in enumerate(item.body):
                spans = wrap_cells(line.plain, room) if self._wraps else [(0, len(line.plain))]
                self._pieces += [_Piece(index, number, start, end) for start, end in spans]
        self._tops.append(len(self._pieces))
        self.virtual_size = Size(width, len(self._pieces))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as the items take."""
        self._lay_out(width - self.scrollbar_size_vertical)
        return len(self._pieces)

    def on_resize(self, event: events.Resize) -> None:
        """Wraps anew, and keeps the cursor in sight."""
        self._lay_out(self._room)
        if self._cursor is not None and self._has_cursor:
            self._show(self._cursor)
        self.refresh()

    def notify_style_update(self) -> None:
        """Colours have changed."""
        super().notify_style_update()
        self._contents.clear()

    # Drawing

    def render_line(self, y: int) -> Strip:
        """One row of the list."""
        row = y + self.scroll_offset.y
        width = self.size.width
        base = self.visual_style
        if row >= len(self._pieces) or self._laid_out <= 0:
            return Strip.blank(width, base.rich_style)
        piece = self._pieces[row]
        at_cursor = self._has_cursor and piece.item == self._cursor
        first = piece.line == 0 and piece.start == 0
        marked = at_cursor and first
        classes = ("item-list--cursor",) if marked else ()
        if marked:
            base = self.get_visual_style(*classes)
            if self.get_component_styles(*classes).text_style.reverse:  # which a visual style leaves out
                base += Style(reverse=True)
        strips = []
        if self._has_cursor:
            bar = self.get_visual_style(*classes, "item-list--bar")
            strips.append(Strip([Segment("▌ " if at_cursor else "  ", bar.rich_style)]))
        if self._indent:
            strips.append(self._head(self._items[piece.item].head if first else _NOTHING, base, marked))
        strips.append(self._body(piece, base, self._laid_out - self._gutter - self._indent, marked))
        return Strip.join(strips).adjust_cell_length(width, base.rich_style)

    def _head(self, head: Content, base: Style, marked: bool) -> Strip:
        cut = head.truncate(self._indent, ellipsis=True)
        cut = cut.without_spans if marked else cut
        return Strip(cut.render_segments(base)).adjust_cell_length(self._indent, base.rich_style)

    def _body(self, piece: _Piece, base: Style, room: int, marked: bool) -> Strip:
        content = self._contents.get(piece)
        if content is None:
            content = self._contents[piece] = self._piece_content(piece, room)
        # Colours of the text would not stand out from that of the cursor.
        plain = content.without_spans if marked and self._found is None else content
        return Strip(plain.render_segments(base))

    def _piece_content(self, piece: _Piece, room: int) -> Content:
        line = self._items[piece.item].body[piece.line]
        content = line[piece.start : piece.end] if piece.end - piece.start < len(line) else line
        if self._found is not None:
            style = self.get_visual_style("item-list--found")
            reach = len(self._found.pattern)
            for match in self._found.finditer(line.plain, max(piece.start - reach, 0), piece.end + reach):
                start, end = match.start() - piece.start, match.end() - piece.start
                if end > 0 and start < len(content):
                    content = content.stylize(style, max(start, 0), end)
        return content if self._wraps else content.truncate(max(room, 1), ellipsis=True)

    def _refresh_item(self, index: int) -> None:
        if index + 1 < len(self._tops):
            top, bottom = self._tops[index], self._tops[index + 1]
            self.refresh(Region(0, top - self.scroll_offset.y, self.size.width, bottom - top))

    # Moving

    def _selectable(self, index: int, step: int) -> int | None:
        while 0 <= index < len(self._items):
            if not self._items[index].heading:
                return index
            index += step
        return None

    def _show(self, index: int) -> None:
        """Scrolls, half a page at least, until the item is in sight."""
        height, y = self.scrollable_content_region.height, self.scroll_offset.y
        if height <= 0 or index + 1 >= len(self._tops):
            return
        top, bottom = self._tops[index], self._tops[index + 1]
        if all(item.heading for item in self._items[:index]):
            self.scroll_to(y=max(0, bottom - height), animate=False, force=True)
        elif top < y:
            self.scroll_to(y=max(0, top - height // 2), animate=False, force=True)
        elif bottom > y + height:
            self.scroll_to(y=min(top, bottom - height + height // 2), animate=False, force=True)

    def _step(self, step: int) -> None:
        height, y = self.scrollable_content_region.height, self.scroll_offset.y
        if not self._has_cursor or self._cursor is None:
            self.scroll_relative(y=step, animate=False, force=True)
            return
        top, bottom = self._tops[self._cursor], self._tops[self._cursor + 1]
        if bottom - top > height and (bottom > y + height if step > 0 else top < y):
            self.scroll_relative(y=step * max(1, height // 2), animate=False, force=True)
            return
        target = self._selectable(self._cursor + step, step)
        if target is not None:
            self.move_to(target)

    def _page(self, step: int) -> None:
        height = max(1, self.scrollable_content_region.height)
        if not self._has_cursor or self._cursor is None:
            self.scroll_relative(y=step * height, animate=False, force=True)
            return
        row = min(max(self._tops[self._cursor] + step * height, 0), len(self._pieces) - 1)
        index = self._pieces[row].item
        target = self._selectable(index, step)
        if target is None:
            target = self._selectable(index, -step)
        if target is None or target == self._cursor:
            self._step(step)
        else:
            self.move_to(target)

    def action_down(self) -> None:
        """To the next item, or further down in one that is taller than the list."""
        self._step(1)

    def action_up(self) -> None:
        """To the item before, or further up in one that is taller than the list."""
        self._step(-1)

    def action_page_down(self) -> None:
        """A page down."""
        self._page(1)

    def action_page_up(self) -> None:
        """A page up."""
        self._page(-1)

    def action_first(self) -> None:
        """To the first item."""
        target = self._selectable(0, 1)
        if self._has_cursor and target is not None:
            self.move_to(target)
        self.scroll_to(y=0, animate=False, force=True)

    def action_last(self) -> None:
        """To the last item."""
        target = self._selectable(len(self._items) - 1, -1)
        if self._has_cursor and target is not None:
            self.move_to(target)
        self.scroll_end(animate=False, force=True)

    def on_click(self, event: events.Click) -> None:
        """One click moves the cursor, two choose."""
        row = event.y + self.scroll_offset.y
        if not self._has_cursor or not 0 <= row < len(self._pieces):
            return
        index = self._pieces[row].item
        if not self._items[index].heading:
            self.move_to(index)
            if event.chain > 1:
                self.post_message(self.Chosen(self, index))


def _same(one: Item, other: Item) -> bool:
    """Whether two items look the same, their colours too."""
    if len(one.body) != len(other.body):
        return False
    lines = zip((one.head, *one.body), (other.head, *other.body), strict=True)
    return all(line.is_same(drawn) for line, drawn in lines)
