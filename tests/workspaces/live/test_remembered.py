"""Sign-ins that outlast the program, where the configuration asks for it; and that nothing does where it does not."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tests.workspaces.live.services import KINDS, opened, run, signed
from tui.loopback.group import Loopback
from tui.loopback.token_service import TENANT, USER
from tui.loopback.tokens import MARKER
from tui.workspaces.live import credentials
from tui.workspaces.live.configuration import settings_from
from tui.workspaces.live.errors import ConfigurationError
from tui.workspaces.live.remembered import keyring_works, remembered_folder
from tui.workspaces.protocol import Identity, State, WorkspaceError


class Codes:
    """What is asked of the person at the screen."""

    def __init__(self, services: Loopback, user: str = USER) -> None:
        self.shown: list[str] = []
        self._services, self._user = services, user

    def __call__(self, address: str, code: str, until: object) -> None:
        self.shown.append(code)
        self._services.tokens.approve(code, self._user)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


def started_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the program held in memory is gone."""
    monkeypatch.setattr(credentials, "_sources", {})


def remembering(services: Loopback, place: str = "plain_file") -> dict[str, str]:
    return {**signed(services, "device_code"), "remember_sign_in": place}


async def test_the_next_start_asks_for_no_code(services: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = Codes(services)
    for kind in KINDS:
        started_anew(monkeypatch)
        async with opened(services, kind, **remembering(services)) as workspace:
            workspace.show_codes_with(codes)
            completion, rows = await run(workspace)
            assert completion.outcome.state is State.COMPLETE, completion.outcome
            assert len(rows) == 20
            assert workspace.identity == Identity(USER, TENANT)
    assert len(codes.shown) == 1
    (file,) = (path for path in remembered_folder().iterdir() if path.suffix == ".plain_file")
    assert MARKER in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


async def test_signing_out_forgets_it(services: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = Codes(services)
    async with opened(services, "defender", **remembering(services)) as workspace:
        workspace.show_codes_with(codes)
        await run(workspace)
        assert workspace.sign_out()
        assert not workspace.sign_out()
    assert list(remembered_folder().iterdir()) == []
    started_anew(monkeypatch)
    async with opened(services, "defender", **remembering(services)) as workspace:
        completion, _ = await run(workspace)
    assert completion.outcome.state is State.NOT_PERMITTED


async def test_signing_in_anew_is_as_somebody_else(services: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(services, "defender", **remembering(services)) as workspace:
        workspace.show_codes_with(Codes(services))
        await run(workspace)
        workspace.show_codes_with(Codes(services, "eve@loopback.example"))
        assert (await workspace.sign_in()).name == "eve@loopback.example"
    started_anew(monkeypatch)
    async with opened(services, "defender", **remembering(services)) as workspace:
        await run(workspace)
        assert workspace.identity.name == "eve@loopback.example"


async def test_a_sign_in_that_was_revoked_is_asked_for_anew(
    services: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = Codes(services)
    for _ in range(2):
        started_anew(monkeypatch)
        async with opened(services, "defender", **remembering(services)) as workspace:
            workspace.show_codes_with(codes)
            services.ledger.expire_all()
            assert (await run(workspace))[0].outcome.state is State.COMPLETE
        services.tokens.revoke()
    assert len(codes.shown) == 2


async def test_a_file_that_is_damaged_is_no_sign_in(services: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = Codes(services)
    for _ in range(2):
        started_anew(monkeypatch)
        async with opened(services, "defender", **remembering(services)) as workspace:
            workspace.show_codes_with(codes)
            assert (await run(workspace))[0].outcome.state is State.COMPLETE
        for path in remembered_folder().glob("*.plain_file"):
            path.write_text("{not")
    assert len(codes.shown) == 2


async def test_nothing_is_kept_where_nobody_asked_for_it(services: Loopback, state: Path) -> None:
    async with opened(services, "defender", **signed(services, "device_code")) as workspace:
        workspace.show_codes_with(Codes(services))
        await run(workspace)
    assert not remembered_folder().exists()
    for folder, _, files in os.walk(state.parent):
        assert not [name for name in files if MARKER.encode() in (Path(folder) / name).read_bytes()]


@pytest.mark.skipif(keyring_works(), reason="this machine has a keyring")
async def test_without_a_keyring_nobody_is_asked_to_sign_in(services: Loopback) -> None:
    codes = Codes(services)
    async with opened(services, "defender", **remembering(services, "keyring")) as workspace:
        workspace.show_codes_with(codes)
        completion, _ = await run(workspace)
        assert completion.outcome.state is State.NOT_PERMITTED
        assert "no keyring that works" in completion.outcome.reason
        assert "can sign in as you" in completion.outcome.reason
        with pytest.raises(WorkspaceError, match="no keyring"):
            await workspace.sign_in()
    assert codes.shown == []
    assert not list(remembered_folder().glob("*.keyring"))


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"remember_sign_in": "plain_file"}, 'is for sign_in = "device_code"'),
        ({"remember_sign_in": "plain_file", "sign_in": "azure_cli"}, 'is for sign_in = "device_code"'),
        ({"remember_sign_in": "plainfile", "sign_in": "device_code"}, "did you mean plain_file"),
    ],
)
def test_what_cannot_be_remembered_is_named(keys: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        settings_from("x", {"kind": "defender", **keys}, "file")
