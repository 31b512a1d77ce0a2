"""Work that blocks, done in daemon threads: the event loop never waits on it, and neither does the program's end."""

from __future__ import annotations

import asyncio
import atexit
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

Result = TypeVar("Result")

_live: dict[threading.Thread, Callable[[], None] | None] = {}
_PATIENCE = 0.25
"""Seconds that the program's end waits for threads: one that is inside the database engine then would abort it."""


async def in_thread(work: Callable[[], Result], interrupt: Callable[[], None] | None = None) -> Result:
    """What `work` gives, run in a thread of its own; when the caller is cancelled, `interrupt` is called at once."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def settle(result: Result | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def body() -> None:
        try:
            work_and_tell()
        finally:
            _live.pop(threading.current_thread(), None)

    def work_and_tell() -> None:
        result: Result | None = None
        failure: BaseException | None = None
        try:
            result = work()
        except BaseException as error:
            failure = error
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, result, failure)

    thread = threading.Thread(target=body, daemon=True, name="huntdeck-work")
    _live[thread] = interrupt
    thread.start()
    try:
        return await future
    except asyncio.CancelledError:
        if interrupt is not None:
            interrupt()
        raise


@atexit.register
def _settle() -> None:
    """Stops what can be stopped and gives it a moment, so that no thread is inside the engine when the program ends."""
    running = dict(_live)
    for interrupt in running.values():
        if interrupt is not None:
            with suppress(Exception):
                interrupt()
    until = time.monotonic() + _PATIENCE
    for thread in running:
        thread.join(max(0.0, until - time.monotonic()))
