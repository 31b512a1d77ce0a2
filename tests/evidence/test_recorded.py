"""Recorded evidence gives the numbers that were computed from it independently."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.evidence.recorded import FOLDER, check, fact, needs_recordings
from tests.evidence.samples import bring, one, rows
from tui.evidence.importer import ImportReport

pytestmark = needs_recordings


@pytest.fixture(scope="module")
def run_keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ImportReport]:
    workspace = tmp_path_factory.mktemp("run_keys") / "w.duckdb"
    return workspace, bring(workspace, FOLDER / "windows" / "run_keys.ndjson.zip")


@pytest.fixture(scope="module")
def record_mic(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ImportReport]:
    workspace = tmp_path_factory.mktemp("record_mic") / "w.duckdb"
    return workspace, bring(workspace, FOLDER / "windows" / "record_mic.ndjson.zip")


@pytest.fixture(scope="module")
def evtx(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ImportReport]:
    workspace = tmp_path_factory.mktemp("evtx") / "w.duckdb"
    return workspace, bring(workspace, FOLDER / "evtx" / "windows-evtx.zip")


def _kept(workspace: Path, where: str = "TRUE") -> Counter[str]:
    """Kept records by log and event id, with the words of the facts."""
    counted: Counter[str] = Counter()
    for table in ("WindowsEvent", "SecurityEvent"):
        for channel, event_id, count in rows(
            workspace, f"SELECT Channel, EventID, count(*) FROM {table} WHERE {where} GROUP BY ALL"
        ):
            log = "Sysmon" if channel == "Microsoft-Windows-Sysmon/Operational" else channel
            counted[f"{log}/{event_id}"] += count
    return counted


def test_processes_of_run_keys_are_one_row_each(run_keys: tuple[Path, ImportReport]) -> None:
    workspace, report = run_keys
    sources = dict(rows(workspace, "SELECT _Source, count(*) FROM DeviceProcessEvents GROUP BY 1"))
    assert sources == {"Sysmon 1 + Security 4688": 120, "Security 4688": 426}
    assert report.rows["DeviceProcessEvents"] == report.files[0].rows["DeviceProcessEvents"] == 546
    assert report.merged["DeviceProcessEvents"] == 120


def test_the_process_without_an_id_pairs_by_image_parent_and_time(run_keys: tuple[Path, ImportReport]) -> None:
    row = one(run_keys[0], "SELECT * FROM DeviceProcessEvents WHERE FileName = 'RemoteFXvGPUDisablement.exe'")
    assert row["_Source"] == "Sysmon 1 + Security 4688"
    assert row["ProcessId"] is not None
    assert row["SHA1"] == "13b432009b4a4b3d797e708e3e94cced6c51408d"


def test_merged_rows_keep_what_only_sysmon_says(run_keys: tuple[Path, ImportReport]) -> None:
    workspace, _ = run_keys
    merged = "FROM DeviceProcessEvents WHERE _Source = 'Sysmon 1 + Security 4688'"
    assert rows(workspace, f"SELECT count(*) {merged} AND SHA1 <> '' AND SHA256 <> '' AND MD5 <> ''") == [(120,)]
    in_sysmon = """SELECT count(*) FROM WindowsEvent WHERE EventID = 1 AND Channel LIKE '%Sysmon%'
                   AND coalesce(EventData->>'{}', '-') NOT IN ('', '-')"""
    for column, field in (
        ("ProcessVersionInfoOriginalFileName", "OriginalFileName"),
        ("InitiatingProcessCommandLine", "ParentCommandLine"),
    ):
        assert rows(workspace, f"SELECT count(*) {merged} AND {column} <> ''") == rows(
            workspace, in_sysmon.format(field)
        )


def test_every_sysmon_3_row_of_run_keys_finds_its_5156(run_keys: tuple[Path, ImportReport]) -> None:
    workspace, _ = run_keys
    sources = dict(rows(workspace, "SELECT _Source, count(*) FROM DeviceNetworkEvents GROUP BY 1"))
    assert sources == {"Sysmon 3 + Security 5156": 237, "Security 5156": 808 - 237}


def test_record_mic_has_twelve_processes_and_no_file_rows_of_4663(record_mic: tuple[Path, ImportReport]) -> None:
    workspace, report = record_mic
    assert report.rows["DeviceProcessEvents"] == 12
    assert rows(workspace, "SELECT count(*) FROM DeviceFileEvents WHERE _Source LIKE 'Security 4663%'") == [(0,)]
    assert report.files[0].skipped["Security 4663 on Key: not a file"] == 37
    assert report.files[0].skipped["Security 4663 on Process: not a file"] == 1
    assert report.files[0].skipped["Sysmon 10: not mapped"] == 1929


@pytest.mark.parametrize("name", ["run_keys", "record_mic"])
def test_every_record_is_kept_once(name: str, request: pytest.FixtureRequest) -> None:
    workspace, report = request.getfixturevalue(name)
    entry = fact(*{"run_keys": ("otrf_run_keys_multihost", ""), "record_mic": ("otrf_msf_record_mic", "")}[name])
    assert report.records == entry["rows"] == sum(_kept(workspace).values())
    kept = _kept(workspace)
    assert {kind: kept[kind] for kind in entry["events"]} == entry["events"]


@pytest.mark.parametrize("name", ["run_keys", "record_mic"])
def test_local_clocks_are_learnt_from_sysmon(name: str, request: pytest.FixtureRequest) -> None:
    workspace, report = request.getfixturevalue(name)
    entry = fact(*{"run_keys": ("otrf_run_keys_multihost", ""), "record_mic": ("otrf_msf_record_mic", "")}[name])
    [[hours, records]] = check(entry, "hours that Sysmon UtcTime is ahead of EventTime")
    assert report.files[0].clock == f"clock {hours} h behind UTC, learnt from {records:,} Sysmon records"
    [[earliest, latest]] = check(entry, "earliest and latest Sysmon UtcTime")
    [found] = rows(
        workspace,
        "SELECT min(Timestamp)::VARCHAR, max(Timestamp)::VARCHAR FROM WindowsEvent WHERE Channel LIKE '%Sysmon%'",
    )
    assert found == (earliest, latest)
    [(first, last)] = rows(workspace, "SELECT min(Timestamp)::VARCHAR, max(Timestamp)::VARCHAR FROM SecurityEvent")
    assert earliest[:13] == first[:13] == last[:13]


def test_share_access_of_run_keys(run_keys: tuple[Path, ImportReport]) -> None:
    entry = fact("otrf_run_keys_multihost", "")
    found = rows(
        run_keys[0],
        """SELECT ShareName, AdditionalFields->>'ObjectType', count(*) FROM DeviceFileEvents
           WHERE ActionType = 'ShareFileAccessed' GROUP BY ALL ORDER BY 3 DESC""",
    )
    assert [list(row) for row in found] == check(entry, "Security/5145 by ShareName and ObjectType")


def test_processes_join_on_id_and_start(run_keys: tuple[Path, ImportReport]) -> None:
    workspace, _ = run_keys
    [(children,)] = rows(
        workspace,
        """SELECT count(*) FROM DeviceProcessEvents child JOIN DeviceProcessEvents parent ON child.DeviceId = parent.DeviceId
           AND child.InitiatingProcessId = parent.ProcessId
           AND child.InitiatingProcessCreationTime = parent.ProcessCreationTime""",
    )
    assert children > 500
    assert rows(
        workspace,
        "SELECT count(*) FROM DeviceFileEvents WHERE InitiatingProcessCreationTime > Timestamp + INTERVAL 2 SECOND",
    ) == [(0,)]
    assert rows(workspace, "SELECT count(*) - count(DISTINCT ReportId) FROM DeviceNetworkEvents") == [(0,)]


def test_evtx_files_give_their_records(evtx: tuple[Path, ImportReport]) -> None:
    workspace, report = evtx
    for file in report.files:
        entry = fact("evtx_collection", file.member)
        assert file.records == entry["rows"]
        kept = _kept(workspace, f"_FileSha256 = '{file.sha256}'")
        assert {kind: kept[kind] for kind in entry["events"]} == entry["events"]


def test_evtx_times_are_those_of_the_event(evtx: tuple[Path, ImportReport]) -> None:
    workspace, report = evtx
    for file in report.files:
        [bounds] = [
            one["rows"] for one in fact("evtx_collection", file.member)["checks"] if "TimeCreated" in one["what"]
        ] or [None]
        if bounds and "Security" in str(fact("evtx_collection", file.member)["events"]):
            [found] = rows(
                workspace,
                f"""SELECT strftime(min(Timestamp), '%Y-%m-%dT%H:%M:%S.%fZ'), strftime(max(Timestamp), '%Y-%m-%dT%H:%M:%S.%fZ')
                    FROM SecurityEvent WHERE _FileSha256 = '{file.sha256}'""",
            )
            assert list(found) == bounds[0]


@pytest.mark.parametrize(
    "name", ["DonPAPI full extraction.evtx", "WMIexec execution via SMB.evtx", "via network share.evtx"]
)
def test_bulk_share_access_by_account_address_and_share(evtx: tuple[Path, ImportReport], name: str) -> None:
    workspace, report = evtx
    [file] = [one for one in report.files if one.member.endswith(name)]
    entry = fact("evtx_collection", name)
    of_file = f"FROM DeviceFileEvents WHERE ActionType = 'ShareFileAccessed' AND _FileSha256 = '{file.sha256}'"
    found = rows(
        workspace,
        f"""SELECT RequestAccountName, RequestSourceIP, ShareName, count(*),
            count(DISTINCT AdditionalFields->>'RelativeTargetName') {of_file} GROUP BY ALL""",
    )
    assert sorted(map(list, found)) == sorted(check(entry, "5145 by user, source address and share"))
    [(reading,)] = rows(
        workspace, f"SELECT count(*) {of_file} AND regexp_matches(AdditionalFields->>'Access', 'read|list')"
    )
    assert reading == check(entry, "5145 with ReadData in AccessList")


def test_cleared_logs_are_noted(evtx: tuple[Path, ImportReport]) -> None:
    found = rows(evtx[0], "SELECT DeviceId, Timestamp::VARCHAR FROM _log_cleared ORDER BY Timestamp")
    assert found == [
        ("fs03vuln.offsec.lan", "2021-04-22 11:32:00.171219"),
        ("fs03vuln.offsec.lan", "2021-12-12 07:15:28.352504"),
    ]


def test_sentinel_csv_of_4688_gives_processes(tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    report = bring(workspace, FOLDER / "sentinel" / "sentinel-csv.zip")
    entry = fact("msticpy_sentinel", "processes_on_host.csv")
    assert report.rows["SecurityEvent"] == report.rows["DeviceProcessEvents"] == entry["rows"]
    [[first, last]] = check(entry, "earliest and latest TimeGenerated")
    [found] = rows(workspace, "SELECT min(Timestamp), max(Timestamp) FROM DeviceProcessEvents")
    assert [f"{moment:%Y-%m-%d %H:%M:%S.%f}"[:23] for moment in found] == [first, last]
    assert rows(
        workspace, "SELECT count(*) FROM DeviceProcessEvents WHERE ProcessId IS NULL OR InitiatingProcessId IS NULL"
    ) == [(0,)]
    assert report.rows["OfficeActivity"] == fact("msticpy_sentinel", "demo_exchange_data.csv")["rows"]
    [flows] = [file for file in report.files if file.member.endswith("az_net_flows.csv")]
    assert "table of no kind that can be imported" in flows.error


def test_the_same_content_from_another_archive_adds_nothing(
    record_mic: tuple[Path, ImportReport], tmp_path: Path
) -> None:
    import shutil
    import zipfile

    workspace = tmp_path / "w.duckdb"
    shutil.copy(record_mic[0], workspace)
    before = workspace.read_bytes()
    with zipfile.ZipFile(FOLDER / "windows" / "record_mic.ndjson.zip") as archive:
        [member] = archive.namelist()
        (tmp_path / "renamed.log").write_bytes(archive.read(member))
    report = bring(workspace, tmp_path / "renamed.log")
    assert report.files[0].already
    assert not report.changed
    assert workspace.read_bytes() == before
