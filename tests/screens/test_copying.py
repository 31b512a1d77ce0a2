from __future__ import annotations

import base64
import contextlib
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.support.desk import Desk, small_desk
from tests.support.small import HOSTILE_DEVICE
from tests.support.snapshot import screen_text
from tui.app import HuntdeckApp
from tui.settings.config import ClipboardConfig, Way
from tui.terminal.clipboard import CopyState
from tui.terminal.sequences import osc52


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No multiplexer, no desktop, folders of its own."""
    for name in ("TMUX", "STY", "DISPLAY", "WAYLAND_DISPLAY", "VTE_VERSION", "TERM_PROGRAM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSH_TTY", "/dev/pts/7")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is written to the terminal beside the picture."""
    sequences: list[str] = []
    monkeypatch.setattr(HuntdeckApp, "write_to_terminal", lambda self, sequence: sequences.append(sequence))
    return sequences


async def copied(one: Desk, choice: str, typed: str = "") -> str:
    """What choosing `choice` from the menu copies; `typed` are letters that single it out."""
    await one.press("y")
    await one.until(lambda: len(one.app.screen_stack) == 2, "the menu")
    before = one.app.copies.last
    await one.press(*("space" if character == " " else character for character in typed or choice), "enter")
    await one.until(lambda: one.app.copies.last is not before, f"the copy of {choice}")
    last = one.app.copies.last
    assert last is not None
    assert last.what.startswith(choice)
    await one.until(lambda: one.app.copies.last.result is not None, "how far it got")
    return last.text


async def test_what_the_menu_offers_on_a_row(bare: Path, written: list[str]) -> None:
    async with small_desk(bare) as one:
        await one.open_hunt()
        await one.go_to("DeviceName", 1)
        assert await copied(one, "cell") == "beta[/]␛]0;title␇"
        assert await copied(one, "cell, raw", "raw") == HOSTILE_DEVICE
        names, values = (await copied(one, "row as TSV", "tsv")).split("\n")
        assert names.split("\t") == one.screen.pane.columns
        assert values.startswith("beta[/]␛]0;title␇\t")
        assert json.loads(await copied(one, "row as JSON", "json"))["DeviceName"] == HOSTILE_DEVICE
        assert (await copied(one, "row as Markdown", "mark")).splitlines()[2].startswith("| `beta[/]␛]0;title␇` |")
        kql = one.screen.session.runs[0].query.kql.rstrip("\n")
        assert await copied(one, "KQL as run", "as run") == kql
        line = await copied(one, "KQL on one line", "one l")
        assert "\n" not in line
        assert line.split() == [word for row in kql.split("\n") for word in row.partition("//")[0].split()]
        portal = await copied(one, "KQL for Defender", "xdr")
        assert "Timestamp" in portal
        assert not portal.endswith("\n")
        assert written == [osc52(text) for text in decoded(written)]


def decoded(sequences: list[str]) -> list[str]:
    return [base64.b64decode(sequence.removeprefix("\x1b]52;c;").rstrip("\a")).decode() for sequence in sequences]


async def test_a_cell_without_hidden_characters_has_no_raw_form(bare: Path, written: list[str]) -> None:
    async with small_desk(bare) as one:
        await one.open_hunt()
        await one.go_to("DeviceName", 0)
        await one.press("y")
        await one.until(lambda: len(one.app.screen_stack) == 2, "the menu")
        await one.pilot.pause()
        assert "DeviceName, whole and exact" in one.text
        assert "cell, raw" not in one.text


async def test_a_column_is_that_of_the_rows_shown(bare: Path, written: list[str]) -> None:
    async with small_desk(bare) as one:
        await one.open_hunt()
        await one.go_to("DeviceName", 1)
        shown = "beta[/]␛]0;title␇"
        assert (await copied(one, "column", "col")).split("\n") == ["alpha.corp.example", shown, "gamma.corp.example"]
        typed = await copied(one, "indicators", "ind")
        assert typed.split("\n")[0] == "device\talpha.corp.example"
        assert await copied(one, "indicators, defanged", "hx") == typed
        literal = await copied(one, "dynamic([...])", "dy")
        assert literal == ('dynamic(["alpha.corp.example", "beta[/]\\u001B]0;title\\u0007", "gamma.corp.example"])')
        await one.go_to("ProcessCount", 0)
        assert await copied(one, "dynamic([...])", "dy") == "dynamic([5, 2, 1])"
        await one.press("=")
        await one.settle()
        await one.go_to("DeviceName", 0)
        assert await copied(one, "column", "col") == "alpha.corp.example"


async def test_a_copy_says_how_far_it_got_and_which_key_shows_it(bare: Path, written: list[str]) -> None:
    async with small_desk(bare) as one:
        one.app.copy_to_clipboard("union *\n| take 1")
        words = "copy sent (Y shows it to select): to your terminal (cannot be confirmed)"
        await one.until(lambda: words in one.text, words)
        assert written == [osc52("union *\n| take 1")]
        assert one.app.clipboard == "union *\n| take 1"
        await one.press("j")
        await one.pilot.pause()
        assert "copy sent" not in one.text


async def test_a_copy_within_a_dialog_names_it_and_says_so_there(bare: Path, written: list[str]) -> None:
    async with small_desk(bare) as one:
        await one.open_hunt()
        await one.press("K")
        await one.until(lambda: len(one.app.screen_stack) == 2, "the KQL")
        await one.press("y")
        await one.until(lambda: written, "the copy")
        last = one.app.copies.last
        assert last is not None
        assert last.what.startswith("KQL of T1119-91 File copies")
        await one.press("Y")
        path = await written_file(one, bare)
        assert path.read_text(encoding="utf-8") == last.text


async def written_file(one: Desk, folder: Path) -> Path:
    """The file that a copy was written to."""
    copies = folder / "data" / "huntdeck" / "copies"
    await one.until(lambda: list(copies.glob("*.txt")), "a file")
    (path,) = copies.glob("*.txt")
    await one.until(lambda: path.stat().st_size, "its content")
    return path


async def test_a_failed_copy_can_be_written_to_a_file_for_nobody_else(bare: Path, written: list[str]) -> None:
    async with small_desk(bare) as one:
        text = "x\x1b" * 50_000
        one.app.copy_to_clipboard(text)
        words = "copy failed (Y shows it to select): 100,000 bytes are more than a terminal is asked to take (74,994)"
        await one.until(lambda: words in one.text, words)
        assert written == []
        await one.press("Y")
        path = await written_file(one, bare)
        assert path.read_text(encoding="utf-8") == text
        assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
        await one.until(lambda: "written for you only: " in one.text)


async def test_the_setting_holds(bare: Path, written: list[str]) -> None:
    (bare / "config" / "huntdeck").mkdir(parents=True)
    (bare / "config" / "huntdeck" / "config.toml").write_text('[clipboard]\nway = "off"\n', encoding="utf-8")
    async with small_desk(bare) as one:
        assert one.app.config.clipboard == ClipboardConfig(Way.OFF)
        one.app.copy_to_clipboard("x")
        await one.until(lambda: "copy failed (Y shows it to select): the clipboard is off" in one.text)
        assert written == []


async def test_problems_of_the_configuration_are_said_at_the_start(bare: Path) -> None:
    (bare / "config" / "huntdeck").mkdir(parents=True)
    (bare / "config" / "huntdeck" / "config.toml").write_text("[clipbord]\nway = 1\n[x\u0301]\n", encoding="utf-8")
    async with small_desk(bare) as one:
        await one.until(lambda: "config.toml:3: not TOML" in screen_text(one.app), "the problem")
    (bare / "config" / "huntdeck" / "config.toml").write_text('analist = "ana"\n[clipboard]\nway = 1\n')
    async with small_desk(bare) as one:
        await one.until(lambda: "config.toml:3: clipboard.way: expected one of" in one.text, "the first problem")
        assert "does not count, with 1 more that huntdeck doctor lists: " in one.text


async def test_what_was_copied_last_is_told_without_its_text(bare: Path, written: list[str]) -> None:
    async with small_desk(bare, size=(100, 30)) as one:
        await one.press("Y")
        await one.until(lambda: "nothing was copied yet" in one.text)
        one.app.copies.copy("secret-value\nx", "cell")
        await one.until(lambda: written, "the copy")
        assert "secret-value" not in repr(one.app.copies.last)
        await one.press(":", *"copied last, how", "enter")
        await one.until(lambda: "Last copied: cell" in one.text, "the dialog")
        for words in ("14 bytes in 2 lines", "copy sent: to your terminal (cannot be confirmed)"):
            assert words in one.text
        assert "secret-value" not in one.text
        await one.press("down", "down", "enter")
        await one.until(lambda: len(written) == 2, "the second copy")
        assert one.app.copies.last.what == "cell"
        await one.press(":", *"copied last, how", "enter")
        await one.until(lambda: "Last copied: cell" in one.text, "the dialog")
        await one.press("down", "enter")
        assert (await written_file(one, bare)).read_text(encoding="utf-8") == "secret-value\nx"


async def test_a_key_that_is_typed_into_a_field_is_not_named(bare: Path, written: list[str]) -> None:
    async with small_desk(bare) as one:
        await one.press("/")
        await one.until(lambda: one.app.focused.id == "ask-left", "the field")
        one.app.copy_to_clipboard("x")
        await one.until(lambda: one.app.copies.last.result is not None, "the copy")
        await one.until(lambda: "copy sent: to your terminal" in one.text, "the words")


async def test_sequences_wait_while_a_page_stands_in_place_of_the_screen(
    bare: Path, written: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    leave = threading.Event()
    shown: list[str] = []

    @contextlib.contextmanager
    def suspended(self: Any) -> Any:
        shown.append("suspended")
        yield
        shown.append("resumed")

    def show(self: Any) -> None:
        shown.append("page")
        leave.wait(20)

    monkeypatch.setattr(HuntdeckApp, "suspend", suspended)
    monkeypatch.setattr("tui.terminal.plain_page.PageReader.show", show)
    async with small_desk(bare) as one:
        one.app.copies.copy("first", "cell")
        await one.until(lambda: one.app.copies.last.result is not None, "the copy")
        await one.press("Y")
        await one.until(lambda: shown == ["suspended", "page"], "the page")
        one.app.copies.copy("second", "cell")
        await one.until(lambda: one.app.copies.last.result is not None, "the second copy")
        assert one.app.copies.last.result.state is CopyState.SENT
        assert written == [osc52("first")]
        leave.set()
        await one.until(lambda: len(written) == 2, "the sequence")
        assert shown == ["suspended", "page", "resumed"]


async def test_a_page_that_cannot_be_shown_is_told_and_the_screen_comes_back(
    bare: Path, written: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []

    @contextlib.contextmanager
    def suspended(self: Any) -> Any:
        yield
        shown.append("resumed")

    def show(self: Any) -> None:
        raise OSError("no keyboard")

    monkeypatch.setattr(HuntdeckApp, "suspend", suspended)
    monkeypatch.setattr("tui.terminal.plain_page.PageReader.show", show)
    async with small_desk(bare) as one:
        one.app.copies.copy("first", "cell")
        await one.until(lambda: one.app.copies.last.result is not None, "the copy")
        await one.press("Y")
        await one.until(lambda: "an error of huntdeck's own: OSError" in one.text, "the words")
        assert shown == ["resumed"]
