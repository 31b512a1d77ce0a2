"""A session that was changed while nobody had it open."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.kept import opened, rename_to
from tui.triage.records import folder as folder_module
from tui.triage.records.folder import SessionFolder


def test_a_fit_change_by_hand_is_taken_and_said(path: Path) -> None:
    target = path / "session.toml"
    target.write_text(target.read_text().replace('name = "INC-4471"', 'name = "by hand"'))
    record, runs, problems = opened(path)
    assert (record.name, sorted(runs)) == ("by hand", [1, 2])
    assert problems == ["session.toml is not as huntdeck saved it: changed by hand, or damaged; it is used as it is"]
    assert rename_to(path, "saved") == problems
    assert opened(path)[2] == []


def test_a_run_stays_when_only_what_the_session_says_of_it_was_changed(path: Path) -> None:
    target = path / "session.toml"
    text = target.read_text()
    digest = opened(path)[0].runs[2]
    target.write_text(text.replace(digest, digest[::-1]))
    record, runs, problems = opened(path)
    assert sorted(runs) == [1, 2]
    assert len(problems) == 1
    assert len(record.trail) == 2


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('name = "INC-4471"', "name = INC", "not TOML: Invalid value (at line 3, column 8)"),
        ('name = "INC-4471"', "name = 4471", "name: expected a text, found 4471 (line 3)"),
        ('kind = "evidence"', 'kind = "zoo"', "kind: expected one of evidence, log_analytics, defender, data_explorer"),
        ('opinion = "benign"', 'opinion = "odd"', "verdicts.opinion: expected one of suspicious, benign, unknown"),
        ("row = 3", 'row = "three"', "marks.row: expected a whole number from 0, found 'three' (line"),
    ],
)
def test_an_unfit_change_by_hand_names_its_line_and_the_last_state_is_used(
    path: Path, old: str, new: str, words: str
) -> None:
    rename_to(path, "INC-4471")
    target = path / "session.toml"
    text = target.read_text()
    assert old in text
    edited = text.replace(old, new)
    target.write_text(edited)
    line = edited.splitlines().index(next(one for one in edited.splitlines() if one.lstrip().startswith(new))) + 1
    record, runs, (problem,) = opened(path)
    assert problem.startswith(f"session.toml cannot be read: {words}")
    assert f"line {line}" in problem or "verdicts" in words
    assert record.name == "INC-4471"
    assert sorted(runs) == [1, 2]
    kept = path / problem.partition("(kept as ")[2].partition(")")[0]
    assert kept.read_text() == edited
    assert "the state of 2026-11-21 14:02:31Z is used" in problem


def test_the_line_of_one_of_several_marks_is_named(path: Path) -> None:
    folder, contents = SessionFolder.open(path, "ana@host")
    marks = tuple(replace(contents.record.marks[0], row=row) for row in (10, 11, 12))
    folder.write_session(replace(contents.record, marks=marks))
    folder.close()
    target = path / "session.toml"
    edited = target.read_text().replace("row = 11", "row = -11")
    target.write_text(edited)
    line = edited.splitlines().index("row = -11") + 1
    assert f"marks.row: expected a whole number from 0, found -11 (line {line})" in opened(path)[2][0]


def test_without_a_backup_the_runs_are_there(path: Path) -> None:
    (path / "session.toml").write_text("no")
    record, runs, (problem,) = opened(path)
    assert "there is no backup, so only the runs are here" in problem
    assert (record.name, record.identity, record.workspace, sorted(runs)) == ("INC-4471", "0a1b2c3d", "acme", [1, 2])


def test_the_last_state_but_one_is_always_kept_and_a_few_older_ones(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Clock(datetime):
        minutes = 0

        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime(2026, 11, 22, tzinfo=UTC) + timedelta(minutes=cls.minutes)

    monkeypatch.setattr(folder_module, "datetime", Clock)
    folder, contents = SessionFolder.open(path, "ana@host")
    for minutes in range(40):
        Clock.minutes = minutes
        folder.write_session(replace(contents.record, name=f"at {minutes}"))
    folder.close()
    backups = sorted(one.name for one in (path / "backup").iterdir())
    assert backups == [
        *(f"session.toml.20261122T00{minutes:02}00Z" for minutes in (15, 20, 25, 30, 35)),
        "session.toml.previous",
    ]
    assert 'name = "at 38"' in (path / "backup" / "session.toml.previous").read_text()
    (path / "session.toml").unlink()
    assert opened(path)[0].name == "at 38"
    (path / "backup" / "session.toml.previous").write_text("no")
    assert opened(path)[0].name == "at 34"


def test_a_file_system_without_second_names_has_backups_too(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: object, **named: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)
    rename_to(path, "new")
    (path / "session.toml").unlink()
    assert opened(path)[0].name == "INC-4471"
