"""Names of files made from names that people, or attackers, chose: they cannot leave their folder."""

from __future__ import annotations

import re
import secrets
import unicodedata

_UNFIT = re.compile(r"[^A-Za-z0-9._-]+", re.ASCII)
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|\Z)", re.IGNORECASE)
_LENGTH = 60


def slug(name: str) -> str:
    """`name` in letters, digits, `.`, `_` and `-`, at most 60 of them, never hidden, empty or a device of Windows."""
    plain = unicodedata.normalize("NFKC", name)
    found = _UNFIT.sub("-", plain).strip("-.")[:_LENGTH].strip("-.")
    return f"_{found}" if not found or _RESERVED.match(found) else found


def new_identity() -> str:
    """Eight hex digits that no other session has, but by a chance of one in four thousand million."""
    return secrets.token_hex(4)


def folder_name(name: str, identity: str) -> str:
    """The name of a session's folder; it stays when the session is renamed."""
    return f"{slug(name)}-{identity}"
