"""A session as a layer for the ATT&CK Navigator, version 4.5 of its form."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from tui.library.attack import TACTICS, VERSION
from tui.triage.report.model import HuntNotRun, HuntResult, Report
from tui.triage.report.wording import outcome_words, result_words, time_words, visible, window_words
from tui.workspaces.protocol import State

_NAVIGATOR, _LAYER = "5.1.0", "4.5"
_NO_HITS, _MOST_HITS = "#fff3d6", "#b3261e"
_NOT_RUN, _NO_DATA = "#e3e6ea", "#c9c2e8"
_ROWS = "#f6b4a9"
_NAME_LENGTH = 200
_TECHNIQUE = re.compile(r"T\d{4}(\.\d{3})?", re.ASCII)


def to_layer(report: Report) -> str:
    """The layer as JSON in ASCII.

    A technique's score is how many devices, accounts, mailboxes and addresses the hunts for it hit: 0 only where one ran
    over all of its data and hit none. Without an answer, or without a run, it has no score. Its comment says of each hunt
    the window and what it gave, or that it was not run.
    """
    return json.dumps(layer(report), ensure_ascii=True, indent=2) + "\n"


def layer(report: Report) -> dict[str, Any]:
    """The same as a dictionary."""
    results = [result for result in report.hunts if not result.pivot]
    techniques = [_technique(*entry) for entry in _entries(results, report.not_run)]
    most = max((entry["score"] for entry in techniques if "score" in entry), default=0)
    return {
        "name": visible(report.name, _NAME_LENGTH) or "huntdeck",
        "versions": {"attack": VERSION.partition(".")[0], "navigator": _NAVIGATOR, "layer": _LAYER},
        "domain": "enterprise-attack",
        "description": visible(_description(report)),
        "sorting": 3,
        "layout": {
            "layout": "side",
            "aggregateFunction": "max",
            "showID": True,
            "showName": True,
            "showAggregateScores": False,
            "countUnscored": False,
            "expandedSubtechniques": "annotated",
        },
        "hideDisabled": False,
        "techniques": techniques,
        "gradient": {"colors": [_NO_HITS, _MOST_HITS], "minValue": 0, "maxValue": max(most, 1)},
        "legendItems": [
            {"label": "0 hits", "color": _NO_HITS},
            {"label": "most hits", "color": _MOST_HITS},
            {"label": "rows, of no device or the like", "color": _ROWS},
            {"label": "no data or no answer", "color": _NO_DATA},
            {"label": "not run", "color": _NOT_RUN},
        ],
        "metadata": [
            {"name": "session", "value": visible(report.identity) or "none"},
            {"name": "contents SHA-256", "value": report.digest},
            {"name": "saved", "value": time_words(report.saved)},
        ],
    }


def _description(report: Report) -> str:
    places = ", ".join(f"{name} ({kind})" for name, kind in report.workspaces)
    window = f", {window_words(report.window)}" if report.window else ""
    return f"Devices and the like hit by hunts in {places}{window}"


def _entries(
    results: Iterable[HuntResult], not_run: Iterable[HuntNotRun]
) -> list[tuple[str, str, list[HuntResult], list[HuntNotRun]]]:
    """Each technique with its tactic and its hunts. A hunt's tactic is that of its first technique; others of its
    techniques stand in the tactic that another hunt has for them, else in all of theirs."""
    hunts: list[HuntResult | HuntNotRun] = [*results, *not_run]
    placed: dict[str, set[str]] = {}
    for hunt in hunts:
        if hunt.techniques and hunt.tactic in TACTICS:
            placed.setdefault(hunt.techniques[0], set()).add(hunt.tactic)
    found: dict[tuple[str, str], tuple[list[HuntResult], list[HuntNotRun]]] = {}
    for hunt in hunts:
        for place, technique in enumerate(dict.fromkeys(hunt.techniques)):
            if not _TECHNIQUE.fullmatch(technique):
                continue
            known = placed.get(technique, {""})
            for tactic in sorted({hunt.tactic} & known or known if place == 0 else known):
                ran, waits = found.setdefault((technique, tactic), ([], []))
                if isinstance(hunt, HuntResult):
                    ran.append(hunt)
                else:
                    waits.append(hunt)
    return [(technique, tactic, ran, waits) for (technique, tactic), (ran, waits) in sorted(found.items())]


def _technique(technique: str, tactic: str, ran: list[HuntResult], waits: list[HuntNotRun]) -> dict[str, Any]:
    entry: dict[str, Any] = {"techniqueID": technique}
    if tactic:
        entry["tactic"] = TACTICS[tactic].lower().replace(" ", "-")
    hit = {(subject.subject, subject.entity) for result in ran for subject in result.subjects}
    if hit or any(result.found == "no hits" for result in ran):
        entry["score"] = len(hit)
    elif any(result.found == "hits" for result in ran):
        entry["color"] = _ROWS
    else:
        entry["color"] = _NO_DATA if ran else _NOT_RUN
    said = [*map(_ran_words, ran), *(f"{hunt.hunt} {hunt.title}: not run" for hunt in waits)]
    entry["comment"] = visible("; ".join(said))
    entry["enabled"] = True
    names = [*(result.hunt for result in ran), *(hunt.hunt for hunt in waits)]
    entry["metadata"] = [{"name": "hunt", "value": visible(name)} for name in names]
    entry["showSubtechniques"] = False
    return entry


def _ran_words(result: HuntResult) -> str:
    """`T1119-01 File copies, 2026-11-21 01:00:00Z → ...: 4 devices`."""
    but = "" if result.outcome.state is State.COMPLETE else f" ({outcome_words(result.outcome)})"
    return f"{result.hunt} {result.title}, {window_words(result.window)}: {result_words(result)}{but}"
