"""The loopback services in a process of their own, so that what they cost does not count where clients are measured."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import requests

from tui.loopback.faults import Fault
from tui.loopback.group import Loopback

_PATIENCE = 60.0


@dataclass(frozen=True)
class LoopbackProcess:
    """Where the services are: `urls` by their names (`log_analytics`, ..., `token_service`), and the authority to trust."""

    urls: dict[str, str]
    ca: Path

    def fail_next(self, name: str, fault: Fault, **words: Any) -> None:
        """As `LoopbackServer.fail_next`, of the service `name`."""
        self._control("POST", name, f"fail?fault={fault}" + "".join(f"&{key}={value}" for key, value in words.items()))

    def clear(self, name: str) -> None:
        """Forgets failures to come and requests so far."""
        self._control("POST", name, "clear")

    def requests(self, name: str) -> list[dict[str, Any]]:
        """The requests so far: number, method, path, headers, query, status, sent, dropped, ended."""
        found: list[dict[str, Any]] = self._control("GET", name, "requests").json()
        return found

    def _control(self, method: str, name: str, path: str) -> requests.Response:
        response = requests.request(method, f"{self.urls[name]}/loopback/{path}", verify=str(self.ca), timeout=10)
        response.raise_for_status()
        return response


@contextmanager
def loopback_process(evidence: Path, folder: Path, sign_in: bool = False) -> Iterator[LoopbackProcess]:
    """The services over the evidence file, their authority's files below `folder`, until the `with` ends."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, evidence, folder, sign_in), daemon=True)
    process.start()
    there.close()
    try:
        if not here.poll(_PATIENCE):
            raise TimeoutError("the loopback services did not start")
        yield LoopbackProcess(here.recv(), folder / "ca.pem")
    finally:
        here.close()
        process.join(5)
        process.kill()


def _serve(line: Connection, evidence: Path, folder: Path, sign_in: bool) -> None:
    with Loopback(evidence, folder, sign_in=sign_in, control=True) as loopback:
        line.send({server.name: server.url for server in loopback.servers})
        line.poll(None)  # until the other end is closed
