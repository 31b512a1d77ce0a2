"""Judges of documents: what in a text acts on who reads it, a line for each such thing, none for a harmless text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tui.terminal.safe_text import ACTING, HIDDEN

_CONTROL = re.compile(f"[{ACTING}]")
_HIDDEN = re.compile(f"[{HIDDEN}]")
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]{1,6})|([0-9]{1,7}))", re.IGNORECASE)
_MENTION = re.compile(r"(?<![\w`/.])@\w[\w-]*")
_STYLE_ACTS = re.compile(r"url\s*\(|@import|expression\s*\(|javascript:|behavior\s*:|\\", re.IGNORECASE)
_INERT = frozenset(
    "html head title meta style body header footer main nav section article aside h1 h2 h3 h4 h5 h6 p div span a ul ol li dl "
    "dt dd table caption colgroup col thead tbody tfoot tr th td pre code kbd samp var b i u s em strong small mark abbr del "
    "ins sub sup bdi bdo time br hr wbr details summary figure figcaption blockquote".split()
)
"""Elements that load, run and send nothing by themselves."""
_VOID = frozenset("meta br hr wbr col".split())
_LOADS = frozenset(
    "src srcset href xlink:href action formaction poster background data cite longdesc manifest ping usemap".split()
)


def active_markdown(text: str) -> list[str]:
    """What acts in `text` when a reader of CommonMark with tables, automatic links and raw HTML renders it.

    Links, images, raw HTML, mentions, link definitions (which vanish), and characters that terminals act on.
    """
    environment: dict[str, object] = {}
    found = _characters(text, "\n")
    for token in _all_tokens(MarkdownIt("gfm-like").parse(text, environment)):
        match token.type:
            case "html_block" | "html_inline":
                found.append(f"html: {token.content.strip()[:80]}")
            case "link_open":
                found.append(f"link: {token.attrGet('href')}")
            case "image":
                found.append(f"image: {token.attrGet('src')}")
            case "text":
                found += [f"mention: {mention}" for mention in _MENTION.findall(token.content)]
                found += _characters(token.content, "")
    references = environment.get("references")
    found += [f"definition: {name}" for name in references] if isinstance(references, dict) else []
    return found


def _all_tokens(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all_tokens(token.children or ())


def active_html(text: str) -> list[str]:
    """What acts in `text` when a browser shows it.

    Elements that run, load or send, links (those within the page do not count), event handlers, styles that load,
    comments, characters that act on a terminal or hide, written as they are or as references, and tags out of balance,
    by which a value would leave its place.
    """
    judge = _HtmlJudge()
    judge.found = _characters(text, "\n") + _references(text)
    judge.feed(text)
    judge.close()
    return [*judge.found, *(f"never closed: <{tag}>" for tag in judge.opened)]


class _HtmlJudge(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.opened: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _INERT:
            self.found.append(f"element: <{tag}>")
        self.found += [words for name, value in attrs for words in _attribute(tag, name, value or "")]
        if tag == "meta" and any(name == "http-equiv" and (value or "").lower() == "refresh" for name, value in attrs):
            self.found.append("element: <meta http-equiv=refresh>")
        if tag not in _VOID:
            self.opened.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self.opened[-1:] == [tag]:
            self.opened.pop()
        else:
            self.found.append(f"out of balance: </{tag}>")

    def handle_data(self, data: str) -> None:
        if self.opened[-1:] == ["style"]:
            self.found += [f"style: {match}" for match in _STYLE_ACTS.findall(data)]
        else:
            self.found += [
                f"hidden: U+{ord(character):04X}" for character in _HIDDEN.findall(data) if character != "\n"
            ]

    def handle_comment(self, data: str) -> None:
        self.found.append(f"comment: {data[:80]}")

    def handle_pi(self, data: str) -> None:
        self.found.append(f"instruction: {data[:80]}")

    def unknown_decl(self, data: str) -> None:
        self.found.append(f"declaration: {data[:80]}")


def _attribute(tag: str, name: str, value: str) -> Iterator[str]:
    if name.startswith("on"):
        yield f"handler: {name}={value[:80]}"
    elif name in _LOADS and not (tag == "a" and name == "href" and value.startswith("#")):
        yield f"link: {name}={value[:80]}"
    elif name == "style" and _STYLE_ACTS.search(value):
        yield f"style: {value[:80]}"
    yield from _characters(value, "\n")


def _characters(text: str, allowed: str) -> list[str]:
    return [f"control: U+{ord(character):04X}" for character in _CONTROL.findall(text) if character not in allowed]


def _references(text: str) -> list[str]:
    """Numeric references to such characters: a parser may drop some that a browser keeps."""
    codes = [int(hexadecimal, 16) if hexadecimal else int(decimal) for hexadecimal, decimal in _REFERENCE.findall(text)]
    return [
        f"reference: U+{code:04X}" for code in codes if code > 0x10FFFF or (code != 10 and _HIDDEN.match(chr(code)))
    ]
