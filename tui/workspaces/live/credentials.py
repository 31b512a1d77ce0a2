"""Signing in, by azure-identity: tokens stay in memory unless the configuration asks otherwise, and nothing here shows them.

Without a choice, the order is: environment, workload identity, Azure CLI, managed identity. A device code is only used where it
is chosen, for it needs someone to enter it; many tenants block it, and then the Azure CLI is the second way.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import os
import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tui.workspaces.live.configuration import LiveSettings
from tui.workspaces.live.device_code import DeviceCode, EndedError, Place
from tui.workspaces.live.device_code import Prompt as Prompt
from tui.workspaces.live.errors import SignInError
from tui.workspaces.live.network import network_loop
from tui.workspaces.live.remembered import Remembered
from tui.workspaces.protocol import Identity
from tui.workspaces.threads import in_thread

for _name in ("azure", "msal"):
    logging.getLogger(_name).addHandler(logging.NullHandler())  # without any, warnings go to the terminal

ORDER = ("environment", "workload_identity", "azure_cli", "managed_identity")
"""What is tried, in this order, when the configuration does not choose."""

_EARLY = 300.0
"""Seconds before its end that a token is renewed."""

_ADVICE = {
    "AADSTS50076": "the tenant asks for a second factor: sign in with the Azure CLI or a device code",
    "AADSTS50173": "the sign-in was revoked: sign in again",
    "AADSTS53003": "Conditional Access blocks this way of signing in: try the Azure CLI",
    "AADSTS530035": "the tenant's security defaults block device codes: try the Azure CLI",
    "AADSTS65001": "the application has no consent for this service: an administrator must give it",
    "AADSTS700016": "the tenant does not know the application: check `client_id` and `tenant`",
    "AADSTS7000215": "the client secret is not valid",
    "AADSTS70020": "the device code has expired: start again",
    "AADSTS90002": "there is no such tenant: check `tenant`",
}
_CODE = re.compile(r"AADSTS\d+")
_GIVEN_UP = "no sign-in: it was given up"


class Secret:
    """A text that shows itself to nobody who does not ask for it by name."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text."""
        return self._text

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __reduce__(self) -> str | tuple[Any, ...]:
        raise TypeError("a secret is not written anywhere")


@dataclass(frozen=True)
class _Held:
    token: Secret
    expires: float


class TokenCredential(Protocol):
    """What azure-identity's credentials have in common."""

    def get_token(self, *scopes: str, claims: str | None = None, **options: Any) -> Any:
        """An access token with `token` and `expires_on`."""


class TokenSource:
    """Tokens by the ways that a workspace's configuration allows, kept in memory until shortly before they end.

    Its methods run on the network thread's event loop; the credentials themselves work in worker threads.
    """

    def __init__(self, settings: LiveSettings, authority: str, prompt: Prompt | None = None) -> None:
        self.identity = Identity()
        self.way = ""
        """Which way of signing in gave the last token."""
        self._settings, self._authority, self._prompt = settings, authority, prompt
        self._credentials: dict[str, TokenCredential] = {}
        self._device_code: DeviceCode | None = None
        self._held: dict[str, _Held] = {}
        self.signed_in = False
        """Whether the last sign-in gave a token."""
        self._one_at_a_time = asyncio.Lock()
        self._asked: asyncio.Task[_Held] | None = None
        self._given_up = 0

    def __repr__(self) -> str:
        return f"TokenSource({self._settings.sign_in or 'any'})"

    async def token(self, scope: str, claims: str | None = None, refused: Secret | None = None) -> Secret:
        """A token for `scope`, another than the one that was `refused`, for which the service may want `claims`.

        SignInError says why there is none.
        """
        given_up = self._given_up
        async with self._one_at_a_time:
            if given_up != self._given_up:
                raise SignInError(_GIVEN_UP)
            held = self._held.get(scope)
            if held and held.token is not refused and held.expires - _EARLY > time.time():
                return held.token
            return await self._made(scope, claims, refused is not None)

    async def _made(self, scope: str, claims: str | None, renew: bool) -> Secret:
        self.signed_in = False
        given_up, stop = self._given_up, threading.Event()
        self._asked = asyncio.ensure_future(in_thread(lambda: self._ask(scope, claims, renew, stop), stop.set))
        try:
            made = await self._asked
        except asyncio.CancelledError:
            if given_up != self._given_up:
                raise SignInError(_GIVEN_UP) from None
            raise
        self._held[scope] = made
        found = identity_of(made.token)
        self.identity = Identity(found.name or self.identity.name, found.tenant or self.identity.tenant)
        self.signed_in = True
        return made.token

    @property
    def signing_in(self) -> bool:
        """Whether a token is being asked for; may be looked at from any thread."""
        return self._asked is not None and not self._asked.done()

    def give_up(self) -> None:
        """Ends the sign-in that is going on, for all who wait for it; may be called from any thread."""

        def end() -> None:
            if self._asked is not None and not self._asked.done():
                self._given_up += 1
                self._asked.cancel()

        network_loop().call_soon_threadsafe(end)

    def show_with(self, prompt: Prompt | None) -> None:
        """Device codes are shown by `prompt` from now on."""
        self._prompt = prompt or self._prompt

    def forget(self) -> bool:
        """Lets go of all tokens and credentials, and of what is remembered: the next request signs in anew.

        Whether anything was remembered. SignInError, OSError when what is remembered cannot be let go of.
        """
        self._held.clear()
        self._credentials.clear()
        self._device_code = None
        self.identity, self.way = Identity(), ""
        remembered = remembered_of(self._settings, self._authority)
        return remembered is not None and remembered.drop()

    def _ask(self, scope: str, claims: str | None, renew: bool, stop: threading.Event) -> _Held:
        if renew and claims is None:
            claims = self._drop_kept()
        chosen = self._settings.sign_in
        reasons = []
        for way in (chosen,) if chosen else ((self.way,) if self.way else ORDER):
            try:
                given = self._given(way, scope, claims, stop)
            except Exception as error:
                reasons.append(f"{way}: {_why(error)}")
                continue
            self.way = way
            return _Held(Secret(given.token), float(given.expires_on))
        raise SignInError("no sign-in: " + "; ".join(reasons))

    def _given(self, way: str, scope: str, claims: str | None, stop: threading.Event) -> Any:
        """The credential's token."""
        if way == "device_code":
            return self._by_device_code(scope, claims, stop)
        if way not in self._credentials:
            self._credentials[way] = _make(way, self._settings, self._authority)
        return self._credentials[way].get_token(scope, claims=claims)

    def _by_device_code(self, scope: str, claims: str | None, stop: threading.Event) -> Any:
        """A token of the sign-in that is held or remembered; where there is none, or it has ended, of one with a new code."""
        settings = self._settings
        if self._device_code is None:
            place = Place(
                self._authority,
                settings.tenant,
                settings.client_id,
                str(settings.ca or ""),
                known=not settings.authority,
            )
            self._device_code = DeviceCode(place, remembered_of(settings, self._authority))
        held = self._device_code
        try:
            return held.get_token(scope, claims)
        except EndedError:
            if self._prompt is None:
                words = "a device code has to be shown to someone, and nobody is there to see it"
                raise SignInError(words) from None
        self.identity = Identity(*held.authenticate(scope, self._prompt, stop))
        return held.get_token(scope)

    def _drop_kept(self) -> str | None:
        """Has the next token made anew, although the credential keeps one: gives the claims that are to be asked with."""
        if self.way == "device_code":  # its refresh token is needed still; a token may not be older than now
            return json.dumps({"access_token": {"nbf": {"essential": True, "value": str(int(time.time()))}}})
        self._credentials.pop(self.way, None)
        return None


_sources: dict[tuple[str, ...], TokenSource] = {}
_sources_lock = threading.Lock()


_ALIKE = ("sign_in", "tenant", "client_id", "remember_sign_in")


def remembered_of(settings: LiveSettings, authority: str) -> Remembered | None:
    """Where the sign-in of `settings` is remembered; None where it is not to be."""
    if not settings.remember_sign_in:
        return None
    return Remembered(settings.remember_sign_in, authority, settings.tenant, settings.client_id)


def authority_of(settings: LiveSettings) -> str:
    """Where to sign in."""
    return settings.authority or f"https://{settings.place.authority}"


def source_for(settings: LiveSettings, prompt: Prompt | None) -> TokenSource | None:
    """The one source of tokens of all workspaces that sign in alike: who signs in to one has signed in to all.

    None where nobody has to sign in.
    """
    if settings.sign_in == "none":
        return None
    authority = authority_of(settings)
    key = (*(getattr(settings, name) for name in _ALIKE), authority, str(settings.ca))
    with _sources_lock:
        source = _sources.setdefault(key, TokenSource(settings, authority))
    source.show_with(prompt)
    return source


def identity_of(token: Secret) -> Identity:
    """Who a token is for, from its claims, which are not verified: for showing only. Nothing for a token that is no JWT."""
    parts = token.reveal().split(".")
    if len(parts) != 3:
        return Identity()
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, UnicodeDecodeError):
        return Identity()
    if not isinstance(claims, dict):
        return Identity()
    names = ("upn", "preferred_username", "unique_name", "email", "app_displayname", "appid", "azp")
    return Identity(next((str(claims[name]) for name in names if claims.get(name)), ""), str(claims.get("tid", "")))


def _make(way: str, settings: LiveSettings, authority: str) -> Any:
    """The credential of one way; SignInError where it cannot be used at all."""
    import azure.identity as identity

    common: dict[str, Any] = {"authority": authority}
    if settings.authority:
        common["disable_instance_discovery"] = True
    if settings.ca:
        common["connection_verify"] = str(settings.ca)
    tenant = {"tenant_id": settings.tenant} if settings.tenant else {}
    client = {"client_id": settings.client_id} if settings.client_id else {}
    match way:
        case "environment":
            return identity.EnvironmentCredential(**common)
        case "workload_identity":
            _needs("AZURE_FEDERATED_TOKEN_FILE")
            return identity.WorkloadIdentityCredential(**tenant, **client, **common)
        case "managed_identity":
            # Where nothing listens nothing will: trying again would hold the analyst for five seconds.
            return identity.ManagedIdentityCredential(client_id=settings.client_id or None, retry_connect=0)
        case "azure_cli":
            return identity.AzureCliCredential(tenant_id=settings.tenant)
    raise SignInError(f"{way} is no way of signing in")


def _needs(variable: str) -> None:
    if not os.environ.get(variable):
        raise SignInError(f"{variable} is not set")


def _why(error: Exception) -> str:
    """An error of azure-identity in a line, with advice where its code is known."""
    if isinstance(error, SignInError) and not _CODE.search(str(error)):
        return str(error)
    words = " ".join(str(getattr(error, "message", "") or error).split())
    codes: Sequence[str] = _CODE.findall(words)
    advice = next((_ADVICE[code] for code in codes if code in _ADVICE), "")
    if advice:
        return f"{advice} ({codes[0]})"
    short = re.split(r"(?<=[.!?])\s|\s(?:Trace ID|Visit|To mitigate|https?:)", words)[0]
    return short[:240] or type(error).__name__
