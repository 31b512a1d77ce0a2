"""The report of the session: read here, or written to a file."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.screens.main import MainScreen
    from tui.triage.records.folder import SessionFolder

_OFFERS = (
    ("read it here", "as Markdown", "", False),
    ("Markdown file", "for a ticket or a wiki", "md", False),
    ("Markdown file, defanged", "URLs, domains and addresses are no links: hxxp[:]//, [.]", "md", True),
    ("HTML file", "one file, to print or to send", "html", False),
    ("HTML file, defanged", "URLs, domains and addresses are no links: hxxp[:]//, [.]", "html", True),
    ("ATT&CK Navigator layer", "techniques by devices hit", "layer.json", False),
)


async def ask_report(screen: MainScreen) -> None:
    """Offers the forms of the report, which is of what is saved."""
    from tui.screens.choose import ChooseScreen

    if not await screen.keeper.flush() or screen.keeper.folder is None:
        screen.say("a report is of what is saved, and nothing is yet", warning=True)
        return
    folder = screen.keeper.folder

    def chosen(index: int | None) -> None:
        if index is None:
            return
        _, _, ending, defang = _OFFERS[index]
        if not ending:
            screen.attempt(lambda: _read(screen, folder))
        else:
            _ask_target(screen, folder, ending, defang)

    screen.app.push_screen(
        ChooseScreen("Report of the session", [(name, words) for name, words, *_ in _OFFERS]), chosen
    )


async def _read(screen: MainScreen, folder: SessionFolder) -> None:
    from tui.screens.page import PageScreen
    from tui.workspaces.threads import in_thread

    text = await in_thread(partial(_written, screen, folder, "md", False))
    screen.app.push_screen(PageScreen(f"Report of {screen.keeper.name}", text))


def _ask_target(screen: MainScreen, folder: SessionFolder, ending: str, defang: bool) -> None:
    from tui.screens.prompt import PromptScreen
    from tui.screens.targets import target_of, wrong_target
    from tui.settings.files import write_private
    from tui.triage.records.names import slug
    from tui.workspaces.threads import in_thread

    def work(target: Path) -> None:
        write_private(target, _written(screen, folder, ending, defang).encode())

    async def write(target: Path) -> None:
        await in_thread(partial(work, target))
        screen.say(f"written to {target}")

    def given(words: str | None) -> None:
        if words is not None:
            screen.attempt(lambda: write(target_of(words)))

    moment = datetime.now(UTC)
    target = Path.home() / f"{slug(screen.keeper.name)}-{moment:%Y%m%dT%H%MZ}.{ending}"
    screen.app.push_screen(
        PromptScreen("Write the report to", "Only you can read the file.", str(target), wrong_target), given
    )


def _written(screen: MainScreen, folder: SessionFolder, ending: str, defang: bool) -> str:
    """The report in one of its forms; reads files, for a worker thread."""
    from tui.triage.report.from_folder import report_of_folder
    from tui.triage.report.html import to_html
    from tui.triage.report.markdown import to_markdown
    from tui.triage.report.navigator import to_layer

    report = report_of_folder(folder.path, screen.session.catalogue, defang)
    return {"md": to_markdown, "html": to_html, "layer.json": to_layer}[ending](report)
