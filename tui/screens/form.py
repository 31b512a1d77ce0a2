"""The form of a hunt: a field for each parameter, and beside them the KQL that they give."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Button

from tui.library.model import Hunt, ParameterType
from tui.library.parameters import ParameterError, values_for
from tui.library.times import moment_typed
from tui.screens.ask import AskScreen
from tui.screens.choose import ChooseScreen
from tui.screens.modal import Modal
from tui.settings.earlier_values import EarlierValues, EarlierValuesError, Filled, names_a_secret
from tui.terminal.safe_text import cell_width, safe
from tui.widgets.dialog import Dialog
from tui.widgets.editors import Raw
from tui.widgets.kql_preview import KqlPreview, preview_lines
from tui.widgets.parameter_field import CHANGED_MARK, ParameterField
from tui.widgets.words import Words
from tui.workspaces.threads import in_thread

Preview = Callable[[Mapping[str, object]], str]

_PAUSE = 0.25
"""Seconds without a key before the KQL follows."""
_PATIENCE = 1.0
"""Seconds that a run waits until its values are kept."""
_WIDEST_NAME = 26
_WIDE, _HIGH = 120, 36
"""Cells and rows from which on there is room."""
_AROUND = 18
"""Rows of a high screen that fields do not have."""
_TALLEST_LIST = 5


class _RunButton(Button):
    """A button that the arrows leave as they leave fields."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Previous field", show=False),
    ]


class FormScreen(Modal[dict[str, object] | None]):
    """The form of `hunt`, filled with what is `given` over the defaults.

    Gives the values that differ from the defaults, as typed (texts, lists of texts; times as absolute ones), or None when
    it is left. `preview` gives the KQL of such values or raises; it is called in a thread. Times may be told from the
    `newest_event`, or from now where there is no evidence. What was filled in is kept in `earlier`, and offered again.

    Leaving asks only where something was typed since the form opened: what a form was left with does not come back by
    itself, since a hunt would run with it unnoticed.
    """

    CSS_PATH = "form.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5,ctrl+enter", "run", "run", key_display="F5"),
        Binding("ctrl+r", "reset", "default"),
        Binding("f8", "reset_all", "all defaults"),
        Binding("f3", "earlier", "earlier"),
        Binding("f4", "zoom", "KQL"),
        Binding("escape", "leave", "leave"),
    ]

    def __init__(
        self,
        hunt: Hunt,
        given: Mapping[str, object],
        preview: Preview,
        earlier: EarlierValues | None = None,
        newest_event: datetime | None = None,
    ) -> None:
        super().__init__()
        self._hunt, self._preview = hunt, preview
        self._given, self._earlier, self._newest = given, earlier, newest_event
        self._fields: dict[str, ParameterField] = {}
        self._opened_with: dict[str, Raw] = {}
        self._before_reset: dict[str, Raw] = {}
        self._pauses: dict[str, Timer] = {}
        self._wanted: dict[str, object] | None = None
        self._following = False
        self._left: Widget | None = None
        self._remark: tuple[ParameterField | None, str] = (None, "")
        """What was said of a field in place of its help, until it is edited or left."""

    def compose(self) -> ComposeResult:
        """Purpose, fields, what there is to say of one, KQL."""
        self.on_resize()
        self._fields = self._make_fields()
        self._opened_with = {name: field.raw for name, field in self._fields.items()}
        with Dialog(f"{self._hunt.id}  {self._hunt.title}"):
            yield Words(safe(self._hunt.purpose), id="purpose")
            with Container(id="halves"):
                with Vertical(id="form-fields"):
                    with VerticalScroll(id="fields", can_focus=False):
                        if not self._fields:
                            yield Words("This hunt has no parameters.")
                        yield from self._fields.values()
                        yield _RunButton("Run", id="run", variant="primary", compact=True)
                    yield Words(id="help")
                yield KqlPreview(id="preview")

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
        width, explains = min(widest, _WIDEST_NAME), self._has_room
        return {
            name: ParameterField(one, self._given.get(name), width, self._now, explains)
            for name, one in parameters.items()
        }

    def _now(self) -> datetime:
        return self._newest or datetime.now(UTC)

    @property
    def _has_room(self) -> bool:
        """Whether there is room for a line of help below each field."""
        rows = 0
        for parameter in self._hunt.parameters.values():
            value = self._given.get(parameter.name, parameter.default)
            rows += min(max(len(value), 1), _TALLEST_LIST) if isinstance(value, list | tuple) else 1
        return self.app.size.height >= max(_HIGH, rows + len(self._hunt.parameters) + _AROUND)

    def on_resize(self) -> None:
        """Side by side where there is room."""
        self.set_class(self.app.size.width >= _WIDE, "-wide")
        self.set_class(self.app.size.width < _WIDE, "-narrow")
        self.set_class(self.app.size.height >= _HIGH, "-high")

    @property
    def values(self) -> dict[str, object]:
        """The values that differ from the defaults, as the form gives them."""
        return {name: field.given for name, field in self._fields.items() if field.changed}

    @property
    def _focused_field(self) -> ParameterField | None:
        return next((field for field in self._fields.values() if field.has_focus_within), None)

    def on_descendant_focus(self) -> None:
        """Help and KQL turn to the field that has the focus."""
        self._turn()

    def _turn(self) -> None:
        field = self._focused_field
        if field is None:
            self.query_one("#help", Words).say("")
            return
        self._after_pause("mark", lambda: self._mark(field))
        if self._remark[0] is field:
            self.query_one("#help", Words).say(self._remark[1])
            return
        self._remark = (None, "")
        told = field.parameter.type is ParameterType.DATETIME and self._newest is not None
        since = f"now is the newest event: {moment_typed(self._now())}" if told else ""
        self.query_one("#help", Words).say(field.help_words(since))

    # The KQL

    @on(ParameterField.Edited)
    def _edited(self) -> None:
        self._remark = (None, "")
        self._turn()
        self._after_pause("follow", self._follow)

    def _after_pause(self, what: str, act: Callable[[], None]) -> None:
        """Does `act` once no key came for a while: over a slow line keys must not wait for what follows them."""
        if what in self._pauses:
            self._pauses[what].stop()
        self._pauses[what] = self.set_timer(_PAUSE, act)

    def _mark(self, field: ParameterField) -> None:
        if field.has_focus_within:
            self.query_one(KqlPreview).mark(field.parameter.name)

    def _follow(self) -> None:
        """Makes the preview follow the fields, unless one of them is wrong."""
        wrong = [name for name, field in self._fields.items() if not field.ready]
        for field in self._fields.values():
            if field.deferred:
                self.run_worker(field.look_up(), group=f"look-up-{field.parameter.name}", exclusive=True)
        if wrong:
            missing = "is filled in" if len(wrong) == 1 else "are filled in"
            state = "can be read" if any(self._fields[name].raw for name in wrong) else missing
            self._say(f"the KQL follows once {', '.join(wrong)} {state}")
            return
        self._wanted = self.values
        if not self._following:
            self._following = True
            self.run_worker(self._show_preview(), group="preview", exit_on_error=False)

    async def _show_preview(self) -> None:
        """Shows the KQL of the values wanted last: one after the other is made, those in between are not."""
        try:
            while self._wanted is not None:
                values, self._wanted = self._wanted, None
                await self._preview_of(values)
        finally:
            self._following = False

    async def _preview_of(self, values: Mapping[str, object]) -> None:
        try:
            lines = await in_thread(lambda: preview_lines(self._preview(values)))
        except ParameterError as error:
            self._blame(error)
            return
        except Exception as error:
            self._say(f"no KQL: {safe(error, 300) or type(error).__name__}")
            return
        self._say(f"{len(lines)} lines")
        self.query_one(KqlPreview).show(lines)

    def _blame(self, error: ParameterError) -> None:
        field = self._fields.get(error.name)
        if field is not None:
            field.show_error(error.reason)
        self._say(f"no KQL: {error}")

    def _say(self, words: str) -> None:
        changed = len(self.values)
        self.query_one(KqlPreview).say(f"{words}  {CHANGED_MARK} {changed} changed" if changed else words)

    # Running

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
        filled = {name: field.raw for name, field in self._fields.items() if field.changed}
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
        await self._remember(filled)
        self.dismiss(values)

    async def _remember(self, filled: Mapping[str, Filled]) -> None:
        """Keeps what is run with; where that fails the hunt runs all the same, and why is said."""
        earlier = self._earlier
        if earlier is None or not filled:
            return
        try:
            await asyncio.wait_for(in_thread(lambda: earlier.remember(self._hunt.id, filled)), _PATIENCE)
        except TimeoutError:
            return  # the disk is slow: the hunt does not wait for it
        except EarlierValuesError as error:
            self.notify(safe(error, 300), title="Values are not kept", severity="warning", markup=False)

    # Defaults and earlier values

    def action_reset(self) -> None:
        """Gives the focused field its default."""
        field = self._focused_field
        if field is not None:
            field.reset()

    def action_reset_all(self) -> None:
        """Gives every field its default; where they all have it, what they held before comes back."""
        changed = {name: field.raw for name, field in self._fields.items() if field.changed}
        if changed:
            self._before_reset = changed
            for name in changed:
                self._fields[name].reset()
        else:
            for name, raw in self._before_reset.items():
                self._fields[name].hold(raw)

    def action_earlier(self) -> None:
        """Offers what was filled in for the focused field before."""
        if self._focused_field is not None and self._earlier is not None:
            self.run_worker(self._offer(self._focused_field, self._earlier), group="earlier", exclusive=True)

    async def _offer(self, field: ParameterField, earlier: EarlierValues) -> None:
        name = field.parameter.name
        try:
            values = await in_thread(lambda: earlier.of(self._hunt.id, name))
        except EarlierValuesError as error:
            self._remark_on(field, safe(error, 300))
            return
        if not values:
            secret = "what is filled in here is never kept: its name says it is a secret"
            self._remark_on(field, secret if names_a_secret(name) else "nothing was filled in here before")
            return

        def chosen(index: int | None) -> None:
            if index is not None:
                field.hold(values[index])

        options = [_one_line(value) for value in values]
        self.app.push_screen(ChooseScreen(f"Earlier values of {safe(name, 60)}, the last first", options), chosen)

    def _remark_on(self, field: ParameterField, words: str) -> None:
        self._remark = (field, words)
        self._turn()

    # Leaving

    def action_zoom(self) -> None:
        """More room for the KQL, which then has the focus and its keys; or back to the fields."""
        self.toggle_class("-zoomed")
        kql = self.query_one(KqlPreview).list
        kql.can_focus = self.has_class("-zoomed")
        if kql.can_focus:
            self._left = self.focused
            kql.focus()
        elif self._left is not None:
            self._left.focus()

    def action_leave(self) -> None:
        """Leaves everything as it was; asks before what was typed is lost. From the KQL it goes back to the fields."""
        if self.has_class("-zoomed"):
            self.action_zoom()
            return
        typed = [safe(name, 60) for name, field in self._fields.items() if field.raw != self._opened_with[name]]
        if not typed:
            self.dismiss(None)
            return

        def answered(leave: bool | None) -> None:
            if leave:
                self.dismiss(None)

        detail = f"What was typed is not kept: {', '.join(typed)}."
        self.app.push_screen(AskScreen("Leave the form without running?", detail, "Leave", "Stay"), answered)


def _one_line(value: Filled) -> tuple[str, str]:
    """A value in a list of them, and of a list how many values it has."""
    if isinstance(value, str):
        return value, ""
    return ", ".join(value), f"{len(value):,} values" if len(value) > 1 else ""
