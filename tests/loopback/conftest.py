from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.loopback.evidence import write_evidence
from tui.loopback.group import Loopback

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small evidence file."""
    return write_evidence(tmp_path_factory.mktemp("evidence") / "small.duckdb")


@pytest.fixture(scope="module")
def shared(evidence: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    """The services over it, without sign-in; it is 03:00 there."""
    with Loopback(evidence, tmp_path_factory.mktemp("loopback"), clock=lambda: NOW, control=True) as servers:
        yield servers


@pytest.fixture
def loopback(shared: Loopback) -> Iterator[Loopback]:
    """The same, with nothing left of the test before."""
    kept = [(server, server.rates) for server in shared.servers]
    yield shared
    for server, rates in kept:
        server.clear()
        server.delay, server.rates = 0.0, rates


@pytest.fixture(scope="module")
def signed(evidence: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    """The services over it, which ask for tokens."""
    with Loopback(evidence, tmp_path_factory.mktemp("signed"), clock=lambda: NOW, sign_in=True) as servers:
        yield servers
