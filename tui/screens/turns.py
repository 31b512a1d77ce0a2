"""Acts one after another: keys that come faster than their work is done are all done, in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.worker import Worker

Work = Coroutine[None, None, None]


class Turns:
    """Does the work of `screen`'s acts; what cannot be done is said through `say`, not raised.

    Work in turn reads and counts what this machine holds. Work that waits for a service goes on beside it.
    """

    def __init__(self, screen: Screen[Any], say: Callable[[str], None]) -> None:
        self._screen = screen
        self._say = say
        self._waiting: deque[Work] = deque()
        self._going = False

    def take(self, act: Callable[[], Work | None]) -> None:
        """Does `act` at once; what it leaves to be done takes its turn after that of the acts before it."""
        from tui.triage.words import error_words

        try:
            work = act()
        except _what_is_said() as error:
            self._say(error_words(error))
            return
        if work is None:
            return
        self._waiting.append(work)
        if not self._going:
            self._going = True
            self._begin(self._go, "act")

    def beside(self, work: Callable[[], Work], group: str, exclusive: bool = False) -> None:
        """Does `work` beside whatever else goes on; when `exclusive`, in place of what goes on in `group`."""

        async def begun() -> None:
            await self._guarded(work())

        self._begin(begun, group, exclusive)

    def drop(self) -> None:
        """Lets go of what has not begun."""
        while self._waiting:
            self._waiting.popleft().close()

    def _begin(self, work: Callable[[], Work], group: str, exclusive: bool = False) -> Worker[None]:
        return self._screen.run_worker(work, group=group, description=group, exclusive=exclusive)

    async def _go(self) -> None:
        try:
            while self._waiting:
                await self._guarded(self._waiting.popleft())
        finally:
            self._going = False
            self.drop()

    async def _guarded(self, work: Work) -> None:
        from tui.triage.words import error_words

        try:
            await work
        except _what_is_said() as error:
            self._say(error_words(error))


def _what_is_said() -> tuple[type[Exception], ...]:
    """What may go wrong because of data, files or a question that cannot be asked."""
    from tui.results.view import ViewError

    return ValueError, ViewError, OSError
