import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import ControlType, Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.color import Color
from textual.filter import LineFilter
from textual.widgets import Static

from tui.terminal.safe_text import ACTING, HIDDEN, cell_width
from tui.widgets.gate import Gate, with_gate

BLACK = Color(0, 0, 0)
any_text = st.text(st.characters(categories=None) | st.sampled_from("\x1b\x9b\u202e\u200b\t\n\r\x07\ud800"))
styles = st.sampled_from(
    [None, Style(bold=True), Style(link="file:///etc/passwd"), Style(color="red", link="http://x")]
)
acting = re.compile(f"[{ACTING}]")


@given(st.lists(st.tuples(any_text, styles)))
def test_nothing_that_terminals_act_on_passes(parts: list[tuple[str, Style | None]]) -> None:
    segments = [Segment(text, style) for text, style in parts]
    passed = Gate().apply(segments, BLACK)
    assert [segment.text for segment in passed] == [acting.sub("", text) for text, _ in parts]
    for before, after in zip(segments, passed, strict=True):
        assert after.style is None or after.style.link is None
        assert (after.style is None) == (before.style is None)
        if before.style is not None and after.style is not None:
            assert (before.style.color, before.style.bold) == (after.style.color, after.style.bold)


def test_clean_lines_pass_as_they_are() -> None:
    segments = [Segment("plain", Style(bold=True)), Segment(" │ ⣀⠀ 界 é ▄", None)]
    assert Gate().apply(segments, BLACK) is segments


def test_a_control_segment_is_no_way_round() -> None:
    passed = Gate().apply([Segment("\x1b[2J", None, [(ControlType.CLEAR,)])], BLACK)
    assert passed == [Segment("[2J")]


class GatedApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("evil \x1b]0;title\x07 \x9b2J \u202e", markup=False)

    def get_line_filters(self) -> list[LineFilter]:
        return with_gate(super().get_line_filters())


async def test_every_widget_is_behind_the_gate() -> None:
    app = GatedApp()
    async with app.run_test():
        text = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        assert "evil ]0;title" in text
        assert not any(unicodedata.category(character) in {"Cc", "Cf"} for character in text.replace("\n", ""))


def test_widths_agree_with_the_layout() -> None:
    shown = re.compile(f"[^{HIDDEN}]")
    characters = [character for character in map(chr, range(0x20, 0x110000)) if shown.match(character)]
    assigned = [character for character in characters if unicodedata.category(character) != "Cn"]
    assert [f"{ord(one):X}" for one in assigned if cell_width(one) != cell_len(one)] == []
