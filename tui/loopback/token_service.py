"""A sign-in service as the identity library asks for it: device codes, client secrets, refreshing, managed identity."""

from __future__ import annotations

import html
import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tui.loopback.answers import Answer
from tui.loopback.authority import Authority
from tui.loopback.faults import Fault, Plan
from tui.loopback.server import LoopbackServer
from tui.loopback.tokens import MARKER, Ledger, coded
from tui.loopback.tokens import TENANT as TENANT
from tui.loopback.wire import Line, Reply, Request, json_reply

CLIENT = "6f1c1d2e-3333-4000-8000-00000000a003"
"""The public client that tests and the demo sign in with; any other is taken as well."""
USER = "ana@loopback.example"
_TENANTS = ("organizations", "common", TENANT, "loopback.example")
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass
class SignIn:
    """A device code on its way: `user` is set when someone signed in, `declined` when they refused."""

    user_code: str
    client: str
    scopes: str
    expires: float
    user: str = ""
    declined: bool = False


@dataclass(frozen=True)
class Refusal:
    """How a request for a token is refused, in the service's words: `AADSTS50076: ...`."""

    error: str
    code: int
    message: str
    claims: str = field(default="", repr=False)


EXPIRED_CODE = Refusal("expired_token", 70020, "The provided value for the input parameter 'device_code' is not valid.")
PENDING = Refusal("authorization_pending", 70016, "OAuth 2.0 device flow error. Authorization is pending.")
DECLINED = Refusal("authorization_declined", 70018, "User declined to authorize the client.")
BAD_SECRET = Refusal("invalid_client", 7000215, "Invalid client secret provided.")
REVOKED = Refusal("invalid_grant", 50173, "The provided grant has expired due to it being revoked; sign in again.")
BLOCKED = Refusal("invalid_grant", 53003, "Access has been blocked by Conditional Access policies.")
NO_CONSENT = Refusal("invalid_grant", 65001, "The user or administrator has not consented to use the application.")


class TokenService(LoopbackServer):
    """Gives out tokens of `ledger`. `authority_host` is what clients sign in at, with instance discovery switched off.

    May be changed while it runs: `token_seconds` (validity), `code_seconds`, `interval` (seconds between polls),
    `approve_as` (a user who signs in by himself at the first poll, or empty), `client_secrets` (by client id; when empty any
    secret will do).
    """

    name = "token_service"

    def __init__(self, authority: Authority, ledger: Ledger, *, port: int = 0, control: bool = False) -> None:
        super().__init__(authority, ledger=ledger, port=port, control=control)
        self.token_seconds, self.code_seconds, self.interval = 3600, 900, 1
        self.approve_as = ""
        self.client_secrets: dict[str, str] = {}
        self._tokens = ledger
        self._sign_ins: dict[str, SignIn] = {}
        self._refresh: dict[str, str] = {}
        self._refusals: list[Refusal] = []

    @property
    def pending(self) -> list[str]:
        """The user codes that nobody has answered yet."""
        return [
            sign_in.user_code
            for sign_in in list(self._sign_ins.values())
            if not sign_in.user and not sign_in.declined and sign_in.expires > time.monotonic()
        ]

    def approve(self, user_code: str, user: str = USER) -> bool:
        """`user` signs in with the code; whether there is such a code."""
        return self._settle(user_code, user)

    def decline(self, user_code: str) -> bool:
        """The user refuses; whether there is such a code."""
        return self._settle(user_code, "")

    def refuse_next(self, refusal: Refusal) -> None:
        """The next request for a token that would succeed is refused so."""
        self._refusals.append(refusal)

    def revoke(self) -> None:
        """No refresh token given out so far is taken any more."""
        self._refresh.clear()

    def _settle(self, user_code: str, user: str) -> bool:
        plain = user_code.strip().upper()
        for sign_in in list(self._sign_ins.values()):
            if sign_in.user_code == plain and plain in self.pending:
                sign_in.user, sign_in.declined = user, not user
                return True
        return False

    def is_query(self, request: Request) -> bool:
        """Nothing here is a query."""
        del request
        return False

    def answer(self, request: Request, line: Line, plan: Plan | None, canned: Answer | None) -> Reply:
        """The metadata, a device code, a token, or the page where codes are entered."""
        del line, plan, canned
        if request.path == "/device":
            return self._page(request)
        if request.path == "/msi/token":
            return self._managed_identity(request)
        if request.path == "/common/discovery/instance":
            return json_reply({"tenant_discovery_endpoint": self._at(TENANT, "v2.0/.well-known/openid-configuration")})
        tenant, _, rest = request.path.strip("/").partition("/")
        if tenant not in _TENANTS:
            return self._refused(Refusal("invalid_tenant", 90002, f"Tenant '{tenant}' not found."))
        form = request.body if isinstance(request.body, dict) else {}
        match rest:
            case "v2.0/.well-known/openid-configuration":
                return json_reply(self._configuration(tenant))
            case "oauth2/v2.0/devicecode":
                return self._device_code(form)
            case "oauth2/v2.0/token":
                return self._token(form)
        return Reply(404)

    def refusal(self, fault: Fault, request: Request, plan: Plan) -> Reply:
        """Failures on demand, in this service's form."""
        del request
        status = {Fault.THROTTLED: 429, Fault.UNAVAILABLE: 503, Fault.TIMED_OUT: 504}.get(fault, 400)
        status = 500 if fault is Fault.SERVER_ERROR else status
        reply = self._refused(
            Refusal("temporarily_unavailable", 90033, plan.message or "A transient error has occurred."), status
        )
        if plan.retry_after is not None:
            reply.headers["Retry-After"] = str(round(plan.retry_after))
        return reply

    def _at(self, tenant: str, path: str) -> str:
        return f"{self.url}/{tenant}/{path}"

    def _configuration(self, tenant: str) -> dict[str, Any]:
        return {
            "issuer": self._at(TENANT, "v2.0"),
            "authorization_endpoint": self._at(tenant, "oauth2/v2.0/authorize"),
            "token_endpoint": self._at(tenant, "oauth2/v2.0/token"),
            "device_authorization_endpoint": self._at(tenant, "oauth2/v2.0/devicecode"),
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def _device_code(self, form: Mapping[str, str]) -> Reply:
        device_code = f"{MARKER}device-{secrets.token_urlsafe(24)}"
        user_code = "".join(secrets.choice(_LETTERS) for _ in range(9))
        expires = time.monotonic() + self.code_seconds
        self._sign_ins[device_code] = SignIn(user_code, form.get("client_id", ""), form.get("scope", ""), expires)
        page = f"{self.url}/device"
        return json_reply(
            {
                "user_code": user_code,
                "device_code": device_code,
                "verification_uri": page,
                "expires_in": self.code_seconds,
                "interval": self.interval,
                "message": f"To sign in, open {page} and enter the code {user_code} to authenticate.",
            }
        )

    def _token(self, form: Mapping[str, str]) -> Reply:
        match form.get("grant_type"):
            case grant if grant in (_DEVICE_GRANT, "device_code"):
                return self._by_device_code(form)
            case "client_credentials":
                client = form.get("client_id", "")
                if self.client_secrets and self.client_secrets.get(client) != form.get("client_secret"):
                    return self._refused(BAD_SECRET, 401)
                return self._granted(form, user="")
            case "refresh_token":
                user = self._refresh.get(form.get("refresh_token", ""))
                return self._refused(REVOKED) if user is None else self._granted(form, user)
        words = f"The grant type '{form.get('grant_type', '')}' is not supported."
        return self._refused(Refusal("unsupported_grant_type", 70003, words))

    def _by_device_code(self, form: Mapping[str, str]) -> Reply:
        code = form.get("device_code") or form.get("code") or ""
        sign_in = self._sign_ins.get(code)
        if sign_in is None or sign_in.expires <= time.monotonic():
            return self._refused(EXPIRED_CODE)
        if sign_in.declined:
            return self._refused(DECLINED)
        user = sign_in.user or self.approve_as
        if not user:
            return self._refused(PENDING)
        del self._sign_ins[code]
        return self._granted({**form, "scope": form.get("scope") or sign_in.scopes}, user)

    def _granted(self, form: Mapping[str, str], user: str) -> Reply:
        if self._refusals:
            return self._refused(self._refusals.pop(0))
        scopes = form.get("scope", "").split()
        audience = next((scope for scope in scopes if "://" in scope), "https://graph.microsoft.com/.default")
        host = "/".join(audience.split("/")[:3])
        token = self._tokens.issue(host, self.token_seconds, user, form.get("client_id", ""))
        answer: dict[str, Any] = {
            "token_type": "Bearer",
            "scope": " ".join(scopes),
            "expires_in": self.token_seconds,
            "ext_expires_in": self.token_seconds,
            "access_token": token,
        }
        if user:
            refresh = f"{MARKER}refresh-{secrets.token_urlsafe(24)}"
            self._refresh[refresh] = user
            answer["refresh_token"] = refresh
            answer["id_token"] = self._identity(form.get("client_id", CLIENT), user)
            answer["client_info"] = coded({"uid": _object_id(user), "utid": TENANT})
        return json_reply(answer, headers={"Cache-Control": "no-store"})

    def _identity(self, client: str, user: str) -> str:
        now = int(time.time())
        claims = {
            "aud": client,
            "iss": self._at(TENANT, "v2.0"),
            "iat": now,
            "nbf": now,
            "exp": now + self.token_seconds,
            "name": user.partition("@")[0],
            "oid": _object_id(user),
            "preferred_username": user,
            "sub": _object_id(user),
            "tid": TENANT,
            "ver": "2.0",
        }
        return f"{coded({'typ': 'JWT', 'alg': 'RS256', 'kid': 'loopback'})}.{coded(claims)}.{coded({})}"

    def _managed_identity(self, request: Request) -> Reply:
        """As App Service gives tokens to what runs in it: `IDENTITY_ENDPOINT` is `URL/msi/token`."""
        resource = request.parameters.get("resource", "")
        if not resource or "x-identity-header" not in request.headers:
            return json_reply({"statusCode": 400, "message": "resource or X-IDENTITY-HEADER is missing"}, 400)
        return json_reply(
            {
                "access_token": self._tokens.issue(resource, self.token_seconds),
                "expires_on": str(int(time.time()) + self.token_seconds),
                "resource": resource,
                "token_type": "Bearer",
            }
        )

    def _page(self, request: Request) -> Reply:
        form = request.body if request.method == "POST" and isinstance(request.body, dict) else request.parameters
        code, user = form.get("user_code", ""), form.get("user") or USER
        said = ""
        if code:
            said = f"{user} is signed in" if self.approve(code, user) else f"there is no code {code}"
        text = (
            "<!DOCTYPE html><title>Sign in</title><form method=post>"
            f"<p>{html.escape(said)}</p><label>Code <input name=user_code></label> "
            f"<label>as <input name=user value='{html.escape(USER, quote=True)}'></label> <button>Sign in</button></form>"
        )
        return Reply(200, text.encode(), {"Content-Type": "text/html; charset=utf-8"})

    @staticmethod
    def _refused(refusal: Refusal, status: int = 400) -> Reply:
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}Z"
        words = f"AADSTS{refusal.code}: {refusal.message}"
        answer = {
            "error": refusal.error,
            "error_description": f"{words} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {now}",
            "error_codes": [refusal.code],
            "timestamp": now,
            "trace_id": trace,
            "correlation_id": correlation,
        }
        if refusal.claims:
            answer["claims"] = refusal.claims
        return json_reply(answer, status)


def _object_id(user: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, user))
