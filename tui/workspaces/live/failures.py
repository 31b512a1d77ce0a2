"""How a request ended that brought no answer, or a broken one: exceptions as outcomes."""

from __future__ import annotations

import socket
import ssl
import zlib
from collections.abc import Iterator

from tui.workspaces.live.errors import BrokenAnswerError, CutOffError, SignInError
from tui.workspaces.protocol import Outcome, State

_AGAIN = "r runs it again."


def outcome_of_exception(error: BaseException, host: str) -> Outcome | None:
    """The outcome of a request to `host` that ended in `error`; None for an error of the program's own."""
    chain = list(_chain(error))
    for link in chain:
        if isinstance(link, SignInError):
            return Outcome(State.NOT_PERMITTED, str(link), "Sign in, or choose another `sign_in` for this workspace.")
        if isinstance(link, CutOffError):
            return Outcome(State.FAILED, f"the connection to {host} broke: {link}", _AGAIN)
        if isinstance(link, BrokenAnswerError):
            return Outcome(State.FAILED, str(link), f"{_AGAIN} If it stays so, a proxy may change what passes.")
    return _network_outcome(error, chain, host)


def _network_outcome(error: BaseException, chain: list[BaseException], host: str) -> Outcome | None:
    if any(isinstance(link, socket.gaierror) or "DNSError" in type(link).__name__ for link in chain):
        step = "Check the network, the proxy (HTTPS_PROXY) and the names in the workspace's configuration."
        return Outcome(State.FAILED, f"the name {host} cannot be found (DNS)", step)
    for link in chain:
        if isinstance(link, ssl.SSLCertVerificationError):
            words = f"the certificate of {host} is not trusted: {getattr(link, 'verify_message', '') or link}"
            return Outcome(State.FAILED, words, "Name the authority in `ca` if your network has one of its own.")
    if any(isinstance(link, ssl.SSLError) for link in chain):
        return Outcome(State.FAILED, f"no secure connection to {host} can be made (TLS)", "Check the proxy and `url`.")
    names = {type(link).__name__ for link in chain}
    if any(isinstance(link, zlib.error) for link in chain) or "ContentEncodingError" in names:
        return Outcome(State.FAILED, "the answer is not compressed as it says it is", f"{_AGAIN} A proxy may spoil it.")
    if "ServiceRequestTimeoutError" in names or "ConnectionTimeoutError" in names:
        return Outcome(State.TIMED_OUT, f"no connection to {host} in time", "Check the network and the proxy.")
    if "ServiceResponseTimeoutError" in names:
        return Outcome(State.TIMED_OUT, f"{host} fell silent", _AGAIN)
    if any(isinstance(link, ConnectionRefusedError) for link in chain):
        return Outcome(State.FAILED, f"{host} refuses the connection", "Check `url`, the port and the proxy.")
    broken = {"IncompleteReadError", "ServiceResponseError", "ServerDisconnectedError", "ClientPayloadError"}
    if names & broken or any(isinstance(link, ConnectionError) for link in chain):
        return Outcome(State.FAILED, f"the connection to {host} broke before the answer was whole", _AGAIN)
    if "ServiceRequestError" in names or any(isinstance(link, OSError) for link in chain):
        number = next((link.strerror for link in chain if isinstance(link, OSError) and link.strerror), "")
        return Outcome(State.FAILED, f"{host} cannot be reached{': ' + number if number else ''}", _AGAIN)
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        link = waiting.pop(0)
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        inner = getattr(link, "inner_exception", None), getattr(link, "os_error", None)
        waiting += [link.__cause__, link.__context__, *(part for part in inner if isinstance(part, BaseException))]
