"""Every command has examples, and they are true."""

from __future__ import annotations

import argparse
import shlex

import pytest

from tui.cli import build_parser
from tui.commands.examples import EXAMPLES
from tui.library.catalogue import load_catalogue
from tui.library.parameters import values_for


def commands() -> dict[str, argparse.ArgumentParser]:
    parser = build_parser()
    action = next(one for one in parser._actions if isinstance(one, argparse._SubParsersAction))
    return dict(action.choices)


def test_every_command_has_examples_at_the_end_of_its_help() -> None:
    found = commands()
    assert set(found) == set(EXAMPLES)
    for name, parser in found.items():
        lines = parser.format_help().split("examples:\n\n")[1].splitlines()
        assert lines == [f"  huntdeck {example}" for example in EXAMPLES[name]]


@pytest.mark.parametrize("example", [example for several in EXAMPLES.values() for example in several])
def test_examples_are_understood(example: str) -> None:
    arguments = build_parser().parse_args(shlex.split(example))
    hunts = load_catalogue().hunts
    named = getattr(arguments, "hunt", "")
    if named:
        hunt = hunts[named]
        pairs = dict(pair.split("=", 1) for pair in getattr(arguments, "parameters", None) or [])
        values_for(hunt, {name: value.split(",") for name, value in pairs.items()})
