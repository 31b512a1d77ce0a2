"""`huntdeck doctor`: what this machine, its terminal and the configuration allow, and the line to add where they do not."""

from __future__ import annotations

import argparse
import os
import platform
import stat
import sys
import textwrap
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from shutil import get_terminal_size

from tui import __version__
from tui.commands.doctor_clipboard import clipboard_findings, terminal_findings
from tui.commands.finding import Check, Finding, Grade, Patient
from tui.commands.workspace_check import workspace_findings
from tui.settings import paths
from tui.settings.config import Config, read_config
from tui.settings.keys import ConfigProblem
from tui.settings.look import Bell, missing_theme
from tui.settings.themes import DEFAULT_THEME, load_themes
from tui.terminal.questions import TerminalAnswers, ask_terminal
from tui.terminal.safe_text import safe

_LIBRARIES = (
    "textual", "rich", "duckdb", "duckdb-kql", "pyarrow", "evtx", "pyperclip", "azure-identity", "azure-monitor-query"
)  # fmt: skip
_WIDTH = max(map(len, Grade))

KeyCheck = Callable[[Config], list[ConfigProblem]]
"""What is wrong with the keys a configuration asks for: the screen knows, of which nothing is imported here."""


def add_doctor(commands: argparse._SubParsersAction[argparse.ArgumentParser], keys: KeyCheck) -> None:
    """`doctor`; `keys` says what is wrong with the keys of the configuration."""
    parser = commands.add_parser(
        "doctor",
        help="what works here and what does not: clipboard, terminal, folders, a workspace",
        description=doctor.__doc__,
    )
    parser.add_argument("-w", "--workspace", default="", metavar="NAME", help="a workspace to test, too")
    parser.set_defaults(action=doctor, check_keys=keys)


def doctor(arguments: argparse.Namespace) -> int:
    """Examines versions, terminal, clipboard, folders and configuration, and names the line to add for what fails. A workspace
    that is named is signed in to and asked for its schema and one row.
    Nothing is changed: the tmux test uses a buffer of its own, and no clipboard is read or written."""
    config, problems = read_config()
    problems += arguments.check_keys(config)
    patient = Patient(arguments, os.environ, config, problems, _ask())
    worst_is_fault = False
    for title, check in CHECKS:
        print(title)
        for finding in check(patient):
            worst_is_fault |= finding.grade is Grade.FAULT
            print(finding_text(finding))
    return 1 if worst_is_fault else 0


def finding_text(finding: Finding) -> str:
    """A finding as it is printed: its words within the terminal's width, what is to be copied from it on one line."""
    words = safe(finding.words)
    head, room = f"  {finding.grade:<{_WIDTH}}  ", " " * (_WIDTH + 4)
    if sys.stdout.isatty():
        words = textwrap.fill(words, max(get_terminal_size().columns - len(room), 40), break_on_hyphens=False)
    lines = [*words.split("\n"), *([f"-> {safe(finding.remedy)}"] if finding.remedy else [])]
    return head + f"\n{room}".join(lines)


def _ask() -> TerminalAnswers:
    """What the terminal says of itself, where there is one on both ends."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        sys.stdout.flush()
        return ask_terminal(sys.stdin.fileno(), sys.stdout.fileno())
    return TerminalAnswers()


def version_findings(patient: Patient) -> Iterator[Finding]:
    """The program and what it stands on."""
    del patient
    yield Finding(Grade.OK, f"huntdeck {__version__}, Python {platform.python_version()}, {platform.platform()}")
    found = []
    for name in _LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            yield Finding(Grade.FAULT, f"{name} is not installed", f"pip install {name}")
    yield Finding(Grade.OK, ", ".join(found))


def folder_findings(patient: Patient) -> Iterator[Finding]:
    """Where files go, and who can read them."""
    del patient
    for what, folder in (
        ("configuration", paths.config_folder()),
        ("data", paths.data_folder()),
        ("workspaces", paths.workspaces_folder()),
        ("own hunts", paths.own_hunts_folder()),
        ("sessions", paths.sessions_folder()),
        ("copies", paths.copies_folder()),
        ("passing results", paths.cache_folder()),
        ("log and reports", paths.state_folder()),
    ):
        yield _folder(what, folder, public=what == "configuration")


def _folder(what: str, folder: Path, public: bool) -> Finding:
    try:
        kind = folder.stat()
    except FileNotFoundError:
        return Finding(Grade.NOTE, f"{what}: {folder} is made when it is needed")
    except OSError as error:
        return Finding(Grade.FAULT, f"{what}: {folder}: {error.strerror}")
    mode = stat.S_IMODE(kind.st_mode)
    shown = f"{what}: {folder}, mode {mode:04o}"
    if not stat.S_ISDIR(kind.st_mode):
        return Finding(Grade.FAULT, f"{shown}, is no folder")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return Finding(Grade.FAULT, f"{shown}, cannot be written by you", f"chmod u+rwx {folder}")
    if kind.st_uid != os.getuid():
        return Finding(Grade.FAULT, f"{shown}, belongs to user {kind.st_uid}, not to you")
    if mode & 0o077 and not public:
        return Finding(Grade.FAULT, f"{shown}, can be entered by others", f"chmod 700 {folder}")
    return Finding(Grade.OK, shown)


def configuration_findings(patient: Patient) -> Iterator[Finding]:
    """What counts of the configuration, and what does not."""
    path, look = paths.config_file(), patient.config.look
    there = "" if path.exists() else " is not there, so everything is as it comes"
    yield Finding(Grade.OK, f"{path}{there}; analyst: {patient.config.analyst}")
    for problem in patient.config_problems:
        yield Finding(Grade.FAULT, str(problem))
    themes, faults = load_themes([paths.own_themes_folder()])
    if missing := missing_theme(look.theme, themes):
        yield Finding(Grade.FAULT, f"{path}: look.theme: {missing}")
    bell = f"after {look.bell_after} s" if look.bell is not Bell.OFF else "never"
    mouse = "is the program's" if look.mouse else "is left to the terminal"
    yield Finding(
        Grade.OK, f"theme: {look.theme or DEFAULT_THEME}; the mouse {mouse}; end of a run: {look.bell}, {bell}"
    )
    for fault in faults:
        yield Finding(Grade.FAULT, str(fault))


CHECKS: tuple[tuple[str, Check], ...] = (
    ("Versions", version_findings),
    ("Terminal", terminal_findings),
    ("Clipboard", clipboard_findings),
    ("Folders", folder_findings),
    ("Configuration", configuration_findings),
    ("Workspace", workspace_findings),
)
"""What is examined, in this order."""
