from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.geometry import Region

from tests.support.snapshot import screen_text
from tui.terminal.safe_text import cell_width, safe
from tui.widgets.line import Line, Piece, fit_pieces


class LineApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Line()

    @property
    def line(self) -> Line:
        return self.query_one(Line)


PIECES = [
    Piece("DEMO demo", role="strong"),
    Piece("the whole window", short="window", rank=3),
    Piece("kept", short="", rank=1),
    Piece("scope", rank=2, leaves=True),
]


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (60, "DEMO demo | the whole window | kept | scope"),
        (36, "DEMO demo | the whole window | scope"),
        (28, "DEMO demo | the whole window"),
        (20, "DEMO demo | window"),
        (16, "DEMO demo | win…"),
        (12, "DEMO demo…"),
        (4, "DEM…"),
    ],
)
async def test_pieces_give_way_by_rank(width: int, shown: str) -> None:
    app = LineApp()
    async with app.run_test(size=(width, 3)):
        app.line.show(PIECES)
        assert app.line.text == shown


async def test_a_resize_fits_anew() -> None:
    app = LineApp()
    async with app.run_test(size=(20, 3)) as pilot:
        app.line.show(PIECES)
        await pilot.resize_terminal(60, 3)
        await pilot.pause()
        assert screen_text(app).splitlines()[0] == "DEMO demo | the whole window | kept | scope"


async def test_only_the_cells_that_differ_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    app = LineApp()
    async with app.run_test(size=(60, 3)) as pilot:
        app.line.show([Piece("running 3 s"), Piece("界面")])
        await pilot.pause()
        drawn: list[tuple[Region, ...]] = []
        monkeypatch.setattr(Line, "refresh", lambda self, *regions, **_: drawn.append(regions))
        app.line.show([Piece("running 3 s"), Piece("界面")])
        app.line.show([Piece("running 4 s"), Piece("界面")])
        app.line.show([Piece("running 4 s"), Piece("面界")])
        assert drawn == [(Region(8, 0, 1, 1),), (Region(14, 0, 4, 1),)]


async def test_hostile_words_are_made_safe() -> None:
    app = LineApp()
    async with app.run_test(size=(60, 3)):
        app.line.show([Piece("[@click=app.quit]x[/] \x1b]0;t\x07 \u202e")])
        assert app.line.text == "[@click=app.quit]x[/] ␛]0;t␇ ⟨U+202E⟩"


pieces = st.builds(
    Piece, st.text(max_size=30), short=st.none() | st.text(max_size=10), rank=st.integers(0, 9), leaves=st.booleans()
)


@given(st.lists(pieces, max_size=6), st.integers(0, 80))
def test_what_fits_is_not_touched_and_nothing_grows(given_pieces: list[Piece], width: int) -> None:
    whole = fit_pieces(given_pieces, 10_000, 3)
    assert whole == [piece for piece in given_pieces if piece.text]
    fitted = fit_pieces(given_pieces, width, 3)
    if line_width(whole) <= width:
        assert fitted == whole
    staying = [piece for piece in fitted if not piece.leaves and piece.short is None]
    assert staying == [piece for piece in whole if not piece.leaves and piece.short is None]


def line_width(shown: list[Piece]) -> int:
    return sum(cell_width(safe(piece.text)) for piece in shown) + 3 * max(0, len(shown) - 1)
