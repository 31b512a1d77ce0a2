"""The import of 40,569 recorded Windows events (80 MB): `python tests/benchmarks/evidence_import.py [TIMES]`.

TIMES makes the file that much longer, to see that memory does not grow with it. Prints seconds and the most memory the
process held.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from tui.evidence.importer import import_evidence

RECORDING = Path(__file__).parents[2].parent / "shared" / "evidence" / "windows" / "run_keys.ndjson.zip"


def main(times: int) -> None:
    """Imports the recording `times` times over, as one file."""
    if not RECORDING.is_file():
        sys.exit(f"the recorded evidence does not lie beside the repository ({RECORDING})")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events"
        with zipfile.ZipFile(RECORDING) as archive, path.open("wb") as target:
            for _ in range(times):
                target.write(archive.read(archive.namelist()[0]))
        started = time.process_time()
        report = import_evidence([path], Path(folder) / "w.duckdb")
        processor = time.process_time() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{report.records:,} records, {report.files[0].bytes / 1e6:.0f} MB: {report.seconds:.1f} s", end=", ")
    print(f"{processor:.1f} s of processor time, {memory:.0f} MiB at most")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
