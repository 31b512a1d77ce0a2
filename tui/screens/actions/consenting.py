"""Asking before a large query goes to a live service."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.screens.main import MainScreen
    from tui.settings.asking import LiveConfig
    from tui.triage.consent import Consent, Cost


def consent_on(screen: MainScreen, limits: LiveConfig) -> Consent:
    """Consent that is asked for in a dialog of `screen`."""
    from tui.triage.consent import Consent

    return Consent(partial(_ask, screen), limits)


async def _ask(screen: MainScreen, cost: Cost, reasons: list[str]) -> bool:
    from tui.screens.ask import AskScreen
    from tui.triage.windows import show_window

    answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def answered(yes: bool | None) -> None:
        if not answer.done():
            answer.set_result(bool(yes))

    lines = [f"It looks through {cost.words}.", f"Window {show_window(cost.window)}."]
    lines.append(f"Asked because {', '.join(reasons)}.")
    lines += [f"{cost.missing}."] if cost.missing else []
    dialog = AskScreen(f"Send {cost.title}?", lines, "Send it", "No")
    screen.app.push_screen(dialog, answered)
    try:
        return await answer
    finally:
        if answer.cancelled() and dialog.is_attached and screen.app.screen is dialog:
            dialog.dismiss(False)  # the run was stopped: nothing is left to answer
