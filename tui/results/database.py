"""The DuckDB database under the results store: one for the program, with a cursor of its own for every call."""

from __future__ import annotations

import contextlib
import itertools
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from tui.results.errors import InterruptedByUserError, ResultStoreError
from tui.results.scratch import ScratchDirectory

Result = TypeVar("Result")

MEMORY_LIMIT = "64MB"
"""What DuckDB may keep of rows that lie on disk, so that a million of them stay within the memory promised."""
LARGE_MEMORY_LIMIT = "1GB"
"""What one statement may take that does not fit; given back after it."""
_CHECKPOINT_EVERY = "64MB"
"""How much is written ahead before it is compressed into the file: often makes arriving rows several times slower."""
_MAX_THREADS = 4
_CLOSING_SECONDS = 1.0
_CLOSING_STEP = 0.005


def first_row(cursor: duckdb.DuckDBPyConnection, statement: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...]:
    """The first row that `statement` gives, read to its end so that the connection is free for the next."""
    row: tuple[Any, ...] = cursor.execute(statement, list(parameters)).fetchall()[0]
    return row


class Running:
    """The statements under way for one thing, so that another thread can stop them."""

    def __init__(self) -> None:
        self._cursors: set[duckdb.DuckDBPyConnection] = set()
        self._lock = threading.Lock()
        self._interrupts = 0

    def started(self) -> int:
        """A token for an operation of several statements that starts now."""
        return self._interrupts

    @contextlib.contextmanager
    def watch(self, cursor: duckdb.DuckDBPyConnection, token: int | None = None) -> Iterator[None]:
        """Count `cursor` as at work.

        InterruptedByUserError when it is stopped, or was since `started` gave `token`; ResultStoreError when the
        database cannot do it.
        """
        with self._lock:
            if token is not None and token != self._interrupts:
                raise InterruptedByUserError
            self._cursors.add(cursor)
        try:
            yield
        except duckdb.InterruptException:
            raise InterruptedByUserError from None
        except duckdb.Error as error:
            raise ResultStoreError(str(error)) from error
        finally:
            with self._lock:
                self._cursors.discard(cursor)

    def interrupt(self) -> None:
        """Stop what is under way; what starts later is not touched."""
        with self._lock:
            self._interrupts += 1
            for cursor in self._cursors:
                cursor.interrupt()


class Database:
    """A database file in a private directory under `directory`, or one in memory when that is None."""

    def __init__(self, directory: Path | None) -> None:
        self._scratch = ScratchDirectory(directory) if directory is not None else None
        self._on_disk = self._scratch is not None
        configuration: dict[str, str | bool | int | float | list[str]] = {
            "threads": str(min(os.cpu_count() or 1, _MAX_THREADS)),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
        }
        target = ":memory:"
        if self._scratch is not None:
            target = str(self._scratch.path / "rows.duckdb")
            configuration |= {
                "memory_limit": MEMORY_LIMIT,
                "temp_directory": str(self._scratch.path / "spill"),
                "checkpoint_threshold": _CHECKPOINT_EVERY,
            }
        self._connection = duckdb.connect(target, config=configuration)
        self._connection.execute("SET enable_external_access = false")
        self._lock = threading.Lock()
        self._cursors: weakref.WeakSet[duckdb.DuckDBPyConnection] = weakref.WeakSet()
        self._room_lock = threading.Lock()
        self._large_users = 0
        self._numbers = itertools.count(1)

    def new_table_name(self) -> str:
        """A name that no table has had."""
        return f"rows_{next(self._numbers)}"

    @contextlib.contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of one's own, closed after."""
        cursor = self.open_cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    def open_cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of one's own, with temporary tables of its own, to be closed by the caller; ResultStoreError."""
        with self._lock:
            try:
                cursor = self._connection.cursor()
            except duckdb.Error as error:
                raise ResultStoreError(str(error)) from error
            self._cursors.add(cursor)
            return cursor

    def with_room(self, action: Callable[[], Result]) -> Result:
        """What `action` gives; when it runs out of memory it is done again with more."""
        try:
            return action()
        except duckdb.OutOfMemoryException:
            if not self._on_disk:
                raise
        self._take_room(1)
        try:
            return action()
        finally:
            self._take_room(-1)

    def _take_room(self, step: int) -> None:
        with self._room_lock:
            self._large_users += step
            limit = LARGE_MEMORY_LIMIT if self._large_users else MEMORY_LIMIT
            with contextlib.suppress(duckdb.OutOfMemoryException), self.cursor() as cursor:
                cursor.execute(f"SET memory_limit = '{limit}'")

    def close(self) -> None:
        """Stop what is under way, let go of the rows and remove their file."""
        with self._lock:
            closing = threading.Thread(target=self._shut, daemon=True, name="huntdeck-closing")
            closing.start()
            end = time.monotonic() + _CLOSING_SECONDS
            # A statement that began after it was told to stop holds the closing up until it is told again.
            while closing.is_alive() and time.monotonic() < end:
                self._interrupt_all()
                closing.join(_CLOSING_STEP)
        if self._scratch is not None:
            self._scratch.close()
            self._scratch = None

    def _shut(self) -> None:
        """Closes the database, which it refuses while a statement that was told to stop has not yet done so."""
        end = time.monotonic() + _CLOSING_SECONDS
        while time.monotonic() < end:
            try:
                self._connection.close()
            except duckdb.ResourceInUseException:
                time.sleep(_CLOSING_STEP)
            else:
                return

    def _interrupt_all(self) -> None:
        for cursor in self._cursors:
            # One that is closed already has nothing to stop.
            with contextlib.suppress(duckdb.Error):
                cursor.interrupt()
