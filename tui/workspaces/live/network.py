"""The thread in which all requests live: an event loop of its own, so that the screen's is never held by a connection."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from functools import cache
from typing import Any, TypeVar

from tui.settings.log import LOG

Result = TypeVar("Result")

_lock = threading.Lock()


def network_loop() -> asyncio.AbstractEventLoop:
    """The loop of the network thread, which is started when it is first asked for and ends with the program."""
    with _lock:
        return _started()


@cache
def _started() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(_note)
    threading.Thread(target=loop.run_forever, daemon=True, name="huntdeck-network").start()
    return loop


def _note(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What nobody waited for goes to the log, by its type: on the terminal it would spoil the screen."""
    del loop
    LOG.warning("network: %s", type(context.get("exception")).__name__)


async def in_network(work: Coroutine[Any, Any, Result]) -> Result:
    """What `work` gives, done in the network thread; when the caller is cancelled, `work` is at once, and nobody waits."""
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, network_loop()))
