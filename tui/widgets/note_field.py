"""A field for a text of several lines."""

from __future__ import annotations

from tui.widgets.text_lines import TextLines


class NoteField(TextLines):
    """A text that wraps; the caret stands at its end."""

    DEFAULT_CSS = """
    NoteField {
        min-height: 4;
        max-height: 12;
    }
    """

    def __init__(self, text: str = "", placeholder: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(text, placeholder, id, soft_wrap=True)
        self.move_cursor(self.document.end)
