"""What all dialogs have in common."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.reactive import Reactive
from textual.screen import ModalScreen, ScreenResultType
from textual.widget import Widget


class Modal(ModalScreen[ScreenResultType]):
    """A dialog's screen. A step from field to field draws these two, not everything."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("Y", "app.show_copied", "what was copied last, plain, to select from", show=False)
    ]

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
