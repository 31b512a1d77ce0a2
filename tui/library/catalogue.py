"""The hunts at hand: the shipped ones and the analyst's own, which take the place of a shipped one of the same id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from tui.kql.dialects import nearest
from tui.library.attack import tactic_name, technique_name
from tui.library.loader import HuntError, Problem, read_hunt
from tui.library.model import Hunt


class UnknownHuntError(LookupError):
    """No hunt has this id."""


@dataclass
class Catalogue:
    """Hunts by id in tree order, the ids of those that shadow a shipped one, and what could not be read."""

    hunts: dict[str, Hunt] = field(default_factory=dict)
    shadowing: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def find(self, name: str) -> Hunt:
        """The hunt with id `name`, in any case; UnknownHuntError names the nearest."""
        for identifier, hunt in self.hunts.items():
            if identifier.lower() == name.lower():
                return hunt
        raise UnknownHuntError(f"there is no hunt {name!r}{nearest(name, self.hunts)}")

    @property
    def listed(self) -> list[Hunt]:
        """The hunts of the tree: all but the pivots, by tactic, first technique and id."""
        return sorted(
            (hunt for hunt in self.hunts.values() if not hunt.pivot),
            key=lambda hunt: (hunt.tactic, hunt.techniques[0], hunt.id),
        )

    @property
    def pivots(self) -> list[Hunt]:
        """The hunts that start from a value of an event."""
        return [hunt for hunt in self.hunts.values() if hunt.pivot]


def shipped_folder() -> Path:
    """Where the hunts that come with huntdeck lie: in the wheel, or in a checkout beside the package."""
    packaged = Path(str(files("tui"))) / "data" / "hunts"
    return packaged if packaged.is_dir() else Path(str(files("tui"))).parent / "hunts"


def load_catalogue(own_folders: Sequence[Path] = ()) -> Catalogue:
    """All hunts of the shipped folder and of `own_folders`; a file with problems is left out and its problems kept."""
    catalogue = Catalogue()
    for path in hunt_files(shipped_folder()):
        _add(catalogue, path, own=False)
    for folder in own_folders:
        for path in hunt_files(folder):
            _add(catalogue, path, own=True)
    return catalogue


def hunt_files(place: Path) -> list[Path]:
    """The hunt files at `place`: itself, or all `.toml` files below it."""
    if place.is_file():
        return [place]
    return sorted(path for path in place.rglob("*.toml") if path.is_file())


def hunts_of(catalogue: Catalogue, words: Sequence[str]) -> list[Hunt]:
    """The hunts that `words` name, each once, in tree order: ids of hunts, or nodes of the tree with all hunts under them.

    A node is a tactic or technique by its id or name, a technique with its sub-techniques, or `all`; pivots are named by
    their ids only. UnknownHuntError names the nearest.
    """
    found: dict[str, Hunt] = {}
    for word in words:
        under = _under(catalogue, word) or [catalogue.find(word)]
        found.update({hunt.id: hunt for hunt in under})
    listed = [hunt for hunt in catalogue.listed if hunt.id in found]
    return [*listed, *(hunt for hunt in found.values() if hunt.pivot)]


def _under(catalogue: Catalogue, word: str) -> list[Hunt]:
    """The hunts under the node `word` of the tree; none when there is no such node."""
    wanted = " ".join(word.split()).lower()
    return [hunt for hunt in catalogue.listed if wanted == "all" or wanted in _nodes(hunt)]


def _nodes(hunt: Hunt) -> set[str]:
    """The names, in small letters, of the nodes that `hunt` stands under."""
    first = hunt.techniques[0]
    above = [hunt.tactic, tactic_name(hunt.tactic)]
    for technique in (first, first.partition(".")[0]):
        above += [technique, technique_name(technique)]
    return {name.lower() for name in above}


def _add(catalogue: Catalogue, path: Path, own: bool) -> None:
    try:
        hunt = read_hunt(path)
    except HuntError as error:
        catalogue.problems += error.problems
        return
    known = catalogue.hunts.get(hunt.id)
    if known is not None and known.path is not None and (not own or hunt.id in catalogue.shadowing):
        line = hunt.lines.get("id", 0)
        catalogue.problems.append(Problem(path, line, "id", f"{hunt.id} is also the id of {known.path}"))
        return
    if known is not None:
        catalogue.shadowing.add(hunt.id)
    catalogue.hunts[hunt.id] = hunt
