"""`huntdeck workspaces`, `login`, `logout` and `doctor -w`, against loopback services with sign-in."""

from __future__ import annotations

import stat
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path

import pytest

from tests.support.demo import END, smaller_demo_file
from tui import cli
from tui.commands import workspaces
from tui.commands.serve import workspaces_toml
from tui.loopback.group import Loopback
from tui.loopback.token_service import BLOCKED, TENANT, USER
from tui.workspaces.live import credentials
from tui.workspaces.live.changing import NotChangedError, add_table, remove_table
from tui.workspaces.live.configuration import LiveSettings, read_configuration
from tui.workspaces.live.remembered import keyring_works

Huntdeck = Callable[..., tuple[int, str, str]]
FILE = """# mine
[one]  # the first
kind = "defender"   # why not
# about two
[two]
kind = "log_analytics"
workspace_id = '''
[three]
'''

# the end
"""


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Loopback]:
    path = smaller_demo_file(tmp_path_factory, worker_id)
    with Loopback(path, tmp_path_factory.mktemp("guarded"), sign_in=True, clock=lambda: END) as servers:
        servers.tokens.approve_as = USER
        servers.tokens.interval = 0
        yield servers


@pytest.fixture
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    monkeypatch.setattr(credentials, "_sources", {})
    return tmp_path / "CONFIG" / "huntdeck" / "workspaces.toml"


@pytest.fixture
def huntdeck(configuration: Path, capsys: pytest.CaptureFixture[str]) -> Huntdeck:
    def run(*words: str) -> tuple[int, str, str]:
        code = cli.main(list(words))
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def configured(guarded: Loopback, configuration: Path) -> Loopback:
    configuration.parent.mkdir(parents=True)
    configuration.write_text(workspaces_toml(guarded, sign_in=True), encoding="utf-8")
    return guarded


def test_every_key_of_a_workspace_has_its_option() -> None:
    assert set(workspaces._KEYS) == {field.name for field in fields(LiveSettings)} - {"name"}


def test_adding_listing_and_removing(huntdeck: Huntdeck, configuration: Path) -> None:
    code, _, said = huntdeck("workspaces", "add", "acme", "--kind", "defender", "--tenant", "acme.example")
    assert code == 0
    assert f"acme is in {configuration}" in said
    assert stat.S_IMODE(configuration.stat().st_mode) == 0o600
    assert read_configuration()["acme"].tenant == "acme.example"
    assert "acme              defender      https://graph.microsoft.com" in huntdeck("workspaces", "list")[1]
    code, _, said = huntdeck("workspaces", "add", "acme", "--kind", "defender")
    assert (code, "already" in said) == (2, True)
    assert huntdeck("workspaces", "remove", "acme")[0] == 0
    assert configuration.read_text() == ""
    code, _, said = huntdeck("workspaces", "remove", "acme")
    assert (code, "no live workspace 'acme'" in said) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--kind", "defender", "--sign-in", "device-code"), "did you mean"),
        (("--kind", "log_analytics"), "workspace_id is missing"),
        ((), "kind is missing"),
        (("--kind", "defender", "--url", "http://x"), "must be https"),
    ],
)
def test_what_cannot_be_added_is_not(
    huntdeck: Huntdeck, configuration: Path, words: tuple[str, ...], said: str
) -> None:
    code, _, told = huntdeck("workspaces", "add", "acme", *words)
    assert code == 2
    assert said in told
    assert not configuration.exists()


def test_a_terminal_is_asked_for_the_rest(
    huntdeck: Huntdeck, configuration: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    answers = {
        "kind": "data_explorer",
        "cluster": "hunts.westeurope",
        "database": " Logs ",
        "tenant": "",
        "sign_in": "",
    }

    def answer(question: str) -> str:
        asked.append(question.split(" ")[0])
        return answers[asked[-1]]

    monkeypatch.setattr("builtins.input", answer)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    assert huntdeck("workspaces", "add", "x", "--tenant", "acme.example")[0] == 0
    assert asked == ["kind", "cluster", "database", "sign_in"]
    assert configuration.read_text() == (
        '[x]\nkind = "data_explorer"\ncluster = "hunts.westeurope"\ndatabase = "Logs"\ntenant = "acme.example"\n'
    )


def test_what_stands_in_the_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "workspaces.toml"
    path.write_text(FILE)
    add_table(path, "four", {"kind": "defender"})
    assert path.read_text() == FILE + '\n[four]\nkind = "defender"\n'
    remove_table(path, "four")
    assert path.read_text().rstrip() == FILE.rstrip()
    remove_table(path, "one")
    assert path.read_text().startswith("# mine\n# about two\n[two]\n")
    path.write_bytes(b'[a]\r\nkind = "defender"')
    add_table(path, "b", {"kind": "defender"})
    assert path.read_bytes() == b'[a]\r\nkind = "defender"\r\n\r\n[b]\r\nkind = "defender"\r\n'


def test_a_table_that_cannot_be_told_from_the_rest_is_left_with_its_lines_named(tmp_path: Path) -> None:
    path = tmp_path / "workspaces.toml"
    path.write_text(FILE)
    with pytest.raises(NotChangedError, match="remove lines 5 to 7 by hand"):
        remove_table(path, "two")
    path.write_text('one = { kind = "defender" }\n')
    with pytest.raises(NotChangedError, match="no table of its own"):
        remove_table(path, "one")
    path.write_text("one = \n")
    with pytest.raises(NotChangedError, match="not TOML"):
        add_table(path, "two", {"kind": "defender"})
    assert path.read_text() == "one = \n"


def test_a_workspace_is_tested_step_by_step(huntdeck: Huntdeck, configured: Loopback) -> None:
    code, told, said = huntdeck("workspaces", "test", "loop-defender")
    lines = told.splitlines()
    assert code == 0, told
    assert [line.split()[1] for line in lines] == ["sign-in:", "reach:", "permission:", "schema:", "query:"]
    assert f"as {USER}, tenant {TENANT}, by device_code" in lines[0]
    assert "To sign in, open" in said
    configured.defender.fail_next("forbidden", times=None)
    code, told, _ = huntdeck("workspaces", "test", "loop-defender")
    configured.defender.clear()
    assert code == 1
    assert "fault  permission: not permitted" in told
    assert "ThreatHunting.Read.All" in told
    assert "schema:" not in told


def test_a_sign_in_that_is_refused_says_what_to_do(huntdeck: Huntdeck, configured: Loopback) -> None:
    configured.tokens.refuse_next(BLOCKED)
    code, told, _ = huntdeck("workspaces", "test", "loop-logs")
    assert code == 1
    assert "fault  sign-in: not permitted" in told
    assert "try the Azure CLI" in told
    assert "ok     reach" in told
    assert "not tried" in told
    configured.tokens.refuse_next(BLOCKED)
    code, _, said = huntdeck("login", "loop-logs")
    assert code == 5
    assert "Conditional Access" in said


def test_a_service_that_is_not_there(huntdeck: Huntdeck, configuration: Path) -> None:
    words = ("--kind", "defender", "--url", "https://127.0.0.1:1", "--sign-in", "none")
    assert huntdeck("workspaces", "add", "gone", *words)[0] == 0
    code, told, _ = huntdeck("workspaces", "test", "gone")
    assert code == 1
    assert "fault  reach: failed: 127.0.0.1:1 refuses the connection" in told
    assert "-> Check `url`" in told
    code, _, said = huntdeck("login", "gone")
    assert (code, "nobody has to sign in" in said) == (2, True)


def test_login_and_logout_say_who_and_what_is_kept(huntdeck: Huntdeck, configured: Loopback) -> None:
    code, told, said = huntdeck("login", "loop-explorer")
    assert code == 0
    assert told.strip() == f"signed in to loop-explorer as {USER}, tenant {TENANT}, by device_code"
    assert "in memory only" in said
    code, told, _ = huntdeck("logout", "loop-explorer")
    assert code == 0
    assert "none is on the disk" in told
    assert "device code" in told
    assert "az logout" not in told


def test_what_two_add_and_remove_at_once_is_all_done(tmp_path: Path) -> None:
    path = tmp_path / "workspaces.toml"
    add_table(path, "first", {"kind": "defender"})
    barrier = threading.Barrier(8)

    def add(number: int) -> None:
        barrier.wait()
        for turn in range(5):
            add_table(path, f"w{number}-{turn}", {"kind": "defender", "tenant": f"t{number}"})
            if turn % 2:
                remove_table(path, f"w{number}-{turn - 1}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(8)))
    assert set(read_configuration(path)) == {
        "first",
        *(f"w{number}-{turn}" for number in range(8) for turn in (1, 3, 4)),
    }


def test_a_name_that_came_meanwhile_is_not_added_again(tmp_path: Path) -> None:
    path = tmp_path / "workspaces.toml"
    add_table(path, "one", {"kind": "defender"})
    with pytest.raises(NotChangedError, match="it has"):
        add_table(path, "one", {"kind": "log_analytics"})


@pytest.mark.skipif(keyring_works(), reason="this machine has a keyring")
def test_a_sign_in_is_remembered_only_where_that_can_be(huntdeck: Huntdeck, configuration: Path) -> None:
    defender = ("--kind", "defender", "--sign-in", "device_code")
    code, _, said = huntdeck("workspaces", "add", "acme", *defender, "--remember-sign-in", "keyring")
    assert (code, "no keyring that works" in said, "plain_file" in said) == (2, True, True)
    assert not configuration.exists()
    code, _, said = huntdeck("workspaces", "add", "acme", *defender, "--remember-sign-in", "plain_file")
    assert (code, "remembered UNENCRYPTED in" in said) == (0, True)
    assert read_configuration()["acme"].remember_sign_in == "plain_file"


def test_logout_forgets_what_is_remembered(huntdeck: Huntdeck, configured: Loopback, configuration: Path) -> None:
    text = configuration.read_text().replace(
        'sign_in = "device_code"', 'sign_in = "device_code"\nremember_sign_in = "plain_file"'
    )
    configuration.write_text(text)
    code, told, said = huntdeck("login", "loop-explorer")
    assert (code, told.startswith("signed in to loop-explorer as"), "UNENCRYPTED" in said) == (0, True, True)
    code, told, _ = huntdeck("logout", "loop-explorer")
    assert (code, told.splitlines()[0]) == (0, "Forgotten: the next query asks for a new sign-in.")
    assert huntdeck("logout", "loop-explorer")[1].startswith("Nothing was remembered")


def test_doctor_tests_the_workspace_that_is_named(huntdeck: Huntdeck, configured: Loopback) -> None:
    told = huntdeck("doctor", "-w", "loop-logs")[1].partition("\nWorkspace\n")[2]
    assert "ok     sign-in: as" in told
    assert "ok     query: " in told
    assert "none was named" in huntdeck("doctor")[1].partition("\nWorkspace\n")[2]
