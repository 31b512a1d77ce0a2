"""The scope of the session: devices and accounts its runs are held to, and those they leave out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, Vertical
from textual.widgets import Button, TextArea

from tui.kql.literals import LiteralError, string_literal
from tui.screens.modal import Modal
from tui.terminal.safe_text import has_hidden, safe
from tui.triage.queries.context import Scope
from tui.widgets.dialog import Dialog
from tui.widgets.list_field import ListField
from tui.widgets.parameter_field import WRONG_MARK
from tui.widgets.parameter_words import counted
from tui.widgets.words import Words

_LISTS = {
    "devices": ("Only these devices", "short name, FQDN, or beginning*"),
    "exclude_devices": ("Not these devices", "short name, FQDN, or beginning*"),
    "accounts": ("Only these accounts", "name, or DOMAIN\\name"),
    "exclude_accounts": ("Not these accounts", "name, or DOMAIN\\name"),
}


class ScopeScreen(Modal[Scope | None]):
    """Asks for another scope than `scope`; gives it, or None."""

    CSS_PATH = "scope.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5,ctrl+enter", "take", "set", key_display="F5"),
        Binding("ctrl+r", "clear", "empty the list"),
        Binding("escape", "cancel", "cancel"),
    ]

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self._scope = scope

    def compose(self) -> ComposeResult:
        """The four lists."""
        with Dialog("Scope"):
            yield Words("Every run of the session is held to it. An empty list holds to nothing.", id="about")
            with Grid():
                for name, (words, placeholder) in _LISTS.items():
                    with Vertical(classes="list"):
                        yield Words(words, classes="name")
                        yield ListField(getattr(self._scope, name), placeholder, id=name.replace("_", "-"))
                        yield Words(classes="said", flows=True)
            yield Button("Set", id="set", variant="primary", compact=True)

    def on_mount(self) -> None:
        """The devices are asked for first."""
        self.query_one("#devices").focus()
        for field in self.query(ListField):
            self._check(field)

    @on(TextArea.Changed)
    def _changed(self, event: TextArea.Changed) -> None:
        if isinstance(event.text_area, ListField):
            self._check(event.text_area)

    @on(ListField.Noted)
    def _noted(self, event: ListField.Noted) -> None:
        self._check(event.field)

    def _check(self, field: ListField) -> bool:
        """Whether the lines of `field` can be scope; says what is wrong, or how many there are."""
        error = scope_error(field.values, "devices" in (field.id or ""))
        words = f"{WRONG_MARK} {safe(error, 300)}" if error else _about(field)
        field.set_class(bool(error), "-wrong")
        said = field.parent.query_one(".said", Words) if field.parent is not None else None
        if said is not None:
            said.say(words)
            said.set_class(bool(error), "-wrong")
        return not error

    @on(Button.Pressed)
    def _pressed(self) -> None:
        self.action_take()

    def action_take(self) -> None:
        """Gives the scope when every list is right."""
        fields = {name: self.query_one(f"#{name.replace('_', '-')}", ListField) for name in _LISTS}
        wrong = [field for field in fields.values() if not self._check(field)]
        if wrong:
            wrong[0].focus()
            return
        self.dismiss(Scope(**{name: tuple(dict.fromkeys(field.values)) for name, field in fields.items()}))

    def action_clear(self) -> None:
        """Empties the list that has the focus."""
        if isinstance(self.focused, ListField):
            self.focused.load_text("")

    def action_cancel(self) -> None:
        """Leaves the scope as it was."""
        self.dismiss(None)


def _about(field: ListField) -> str:
    """How many names `field` holds, and what was done to the last paste; nothing of an empty one."""
    names = field.values
    parts = [counted(len(names), "name") if names else "", field.note]
    if len(set(names)) < len(names):
        parts.append(f"{len(names) - len(set(names)):,} more than once")
    if any(map(has_hidden, names)):
        parts.append("holds hidden characters")
    return safe(" · ".join(part for part in parts if part), 300)


def scope_error(names: Sequence[str], prefixes: bool) -> str:
    """What is wrong with `names`, else nothing: `*` stands for a beginning, of devices only, and only at the end."""
    for name in names:
        try:
            string_literal(name)
        except LiteralError as error:
            return f"{name}: {error}"
        if "*" not in name:
            continue
        if not prefixes:
            return f"{name}: accounts are matched whole, without *"
        if name == "*" or "*" in name[:-1]:
            return f"{name}: * stands once, at the end of a beginning"
    return ""
