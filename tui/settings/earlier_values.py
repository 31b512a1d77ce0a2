"""Values that were filled in before, per hunt and parameter, most recent first, in a private file of the user's."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from tui.settings.files import Lock, own_folder, read_private, reason_of, write_private

Filled = str | list[str]
"""A value as it was typed: a text, or the values of a list."""

PER_PARAMETER = 20
"""Values kept of one parameter."""
PARAMETERS = 1000
"""Parameters of which values are kept; those filled in longest ago go first."""
LONGEST = 20_000
"""Characters of a value; longer ones are not kept."""
LARGEST_FILE = 2**24
"""Bytes of the file that are read; what is kept stays below half of it."""

_VERSION = 1
_SECRET = re.compile(
    r"(?:^|_)(?:pass(?:w(?:or)?d|phrase|code)?s?|pwd?|secrets?|tokens?|credentials?|creds?|pins?|otp|api_?keys?|"
    r"(?:private|access|shared|account|storage|signing|encryption|client)_?keys?|sas|cookies?|bearer|authorization)(?:_|$)"
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class EarlierValuesError(Exception):
    """The file of earlier values cannot be read or written; says why. It is left as it is."""


def names_a_secret(parameter: str) -> bool:
    """Whether a parameter's name says that its values are secrets: those are never kept."""
    return bool(_SECRET.search(_CAMEL.sub("_", parameter).lower().replace("-", "_")))


class EarlierValues:
    """The earlier values in the file `path`, which need not be there. Its methods read and write files: not for the event
    loop."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def of(self, hunt: str, parameter: str) -> list[Filled]:
        """What was filled in for `parameter` of `hunt`, most recent first; EarlierValuesError."""
        return [] if names_a_secret(parameter) else self._read().get(_key(hunt, parameter), [])

    def remember(self, hunt: str, filled: Mapping[str, Filled]) -> None:
        """Puts the values of `hunt`'s parameters before their earlier ones; EarlierValuesError.

        Left out are empty values, very long ones, and those of parameters whose name says that they are secrets.
        """
        kept = {
            _key(hunt, name): value
            for name, value in filled.items()
            if value and not names_a_secret(name) and _length(value) <= LONGEST
        }
        if not kept:
            return
        try:
            folder = own_folder(self._path.parent)
            lock = Lock.take(folder / f"{self._path.name}.lock", str(os.getpid()), wait=True)
        except OSError as error:
            raise EarlierValuesError(f"{self._path} cannot be written: {reason_of(error)}") from error
        try:
            self._write(_with(self._read(), kept))
        finally:
            if lock is not None:
                lock.release()

    def _read(self) -> dict[str, list[Filled]]:
        """Everything, the parameters filled in last at the end."""
        try:
            document = json.loads(read_private(self._path, LARGEST_FILE))
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise EarlierValuesError(f"{self._path} cannot be read: {reason_of(error)}") from error
        except (ValueError, RecursionError) as error:
            raise EarlierValuesError(f"{self._path} is damaged ({error}): move it away to begin anew") from error
        found = document.get("values") if isinstance(document, dict) else None
        if not isinstance(found, dict) or document.get("version") != _VERSION or not all(map(_is_kept, found.values())):
            raise EarlierValuesError(f"{self._path} holds something else: move it away to begin anew")
        return found

    def _write(self, values: Mapping[str, list[Filled]]) -> None:
        document = {"version": _VERSION, "values": values}
        try:
            write_private(self._path, json.dumps(document, indent=0).encode("ascii"))
        except OSError as error:
            raise EarlierValuesError(f"{self._path} cannot be written: {reason_of(error)}") from error


def _key(hunt: str, parameter: str) -> str:
    return f"{hunt} {parameter}"


def _length(value: Filled) -> int:
    return len(value) if isinstance(value, str) else sum(map(len, value)) + len(value)


def _is_kept(values: object) -> bool:
    return isinstance(values, list) and all(
        isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, str) for one in value))
        for value in values
    )


def _with(known: Mapping[str, list[Filled]], kept: Mapping[str, Filled]) -> dict[str, list[Filled]]:
    """`known` with what is `kept` before, and no more than there is room for."""
    values = {key: list(earlier) for key, earlier in known.items() if key not in kept}
    for key, value in kept.items():
        values[key] = [value, *(one for one in known.get(key, []) if one != value)][:PER_PARAMETER]
    room = LARGEST_FILE // 2 // 6  # a character is at most six bytes of JSON, one beyond the first plane twelve
    newest: dict[str, list[Filled]] = {}
    for key in reversed(list(values)[-PARAMETERS:]):
        room -= len(key) + sum(2 * _length(value) for value in values[key])
        if room < 0 and newest:
            break
        newest[key] = values[key]
    return dict(reversed(newest.items()))
