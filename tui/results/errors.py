"""What can go wrong with stored rows, for callers that do not import the database."""

from __future__ import annotations


class ViewError(Exception):
    """A view that cannot be had: an unknown column, a bad regular expression, a value of another type."""


class InterruptedByUserError(Exception):
    """The operation was stopped by `interrupt`."""


class ResultStoreError(Exception):
    """Rows cannot be kept or read: no room on the disk or in memory, rows dropped, the store closed, its file damaged."""
