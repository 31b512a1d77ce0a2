"""KQL as it was run, in colour, to read and to copy."""

from __future__ import annotations

from tui.screens.page import PageScreen
from tui.widgets.dialog import Dialog
from tui.widgets.kql_text import highlight_kql


class KqlScreen(PageScreen):
    """Shows `kql` in the language's colours."""

    def __init__(self, title: str, kql: str) -> None:
        super().__init__(title, kql, highlight_kql(kql.rstrip("\n")))

    def action_copy(self) -> None:
        """Copies the whole query, meaning the same, with nothing in it that acts on a terminal."""
        from tui.triage.copying import CopyError, kql_text

        try:
            self.app.copy_to_clipboard(kql_text(self._whole))
        except CopyError as error:
            self.query_one(Dialog).say(f"not copied: {error}")
