"""The words of the two lines on top: where the analyst works, and what is shown."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from tui.widgets.line import Piece

if TYPE_CHECKING:
    from tui.screens.places import Trail
    from tui.triage.records.keeper import Keeper
    from tui.triage.session import Session

_BANNERS = {"LIVE": "live", "EVIDENCE": "evidence", "DEMO": "demo"}
"""The role of each banner."""


def session_pieces(session: Session, keeper: Keeper, zone: tzinfo) -> list[Piece]:
    """Banner, workspace, who is signed in, window with its zone, scope, the session and when it was saved, the queue."""
    from tui.triage.words import identity_words, queue_words, scope_words, window_words, zone_words

    workspace, window = session.workspace, session.window
    words = f"{window_words(window, zone)} {zone_words(zone, window.end)}"
    whole = " (all of it)" if window == session.whole else ""
    scope = scope_words(session.scope)
    queue, identity = queue_words(session), identity_words(session)
    return [
        Piece(f"{workspace.banner} {workspace.name}", role="strong", lead=_BANNERS.get(workspace.banner, "warning")),
        Piece(workspace.kind, "", rank=1, leaves=True),
        Piece(identity, identity.partition(",")[0], rank=2) if identity else Piece(""),
        Piece(words + whole, short=words, rank=3),
        Piece(f"scope {scope}", role="" if scope == "all" else "warning", rank=5),
        keeper_piece(keeper, zone),
        Piece(queue, role="key", rank=6, leaves=session.sweeping is not None) if queue else Piece(""),
    ]


def keeper_piece(keeper: Keeper, zone: tzinfo) -> Piece:
    """`INC-4471 saved 14:02:31`, or why it is not."""
    if keeper.root is None:
        return Piece("session kept while open", short="not saved", rank=2)
    if keeper.folder is not None and keeper.folder.held:
        return Piece(f"{keeper.name} read only: {keeper.folder.held}", short="read only", role="warning", rank=7)
    if keeper.trouble:
        return Piece(f"{keeper.name} NOT SAVED: {keeper.trouble}", short="NOT SAVED", role="warning", rank=7)
    if keeper.saved is None:
        return Piece("new session", short="", rank=2)
    saved = f"saved {keeper.saved.astimezone(zone):%H:%M:%S}"
    return Piece(f"{keeper.name} {saved}", short=saved, rank=2)


def opening_pieces(name: str, state: str = "opening the workspace and reading the hunts") -> list[Piece]:
    """Before the workspace is open."""
    return [Piece(name, role="strong"), Piece(state)]


def trail_pieces(session: Session, trail: Trail, shown: int | None, now: datetime, zone: tzinfo) -> list[Piece]:
    """The path to what is shown, N of M, how the run ended, when it ran, whether it is filtered or of another window."""
    from tui.triage.words import (
        began_words,
        count_words,
        newest_event_words,
        run_words,
        scope_words,
        step_words,
        trail_words,
        window_words,
    )

    place = trail.current
    if place is None:
        words = "Enter on a hunt shows its last run" if session.runs else "nothing was run yet: Enter on a hunt runs it"
        return [Piece(words, role="muted")]
    run = place.step.run
    where = step_words(place.step)
    whole = run.outcome is None or run.outcome.state == "complete"
    # In place of rows the pane says why there are none.
    ended = run_words(run) if run.received else run_words(run).partition(":")[0]
    view = place.step.view
    filters = len(view.filters) + (view.only is not None)
    pieces = [
        Piece(
            trail_words(session.trail),
            short=f"{run.hunt_id} > {where}" if len(trail.places) < 3 else f"... > {where}",
            role="strong",
            rank=4,
        ),
        Piece(count_words(run, shown, len(view.without))),
        Piece(run.mismatch, role="warning", rank=8),
        Piece(ended, short=ended.split(" ")[0] if whole else None, role="" if whole else "warning", rank=3),
    ]
    if run.context.window != session.window:
        pieces.append(Piece(f"window {window_words(run.context.window, zone)}", role="warning", rank=7))
    if run.context.scope != session.scope:
        pieces.append(Piece(f"scope then {scope_words(run.context.scope)}", role="warning", rank=7))
    pieces.append(Piece(began_words(run, now, zone), short=began_words(run, run.began, zone), rank=2))
    newest = newest_event_words(session, run, zone)
    if newest:
        pieces.append(Piece(newest, short="", rank=1))
    pieces.append(Piece(f"filter: {filters}") if filters else Piece("filter: none", short="", rank=1))
    return pieces
