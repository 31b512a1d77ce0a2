"""Texts that act on terminals, on markup or on eyes, each between two visible markers."""

from __future__ import annotations

import unicodedata

from tui.terminal.safe_text import has_hidden, safe, safe_lines

PAYLOADS: dict[str, str] = {
    "closing tag": "[/]",
    "closing word": "cmd [/c] del",
    "path in brackets": "[/usr/bin/python]",
    "sed": "sed 's/[/]/_/'",
    "colour": "[bold red]x[/]",
    "class": "[ref].assembly [char]72 grep [a-z]* ${a[@]}",
    "backslash": "c:\\temp\\[red]x\\",
    "press a key": "[@click=app.simulate_key('ctrl+q')]go[/]",
    "leave": "[ @click=app.leave]go",
    "picture": "[@click=app.screenshot('evil.svg','.')]go[/]",
    "link": "[link=file:///etc/passwd]x[/]",
    "title": "\x1b]0;evil\x1b\\",
    "unfinished title": "\x1b]2;evil\x07",
    "clipboard": "\x1b]52;c;ZXZpbA==\x1b\\",
    "link sequence": "\x1b]8;;http://evil.example\x1b\\x\x1b]8;;\x1b\\",
    "clear": "\x1b[2J\x1b[3J",
    "question": "\x1b[6n\x1b[>c",
    "reset": "\x1bc\x1b(0",
    "device control": "\x1bP+q544e\x1b\\",
    "screen's title": "\x1bkevil\x1b\\",
    "c1": "\x9b2J\x9d0;evil\x9c\x90x\x9c",
    "overwrite": "safe\rEVIL\b\b\x0b\x0c",
    "shift": "\x00\x7f\x0e\x0f",
    "lines": "a\tb\nc\r\nd",
    "separators": "a\u2028b\u2029c\x85d",
    "bidi": "invoice\u202efdp.exe\u2066x\u2069",
    "zero width": "ad\u200bm\u2060i\ufeffn\xad\U000e0041\ufe0f",
    "marks": "e" + "\u0301" * 200,
    "fillers": "\u3164\u2800\uffa0",
    "wide": "界\U0001f600" * 8,
    "long": "x" * 5000,
    "format": "%s {0} $x ${x}",
}
"""By what they try; in lower case, as names of devices are."""


def marker(name: str) -> str:
    """The visible beginning of a value: `<m07`."""
    return f"<m{list(PAYLOADS).index(name):02}"


def marked(name: str) -> str:
    """The payload `name` between its markers: `<m07[/]m07>`."""
    return f"{marker(name)}{PAYLOADS[name]}{marker(name)[1:]}>"


def shown(name: str, length: int = 60) -> str:
    """How the marked payload must stand on a screen, its first characters, without blanks."""
    return bare(safe(marked(name)))[:length]


def shown_in_lines(name: str, length: int = 60) -> str:
    """The same where line ends are lines."""
    return bare("".join(safe_lines(marked(name))))[:length]


def bare(text: str) -> str:
    """`text` without blanks, letters and their accents composed as terminals store them."""
    return unicodedata.normalize("NFC", "".join(text.split()))


MARKED = {name: marked(name) for name in PAYLOADS}
ON_ONE_LINE = [name for name, text in PAYLOADS.items() if len(text.splitlines()) == 1]
SOME = ["closing tag", "colour", "press a key", "title", "clipboard", "clear", "c1", "overwrite", "bidi", "zero width"]
"""One of each kind."""
HIDDEN = [name for name, text in PAYLOADS.items() if has_hidden(text)]
"""Those with characters that nobody sees, which must be flagged."""
