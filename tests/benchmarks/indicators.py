"""How long a file of indicators takes against a result: `python -m tests.benchmarks.indicators [ROWS] [INDICATORS]`.

Rows have five columns (device, address, hash, command line of its own, URL), on disk as the program keeps them.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from tui.results.store import ResultStore
from tui.triage.known import read_known


def main(rows: int = 1_000_000, indicators: int = 10_000) -> None:
    """Makes rows and indicators, matches them, and prints what it took."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "known.txt"
        kinds = (
            "site{}.example",
            "203.0.{}.9",
            "https://a{}.site.example/x",
            "c:\\users\\public\\tool{}.exe",
            "{:040x}",
        )
        file.write_text("\n".join(kinds[n % 5].format(n) for n in range(indicators)), encoding="utf-8")
        store = ResultStore(Path(folder))
        table = duckdb.sql(
            "SELECT 'ws' || (i % 5000) || '.corp.example' AS DeviceName, "
            "'10.' || (i % 200) || '.' || (i % 251) || '.7' AS RemoteIP, "
            "md5((i % 300000)::VARCHAR) || '00000000' AS SHA1, "
            "'c:\\windows\\system32\\cmd.exe /c copy \\\\fs' || (i % 100) "
            "|| '\\share\\file-' || i || '.docx d:\\x --url https://h' "
            "|| (i % 40000) || '.site' || (i % 9000) || '.example/path/' || i AS ProcessCommandLine, "
            f"'https://a' || (i % 3000) || '.site' || (i % 9000) || '.com/x' AS RemoteUrl FROM range({rows}) t(i)"
        ).to_arrow_table()
        held = store.load(table)
        del table
        began, spent = time.perf_counter(), time.process_time()
        known = read_known(file)
        read = time.perf_counter()
        hits = held.matches(known.wanted, rows * 5)
        done, spent = time.perf_counter(), time.process_time() - spent
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{rows:,} rows, {len(known.indicators):,} indicators: file read in {read - began:.2f} s")
        print(f"matched in {done - read:.2f} s ({spent:.2f} s of processors): {len(hits):,} hits")
        print(f"peak memory {peak:,.0f} MiB, with the rows made")
        store.close()


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:3]))
