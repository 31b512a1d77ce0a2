"""The log: off unless asked for, private, and never a secret in it."""

from __future__ import annotations

import logging
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tui.settings.log import LOG, LogLevelError, query_mark, redacted, start_log

SECRET = "Zx9~5f3c0d9a.Q8"
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJl"

LEAKS = [
    f"Authorization: Bearer {SECRET}",
    f"authorization='bearer {SECRET}'",
    f'{{"access_token": "{SECRET}", "expires_in": 3600}}',
    f'{{"refresh_token":"{SECRET}"}}',
    f"{{'client_secret': '{SECRET}'}}",
    f'body "{{\\"device_code\\": \\"{SECRET}\\"}}"',
    f"grant_type=device_code&device_code={SECRET}&client_id=x",
    f"POST client_secret={SECRET}",
    f"https://login.example/?code={SECRET}&state=1",
    f"https://x.blob.example/f?sv=2024&sig={SECRET}",
    f"AccountName=x;AccountKey={SECRET};EndpointSuffix=y",
    f"SharedAccessSignature={SECRET}",
    f"AccessToken(token='{SECRET}', expires_on=1)",
    f'password : "{SECRET}"',
    f"user_code: {SECRET}",
    f"client_assertion={SECRET}",
    f"token {TOKEN} was refused",
]


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """What the log holds; the log is off again afterwards."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    root = logging.getLogger().level
    yield (tmp_path / "huntdeck" / "huntdeck.log").read_text
    start_log()
    logging.getLogger().setLevel(root)


@pytest.mark.parametrize("text", LEAKS)
def test_secrets_are_taken_out(text: str) -> None:
    assert SECRET not in redacted(text)
    assert TOKEN not in redacted(text)
    assert "***" in redacted(text)


def test_other_words_stay() -> None:
    text = "run of 0123 (45 characters) in demo ended: complete, {'rows': 3.0}; decoder: utf-8; encode=never"
    assert redacted(text) == text


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_no_record_holds_a_secret_at_any_level(written: Callable[[], str], level: str) -> None:
    start_log(level)
    for number in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL):
        for name in ("huntdeck", "azure.core.pipeline.policies", "msal.token_cache", "urllib3", "httpx", "other"):
            logger = logging.getLogger(name)
            for text in LEAKS:
                logger.log(number, text)
                logger.log(number, "%s", {"body": text})
    text = written()
    assert SECRET not in text
    assert TOKEN not in text
    assert " ERROR msal.token_cache " in text
    assert (" WARNING azure.core.pipeline.policies " in text) == (level != "error")
    assert " INFO azure" not in text
    assert " DEBUG msal" not in text
    assert (" INFO huntdeck " in text) == (level in ("debug", "info"))


def test_a_chatty_library_is_quiet_even_when_its_logger_was_turned_up(written: Callable[[], str]) -> None:
    start_log("debug")
    for name in ("azure.identity._internal", "msal.oauth2", "httpx"):
        logging.getLogger(name).setLevel(logging.DEBUG)
        logging.getLogger(name).debug("request body %s", SECRET)
        logging.getLogger(name).setLevel(logging.NOTSET)
    LOG.info("end")
    assert written().count("\n") == 1


def raising() -> None:
    held = SECRET
    raise ValueError(f"it was {held}")


def test_an_error_is_its_type_and_places(written: Callable[[], str]) -> None:
    start_log("debug")
    try:
        raising()
    except ValueError:
        LOG.exception("this went wrong")
    text = written()
    assert "this went wrong [ValueError: tests/settings/test_log.py:" in text
    assert "raising" in text
    assert "it was" not in text
    assert SECRET not in text


def test_a_task_that_failed_is_told_without_its_error(written: Callable[[], str]) -> None:
    start_log("debug")
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: <Task exception=%r>", SECRET)
    assert "Task exception was never retrieved" in written()
    assert SECRET not in written()


def test_a_record_is_one_harmless_line(written: Callable[[], str]) -> None:
    start_log("debug")
    LOG.info("%s", "a\x1b]0;t\x07\r\nb\u202ec\x9b2J")
    LOG.info("%d", "not a number")
    text = written()
    assert text.count("\n") == 2
    assert "a␛]0;t␇␍⏎b⟨U+202E⟩c⟨U+009B⟩2J" in text


def test_it_is_private_and_follows_no_link(
    written: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_log("info")
    LOG.info("x")
    path = tmp_path / "huntdeck" / "huntdeck.log"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o644)
    start_log("info")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    start_log()
    path.unlink()
    victim = tmp_path / "victim"
    victim.write_text("kept")
    path.symlink_to(victim)
    with pytest.raises(OSError, match="symbolic link"):
        start_log("info")
    LOG.error("y")
    assert victim.read_text() == "kept"


def test_it_is_turned_over_before_it_grows_too_long(written: Callable[[], str], tmp_path: Path) -> None:
    start_log("info")
    for _ in range(800):
        LOG.info("x" * 3900)
    files = sorted(path.name for path in (tmp_path / "huntdeck").iterdir())
    assert files == ["huntdeck.log", "huntdeck.log.1"]
    for path in (tmp_path / "huntdeck").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.stat().st_size <= 2_000_000


def test_a_level_that_is_none_is_refused(written: Callable[[], str]) -> None:
    with pytest.raises(LogLevelError, match="'loud' is none of debug, info, warning, error"):
        start_log("loud")


def test_nothing_is_written_or_shown_unless_asked_for(tmp_path: Path) -> None:
    program = (
        "import logging, sys; from tui.settings.log import LOG\n"
        "try: raise ValueError(sys.argv[1])\n"
        "except ValueError: LOG.exception(sys.argv[1]); logging.getLogger('asyncio').exception(sys.argv[1])\n"
        "LOG.error('%d', sys.argv[1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, SECRET],
        capture_output=True,
        text=True,
        check=True,
        env={"XDG_STATE_HOME": str(tmp_path), "PYTHONPATH": ":".join(sys.path)},
    )
    assert (done.stdout, done.stderr) == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_a_query_is_known_by_its_hash_and_length_only() -> None:
    assert re.fullmatch(r"[0-9a-f]{16} \(10 characters\)", query_mark("T | take 1"))
    assert query_mark("T | take 1") != query_mark("T | take 2")
    assert query_mark("a\udc80").endswith("(2 characters)")
