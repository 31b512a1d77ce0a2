"""A report as JSON in ASCII: texts exactly as they are in the data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from tui.kql.literals import datetime_text
from tui.triage.report.model import Report


def to_json(report: Report) -> str:
    """All of `report` by the names of its fields; times are UTC with microseconds and `Z`."""
    return json.dumps(_plain(report), ensure_ascii=True, indent=2) + "\n"


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    match value:
        case datetime():
            return datetime_text(value)
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
    return value
