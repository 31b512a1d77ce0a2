"""A field of one line whose value has a next larger and a next smaller one."""

from __future__ import annotations

from collections.abc import Callable

from textual import events

from tui.widgets.text_field import TextField

Step = Callable[[str, bool], str | None]
"""What a text becomes one step up (True) or down; None when it has no steps."""


class StepField(TextField):
    """A field where + and - step; a sign is typed at the start, and - after the e of a power of ten."""

    def __init__(self, value: str, placeholder: str, step: Step, negative: bool) -> None:
        super().__init__(value, placeholder)
        self._step, self._negative = step, negative

    async def _on_key(self, event: events.Key) -> None:
        if event.character in ("+", "-") and not self._is_sign(event.character):
            stepped = self._step(self.value, event.character == "+")
            if stepped is not None:
                event.stop()
                event.prevent_default()
                self.value = stepped
                self.cursor_position = len(stepped)
                return
        await super()._on_key(event)

    def _is_sign(self, character: str) -> bool:
        before = self.value[: self.cursor_position]
        if character == "-" and before[-1:] in ("e", "E") and before[:1].isdecimal():
            return True
        return character == "-" and self._negative and not before and bool(self.value)
