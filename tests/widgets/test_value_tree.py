"""One value large: every character of it is there, and JSON folds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.app import App, ComposeResult

from tests.support.snapshot import screen_text
from tui.widgets.value_tree import ValueTree, json_of, size_words

JSON = '{"a": {"b": {"c": [1, 2.50, 1e400]}}, "text": "x\\u001b[2J\\ny", "a": null, "none": {}, "list": [true, "z"]}'


class TreeApp(App[None]):
    def __init__(self, value: Any) -> None:
        super().__init__()
        self.shown = ValueTree(value)

    def compose(self) -> ComposeResult:
        yield self.shown


@asynccontextmanager
async def shown(value: Any) -> AsyncIterator[tuple[TreeApp, Any]]:
    app = TreeApp(value)
    async with app.run_test(size=(60, 24)) as pilot:
        app.shown.focus()
        await pilot.pause()
        yield app, pilot


def lines(app: TreeApp) -> list[str]:
    return [line.strip(" ▎▌│▏┃") for line in screen_text(app).splitlines() if line.strip()]


async def test_json_is_a_tree_that_folds_and_keeps_every_member_and_digit() -> None:
    async with shown(JSON) as (app, pilot):
        assert lines(app) == [
            "▾ {5}",
            "▾ a: {1}",
            "▸ b: {1}",
            'text: "x␛[2J',
            'y"',
            "a: null",
            "▾ none: {0}",
            "▾ list: [2]",
            "[0]: true",
            '[1]: "z"',
        ]
        await pilot.press("plus")
        assert "[1]: 2.50" in lines(app)
        assert "[2]: 1e400" in lines(app)
        await pilot.press("down", "enter")
        assert lines(app)[1:3] == ["▸ a: {1}", 'text: "x␛[2J']
        assert app.shown.part == '{"b": {"c": [1, 2.50, 1e400]}}'
        await pilot.press("right", "down", "left", "left")
        assert (lines(app)[1:3], app.shown.cursor) == (["▾ a: {1}", "▸ b: {1}"], 1)
        await pilot.press("minus")
        assert lines(app) == ["▾ {5}", "▸ a: {1}", 'text: "x␛[2J', 'y"', "a: null", "▾ none: {0}", "▸ list: [2]"]
        await pilot.press("down", "down")
        assert app.shown.part == "x\x1b[2J\ny"
        app.shown.turn()
        await pilot.pause()
        assert "".join(lines(app)).replace(" ", "") == JSON.replace(" ", "")
        assert app.shown.part == JSON


async def test_a_text_is_wrapped_and_whole() -> None:
    text = "\n".join(["first \x1b]0;t\x07", "word " * 40, "last\ttab"])
    async with shown(text) as (app, _):
        assert not app.shown.has_tree
        found = lines(app)
        assert found[0] == "first ␛]0;t␇"
        assert sum(line.count("word") for line in found) == 40
        assert app.shown.text == text


async def test_null_and_empty_are_told_apart_and_neither_is_copied_as_a_word() -> None:
    for value, words in ((None, "null: no value"), ("", "empty")):
        async with shown(value) as (app, _):
            assert lines(app) == [words]
            assert (app.shown.text, app.shown.part) == ("", "")


@pytest.mark.parametrize("text", ["", "{", "[1,", "12", '"x"', "{'a': 1}", "[" * 100_000, "plain"])
def test_what_is_no_object_or_list_is_text(text: str) -> None:
    assert json_of(text) is None


def test_the_size_is_told_in_words() -> None:
    assert size_words(None, "") == "null: no value"
    assert size_words("", "") == "empty: a text without characters"
    assert size_words("a\nb", "a\nb") == "3 characters, 2 lines"
