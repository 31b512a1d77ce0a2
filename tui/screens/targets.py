"""Files that something is to be written to, as an analyst names them."""

from __future__ import annotations

from pathlib import Path


def target_of(words: str) -> Path:
    """The file that `words` name."""
    return Path(words.strip()).expanduser().absolute()


def wrong_target(words: str, manifest: bool = False) -> str:
    """What is wrong with `words` as the name of a new file, with a manifest beside it where one is written; or nothing."""
    from tui.results.exported import check_target

    if not words.strip():
        return "the name of a file is missing"
    target = target_of(words)
    try:
        check_target(target, manifest=manifest and bool(target.name))
    except FileExistsError as error:
        return f"{error.filename} is there already"
    except OSError:
        return f"there is no folder {target.parent}"
    return ""
