"""Values that were filled in before."""

from __future__ import annotations

import json
import os
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.settings import earlier_values
from tui.settings.earlier_values import EarlierValues, EarlierValuesError, names_a_secret

texts = st.text(st.characters(), min_size=1, max_size=20)
filled = texts | st.lists(texts, min_size=1, max_size=3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "huntdeck" / "earlier_values.json"


def test_the_last_is_first_and_each_is_there_once(path: Path) -> None:
    values = EarlierValues(path)
    for one in ("a", "b", "a", "c"):
        values.remember("T1119-01", {"tools": one})
    values.remember("T1119-01", {"shells": ["x", "y"]})
    values.remember("T1119-02", {"tools": "other"})
    again = EarlierValues(path)
    assert again.of("T1119-01", "tools") == ["c", "a", "b"]
    assert again.of("T1119-01", "shells") == [["x", "y"]]
    assert again.of("T1119-02", "tools") == ["other"]
    assert again.of("T1119-02", "shells") == []


def test_only_its_owner_can_read_it(path: Path) -> None:
    EarlierValues(path).remember("T", {"a": "b"})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("password", True),
        ("user_passwd", True),
        ("api_key", True),
        ("apiKey", True),
        ("ApiKey", True),
        ("access-token", True),
        ("client_secret", True),
        ("pwd", True),
        ("sas", True),
        ("storage_key", True),
        ("passwords_seen", True),
        ("tools", False),
        ("registry_key", False),
        ("key_column", False),
        ("compass", False),
        ("passes", False),
        ("spin", False),
        ("tokenizer", False),
    ],
)
def test_names_of_secrets(name: str, secret: bool) -> None:
    assert names_a_secret(name) is secret


def test_secrets_are_never_kept(path: Path) -> None:
    values = EarlierValues(path)
    values.remember("T", {"api_token": "hunter2"})
    assert not path.exists()
    values.remember("T", {"api_token": "hunter2", "tools": "a"})
    assert "hunter2" not in path.read_text()
    path.write_text(json.dumps({"version": 1, "values": {"T api_token": ["hunter2"]}}))
    assert values.of("T", "api_token") == []


def test_it_has_bounds(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(earlier_values, "PER_PARAMETER", 3)
    monkeypatch.setattr(earlier_values, "PARAMETERS", 2)
    values = EarlierValues(path)
    for number in range(5):
        values.remember("T", {"a": str(number)})
    assert values.of("T", "a") == ["4", "3", "2"]
    values.remember("T", {"b": "1"})
    values.remember("T", {"c": "1"})
    assert [values.of("T", name) for name in "abc"] == [[], ["1"], ["1"]]
    values.remember("T", {"d": "x" * (earlier_values.LONGEST + 1), "e": "", "f": []})
    assert [values.of("T", name) for name in "def"] == [[], [], []]


def test_the_file_stays_one_that_is_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(earlier_values, "LARGEST_FILE", 20_000)
    values = EarlierValues(path)
    for number in range(30):
        values.remember("T", {f"p{number}": "\U0001f600" * 300})
    assert path.stat().st_size <= 20_000
    assert values.of("T", "p29") == ["\U0001f600" * 300]
    assert values.of("T", "p0") == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "damaged"),
        (b"\xff", "damaged"),
        (b"[" * 100_000, "damaged"),
        (b"[]", "something else"),
        (b'{"version": 2, "values": {}}', "something else"),
        (b'{"version": 1, "values": {"a": [1]}}', "something else"),
    ],
)
def test_what_cannot_be_read_is_said_and_left_alone(path: Path, content: bytes, said: str) -> None:
    path.parent.mkdir(mode=0o700)
    path.write_bytes(content)
    values = EarlierValues(path)
    with pytest.raises(EarlierValuesError, match=said):
        values.of("T", "a")
    with pytest.raises(EarlierValuesError, match=said):
        values.remember("T", {"a": "b"})
    assert path.read_bytes() == content


def test_a_link_is_not_followed(path: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text('{"version": 1, "values": {}}')
    path.parent.mkdir(mode=0o700)
    path.symlink_to(elsewhere)
    with pytest.raises(EarlierValuesError, match="link"):
        EarlierValues(path).remember("T", {"a": "b"})
    assert "b" not in elsewhere.read_text().replace("values", "")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_folder_that_is_closed(path: Path) -> None:
    path.parent.mkdir(mode=0o500)
    with pytest.raises(EarlierValuesError, match="cannot be written"):
        EarlierValues(path).remember("T", {"a": "b"})


def test_several_at_once_lose_nothing(path: Path) -> None:
    def write(name: str) -> None:
        for number in range(5):
            EarlierValues(path).remember("T", {name: str(number)})

    threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [EarlierValues(path).of("T", name) for name in "abc"] == [["4", "3", "2", "1", "0"]] * 3


@given(value=filled)
def test_any_value_comes_back(tmp_path_factory: pytest.TempPathFactory, value: str | list[str]) -> None:
    values = EarlierValues(tmp_path_factory.getbasetemp() / "any" / "earlier_values.json")
    values.remember("T", {"a": value})
    assert values.of("T", "a")[0] == value
