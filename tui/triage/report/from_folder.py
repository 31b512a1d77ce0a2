"""The report of a session that lies in a folder. Reads files without changing any, so it is meant for worker threads."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tui.library.catalogue import Catalogue
from tui.library.loader import HuntError, parse_hunt
from tui.library.model import Hunt
from tui.triage.records.documents import DocumentError
from tui.triage.records.folder import DamagedRowsError, SessionFolder, hunt_file_of
from tui.triage.records.model import RunRecord
from tui.triage.records.reading import Contents, check_hunt_file, read_contents
from tui.triage.report.gather import gather
from tui.triage.report.model import Report

if TYPE_CHECKING:
    import pyarrow as pa


def report_of_folder(path: Path, catalogue: Catalogue, defang: bool = False) -> Report:
    """The report of the session in the folder `path`; hunts of `catalogue` that it did not run are said to be so.

    What cannot be read is in its `problems`. OSError when there is no such folder.
    """
    contents = read_contents(path, None)
    ran = {run.hunt for run in contents.runs.values()}
    reader = _Reader(SessionFolder(path, None), contents, catalogue)
    return gather(
        contents.record,
        list(contents.runs.values()),
        reader.rows,
        [hunt for hunt in catalogue.listed if hunt.id not in ran],
        defang,
        reader.hunt,
        contents.problems,
        datetime.now(UTC),
    )


class _Reader:
    """Rows and hunts of a folder's runs; what cannot be read is added to the problems."""

    def __init__(self, folder: SessionFolder, contents: Contents, catalogue: Catalogue) -> None:
        self.folder, self.contents, self.catalogue = folder, contents, catalogue
        self._hunts: dict[str, Hunt | None] = {}

    def rows(self, number: int) -> pa.Table | None:
        """The rows of a run, None where there are none or they are not those that were saved."""
        if not os.path.lexists(self.folder.rows_path(number)):  # which the contents tell of
            return None
        try:
            return self.folder.rows(self.contents.runs[number])
        except DamagedRowsError as error:
            self.contents.problems.append(str(error))
            return None

    def hunt(self, run: RunRecord) -> Hunt | None:
        """The hunt as it was run: that of the catalogue where it is the same, else the one kept with the session."""
        if run.hunt_file not in self._hunts:
            self._hunts[run.hunt_file] = self._read_hunt(run)
        return self._hunts[run.hunt_file]

    def _read_hunt(self, run: RunRecord) -> Hunt | None:
        known = self.catalogue.hunts.get(run.hunt)
        if known is not None and hunt_file_of(known.id, known.source) == run.hunt_file:
            return known
        path = self.folder.path / "hunts" / Path(run.hunt_file).name
        try:
            return parse_hunt(check_hunt_file(path), path)
        except (OSError, DocumentError):  # which the contents tell of already
            return None
        except HuntError as error:
            self.contents.problems.append(f"the hunt of run {run.number} cannot be read: {error}")
            return None
