"""Words that change: drawn again only when they are others."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


class Words(Static):
    """Shows what `say` was given last. With `flows` its height follows the words; else it stays as it is."""

    def __init__(
        self,
        words: Content | str = "",
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
        flows: bool = False,
    ) -> None:
        self._said = words if isinstance(words, Content) else Content(words)
        super().__init__(self._said, id=id, classes=classes, markup=False)
        self._flows = flows

    @property
    def said(self) -> str:
        """What is shown."""
        return self._said.plain

    def say(self, words: Content | str) -> None:
        """Shows `words`, made safe before."""
        content = words if isinstance(words, Content) else Content(words)
        if not content.is_same(self._said):
            self._said = content
            self.update(content, layout=self._flows)
