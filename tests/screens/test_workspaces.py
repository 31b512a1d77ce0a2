"""Going from one workspace to another, and signing in and out by command."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.demo import END, smaller_demo_file
from tests.support.desk import Desk, desk_on
from tests.support.small import small_catalogue
from tui.app import HuntdeckApp
from tui.commands.serve import workspaces_toml
from tui.loopback.group import Loopback
from tui.loopback.token_service import BLOCKED, TENANT, USER
from tui.screens.actions import signing
from tui.screens.choose import ChooseScreen
from tui.screens.opening import Start
from tui.screens.sign_in import SignInScreen
from tui.workspaces.live import credentials
from tui.workspaces.live.kept import drop_kept
from tui.workspaces.registry import open_workspace


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Loopback]:
    path = smaller_demo_file(tmp_path_factory, worker_id)
    with Loopback(path, tmp_path_factory.mktemp("guarded"), sign_in=True, clock=lambda: END) as servers:
        servers.tokens.approve_as = USER
        servers.tokens.interval = 0
        yield servers


@pytest.fixture
def start(guarded: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    """On the first of the three live workspaces; one that is broken stands beside them."""
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    monkeypatch.setattr(credentials, "_sources", {})
    path = tmp_path / "CONFIG" / "huntdeck" / "workspaces.toml"
    path.parent.mkdir(parents=True)
    gone = '\n[gone]\nkind = "defender"\nurl = "https://127.0.0.1:1"\nsign_in = "none"\n'
    path.write_text(workspaces_toml(guarded, sign_in=True) + gone, encoding="utf-8")
    catalogue = small_catalogue(tmp_path)
    return Start("loop-logs", lambda name: (open_workspace(name), catalogue), None, tmp_path / "sessions")


async def signed_in(one: Desk) -> None:
    """The dialog that shows the code goes away by itself, a moment after the workspace is open."""
    await one.until(lambda: not isinstance(one.app.screen, SignInScreen), "the dialog gone")


async def go_to(one: Desk, name: str) -> None:
    await signed_in(one)
    await one.press("W")
    await one.until(lambda: isinstance(one.app.screen, ChooseScreen), "the list of workspaces")
    await one.press(*name, "enter")


async def test_another_workspace_is_gone_to_and_seen_in_the_header(start: Start) -> None:
    async with desk_on(HuntdeckApp(start)) as one:
        assert "LIVE loop-logs" in one.line("header")
        await go_to(one, "loop-explorer")
        await one.until(lambda: one.screen.ready and "LIVE loop-explorer" in one.line("header"), "the other workspace")
        assert f"{USER}, tenant {TENANT}" in one.line("header")
        assert one.screen.session.workspace.kind == "data_explorer"
        assert one.screen.session.runs == []


async def test_from_one_that_does_not_open_the_way_leads_back(start: Start) -> None:
    async with desk_on(HuntdeckApp(start)) as one:
        await go_to(one, "gone")
        await one.until(lambda: "refuses the connection" in one.text, "why it does not open")
        assert "gone | not open" in one.line("header")
        await go_to(one, "loop-defender")
        await one.until(lambda: one.screen.ready and "LIVE loop-defender" in one.line("header"), "the other workspace")


async def test_signing_out_and_in_again(start: Start, guarded: Loopback) -> None:
    async with desk_on(HuntdeckApp(start)) as one:
        await signed_in(one)
        one.screen.attempt(lambda: signing.sign_out(one.screen))
        await one.until(lambda: "signed out of loop-logs" in one.line("keys"), "signed out")
        assert USER not in one.line("header")
        guarded.tokens.refuse_next(BLOCKED)
        one.screen.attempt(lambda: signing.sign_in(one.screen))
        await one.until(lambda: "Conditional Access" in one.line("keys"), "why not")
        one.screen.attempt(lambda: signing.sign_in(one.screen))
        await one.until(lambda: f"signed in to loop-logs as {USER}" in one.line("keys"), "signed in")
        assert f"{USER}, tenant {TENANT}" in one.line("header")


async def test_a_session_is_come_back_to_without_its_service(start: Start, guarded: Loopback) -> None:
    async with desk_on(HuntdeckApp(start)) as one:
        await signed_in(one)
        await one.pilot.pause()
        await one.open_hunt()
        await one.until(
            lambda: one.screen.keeper.saved is not None and not one.screen.keeper.dirty, "the session saved"
        )
        folder = one.screen.keeper.folder
        assert folder is not None
        one.screen.session.workspace.sign_out()  # type: ignore[attr-defined]
        rows = one.screen.session.runs[0].received
    guarded.tokens.refuse_next(BLOCKED)
    async with desk_on(HuntdeckApp(replace(start, resume=folder.path))) as one:
        await one.until(lambda: "Conditional Access" in one.line("keys"), "why nothing can be run")
        assert "LIVE loop-logs" in one.line("header"), "what was kept of its schema is used"
        assert [run.received for run in one.screen.session.runs] == [rows]
    drop_kept("loop-logs")
    guarded.tokens.refuse_next(BLOCKED)
    async with desk_on(HuntdeckApp(replace(start, resume=folder.path))) as one:
        await one.settle()
        assert "ABSENT loop-logs" in one.line("header")
        assert "Conditional Access" in one.line("keys")
        assert [run.received for run in one.screen.session.runs] == [rows]
        one.screen.work_on(replace(start, resume=folder.path))
        await one.until(lambda: one.screen.ready and "LIVE loop-logs" in one.line("header"), "the service")
        assert [run.received for run in one.screen.session.runs] == [rows]
        await one.settle()
