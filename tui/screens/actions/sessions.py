"""Sessions: come back to one, leave one, change to another, name it, put one away, save it elsewhere, export it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tui.screens.actions import attached, exporting, sweeping
from tui.screens.places import Place

_GREETED = 3
"""Sessions that are offered at the start."""

if TYPE_CHECKING:
    from tui.screens.main import MainScreen
    from tui.screens.opening import Opened
    from tui.screens.sessions import Asked
    from tui.triage.records.shelf import Entry


def greet(screen: MainScreen, known: Sequence[Entry]) -> None:
    """Says how to begin, and which sessions of this workspace there are."""
    words = [
        "Enter on a hunt runs it.",
        "? shows the keys, : all commands, I what a hunt looks for and how to read it.",
    ]
    here = [entry for entry in known if entry.workspace == screen.session.workspace.name and not entry.trouble]
    if here:
        words.append("S comes back to a session:")
        words += [f"  {entry.name}: {_held_words(entry)}, {_age(entry)}" for entry in here[:_GREETED]]
    screen.pane.show_words(words)


def _held_words(entry: Entry) -> str:
    runs, marks = entry.runs, entry.marks
    return f"{runs} run{'s' * (runs != 1)}, {marks} mark{'s' * (marks != 1)}"


def _age(entry: Entry) -> str:
    from tui.triage.words import age_words

    age = age_words(entry.saved, datetime.now(UTC))
    return "saved just now" if age == "now" else f"saved {age} ago"


async def _greet_again(screen: MainScreen, root: Path) -> None:
    """The greeting with the sessions there are, unless something is shown by then."""
    from tui.triage.records.shelf import entries
    from tui.workspaces.threads import in_thread

    try:
        known = await in_thread(lambda: entries(root))
    except OSError:
        return  # what is wrong with the folder is said when the session is saved
    if screen.ready and screen.trail.current is None:
        greet(screen, known)


def come_back(screen: MainScreen, opened: Opened) -> None:
    """Shows a resumed session where it was left, and says what was found amiss and how old its results are."""
    from tui.triage.runs import Step
    from tui.triage.stale import stale_words

    runs = {run.number: run for run in screen.session.runs}
    places = [Place(Step(runs[step.run], step.view, step.row, step.column)) for step in opened.trail]
    if places:
        screen.come_back(places)
    elif screen.start.sessions is not None:
        screen.run_worker(_greet_again(screen, screen.start.sessions), group="greet", description="greet")
    words = [*opened.words, *sweeping.cut_off_words(screen)]
    attached.follow(screen)
    stale = stale_words(screen.session, screen.now())
    if words or stale:
        screen.say("; ".join(filter(None, [*words, stale])), warning=bool(words))


def leave(screen: MainScreen, close: Callable[[], None]) -> None:
    """Does `close`, which ends or changes the session; asks first when something would be lost."""
    if not screen.ready:
        close()
        return
    screen.remember()
    active, keeper = screen.session.active(), screen.keeper
    reasons = []
    if screen.session.sweeping is not None:
        reasons.append("The sweep would be stopped; it can be gone on with when the session is opened again.")
    if screen.session.watching is not None:
        reasons.append("The watch would end; huntdeck watch goes on without the screen.")
    if active and screen.session.sweeping is None:
        reasons.append(f"{len(active)} run{'s' * (len(active) != 1)} would be stopped.")
    if exporting.is_going_on(screen):
        reasons.append("The export that is being written would be stopped.")
    if keeper.trouble and keeper.dirty:
        reasons.append(f"What was done since is not saved: {keeper.trouble}. Save it elsewhere from the commands (:).")
    if not reasons:
        close()
        return
    from tui.screens.ask import AskScreen

    question = AskScreen("Leave this session?", " ".join(reasons), "Leave", "Stay")
    screen.app.push_screen(question, lambda yes: close() if yes else None)


async def show_sessions(screen: MainScreen) -> None:
    """The sessions there are; what is asked for is done."""
    await _show(screen, put_away=False)


async def _show(screen: MainScreen, put_away: bool) -> None:
    from tui.screens.sessions import SessionsScreen
    from tui.triage.records.shelf import discarded, entries
    from tui.workspaces.threads import in_thread

    root = screen.start.sessions
    if root is None:
        screen.say("sessions are not kept here: there is no folder for them", warning=True)
        return
    await screen.keeper.flush()
    known = await in_thread(lambda: discarded(root) if put_away else entries(root))
    here = screen.keeper.folder.path if screen.keeper.folder is not None else None

    def asked(answer: Asked | None) -> None:
        if answer is not None:
            screen.attempt(lambda: _do(screen, root, answer, put_away))

    screen.app.push_screen(SessionsScreen(known, here, datetime.now(UTC), put_away), asked)


async def _do(screen: MainScreen, root: Path, asked: Asked, put_away: bool) -> None:
    """Does what was asked for in the list."""
    match asked.deed, asked.entry:
        case "new", _:
            change_to(screen, None)
        case "recover", _:
            await _show(screen, put_away=True)
        case "open", entry if entry is not None and put_away:
            await _recover(screen, root, entry)
        case "open", entry if entry is not None:
            change_to(screen, entry.path)
        case "rename", entry if entry is not None:
            _ask_name(screen, entry)
        case "discard", entry if entry is not None:
            _ask_discard(screen, entry)
        case "export", entry if entry is not None:
            _ask_export(screen, entry.path, entry.name)


def change_to(screen: MainScreen, folder: Path | None) -> None:
    """Leaves this session for the one in `folder`, or for a new one in the same workspace."""
    workspace = screen.session.workspace.name if folder is None else screen.start.workspace
    start = replace(screen.start, workspace=workspace, resume=folder, name="")
    leave(screen, lambda: screen.work_on(start))


def new_session(screen: MainScreen) -> None:
    """A new session in the same workspace."""
    change_to(screen, None)


async def _recover(screen: MainScreen, root: Path, entry: Entry) -> None:
    from tui.triage.records.shelf import recover
    from tui.workspaces.threads import in_thread

    await in_thread(lambda: recover(root, entry.identity))
    screen.say(f"session {entry.name} is back; S, then Enter, opens it")


def rename(screen: MainScreen) -> None:
    """Another name for the session that is open."""
    from tui.screens.prompt import PromptScreen

    def given(name: str | None) -> None:
        if name is not None:
            screen.keeper.rename(name)
            screen.show_header()

    screen.app.push_screen(PromptScreen("Name of this session", "", screen.keeper.name, _wrong_name), given)


def _wrong_name(name: str) -> str:
    from tui.triage.records.model import SessionNameError, checked_name

    try:
        checked_name(name)
    except SessionNameError as error:
        return str(error)
    return ""


def _ask_name(screen: MainScreen, entry: Entry) -> None:
    """Another name for a session of the list."""
    from tui.screens.prompt import PromptScreen
    from tui.triage.records import shelf
    from tui.workspaces.threads import in_thread

    folder = screen.keeper.folder
    if folder is not None and entry.path == folder.path:
        rename(screen)
        return

    async def renamed(name: str) -> None:
        said = await in_thread(lambda: shelf.rename(entry.path, name, str(screen.session.author)))
        screen.say("; ".join([f"{entry.name} is now {name}", *said]), warning=bool(said))

    def given(name: str | None) -> None:
        if name is not None:
            screen.attempt(lambda: renamed(name))

    screen.app.push_screen(PromptScreen("Name of the session", entry.path.name, entry.name, _wrong_name), given)


def _ask_discard(screen: MainScreen, entry: Entry) -> None:
    """Puts a session away, once that is confirmed."""
    from tui.screens.ask import AskScreen
    from tui.triage.records.shelf import discard
    from tui.workspaces.threads import in_thread

    async def put_away() -> None:
        await in_thread(lambda: discard(entry.path))
        screen.say(f"{entry.name} was put away; S, then u, brings it back")

    words = f"{entry.name}: {entry.runs} runs, {entry.marks} marks. It can be brought back."
    question = AskScreen("Put this session away?", words, "Put away", "Keep")
    screen.app.push_screen(question, lambda yes: screen.attempt(put_away) if yes else None)


def save_elsewhere(screen: MainScreen) -> None:
    """Goes on in a new folder elsewhere, with everything there is."""
    from tui.screens.prompt import PromptScreen
    from tui.screens.targets import target_of

    async def saved(folder: Path) -> None:
        await screen.keeper.save_elsewhere(folder)
        where = screen.keeper.folder
        screen.say(f"the session is saved in {where.path if where is not None else folder} from now on")

    def given(words: str | None) -> None:
        if words is not None:
            screen.attempt(lambda: saved(target_of(words)))

    detail = "A folder; the session gets one of its own in it. Everything there is goes along, marks and rows included."
    check: Callable[[str], str] = lambda words: "" if words.strip() else "the name of a folder is missing"  # noqa: E731
    screen.app.push_screen(PromptScreen("Save this session elsewhere", detail, str(Path.home()), check), given)


async def export(screen: MainScreen) -> None:
    """Exports the session that is open as one file."""
    if not await screen.keeper.flush() or screen.keeper.folder is None:
        screen.say("there is nothing saved to export yet", warning=True)
        return
    _ask_export(screen, screen.keeper.folder.path, screen.keeper.name)


def _ask_export(screen: MainScreen, path: Path, name: str) -> None:
    from tui.screens.prompt import PromptScreen
    from tui.screens.targets import target_of, wrong_target
    from tui.triage.records.bundle import bundle_name, export_session
    from tui.workspaces.threads import in_thread

    async def exported(target: Path) -> None:
        left_out = await in_thread(lambda: export_session(path, target))
        words = f"exported to {target}; huntdeck sessions import takes it in elsewhere"
        screen.say("; ".join([words, *left_out]), warning=bool(left_out))

    def given(words: str | None) -> None:
        if words is not None:
            screen.attempt(lambda: exported(target_of(words)))

    detail = (
        "One file with runs, rows, marks, notes and the hunts as they were run. Whoever gets it can read all of it."
    )
    target = Path.home() / bundle_name(name)
    screen.app.push_screen(PromptScreen("Export the session", detail, str(target), wrong_target), given)
