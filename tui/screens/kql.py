"""KQL as it was run, in colour, to read and to copy."""

from __future__ import annotations

from tui.screens.page import PageScreen
from tui.widgets.kql_text import highlight_kql


class KqlScreen(PageScreen):
    """Shows `kql` in the language's colours."""

    def __init__(self, title: str, kql: str) -> None:
        super().__init__(title, kql, highlight_kql(kql.rstrip("\n")))
