"""The program on data of which every text is hostile: all of it is seen, none of it acts, nothing but its own leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile_screens.home import write_home
from tests.hostile_screens.payloads import PAYLOADS, SOME
from tests.hostile_screens.places import PLACES
from tests.hostile_screens.visit import Visit, open_program
from tests.support.escapes import foreign


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folders with the hostile data."""
    folder = tmp_path_factory.mktemp("home")
    write_home(folder / "data")
    return folder


@pytest.mark.parametrize(("size", "names"), [((160, 45), list(PAYLOADS)), ((80, 24), SOME)])
def test_hostile_data_is_seen_and_does_nothing(
    home: Path, size: tuple[int, int], names: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with open_program(home, *size) as terminal:
        visit = Visit(terminal, names)
        for place in PLACES:
            place(visit)
            assert foreign(terminal.stream.tokens) == [], f"left the program in {place.__name__}"
        terminal.press("ctrl+q")
        assert terminal.until_end() == 0
        assert foreign(terminal.stream.tokens) == []
    assert list(tmp_path.iterdir()) == []
    assert list((home / "state" / "huntdeck").glob("crashes/*")) == []
