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
def command(tmp_path: Path) -> list[str]:
    (tmp_path / "huntdeck" / "workspaces").mkdir(parents=True)
    write_evidence(tmp_path / "huntdeck" / "workspaces" / "small.duckdb")
    return [sys.executable, "-m", "tui", "demo", "--serve", "-w", "small", "--port-base", str(free_ports(4))]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    folders = dict.fromkeys(("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"), str(tmp_path))
    return {**os.environ, **folders}


@pytest.fixture
def serving(command: list[str], environment: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process, and what it printed."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
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


def test_evidence_of_one_s_own_is_not_served(command: list[str], environment: dict[str, str], tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "huntdeck" / "workspaces" / "small.duckdb")) as connection:
        connection.execute("DROP TABLE _meta")
    refused = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=20, check=False)
    assert (refused.returncode, "only demo evidence is served" in refused.stderr) == (2, True)


def test_options_that_go_with_serving(command: list[str], environment: dict[str, str]) -> None:
    alone = [word for word in command if word != "--serve"]
    refused = subprocess.run(alone, env=environment, capture_output=True, text=True, timeout=20, check=False)
    assert (refused.returncode, "go with --serve" in refused.stderr) == (2, True)


def test_ports_that_are_taken(
    serving: tuple[subprocess.Popen[str], str], command: list[str], environment: dict[str, str]
) -> None:
    again = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=20, check=False)
    assert again.returncode == 2
    assert "are served already; choose others with --port-base" in again.stderr
    base = int(command[-1])
    beside = [*command[:-1], str(base + 2)]
    other = subprocess.run(beside, env=environment, capture_output=True, text=True, timeout=20, check=False)
    assert other.returncode == 2
    assert f"ports {base + 2} to {base + 5} cannot all be had" in other.stderr
    wrong = subprocess.run(
        [*command[:-1], "99999"], env=environment, capture_output=True, text=True, timeout=20, check=False
    )
    assert (wrong.returncode, "--port-base takes a number from 1 to 65,532" in wrong.stderr) == (2, True)
