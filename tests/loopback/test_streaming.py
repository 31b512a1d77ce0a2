"""Very large answers go out as they are made."""

from __future__ import annotations

import json
import time
import tracemalloc

import pytest

from tests.loopback.clients import SERVICES, ask, named
from tui.loopback.faults import Fault
from tui.loopback.group import Loopback

ROWS = 500_000


@pytest.mark.parametrize("name", SERVICES)
def test_half_a_million_rows_without_holding_them(loopback: Loopback, name: str) -> None:
    server = named(loopback, name)
    server.fail_next(Fault.HUGE, rows=ROWS)
    tracemalloc.start()
    try:
        with ask(server, "X", stream=True) as response:
            size = sum(len(piece) for piece in response.iter_content(1 << 20))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 140_000_000 < size < 260_000_000
    assert peak < 16_000_000
    assert server.requests[-1].sent < size


def test_a_large_answer_is_what_it_says(loopback: Loopback) -> None:
    server = loopback.log_analytics
    server.fail_next(Fault.HUGE, rows=2_500)
    table = json.loads(ask(server, "X").content)["tables"][0]
    assert (len(table["columns"]), len(table["rows"])) == (12, 2_500)
    assert table["rows"][0] == table["rows"][1_000] != table["rows"][999]
    assert table["rows"][7][0] == "2026-11-21T02:00:07.0000007Z"


def test_a_client_that_leaves_in_the_middle(loopback: Loopback) -> None:
    server = loopback.defender
    server.fail_next(Fault.HUGE, rows=ROWS)
    with ask(server, "X", stream=True, headers={"Accept-Encoding": "identity"}) as response:
        next(response.iter_content(1 << 16))
    end = time.monotonic() + 10
    while not server.requests[-1].dropped and time.monotonic() < end:
        time.sleep(0.01)
    assert server.requests[-1].dropped
    assert server.requests[-1].sent < 100_000_000


def test_more_bytes_than_a_service_gives(loopback: Loopback) -> None:
    wide = "range n from 1 to 40 step 1 | extend t = strrep('x', 200000)"
    before = [
        (server, server.most_bytes) for server in (loopback.log_analytics, loopback.defender, loopback.data_explorer)
    ]
    for server, _ in before:
        server.most_bytes = 4_000_000
    logs, graph, explorer = (ask(server, wide) for server, _ in before)
    for server, most in before:
        server.most_bytes = most
    assert "64000000 bytes" in logs.json()["error"]["details"][0]["innererror"]["message"]
    assert (graph.status_code, "allowed result size" in graph.text) == (400, True)
    assert "4000000 bytes" in explorer.json()[-1]["OneApiErrors"][0]["error"]["@message"]


def test_without_compression_for_those_who_take_none(loopback: Loopback) -> None:
    server = loopback.log_analytics
    response = ask(server, "DeviceFileEvents", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in response.headers
    assert isinstance(response.json(), dict)
    packed = ask(server, "DeviceFileEvents").headers
    assert packed["Content-Encoding"] == "gzip"
