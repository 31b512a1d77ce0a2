"""A cell of a run's table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tui.triage.runs import Run


@dataclass(frozen=True)
class Cell:
    """The cell `column` of `row`, which holds every column of a row of `run`, the hidden ones too."""

    run: Run
    row: Mapping[str, Any]
    column: str

    @property
    def value(self) -> Any:
        """What the cell holds."""
        return self.row[self.column]
