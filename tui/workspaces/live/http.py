"""Requests through azure-core's pipeline: streamed, never sent again by themselves, and neither logged nor redirected."""

from __future__ import annotations

import base64
import binascii
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import AsyncHTTPPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest

from tui import __version__
from tui.workspaces.live.credentials import TokenSource

if TYPE_CHECKING:
    from azure.core import AsyncPipelineClient
    from azure.core.pipeline.transport import AioHttpTransport
    from azure.monitor.query.aio import LogsQueryClient

USER_AGENT = f"huntdeck/{__version__}"
CONNECTION_SECONDS = 20.0
_BLOCK = 64 * 1024
_SILENCE = 30.0
"""Seconds that a service may be silent beyond the time it was given: its own word of a timeout comes first."""
LONGEST_ERROR = 256 * 1024
"""Bytes read of an answer that is no result."""

_CLAIMS = re.compile(r'claims="([^"]+)"')


class TokenPolicy(AsyncHTTPPolicy[HttpRequest, AsyncHttpResponse]):
    """Gives each request its token. A request refused with 401 was not carried out: it is sent once more with a new token,
    if there is another."""

    def __init__(self, source: TokenSource, scope: str) -> None:
        super().__init__()
        self._source, self._scope = source, scope

    async def send(self, request: PipelineRequest[HttpRequest]) -> PipelineResponse[HttpRequest, AsyncHttpResponse]:
        """The answer to `request`; SignInError when there is no token."""
        token = await self._source.token(self._scope)
        request.http_request.headers["Authorization"] = f"Bearer {token.reveal()}"
        response = await self.next.send(request)
        if response.http_response.status_code != 401:
            return response
        claims = challenge_claims(response.http_response.headers.get("WWW-Authenticate", ""))
        renewed = await self._source.token(self._scope, claims, refused=token)
        if renewed.reveal() == token.reveal():
            return response
        await response.http_response.close()
        request.http_request.headers["Authorization"] = f"Bearer {renewed.reveal()}"
        return await self.next.send(request)


def challenge_claims(header: str) -> str | None:
    """The further claims that a refused token lacks, by the `WWW-Authenticate` header; None when it names none."""
    found = _CLAIMS.search(header) if "insufficient_claims" in header else None
    if found is None:
        return None
    encoded = found.group(1)
    try:
        return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


class Sender:
    """One service's connections. All methods belong to the network thread's event loop."""

    def __init__(self, kind: str, endpoint: str, scope: str, source: TokenSource | None, ca: Path | None) -> None:
        self._kind, self._endpoint, self._scope = kind, endpoint, scope
        self._source, self._ca = source, ca
        self._client: AsyncPipelineClient[HttpRequest, AsyncHttpResponse] | LogsQueryClient | None = None

    @asynccontextmanager
    async def sent(self, request: HttpRequest, seconds: float) -> AsyncIterator[AsyncHttpResponse]:
        """The answer to `request` as it begins, its body still to come; leaving drops the connection if that has not.

        `seconds` is what the service was given for it. Errors are those of azure-core, aiohttp and SignInError.
        """
        if self._client is None:
            self._client = self._connect()
        request.headers["User-Agent"] = USER_AGENT
        request.headers["Accept-Encoding"] = "gzip"
        response = await self._client.send_request(
            request, stream=True, read_timeout=seconds + _SILENCE, connection_timeout=CONNECTION_SECONDS
        )
        try:
            yield response
        finally:
            await response.close()

    async def close(self) -> None:
        """Drops all connections; the next request makes new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def _connect(self) -> Any:
        from azure.core import AsyncPipelineClient

        policies: list[Any] = [TokenPolicy(self._source, self._scope)] if self._source else []
        transport = make_transport(self._ca)
        if self._kind != "log_analytics":
            return AsyncPipelineClient(self._endpoint, policies=policies, transport=transport)
        from azure.monitor.query.aio import LogsQueryClient

        return LogsQueryClient(_NoCredential(), endpoint=self._endpoint, policies=policies, transport=transport)


class _NoCredential:
    """What the client asks for and never uses: TokenPolicy has the tokens."""

    async def get_token(self, *scopes: str, **options: Any) -> Any:
        """Never called."""
        raise NotImplementedError(scopes, options)

    async def close(self) -> None:
        """Nothing to let go of."""

    async def __aenter__(self) -> Self:
        """Nothing to take hold of."""
        return self

    async def __aexit__(self, *details: Any) -> None:
        """Nothing to let go of."""


def make_transport(ca: Path | None) -> AioHttpTransport:
    """Connections by aiohttp that trust the usual authorities and those in `ca`, without cookies."""
    import aiohttp
    from azure.core.pipeline.transport import AioHttpTransport

    context = ssl.create_default_context()
    if ca is not None:
        context.load_verify_locations(ca)
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=context),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=True,
    )
    return AioHttpTransport(session=session, connection_data_block_size=_BLOCK)


async def error_body(response: AsyncHttpResponse) -> bytes:
    """The beginning of a body that is no result."""
    found = bytearray()
    async for block in response.iter_bytes():
        found += block
        if len(found) >= LONGEST_ERROR:
            break
    return bytes(found[:LONGEST_ERROR])
