"""The error bodies of the three services, read into one shape."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_LONGEST = 600
_PLACE = re.compile(r"\[(\d+)\s*[,:]\s*(\d+)\]")
_TOKEN = re.compile(r"(?:parsed|recognized|unexpected(?: token)?)[^']{0,20}'([^']+)'", re.IGNORECASE)
_UNRESOLVED = re.compile(r"Failed to resolve (?P<what>[\w ]*?)(?: expression)? named '(?P<name>[^']*)'", re.IGNORECASE)
_AROUND = re.compile(
    r"^(?:Request is invalid and cannot be (?:executed|processed)\.?:?\s*)?(?:(?:Syntax|Semantic) error: (?:SEM\d+: )?)?"
    r"|\s*Fix (?:syntax|semantic) errors in your query\.?$",
    re.IGNORECASE,
)
"""What the services put around what they say."""


@dataclass(frozen=True)
class ServiceError:
    """What a service said: codes from the outermost to the innermost, its most telling message, and where it points to.

    `line` counts from 1 and `position` in it from 0, as the services count; `identifier` is the service's own name for the
    request.
    """

    codes: tuple[str, ...] = ()
    message: str = ""
    line: int | None = None
    position: int | None = None
    token: str = ""
    identifier: str = ""

    def has(self, *words: str) -> bool:
        """Whether a code is one of `words`."""
        return not {code.lower() for code in self.codes}.isdisjoint(word.lower() for word in words)

    def says(self, *words: str) -> bool:
        """Whether the message has one of `words` in it."""
        lowered = self.message.lower()
        return any(word.lower() in lowered for word in words)

    @property
    def unresolved(self) -> tuple[str, str]:
        """What kind of name and which one the service does not know; empty when that is not the complaint."""
        found = _UNRESOLVED.search(self.message)
        return (found["what"].strip().lower(), found["name"]) if found else ("", "")


def read_body(body: bytes) -> ServiceError:
    """The error in a body; an empty one when the body holds none that can be read."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return ServiceError()
    return read_error(answer)


def read_error(answer: Any) -> ServiceError:
    """The error in an answer, or an answer's `error` member."""
    if not isinstance(answer, Mapping):
        return ServiceError()
    error = answer.get("error", answer)
    if isinstance(error, str):
        return ServiceError((error,), _short(str(answer.get("error_description", ""))))
    if not isinstance(error, Mapping):
        return ServiceError()
    chain = list(_chain(error))
    messages = [str(link.get("@message") or link.get("message") or "") for link in chain]
    message = next((words for words in reversed(messages) if words), "")
    line, position = _place(chain, message)
    token = next((str(link["token"]) for link in chain if link.get("token")), "")
    if not token and (found := _TOKEN.search(message)):
        token = found.group(1)
    return ServiceError(
        tuple(str(link["code"]) for link in chain if link.get("code")),
        _short(_AROUND.sub("", message)),
        line,
        position,
        token,
        _identifier(error),
    )


def one_api_message(entry: Any) -> str:
    """The words of one of Azure Data Explorer's errors inside an answer."""
    return read_error(entry).message


def _chain(error: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The error, and what it names as its cause, down to the last."""
    while isinstance(error, Mapping):
        yield error
        details = error.get("details")
        if isinstance(details, list) and details and isinstance(details[0], Mapping):
            yield from _chain(details[0])
        following = error.get("innererror") or error.get("innerError")
        if not isinstance(following, Mapping):
            return
        error = following


def _place(chain: list[Mapping[str, Any]], message: str) -> tuple[int | None, int | None]:
    for link in chain:
        if isinstance(link.get("line"), int) and isinstance(link.get("pos"), int):
            return link["line"], link["pos"]
    found = _PLACE.search(message)
    return (int(found.group(1)), int(found.group(2))) if found else (None, None)


def _identifier(error: Mapping[str, Any]) -> str:
    inner = error.get("innerError") or error.get("innererror") or {}
    context = error.get("@context") or {}
    candidates = (error.get("correlationId"), _member(inner, "request-id"), _member(context, "activityId"))
    return next((str(found)[:64] for found in candidates if found), "")


def _member(mapping: Any, name: str) -> Any:
    return mapping.get(name) if isinstance(mapping, Mapping) else None


def _short(message: str) -> str:
    words = " ".join(message.split())
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
