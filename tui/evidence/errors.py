"""What can stop an import, or keep one file out of it."""

from __future__ import annotations


class EvidenceImportError(Exception):
    """The import could not be done; the workspace is as it was. The text says why, for the analyst."""


class UnreadableFileError(Exception):
    """One file cannot be taken; the text says why, for the analyst."""


class ImportCancelledError(Exception):
    """The analyst cancelled the import; the workspace is as it was."""
