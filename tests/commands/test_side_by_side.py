"""One hunt in several workspaces at once: evidence beside a live one, and what is said where one gives no answer."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from tests.support.small import DEVICES, HUNTS, write_run
from tests.support.small import _small_file as small_file
from tui import cli
from tui.loopback.group import Loopback
from tui.workspaces.live import limits
from tui.workspaces.live.changing import add_table
from tui.workspaces.live.configuration import configuration_file

Huntdeck = Callable[..., tuple[int, str, str]]
WHEN = ("--from", "2026-11-21T00:00:00Z", "--to", "2026-11-22T00:00:00Z")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    path = tmp_path_factory.mktemp("evidence") / "small.duckdb"
    path.write_bytes(small_file())
    with Loopback(path, tmp_path_factory.mktemp("loopback")) as servers:
        yield servers


@pytest.fixture
def huntdeck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Huntdeck:
    """The command line with the workspaces `one` and `two`, of which the second has a run more of alpha, and a device more."""
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    data = tmp_path / "DATA" / "huntdeck"
    (data / "workspaces").mkdir(parents=True)
    (data / "hunts").mkdir()
    (data / "hunts" / "copies.toml").write_text(HUNTS["copies.toml"])
    for name in ("one", "two"):
        (data / "workspaces" / f"{name}.duckdb").write_bytes(small_file())
    with duckdb.connect(str(data / "workspaces" / "two.duckdb")) as connection:
        write_run(connection, "ALPHA.corp.example", 0, 9)
        write_run(connection, "delta.corp.example", 5, 0)

    def run(*words: str) -> tuple[int, str, str]:
        code = cli.main(list(words))
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def live(service: Loopback) -> Loopback:
    for server in service.servers:
        server.clear()
    return service


def configure(service: Loopback) -> None:
    limits._limiters.clear()
    add_table(
        configuration_file(),
        "acme",
        {"kind": "defender", "url": service.defender.url, "ca": str(service.ca), "sign_in": "none"},
    )


def counts(text: str) -> dict[str, list[str]]:
    return {row[0]: row[1:] for row in csv.reader(io.StringIO(text))}


def test_counts_stand_side_by_side(huntdeck: Huntdeck, live: Loopback) -> None:
    configure(live)
    words = ("-w", "one", "-w", "two", "-w", "acme", "-f", "csv-exact")
    code, out, err = huntdeck("run", "T1119-91", *words, *WHEN)
    assert code == 0
    found = counts(out)
    assert found["DeviceName"] == ["ProcessCount one", "ProcessCount two", "ProcessCount acme"]
    assert found["alpha.corp.example"] == ["5", "6", "5"]
    assert found["gamma.corp.example"] == ["1", "1", "1"]
    assert found["delta.corp.example"] == ["0", "1", "0"]
    assert len(found) == len(DEVICES) + 2
    for name in ("one", "two", "acme"):
        assert f"{name}: complete: " in err
    assert "the windows differ" not in err


def test_columns_are_chosen(huntdeck: Huntdeck) -> None:
    columns = ("--column", "FileCount", "--column", "ProcessCount")
    code, out, _ = huntdeck("run", "T1119-91", "-w", "one", "-w", "two", *columns, "-f", "json", *WHEN)
    assert code == 0
    told = json.loads(out)
    assert told["columns"] == [
        "DeviceName",
        "FileCount one",
        "FileCount two",
        "ProcessCount one",
        "ProcessCount two",
    ]
    assert [one["outcome"]["state"] for one in told["workspaces"]] == ["complete", "complete"]
    assert ["delta.corp.example", 0, 3, 0, 1] in told["rows"]
    assert told["rows"][0] == ["alpha.corp.example", 15, 18, 5, 6]


def test_one_that_gives_no_answer_does_not_keep_the_others(huntdeck: Huntdeck, live: Loopback) -> None:
    configure(live)
    live.defender.fail_next("forbidden", times=None)
    code, out, err = huntdeck("run", "T1119-91", "-w", "acme", "-w", "one", "-f", "csv-exact", *WHEN)
    assert code == 5
    assert counts(out)["alpha.corp.example"] == ["", "5"]
    assert "acme: not permitted: access is refused" in err
    assert "It needs ThreatHunting.Read.All" in err


def test_nobody_counts_nothing_where_not_all_is_known(huntdeck: Huntdeck, live: Loopback) -> None:
    configure(live)
    live.defender.fail_next("truncated", on="T1119-91")
    code, out, _ = huntdeck("run", "T1119-91", "-w", "two", "-w", "acme", "-f", "csv-exact", *WHEN)
    assert code != 0
    assert counts(out)["delta.corp.example"] == ["1", ""]


def test_windows_that_differ_are_said(huntdeck: Huntdeck, tmp_path: Path) -> None:
    code, _, err = huntdeck("run", "T1119-91", "-w", "one", "-w", "two", "-o", str(tmp_path / "rows.csv"), "-f", "csv")
    assert code == 0
    assert "the windows differ" in err
    assert (tmp_path / "rows.csv").read_text().startswith("DeviceName,ProcessCount one,ProcessCount two")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-w", "one", "-w", "one"), "named twice"),
        (("-w", "one", "-w", "two", "--base"), "--base takes one workspace"),
        (("-w", "one", "-w", "two", "--session", "x"), "--session takes one workspace"),
        (("-w", "one", "-w", "two", "--view", "timeline"), "only views of devices"),
        (("-w", "one", "-w", "two", "--column", "Nothing"), "--column Nothing: no such column"),
        (("-w", "one", "--column", "FileCount"), "--column is for several workspaces"),
        (("-w", "one", "-w", "nowhere"), "nowhere"),
    ],
)
def test_what_cannot_be_set_side_by_side_is_said(huntdeck: Huntdeck, words: tuple[str, ...], said: str) -> None:
    code, out, err = huntdeck("run", "T1119-91", *words)
    assert (code, out) == (2, "")
    assert said in err
