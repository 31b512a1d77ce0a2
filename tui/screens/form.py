"""The form of a hunt: a field for each parameter, and beside them the KQL that they give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Button

from tui.library.model import Hunt
from tui.library.parameters import ParameterError, values_for
from tui.screens.modal import Modal
from tui.terminal.safe_text import cell_width, safe
from tui.widgets.dialog import Dialog
from tui.widgets.item_list import Item, ItemList
from tui.widgets.kql_text import highlight_kql
from tui.widgets.parameter_field import CHANGED_MARK, ParameterField
from tui.widgets.words import Words
from tui.workspaces.threads import in_thread

Preview = Callable[[Mapping[str, object]], str]

_PAUSE = 0.25
"""Seconds without a key before the KQL follows."""
_WIDEST_NAME = 26
_WIDE, _HIGH = 120, 36
"""Cells and rows from which on there is room."""


class FormScreen(Modal[dict[str, object] | None]):
    """The form of `hunt`, filled with what is `given` over the defaults.

    Gives the values that differ from the defaults, as typed (texts, lists of texts), or None when cancelled. `preview`
    gives the KQL of such values or raises; it is called in a thread.
    """

    CSS_PATH = "form.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5,ctrl+enter", "run", "run", key_display="F5"),
        Binding("ctrl+r", "reset", "default of the field"),
        Binding("f4", "zoom", "KQL"),
        Binding("escape", "cancel", "cancel"),
    ]

    def __init__(self, hunt: Hunt, given: Mapping[str, object], preview: Preview) -> None:
        super().__init__()
        self._hunt, self._preview = hunt, preview
        self._given = given
        self._fields: dict[str, ParameterField] = {}
        self._pause: Timer | None = None
        self._left: Widget | None = None

    def compose(self) -> ComposeResult:
        """Purpose, fields, KQL."""
        self.on_resize()
        self._fields = self._make_fields()
        with Dialog(self._title):
            yield Words(safe(self._hunt.purpose), id="purpose")
            with Container(id="halves"):
                with VerticalScroll(id="fields", can_focus=False):
                    if not self._fields:
                        yield Words("This hunt has no parameters.")
                    yield from self._fields.values()
                    yield Button("Run", id="run", variant="primary", compact=True)
                with Vertical(id="preview"):
                    yield Words(id="preview-state")
                    yield ItemList(cursor=False, id="kql")

    def on_mount(self) -> None:
        """The first field that needs a value has the focus."""
        fields = list(self._fields.values())
        wanting = next((field for field in fields if field.parameter.required and not field.raw), None)
        first: Widget = (wanting or fields[0]).editor if fields else self.query_one("#run")
        first.focus()
        self._follow()

    def _make_fields(self) -> dict[str, ParameterField]:
        parameters = self._hunt.parameters
        widest = max((cell_width(safe(name, 60)) for name in parameters), default=0)
        width = min(widest, _WIDEST_NAME)
        return {name: ParameterField(one, self._given.get(name), width) for name, one in parameters.items()}

    def on_resize(self) -> None:
        """Side by side where there is room, and with room between the fields."""
        self.set_class(self.app.size.width >= _WIDE, "-wide")
        self.set_class(self.app.size.width < _WIDE, "-narrow")
        self.set_class(self.app.size.height >= _HIGH, "-high")

    @property
    def _title(self) -> str:
        return f"{self._hunt.id}  {self._hunt.title}"

    @property
    def values(self) -> dict[str, object]:
        """The values that differ from the defaults, as typed."""
        return {name: field.raw for name, field in self._fields.items() if field.changed}

    @on(ParameterField.Edited)
    def _edited(self) -> None:
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(_PAUSE, self._follow)

    def _follow(self) -> None:
        """Makes the preview follow the fields, unless one of them is wrong."""
        changed = len(self.values)
        self.query_one(Dialog).say(f"{CHANGED_MARK} {changed} changed" if changed else "")
        wrong = [name for name, field in self._fields.items() if not field.ready]
        if wrong:
            self._say(f"the KQL follows once {', '.join(safe(name, 60) for name in wrong)} can be read")
        else:
            self.run_worker(self._show_preview(self.values), group="preview", exclusive=True, exit_on_error=False)

    async def _show_preview(self, values: Mapping[str, object]) -> None:
        try:
            kql = await in_thread(lambda: self._preview(values))
        except ParameterError as error:
            self._blame(error)
            return
        except Exception as error:
            self._say(f"no KQL: {safe(error, 300) or type(error).__name__}")
            return
        lines = highlight_kql(kql)
        self._say(f"{len(lines)} lines")
        self.query_one("#kql", ItemList).update_items([Item((line,)) for line in lines])

    def _blame(self, error: ParameterError) -> None:
        field = self._fields.get(error.name)
        if field is not None:
            field.show_error(error.reason)
        self._say(f"no KQL: {safe(error, 300)}")

    def _say(self, words: str) -> None:
        self.query_one("#preview-state", Words).say(Content.assemble(("KQL", "bold $primary"), f"  {words}"))

    @on(Button.Pressed, "#run")
    def _pressed(self) -> None:
        self.action_run()

    def action_run(self) -> None:
        """Checks every field, and gives the values when all are right."""
        wrong = [field for field in self._fields.values() if not field.check()]
        if wrong:
            wrong[0].editor.focus()
        else:
            self.run_worker(self._run(self.values), group="run", exclusive=True, exit_on_error=False)

    async def _run(self, values: dict[str, object]) -> None:
        try:
            await in_thread(lambda: values_for(self._hunt, values))
        except ParameterError as error:
            self._blame(error)
            if error.name in self._fields:
                self._fields[error.name].editor.focus()
            return
        except Exception as error:
            self._say(f"cannot be run: {safe(error, 300) or type(error).__name__}")
            return
        self.dismiss(values)

    def action_reset(self) -> None:
        """Gives the focused field its default."""
        for field in self._fields.values():
            if field.editor.has_focus_within or field.editor.has_focus:
                field.reset()

    def action_zoom(self) -> None:
        """More room for the KQL, or less."""
        self.toggle_class("-zoomed")
        if self.has_class("-zoomed"):
            self._left = self.focused
            self.query_one("#kql").focus()
        elif self._left is not None:
            self._left.focus()

    def action_cancel(self) -> None:
        """Leaves everything as it was."""
        self.dismiss(None)
