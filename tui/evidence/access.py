"""What a Windows access mask asks of a file, in words."""

from __future__ import annotations

_LISTING = 0x100081
"""The mask with which folders are listed: synchronise, read attributes, and read data, which on a folder is listing."""

_RIGHTS = (
    (0x1, "%%4416", "read"),
    (0x2, "%%4417", "write"),
    (0x4, "%%4418", "append"),
    (0x10000, "%%1537", "delete"),
    (0x40, "%%4422", "delete child"),
    (0x40000, "%%1539", "change permissions"),
    (0x80000, "%%1540", "take ownership"),
)


def access_words(mask: int | None, access_list: str) -> str:
    """`read, write`, `list`, ... from the mask, or from the codes of AccessList where there is no mask; '' for other rights."""
    if mask == _LISTING:
        return "list"
    if mask is not None:
        return ", ".join(word for bit, _, word in _RIGHTS if mask & bit)
    codes = set(access_list.split())
    return ", ".join(word for _, code, word in _RIGHTS if code in codes)
