from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tui.triage.process_tree import DEEPEST, ProcessKey, build_tree, family, lines_of, of_family

START = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)

created = st.one_of(st.none(), st.integers(0, 3).map(lambda minutes: START + timedelta(minutes=minutes)))
keys = st.builds(ProcessKey, st.integers(1, 6), created)


def row(key: ProcessKey, parent: ProcessKey | None = None, **more: Any) -> dict[str, Any]:
    """A row of a view of processes."""
    return {
        "ProcessId": key.number,
        "ProcessCreationTime": key.created,
        "FileName": f"p{key.number}.exe",
        "ParentId": parent.number if parent else None,
        "ParentCreationTime": parent.created if parent else None,
        "ParentFileName": f"p{parent.number}.exe" if parent else "",
        **more,
    }


def at(number: int, minute: int = 0) -> ProcessKey:
    return ProcessKey(number, START + timedelta(minutes=minute))


@given(st.lists(st.tuples(keys, st.one_of(st.none(), keys)), max_size=30))
def test_each_process_is_there_once_without_circles_and_none_is_lost(pairs: list[tuple[ProcessKey, Any]]) -> None:
    tree = build_tree([row(key, parent) for key, parent in pairs])
    first = {}
    for key, parent in pairs:
        first.setdefault(key, parent)
    told = {parent for key, parent in first.items() if parent is not None and key.created is not None}
    assert set(tree.processes) == set(first) | told
    placed = [*tree.roots, *(child for below in tree.children.values() for child in below)]
    assert sorted(placed, key=str) == sorted(tree.processes, key=str)
    for key in tree.processes:
        above = tree.ancestors(key)
        assert len(above) == len(set(above)) <= len(tree.processes)
        assert key not in above
    every = lines_of(tree, None, set(tree.processes))
    assert sorted((line.process.key for line in every), key=str) == sorted(tree.processes, key=str)


@given(st.lists(st.tuples(keys, st.one_of(st.none(), keys)), max_size=30), keys)
def test_a_process_stands_with_its_ancestors_siblings_and_children(pairs: list[Any], about: ProcessKey) -> None:
    tree = build_tree([row(key, parent) for key, parent in [*pairs, (about, None)]])
    shown = [line.process.key for line in lines_of(tree, about, {about})]
    above = tree.ancestors(about)
    siblings = tree.children[above[0]] if above else ()
    assert len(shown) == len(set(shown))
    assert set(shown) == {about, *above, *siblings, *tree.children.get(about, ())}


def test_an_id_used_again_joins_nothing_wrongly() -> None:
    old, new, child = at(7, 0), at(7, 30), at(9, 31)
    tree = build_tree([row(old), row(new), row(child, new)])
    assert tree.parents == {child: new}
    assert old not in tree.children


def test_without_a_creation_time_a_process_is_one_of_its_own() -> None:
    unknown, known, child = ProcessKey(7, None), at(7), at(9, 1)
    tree = build_tree([row(known), row(unknown, at(1)), row(child, unknown)])
    assert tree.parents == {child: unknown}
    assert set(tree.roots) == {known, unknown}


def test_a_parent_without_a_row_is_there_by_its_name() -> None:
    child, parent = at(9, 1), at(7)
    tree = build_tree([row(child, parent)])
    assert tree.processes[parent].name == "p7.exe"
    assert tree.processes[parent].row == {}
    assert tree.processes[parent].count("FileCount") == 0
    assert tree.roots == (parent,)


def test_children_stand_in_order_of_time() -> None:
    top = at(1)
    tree = build_tree([row(at(5, 3), top), row(at(9, 1), top), row(at(7, 2), top)])
    assert [key.number for key in tree.children[top]] == [9, 7, 5]


def test_a_long_chain_ends_and_says_how_much_is_below() -> None:
    chain = [at(number, number) for number in range(1, DEEPEST + 10)]
    tree = build_tree([row(key, above) for above, key in zip([None, *chain], chain, strict=False)])
    found = lines_of(tree, None, set(chain))
    assert max(line.depth for line in found) == DEEPEST
    assert found[-1].beyond == 1
    assert [line.beyond for line in found[:-1]] == [0] * (len(found) - 1)


@given(st.lists(st.tuples(keys, keys), max_size=20), keys)
def test_a_family_is_what_is_above_and_what_is_below(starts: list[Any], process: ProcessKey) -> None:
    found = family(process, starts)
    assert process in found
    first: dict[ProcessKey, ProcessKey] = {}
    for started, by in starts:
        if started != by:
            first.setdefault(started, by)
    below = {process}
    for _ in starts:
        below |= {started for started, by in starts if by in below}
    assert below <= found
    if process in first:
        assert first[process] in found


def test_only_events_of_the_family_are_chosen() -> None:
    def event(started: ProcessKey | None, by: ProcessKey) -> dict[str, Any]:
        return {
            "ProcessId": started.number if started else None,
            "ProcessCreationTime": started.created if started else None,
            "InitiatingProcessId": by.number,
            "InitiatingProcessCreationTime": by.created,
        }

    top, parent, me, sibling, child, reused = at(1), at(2, 1), at(3, 2), at(4, 2), at(5, 3), at(3, 9)
    events = [
        event(parent, top),
        event(me, parent),
        event(sibling, parent),
        event(child, me),
        event(None, child),
        event(None, sibling),
        event(None, reused),
        event(None, top),
    ]
    assert of_family(me, events) == (0, 1, 3, 4, 7)
