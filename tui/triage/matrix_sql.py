"""The SQL of the ranking across hunts, over the tables `now`, `was`, `ever`, `said`, `hunts`, `techniques`, `texts`.

A hunt is known by its place, a text by its place among `texts` (`text` in lower case, `shown` as it was first written).
`entity` is what the hunt's own row is of; `subject` what it is in the matrix: where one hunt knows a device by its id and
another by its name only, the id, as long as the name leads to one id only.
"""

from __future__ import annotations

from collections.abc import Mapping

HEAT = "▇▅▃▁"
"""A device's place among those of the hunt, by rank: in the first quarter, the second..."""
CHANGE_SIGNS = {"first": "*", "new": "+", "gone": "-", "more": "↑", "fewer": "↓"}
VERDICT_SIGNS = {"suspicious": "S", "unknown": "?", "benign": "B"}


def _sign(column: str, signs: Mapping[str, str]) -> str:
    """The sign of the value in `column`, or a blank."""
    cases = " ".join(f"WHEN '{value}' THEN '{sign}'" for value, sign in signs.items())
    return f"CASE {column} {cases} ELSE ' ' END"


def _told(column: str, signs: Mapping[str, str]) -> str:
    """How often each value of `column` occurs, as `+2 -1`."""
    parts = [
        f"CASE WHEN bool_or({column} = '{value}') THEN '{sign}' || count(*) FILTER ({column} = '{value}') END"
        for value, sign in signs.items()
    ]
    return f"concat_ws(' ', {', '.join(parts)})"


_FOLDED = """SELECT hunt, coalesce(aliases.subject, entity) AS subject, sum(events)::BIGINT AS events, max(legs) AS legs,
    max(met) AS met, sum(first)::BIGINT AS first,
    CASE WHEN bool_or(opinion = 'suspicious') THEN 'suspicious' WHEN bool_and(coalesce(opinion, '') = 'benign') THEN 'benign'
        WHEN bool_or(opinion = 'unknown') THEN 'unknown' ELSE '' END AS opinion
FROM {source} LEFT JOIN said USING (hunt, entity) LEFT JOIN aliases USING (entity)
GROUP BY 1, 2"""

MADE = {
    "called": """SELECT entity, name FROM now UNION SELECT entity, name FROM was UNION SELECT entity, name FROM ever""",
    "aliases": """SELECT name AS entity, min(entity) AS subject FROM called JOIN texts ON texts.place = name
WHERE name <> entity AND text <> '' GROUP BY name HAVING count(*) = 1""",
    "present": _FOLDED.format(source="now"),
    "past": _FOLDED.format(source="was"),
    "known": "SELECT DISTINCT hunt, coalesce(subject, entity) AS subject FROM ever LEFT JOIN aliases USING (entity)",
    "places": """SELECT *, 1 + coalesce(sum(alike) OVER (PARTITION BY hunt ORDER BY legs DESC, met DESC, first DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::BIGINT AS rank,
    (sum(alike) OVER (PARTITION BY hunt))::BIGINT AS ranked
FROM (SELECT hunt, legs, met, first, count(*) AS alike FROM present WHERE opinion <> 'benign' GROUP BY ALL)""",
    "ranked": """SELECT r.*, CASE WHEN opinion <> 'benign' THEN p.rank END AS rank, coalesce(m.ranked, 0) AS ranked
FROM present r LEFT JOIN places p USING (hunt, legs, met, first)
    LEFT JOIN (SELECT hunt, max(ranked) AS ranked FROM places GROUP BY hunt) m USING (hunt)""",
    "cells": """SELECT hunt, subject, r.events, r.legs, r.rank, coalesce(r.ranked, 0) AS ranked,
    coalesce(r.opinion, p.opinion) AS opinion,
    CASE WHEN h.was_whole IS NULL THEN ''
        WHEN r.events IS NULL THEN CASE WHEN h.is_whole THEN 'gone' ELSE '' END
        WHEN p.events IS NULL THEN CASE WHEN NOT h.was_whole THEN '' WHEN k.subject IS NULL THEN 'first' ELSE 'new' END
        WHEN r.events > p.events THEN 'more' WHEN r.events < p.events THEN 'fewer' ELSE '' END AS change
FROM ranked r FULL JOIN past p USING (hunt, subject) LEFT JOIN known k USING (hunt, subject) JOIN hunts h USING (hunt)
WHERE r.events IS NOT NULL OR h.is_whole""",
}
"""Tables made one after the other: `places` are ranks by what they depend on, few for many devices, `past` is the run
before, `known` are those before that."""

CELLS = f"""SELECT hunt, subject, events, rank, ranked, change, opinion,
    CASE WHEN rank IS NULL THEN ' ' ELSE substr('{HEAT}', 1 + ({len(HEAT)} * (rank - 1) // ranked)::INTEGER, 1) END
    || {_sign("change", CHANGE_SIGNS)} || {_sign("opinion", VERDICT_SIGNS)} AS signs
FROM cells"""

_COUNTED = "events IS NOT NULL AND opinion <> 'benign'"

SUBJECTS = f"""WITH hit AS (
    SELECT subject, count(DISTINCT technique) AS techniques FROM cells JOIN techniques USING (hunt) WHERE {_COUNTED} GROUP BY 1),
summed AS (SELECT subject, count(*) FILTER ({_COUNTED}) AS hunts,
    coalesce(sum(legs) FILTER ({_COUNTED}), 0)::BIGINT AS legs, min(rank) AS best, bool_and(opinion = 'benign') AS hidden,
    {_told("opinion", VERDICT_SIGNS)} AS verdicts,
    {_told("change", CHANGE_SIGNS)} AS changes
    FROM cells GROUP BY 1)
SELECT subject, k.text AS key, coalesce(shown.name, k.text) AS name, coalesce(techniques, 0) AS techniques, hunts, legs, best,
    hidden, verdicts, changes
FROM summed LEFT JOIN hit USING (subject) JOIN texts k ON k.place = subject LEFT JOIN (
    SELECT entity AS subject, max(coalesce(nullif(t.shown, ''), t.text)) AS name
    FROM called JOIN texts t ON t.place = called.name GROUP BY 1) shown USING (subject)
ORDER BY techniques DESC, legs DESC, best ASC NULLS LAST, key"""
"""The order is that of the matrix."""

ALIASES = """SELECT n.text AS name, s.text AS subject FROM aliases a JOIN texts n ON n.place = a.entity
JOIN texts s ON s.place = a.subject"""
