"""The everyday bulk: how many events each running program has in each hour, when exactly, and which act each is.

Everything follows from hash(row number, seed), so the number of threads changes nothing. One skeleton per table holds
the running number of each row in time order, crafted rows among them; `layout` makes the wide rows from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection

from tui.evidence.demo.acts import TABLES, Act, Audit, Connect, Habit, Logon, Notice, Start, Write
from tui.evidence.demo.estate import Account, Estate
from tui.evidence.demo.habits import HABITS
from tui.evidence.demo.images import IMAGES
from tui.evidence.demo.recorder import split_path
from tui.evidence.demo.residents import Presence
from tui.evidence.demo.timing import HOUR, SECOND, Calendar
from tui.evidence.demo.traffic import habits_of

SHARES_OF_ROWS: dict[str, int] = {
    "DeviceProcessEvents": 20,
    "DeviceFileEvents": 33,
    "DeviceNetworkEvents": 33,
    "DeviceLogonEvents": 5,
    "DeviceEvents": 6,
    "SecurityEvent": 3,
    "WindowsEvent": 0,
}
"""How the everyday rows are divided among the tables, in hundredths; a table without everyday rows has the stories'."""

_USUAL_RATE = 10
_CLUSTER = 7
"""Events of a program come in clusters of about so many."""

_SPREAD = 90 * SECOND
"""The time that a cluster takes."""


def rows_per_table(total: int) -> dict[str, int]:
    """`total` everyday rows divided among the tables, to the row."""
    counts = {table: total * share // 100 for table, share in SHARES_OF_ROWS.items()}
    counts["DeviceFileEvents"] += total - sum(counts.values())
    return counts


def load_plan(scratch: DuckDBPyConnection, estate: Estate, calendar: Calendar, presences: Sequence[Presence]) -> None:
    """Put into `scratch` who is active when (presence, pulse) and what they may do (act_set, and act_TABLE)."""
    habits = HABITS | habits_of(estate)
    sets: dict[tuple[str, int], int] = {}
    presence: list[tuple[int, int, str, int, int]] = []
    for each in presences:
        key = (each.habit, each.process.account.index)
        number = sets.setdefault(key, len(sets))
        rhythm = habits[each.habit].rhythm
        presence.append((each.process.index, number, rhythm, each.first_hour, each.last_hour))
    _load(scratch, "presence", ("proc", "act_set", "rhythm", "first_hour", "last_hour"), presence)
    _load(scratch, "pulse", ("rhythm", "hour", "weight"), calendar.pulses())
    acts: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES.values()}
    act_sets: list[tuple[int, str, int, int, int]] = []
    for (name, account), number in sets.items():
        act_sets += _add_acts(acts, number, habits[name], estate, estate.accounts[account])
    _load(scratch, "act_set", ("act_set", "name", "first", "slots", "rate"), act_sets)
    for table, columns in acts.items():
        arrow = pa.Table.from_pylist(columns)
        scratch.register("arriving", arrow)
        scratch.execute(f"CREATE TABLE scratch.act_{table} AS SELECT row_number() OVER () - 1 AS act, * FROM arriving")
        scratch.unregister("arriving")


def _load(scratch: DuckDBPyConnection, name: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    arrow = pa.table({column: [row[place] for row in rows] for place, column in enumerate(columns)})
    scratch.register("arriving", arrow)
    scratch.execute(f"CREATE TABLE scratch.{name} AS SELECT * FROM arriving")
    scratch.unregister("arriving")


def _add_acts(
    acts: dict[str, list[dict[str, Any]]], number: int, habit: Habit, estate: Estate, account: Account
) -> list[tuple[int, str, int, int, int]]:
    """Add a habit's acts, each as often as it weighs, to the tables' lists; gives where they are."""
    first = {table: len(rows) for table, rows in acts.items()}
    for act in habit.acts:
        columns = _act_columns(act, estate, account.name)
        acts[TABLES[type(act)]] += [columns] * act.weight
    return [
        (number, table, first[table], len(acts[table]) - first[table], habit.rates.get(table, _USUAL_RATE))
        for table in acts
        if len(acts[table]) > first[table]
    ]


def _act_columns(act: Act, estate: Estate, user: str) -> dict[str, Any]:
    """An act as columns: texts with a number in them cut in two around it."""
    match act:
        case Start():
            command = act.command.replace("{image}", IMAGES[act.image].path)
            return {"image": act.image, **_cut(command, user), "variety": act.variety, "integrity": act.integrity}
        case Write():
            folder, name = split_path(act.path.replace("{user}", user))
            span = act.high - act.low + 1
            return {
                "action": act.action, "folder": folder, **_cut(name, user), "variety": act.variety, "low": act.low,
                "span": span, "hashed": act.hashed, "share": act.share, "account": act.account,
                "source_ip": act.source_ip,
            }  # fmt: skip
        case Connect():
            address, first, variety = estate.addresses(act.ip[1:]) if act.ip else (act.address, act.first, act.variety)
            return {
                "action": act.action, "url": act.url, "port": act.port, **_cut(address, user), "first": first,
                "variety": variety,
            }  # fmt: skip
        case Notice():
            folder, name = split_path(act.path)
            return {
                "action": act.action, "folder": folder, "name": name, "additional": act.additional,
                "remote_url": act.remote_url,
            }  # fmt: skip
        case Logon():
            return {
                "action": "LogonFailed" if act.failure else "LogonSuccess", "logon_type": act.logon_type,
                "account": act.account, "protocol": act.protocol, "failure": act.failure,
                "remote_name": act.remote_name, "remote_ip": act.remote_ip,
            }  # fmt: skip
        case Audit():
            return {
                "event_id": act.event_id, "account": act.account, "source_ip": act.source_ip,
                "workstation": act.workstation, "share": act.share, "share_path": act.share_path,
                **_cut(act.target, user), "variety": act.variety, "mask": act.mask, "root": act.root,
                "logon_type": act.logon_type,
            }  # fmt: skip


def _cut(text: str, user: str) -> dict[str, Any]:
    before, number, after = text.replace("{user}", user).partition("{n}")
    return {"before": before, "after": after, "varies": bool(number)}


def make_skeleton(
    scratch: DuckDBPyConnection, table: str, rows: int, crafted: str, calendar: Calendar, seed: int
) -> None:
    """Make scratch.rows_TABLE: `rows` everyday rows and those of the query `crafted` (crafted, moment), numbered by time."""
    number = list(SHARES_OF_ROWS).index(table)
    scratch.execute(
        f"""
        CREATE TABLE scratch.plan_{table} AS
        WITH load AS (
            SELECT p.proc, h.hour, s.first, s.slots, s.rate * h.weight AS weight
            FROM scratch.presence p
            JOIN scratch.act_set s ON s.act_set = p.act_set AND s.name = '{table}'
            JOIN scratch.pulse h ON h.rhythm = p.rhythm AND h.hour >= p.first_hour AND h.hour < p.last_hour
        ), running AS (
            SELECT *, sum(weight) OVER (ORDER BY hour, proc, first ROWS UNBOUNDED PRECEDING) AS upto,
                sum(weight) OVER () AS total
            FROM load
        )
        SELECT proc, hour, first, slots, ((upto - weight) * {rows} // total)::BIGINT AS since,
            (upto * {rows} // total)::BIGINT AS until
        FROM running
        """
    )
    scratch.execute(
        f"""
        CREATE TABLE scratch.rows_{table} AS
        WITH numbered AS (
            SELECT proc, hour, first, slots, unnest(range(since, until)) AS uid FROM scratch.plan_{table} WHERE until > since
        ), everyday AS (
            SELECT uid, proc, 0::BIGINT AS crafted, (first + hash(uid, {seed}, {number}) % slots)::BIGINT AS act,
                (hash(uid, {seed}, {number + 10}) >> 1)::BIGINT AS roll,
                ({calendar.start} + hour * {HOUR} + (hash(uid // {_CLUSTER}, proc, {seed}) % {HOUR}
                    + hash(uid, {seed}, {number + 20}) % {_SPREAD}) % {HOUR})::BIGINT AS moment
            FROM numbered
        ), told AS (
            SELECT * FROM everyday
            UNION ALL BY NAME
            SELECT 0::BIGINT AS uid, 0::BIGINT AS proc, crafted, 0::BIGINT AS act, 0::BIGINT AS roll, moment
            FROM ({crafted})
        )
        SELECT row_number() OVER (ORDER BY moment, crafted, uid) AS number, crafted, proc, act, roll, moment
        FROM told ORDER BY number
        """
    )


def forget_everyday(scratch: DuckDBPyConnection, table: str) -> None:
    """Give back the memory of a table's everyday rows; the numbers of its crafted rows stay."""
    scratch.execute(f"DROP TABLE scratch.plan_{table}")
    scratch.execute(
        f"CREATE OR REPLACE TABLE scratch.rows_{table} AS SELECT * FROM scratch.rows_{table} WHERE crafted > 0"
    )
