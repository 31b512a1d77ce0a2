"""Steps through numbers and spans."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.library.model import Parameter, ParameterType
from tui.library.parameters import measure, read_value
from tui.library.steps import stepped


def parameter(kind: str, **more: Any) -> Parameter:
    return Parameter("x", ParameterType(kind), "", **more)


@pytest.mark.parametrize(
    ("kind", "text", "down", "up"),
    [
        ("integer", "50", "49", "51"),
        ("integer", "100", "99", "110"),
        ("integer", "1000", "990", "1100"),
        ("integer", "0", "-1", "1"),
        ("integer", "-5", "-6", "-4"),
        ("real", "0.5", "0.49", "0.51"),
        ("real", "1", "0.99", "1.1"),
        ("real", "0", "-0.1", "0.1"),
        ("timespan", "5m", "2m", "10m"),
        ("timespan", "1d4h", "1d", "2d"),
        ("timespan", "1s", "1s", "2s"),
        ("timespan", "400d", "365d", "400d"),
        ("integer", "x", None, None),
        ("integer", "", None, None),
        ("string", "5", None, None),
    ],
)
def test_steps(kind: str, text: str, down: str | None, up: str | None) -> None:
    assert (stepped(parameter(kind), text, False), stepped(parameter(kind), text, True)) == (down, up)


def test_a_step_ends_at_the_limits() -> None:
    assert stepped(parameter("integer", minimum=1), "1", False) == "1"
    assert stepped(parameter("integer", minimum=10), "2", True) == "10"
    assert stepped(parameter("integer", maximum=105), "100", True) == "105"
    assert stepped(parameter("timespan", maximum="7m"), "5m", True) == "7m"


@given(st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False), st.booleans())
def test_a_step_leads_on_and_can_be_read(number: float, up: bool) -> None:
    one = parameter("integer" if isinstance(number, int) else "real")
    text = stepped(one, str(number), up)
    assert text is not None
    before, after = measure(one, read_value(one, str(number))), measure(one, read_value(one, text))
    assert before is not None
    assert after is not None
    assert after >= before if up else after <= before
