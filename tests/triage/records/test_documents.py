from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.records import a_run, a_session
from tui.triage.records.documents import DocumentError, run_document, run_of, session_document, session_of
from tui.triage.records.toml import dumps, loads, packed, unpacked

TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)
TIMES = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9998, 1, 1)).map(
    lambda at: at.replace(tzinfo=UTC)
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | TEXTS
    | TIMES
    | st.timedeltas(timedelta(days=-9999), timedelta(days=9999))
    | st.decimals(allow_nan=False, allow_infinity=False, places=4)
)


@given(SCALARS | st.lists(TEXTS).map(tuple))
def test_a_value_comes_back_with_its_type(value: Any) -> None:
    found = unpacked(loads(dumps({"value": packed(value)}))["value"])
    assert found == value
    assert type(found) is type(value)


@given(st.dictionaries(TEXTS, TEXTS, max_size=4))
def test_a_file_holds_no_character_that_a_terminal_acts_on(held: dict[str, str]) -> None:
    text = dumps({"held": held})
    assert loads(text)["held"] == held
    assert not [one for one in text if one != "\n" and unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp")]


def test_lone_surrogates_are_replaced() -> None:
    assert loads(dumps({"a\udc80": "b\ud800"})) == {"a\ufffd": "b\ufffd"}


def test_a_session_comes_back() -> None:
    record = a_session()
    assert session_of(loads(dumps(session_document(record)))) == record


def test_a_run_comes_back() -> None:
    record = a_run()
    assert run_of(loads(dumps(run_document(record)))) == record


def test_keys_of_another_version_are_kept() -> None:
    document = session_document(a_session()) | {"colour": "blue"}
    assert session_document(session_of(document))["colour"] == "blue"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": 3}, "name: expected a text, found 3"),
        (
            {"created": "yesterday"},
            "created: expected a time with its zone, such as 2026-01-31T09:00:00Z, found 'yesterday'",
        ),
        ({"marks": [{"key": "a"}]}, "marks.run: this key is missing"),
        ({"runs": {"one": "x"}}, "runs: expected numbers with SHA-256 digests"),
        ({"format": 0}, "format: expected a number from 1, found 0"),
        (
            {"trail": [{"run": 1, "filters": [{"column": "A", "op": "= 1 OR", "value": 2}]}]},
            "trail.filters.op: expected one of ==, !=, contains, !contains, matches, !matches, <, <=, >, >=, found '= 1 OR'",
        ),
    ],
)
def test_what_cannot_be_read_is_named(change: dict[str, Any], words: str) -> None:
    with pytest.raises(DocumentError) as error:
        session_of(session_document(a_session()) | change)
    assert str(error.value) == words


def test_an_outcome_must_be_one() -> None:
    document = run_document(a_run())
    document["outcome"]["state"] = "great"
    with pytest.raises(DocumentError, match=r"outcome.state: expected one of complete, "):
        run_of(document)


def test_a_decimal_is_not_a_float() -> None:
    assert packed(Decimal("1.10")) == {"decimal": "1.10"}
