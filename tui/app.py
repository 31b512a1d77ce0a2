"""The Textual app: theme, the one main screen, and what no screen may do. It does no work of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from rich.color import ColorSystem
from rich.console import RenderableType
from textual.app import App
from textual.binding import BindingType
from textual.events import Event, InputEvent, MouseMove
from textual.filter import LineFilter, NoColor
from textual.notifications import SeverityLevel

from tui.screens.copies import Copies
from tui.screens.keymap import APP_BINDINGS, read_keymap, remap
from tui.screens.main import MainScreen
from tui.screens.messages import Messages
from tui.screens.opening import Start
from tui.settings.config import read_config
from tui.settings.crashes import error_type, stop_on, write_report
from tui.settings.keys import ConfigProblem
from tui.settings.log import LOG
from tui.settings.look import Density, missing_theme
from tui.settings.paths import (
    cache_folder,
    columns_file,
    config_file,
    own_hunts_folder,
    own_themes_folder,
    sessions_folder,
    verdicts_file,
    workspace_file,
)
from tui.settings.themes import DEFAULT_THEME, PLAIN_THEME, load_themes
from tui.terminal.ending import end_within, exit_code, wanted_signals
from tui.terminal.safe_text import safe
from tui.widgets.gate import with_gate
from tui.widgets.terminal_driver import TerminalDriver
from tui.widgets.theme import textual_theme
from tui.widgets.watched_workers import WatchedWorkers

if TYPE_CHECKING:
    from tui.library.catalogue import Catalogue
    from tui.workspaces.protocol import Workspace


class HuntdeckApp(App[int]):
    """huntdeck on what `start` names."""

    TITLE = "huntdeck"
    CSS_PATH = Path(__file__).parent / "screens" / "main.tcss"
    """Textual reads the style sheets of screens that are pushed, not that of the first one."""
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    CLOSE_TIMEOUT = 0.2
    BINDINGS: ClassVar[list[BindingType]] = [*APP_BINDINGS]

    def __init__(self, start: Start) -> None:
        super().__init__(driver_class=TerminalDriver)
        self.config, self.config_problems = read_config()
        self.messages = Messages()
        """What was said."""
        self.start = replace(start, analyst=self.config.analyst, keymap=self._read_keymap(), live=self.config.live)
        self._touched = time.monotonic()
        self.rescue: Callable[[], None] | None = self._save_sessions
        """Saves what is not saved yet; called before the program ends on an error or a signal."""
        self._stopped, self._last_words = False, ""
        self.has_title = False
        """Whether the terminal's title is this program's."""
        self._workers = WatchedWorkers(self, self.say_failure)
        self.copies = Copies(self, self.config.clipboard, self.write_to_terminal, self.say)
        self.themes, self.theme_problems = load_themes([own_themes_folder()])
        for theme in self.themes.values():
            self.register_theme(textual_theme(theme))
        self.theme = self._first_theme()
        self.set_class(self.config.look.density is Density.COMPACT, "-compact")

    def _read_keymap(self) -> dict[str, str]:
        """The keys of the analyst's own that can be had."""
        if not self.config.keys:
            return {}
        keymap, problems = read_keymap(self.config.keys, config_file())
        self.config_problems += problems
        remap(self, keymap)
        return keymap

    def _first_theme(self) -> str:
        """The theme that is asked for."""
        wanted = self.config.look.theme
        if problem := missing_theme(wanted, self.themes):
            self.config_problems.append(ConfigProblem(config_file(), 0, "look.theme", problem))
        return next((name for name in (wanted, DEFAULT_THEME) if name in self.themes), self.theme)

    @classmethod
    def on(
        cls, workspace: Workspace, catalogue: Catalogue, cache: Path | None, sessions: Path | None = None
    ) -> HuntdeckApp:
        """An app on a workspace that is open already."""
        return cls(Start(workspace.name, lambda _: (workspace, catalogue), cache, sessions))

    def on_mount(self) -> None:
        """Draws everything again when the program comes back from the background; ends in order when told to."""
        self.app_resume_signal.subscribe(self, lambda _: self.screen.refresh())
        self.call_after_refresh(self._say_problems)
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._task_failed)
        if not self.is_headless:
            for number in wanted_signals():
                loop.add_signal_handler(number, self._end_on, number)

    def _say_problems(self) -> None:
        """Says what is wrong with the configuration and the themes; the rest of them counts."""
        problems = [*(problem.brief for problem in self.config_problems), *map(str, self.theme_problems)]
        if problems:
            others = f", with {len(problems) - 1} more that huntdeck doctor lists" if len(problems) > 1 else ""
            self.say(f"does not count{others}: {problems[0]}", warning=True)

    def run_here(self) -> None:
        """Runs it in this terminal; where there are 16 colours or none, with the theme that does with them."""
        if os.environ.get("TMUX") and self.console.color_system == "standard":
            # tmux takes 256 colours whatever TERM it gives, and does with them what the terminal around it can.
            self.console._color_system = ColorSystem.EIGHT_BIT
        if PLAIN_THEME in self.themes and (self.no_color or self.console.color_system == "standard"):
            self.theme = PLAIN_THEME
        self.run(mouse=self.config.look.mouse)
        if self.has_title and sys.__stderr__ is not None and sys.__stderr__.isatty():
            from tui.terminal.titles import end_title

            with suppress(OSError, ValueError):  # the terminal may be gone
                sys.__stderr__.write(end_title())

    def get_default_screen(self) -> MainScreen:
        """The main screen."""
        return MainScreen(self.start)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Every line leaves for the terminal through the gate, and where no colour is wanted, without any."""
        return with_gate([NoColor()] if self.no_color else super().get_line_filters())

    async def on_event(self, event: Event) -> None:
        """Remembers when somebody last did something here."""
        if isinstance(event, InputEvent) and not isinstance(event, MouseMove):
            self._touched = time.monotonic()
        await super().on_event(event)

    def tell_of_end(self, seconds: float) -> None:
        """Rings, or as the configuration says, when a run of `seconds` has ended and nobody looks here."""
        if seconds >= self.config.look.bell_after:
            self._ring()

    def show_fresh(self, number: int | None) -> None:
        """Has the terminal's title tell how many rows of a watch are fresh; None brings back the title it had."""
        from tui.terminal.titles import begin_title, end_title, show_title

        begun, self.has_title = self.has_title, number is not None
        if number is not None:
            self.write_to_terminal(show_title(number) if begun else begin_title() + show_title(number))
        elif begun:
            self.write_to_terminal(end_title())

    def tell_of_fresh(self) -> None:
        """Rings, or as the configuration says, when a watch found something and nobody looks here."""
        self._ring(fresh=True)

    def _ring(self, fresh: bool = False) -> None:
        look = self.config.look
        if not self.is_headless and (not self.app_focus or time.monotonic() - self._touched >= look.bell_after):
            from tui.terminal.notices import FRESH_WORDS, WORDS, notice

            self.write_to_terminal(notice(look.bell, os.environ, FRESH_WORDS if fresh else WORDS))

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Shows `message` for a while, safe and never as markup."""
        del markup
        self.messages.add(message, severity != "information")
        super().notify(safe(message), title=safe(title), severity=severity, timeout=timeout, markup=False)

    def copy_to_clipboard(self, text: str) -> None:
        """Copies `text`, whoever asks for it, and says how far it got."""
        self._clipboard = text
        self.copies.copy(text)

    def write_to_terminal(self, sequence: str) -> None:
        """Writes a control sequence between two drawings."""
        if self._driver is not None:
            self._driver.write(sequence)

    def action_show_copied(self) -> None:
        """Shows what was copied last, plain, to select from."""
        self.copies.show()

    def say(self, words: str, warning: bool = False) -> None:
        """Says `words` where the analyst looks: in the last line, or in front of a dialog."""
        if isinstance(self.screen, MainScreen):
            self.screen.say(words, warning)
        else:
            self.notify(words, severity="warning" if warning else "information")

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """Never opens anything: shows the address, which can be copied."""
        del new_tab
        self.say(f"not opened: {url}")

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Not from within the program: a picture is full of evidence and would lie where anybody reads it."""
        del filename, path

    async def action_simulate_key(self, key: str) -> None:
        """Never presses keys for somebody else."""
        del key

    def action_leave(self) -> None:
        """Ends the program; the main screen asks first when something would be lost."""
        screen = self.screen_stack[0]
        if isinstance(screen, MainScreen):
            screen.leave()

    def say_failure(self, error: BaseException) -> None:
        """Says that something in the background failed, and reports where; nothing of what it held is shown."""
        if isinstance(error, Exception) and not self._exit:
            report = write_report(error) or "none could be written"
            with suppress(Exception):
                self.say(f"an error of huntdeck's own: {error_type(error)}; report: {report}", True)

    def _task_failed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        del loop
        if isinstance(context.get("exception"), Exception):
            self.say_failure(context["exception"])

    def _end_on(self, number: signal.Signals) -> None:
        """Ends the program because of a signal: what is not saved is, and the terminal is left as it was."""
        LOG.warning("ended by %s", number.name)
        self._end_soon(exit_code(number))
        self._last_words = f"huntdeck was ended by {number.name}"
        self.exit(return_code=exit_code(number))

    def _end_soon(self, code: int) -> None:
        """Saves what is not saved, and lets nothing that hangs keep the program from its end."""
        if self._driver is not None and not self.is_headless:
            end_within(code, getattr(self._driver, "attrs_before", None))
        if self.rescue is not None:
            with suppress(Exception):
                self.rescue()

    def _save_sessions(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, MainScreen):
                screen.rescue()

    def panic(self, *renderables: RenderableType) -> None:
        """Ends as on any other error: what is given may quote the error."""
        del renderables
        self._fatal_error()

    def _fatal_error(self) -> None:
        """Saves, and says where the program failed, nothing of what it held: no values, no locals, no source lines."""
        if not self._stopped:
            self._stopped, self._return_code = True, 1
            self._end_soon(1)
            self._last_words = stop_on(sys.exc_info()[1])
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        """Prints what is to be said at the end, whole: Rich would cut the line at the terminal's width."""
        if self._last_words:
            with suppress(OSError):  # the terminal may be gone
                print(self._last_words, file=sys.stderr)


def run_app(name: str, session: str = "") -> NoReturn:
    """Shows the workspace `name`, or `session`, until the analyst leaves, and ends the process.

    A session that there is none of is a new one of that name.

    LookupError and ValueError as `open_workspace`, before anything is shown. The process ends at once: a query that is
    still being stopped in its thread holds nothing up, and everything that must be kept was written before.
    """
    resume = _find_session(session) if session else None
    if resume is None and not workspace_file(name).is_file():
        _open(name)
    app = HuntdeckApp(
        Start(name, _open, cache_folder(), sessions_folder(), resume, session, verdicts_file(), columns_file())
    )
    app.run_here()
    with suppress(OSError):  # the terminal may be gone
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(app.return_code or 0)


def _find_session(name: str) -> Path | None:
    """The folder of the session `name`, None when there is none; SessionNameError for a name that cannot be."""
    from tui.triage.records.model import checked_name
    from tui.triage.records.shelf import NoSessionError, find

    try:
        return find(sessions_folder(), name)
    except NoSessionError:
        checked_name(name)
        return None


def _open(name: str) -> tuple[Workspace, Catalogue]:
    from tui.library.catalogue import load_catalogue
    from tui.workspaces.registry import open_workspace

    return open_workspace(name), load_catalogue([own_hunts_folder()])
