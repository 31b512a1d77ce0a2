"""The ranking across hunts against one made by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.hunted import BEGAN, a_hunt, a_hunted_run, a_row
from tui.results.store import ResultStore
from tui.triage.matrix import Asked, Matrix, asked_of, matrix_of, opinions_of
from tui.triage.matrix_sql import CHANGE_SIGNS, HEAT, VERDICT_SIGNS
from tui.triage.records.model import Verdict
from tui.triage.runs import Run
from tui.workspaces.protocol import State

DEVICES = [f"dev-{number}.corp.example" for number in range(6)]
TECHNIQUES = [["T1119"], ["T1119", "T1039"], ["T1560"], ["T1005"]]
counts = st.tuples(st.integers(0, 3), st.integers(0, 3)).filter(any)
answers = st.dictionaries(st.sampled_from(DEVICES), counts, max_size=6)
opinions = st.sampled_from(["suspicious", "benign", "unknown"])


@pytest.fixture(scope="module")
def store() -> Iterator[ResultStore]:
    one = ResultStore(None)
    yield one
    one.close()


def verdict(hunt: str, device: str, opinion: Any = "benign", **more: Any) -> Verdict:
    return Verdict("small", hunt, "device", device, device, opinion, "ana@host", BEGAN, **more)


def made(runs: list[Run], *verdicts: Verdict) -> Matrix:
    return matrix_of(asked_of(runs, "device"), "device", opinions_of(verdicts, BEGAN + timedelta(hours=1)))


def rows_of(matrix: Matrix) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = matrix.table.to_pylist()
    return found


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.tuples(answers, answers), min_size=1, max_size=4),
    st.dictionaries(st.tuples(st.integers(0, 3), st.sampled_from(DEVICES)), opinions, max_size=6),
)
def test_order_ranks_and_signs_as_by_hand(
    store: ResultStore, sides: list[tuple[dict[str, Any], dict[str, Any]]], judged: dict[tuple[int, str], str]
) -> None:
    hunts = [a_hunt(f"T{place}", TECHNIQUES[place]) for place in range(len(sides))]
    runs = [
        a_hunted_run(store, hunt, 10 * side + place, [a_row(device, *given) for device, given in answer[side].items()])
        for side in (0, 1)
        for place, (hunt, answer) in enumerate(zip(hunts, sides, strict=True))
    ]
    matrix = made(runs, *(verdict(f"T{place}", device, said) for (place, device), said in judged.items()))
    assert {one.hunt.id for one in matrix.asked} == {hunt.id for hunt in hunts}

    def counted(place: int) -> dict[str, tuple[int, int]]:
        return {device: given for device, given in sides[place][1].items() if judged.get((place, device)) != "benign"}

    def weight(given: tuple[int, int]) -> tuple[int, int]:
        return sum(number > 0 for number in given), given[0]

    keys = []
    for row in rows_of(matrix):
        device = row["Key"]
        techniques, legs, ranks = set(), 0, []
        for place, hunt in enumerate(hunts):
            before, now = (side.get(device) for side in sides[place])
            said = judged.get((place, device), "")
            assert row[hunt.id] == (sum(now) if now else None)
            facts = matrix.facts(device, hunt.id)
            if facts is None:
                assert not before
                assert not now
                assert not row[f"{hunt.id} signs"].strip()
                continue
            rank = None
            if now and said != "benign":
                rank = 1 + sum(weight(other) > weight(now) for other in counted(place).values())
                techniques |= set(TECHNIQUES[place])
                legs += weight(now)[0]
                ranks.append(rank)
            change = (
                "gone" if not now
                else "first" if not before
                else "more" if sum(now) > sum(before)
                else "fewer" if sum(now) < sum(before)
                else ""
            )  # fmt: skip
            assert (facts.events, facts.rank, facts.change) == (row[hunt.id], rank, change)
            assert (facts.ranked, facts.opinion) == (len(counted(place)) if now else 0, said)
            heat = " " if rank is None else HEAT[4 * (rank - 1) // len(counted(place))]
            assert row[f"{hunt.id} signs"].ljust(3) == heat + CHANGE_SIGNS.get(change, " ") + VERDICT_SIGNS.get(
                said, " "
            )
        assert (row["Techniques"], row["Legs"], row["Hunts"]) == (len(techniques), legs, len(ranks))
        keys.append((-len(techniques), -legs, min(ranks, default=1000), device))
    assert keys == sorted(keys)
    assert {key[-1] for key in keys} == {device for one in sides for side in one for device in side}
    hidden = {keys[place][-1] for place in matrix.benign}
    for device in {key[-1] for key in keys}:
        mine = [place for place, one in enumerate(sides) if device in one[0] or device in one[1]]
        assert (device in hidden) == all(judged.get((place, device)) == "benign" for place in mine)


def test_columns_say_when_no_number_is_no_answer(store: ResultStore) -> None:
    row = [a_row("a")]
    states = {
        "T1": State.FAILED, "T2": State.BLIND, "T3": State.TRUNCATED, "T4": State.NO_TABLE, "T5": State.COMPLETE, "T6": None,
    }  # fmt: skip
    runs = [a_hunted_run(store, a_hunt("T0"), 1, [a_row("b", 2, 3)])]
    runs += [
        a_hunted_run(store, a_hunt(name), place + 2, row if state is State.TRUNCATED else [], state)
        for place, (name, state) in enumerate(states.items())
    ]
    matrix = matrix_of(asked_of(runs, "device", [a_hunt("T0"), a_hunt("T9")]), "device", {})
    assert [one.hunt.id for one in matrix.asked] == ["T0", "T3", "T1", "T2", "T4", "T6", "T9", "T5"]
    second = rows_of(matrix)[1] if rows_of(matrix)[0]["Key"] == "a" else rows_of(matrix)[0]
    said = {one.hunt.id: (second[one.hunt.id], second[f"{one.hunt.id} signs"]) for one in matrix.asked}
    assert said == {
        "T0": (5, "▇"), "T3": (None, "?"), "T1": (None, "failed"), "T2": (None, "?"), "T4": (None, "n/a"),
        "T6": (None, "runs"), "T9": (None, "not run"), "T5": (None, " "),
    }  # fmt: skip


def test_first_seen_new_and_what_is_not_known(store: ResultStore) -> None:
    hunt, other = a_hunt("T1"), a_hunt("T2")
    runs = [
        a_hunted_run(store, hunt, 1, [a_row("old")]),
        a_hunted_run(store, hunt, 2, [a_row("gone")]),
        a_hunted_run(store, hunt, 3, [], State.FAILED),
        a_hunted_run(store, hunt, 4, [a_row("old"), a_row("fresh")]),
        a_hunted_run(store, other, 5, [a_row("x")], State.TRUNCATED),
        a_hunted_run(store, other, 6, [a_row("y")], State.TRUNCATED),
    ]
    matrix = made(runs)
    found = {row["Key"]: row["Changes"] for row in rows_of(matrix)}
    assert found == {"old": "+1", "fresh": "*1", "gone": "-1", "y": ""}
    assert matrix.column("T1") == Asked(hunt, runs[3], (runs[1], runs[0]))


def test_a_device_known_by_its_name_only_is_the_one_with_the_id(store: ResultStore) -> None:
    by_id = a_hunted_run(
        store, a_hunt("T1"), 1, [a_row("Fin.corp.example", DeviceKey="0aB1"), a_row("twin", DeviceKey="1")]
    )
    by_name = a_hunted_run(store, a_hunt("T2"), 2, [a_row("FIN.corp.example"), a_row("twin")])
    again = a_hunted_run(store, a_hunt("T3", ["T1005"]), 3, [a_row("twin", DeviceKey="2"), a_row("")])
    matrix = made([by_id, by_name, again])
    first = {row["Key"]: (row["DeviceName"], row["T1"], row["T2"], row["T3"]) for row in rows_of(matrix)}
    assert first == {
        "0ab1": ("Fin.corp.example", 1, 1, None),
        "1": ("twin", 1, None, None),
        "2": ("twin", None, None, 1),
        "twin": ("twin", None, 1, None),
        "": ("", None, None, 1),
    }
    assert matrix.rows_in(by_name, "0ab1") == (0,)
    assert matrix.rows_in(by_id, "0ab1") == (0,)
    assert matrix.rows_in(again, "2") == (0,)


@pytest.mark.parametrize("name", ["İSTANBUL.corp", "ΣΑΣ", "ẞtraße", "\x1b[2J\u202eA", "ǅ"])
def test_a_name_in_any_letters_leads_back_to_its_row(store: ResultStore, name: str) -> None:
    run = a_hunted_run(store, a_hunt("T1"), 1, [a_row("other"), a_row(name, DeviceKey=name)])
    matrix = made([run], verdict("T1", "other"))
    assert matrix.rows_in(run, rows_of(matrix)[0]["Key"]) == (1,)
    assert rows_of(matrix)[0]["DeviceName"] == name
    assert [facts is not None and facts.opinion for facts in matrix.all_facts("T1")] == ["", "benign"]


def test_nothing_was_run(store: ResultStore) -> None:
    matrix = matrix_of(asked_of([], "device", [a_hunt("T1")]), "device", {})
    assert rows_of(matrix) == []
    assert [one.state for one in matrix.asked] == ["not run"]


def test_benign_counts_only_while_it_holds(store: ResultStore) -> None:
    runs = [a_hunted_run(store, a_hunt("T1"), 1, [a_row("a"), a_row("b"), a_row("c")])]
    ended = verdict("T1", "b", until=BEGAN + timedelta(minutes=1))
    back = verdict("T1", "c", until=BEGAN)
    matrix = made(runs, verdict("T1", "a"), ended, verdict("T1", "c"), back)
    assert [(row["Key"], row["Verdicts"]) for row in rows_of(matrix)] == [("b", ""), ("c", ""), ("a", "B1")]
    assert matrix.benign == (2,)
    assert Counter(row["Techniques"] for row in rows_of(matrix)) == {1: 2, 0: 1}
