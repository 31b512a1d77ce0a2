"""Signing in at a loopback token service, through whole queries; and that no token is found anywhere."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import pickle
import threading
import time
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.workspaces.live.services import KINDS, SECRET, opened, run, server_of, signed
from tui.loopback.group import Loopback
from tui.loopback.token_service import BAD_SECRET, BLOCKED, TENANT, USER
from tui.loopback.tokens import MARKER
from tui.workspaces.live.configuration import LiveSettings
from tui.workspaces.live.credentials import Secret, TokenSource, identity_of
from tui.workspaces.live.device_code import _polled
from tui.workspaces.live.errors import SignInError
from tui.workspaces.live.http import challenge_claims
from tui.workspaces.protocol import Identity, State, WorkspaceError


@pytest.mark.parametrize("kind", KINDS)
async def test_queries_carry_a_token_for_their_service(services: Loopback, kind: str) -> None:
    async with opened(services, kind, **signed(services)) as workspace:
        completion, rows = await run(workspace)
        assert completion.outcome.state is State.COMPLETE, completion.outcome
        assert len(rows) == 20
        await run(workspace)
    tokens = {request.token for request in server_of(services, kind).queries}
    assert len(tokens) == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_a_token_that_has_ended_is_renewed_once_by_itself(services: Loopback, kind: str) -> None:
    async with opened(services, kind, **signed(services)) as workspace:
        await run(workspace)
        services.ledger.expire_all()
        completion, rows = await run(workspace)
        assert completion.outcome.state is State.COMPLETE, completion.outcome
        assert len(rows) == 20
        server = server_of(services, kind)
        assert [request.status for request in server.queries] == [200, 401, 200]
        server.fail_next("unauthorized", times=None)
        completion, _ = await run(workspace)
        assert completion.outcome.state is State.NOT_PERMITTED
        assert [request.status for request in server.queries][3:] == [401, 401]


async def test_further_claims_are_asked_for_when_the_service_wants_them(services: Loopback) -> None:
    async with opened(services, "defender", **signed(services)) as workspace:
        services.defender.fail_next("claims")
        completion, _ = await run(workspace)
    assert completion.outcome.state is State.COMPLETE, completion.outcome


async def test_a_device_code_is_shown_and_says_who_signed_in(services: Loopback) -> None:
    told: list[tuple[str, str, datetime]] = []

    def prompt(address: str, code: str, until: datetime) -> None:
        told.append((address, code, until))
        services.tokens.approve(code)

    async with opened(services, "log_analytics", **signed(services, "device_code")) as workspace:
        workspace.show_codes_with(prompt)
        assert await workspace.sign_in() == Identity(USER, TENANT)
        assert workspace.identity == Identity(USER, TENANT)
        completion, _ = await run(workspace)
        assert completion.outcome.state is State.COMPLETE, completion.outcome
        services.ledger.expire_all()
        assert (await run(workspace))[0].outcome.state is State.COMPLETE
        workspace.sign_out()
        assert workspace.identity == Identity()
    assert len(told) == 1
    address, code, until = told[0]
    assert address == f"{services.tokens.url}/device"
    assert code
    assert until > datetime.now(UTC)


async def test_one_sign_in_serves_all_services_and_nobody_is_asked_twice(services: Loopback) -> None:
    told: list[str] = []

    def prompt(_: str, code: str, until: datetime) -> None:
        del until
        told.append(code)
        services.tokens.approve(code)

    way = signed(services, "device_code")
    async with opened(services, KINDS[0], **way) as one, opened(services, KINDS[1], **way) as two:
        assert one._source is two._source is not None
        one.show_codes_with(prompt)
        ended = await asyncio.gather(run(one), run(two), run(one))
        assert [completion.outcome.state for completion, _ in ended] == [State.COMPLETE] * 3
        assert two.identity == Identity(USER, TENANT)
    assert len(told) == 1


async def test_a_device_code_needs_somebody_to_see_it(services: Loopback, capsys: pytest.CaptureFixture[str]) -> None:
    async with opened(services, "log_analytics", **signed(services, "device_code")) as workspace:
        completion, _ = await run(workspace)
    assert completion.outcome.state is State.NOT_PERMITTED
    assert "nobody is there to see it" in completion.outcome.reason
    assert capsys.readouterr() == ("", "")


def threads_at_work() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "huntdeck-work"]


@pytest.mark.parametrize("way", ["cancelled", "given up"])
async def test_a_sign_in_that_nobody_waits_for_ends_at_once_with_its_thread(services: Loopback, way: str) -> None:
    services.tokens.interval = 60
    shown = asyncio.Event()
    loop = asyncio.get_running_loop()
    async with opened(services, "defender", **signed(services, "device_code")) as workspace:
        workspace.show_codes_with(lambda *_: loop.call_soon_threadsafe(shown.set) and None)
        before = len(threads_at_work())
        signing = asyncio.create_task(workspace.sign_in())
        await asyncio.wait_for(shown.wait(), 10)
        assert len(threads_at_work()) == before + 1
        started = time.monotonic()
        if way == "cancelled":
            signing.cancel()
            with suppress(asyncio.CancelledError):
                await signing
            assert signing.cancelled()
        else:
            workspace.give_up_sign_in()
            with pytest.raises(WorkspaceError, match="given up"):
                await signing
        while len(threads_at_work()) > before:
            assert time.monotonic() - started < 1, "the thread goes on"
            await asyncio.sleep(0.01)


def test_a_service_that_asks_for_patience_is_given_more_of_it() -> None:
    pauses: list[float | None] = []

    class App:
        def acquire_token_by_device_flow(self, flow: dict[str, object], **_: object) -> dict[str, object]:
            return {
                "error": ["authorization_pending", "slow_down", "authorization_pending", "expired_token"][len(pauses)]
            }

    class Unhurried(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            pauses.append(timeout)
            return False

    with pytest.raises(SignInError, match="expired_token"):
        _polled(App(), {"interval": 5, "expires_in": 900}, Unhurried())
    assert pauses == [5, 10, 10]


@pytest.mark.parametrize(
    ("refusal", "words"),
    [(BAD_SECRET, "the client secret is not valid (AADSTS7000215)"), (BLOCKED, "Conditional Access blocks")],
)
async def test_why_nobody_is_signed_in(services: Loopback, refusal: object, words: str) -> None:
    async with opened(services, "defender", **signed(services)) as workspace:
        services.tokens.refuse_next(refusal)  # type: ignore[arg-type]
        completion, _ = await run(workspace)
        assert completion.outcome.state is State.NOT_PERMITTED
        assert words in completion.outcome.reason
        services.tokens.refuse_next(refusal)  # type: ignore[arg-type]
        with pytest.raises(WorkspaceError, match="environment"):
            await workspace.sign_in()
    assert services.defender.queries == []


async def test_the_ways_are_tried_in_order_and_each_says_why_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:1/")
    monkeypatch.setenv("IDENTITY_HEADER", "x")
    source = TokenSource(LiveSettings("x", "defender"), "https://127.0.0.1:1")
    with pytest.raises(SignInError) as caught:
        await source.token("https://graph.microsoft.com/.default")
    places = [
        str(caught.value).find(f"{way}: ")
        for way in ("environment", "workload_identity", "azure_cli", "managed_identity")
    ]
    assert -1 not in places
    assert places == sorted(places)
    assert "Azure CLI not found" in str(caught.value)


async def test_no_token_and_no_secret_is_found_anywhere(
    services: Loopback, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    for kind in KINDS:
        async with opened(services, kind, **signed(services)) as workspace:
            for fault in ("", "unauthorized", "forbidden", "reset", "bad_json", "hang", "throttled"):
                if fault:
                    server_of(services, kind).fail_next(fault)
                completion, _ = await run(workspace, seconds=0.5 if fault == "hang" else 30)
                said.append(repr(completion))
            server_of(services, kind).fail_next("forbidden")
            try:
                await workspace.schema()
            except WorkspaceError:
                said.append(traceback.format_exc())
            source = workspace._source
            said += [repr(workspace), repr(source), repr(vars(source)), repr(workspace.settings), repr(vars(workspace))]
    services.tokens.refuse_next(BLOCKED)
    async with opened(services, "defender", **signed(services)) as workspace:
        try:
            await workspace.sign_in()
        except WorkspaceError:
            said.append(traceback.format_exc())
    said += [caplog.text, *capsys.readouterr()]
    assert caplog.records
    assert len(services.ledger.tokens) >= 3
    for words in said:
        assert MARKER not in words
        assert SECRET not in words


def test_a_secret_shows_itself_to_nobody() -> None:
    secret = Secret("abc")
    assert (repr(secret), str(secret), f"{secret}", [secret].__repr__()) == ("***", "***", "***", "[***]")
    assert secret.reveal() == "abc"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def jwt(claims: object) -> Secret:
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return Secret(f"e30.{part}.sig")


@pytest.mark.parametrize(
    ("token", "identity"),
    [
        (jwt({"upn": "ana@acme.example", "tid": "t-1", "appid": "a"}), Identity("ana@acme.example", "t-1")),
        (jwt({"appid": "a-1", "tid": "t-1"}), Identity("a-1", "t-1")),
        (jwt({"preferred_username": "ana"}), Identity("ana", "")),
        (jwt(["no", "claims"]), Identity()),
        (Secret("opaque"), Identity()),
        (Secret("a.***.b"), Identity()),
    ],
)
def test_who_signed_in_is_read_from_the_token(token: Secret, identity: Identity) -> None:
    assert identity_of(token) == identity


def test_claims_of_a_challenge() -> None:
    encoded = base64.urlsafe_b64encode(b'{"access_token":{}}').decode().rstrip("=")
    assert challenge_claims(f'Bearer error="insufficient_claims", claims="{encoded}"') == '{"access_token":{}}'
    assert challenge_claims('Bearer error="invalid_token"') is None
    assert challenge_claims('Bearer error="insufficient_claims", claims="%%"') in (None, "")
