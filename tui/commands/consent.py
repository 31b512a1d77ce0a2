"""Asking on the command line before a large query goes to a live service."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from tui.commands.answers import say
from tui.settings.config import read_config
from tui.workspaces.protocol import Workspace
from tui.workspaces.threads import in_thread

if TYPE_CHECKING:
    from tui.triage.consent import Consent, Cost

_STEP = "--yes sends it unasked; a smaller window (--last) costs less."


def consent_in(workspace: Workspace, arguments: argparse.Namespace) -> Consent | None:
    """Consent that is asked for on the terminal; None where nothing is asked: with `--yes`, and where nobody pays."""
    if arguments.yes or workspace.banner != "LIVE":
        return None
    from tui.triage.consent import Consent

    return Consent(_ask, read_config()[0].live, _STEP)


async def _ask(cost: Cost, reasons: list[str]) -> bool:
    """No without asking where nobody is there to answer."""
    if not somebody_is_there():
        return False
    from tui.triage.windows import show_window

    say(f"{cost.title} looks through {cost.words}, window {show_window(cost.window)}.")
    say(f"Asked because {', '.join(reasons)}." + (f" {cost.missing}." if cost.missing else ""))
    return await asked("Send it?")


def somebody_is_there() -> bool:
    """Whether a question would be seen, and can be answered."""
    return sys.stdin.isatty() and sys.stderr.isatty()


async def asked(question: str) -> bool:
    """Whether whoever is there says yes."""
    say(f"{question} y or n")
    answer = await in_thread(sys.stdin.readline)
    return answer.strip().lower() in ("y", "yes")
