"""A display that accepts whoever comes, and never says a word."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def silent_display() -> Iterator[str]:
    """What `DISPLAY` is for it."""
    taken: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            while True:
                try:
                    taken.append(listener.accept()[0])
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        # Displays are numbered from port 6000 on.
        yield f"127.0.0.1:{listener.getsockname()[1] - 6000}"
    for connection in taken:
        connection.close()
