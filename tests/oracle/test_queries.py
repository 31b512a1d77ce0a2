from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.hostile import STRINGS
from tests.oracle.conftest import Judge
from tests.oracle.queries import DIALECTS, all_hunts, bases, context_of, drills, together, unlike, views
from tui.kql.binding import suffix_regex
from tui.library.loader import read_hunt
from tui.library.model import Hunt, ParameterType, Value
from tui.library.parameters import values_for
from tui.triage.check import sample_values
from tui.triage.queries.compile import drill_query, view_query
from tui.triage.queries.context import Scope
from tui.triage.queries.subjects import NAMES

pytestmark = pytest.mark.oracle


@pytest.mark.parametrize("hunt", all_hunts(), ids=lambda hunt: hunt.id)
def test_every_query_of_a_hunt(judge: Judge, hunt: Hunt) -> None:
    judged: set[tuple[int, str]] = set()
    for name, dialect in DIALECTS.items():
        context = context_of(hunt, dialect)
        tables = [*views(context), *bases(context)]
        text = together(tables)
        if (id(dialect.schema), text) in judged:  # Azure Data Explorer with another kind's schema: the same queries
            assert dialect.kind == "data_explorer"
            continue
        judged.add((id(dialect.schema), text))
        faults, results = judge.judge(text, dialect.schema)
        assert faults == [], name
        assert len(results) == len(tables)
        for query, types in zip(tables, results, strict=True):
            assert {column.name for column in query.columns} <= set(types)
        opened = unlike(
            drill for at, types in zip(tables, results, strict=True) for drill in drills(context, at, types)
        )
        faults, results = judge.judge(together(opened), dialect.schema)
        assert faults == [], name
        assert len(results) == len(opened)
        values = [(query, types) for query, types in zip(opened, results, strict=True) if query.view == "values"]
        deeper = unlike(drill for query, types in values for drill in drills(context, query, types))
        assert judge.faults(together(deeper), dialect.schema) == [], name


TEXTS = read_hunt(Path(__file__).parents[1] / "hunts" / "texts.toml")


def filled(hunt: Hunt, texts: Sequence[str]) -> dict[str, Value]:
    """The hunt's values with `texts` in every parameter that holds text."""
    given: dict[str, object] = {}
    for name, parameter in hunt.parameters.items():
        if parameter.type is ParameterType.STRING:
            given[name] = texts[0]
        elif parameter.type is ParameterType.REGEX:
            given[name] = suffix_regex(texts)
        elif parameter.type.is_list and parameter.type is not ParameterType.IP_LIST:
            given[name] = list(texts)
    return values_for(hunt, {**sample_values(hunt), **given})


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_hostile_text_in_every_type_of_parameter(judge: Judge, dialect: str) -> None:
    context = context_of(TEXTS, DIALECTS[dialect])
    for text in STRINGS.values():
        hostile = replace(context, values=filled(TEXTS, [text]))
        assert judge.faults(view_query(hostile, "devices").kql, hostile.dialect.schema) == [], text


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_hostile_text_in_the_scope(judge: Judge, dialect: str) -> None:
    texts = list(STRINGS.values())
    prefixes = [f"{text}*" for text in texts]
    accounts = [*texts, *(f"{text}\\{text}" for text in texts)]
    scope = Scope((*texts, *prefixes), tuple(accounts), (*texts, *prefixes), tuple(accounts))
    context = replace(context_of(TEXTS, DIALECTS[dialect]), scope=scope)
    assert judge.faults(view_query(context, "devices").kql, context.dialect.schema) == []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_hostile_text_as_a_key(judge: Judge, dialect: str) -> None:
    context = context_of(TEXTS, DIALECTS[dialect])
    query = view_query(context, "devices")
    queries = []
    for text in STRINGS.values():
        row = {"DeviceKey": text, "Lines": 1, "ProcessCount": 1}
        values = drill_query(context, query, row, "Lines")
        opened = drill_query(context, values, {"Value": text, "EventCount": 1}, "EventCount")
        queries += [drill_query(context, query, row, "ProcessCount"), values, opened]
    faults, results = judge.judge(together(queries), context.dialect.schema)
    assert faults == []
    assert len(results) == 3 * 39


@pytest.mark.parametrize("hunt", all_hunts(), ids=lambda hunt: hunt.id)
def test_all_hostile_texts_in_every_hunt(judge: Judge, hunt: Hunt) -> None:
    context = context_of(hunt, DIALECTS["log_analytics"])
    hostile = replace(context, values=filled(hunt, list(STRINGS.values())))
    assert hostile.values != context.values
    assert judge.faults(view_query(hostile, NAMES[hunt.subject][0]).kql, context.dialect.schema) == []
