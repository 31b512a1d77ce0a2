"""The lines of the tree: tactics, techniques and hunts, then the pivots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.library.attack import tactic_name, technique_name
from tui.widgets.hunt_tree import Node

if TYPE_CHECKING:
    from tui.library.catalogue import Catalogue
    from tui.library.model import Hunt

PIVOTS = "pivots"
"""The key of the line that holds the pivots; folded at first."""


def tree_nodes(catalogue: Catalogue) -> list[Node]:
    """The hunts of `catalogue` in order, each under its tactic and first technique; pivots and faults at the end."""
    nodes: list[Node] = []
    tactic = technique = ""
    for hunt in catalogue.listed:
        if hunt.tactic != tactic:
            tactic, technique = hunt.tactic, ""
            nodes.append(Node(tactic, f"{tactic} {tactic_name(tactic)}", 0))
        if hunt.techniques[0] != technique:
            technique = hunt.techniques[0]
            nodes.append(Node(f"{tactic} {technique}", f"{technique} {technique_name(technique)}", 1))
        nodes.append(_hunt_node(catalogue, hunt, f"{_number(hunt)} {hunt.title}", 2))
    if catalogue.pivots:
        nodes.append(Node(PIVOTS, "Pivots: from a value, or its form", 0))
        nodes += [_hunt_node(catalogue, hunt, hunt.title, 1) for hunt in catalogue.pivots]
    if catalogue.problems:
        files = len({problem.path for problem in catalogue.problems})
        nodes.append(Node("problems", f"! {files} hunt file{'s' * (files != 1)} not read: huntdeck hunts check", 0))
    return nodes


def _hunt_node(catalogue: Catalogue, hunt: Hunt, label: str, depth: int) -> Node:
    """A hunt's line, marked when it is the analyst's own in place of a shipped one."""
    names = [technique_name(technique) for technique in hunt.techniques]
    words = " ".join([hunt.id, hunt.title, *hunt.techniques, *names, tactic_name(hunt.tactic), hunt.purpose]).lower()
    own = " (yours)" if hunt.id in catalogue.shadowing else ""
    return Node(hunt.id, f"{label}{own}", depth, hunt.id, words)


def _number(hunt: Hunt) -> str:
    """The id without the technique that stands above it: `02`."""
    return hunt.id.removeprefix(hunt.techniques[0]).lstrip("-") or hunt.id
