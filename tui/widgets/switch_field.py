"""A field for yes or no."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.widgets.key_order import taken


class SwitchField(Widget, can_focus=True):
    """Shows both answers and which of them holds; neither while `value` is None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "answer", "Switch", show=False),
        Binding("y,t,1", "answer(True)", "Yes", show=False),
        Binding("n,f,0", "answer(False)", "No", show=False),
        Binding("left,h", "answer(True)", "Yes", show=False),
        Binding("right,l", "answer(False)", "No", show=False),
        Binding("enter,down,j", "app.focus_next", "Next field", show=False),
        Binding("up,k", "app.focus_previous", "Previous field", show=False),
    ]
    DEFAULT_CSS = """
    SwitchField {
        width: 18;
        height: 1;
        border-left: outer $border-blurred;
        padding: 0 0 0 1;
        background: $panel;
        color: $foreground;
        &:focus { border-left: outer $accent; text-style: bold; }
        &.-wrong, &.-wrong:focus { border-left: outer $error; }
    }
    """

    value: reactive[bool | None] = reactive(None, init=False)
    """The answer, None while there is none."""

    class Changed(Message):
        """The answer is another."""

        def __init__(self, field: SwitchField) -> None:
            super().__init__()
            self.field = field

        @property
        def control(self) -> SwitchField:
            """The field."""
            return self.field

    def __init__(self, value: bool | None = None, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.set_reactive(SwitchField.value, value)

    def render(self) -> Content:
        """Both answers in a row."""
        answers = [("yes", self.value is True), ("no", self.value is False)]
        marked = [(f"● {word}  ", "") if holds else (f"○ {word}  ", "$text-muted not bold") for word, holds in answers]
        return Content.assemble(*marked)

    async def _on_key(self, event: events.Key) -> None:
        await taken(self, event)

    def watch_value(self) -> None:
        """Tells that the answer changed."""
        self.post_message(self.Changed(self))

    def action_answer(self, value: bool | None = None) -> None:
        """Takes `value`, or without one the other answer."""
        self.value = not self.value if value is None else value

    def on_click(self, event: events.Click) -> None:
        """A click on an answer takes it."""
        self.value = event.get_content_offset_capture(self).x < len("● yes  ")
