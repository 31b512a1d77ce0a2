"""What comes from the terminal: a paste is a paste, whatever it holds and however it is cut into pieces."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual.message import Message

from tui.widgets.terminal_driver import PasteParser

PASTE = "\x1b[200~{}\x1b[201~"
hostile_text = st.text(st.sampled_from("\x1b[]0123;~<>?Mmqu\x07\r\n ax") | st.characters(exclude_categories=["Cs"]))


def fed(*pieces: str) -> list[Message]:
    """The messages of a stream in `pieces`, with an escape key that was waited for."""
    parser = PasteParser()
    return [message for piece in pieces for message in parser.feed(piece)]


def pastes(messages: list[Message]) -> list[str]:
    return [message.text for message in messages if isinstance(message, events.Paste)]


def keys(messages: list[Message]) -> list[str]:
    return [message.key for message in messages if isinstance(message, events.Key)]


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "\x1b]0;title\x07qqq",
        "\x1b[31mred",
        "\x1bq" * 40,
        "\x1b[Aup",
        "\x1b",
        "a\x1b[200~b",
        "\x1b[<0;1;1Mclick",
    ],
)
def test_all_of_a_paste_is_the_paste(text: str) -> None:
    messages = fed(f"a{PASTE.format(text)}b")
    assert pastes(messages) == [text]
    assert keys(messages) == ["a", "b"]
    assert len(messages) == 3


@given(
    hostile_text.filter(lambda text: "\x1b[201~" not in f"{text}\x1b[201" and "\0" not in text),
    st.lists(st.integers(1, 9), min_size=1),
)
def test_a_paste_in_pieces_is_the_same(text: str, sizes: list[int]) -> None:
    rest, pieces = f"x{PASTE.format(text)}y{PASTE.format('second')}z", []
    for size in itertools.cycle(sizes):
        pieces.append(rest[:size])
        rest = rest[size:]
        if not rest:
            break
    messages = fed(*pieces)
    assert pastes(messages) == [text, "second"]
    assert keys(messages) == ["x", "y", "z"]


def test_keys_and_clicks_pass_as_ever() -> None:
    messages = fed("\x1b[A\x1b[<0;3;4Mq\x1b[5~")
    assert [type(message) for message in messages] == [events.Key, events.MouseDown, events.Key, events.Key]
    assert keys(messages) == ["up", "q", "pageup"]


def test_a_lone_escape_is_not_held_up() -> None:
    parser = PasteParser()
    assert list(parser.feed("\x1b")) == []
    parser._timeout_time = 0.0
    assert keys(list(parser.tick())) == ["escape"]


def test_an_escape_key_before_the_letters_of_a_mark_begins_no_paste() -> None:
    parser = PasteParser()
    list(parser.feed("\x1b"))
    parser._timeout_time = 0.0
    list(parser.tick())
    assert keys(list(parser.feed("[200~q"))) == ["left_square_bracket", "2", "0", "0", "tilde", "q"]
