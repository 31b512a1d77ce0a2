"""Python's collector of cycles, kept from looking through all that is loaded while rows arrive."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_NEVER = 1_000_000


class _Users:
    """How many need full collections put off, and the thresholds that were set before the first."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.count = 0
        self.before = gc.get_threshold()


_users = _Users()


@contextmanager
def full_collections_put_off() -> Iterator[None]:
    """A full collection holds every thread for tens of milliseconds; young objects are still looked through."""
    with _users.lock:
        if not _users.count:
            _users.before = gc.get_threshold()
            gc.set_threshold(_users.before[0], _users.before[1], _NEVER)
        _users.count += 1
    try:
        yield
    finally:
        with _users.lock:
            _users.count -= 1
            if not _users.count:
                gc.set_threshold(*_users.before)
