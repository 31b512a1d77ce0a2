"""Demo evidence for tests: generated once a test run, whichever worker asks first."""

from __future__ import annotations

import fcntl
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tui.evidence.demo import DemoOptions, generate_demo

END = datetime(2026, 11, 22, tzinfo=UTC)


def demo_file(base: Path, name: str = "demo", options: DemoOptions | None = None) -> Path:
    """The demo workspace below `base`, made if no other worker has made it; of other `options` it needs another name."""
    path = base / f"{name}.duckdb"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            generate_demo(path, options or DemoOptions(end=END))
    return path


def smaller_demo_file(factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The demo with fewer devices and events, for what runs many queries on it."""
    base = factory.getbasetemp()
    options = DemoOptions(devices=24, events=40_000, end=END)
    return demo_file(base if worker_id == "master" else base.parent, "smaller", options)


def ground_truth(path: Path) -> dict[str, Any]:
    """What the demo says of its planted events and of the benign devices it means to be found."""
    truth: dict[str, Any] = json.loads(path.with_name("demo.ground-truth.json").read_text(encoding="utf-8"))
    return truth


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The file of the demo workspace."""
    base = tmp_path_factory.getbasetemp()
    return demo_file(base if worker_id == "master" else base.parent)
