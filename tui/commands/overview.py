"""`huntdeck` where there is no terminal: every hunt with its device and event counts, as plain text."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

from tui.commands.options import catalogue_at_hand
from tui.commands.run import with_workspace
from tui.kql.dialects import dialect_for
from tui.library.model import Hunt
from tui.library.parameters import ParameterError, values_for
from tui.terminal.safe_text import safe
from tui.triage.execute import Answer, execute
from tui.triage.queries.compile import view_names, view_query
from tui.triage.queries.context import QueryContext, QueryError
from tui.triage.queries.subjects import NAMES
from tui.triage.windows import make_window, show_window
from tui.workspaces.protocol import State, Workspace


def overview(arguments: argparse.Namespace) -> int:
    """Prints one line a hunt, and how to open the screen."""

    async def work(workspace: Workspace) -> int:
        catalogue = catalogue_at_hand()
        window = make_window("", "", "", await workspace.span(), datetime.now(UTC))
        dialect = dialect_for(workspace.kind, await workspace.schema())
        print(safe(f"{workspace.banner} {workspace.name}   {show_window(window)}"))
        print(f"{'hunt':<12} {'title':<34} {'devices':>8} {'events':>8}  outcome")
        for hunt in catalogue.listed:
            try:
                context = QueryContext(hunt, values_for(hunt, {}), window, dialect)
                answer = await execute(workspace, context, view_query(context, subject_view(hunt)))
            except (QueryError, ParameterError) as error:
                print(safe(f"{hunt.id:<12} {hunt.title:<34} {'-':>8} {'-':>8}  {error}"))
                continue
            print(safe(_line(hunt, answer)))
        for problem in catalogue.problems:
            print(safe(str(problem)), file=sys.stderr)
        print("\nTo hunt on the screen, run `huntdeck` in a terminal.")
        print("Without it: huntdeck run HUNT, huntdeck drill HUNT ..., huntdeck --help.")
        return 0

    return with_workspace(arguments.workspace, work)


def subject_view(hunt: Hunt) -> str:
    """The view with one row per subject, whichever the hunt shows first."""
    names = {names[0] for names in NAMES.values()}
    return next((view for view in view_names(hunt) if view in names), "")


def _line(hunt: Hunt, answer: Answer) -> str:
    rows = answer.rows()
    counts = [leg.count for leg in hunt.legs.values() if not leg.of]
    events = sum(int(row[count] or 0) for row in rows for count in counts if count in row)
    outcome = answer.completion.outcome
    words = f"{outcome.state}: {outcome.reason}" if outcome.reason else str(outcome.state)
    more = "+" if outcome.state is State.TRUNCATED else ""
    return f"{hunt.id:<12} {hunt.title:<34} {f'{len(rows)}{more}':>8} {events:>8,}  {words}"
