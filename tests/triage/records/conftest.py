"""Sessions to be opened, damaged and taken in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.kept import put
from tui.triage.records.bundle import export_session


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "sessions"


@pytest.fixture
def file(root: Path, tmp_path: Path) -> Path:
    """A session file; the session it was made of lies elsewhere."""
    target = tmp_path / "INC-4471.huntdeck"
    assert export_session(put(tmp_path / "other"), target) == []
    return target


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A session with two runs, the first of which has rows."""
    return put(tmp_path / "sessions")
