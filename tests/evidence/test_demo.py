"""The demo evidence: the same from the same options, whole, linked, and with everything in it that its stories promise."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import duckdb
import pytest
from duckdb import DuckDBPyConnection

from tui.evidence.demo import DemoOptions, DemoSummary, build, default_end, generate_demo
from tui.evidence.tables import visible_columns

END = datetime(2025, 11, 21, 14, tzinfo=UTC)
EVENTS = 40_000
HUNTS = [f"T1119-{number:02}" for number in range(1, 11)]
ACTING = ("DeviceProcessEvents", "DeviceFileEvents", "DeviceNetworkEvents", "DeviceLogonEvents", "DeviceEvents")

COPY_TOOL = "(lower(FileName) IN {0} OR lower(ProcessVersionInfoOriginalFileName) IN {0})".format(
    "('robocopy.exe', 'xcopy.exe')"
)
SCRIPT_HOST = (
    "(FileName IN ('cmd.exe', 'wscript.exe', 'bash')"
    " OR lower(ProcessVersionInfoOriginalFileName) IN ('powershell.exe', 'pwsh.dll'))"
)
WRITTEN = "ActionType IN ('FileCreated', 'FileModified', 'FileRenamed')"
CAPTURE_TOOLS = "('wireshark.exe', 'dumpcap.exe', 'tshark.exe', 'tcpdump')"
DUMP_TOOLS = "('mysqldump.exe', 'pg_dump.exe', 'pg_dump', 'bcp.exe', 'sqlcmd.exe')"


def has_word(column: str, words: str) -> str:
    """SQL for: one of `words` (joined by |) stands in `column` with no letter or digit beside it."""
    return f"regexp_matches({column}, '(?i)(^|[^a-z0-9])({words})([^a-z0-9]|$)')"


# What each hunt looks for first, written by hand: table and condition.
PRIMARY = {
    "T1119-01": ("DeviceProcessEvents", COPY_TOOL),
    "T1119-02": (
        "DeviceFileEvents",
        rf"{WRITTEN} AND regexp_matches(FileName, '(?i)\.(zip|rar|7z|tar|gz|tgz|cab|7z\.001)$')"
        " AND coalesce(FileSize, 1e9) >= 1048576",
    ),
    "T1119-03": (
        "DeviceProcessEvents",
        f"{SCRIPT_HOST} AND {has_word('ProcessCommandLine', 'backup|sync|archive')}"
        r" AND regexp_matches(ProcessCommandLine, '(\\\\|[*]|C:.Users)')",
    ),
    "T1119-04": (
        "DeviceProcessEvents",
        f"lower(FileName) IN {CAPTURE_TOOLS} OR lower(ProcessVersionInfoOriginalFileName) IN {CAPTURE_TOOLS}"
        " OR ProcessCommandLine LIKE 'netsh trace start%' OR ProcessCommandLine LIKE 'pktmon start%'",
    ),
    "T1119-05": (
        "DeviceProcessEvents",
        "lower(ProcessVersionInfoOriginalFileName) IN ('powershell.exe', 'pwsh.dll')"
        " AND regexp_matches(ProcessCommandLine, '(?i)(Export-Csv|Out-File|-EncodedCommand | > )')",
    ),
    "T1119-06": (
        "DeviceProcessEvents",
        f"lower(FileName) IN {DUMP_TOOLS} OR lower(ProcessVersionInfoOriginalFileName) IN {DUMP_TOOLS}",
    ),
    "T1119-07": (
        "DeviceProcessEvents",
        rf"{SCRIPT_HOST} AND regexp_matches(ProcessCommandLine, '\.(bat|cmd|ps1|sh|wsf)[ ]')"
        f" AND {has_word('ProcessCommandLine', 'copy|export|backup')}",
    ),
    "T1119-08": (
        "DeviceFileEvents",
        f"{WRITTEN} AND FileName NOT LIKE '~$%'"
        r" AND regexp_matches(FileName, '(?i)(password|confidential|secret|salary|payroll|contract|\.kdbx$|^id_rsa$)')",
    ),
    "T1119-09": (
        "DeviceNetworkEvents",
        "ActionType = 'ConnectionSuccess' AND regexp_matches(RemoteUrl, '(mega.nz|mega.co.nz|dropboxapi.com|transfer.sh"
        "|drive.google.com|blob.core.windows.net|amazonaws.com|api.onedrive.com)$')",
    ),
    "T1119-10": ("DeviceNetworkEvents", "ActionType = 'ConnectionSuccess' AND RemotePort IN (445, 139, 2049)"),
}

# Per hunt: the device that a plain match of names misses altogether, and that plain match over the same table as above.
PLAIN = {
    "T1119-01": ("mfg-ws-208", "lower(FileName) IN ('robocopy.exe', 'xcopy.exe')"),
    "T1119-02": ("mfg-ws-208", "FileSize >= 100000000 OR regexp_matches(FileName, '(?i)[.](zip|rar)$')"),
    "T1119-03": ("fin-ws-114", "lower(FileName) IN ('powershell.exe', 'pwsh.exe', 'cmd.exe', 'wscript.exe', 'bash')"),
    "T1119-04": ("adm-jump-01", "regexp_matches(ProcessCommandLine, '(?i)tcpdump|wireshark|dumpcap|netsh')"),
    "T1119-05": ("mfg-ws-208", "regexp_matches(ProcessCommandLine, '(?i)Export-Csv|Out-File|Export-Clixml')"),
    "T1119-06": ("db-01", "regexp_matches(ProcessCommandLine, '(?i)mysqldump|pg_dump|mongodump')"),
    "T1119-07": ("mfg-ws-208", r"regexp_matches(ProcessCommandLine, '(?i)[.](bat|ps1|sh)[ ]')"),
    "T1119-08": ("adm-jump-01", "lower(FileName) IN ('passwords.txt', 'confidential.docx')"),
    "T1119-09": (
        "mfg-ws-208",
        "InitiatingProcessFileName = 'rclone.exe' OR RemoteUrl IN ('mega.nz', 's3.amazonaws.com')",
    ),
    "T1119-10": ("lnx-build-02", "RemotePort = 445"),
}

# What sets the intrusion apart: SQL that counts, and how much the hunts ask for.
STANDS_OUT = {
    "50 files copied in 10 minutes": (
        "SELECT max(n) FROM (SELECT count(*) AS n FROM DeviceFileEvents JOIN planted USING (DeviceId)"
        " WHERE hunt = 'T1119-01' AND InitiatingProcessVersionInfoOriginalFileName = 'robocopy.exe'"
        " GROUP BY DeviceId, time_bucket(INTERVAL 10 MINUTE, Timestamp))",
        50,
    ),
    "3 sensitive names on one device": (
        "SELECT max(n) FROM (SELECT count(DISTINCT FileName) AS n FROM DeviceFileEvents JOIN planted USING (DeviceId)"
        f" WHERE hunt = 'T1119-08' AND {PRIMARY['T1119-08'][1]} GROUP BY DeviceId)",
        3,
    ),
    "5 servers in one hour": (
        "SELECT max(n) FROM (SELECT count(DISTINCT RemoteIP) AS n FROM DeviceNetworkEvents JOIN planted USING (DeviceId)"
        f" WHERE hunt = 'T1119-10' AND {PRIMARY['T1119-10'][1]}"
        " GROUP BY DeviceId, time_bucket(INTERVAL 1 HOUR, Timestamp) HAVING count(*) >= 20)",
        5,
    ),
    "10 connections to storage in one hour": (
        "SELECT max(n) FROM (SELECT count(*) AS n FROM DeviceNetworkEvents JOIN planted USING (DeviceId)"
        f" WHERE hunt = 'T1119-09' AND {PRIMARY['T1119-09'][1]}"
        " GROUP BY DeviceId, time_bucket(INTERVAL 1 HOUR, Timestamp))",
        10,
    ),
}


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> DemoSummary:
    path = tmp_path_factory.mktemp("demo") / "demo.duckdb"
    return generate_demo(path, DemoOptions(end=END, events=EVENTS))


@pytest.fixture
def evidence(summary: DemoSummary) -> Iterator[DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{summary.path}' AS evidence (READ_ONLY)")
        connection.execute("USE evidence")
        # The devices that the intruder acted on for each hunt; those that were only read from are left out.
        connection.execute(
            "CREATE TEMP VIEW planted AS SELECT DISTINCT hunt, DeviceId FROM evidence._planted"
            " WHERE leg NOT IN ('accepted', 'logons', 'share_reads', 'object_reads', 'share_checks', 'share_files')"
        )
        yield connection


def value(connection: DuckDBPyConnection, query: str) -> int:
    number: int = connection.execute(query).fetchall()[0][0]
    return number


def devices(connection: DuckDBPyConnection, query: str) -> set[str]:
    return {row[0].partition(".")[0] for row in connection.execute(query).fetchall()}


def contents(path: Path) -> dict[str, tuple[int, str]]:
    """Rows and a checksum of every table that does not depend on the order of rows."""
    with duckdb.connect(str(path), read_only=True) as connection:
        names = [row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {
            name: connection.execute(f'SELECT count(*), sum(hash(t))::VARCHAR FROM "{name}" t').fetchall()[0]
            for name in names
        }


def test_same_options_same_rows_whatever_the_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = DemoOptions(end=END, devices=24, events=20_000)
    first = generate_demo(tmp_path / "first.duckdb", options)
    connect = duckdb.connect
    with monkeypatch.context() as patched:
        patched.setattr(build.duckdb, "connect", lambda path: connect(path, config={"threads": 1}))
        second = generate_demo(tmp_path / "second.duckdb", options)
    assert contents(first.path) == contents(second.path)
    assert first.ground_truth.read_bytes() == second.ground_truth.read_bytes()
    assert first.tables == second.tables


def test_another_seed_other_rows(tmp_path: Path, summary: DemoSummary) -> None:
    other = generate_demo(tmp_path / "other.duckdb", DemoOptions(end=END, events=EVENTS, seed=7))
    ours, theirs = contents(summary.path), contents(other.path)
    for table in ACTING:
        assert ours[table] != theirs[table]


def test_rows_over_all_tables_are_as_many_as_asked_for(summary: DemoSummary, evidence: DuckDBPyConnection) -> None:
    assert summary.events == EVENTS
    for table, rows in summary.tables.items():
        assert value(evidence, f"SELECT count(*) FROM {table}") == rows > 0


def test_no_text_is_null(summary: DemoSummary, evidence: DuckDBPyConnection) -> None:
    for table in summary.tables:
        texts = evidence.execute(
            "SELECT column_name FROM duckdb_columns() WHERE table_name = ? AND data_type = 'VARCHAR'", [table]
        ).fetchall()
        nulls = " OR ".join(f'"{name}" IS NULL' for (name,) in texts)
        assert value(evidence, f"SELECT count(*) FROM {table} WHERE {nulls}") == 0, table


def test_tables_have_the_columns_of_evidence(summary: DemoSummary, evidence: DuckDBPyConnection) -> None:
    for table in summary.tables:
        names = [row[0] for row in evidence.execute(f"DESCRIBE {table}").fetchall()]
        assert names[: len(visible_columns(table))] == list(visible_columns(table))
        assert value(evidence, f"SELECT count(*) FROM {table} WHERE _File <> 'demo' OR _Source <> 'demo'") == 0


def test_numbers_follow_time_and_time_lies_in_the_span(summary: DemoSummary, evidence: DuckDBPyConnection) -> None:
    for table, rows in summary.tables.items():
        out_of_order = value(
            evidence,
            f"SELECT count(*) FROM (SELECT _Record, row_number() OVER (ORDER BY Timestamp, _Record) AS place FROM {table})"
            " WHERE _Record <> place",
        )
        assert out_of_order == 0, table
        first, last, different, distinct = evidence.execute(
            f"SELECT min(Timestamp), max(Timestamp), count(*) FILTER (Timestamp <> TimeGenerated),"
            f" count(DISTINCT _Record) FROM {table}"
        ).fetchall()[0]
        assert summary.since <= first.replace(tzinfo=UTC) <= last.replace(tzinfo=UTC) < summary.until
        assert (different, distinct) == (0, rows)


@pytest.mark.parametrize("table", ACTING)
def test_who_did_it_is_a_process_of_the_device(table: str, evidence: DuckDBPyConnection) -> None:
    # The kernel (4) and init (1) were there before anything was recorded.
    query = f"""
        SELECT count(*) FROM {table} e WHERE InitiatingProcessId NOT IN (1, 4) AND NOT EXISTS (
            FROM DeviceProcessEvents p
            WHERE p.DeviceId = e.DeviceId AND p.ProcessId = e.InitiatingProcessId
            AND p.ProcessCreationTime = e.InitiatingProcessCreationTime AND p.FileName = e.InitiatingProcessFileName
            AND p.ProcessCommandLine = e.InitiatingProcessCommandLine AND p.AccountName = e.InitiatingProcessAccountName
            AND p.SHA1 = e.InitiatingProcessSHA1 AND p.ProcessCreationTime <= e.Timestamp)"""
    assert value(evidence, query) == 0
    known = value(evidence, f"SELECT count(*) FROM {table} WHERE InitiatingProcessId NOT IN (1, 4)")
    assert known > 0.75 * value(evidence, f"SELECT count(*) FROM {table}")


def test_a_process_is_known_by_device_number_and_creation(evidence: DuckDBPyConnection) -> None:
    query = "SELECT count(*) - count(DISTINCT (DeviceId, ProcessId, ProcessCreationTime)) FROM DeviceProcessEvents"
    assert value(evidence, query) == 0


@pytest.mark.parametrize("hunt", HUNTS)
def test_every_hunt_has_benign_and_planted_devices(
    hunt: str, summary: DemoSummary, evidence: DuckDBPyConnection
) -> None:
    table, condition = PRIMARY[hunt]
    found = devices(evidence, f"SELECT DISTINCT DeviceName FROM {table} WHERE {condition}")
    planted = devices(
        evidence, f"SELECT DISTINCT DeviceName FROM DeviceInfo JOIN planted USING (DeviceId) WHERE hunt = '{hunt}'"
    )
    assert found & planted
    assert len(found - planted) >= 3
    truth = json.loads(summary.ground_truth.read_text(encoding="utf-8"))
    told = {entry["device"].partition(".")[0] for entry in truth["benign"] if entry["hunt"] == hunt}
    assert told <= found
    assert len(told - planted) >= 3


@pytest.mark.parametrize("hunt", HUNTS)
def test_a_plain_match_of_names_misses_a_planted_device(
    hunt: str, summary: DemoSummary, evidence: DuckDBPyConnection
) -> None:
    table, condition = PRIMARY[hunt]
    device, plain = PLAIN[hunt]
    missed = json.loads(summary.ground_truth.read_text(encoding="utf-8"))["missed_by_plain_name_match"]
    assert [each["device"] for each in missed if each["hunt"] == hunt] == [f"{device}.northwharf.example"]
    query = f"""
        SELECT count(*), count(*) FILTER ({plain}) FROM {table} t
        WHERE split_part(DeviceName, '.', 1) = '{device}' AND ({condition})
        AND EXISTS (FROM _planted p WHERE p.hunt = '{hunt}' AND p.table_name = '{table}' AND p.ReportId = t.ReportId)"""
    found, plainly = evidence.execute(query).fetchall()[0]
    assert found > 0
    assert plainly == 0


@pytest.mark.parametrize("what", STANDS_OUT)
def test_the_intrusion_stands_out(what: str, evidence: DuckDBPyConnection) -> None:
    query, least = STANDS_OUT[what]
    assert value(evidence, query) >= least


def test_remote_desktops_of_the_intruder_and_of_administrators(evidence: DuckDBPyConnection) -> None:
    accepted = devices(
        evidence,
        "SELECT DISTINCT DeviceName FROM DeviceNetworkEvents"
        " WHERE ActionType = 'InboundConnectionAccepted' AND LocalPort = 3389",
    )
    logged_on = devices(
        evidence,
        "SELECT DISTINCT DeviceName FROM DeviceLogonEvents"
        " WHERE LogonType = 'RemoteInteractive' AND ActionType = 'LogonSuccess' AND RemoteIP <> ''",
    )
    remote = devices(
        evidence, "SELECT DISTINCT DeviceName FROM DeviceProcessEvents WHERE IsInitiatingProcessRemoteSession"
    )
    assert accepted == logged_on >= {"fin-ws-114", "adm-jump-01", "db-01", "mfg-ws-208", "dc01", "dc02"}
    assert remote >= logged_on
    for table, column in (("DeviceProcessEvents", "ProcessCommandLine"), ("DeviceFileEvents", "FolderPath")):
        through = devices(evidence, f"SELECT DISTINCT DeviceName FROM {table} WHERE {has_word(column, 'tsclient')}")
        assert through >= {"fin-ws-114", "adm-jump-01"}
    seen = devices(evidence, "SELECT DISTINCT Computer FROM SecurityEvent WHERE EventID IN (4778, 4779)")
    assert seen == logged_on


def test_the_file_server_audits_what_the_intruder_read(evidence: DuckDBPyConnection) -> None:
    query = """
        SELECT count(DISTINCT RelativeTargetName) FROM SecurityEvent
        WHERE EventID = 5145 AND AccessMask = '0x120089' AND Computer LIKE 'fs01.%' AND SubjectUserName = 'j.doe'
        AND EventRecordId::BIGINT IN (SELECT ReportId FROM _planted WHERE table_name = 'SecurityEvent')"""
    assert value(evidence, query) > 100


def test_ground_truth_names_the_planted_rows(summary: DemoSummary, evidence: DuckDBPyConnection) -> None:
    truth = json.loads(summary.ground_truth.read_text(encoding="utf-8"))
    named = {
        (each["table"], each["ReportId"], each["DeviceId"], each["hunt"], each["leg"]) for each in truth["planted"]
    }
    rows = evidence.execute("SELECT table_name, ReportId, DeviceId, hunt, leg FROM _planted").fetchall()
    assert named == set(rows)
    assert len({entry[:2] for entry in named}) == summary.planted
    assert {entry["hunt"] for entry in truth["planted"]} >= {*HUNTS, "remote-desktop"}
    for each in truth["planted"][::50]:
        column = "EventRecordId" if each["table"] == "SecurityEvent" else "ReportId"
        time = evidence.execute(
            f"SELECT Timestamp FROM {each['table']} WHERE {column} = ?", [str(each["ReportId"])]
        ).fetchall()[0][0]
        assert f"{time:%Y-%m-%dT%H:%M:%S.%f}Z" == each["time"]


def test_meta_says_what_it_was_made_from(evidence: DuckDBPyConnection) -> None:
    meta = dict(evidence.execute("SELECT key, value FROM _meta").fetchall())
    assert meta["kind"] == "demo"
    assert (meta["seed"], meta["devices"], meta["days"], meta["events"]) == ("1119", "40", "7", str(EVENTS))
    assert (meta["start"], meta["end"]) == ("2025-11-14T14:00:00.000000Z", "2025-11-21T14:00:00.000000Z")


def test_files_are_private_and_nothing_else_is_left(summary: DemoSummary) -> None:
    assert sorted(path.name for path in summary.path.parent.iterdir()) == ["demo.duckdb", "demo.ground-truth.json"]
    for path in (summary.path, summary.ground_truth):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "demo.duckdb"
    path.write_bytes(b"the one before")

    def fail(done: float, what: str) -> None:
        if done > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate_demo(path, DemoOptions(end=END, devices=24, events=20_000), fail)
    assert [each.name for each in tmp_path.iterdir()] == ["demo.duckdb"]
    assert path.read_bytes() == b"the one before"


def test_progress_runs_from_nothing_to_done(tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []
    options = DemoOptions(end=END, devices=24, events=20_000)
    generate_demo(tmp_path / "demo.duckdb", options, lambda done, what: told.append((done, what)))
    fractions = [done for done, _ in told]
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("end", "days"),
    [
        (datetime(2025, 11, 23, tzinfo=UTC), 2),  # a weekend and nothing else
        (datetime(2025, 11, 23, 13, 17, 5, 120, tzinfo=timezone(timedelta(hours=2))), 2),  # one whole day
        (datetime(2025, 11, 24, 5, tzinfo=UTC), 7),  # nobody has come to work on the last day
    ],
)
def test_short_and_odd_spans_hold_every_hunt(end: datetime, days: int, tmp_path: Path) -> None:
    summary = generate_demo(tmp_path / "demo.duckdb", DemoOptions(end=end, days=days, devices=24, events=20_000))
    assert summary.events == 20_000
    with duckdb.connect(str(summary.path), read_only=True) as connection:
        hunts = {row[0] for row in connection.execute("SELECT DISTINCT hunt FROM _planted").fetchall()}
        assert hunts >= set(HUNTS)
        for table, condition in PRIMARY.values():
            assert value(connection, f"SELECT count(DISTINCT DeviceId) FROM {table} WHERE {condition}") >= 4


def test_more_devices_than_stories_name(tmp_path: Path) -> None:
    summary = generate_demo(tmp_path / "demo.duckdb", DemoOptions(end=END, devices=90, events=60_000))
    with duckdb.connect(str(summary.path), read_only=True) as connection:
        assert value(connection, "SELECT count(DISTINCT DeviceId) FROM DeviceInfo") == 90
        assert value(connection, "SELECT count(DISTINCT DeviceName) FROM DeviceProcessEvents") == 90


@pytest.mark.parametrize(
    "wrong", [{"devices": 3}, {"days": 1}, {"events": 0}, {"seed": -1}, {"end": datetime(2025, 11, 21)}]
)
def test_what_cannot_be_made_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"demo evidence|seed"):
        DemoOptions(**({"end": END} | wrong))  # type: ignore[arg-type]


def test_fewer_events_than_the_stories_have_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has at least"):
        generate_demo(tmp_path / "demo.duckdb", DemoOptions(end=END, events=500))
    assert list(tmp_path.iterdir()) == []


def test_the_end_nobody_asked_for_is_the_start_of_the_hour() -> None:
    now = datetime(2025, 11, 21, 16, 42, 7, 99, tzinfo=timezone(timedelta(hours=2, minutes=30)))
    assert default_end(now) == datetime(2025, 11, 21, 14, tzinfo=UTC)
    assert default_end(now).tzinfo is UTC
