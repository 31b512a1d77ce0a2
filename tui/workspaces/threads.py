"""Work that blocks, done in daemon threads: the event loop never waits on it, and neither does the program's end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


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
        result: Result | None = None
        failure: BaseException | None = None
        try:
            result = work()
        except BaseException as error:
            failure = error
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=body, daemon=True, name="huntdeck-work").start()
    try:
        return await future
    except asyncio.CancelledError:
        if interrupt is not None:
            interrupt()
        raise
