from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.demo import END, smaller_demo_file
from tests.support.small import small_workspace
from tests.workspaces.live.services import SECRET, SMALL_WINDOW
from tui.loopback.group import Loopback
from tui.loopback.token_service import CLIENT, TENANT
from tui.workspaces.live import credentials


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A smaller demo than elsewhere: each query here is run several times."""
    return smaller_demo_file(tmp_path_factory, worker_id)


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


@pytest.fixture(scope="session")
def guarded(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    """The services with sign-in."""
    with Loopback(demo, tmp_path_factory.mktemp("guarded"), sign_in=True, clock=lambda: END) as servers:
        servers.tokens.interval = 0
        yield servers


@pytest.fixture
def services(guarded: Loopback, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """The same, with the environment to sign in with, and nothing left of the test before."""
    monkeypatch.setattr(credentials, "_sources", {})
    monkeypatch.setenv("AZURE_TENANT_ID", TENANT)
    monkeypatch.setenv("AZURE_CLIENT_ID", CLIENT)
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)
    yield guarded
    guarded.tokens.code_seconds, guarded.tokens.interval = 900, 0
    for server in guarded.servers:
        server.clear()


@pytest.fixture(scope="session")
def _small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    folder = tmp_path_factory.mktemp("small")
    asyncio.run(small_workspace(folder).close())
    with Loopback(folder / "small.duckdb", tmp_path_factory.mktemp("ca"), clock=lambda: SMALL_WINDOW.end) as servers:
        yield servers


@pytest.fixture
def small(_small: Loopback) -> Iterator[Loopback]:
    """The three services over the small evidence, which answer at once, without anything left of the test before."""
    yield _small
    for server in _small.servers:
        server.clear()
        server.delay = 0.0
