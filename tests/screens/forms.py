"""A hunt with a parameter of every type, its form, and what is done with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from textual import events

from tests.support.dialogs import Opened
from tui.library.model import Hunt, Parameter, ParameterType
from tui.screens.form import FormScreen
from tui.widgets.parameter_field import ParameterField

P = ParameterType


def parameter(name: str, kind: ParameterType, **more: Any) -> Parameter:
    return Parameter(name, kind, **{"help": f"Help on {name}", **more})


EVERY_TYPE = (
    parameter("account", P.STRING, required=True, help="Whose events"),
    parameter("tools", P.STRING_LIST, default=("robocopy.exe", "xcopy.exe"), help="Image names of copy tools"),
    parameter("min_files", P.INTEGER, default=50, minimum=1, maximum=1000, unit="files", help="Files in one burst"),
    parameter("ratio", P.REAL, default=0.5, maximum=1, help="Share of renamed files"),
    parameter("wildcards", P.BOOLEAN, default=True, help="Count copies with *"),
    parameter("level", P.CHOICE, default="medium", choices=("low", "medium", "high"), help="Integrity"),
    parameter("net_window", P.TIMESPAN, default="5m", help="How far a connection may lie"),
    parameter("since", P.DATETIME, help="Only later ones"),
    parameter("servers", P.IP_LIST, empty="all", help="File servers"),
    parameter("folders", P.PATH_LIST, help="Folders written to"),
    parameter("beginnings", P.PREFIX_LIST, help="Beginnings of names"),
    parameter("endings", P.SUFFIX_LIST, default=(".zip",), help="Endings of names"),
    parameter("pattern", P.REGEX, help="What names look like"),
)


TOOLS = parameter("tools", P.STRING_LIST, default=("robocopy.exe", "xcopy.exe"))
FILES = parameter("min_files", P.INTEGER, default=50, minimum=1, maximum=1000, unit="files")


def hunt_with(*parameters: Parameter, **more: Any) -> Hunt:
    """A hunt with these parameters and no legs: a form asks for no more."""
    about = {"id": "T1119-77", "title": "Copies of every kind", "purpose": "Bulk copying, and what it wrote.", **more}
    return Hunt(
        techniques=("T1119",),
        subject="device",
        triage="",
        primary="",
        legs={},
        parameters={one.name: one for one in parameters},
        **about,
    )


class Preview:
    """A preview that keeps what it was asked for; `failing` is raised instead."""

    def __init__(self, failing: Exception | None = None) -> None:
        self.asked: list[dict[str, object]] = []
        self.failing = failing

    def __call__(self, values: Mapping[str, object]) -> str:
        self.asked.append(dict(values))
        if self.failing is not None:
            raise self.failing
        lets = [f"let p_{name} = {value!r};" for name, value in values.items()]
        return "\n".join(["// copies", *lets, "DeviceProcessEvents", "| take 10"])


def form(
    *parameters: Parameter,
    given: Mapping[str, object] | None = None,
    preview: Preview | None = None,
    newest: datetime | None = None,
) -> FormScreen:
    return FormScreen(hunt_with(*parameters), given or {}, preview or Preview(), newest_event=newest)


def field(shown: Opened, name: str) -> ParameterField:
    return next(one for one in shown.app.dialog.query(ParameterField) if one.parameter.name == name)


async def paste(shown: Opened, text: str) -> None:
    await shown.pilot.pause()
    focused = shown.app.focused
    assert focused is not None
    focused.post_message(events.Paste(text))
    await shown.pilot.pause()


async def run(shown: Opened) -> dict[str, object]:
    await shown.press("f5")
    await shown.until(lambda: shown.given, "values")
    values = shown.given[0]
    assert isinstance(values, dict)
    return values
