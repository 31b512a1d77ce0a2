"""The last gate: what no segment may carry to the terminal, whichever widget drew it and whatever it was given.

`safe_text` makes values visible where they enter a view. This gate stands behind it, so that a value that took another
way (an error message, a library's own widget) still cannot act on the terminal: it deletes what terminals act on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from tui.terminal.safe_text import ACTING

_ACTING = re.compile(f"[{ACTING}]")


class Gate(LineFilter):
    """Deletes control, bidi and zero-width characters from every segment, and links from its style."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same list when nothing in it is forbidden, which is nearly always, else a cleaned one."""
        if all(map(_is_clean, segments)):
            return segments
        return [segment if _is_clean(segment) else _cleaned(segment) for segment in segments]


def with_gate(filters: Sequence[LineFilter]) -> list[LineFilter]:
    """`filters` with the gate last. An App installs it by overriding `get_line_filters` to return this."""
    return [*filters, _GATE]


_GATE = Gate()


def _is_clean(segment: Segment) -> bool:
    text, style, _ = segment
    if style is not None and style.link is not None:
        return False
    return (text.isascii() and text.isprintable()) or _ACTING.search(text) is None


def _cleaned(segment: Segment) -> Segment:
    text, style, _ = segment
    if style is not None and style.link is not None:
        style = style.update_link(None)
    return Segment(_ACTING.sub("", text), style)
