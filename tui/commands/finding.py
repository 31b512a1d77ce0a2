"""What `huntdeck doctor` finds."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tui.settings.config import Config
from tui.settings.keys import ConfigProblem
from tui.terminal.questions import TerminalAnswers


class Grade(StrEnum):
    """How much a finding matters."""

    OK = "ok"
    NOTE = "note"
    """Good to know."""
    LIMIT = "limit"
    """Something cannot be done here; the rest can."""
    FAULT = "fault"
    """Something that is meant to work does not."""


@dataclass(frozen=True)
class Finding:
    """One finding in words (made safe where they are printed), and the line to add or the thing to do, if there is one."""

    grade: Grade
    words: str
    remedy: str = ""


@dataclass(frozen=True)
class Patient:
    """What is examined: the command's arguments, the environment, the configuration, and what the terminal answered."""

    arguments: argparse.Namespace
    environ: Mapping[str, str]
    config: Config
    config_problems: list[ConfigProblem]
    answers: TerminalAnswers


Check = Callable[[Patient], Iterable[Finding]]
