"""Windows from what is typed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tui.triage.windows import WindowError, make_window, show_window
from tui.workspaces.protocol import Window

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
WHOLE = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 8, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("given", "span", "shown"),
    [
        (("", "", ""), None, "2026-11-21 08:30:00Z -> 2026-11-22 08:30:00Z"),
        (("", "", ""), WHOLE, "2026-11-01 00:00:00Z -> 2026-11-08 12:00:00Z"),
        (("1d4h", "", ""), None, "2026-11-21 04:30:00Z -> 2026-11-22 08:30:00Z"),
        (("12h", "", ""), WHOLE, "2026-11-08 00:00:00Z -> 2026-11-08 12:00:00Z"),
        (("12h", "", "yesterday"), WHOLE, "2026-11-06 12:00:00Z -> 2026-11-07 00:00:00Z"),
        (("", "yesterday 03:00Z", "now-1h"), None, "2026-11-21 03:00:00Z -> 2026-11-22 07:30:00Z"),
        (("", "2h ago", ""), WHOLE, "2026-11-08 10:00:00Z -> 2026-11-08 12:00:00Z"),
        (("", "2026-11-02 03:00", "+4h30m"), WHOLE, "2026-11-02 03:00:00Z -> 2026-11-02 07:30:00Z"),
    ],
)
def test_windows(given: tuple[str, str, str], span: Window | None, shown: str) -> None:
    assert show_window(make_window(*given, span, NOW)) == shown


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("1h", "2026-11-01", ""), "not both"),
        (("", "tomorrow", ""), "expected a time such as"),
        (("5 parsecs", "", ""), "'parsecs' is no unit"),
        (("", "2026-11-02", "2026-11-01"), "is not before"),
        (("", "2026-11-02", "+x"), "expected a span such as"),
        (("9999999d", "", ""), ""),
    ],
)
def test_what_makes_no_window(given: tuple[str, str, str], said: str) -> None:
    with pytest.raises(WindowError) as caught:
        make_window(*given, None, NOW)
    assert said in str(caught.value)


def test_a_window_back_from_now_ends_now() -> None:
    assert make_window("7d", "", "", None, NOW) == Window(NOW - timedelta(days=7), NOW)
