"""The log: off unless asked for, private to the user, and without values.

Messages name what was done and how it ended; a query is named by its hash and length. Errors are written as types and
places. What libraries write passes the same filter: everything that looks like a secret is taken out of every line.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path

from tui.settings.paths import log_file, make_private
from tui.terminal.safe_text import safe

LOG = logging.getLogger("huntdeck")
"""The program's own logger."""
LEVELS = ("debug", "info", "warning", "error")
VARIABLE = "HUNTDECK_LOG"
"""The environment variable that asks for a log."""

_BYTES, _BACKUPS = 2_000_000, 3
_LONGEST = 4000
_CHATTY = ("azure", "msal", "msal_extensions", "urllib3", "httpx", "httpcore", "requests", "textual")
"""Libraries that write headers, bodies or tokens below the level of warnings."""
_MASK = "***"
_NAMES = (
    "client_secret|client_assertion|assertion|device_code|user_code|refresh_token|access_token|id_token|secret|password"
    "|passwd|authorization|code|sig|token|accountkey|sharedaccesskey|sharedaccesssignature|api[-_]?key|cookie"
)
_SECRETS = (
    (re.compile(r"eyJ[\w-]{4,}\.[\w-]+(?:\.[\w-]*)?"), _MASK),
    (re.compile(r"\b(Bearer|Basic)\s+[^\s\"',;}]+", re.IGNORECASE), rf"\1 {_MASK}"),
    (
        re.compile(
            rf"((?<![a-z])(?:{_NAMES})\\*[\"']?\s*[:=]\s*)"
            r"(?:\\*\"(?:[^\"\\]|\\.)*\\*\"?|\\*'(?:[^'\\]|\\.)*\\*'?|[^\s&,;\"'}\])]+)",
            re.IGNORECASE,
        ),
        rf"\1{_MASK}",
    ),
)


class LogLevelError(ValueError):
    """A level that is none; says which there are."""


def redacted(text: str) -> str:
    """`text` without what looks like a token, a key or a password, in JSON, form bodies, URLs and reprs."""
    for pattern, mask in _SECRETS:
        text = pattern.sub(mask, text)
    return text


def query_mark(query: str) -> str:
    """What the log says of a query: the start of its SHA-256, and its length."""
    return f"{hashlib.sha256(query.encode('utf-8', 'surrogatepass')).hexdigest()[:16]} ({len(query)} characters)"


def start_log(level: str = "") -> None:
    """Logs from now on at `level` (one of `LEVELS`), or not at all when empty; never to the screen.

    LogLevelError for another level; OSError when the file cannot be opened. Nothing is logged then.
    """
    _silence()
    if not level:
        return
    if level.lower() not in LEVELS:
        raise LogLevelError(f"log level {level!r} is none of {', '.join(LEVELS)}")
    number = logging.getLevelNamesMapping()[level.upper()]
    handler = _open(log_file())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(max(number, logging.WARNING))
    LOG.setLevel(number)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))


def _silence() -> None:
    """Takes the log's handler away, and lets nothing that logs write to standard error."""
    logging.raiseExceptions = False  # else a record that cannot be written is printed, with its arguments
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if getattr(handler, "_huntdecks", False)]:
        root.removeHandler(handler)
        handler.close()
    if not any(isinstance(handler, logging.NullHandler) for handler in root.handlers):
        root.addHandler(logging.NullHandler())
    LOG.setLevel(logging.CRITICAL + 1)


def _open(path: Path) -> logging.Handler:
    # Costs time at every start, and is seldom needed.
    from logging.handlers import RotatingFileHandler

    class PrivateFile(RotatingFileHandler):
        """A log file that only its owner can read; a link in its place is not followed."""

        _huntdecks = True

        def _open(self) -> TextIOWrapper:
            stream = open(self.baseFilename, "a", encoding="utf-8", opener=_private)  # noqa: SIM115
            os.fchmod(stream.fileno(), 0o600)
            return stream

    make_private(path.parent)
    handler = PrivateFile(path, maxBytes=_BYTES, backupCount=_BACKUPS, encoding="utf-8")
    handler.setFormatter(_Redacting())
    handler.addFilter(_is_quiet)
    return handler


def _private(name: str, flags: int) -> int:
    return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def _is_quiet(record: logging.LogRecord) -> bool:
    """Whether a record may be written: one of a chatty library only from warnings on, whatever its logger was set to."""
    return record.levelno >= logging.WARNING or record.name.partition(".")[0] not in _CHATTY


class _Redacting(logging.Formatter):
    """One safe line a record, without secrets; an error as its type and places."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of `record`."""
        try:
            message = record.getMessage()
        except Exception:
            message = "a record that cannot be put into words"
        if record.name.startswith("asyncio"):
            message = message.partition("\n")[0]  # what follows quotes the error
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            from tui.settings.crashes import error_type, places

            message += f" [{error_type(error)}: {' < '.join(reversed(places(error)[-8:]))}]"
        moment = datetime.fromtimestamp(record.created, UTC)
        line = (
            f"{moment:%Y-%m-%dT%H:%M:%S}.{int(record.msecs):03}Z {record.levelname} {record.name} {redacted(message)}"
        )
        return safe(line, _LONGEST)


_silence()
