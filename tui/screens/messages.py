"""What the program said, with the time: a message goes at the next key, and may have been the one that mattered."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from textual.app import App

KEPT = 500


@dataclass(frozen=True)
class Said:
    """One message. Its words can hold data: they are made safe where they are shown."""

    at: datetime
    words: str
    warning: bool


class Messages:
    """The last `KEPT` messages."""

    def __init__(self) -> None:
        self._said: deque[Said] = deque(maxlen=KEPT)

    def add(self, words: str, warning: bool) -> None:
        """Keeps a message, said now."""
        self._said.append(Said(datetime.now(UTC), words, warning))

    def __len__(self) -> int:
        return len(self._said)

    def lines(self, zone: tzinfo) -> Iterator[str]:
        """The messages, newest first, each with its time in `zone`; a warning begins with `!`."""
        for said in reversed(self._said):
            mark = "!" if said.warning else " "
            yield f"{said.at.astimezone(zone):%m-%d %H:%M:%S} {mark} {' '.join(said.words.split())}"


def messages_of(app: App[Any]) -> Messages:
    """The messages of the running program."""
    found = getattr(app, "messages", None)
    if not isinstance(found, Messages):
        raise TypeError("this app keeps no messages")
    return found
