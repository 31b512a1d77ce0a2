"""What the screen says about runs, windows and scope, in words. Nothing here is made safe for showing: the screen does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from tui.kql.moments import seventh_digit
from tui.library.model import Hunt
from tui.results.values import plain_text
from tui.results.view import RowView
from tui.settings.files import reason_of
from tui.triage.cell import Cell
from tui.triage.queries.compile import view_names
from tui.triage.queries.context import Scope
from tui.triage.runs import Phase, Run, Step
from tui.triage.session import Session
from tui.triage.sweep import unrun_words
from tui.workspaces.live.limits import QueueState
from tui.workspaces.protocol import Identity, State, Window, mark_place

NEXT_STEPS: dict[State, str] = {
    State.TRUNCATED: "Narrow the window (w), the scope (o) or the parameters (e) to see the rest.",
    State.PARTIAL: "r runs it again; a smaller window (w) may give all of it.",
    State.NO_TABLE: "c shows which tables and hosts this workspace holds.",
    State.NOT_COVERED: "c shows what is there, from when to when; w sets another window.",
    State.BLIND: "c shows what is there; another hunt or source has to answer this.",
    State.NOT_PERMITTED: "Ask for read access to this table, or open another workspace.",
    State.THROTTLED: "r runs it again later.",
    State.TIMED_OUT: "Narrow the window (w) or the scope (o), then r runs it again.",
    State.CANCELLED: "r runs it again.",
    State.FAILED: "K shows the query as it was sent; r runs it again.",
}
"""What the analyst can do after a run that ended so."""

_SHORT: dict[State, str] = {
    State.NO_TABLE: "n/a",
    State.NOT_COVERED: "no data",
    State.BLIND: "blind",
    State.NOT_PERMITTED: "denied",
    State.THROTTLED: "throttled",
    State.TIMED_OUT: "timed out",
    State.CANCELLED: "stopped",
    State.FAILED: "failed",
}


def error_words(error: Exception) -> str:
    """What `error` says; of one of the disk, which file and why."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {reason_of(error)}"
    return reason_of(error)


def clock_words(moment: datetime, zone: tzinfo = UTC) -> str:
    """`14:01`, in the zone that is shown."""
    return f"{moment.astimezone(zone):%H:%M}"


def zone_words(zone: tzinfo, moment: datetime) -> str:
    """`UTC`, or the offset from it at `moment`: `UTC+02:00`."""
    offset = moment.astimezone(zone).utcoffset() or timedelta()
    if not offset:
        return "UTC"
    sign, minutes = ("-", -offset) if offset < timedelta() else ("+", offset)
    hours, rest = divmod(int(minutes.total_seconds()) // 60, 60)
    return f"UTC{sign}{hours:02}:{rest:02}"


def age_words(since: datetime, now: datetime) -> str:
    """`now`, `1 min`, `9 h`, `3 d`: how long ago `since` was, in whole units."""
    minutes = max(0, int((now - since).total_seconds())) // 60
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} d"


def size_words(size: int) -> str:
    """`812 B`, `48 kB`, `1.2 MB`: bytes in decimal units."""
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    return f"{amount:.1f} {unit}" if unit != "B" and amount < 10 else f"{amount:.0f} {unit}"


def window_words(window: Window, zone: tzinfo = UTC) -> str:
    """`11-21 01:00 -> 05:00`: the date is said again only where it differs, seconds only where there are any.

    `+late` follows where rows are looked for that were stored late.
    """
    start, end = window.start.astimezone(zone), window.end.astimezone(zone)
    exact = any(moment.second or moment.microsecond for moment in (start, end)) and end - start < timedelta(hours=1)
    form = "%H:%M:%S" if exact else "%H:%M"
    day = f"%m-%d {form}" if start.year == end.year else f"%Y-%m-%d {form}"
    return f"{start:{day}} -> {end:{form if start.date() == end.date() else day}}{' +late' if window.late else ''}"


def scope_words(scope: Scope) -> str:
    """`all`, `fin-ws-114 +3`, `all but bkp-03`: what the session is held to, and how much more of it there is."""
    within = [*scope.devices, *scope.accounts]
    without = [*scope.exclude_devices, *scope.exclude_accounts]
    words = _first_of(within) if within else "all"
    return f"{words} but {_first_of(without)}" if without else words


def _first_of(names: Sequence[str]) -> str:
    return f"{names[0]} +{len(names) - 1}" if len(names) > 1 else names[0]


def identity_words(session: Session) -> str:
    """`ana@acme.example, tenant 6f1c1d2e-...`: who is signed in to a live workspace; nothing where nobody is, or has to be."""
    identity = getattr(session.workspace, "identity", None)
    if not isinstance(identity, Identity) or not (identity.name or identity.tenant):
        return ""
    return ", tenant ".join(part for part in (identity.name or "signed in", identity.tenant) if part)


def identifier_words(run: Run) -> str:
    """`client request id huntdeck;6f1c..., correlation id ...`: what a live service knows a run by; nothing elsewhere."""
    known = run.completion.identifiers if run.completion is not None else {}
    names = ("client_request_id", "correlation_id")
    return ", ".join(f"{name.replace('_', ' ')} {known[name]}" for name in names if known.get(name))


def queue_words(session: Session) -> str:
    """`2 running, 1 waits`, or nothing when no run goes on; what a service has put off says for how long and why."""
    queue = getattr(session.workspace, "queue", None)
    if isinstance(queue, QueueState) and queue.waiting:
        return queue.words
    active = session.active()
    running = sum(run.phase is Phase.RUNNING for run in active)
    waiting = len(active) - running
    parts = [f"{running} running"] if running else []
    if waiting:
        parts.append(f"{waiting} waits" if waiting == 1 else f"{waiting} wait")
    return ", ".join(parts)


def step_words(step: Step) -> str:
    """What a step of the trail lists: its view, or the leg or values behind a cell and of which row."""
    run = step.run
    if run.query.view == "comparison":
        return run.query.title
    if run.query.view == "rarity":
        return run.query.title
    if run.query.view == "stack":
        return f"stack of {', '.join(key.column for key in run.query.keys)}"
    if run.origin is None:
        values = [str(value) for name, value in run.context.values.items() if value and _is_entity(run, name)]
        return " ".join([run.query.view, *values[:1]])
    what = "timeline" if run.query.view == "timeline" else run.origin.column
    return f"{what} of {run.origin.row}" if run.origin.row else what


def _is_entity(run: Run, name: str) -> bool:
    return bool(run.context.hunt.parameters[name].entity)


def trail_words(trail: Sequence[Step]) -> str:
    """`T1119-02 Large archives > devices > ArchiveFileCount of fin-ws-114`: a hunt is named where it changes."""
    words: list[str] = []
    hunt = ""
    for step in trail:
        if step.run.hunt_id != hunt:
            hunt = step.run.hunt_id
            words.append(f"{hunt} {step.run.context.hunt.title}")
        words.append(step_words(step))
    return " > ".join(words)


def count_words(run: Run, shown: int | None, hidden: int = 0) -> str:
    """`4 of 4`; where filters leave fewer rows than came, those first: `2 of 4 filtered`; `7 came` of a run that broke off.

    Rows that are `hidden` are told: `6 of 18, 12 hidden as benign`.
    """
    if hidden and not run.failed and shown is not None:
        filtered = " filtered" if shown < run.received - hidden else ""
        return f"{shown:,} of {_whole(run)}{filtered}, {hidden:,} hidden as benign"
    if run.failed:
        return f"{run.received:,} came" if run.received else ""
    if shown is None or shown == run.received:
        return run.count_words
    return f"{shown:,} of {_whole(run)} filtered"


def _whole(run: Run) -> str:
    return run.count_words.rpartition(" of ")[2] if run.phase is Phase.DONE else run.count_words


def run_words(run: Run) -> str:
    """`complete 3.1 s, 48 MB`, `failed 0.2 s: the reason`, `running 4 s, 2 MB`, `waiting 2 s`."""
    if run.outcome is None:
        arrived = f", {size_words(run.bytes)}" if run.bytes else ""
        return f"{run.phase} {run.seconds:.0f} s{arrived}"
    size = f", {size_words(run.bytes)}" if run.bytes else ""
    reason = f": {run.outcome.reason}" if run.outcome.reason else ""
    return f"{run.outcome.state} {run.seconds:.1f} s{size}{reason}"


def newest_event_words(session: Session, run: Run, zone: tzinfo = UTC) -> str:
    """`newest event 11-21 13:54`: how new the main table of a run is, as far as its live workspace was looked at; or nothing."""
    knowledge = getattr(session.workspace, "knowledge", None)
    leg = run.context.hunt.legs.get(run.query.leg or run.context.hunt.primary)
    if knowledge is None or leg is None or run.workspace != session.workspace.name:
        return ""
    newest = knowledge.newest(run.context.table(leg))
    return f"newest event {newest.astimezone(zone):%m-%d %H:%M}" if newest else ""


def end_words(run: Run) -> str:
    """How a run ended that is not the one shown: `T1119-02 devices: 18 of 18, complete 3.1 s`."""
    return f"{run.hunt_id} {run.query.view}: {run.count_words}, {run_words(run)} (R lists the runs)"


def began_words(run: Run, now: datetime, zone: tzinfo = UTC) -> str:
    """`run 14:01, 1 min old`."""
    age = age_words(run.began, now)
    return f"run {clock_words(run.began, zone)}" + ("" if age == "now" else f", {age} old")


def empty_words(run: Run) -> list[str]:
    """What stands in place of rows: how the run ended or that it goes on, why, and what to do next; one line each."""
    if run.outcome is None:
        return [f"{run.query.title}: {run.phase}", "Ctrl+C stops it; other hunts can run meanwhile."]
    state, reason = run.outcome.state, run.outcome.reason
    if state is State.COMPLETE:
        return [
            "No rows: the data was there, and nothing in it met the conditions.",
            *([f"{reason[:1].upper()}{reason[1:]}."] if reason else []),
            "e changes the parameters, w the window, o the scope.",
        ]
    head = str(state).capitalize()
    marked = mark_place(run.query.kql, run.outcome.place) if run.outcome.place else []
    return [f"{head}: {reason}" if reason else f"{head}.", *marked, run.outcome.next_step or NEXT_STEPS[state]]


def opens_words(cell: Cell) -> str:
    """What Enter lists: `leg archives, opens 4 events`; nothing where the cell does not open."""
    meaning = cell.run.query.meaning(cell.column)
    if cell.value is None and meaning.opens:
        return "n/a: the table it counts is not in this workspace"
    number = cell.value if isinstance(cell.value, int) and not isinstance(cell.value, bool) else None
    match meaning.opens:
        case "rows":
            what = "opens the events" if number is None else f"opens {number:,} event{'s' * (number != 1)}"
        case "values":
            what = "opens the values" if number is None else f"opens {number:,} value{'s' * (number != 1)}"
        case "sum":
            what = "opens the events of the total"
        case "extreme":
            what = "opens the event, or those that tie"
        case "timeline":
            return "opens the timeline of all legs"
        case _:
            return ""
    if cell.run.query.view == "timeline":
        return ""
    return f"leg {meaning.leg}, {what}" if meaning.leg else what


def value_words(value: Any, zone: tzinfo = UTC) -> str:
    """A value as text: times to the microsecond, or to 100 ns, in `zone` with its name, null as `null`, empty as `empty`."""
    if isinstance(value, datetime):
        moment = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(zone)
        return f"{moment:%Y-%m-%d %H:%M:%S.%f}{seventh_digit(value) or ''} {zone_words(zone, moment)}"
    return "null" if value is None else "empty" if value == "" else plain_text(value)


def chip_words(view: RowView, stacked: str = "") -> list[str]:
    """The filters, order and searched text of `view`, each in a few words."""
    words = [f"stack of {stacked}: Enter shows its rows"] if stacked else []
    signs = {"==": "only", "!=": "not", "!contains": "not containing", "!matches": "not matching"}
    words += [f"{signs.get(one.op, one.op)} {one.column} {value_words(one.value)}" for one in view.filters]
    if view.sort:
        keys = [f"{name} {'down' if descending else 'up'}" for name, descending in view.sort]
        words.append(f"sorted by {', then '.join(keys)}")
    return [*words, f"search {view.search}"] if view.search else words


def main_run(session: Session, hunt: Hunt) -> Run | None:
    """The newest run of the view `hunt` opens with, other than one from a cell."""
    view = view_names(hunt)[0]
    for run in reversed(session.runs):
        if run.hunt_id == hunt.id and run.origin is None and run.query.view == view and not run.query.bounds:
            return run
    return None


def same_run(session: Session, like: Run, view: str) -> Run | None:
    """The newest run of another view of the hunt of `like`, with the same values, window and scope."""
    for run in reversed(session.runs):
        if run.context == like.context and run.query.view == view and run.origin is None and not run.failed:
            return run
    return None


def lacks_tables(session: Session, hunt: Hunt) -> bool:
    """Whether a table that `hunt` cannot do without is not in the workspace."""
    needed = [leg.table for leg in hunt.legs.values() if leg.table and not leg.optional]
    return not all(session.dialect.has_table(table) for table in needed)


def _lacks_words(session: Session, hunt: Hunt) -> str:
    """What the tree says beside a hunt that cannot be run here; nothing beside others."""
    if lacks_tables(session, hunt):
        return "n/a"
    legs = [leg for leg in hunt.legs.values() if leg.table]
    combines = len(legs) > 1 or any(leg.leans_on for leg in hunt.legs.values() if not leg.of)
    return "plan" if combines and any(leg.table in session.dialect.plans for leg in legs) else ""


def _unseen_words(session: Session, hunt: Hunt) -> str:
    fresh = session.watching.unseen.get(hunt.id) if session.watching is not None else None
    return f" +{fresh.count:,}" if fresh is not None else ""


def badge_words(session: Session, hunt: Hunt, now: datetime, zone: tzinfo = UTC) -> str:
    """What the tree says beside a hunt: `7 14:01`, `(7) 9 h` when it would be run otherwise today, `3+ 14:01`,
    `0 blind`, `n/a`, `plan` where a table's plan forbids what it needs, `…` while it runs, `waits` or `not run` by a
    sweep, `7 +2 14:01` where a watch found what was not looked at yet, `.` when it was not run."""
    run = main_run(session, hunt)
    if run is None:
        return _lacks_words(session, hunt) or unrun_words(session, hunt.id) or "."
    if run.outcome is None:
        return "…"
    number = f"{run.received:,}{'+' if run.outcome.state is State.TRUNCATED else ''}{_unseen_words(session, hunt)}"
    short = _SHORT.get(run.outcome.state, "")
    if run.failed:
        return short
    if not session.is_current(run):
        return f"({number}) {age_words(run.began, now)}"
    return f"{number} {short or clock_words(run.began, zone)}"
