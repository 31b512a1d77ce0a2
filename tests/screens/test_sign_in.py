"""Signing in with a device code inside of the app, at a loopback token service."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.demo import END, smaller_demo_file
from tests.support.desk import Desk
from tests.support.small import small_catalogue
from tui.app import HuntdeckApp
from tui.loopback.group import Loopback
from tui.loopback.token_service import CLIENT, TENANT, USER
from tui.screens.opening import Start
from tui.screens.sign_in import DeviceCode, SignInScreen
from tui.workspaces.live import credentials
from tui.workspaces.live.configuration import settings_from
from tui.workspaces.live.opening import live_workspace


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Loopback]:
    """Services with sign-in, over little evidence."""
    path = smaller_demo_file(tmp_path_factory, worker_id)
    with Loopback(path, tmp_path_factory.mktemp("guarded"), sign_in=True, clock=lambda: END) as servers:
        yield servers


@pytest.fixture
def services(guarded: Loopback, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    monkeypatch.setattr(credentials, "_sources", {})
    guarded.tokens.interval = 0
    yield guarded
    guarded.tokens.code_seconds = 900
    for server in guarded.servers:
        server.clear()


@asynccontextmanager
async def desk(services: Loopback, folder: Path) -> AsyncIterator[Desk]:
    """The app on a workspace that a device code signs in to; not waited for."""
    catalogue = small_catalogue(folder)
    table = {
        "kind": "defender",
        "url": services.defender.url,
        "ca": str(services.ca),
        "sign_in": "device_code",
        "tenant": TENANT,
        "client_id": CLIENT,
        "authority": services.tokens.url,
    }
    settings = settings_from("acme", table, "test")
    start = Start("acme", lambda _: (live_workspace(settings), catalogue), None, folder / "sessions")
    app = HuntdeckApp(start)
    async with app.run_test(size=(160, 45)) as pilot:
        yield Desk(pilot, app)


async def dialog(one: Desk) -> SignInScreen:
    await one.until(lambda: isinstance(one.app.screen, SignInScreen) and one.app.screen.query("#code"), "the dialog")
    await one.pilot.pause()
    assert isinstance(one.app.screen, SignInScreen)
    return one.app.screen


async def test_the_code_is_shown_when_asked_for_and_nowhere_afterwards(
    services: Loopback, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with desk(services, tmp_path) as one:
        await dialog(one)
        (code,) = services.tokens.pending
        assert code not in one.text
        assert f"{services.tokens.url}/device" in one.text
        assert "good for 14:5" in one.text
        await one.press("v")
        assert code in one.text
        await one.press("v")
        assert code not in one.text
        await one.press("u")
        assert one.app.clipboard == f"{services.tokens.url}/device"
        await one.press("c", "v")
        assert one.app.clipboard == code
        services.tokens.approve(code)
        await one.until(lambda: one.screen.ready and one.app.screen is one.screen, "the workspace")
        await one.until(lambda: "signed in to acme" in one.line("keys"), "who signed in")
        assert f"as {USER}, tenant {TENANT}" in one.line("keys")
        assert f"{USER}, tenant {TENANT}" in one.line("header")
        assert code not in one.text
        assert one.app.clipboard == ""
        assert one.app.copies.last is None
        said = "\n".join(one.app.messages.lines(UTC))
        await one.open_hunt()
        await one.until(
            lambda: one.screen.keeper.saved is not None and not one.screen.keeper.dirty, "the session saved"
        )
    files = [path for path in (tmp_path / "sessions").rglob("*") if path.is_file()]
    assert files
    assert code not in said
    assert code not in caplog.text
    assert not any(code.encode() in path.read_bytes() for path in files)


async def test_giving_up_says_so_and_the_workspace_can_be_opened_again(services: Loopback, tmp_path: Path) -> None:
    async with desk(services, tmp_path) as one:
        await dialog(one)
        (code,) = services.tokens.pending
        await one.press("escape")
        await one.until(lambda: "it was given up" in one.text, "why it is not open")
        assert "not open" in one.line("header")
        services.tokens.approve(code)  # too late: nobody waits for it
        one.screen.work_on(one.screen.start)
        await dialog(one)
        (second,) = services.tokens.pending
        services.tokens.approve(second)
        await one.until(lambda: one.screen.ready, "the workspace")


async def test_a_sign_in_that_ends_during_the_work_asks_in_the_middle_of_a_run(
    services: Loopback, tmp_path: Path
) -> None:
    async with desk(services, tmp_path) as one:
        await dialog(one)
        services.tokens.approve(services.tokens.pending[0])
        await one.until(lambda: one.screen.ready and one.app.screen is one.screen, "the workspace")
        services.tokens.revoke()
        services.ledger.expire_all()
        one.screen.hunt_tree.select("T1119-91")
        await one.press("enter")
        await dialog(one)
        services.tokens.approve(services.tokens.pending[0], "ben@acme.example")
        await one.settle()
        run = one.screen.session.runs[-1]
        assert run.outcome is not None
        assert run.outcome.state in ("complete", "not covered", "blind"), run.outcome
        await one.until(lambda: "ben@acme.example" in one.line("header"), "the other user in the header")


async def test_a_code_that_is_not_entered_in_time_goes_by_itself(services: Loopback, tmp_path: Path) -> None:
    services.tokens.code_seconds = 4
    async with desk(services, tmp_path) as one:
        await dialog(one)
        await one.until(lambda: one.app.screen is one.screen, "the dialog gone")
        await one.until(lambda: "cannot be opened" in one.text, "why it is not open")


async def test_the_code_is_hidden_when_the_terminal_is_left(tmp_path: Path) -> None:
    catalogue = small_catalogue(tmp_path)
    app = HuntdeckApp(Start("x", lambda _: (_ for _ in ()).throw(LookupError("none")), None))
    del catalogue
    async with app.run_test() as pilot:
        one = Desk(pilot, app)
        given = DeviceCode("https://login.example/device", "ABCD1234X", datetime.now(UTC) + timedelta(minutes=5))
        assert "ABCD1234X" not in repr(given)
        assert replace(given, code="").code == ""
        shown = SignInScreen("x", "", given, lambda: True, lambda: None)
        app.push_screen(shown)
        await dialog(one)
        await one.press("v")
        assert "ABCD1234X" in one.text
        app.app_focus = False
        await one.until(lambda: "ABCD1234X" not in one.text, "the code hidden")
