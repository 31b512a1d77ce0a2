from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tui.settings.files import Lock
from tui.triage import verdicts as module
from tui.triage.records.model import Verdict
from tui.triage.verdicts import VerdictError, VerdictStore, is_taken_back, taken_back

START = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
WRITER = """
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tui.triage.records.model import Verdict
from tui.triage.verdicts import VerdictStore
path, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
store = VerdictStore(path)
store.load()
sys.stdin.readline()
for number in range(count):
    at = datetime(2026, 11, 21, tzinfo=UTC) + timedelta(seconds=number)
    store.add([Verdict("acme", "T1119-02", "device", f"{name}-{number}", name, "benign", name, at)])
"""


def verdict(entity: str = "bkp-03", opinion: Any = "benign", minutes: int = 0, **more: Any) -> Verdict:
    at = START + timedelta(minutes=minutes)
    return Verdict("acme", "T1119-02", "device", entity, entity.upper(), opinion, "ana@host", at, **more)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "verdicts.toml"


def read_again(path: Path) -> VerdictStore:
    store = VerdictStore(path)
    store.load()
    return store


def test_verdicts_are_there_the_next_day_with_their_history(path: Path) -> None:
    first = verdict(reason="backup \x1b[2J\u202e", until=START + timedelta(days=30))
    second = verdict(opinion="suspicious", minutes=5)
    store = VerdictStore(path)
    store.add([first])
    store.add([second])
    other = read_again(path)
    assert other.verdicts == (first, second)
    assert other.verdict_on(first.about) == store.verdict_on(first.about) == second
    assert other.problem == ""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert "\x1b" not in path.read_text(encoding="utf-8")


def test_the_newest_counts_whatever_the_order_in_the_file(path: Path) -> None:
    newer, older = verdict(opinion="unknown", minutes=5), verdict()
    store = VerdictStore(path)
    store.add([newer, older])
    assert store.verdict_on(older.about) == newer


def test_a_verdict_is_of_its_workspace_hunt_subject_and_entity() -> None:
    store, one = VerdictStore(None), verdict()
    store.add([one])
    assert store.verdict_on(one.about) == one
    for place in range(4):
        other = (*one.about[:place], "other", *one.about[place + 1 :])
        assert store.verdict_on(other) is None  # type: ignore[arg-type]


def test_what_takes_back_never_holds_and_stays_in_the_history(path: Path) -> None:
    store, one = VerdictStore(path), verdict()
    back = taken_back(one, "ben@host", START + timedelta(hours=1))
    store.add([one])
    store.add([back])
    assert is_taken_back(back)
    assert not is_taken_back(one)
    assert not back.holds(back.at)
    assert read_again(path).verdicts == (one, back)


def test_undoing_forgets_one_verdict_only(path: Path) -> None:
    store, first, second = VerdictStore(path), verdict(), verdict(minutes=1)
    store.add([first, second])
    store.remove([second])
    assert read_again(path).verdicts == (first,)
    store.remove([first])
    assert read_again(path).verdicts == ()


def test_in_memory_only_nothing_is_written(tmp_path: Path) -> None:
    store = VerdictStore(None)
    store.add([verdict()])
    store.load()
    store.remove([verdict()])
    assert store.verdicts == ()
    assert list(tmp_path.iterdir()) == []


def test_adding_sees_what_others_wrote_since(path: Path) -> None:
    one, other = VerdictStore(path), VerdictStore(path)
    one.add([verdict("a")])
    other.add([verdict("b")])
    one.add([verdict("c")])
    assert {found.entity for found in one.verdicts} == {"a", "b", "c"}


def test_two_programs_at_once_lose_nothing(path: Path) -> None:
    count = 25
    programs = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), name, str(count)], stdin=subprocess.PIPE)
        for name in ("ana", "ben")
    ]
    for program in programs:
        assert program.stdin is not None
        program.stdin.write(b"go\n")
        program.stdin.flush()
    assert [program.wait(60) for program in programs] == [0, 0]
    found = {one.entity for one in read_again(path).verdicts}
    assert found == {f"{name}-{number}" for name in ("ana", "ben") for number in range(count)}


@pytest.mark.parametrize(
    ("content", "kept", "reason"),
    [
        (b"format = 1\nverdicts = [", 0, "end of document"),
        (b"\xff\xfe", 0, "decode"),
        (b"verdicts = []\n", 0, "its format is None"),
        (b"format = 1\nverdicts = 3\n", 0, "its verdicts are no list"),
        (b"format = 1\nverdicts = [4]\n", 0, "verdict 1: it is no table"),
    ],
)
def test_a_damaged_file_is_kept_aside_and_said(path: Path, content: bytes, kept: int, reason: str) -> None:
    path.parent.mkdir(mode=0o700)
    path.write_bytes(content)
    store = read_again(path)
    assert "is damaged" in store.problem
    assert reason in store.problem
    assert len(store.verdicts) == kept
    aside = [one for one in path.parent.iterdir() if "damaged" in one.name]
    assert [one.read_bytes() for one in aside] == [content]
    assert aside[0].name in store.problem
    store.add([verdict()])
    assert read_again(path).verdicts == (verdict(),)
    assert read_again(path).problem == ""
    assert aside[0].read_bytes() == content


def test_what_can_be_read_of_a_damaged_file_goes_on(path: Path) -> None:
    store = VerdictStore(path)
    store.add([verdict("a"), verdict("b")])
    text = path.read_text(encoding="utf-8").replace('opinion = "benign"', 'opinion = "great"', 1)
    path.write_text(text, encoding="utf-8")
    again = read_again(path)
    assert [one.entity for one in again.verdicts] == ["b"]
    assert "verdict 1: verdicts.opinion: expected one of suspicious, benign, unknown" in again.problem


def test_keys_of_another_version_are_kept_when_it_is_written(path: Path) -> None:
    store = VerdictStore(path)
    store.add([verdict()])
    path.write_text(path.read_text(encoding="utf-8") + 'colour = "blue"\n', encoding="utf-8")
    store.add([verdict(minutes=1)])
    assert 'colour = "blue"' in path.read_text(encoding="utf-8")
    assert len(read_again(path).verdicts) == 2


def test_a_file_of_a_later_version_is_read_and_never_written(path: Path) -> None:
    store = VerdictStore(path)
    store.add([verdict()])
    text = path.read_text(encoding="utf-8").replace("format = 1", "format = 2", 1)
    path.write_text(text, encoding="utf-8")
    again = read_again(path)
    assert again.verdicts == (verdict(),)
    with pytest.raises(VerdictError, match="written by a later version"):
        again.add([verdict(minutes=1)])
    assert path.read_text(encoding="utf-8") == text


def test_a_link_is_neither_followed_nor_replaced(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    target = tmp_path / "elsewhere"
    target.write_text("secret", encoding="utf-8")
    path.symlink_to(target)
    store = read_again(path)
    assert "is a link, which is not followed" in store.problem
    with pytest.raises(VerdictError, match=r"not remembered beyond this session: .*is a link"):
        store.add([verdict()])
    assert path.is_symlink()
    assert target.read_text(encoding="utf-8") == "secret"


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_folder_is_said(path: Path) -> None:
    store = VerdictStore(path)
    store.add([verdict()])
    path.parent.chmod(0o500)
    try:
        with pytest.raises(VerdictError, match="Permission denied"):
            store.add([verdict(minutes=1)])
    finally:
        path.parent.chmod(0o700)
    assert read_again(path).verdicts == (verdict(),)


def test_a_folder_that_cannot_be_made_is_said(path: Path) -> None:
    path.parent.write_text("a file in its place", encoding="utf-8")
    with pytest.raises(VerdictError, match="is no folder"):
        VerdictStore(path).add([verdict()])


def test_a_full_disk_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = VerdictStore(path)
    store.add([verdict()])

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tui.settings.files.os.fsync", full)
    with pytest.raises(VerdictError, match="not remembered beyond this session: No space left on device"):
        store.add([verdict(minutes=1)])
    monkeypatch.undo()
    assert read_again(path).verdicts == store.verdicts == (verdict(),)
    assert [one.name for one in path.parent.iterdir() if "partial" in one.name] == []


def test_who_waits_too_long_says_for_whom(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    store = VerdictStore(path)
    store.add([verdict()])
    lock = Lock.take(path.with_name(f".{path.name}.lock"), "ben@host")
    assert lock is not None
    try:
        with pytest.raises(VerdictError, match="ben@host holds"):
            store.add([verdict(minutes=1)])
    finally:
        lock.release()
    store.add([verdict(minutes=1)])
    assert len(read_again(path).verdicts) == 2


def test_what_is_being_written_is_waited_for(path: Path) -> None:
    store = VerdictStore(path)
    store.add([verdict()])
    lock = Lock.take(path.with_name(f".{path.name}.lock"), "ben@host")
    assert lock is not None
    writing = threading.Thread(target=store.add, args=([verdict(minutes=1)],))
    writing.start()
    while not store._lock.locked():
        writing.join(0.001)
    threading.Timer(0.05, lock.release).start()
    store.settle()
    assert len(read_again(path).verdicts) == 2
    writing.join()
