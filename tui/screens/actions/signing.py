"""Signing in to the workspace and out of it, and going to another workspace."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from tui.screens.actions import sessions

if TYPE_CHECKING:
    from tui.screens.main import MainScreen
    from tui.screens.sign_in import DeviceCode
    from tui.workspaces.live.workspace import LiveWorkspace
    from tui.workspaces.protocol import Workspace


def show_code(screen: MainScreen, workspace: LiveWorkspace, address: str, code: str, until: datetime) -> None:
    """Shows a device code of `workspace` in a dialog. May be called from any thread."""
    from tui.screens.sign_in import DeviceCode

    screen.call_later(_show, screen, workspace, DeviceCode(address, code, until))


def _show(screen: MainScreen, workspace: LiveWorkspace, given: DeviceCode) -> None:
    from tui.screens.sign_in import SignInScreen

    if isinstance(screen.app.screen, SignInScreen):
        screen.app.screen.dismiss(None)  # of a sign-in that is over: there is one at a time

    def over(_: None) -> None:
        if workspace.signed_in:
            say_who(screen, workspace)

    tenant = workspace.settings.tenant
    dialog = SignInScreen(workspace.name, tenant, given, lambda: workspace.signing_in, workspace.give_up_sign_in)
    screen.app.push_screen(dialog, over)


def say_who(screen: MainScreen, workspace: LiveWorkspace) -> None:
    """Says who is signed in and to which tenant, so that the wrong one is noticed."""
    identity = workspace.identity
    name = identity.name or "somebody whose name is not told"
    screen.say(f"signed in to {workspace.name} as {name}, tenant {identity.tenant or 'not told'}")
    if screen.ready:
        screen.show_header()


def _live(screen: MainScreen) -> LiveWorkspace | None:
    """The workspace when it is one that somebody signs in to; else that is said."""
    workspace: Workspace = screen.session.workspace
    if workspace.banner == "LIVE":
        from tui.workspaces.live.workspace import LiveWorkspace

        if isinstance(workspace, LiveWorkspace) and workspace.settings.sign_in != "none":
            return workspace
    screen.say(f"nobody has to sign in to {workspace.name}")
    return None


def sign_in_beside(screen: MainScreen) -> None:
    """Signs in to the workspace that was opened with a schema that was kept, so that who is there is shown before a run."""
    workspace: Workspace = screen.session.workspace
    if workspace.banner != "LIVE":
        return
    from tui.workspaces.live.workspace import LiveWorkspace

    if isinstance(workspace, LiveWorkspace) and workspace.settings.sign_in != "none":
        screen.turns.beside(lambda: _show_who(screen, workspace), "sign-in", exclusive=True)


async def _show_who(screen: MainScreen, workspace: LiveWorkspace) -> None:
    from tui.workspaces.protocol import WorkspaceError

    try:
        await workspace.ready()
    except WorkspaceError as error:
        screen.say(f"nothing can be run in {workspace.name} now: {error}", warning=True)
    else:
        if screen.ready:
            screen.show_header()


def sign_in(screen: MainScreen) -> None:
    """Signs in anew, perhaps as somebody else."""
    workspace = _live(screen)
    if workspace is not None:
        screen.turns.beside(lambda: _sign_in(screen, workspace), "sign-in", exclusive=True)


async def _sign_in(screen: MainScreen, workspace: LiveWorkspace) -> None:
    from tui.workspaces.protocol import WorkspaceError

    try:
        await workspace.sign_in()
    except WorkspaceError as error:
        screen.say(str(error), warning=True)
    else:
        say_who(screen, workspace)
    screen.show_header()


def sign_out(screen: MainScreen) -> None:
    """Lets go of the tokens, and of a sign-in that is remembered: the next query signs in anew."""
    workspace = _live(screen)
    if workspace is not None:
        screen.turns.beside(lambda: _sign_out(screen, workspace), "sign-out", exclusive=True)


async def _sign_out(screen: MainScreen, workspace: LiveWorkspace) -> None:
    from tui.workspaces.live.errors import SignInError
    from tui.workspaces.threads import in_thread

    try:
        remembered = await in_thread(workspace.sign_out)
    except (SignInError, OSError) as error:
        screen.say(f"what is remembered of the sign-in could not be forgotten: {error}", warning=True)
        return
    screen.show_header()
    gone = "; what was remembered is gone" if remembered else ""
    screen.say(f"signed out of {workspace.name} and of what signs in alike{gone}: the next query signs in anew")


def choose_workspace(screen: MainScreen) -> None:
    """Another workspace, for a new session in it."""
    from tui.screens.choose import ChooseScreen
    from tui.workspaces.registry import list_workspaces

    entries = list_workspaces()
    options = [(entry.name, ", ".join(part for part in (entry.kind, entry.address) if part)) for entry in entries]
    if not options:
        screen.say("there is no workspace: huntdeck import makes one, huntdeck workspaces add configures one")
        return
    here = screen.session.workspace.name if screen.ready else ""
    shown = [(name, f"{words}, open now" if name == here else words) for name, words in options]

    def chosen(index: int | None) -> None:
        if index is not None:
            change_to(screen, options[index][0])

    screen.app.push_screen(ChooseScreen("Workspaces: a new session in", shown), chosen)


def change_to(screen: MainScreen, name: str) -> None:
    """Leaves this session for a new one in the workspace `name`."""
    start = replace(screen.start, workspace=name, resume=None, name="")
    sessions.leave(screen, lambda: screen.work_on(start))
