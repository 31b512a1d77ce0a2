"""How many queries the services let through, at once and in a time."""

from __future__ import annotations

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.loopback.clients import SERVICES, ask, command, named, rows_of
from tui.loopback import defender, log_analytics
from tui.loopback.group import Loopback
from tui.loopback.rates import Quota, Rates
from tui.loopback.server import LoopbackServer

QUERY = "DeviceFileEvents | count"


def until(condition: Any, seconds: float = 10.0) -> None:
    """Waits until `condition()` holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.005)


def test_the_documented_rates(loopback: Loopback) -> None:
    assert loopback.log_analytics.rates == Rates(calls=200, per=30.0, concurrent=5, queue=200, patience=180.0)
    assert loopback.defender.rates == Rates(calls=45, per=60.0)
    assert (log_analytics.MOST_ROWS, defender.MOST_ROWS) == (500_000, 100_000)


@pytest.mark.parametrize("name", SERVICES)
def test_too_many_calls_in_a_time(loopback: Loopback, name: str) -> None:
    server = named(loopback, name)
    server.rates = Rates(calls=2, per=60.0)
    responses = [ask(server, QUERY) for _ in range(3)]
    assert [response.status_code for response in responses] == [200, 200, 429]
    assert 30 <= int(responses[-1].headers["Retry-After"]) <= 60


def test_calls_are_forgotten_in_time(loopback: Loopback) -> None:
    server = loopback.defender
    server.rates = Rates(calls=1, per=0.3)
    until(lambda: ask(server, QUERY).status_code == 429)
    until(lambda: ask(server, QUERY).status_code == 200)


def test_processing_used_up_until_the_next_cycle(loopback: Loopback) -> None:
    server = loopback.defender
    server.quota, server.delay = Quota(budget=0.05, cycle=60.0), 0.1
    try:
        first, second = ask(server, QUERY), ask(server, QUERY)
        assert (first.status_code, second.status_code) == (200, 429)
        message = second.json()["error"]["message"]
        assert message.startswith("You have exceeded processing resources allocated to this tenant.")
        assert re.search(r"again in 00:0(0:\d\d|1:00)\.$", message)
        server.quota.cycle = 0.2
        until(lambda: ask(server, QUERY).status_code == 200)
    finally:
        server.quota = Quota()


def run_together(server: LoopbackServer, number: int) -> list[requests.Response]:
    """So many queries at once."""
    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(lambda _: ask(server, QUERY), range(number)))


def test_a_queue_behind_those_that_run(loopback: Loopback) -> None:
    server = loopback.log_analytics
    server.rates, server.delay = Rates(concurrent=2, queue=10), 0.05
    responses = run_together(server, 6)
    assert [response.status_code for response in responses] == [200] * 6
    assert server.gate.most == 2


def test_a_queue_that_is_full(loopback: Loopback) -> None:
    server = loopback.log_analytics
    server.rates, server.delay = Rates(concurrent=1, queue=1), 0.3
    statuses = sorted(response.status_code for response in run_together(server, 4))
    assert statuses == [200, 200, 429, 429]


def test_patience_ends(loopback: Loopback) -> None:
    server = loopback.log_analytics
    server.rates, server.delay = Rates(concurrent=1, queue=5, patience=0.1), 0.4
    statuses = sorted(response.status_code for response in run_together(server, 2))
    assert statuses == [200, 429]
    server.delay = 0.0
    assert ask(server, QUERY).status_code == 200


def test_those_who_leave_the_queue_hold_no_place(loopback: Loopback) -> None:
    server = loopback.log_analytics
    server.rates, server.delay = Rates(concurrent=1, queue=5), 0.5
    first = threading.Thread(target=ask, args=(server, QUERY))
    first.start()
    until(lambda: server.active == 1)
    with pytest.raises(requests.exceptions.ReadTimeout):
        ask(server, QUERY, timeout=0.1)
    first.join()
    server.delay = 0.0
    assert ask(server, QUERY).status_code == 200
    assert [request.dropped for request in server.requests] == [False, True, False]


def test_a_query_is_stopped_when_its_client_leaves(loopback: Loopback) -> None:
    server = loopback.defender
    numbers = "range {} from 1 to 100000 step 1 | extend k = 1"
    heavy = f"{numbers.format('a')} | join kind=inner ({numbers.format('b')}) on k"
    before = threading.active_count()
    with pytest.raises(requests.exceptions.ReadTimeout):
        ask(server, f"{heavy} | summarize s = sum(a * b % 7)", timeout=0.5)
    until(lambda: server.requests[-1].dropped)
    until(lambda: threading.active_count() <= before + 1)
    assert rows_of(server, ask(server, QUERY))


def test_a_query_cancelled_on_the_server(loopback: Loopback) -> None:
    server = loopback.data_explorer
    server.delay = 10.0
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ask, server, QUERY, None, {"x-ms-client-request-id": "hunt;1"})
        until(lambda: server.running == ["hunt;1"])
        assert rows_of(server, command(server, ".show queries"))[0]["ClientActivityId"] == "hunt;1"
        answer = rows_of(server, command(server, '.cancel query "hunt;1"'))
        assert answer == [{"QueryCancelled": True, "ClientRequestId": "hunt;1"}]
        response = waiting.result(5)
    assert (response.status_code, "cancelled" in response.text) == (400, True)
    assert (server.cancelled[-1], server.running) == ("hunt;1", [])
    again = rows_of(server, command(server, '.cancel query "hunt;1"'))
    assert again[0]["QueryCancelled"] is False
