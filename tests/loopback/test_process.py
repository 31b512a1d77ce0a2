"""The services in a process of their own, as benchmarks use them."""

from __future__ import annotations

from pathlib import Path

import requests

from tests.support.loopback_process import loopback_process
from tui.loopback.faults import Fault


def test_services_in_a_process_of_their_own(evidence: Path, tmp_path: Path) -> None:
    with loopback_process(evidence, tmp_path) as services:
        assert set(services.urls) == {"log_analytics", "defender", "data_explorer", "token_service"}
        services.fail_next("defender", Fault.HUGE, rows=2_500)
        url = f"{services.urls['defender']}/v1.0/security/runHuntingQuery"
        answer = requests.post(url, json={"Query": "X"}, verify=str(services.ca), timeout=20).json()
        assert len(answer["results"]) == 2_500
        seen = [request for request in services.requests("defender") if request["query"]]
        assert [(request["query"], request["status"]) for request in seen] == [("X", 200)]
        services.clear("defender")
        assert not [request for request in services.requests("defender") if request["query"]]
