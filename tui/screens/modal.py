"""What all dialogs have in common."""

from __future__ import annotations

from textual.reactive import Reactive
from textual.screen import ModalScreen, ScreenResultType
from textual.widget import Widget


class Modal(ModalScreen[ScreenResultType]):
    """A dialog's screen. A step from field to field draws these two, not everything."""

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
