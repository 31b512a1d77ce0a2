"""Text from data made safe to show, and how wide it is in terminal cells.

Log data is hostile: file names and command lines can carry escape sequences that set the title, write the clipboard or
repaint the screen, and characters that hide or reorder what stands beside them. `safe` and `safe_lines` give every such
character a visible form. They are for showing only: stored values stay as they are.

A combining mark has no width of its own, so widths come from Unicode's east-asian-width and category, with the few
ranges that the terminals of today measure differently. No table is shipped: Python's `unicodedata` is the table.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache
from itertools import groupby

LIMIT = 4096
"""Characters of one value shown on one line before it is cut."""
LINES_LIMIT = 1_000_000
"""Characters of one value shown over many lines before it is cut."""
ELLIPSIS = "…"
TAB_MARK = "⇥"
NEWLINE_MARK = "⏎"
_TAB_INDENT = TAB_MARK + "   "
_MARKS_KEPT = 8
_DOTTED_CIRCLE = "◌"

ACTING = (
    "\x00-\x1f\x7f\x80-\x9f"  # C0, DEL, C1
    "\xad\u034f\u180b-\u180f"  # soft hyphen, grapheme joiner, Mongolian separators
    "\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, line separators, bidi marks, overrides, isolates
    "\ud800-\udfff"  # lone surrogates
    "\ufdd0-\ufdef\ufffe\uffff"  # noncharacters
    "\ufe00-\ufe0f"  # variation selectors
    "\ufeff\ufff0-\ufffb"  # byte order mark, interlinear annotation
    "\U000e0000-\U000e0fff"  # tags and variation selectors
)
"""Inside of a regular-expression class: characters a terminal acts on, or that take no room in it."""

_BLANK = (
    "\u115f\u1160\u3164\uffa0\u2800"  # Hangul fillers, blank braille pattern
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2"  # format characters of Arabic and Syriac
    "\u17b4\u17b5\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # and others
    "\U0001f3fb-\U0001f3ff"  # emoji modifiers: merge with what stands before, in some terminals only
)
HIDDEN = ACTING + _BLANK
"""Inside of a regular-expression class: every character that a terminal acts on or that nobody can see as it is."""

_HIDDEN = re.compile(f"[{HIDDEN}]")
_UNSEEN = re.compile(rf"(?:\r\n|[\t\n]|(?P<unseen>[{HIDDEN}]))")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_LINE_END = re.compile(r"\r\n|\n")


def safe(value: object, limit: int = LIMIT) -> str:
    """`value` on one line, every control, invisible or reordering character in a visible form.

    ESC becomes `␛`, a tab `⇥`, a line end `⏎`, other such characters `⟨U+202E⟩`. None is empty. Of more than `limit`
    characters the first are shown, then `… +N` with the number left out.
    """
    text = "" if value is None else value if isinstance(value, str) else str(value)
    rest = len(text) - limit
    if rest > 0:
        text = text[:limit]
    if not (text.isascii() and text.isprintable()):
        text = _HIDDEN.sub(_picture, _tame_marks(text))
    return f"{text}{ELLIPSIS} +{rest}" if rest > 0 else text


def safe_lines(value: object, limit: int = LINES_LIMIT) -> list[str]:
    """`value` as its lines, for views that show all of it; each line is safe as by `safe`, tabs keep an indent.

    Of more than `limit` characters the first are given, then a line `… +N` with the number left out.
    """
    text = "" if value is None else str(value)
    lines = [_safe_line(line) for line in _LINE_END.split(text[:limit])]
    if len(text) > limit:
        lines.append(f"{ELLIPSIS} +{len(text) - limit}")
    return lines


def _safe_line(line: str) -> str:
    return _TAB_INDENT.join(safe(part, len(part)) for part in line.split("\t"))


def has_hidden(value: object) -> bool:
    """Whether `value` holds characters that nobody sees or that a terminal acts on; tabs and line ends do not count."""
    text = "" if value is None else str(value)
    if text.isascii() and text.isprintable():
        return False
    if any(match["unseen"] for match in _UNSEEN.finditer(text)):
        return True
    return _tame_marks(text) != text


def _picture(match: re.Match[str]) -> str:
    character = match[0]
    if character == "\n":
        return NEWLINE_MARK
    if character == "\t":
        return TAB_MARK
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"⟨U+{code:04X}⟩"


def _tame_marks(text: str) -> str:
    """`text` with a circle under a leading combining mark, which else sits on its neighbour, and long runs cut."""
    text = cut_mark_runs(text, lambda more: f"⟨+{more} marks⟩")
    return _DOTTED_CIRCLE + text if text and _is_mark(text[0]) and not _HIDDEN.match(text) else text


def cut_mark_runs(text: str, sign: Callable[[int], str]) -> str:
    """`text`; of many combining marks in a row the first few, then what `sign` gives for the number left out."""
    if text.isascii():
        return text
    run = _mark_run(0x20000 if _ASTRAL.search(text) else 0x10000)
    return run.sub(lambda marks: marks[0][:_MARKS_KEPT] + sign(len(marks[0]) - _MARKS_KEPT), text)


@cache
def _mark_run(end: int) -> re.Pattern[str]:
    """A pattern of too many combining marks in a row, of those below `end`; made at the first text that needs it.

    Most texts need only the first 65,536 characters, for which the pattern is some ten times faster.
    """
    codes = [code for code in range(0x300, end) if _is_mark(chr(code)) and not _HIDDEN.match(chr(code))]
    ranges = []
    for _, group in groupby(enumerate(codes), lambda pair: pair[1] - pair[0]):
        run = [code for _, code in group]
        ranges.append(f"{chr(run[0])}-{chr(run[-1])}")
    return re.compile(f"[{''.join(ranges)}]{{{_MARKS_KEPT + 1},}}")


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M"


_CONJOINING = ((0x1160, 0x11FF), (0xD7B0, 0xD7FF))
"""Hangul vowels and finals, drawn into the syllable before."""
_WIDE = ((0x2630, 0x2637), (0x268A, 0x268F), (0x4DC0, 0x4DFF), (0x1D300, 0x1D376))
"""Trigrams, hexagrams and counting rods: wide since Unicode 16."""
_WIDE_UNASSIGNED = ((0x1F000, 0x1FAFF), (0x20000, 0x3FFFD))
"""Pictographs and ideographs newer than this Python's Unicode."""


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)


@lru_cache(maxsize=8192)
def _character_width(character: str) -> int:
    code = ord(character)
    if _is_mark(character) or _within(code, _CONJOINING):
        return 0
    if _within(code, _WIDE):
        return 2
    if unicodedata.category(character) == "Cn":
        return 2 if _within(code, _WIDE_UNASSIGNED) else 1
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cell_width(text: str) -> int:
    """How many terminal cells `text`, made safe before, takes on one line."""
    return len(text) if text.isascii() else sum(map(_character_width, text))


def fit(text: str, width: int, middle: bool = False) -> str:
    """`text`, made safe before, in at most `width` cells; what is cut off shows as an ellipsis.

    With `middle` the cut is inside, so that both ends of a path stand: a third of the room for its start, the rest for
    its end. A wide character is never halved, so the result can be one cell narrower than `width`.
    """
    if len(text) <= width if text.isascii() else cell_width(text) <= width:
        return text
    if width <= 0:
        return ""
    room = width - 1
    start = room // 3 if middle else room
    end = _last_cells(text, room - start) if middle else ""
    return f"{_first_cells(text, start)}{ELLIPSIS}{end}"


def pad(text: str, width: int, right: bool = False) -> str:
    """`text` filled with spaces to `width` cells, on its left when it stands `right`."""
    if text.isascii():
        return text.rjust(width) if right else text.ljust(width)
    blank = " " * (width - cell_width(text))
    return blank + text if right else text + blank


def _first_cells(text: str, width: int) -> str:
    if text.isascii():
        return text[:width]
    used = 0
    for position, character in enumerate(text):
        used += _character_width(character)
        if used > width:
            return text[:position]
    return text


def _last_cells(text: str, width: int) -> str:
    """The end of `text` in at most `width` cells; it never begins with a mark of a character that was cut off."""
    if text.isascii():
        return text[len(text) - width :]
    used = 0
    start = len(text)
    for position in range(len(text) - 1, -1, -1):
        size = _character_width(text[position])
        used += size
        if used > width:
            break
        if size:
            start = position
    return text[start:]
