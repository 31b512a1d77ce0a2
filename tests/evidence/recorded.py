"""Recorded evidence, which lies beside the repository where it is there at all."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2].parent / "shared" / "evidence"

needs_recordings = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the recorded evidence does not lie beside the repository"
)


@cache
def facts() -> list[dict[str, Any]]:
    """What a correct reading gives, file by file."""
    found: list[dict[str, Any]] = json.loads((FOLDER / "facts.json").read_text(encoding="utf-8"))["facts"]
    return found


def fact(dataset: str, file: str) -> dict[str, Any]:
    """The facts of the file of `dataset` whose path ends so."""
    [found] = [entry for entry in facts() if entry["dataset"] == dataset and entry["file"].endswith(file)]
    return found


def check(entry: dict[str, Any], start: str) -> Any:
    """The result of the check of `entry` that begins with `start`."""
    [found] = [one for one in entry["checks"] if one["what"].startswith(start)]
    return found.get("rows", found.get("count"))
