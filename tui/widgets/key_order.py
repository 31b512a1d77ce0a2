"""Keys that arrive faster than they are handled, as over a slow line, do what they would do one by one.

Letters are taken by the field that has the focus, keys with a binding only after they went up to the app and back: a letter
would overtake the backspace typed before it, and land in the field that a Tab had left.
"""

from __future__ import annotations

from textual import events
from textual.widget import Widget


async def taken(widget: Widget, event: events.Key) -> bool:
    """Whether nothing is left to do about `event`: it was bound to something, which is done now, or came too late for
    `widget`, which no longer has the focus, and was handed on."""
    target = widget.app.focused or widget.app.screen
    typed = event.is_printable and event.key not in widget._bindings.key_to_bindings
    if target is not widget:
        target._forward_event(events.Key(event.key, event.character))
    elif typed or not await widget.app._check_bindings(event.key):
        return False
    event.stop()
    event.prevent_default()
    return True
