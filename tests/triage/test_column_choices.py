"""Choices about columns in their file: nothing of another program is lost, and damage is kept aside and said."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tui.results.view import Filter, RowView
from tui.triage.column_choices import WHOLE, ColumnChoices, LookStore, SavedView, merge

CHOICES = ColumnChoices(("b", "a"), {"c": True, "d\x1b[2J": False}, {"a": True}, {"a": 12, "b": WHOLE})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "columns.toml"


def opened(path: Path) -> LookStore:
    store = LookStore(path)
    store.load()
    return store


def test_choices_come_back_and_the_file_is_private(path: Path) -> None:
    store = opened(path)
    store.choose("process", CHOICES)
    assert store.unsaved
    store.save()
    assert not store.unsaved
    again = opened(path)
    assert (again.looks, again.problem) == (store.looks, "")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"\x1b" not in path.read_bytes()


def test_two_programs_lose_nothing_of_each_other(path: Path) -> None:
    one, other = opened(path), opened(path)
    one.choose("process", ColumnChoices(hidden={"a": True}))
    one.save()
    other.choose("process", ColumnChoices(pinned={"b": True}, hidden={"c": True}))
    other.choose("file", ColumnChoices(("x", "y")))
    other.keep(SavedView("T1", "devices", "mine"))
    other.save()
    one.choose("process", ColumnChoices(hidden={}, widths={"a": 9}))
    one.keep(SavedView("T1", "devices", "yours"))
    one.save()
    looks = opened(path).looks
    assert looks.kinds["process"] == ColumnChoices((), {"c": True}, {"b": True}, {"a": 9})
    assert looks.kinds["file"] == ColumnChoices(("x", "y"))
    assert [view.name for view in looks.views] == ["mine", "yours"]


def test_what_is_as_by_itself_leaves_the_file(path: Path) -> None:
    store = opened(path)
    store.choose("process", CHOICES)
    store.save()
    store.choose("process", ColumnChoices())
    store.save()
    assert opened(path).looks.kinds == {}


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "x\x1b]0;t\x07\n",
        True,
        3,
        1.5,
        Decimal("1.10"),
        datetime(2026, 1, 2, tzinfo=UTC),
        timedelta(minutes=3),
    ],
)
def test_a_view_keeps_its_filters_with_their_types(path: Path, value: Any) -> None:
    view = RowView((("a", True), ("b", False)), (Filter("a", "!=", value),))
    store = opened(path)
    store.keep(SavedView("T1119-01", "events of files", "näme", CHOICES, view))
    store.save()
    (found,) = opened(path).views("T1119-01")
    assert (found.name, found.of, found.columns, found.view) == ("näme", "events of files", CHOICES, view)
    assert type(found.view.filters[0].value) is type(value)


def test_a_view_is_replaced_by_its_name_and_forgotten(path: Path) -> None:
    store = opened(path)
    for of in ("devices", "timeline"):
        store.keep(SavedView("T1", of, "one"))
    store.keep(SavedView("T2", "devices", "one"))
    assert [view.of for view in store.views("T1")] == ["timeline"]
    store.drop(store.views("T1")[0])
    store.save()
    assert [(view.hunt, view.name) for view in opened(path).looks.views] == [("T2", "one")]


@pytest.mark.parametrize(
    "content",
    [
        b"version = 1\nkinds = [{kind = ",
        b"\xff\xfe",
        b"version = 1\n[[kinds]]\nkind = 3\n",
        b"version = 1\n[[kinds]]\nkind = 'a'\nwidths = {a = 'wide'}\n",
        b"version = 1\n[[kinds]]\nkind = 'a'\nhidden = {a = 1}\n",
        b"version = 1\n[[views]]\nhunt = 'a'\nof = 'b'\nname = 'c'\nfilters = [{column = 'x', op = 'is', value = 1}]\n",
        b"",
    ],
)
def test_a_damaged_file_is_kept_aside_and_said(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    store = opened(path)
    assert "is damaged" in store.problem
    assert store.looks.kinds == {}
    (kept,) = path.parent.glob("columns.toml.damaged-*")
    assert kept.read_bytes() == content
    store.choose("file", CHOICES)
    store.save()
    assert opened(path).looks.kinds == {"file": CHOICES}


def test_a_file_of_a_newer_program_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("version = 2\n")
    store = opened(path)
    assert "newer huntdeck" in store.problem
    store.choose("file", CHOICES)
    with pytest.raises(OSError, match="newer"):
        store.save()
    assert store.unsaved
    assert path.read_text() == "version = 2\n"


def test_what_could_not_be_saved_is_saved_with_the_next_choice(path: Path) -> None:
    store = opened(path)
    path.mkdir(parents=True)
    store.choose("file", CHOICES)
    with pytest.raises(OSError, match="no file"):
        store.save()
    path.rmdir()
    store.choose("process", CHOICES)
    store.save()
    assert opened(path).looks.kinds == {"file": CHOICES, "process": CHOICES}


def test_only_what_differs_is_merged() -> None:
    base = ColumnChoices(("a", "b"), {"a": True}, {}, {"z": 5})
    before = ColumnChoices((), {"b": True, "c": True}, {}, {})
    after = ColumnChoices((), {"b": True, "c": False}, {"q": True}, {})
    assert merge(base, before, after) == ColumnChoices(("a", "b"), {"a": True, "c": False}, {"q": True}, {"z": 5})


def test_without_a_file_it_is_in_memory() -> None:
    store = LookStore()
    store.load()
    store.choose("file", CHOICES)
    assert not store.unsaved
    store.save()
    assert store.looks.kinds == {"file": CHOICES}
