"""From which size on a query to a live service is asked about before it is sent: `[live]` of the configuration."""

from __future__ import annotations

from dataclasses import dataclass

from tui.settings.keys import Keys

ASK_DAYS, ASK_TABLE_DAYS, ASK_ROWS = 7, 30, 100_000_000
_MOST = 1_000_000_000_000


@dataclass(frozen=True)
class LiveConfig:
    """A query is asked about when its window is longer than `ask_days`, when its tables times its days are more than
    `ask_table_days`, or when those tables hold more than `ask_rows` rows in the window, by the last count."""

    ask_days: int = ASK_DAYS
    ask_table_days: int = ASK_TABLE_DAYS
    ask_rows: int = ASK_ROWS


def read_live(keys: Keys) -> LiveConfig:
    """The table `[live]`."""
    config = LiveConfig(
        ask_days=keys.whole_number("ask_days", ASK_DAYS, 1, _MOST, "days"),
        ask_table_days=keys.whole_number("ask_table_days", ASK_TABLE_DAYS, 1, _MOST, "tables times days"),
        ask_rows=keys.whole_number("ask_rows", ASK_ROWS, 1, _MOST, "rows"),
    )
    keys.finish()
    return config
