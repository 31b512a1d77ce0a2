from __future__ import annotations

import os

import pytest
from hypothesis import settings

from tests.support.demo import demo as demo


@pytest.fixture(autouse=True)
def _homes(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the files of whoever runs it."""
    base = tmp_path_factory.mktemp("homes")
    for name in ("DATA", "CACHE", "CONFIG", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(base / name.lower()))


def pytest_xdist_auto_num_workers() -> int:
    """Two workers for each core: a test of a screen waits half of its time until the screen is at rest."""
    return 2 * len(os.sched_getaffinity(0))


settings.register_profile("here", deadline=None)
settings.register_profile("judged", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("judged" if os.environ.get("CI") else "here")
