"""`huntdeck demo --serve`: the live services' stand-ins over demo evidence, to try the live path without a tenant."""

from __future__ import annotations

import sys
import textwrap
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tui.commands.answers import say
from tui.commands.options import UsageError
from tui.settings.paths import cache_folder, make_private
from tui.workspaces.live.configuration import configuration_file

if TYPE_CHECKING:
    from tui.loopback.group import Loopback
    from tui.loopback.wire import Request

PORT_BASE = 47430
PORTS = 4
HIGHEST_PORT = 65_535


def serve(file: Path, port_base: int = PORT_BASE, sign_in: bool = False) -> int:
    """Starts the services over the evidence `file`, prints how to reach them, and serves until Ctrl+C.

    With `sign_in` they take only tokens of their own sign-in service, by device code. UsageError for evidence that is not
    made up, and when the ports cannot be had.
    """
    from tui.commands.demo import is_demo
    from tui.loopback.group import Loopback
    from tui.settings.files import Lock

    if not is_demo(file):
        words = f"workspace {file.stem} holds evidence of yours, which every user of this computer could then read"
        raise UsageError(f"{words}; only demo evidence is served")
    if not 1 <= port_base <= HIGHEST_PORT - PORTS + 1:
        raise UsageError(f"--port-base takes a number from 1 to {HIGHEST_PORT - PORTS + 1:,}: {PORTS} ports follow it")
    folder = make_private(make_private(cache_folder()) / f"loopback-{port_base}")
    ports = f"ports {port_base} to {port_base + PORTS - 1}"
    lock = Lock.take(folder / "lock", "huntdeck demo --serve")
    if lock is None:
        raise UsageError(f"{ports} are served already; choose others with --port-base")
    loopback = Loopback(file, folder, sign_in=sign_in, port=port_base, control=True)
    try:
        _start(loopback, ports)
        _wait(loopback, explain(loopback, file.stem, sign_in))
    except KeyboardInterrupt:
        say("stopped")
    finally:
        loopback.close()
        lock.release()
    return 0


def _start(loopback: Loopback, ports: str) -> None:
    try:
        loopback.start()
    except OSError as error:
        raise UsageError(f"{ports} cannot all be had ({error.strerror}); choose others with --port-base") from error


def _wait(loopback: Loopback, text: str) -> None:
    """Prints `text`, then a line for each request, until Ctrl+C."""
    sys.stdout.write(text)
    sys.stdout.flush()
    for server in loopback.servers:
        server.on_request = _tell
    threading.Event().wait()


def _tell(request: Request) -> None:
    """A line for each request, so that it is seen what is sent and how often."""
    first = next((line for line in request.query.splitlines() if line.strip()), "")
    say(f"{datetime.now(UTC):%H:%M:%S}Z {request.method} {request.path[:60]} {first[:70]}".rstrip())


def explain(loopback: Loopback, evidence: str, sign_in: bool) -> str:
    """What runs where, how to add it as workspaces, and how to make it fail."""
    from tui.loopback.faults import Fault

    newest = loopback.log_analytics.tables.newest()
    upto = f"{newest:%Y-%m-%d %H:%M}Z" if newest else "nothing"
    faults = textwrap.fill(", ".join(Fault), 110, initial_indent="  ", subsequent_indent="  ")
    free = "" if sign_in else " and no sign-in"
    return f"""\
Stand-ins for the live services, over the evidence of workspace {evidence} (newest event {upto}).
They listen on 127.0.0.1 only, and need no tenant{free}. Their authority, which clients must trust:
  {loopback.ca}

As workspaces, for {configuration_file()}:

{workspaces_toml(loopback, sign_in)}
Then, for example: huntdeck run T1119-02 -w loop-logs, or huntdeck -w loop-defender

{_signing_in(loopback) if sign_in else ""}\
Where they are:
  Log Analytics            {loopback.log_analytics.url}
  Defender XDR (Graph)     {loopback.defender.url}
  Azure Data Explorer      {loopback.data_explorer.url}
  sign-in service          {loopback.tokens.url}

To see how a failure looks, ask for one before the next query; `times=3` makes it three, `clear` forgets it:
  curl --cacert {loopback.ca} -X POST \\
    '{loopback.log_analytics.url}/loopback/fail?fault=throttled&retry_after=20'
  curl --cacert {loopback.ca} -X POST '{loopback.defender.url}/loopback/clear'

Failures:
{faults}

Ctrl+C ends it.
"""


def _signing_in(loopback: Loopback) -> str:
    return f"""\
Any user may sign in. Enter the code in place of CODE, or in a browser at {loopback.tokens.url}/device:
  curl --cacert {loopback.ca} -d user_code=CODE {loopback.tokens.url}/device

"""


def workspaces_toml(loopback: Loopback, sign_in: bool) -> str:
    """The configuration that adds the three services as workspaces."""
    import tomli_w

    from tui.loopback.log_analytics import WORKSPACE_ID
    from tui.loopback.token_service import CLIENT, TENANT

    way = {"sign_in": "none"}
    if sign_in:
        way = {"sign_in": "device_code", "authority": loopback.tokens.url, "tenant": TENANT, "client_id": CLIENT}
    own = {
        "loop-logs": (loopback.log_analytics, {"workspace_id": WORKSPACE_ID}),
        "loop-defender": (loopback.defender, {}),
        "loop-explorer": (loopback.data_explorer, {"database": loopback.data_explorer.database}),
    }
    return tomli_w.dumps(
        {
            name: {"kind": server.name, **more, "url": server.url, "ca": str(loopback.ca), **way}
            for name, (server, more) in own.items()
        }
    )
