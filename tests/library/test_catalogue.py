"""The hunts at hand: shipped ones, the analyst's own in their place, and what cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.library.catalogue import UnknownHuntError, hunts_of, load_catalogue, shipped_folder
from tui.library.loader import HuntError, read_hunt


def own_hunt(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def shipped_text() -> str:
    return next(shipped_folder().rglob("01-*.toml")).read_text(encoding="utf-8")


def test_every_shipped_hunt_is_there() -> None:
    catalogue = load_catalogue()
    assert catalogue.problems == []
    assert [hunt.id for hunt in catalogue.listed] == [f"T1119-{number:02}" for number in range(1, 11)]
    assert {hunt.id for hunt in catalogue.pivots} >= {"pivot-device", "pivot-account", "pivot-process"}


def test_an_own_hunt_takes_the_place_of_a_shipped_one(tmp_path: Path) -> None:
    path = own_hunt(tmp_path, "mine.toml", shipped_text().replace('title = "', 'title = "My ', 1))
    catalogue = load_catalogue([tmp_path])
    assert catalogue.find("t1119-01").path == path
    assert catalogue.find("T1119-01").title.startswith("My ")
    assert catalogue.shadowing == {"T1119-01"}
    assert catalogue.problems == []


def test_two_own_hunts_of_one_id_are_a_problem(tmp_path: Path) -> None:
    first = own_hunt(tmp_path, "a.toml", shipped_text())
    second = own_hunt(tmp_path, "b.toml", shipped_text())
    catalogue = load_catalogue([tmp_path])
    assert catalogue.find("T1119-01").path == first
    assert [str(problem) for problem in catalogue.problems] == [f"{second}:1: id: T1119-01 is also the id of {first}"]


def test_a_broken_file_is_left_out_and_named(tmp_path: Path) -> None:
    broken = own_hunt(tmp_path, "broken.toml", 'id = "X-01"\ntitle = \n')
    catalogue = load_catalogue([tmp_path])
    assert len(catalogue.listed) == 10
    assert str(catalogue.problems[0]).startswith(f"{broken}:2: not TOML")


def test_an_unknown_hunt_names_the_nearest() -> None:
    with pytest.raises(UnknownHuntError, match="did you mean pivot-device"):
        load_catalogue().find("pivot-devise")


def test_unknown_and_missing_keys_are_named_with_file_and_line(tmp_path: Path) -> None:
    text = shipped_text().replace("primary = ", "primry = ", 1).replace("kind = ", "knd = ", 1)
    path = own_hunt(tmp_path, "typo.toml", text)
    with pytest.raises(HuntError) as caught:
        read_hunt(path)
    said = [str(problem) for problem in caught.value.problems]
    line = next(number for number, one in enumerate(text.splitlines(), 1) if one.startswith("primry"))
    assert f"{path}:{line}: primry: unknown key; did you mean primary?" in said
    assert any(": primary: this key is missing" in one for one in said)
    assert any("knd: unknown key; did you mean kind?" in one for one in said)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bytes.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(HuntError, match="not UTF-8"):
        read_hunt(path)


def test_hunts_are_named_by_id_or_by_a_node_of_the_tree() -> None:
    catalogue = load_catalogue()
    everything = catalogue.listed
    for node in ("all", "TA0009", "ta0009", "Collection", "T1119", "automated  collection"):
        assert hunts_of(catalogue, [node]) == everything, node
    assert [hunt.id for hunt in hunts_of(catalogue, ["t1119-03", "T1119-01", "t1119-03"])] == ["T1119-01", "T1119-03"]
    named = [hunt.id for hunt in hunts_of(catalogue, ["pivot-device", "T1119-02"])]
    assert named == ["T1119-02", "pivot-device"]
    with pytest.raises(UnknownHuntError, match="T1119-01"):
        hunts_of(catalogue, ["T1119-001"])
