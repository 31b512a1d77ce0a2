"""Access tokens that the loopback services know: random marker texts, each for an audience and a time."""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from dataclasses import dataclass

MARKER = "loopback-token-"
"""What every token holds, in plain letters: it must never be found in a log, a session or on the screen."""

TENANT = "6f1c1d2e-2222-4000-8000-00000000a002"
"""The tenant that all tokens are of."""


class RefusedTokenError(Exception):
    """A token that is not taken; `kind` is `missing`, `unknown`, `expired` or `audience`."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"the token is not taken: {kind}")
        self.kind = kind


@dataclass(frozen=True)
class Issued:
    """A token that was given out."""

    audience: str
    expires: float
    user: str


class Ledger:
    """The tokens given out, shared by the token service and the services; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._issued: dict[str, Issued] = {}

    def issue(self, audience: str, seconds: float = 3600.0, user: str = "", client: str = "") -> str:
        """A new token for `audience` (`https://host`, a trailing slash and `/.default` do not matter), valid for `seconds`.

        It has the shape of a signed token, whose claims tell `user`, `client` and tenant, with random letters as signature.
        """
        claims = {"aud": plain_audience(audience), "tid": TENANT, "exp": int(time.time() + seconds)}
        claims |= {"upn": user} if user else {}
        claims |= {"appid": client} if client else {}
        token = f"{coded({'typ': 'JWT', 'alg': 'RS256'})}.{coded(claims)}.{MARKER}{secrets.token_urlsafe(32)}"
        with self._lock:
            self._issued[token] = Issued(plain_audience(audience), time.monotonic() + seconds, user)
        return token

    def check(self, token: str, audience: str) -> Issued:
        """What is known of `token`; RefusedTokenError says why it is not taken for `audience`."""
        if not token:
            raise RefusedTokenError("missing")
        with self._lock:
            issued = self._issued.get(token)
        if issued is None:
            raise RefusedTokenError("unknown")
        if issued.expires <= time.monotonic():
            raise RefusedTokenError("expired")
        if issued.audience != plain_audience(audience):
            raise RefusedTokenError("audience")
        return issued

    def expire_all(self) -> None:
        """No token given out so far is valid any more."""
        with self._lock:
            for token, issued in self._issued.items():
                self._issued[token] = Issued(issued.audience, 0.0, issued.user)

    @property
    def tokens(self) -> list[str]:
        """All tokens given out: none of these texts may be found anywhere."""
        with self._lock:
            return list(self._issued)


def coded(value: object) -> str:
    """A part of a signed token: JSON in the letters that addresses may have."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def plain_audience(scope: str) -> str:
    """`https://host` of a scope or audience."""
    return scope.strip().removesuffix("/.default").rstrip("/").lower()
