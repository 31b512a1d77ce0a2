"""SIGKILL at every step of saving, and at random moments: what was said to be saved is there, and work goes on."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

import pyarrow as pa
import pytest

from tests.support.kept import HUNT, a_kept_run, opened, put, rows_of
from tests.support.records import a_session
from tests.support.steps import at_step
from tui.settings.files import PARTIAL
from tui.triage.records.bundle import export_session, import_session
from tui.triage.records.folder import SessionFolder
from tui.triage.records.shelf import discard, discarded, entries, recover, with_digests
from tui.triage.verdicts import VerdictStore

ROUNDS = 2
MARK = a_session().marks[0]
VERDICT = a_session().verdicts[0]


def table_of(number: int) -> pa.Table:
    return TABLE.append_column("Run", pa.array([number] * TABLE.num_rows, pa.int64()))


TABLE = rows_of()


def save(path: Path, say: Callable[[str], None], rounds: Iterator[int]) -> None:
    """Saves runs, marks and verdicts, and says each time what is saved now; goes on with what is there."""
    store = VerdictStore(path.parent / "verdicts.toml")
    if path.exists():
        folder, contents = SessionFolder.open(path, "ana@host")
        session = with_digests(folder, contents)
    else:
        folder, session = SessionFolder.create(path, "ana@host"), replace(a_session(), runs={}, marks=(), trail=())
    first = folder.next_number(session)
    for number in (first + step for step in rounds):
        folder.write_run(a_kept_run(number), HUNT, table_of(number).to_batches())
        session = replace(session, runs={**session.runs, number: folder.run_digest(number)})
        folder.write_session(session)
        say(f"run {number}")
        session = replace(session, marks=(*session.marks, replace(MARK, run=number, row=len(session.marks))))
        folder.write_session(session)
        say(f"marks {len(session.marks)}")
        store.add([replace(VERDICT, entity=f"host-{number}")])
        say(f"verdict host-{number}")
    folder.close()


class Child:
    """A process that saves, and what it said."""

    def __init__(self, work: Callable[[Callable[[str], None]], None]) -> None:
        self._reading, writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._reading)
            _run_and_end(lambda: work(lambda words: _tell(writing, words)))
        os.close(writing)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def end(self) -> tuple[int, list[str]]:
        """The signal that ended it, 0 when it came to its end, and what it said until then."""
        with os.fdopen(self._reading, "rb") as stream:
            said = stream.read().decode().splitlines()
        _, status = os.waitpid(self.pid, 0)
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, said
        return (os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0), said


def _tell(descriptor: int, words: str) -> None:
    os.write(descriptor, f"{words}\n".encode())


def _run_and_end(work: Callable[[], None]) -> NoReturn:
    try:
        work()
    except BaseException as error:
        print(repr(error), file=sys.stderr)
        os._exit(1)
    os._exit(0)


def kill_myself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def check(path: Path, said: list[str]) -> None:
    """All that was said to be saved is there, nothing is damaged, and the next program can go on."""
    told = [words.split(" ") for words in said]
    runs = {int(what) for kind, what in told if kind == "run"}
    marks = max((int(what) for kind, what in told if kind == "marks"), default=0)
    verdicts = {what for kind, what in told if kind == "verdict"}
    store = VerdictStore(path.parent / "verdicts.toml")
    store.load()
    assert (store.problem, verdicts - {verdict.entity for verdict in store.verdicts}) == ("", set())
    if not path.exists():
        assert not runs
        return
    folder, contents = SessionFolder.open(path, "bob@host")
    try:
        assert folder.writable, folder.held
        assert [words for words in contents.problems if "others could read" not in words] == [] or not runs
        assert set(contents.runs) >= runs
        assert len(contents.record.marks) >= marks
        for number, run in contents.runs.items():
            rows = folder.rows(run)
            assert rows is not None
            assert rows.equals(table_of(number))
        assert not list(path.rglob(f"*{PARTIAL}"))
        folder.write_session(with_digests(folder, contents))
    finally:
        folder.close()


def kill_everywhere(path: Path, work: Callable[[Callable[[str], None]], None], prepare: Callable[[], None]) -> int:
    """Kills `work` at its first step, its second, and so on until it comes to its end; gives how often that was."""
    for step in count(1):
        prepare()

        def in_child(say: Callable[[str], None], step: int = step) -> None:
            with at_step(step, kill_myself):
                work(say)

        ended_by, said = Child(in_child).end()
        check(path, said)
        if ended_by == 0:
            return step - 1
    raise AssertionError


def test_killed_at_every_step_of_saving_a_new_session(tmp_path: Path) -> None:
    path = tmp_path / "sessions" / "new-0a1b2c3d"

    def prepare() -> None:
        shutil.rmtree(path.parent, ignore_errors=True)

    kills = kill_everywhere(path, lambda say: save(path, say, iter(range(2))), prepare)
    assert kills >= 120


def test_killed_at_every_step_of_opening_mending_and_going_on(tmp_path: Path) -> None:
    kept, path = tmp_path / "kept", tmp_path / "sessions" / "kept-0a1b2c3d"
    save(path, lambda words: None, iter(range(2)))
    folder, _ = SessionFolder.open(path, "ana@host")
    folder.write_run(a_kept_run(3), HUNT, table_of(3).to_batches())
    folder.close()
    (path / "runs" / f".4.parquet.0011{PARTIAL}").write_bytes(b"PAR1")
    (path / "runs" / "3.toml").chmod(0o644)
    path.parent.rename(kept)

    def prepare() -> None:
        """A session with a run that a kill left, a file that was never finished, and one that others can read."""
        shutil.rmtree(path.parent, ignore_errors=True)
        shutil.copytree(kept, path.parent)

    def work(say: Callable[[str], None]) -> None:
        for words in ("run 1", "run 2", "run 3", "marks 2", "verdict host-1", "verdict host-2"):
            say(words)
        save(path, say, iter(range(1)))

    assert kill_everywhere(path, work, prepare) >= 60


def test_killed_at_every_step_of_taking_in_putting_away_and_bringing_back(tmp_path: Path) -> None:
    file, root = tmp_path / "a.huntdeck", tmp_path / "sessions"
    export_session(put(tmp_path / "other"), file)

    def work(say: Callable[[str], None]) -> None:
        path = import_session(file, root, "bob@far")
        say("in")
        discard(path)
        say("away")
        recover(root, path.name)
        say("back")

    kills = 0
    for step in count(1):
        shutil.rmtree(root, ignore_errors=True)

        def in_child(say: Callable[[str], None], step: int = step) -> None:
            with at_step(step, kill_myself):
                work(say)

        ended_by, said = Child(in_child).end()
        here, away = entries(root), discarded(root)
        assert len(here) + len(away) == 1 or not said
        assert not said or said[-1] != "back" or here
        for entry in (*here, *away):
            assert opened(entry.path)[2] == []
        import_session(file, root, "bob@far")
        assert len(entries(root)) == len(here) + 1
        assert all(not (left / "lock").exists() for left in root.glob(".incoming-*"))
        if ended_by == 0:
            break
        kills += 1
    assert kills >= 40


def test_killed_at_random_moments(tmp_path: Path) -> None:
    chance = random.Random(1119)
    kills = 0
    for session in range(8):
        path = tmp_path / str(session) / "sessions" / "random-0a1b2c3d"
        saved: list[str] = []
        for _ in range(7):
            child = Child(lambda say, path=path: save(path, say, count()))  # type: ignore[misc]
            time.sleep(chance.uniform(0.0, 0.06))
            child.kill()
            ended_by, said = child.end()
            saved += said
            check(path, saved)
            kills += ended_by == signal.SIGKILL
    assert kills == 56


def test_nothing_is_said_to_be_saved_before_it_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a kill cannot show, since the system keeps what was written: the order of flushing, naming and saying."""
    open_files: dict[int, str] = {}
    waiting: set[str] = set()
    real_open, real_fsync, real_replace = os.open, os.fsync, os.replace

    def opening(name: Any, flags: int, *rest: Any, **named: Any) -> int:
        descriptor = real_open(name, flags, *rest, **named)
        open_files[descriptor] = os.fspath(name)
        if flags & os.O_CREAT and "lock" not in os.fspath(name):
            waiting.add(os.fspath(name))
        return descriptor

    def flushing(descriptor: int) -> None:
        real_fsync(descriptor)
        waiting.discard(open_files[descriptor])

    def naming(source: Any, target: Any) -> None:
        assert os.fspath(source) not in waiting, "a file takes its place before it is on the disk"
        real_replace(source, target)
        waiting.add(str(Path(target).parent))

    said: list[str] = []

    def say(words: str) -> None:
        assert waiting == set(), "said to be saved before it is on the disk"
        said.append(words)

    monkeypatch.setattr(os, "open", opening)
    monkeypatch.setattr(os, "fsync", flushing)
    monkeypatch.setattr(os, "replace", naming)
    save(tmp_path / "sessions" / "new-0a1b2c3d", say, iter(range(2)))
    assert len(said) == 6
