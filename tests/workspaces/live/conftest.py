from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.demo import END
from tui.evidence.demo import DemoOptions, generate_demo
from tui.loopback.group import Loopback


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A smaller demo than elsewhere: each query here is run several times."""
    path = tmp_path_factory.mktemp("evidence") / "demo.duckdb"
    generate_demo(path, DemoOptions(devices=24, events=40_000, end=END))
    return path


@pytest.fixture(scope="session")
def shared(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    """The three services over the demo evidence, without sign-in."""
    with Loopback(demo, tmp_path_factory.mktemp("loopback"), clock=lambda: END) as servers:
        yield servers


@pytest.fixture
def loopback(shared: Loopback) -> Iterator[Loopback]:
    """The same, with nothing left of the test before."""
    yield shared
    for server in shared.servers:
        server.clear()
        server.delay = 0.0
