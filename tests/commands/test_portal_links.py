"""Links to the portals, from the command line and from the copy menu: what they hold is the query that was run."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.support.demo import END, smaller_demo_file
from tests.support.desk import desk_on
from tui import cli
from tui.app import HuntdeckApp
from tui.commands.serve import workspaces_toml
from tui.library.catalogue import load_catalogue
from tui.loopback.group import Loopback
from tui.screens.actions.copying import offers_for
from tui.screens.opening import Start
from tui.workspaces.registry import open_workspace

NAMES = ("loop-logs", "loop-defender", "loop-explorer")
RESOURCE = "/subscriptions/1/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/w"
WHEN = ("--from", "2026-11-20", "--to", "2026-11-22")
Huntdeck = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Loopback]:
    path = smaller_demo_file(tmp_path_factory, worker_id)
    with Loopback(path, tmp_path_factory.mktemp("served"), clock=lambda: END) as servers:
        yield servers


@pytest.fixture
def configuration(served: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    path = tmp_path / "CONFIG" / "huntdeck" / "workspaces.toml"
    path.parent.mkdir(parents=True)
    text = workspaces_toml(served, sign_in=False)
    path.write_text(text.replace("[loop-logs]\n", f'[loop-logs]\nresource_id = "{RESOURCE}"\n'), encoding="utf-8")
    return path


@pytest.fixture
def huntdeck(configuration: Path, capsys: pytest.CaptureFixture[str]) -> Huntdeck:
    def run(*words: str) -> tuple[int, str, str]:
        code = cli.main(list(words))
        return code, *capsys.readouterr()

    return run


def query_in(link: str) -> str:
    """The query that a portal would show."""
    parts = urlsplit(link)
    if "advanced-hunting" in link:
        packed = parse_qs(parts.query)["query"][0]
        text = gzip.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))).decode("utf-16-le")
        return text.replace("\r\n", "\n")
    if parts.fragment:
        places = parts.fragment.split("/")
        packed = unquote(unquote(places[places.index("q") + 1]))
    else:
        packed = parse_qs(parts.query)["query"][0]
    return gzip.decompress(base64.b64decode(packed)).decode()


@pytest.mark.parametrize("name", NAMES)
def test_a_link_holds_the_query_that_kql_prints(huntdeck: Huntdeck, name: str) -> None:
    code, kql, _ = huntdeck("kql", "T1119-01", "-w", name, *WHEN)
    assert code == 0
    code, link, _ = huntdeck("kql", "T1119-01", "-w", name, "--link", *WHEN)
    assert code == 0
    assert link.count("\n") == 1
    assert len(link) < 8_000
    assert query_in(link.strip()).strip() == kql.strip()


def test_the_link_of_a_drill(huntdeck: Huntdeck) -> None:
    code, rows, said = huntdeck("run", "T1119-01", "-w", "loop-defender", "-f", "csv", *WHEN)
    assert code == 0, said
    device = rows.splitlines()[1].split(",")[0]
    words = ("T1119-01", "-w", "loop-defender", "--row", f"DeviceName={device}", "--column", "ProcessCount", *WHEN)
    kql, link = huntdeck("kql", *words)[1], huntdeck("kql", "--link", *words)[1]
    assert query_in(link.strip()).strip() == kql.strip()


def test_why_there_is_no_link(huntdeck: Huntdeck, configuration: Path) -> None:
    code, _, said = huntdeck("kql", "T1119-01", "-w", "loop-logs", "--link", "--dialect", "defender")
    assert (code, "without --dialect" in said) == (2, True)
    many = ",".join(f"{base64.b64encode(str(n * 7919).encode()).decode()}{n * 104729:x}.exe" for n in range(900))
    code, _, said = huntdeck("kql", "T1119-01", "-w", "loop-defender", "--link", "-p", f"tools={many}", *WHEN)
    assert (code, "too long for a link" in said) == (2, True), said[-300:]
    configuration.write_text(configuration.read_text().replace(f'resource_id = "{RESOURCE}"\n', ""))
    code, _, said = huntdeck("kql", "T1119-01", "-w", "loop-logs", "--link", *WHEN)
    assert (code, "no resource_id" in said) == (2, True)


@pytest.mark.usefixtures("configuration")
async def test_the_copy_menu_offers_the_link_of_a_run() -> None:
    start = Start("loop-explorer", lambda name: (open_workspace(name), load_catalogue([])), None)
    async with desk_on(HuntdeckApp(start)) as one:
        await one.open_hunt("T1119-01")
        place = one.screen.trail.current
        assert place is not None
        offers = {offer.name: offer for offer in offers_for(one.screen, place)}
        assert offers["portal link"].words == "opens this query in a browser"
        assert query_in(offers["portal link"].make()) == place.step.run.query.kql
