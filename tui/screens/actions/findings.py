"""All that was said in the session, in one list."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.screens.main import MainScreen
    from tui.triage.records.model import Mark


def show_findings(screen: MainScreen) -> None:
    """All marks and notes; the mark that is chosen is gone to."""
    from tui.screens.actions.marking import jump_to, take_back_last
    from tui.screens.findings import FindingsScreen

    def chosen(mark: Mark | None) -> None:
        if mark is not None:
            screen.attempt(lambda: jump_to(screen, mark))

    screen.app.push_screen(
        FindingsScreen(screen.session, screen.now, screen.zone, lambda: take_back_last(screen)), chosen
    )
