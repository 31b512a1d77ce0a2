"""Signing in with a device code, by the library that azure-identity is built on: that one's own cannot be given up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from tui.workspaces.live.errors import SignInError
from tui.workspaces.live.remembered import Remembered

Prompt = Callable[[str, str, datetime], None]
"""Shows a device code: where to enter it (URL), the code, and until when (UTC). Called in a worker thread."""

DEVICE_CODE_SECONDS = 900
CLIENT = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
"""The Azure CLI's public application, which is known in every tenant."""
_REQUEST_SECONDS = 30.0
_SHORTEST_PAUSE = 0.1
"""Seconds between questions whether the code was entered, where the service asks for none."""


class EndedError(Exception):
    """There is no sign-in any more that tokens could be had from."""


class GivenToken(NamedTuple):
    """An access token and when it ends, in seconds since 1970."""

    token: str
    expires_on: float


@dataclass(frozen=True)
class Place:
    """Where to sign in, and as which application; `ca` is a file with further authorities to trust.

    `known` says that the authority is one of Microsoft's, which the library asks them about.
    """

    authority: str
    tenant: str = ""
    client: str = ""
    ca: str = ""
    known: bool = True


class DeviceCode:
    """A sign-in by device code: tokens as long as its refresh token is taken. For worker threads."""

    def __init__(self, place: Place, remembered: Remembered | None = None) -> None:
        self._place, self._remembered = place, remembered
        self._made: Any = None

    def authenticate(self, scope: str, prompt: Prompt, given_up: threading.Event) -> tuple[str, str]:
        """Has somebody sign in with a code, which `prompt` shows, unless `given_up` is set meanwhile.

        Gives who it was and their tenant, as far as that is told. SignInError.
        """
        app = self._app()
        for account in app.get_accounts():  # of somebody who signed in before
            app.remove_account(account)
        flow = app.initiate_device_flow([scope])
        if "user_code" not in flow:
            raise SignInError(_told(flow))
        if not given_up.is_set():
            prompt(flow["verification_uri"], flow["user_code"], datetime.fromtimestamp(flow["expires_at"], UTC))
        found = _polled(app, flow, given_up)
        claims = found.get("id_token_claims") or {}
        name = claims.get("preferred_username") or claims.get("upn") or ""
        return str(name), str(claims.get("tid") or "")

    def get_token(self, scope: str, claims: str | None = None) -> GivenToken:
        """A token for `scope`, with `claims` if the service wants any; EndedError when somebody has to sign in anew."""
        app = self._app()
        accounts = app.get_accounts()
        asked = time.time()
        found = app.acquire_token_silent_with_error([scope], accounts[0], claims_challenge=claims) if accounts else None
        if not found or "access_token" not in found:
            raise EndedError(_told(found or {}))
        return GivenToken(found["access_token"], asked + float(found["expires_in"]))

    def _app(self) -> Any:
        import msal

        if self._made is None:
            place = self._place
            self._made = msal.PublicClientApplication(
                place.client or CLIENT,
                authority=f"{place.authority.rstrip('/')}/{place.tenant or 'organizations'}",
                instance_discovery=None if place.known else False,
                http_client=_http_client(place.ca),
                token_cache=self._remembered.cache() if self._remembered else None,
            )
        return self._made


def _http_client(ca: str) -> Any:
    """What sends the library's requests; an authority of one's own counts more than what the environment names."""
    import requests

    session = requests.Session()
    options: dict[str, Any] = {"timeout": _REQUEST_SECONDS, **({"verify": ca} if ca else {})}
    session.request = partial(session.request, **options)  # type: ignore[method-assign]
    return session


def _polled(app: Any, flow: dict[str, Any], given_up: threading.Event) -> Mapping[str, Any]:
    """The answer once somebody has entered the code; SignInError when nobody does, or it is given up."""
    pause = max(flow.get("interval", 5), _SHORTEST_PAUSE)
    until = time.time() + min(DEVICE_CODE_SECONDS, flow.get("expires_in", DEVICE_CODE_SECONDS))
    while not given_up.is_set():
        flow["interval"] = 1  # the library would wait by itself, where nothing wakes it
        found: dict[str, Any] = app.acquire_token_by_device_flow(flow, exit_condition=lambda _: True)
        if "access_token" in found:
            return found
        if found.get("error") not in ("authorization_pending", "slow_down"):
            raise SignInError(_told(found))
        if found["error"] == "slow_down":
            pause += 5
        if time.time() > until:
            raise SignInError("the device code was not entered in time: start again")
        given_up.wait(pause)
    raise SignInError("it was given up")


def _told(answer: Mapping[str, Any]) -> str:
    return str(answer.get("error_description") or answer.get("error") or "the sign-in has ended: sign in again")
