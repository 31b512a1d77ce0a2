"""`huntdeck demo --serve` as it is started, reached, made to fail and ended."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import requests

from tests.loopback.evidence import FILES, write_evidence
from tui.cli import main
from tui.commands.serve import explain, workspaces_toml
from tui.loopback.group import Loopback
from tui.settings.files import Lock
from tui.workspaces.live.configuration import read_configuration


def free_ports(number: int) -> int:
    """The first of so many consecutive ports that nobody listens on."""
    for base in range(20_000 + os.getpid() % 20_000, 60_000, number):
        try:
            for port in range(base, base + number):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return base
    raise AssertionError("no ports are free")


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """The first of four free ports, with a workspace `small` to serve in folders of the test's own."""
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    (tmp_path / "huntdeck" / "workspaces").mkdir(parents=True)
    write_evidence(tmp_path / "huntdeck" / "workspaces" / "small.duckdb")
    return free_ports(4)


def words(base: int) -> list[str]:
    return ["demo", "--serve", "-w", "small", "--port-base", str(base)]


@pytest.fixture
def serving(base: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process, and what it printed."""
    command = [sys.executable, "-m", "tui", *words(base)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = ""
    while "Ctrl+C ends it." not in said:
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        said += line
    yield process, said
    if process.poll() is None:
        process.kill()
    process.communicate()


def test_what_is_printed_works(serving: tuple[subprocess.Popen[str], str], tmp_path: Path) -> None:
    process, said = serving
    file = tmp_path / "workspaces.toml"
    file.write_text(said[said.index("\n[") : said.index("Then, for example")], encoding="utf-8")
    workspaces = read_configuration(file)
    assert {entry.kind for entry in workspaces.values()} == {"log_analytics", "defender", "data_explorer"}
    logs = workspaces["loop-logs"]
    url = f"{logs.endpoint}/v1/workspaces/{logs.workspace_id}/query"
    settings: Any = {"verify": str(logs.ca), "timeout": 20}

    def count() -> requests.Response:
        return requests.post(url, json={"query": "DeviceFileEvents | count"}, **settings)

    assert count().json()["tables"][0]["rows"] == [[FILES]]
    fault = re.search(r"'(https://\S+/loopback/fail\S+)'", said)
    assert fault
    assert requests.post(fault[1], **settings).status_code == 200
    assert [(answer.status_code, answer.headers.get("Retry-After")) for answer in (count(), count())] == [
        (429, "20"),
        (200, None),
    ]
    process.send_signal(signal.SIGINT)
    code, lines = process.wait(5), process.communicate()[1].splitlines()
    assert code == 0
    assert len([line for line in lines if line.endswith("/query DeviceFileEvents | count")]) == 3
    assert lines[-1] == "stopped"


def test_what_cannot_be_served(base: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def refused(*given: str) -> str:
        assert main(given) == 2
        said = capsys.readouterr()
        assert not said.out
        return said.err

    with socket.socket() as other:
        other.bind(("127.0.0.1", base + 2))
        assert f"ports {base} to {base + 3} cannot all be had" in refused(*words(base))
    folder = tmp_path / "huntdeck" / f"loopback-{base}"
    lock = Lock.take(folder / "lock", "another")
    assert lock is not None
    before = (folder / "ca.pem").read_bytes()
    assert "are served already; choose others with --port-base" in refused(*words(base))
    assert (folder / "ca.pem").read_bytes() == before
    lock.release()
    assert "--port-base takes a number from 1 to 65,532" in refused(*words(99_999))
    alone = [word for word in words(base) if word != "--serve"]
    assert "go with --serve" in refused(*alone)
    with duckdb.connect(str(tmp_path / "huntdeck" / "workspaces" / "small.duckdb")) as connection:
        connection.execute("DROP TABLE _meta")
    assert "only demo evidence is served" in refused(*words(base))


def test_with_a_sign_in(base: int, tmp_path: Path) -> None:
    loopback = Loopback(tmp_path / "huntdeck" / "workspaces" / "small.duckdb", tmp_path, sign_in=True)
    with loopback:
        said = explain(loopback, "small", sign_in=True)
        file = tmp_path / "workspaces.toml"
        file.write_text(workspaces_toml(loopback, sign_in=True), encoding="utf-8")
        settings = read_configuration(file)["loop-defender"]
    assert (settings.sign_in, settings.authority) == ("device_code", loopback.tokens.url)
    assert f"-d user_code=CODE {loopback.tokens.url}/device" in said
