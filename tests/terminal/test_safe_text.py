import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.terminal.safe_text import HIDDEN, LIMIT, cell_width, fit, has_hidden, pad, safe, safe_lines

any_text = st.text(st.characters(categories=None) | st.sampled_from("\x1b\x9b\u202e\u200b\t\n\r\u0301界\ud800"))
hostile = re.compile(f"[{HIDDEN}]")


@given(any_text)
def test_no_hostile_character_is_left(value: str) -> None:
    shown = safe(value)
    assert hostile.search(shown) is None
    assert not any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for character in shown)
    assert all(hostile.search(line) is None for line in safe_lines(value))


@given(any_text.filter(lambda text: len(text) <= LIMIT))
def test_safe_text_stays_as_it_is(value: str) -> None:
    once = safe(value)
    assert safe(once) == once
    assert not has_hidden(once)


BLANKS = "\u115f\u1160\u3164\uffa0\u2800" + "".join(map(chr, range(0x1F3FB, 0x1F400)))


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters=BLANKS)))
def test_text_without_hidden_characters_is_unchanged(value: str) -> None:
    assert safe(value) == value
    assert safe_lines(value) == [value]
    assert not has_hidden(value)


def test_every_control_and_format_character_of_unicode_is_hidden() -> None:
    categories = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    seen = [
        code
        for code in range(0x110000)
        if unicodedata.category(chr(code)) in categories and not hostile.match(chr(code))
    ]
    assert seen == []


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("\x1b]0;evil\x07", "␛]0;evil␇"),
        ("a\x9b2Jb", "a⟨U+009B⟩2Jb"),
        ("safe\rEVIL", "safe␍EVIL"),
        ("a\tb\nc\x7f\x00", "a⇥b⏎c␡␀"),
        ("invoice\u202efdp.exe", "invoice⟨U+202E⟩fdp.exe"),
        ("ad\u200bmin", "ad⟨U+200B⟩min"),
        ("a\u2028b", "a⟨U+2028⟩b"),
        ("a\U000e0041b", "a⟨U+E0041⟩b"),
        ("a\ud800b", "a⟨U+D800⟩b"),
        ("❤\ufe0f", "❤⟨U+FE0F⟩"),
        ("e" + "\u0301" * 8, "e" + "\u0301" * 8),
        ("e" + "\u0301" * 200, "e" + "\u0301" * 8 + "⟨+192 marks⟩"),
        ("😀" + "\U0001e131" * 10, "😀" + "\U0001e131" * 8 + "⟨+2 marks⟩"),
        ("\u0301x", "◌\u0301x"),
        (
            "[Ref].Assembly [/] [@click=app.quit]x[/] C:\\Temp\\[red]x",
            "[Ref].Assembly [/] [@click=app.quit]x[/] C:\\Temp\\[red]x",
        ),
        (None, ""),
        (4624, "4624"),
        (b"\x1b", "b'\\x1b'"),
    ],
)
def test_each_kind_has_its_visible_form(value: object, shown: str) -> None:
    assert safe(value) == shown


def test_a_long_value_says_how_much_is_left_out() -> None:
    assert safe("x" * 5000) == "x" * 4096 + "… +904"
    assert safe("abc", limit=3) == "abc"
    assert safe("abcd", limit=3) == "abc… +1"
    assert safe_lines("ab\ncd", limit=4) == ["ab", "c", "… +1"]


def test_lines_end_at_line_feeds_only_and_tabs_keep_an_indent() -> None:
    assert safe_lines("a\r\n\tb\rc\n") == ["a", "⇥   b␍c", ""]
    assert safe_lines(None) == [""]


@pytest.mark.parametrize("value", ["\x1b", "\u202e", "\ufe0f", "a\rb", "\ud800", "e" + "\u0301" * 9, "\u0301"])
def test_hidden_characters_are_noticed(value: str) -> None:
    assert has_hidden(value)


@pytest.mark.parametrize("value", ["", None, "plain", "a\tb\r\nc\n", "naïve 界 é", 12])
def test_ordinary_text_has_nothing_hidden(value: object) -> None:
    assert not has_hidden(value)


visible_text = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]) | st.sampled_from("界😀e\u0301한")).map(
    safe
)


@given(visible_text, st.integers(0, 30), st.booleans())
def test_fit_is_never_wider_and_shows_that_it_cut(text: str, width: int, middle: bool) -> None:
    cut = fit(text, width, middle)
    assert cell_width(cut) <= width
    if cell_width(text) <= width:
        assert cut == text
    elif width > 0:
        assert cell_width(cut) >= width - 2
        start, ellipsis, end = cut.partition("…") if middle else (cut[:-1], cut[-1], "")
        assert ellipsis == "…"
        if "…" not in text:
            assert text.startswith(start)
            assert text.endswith(end)
            assert middle or cut.endswith("…")


@given(visible_text, st.integers(0, 30), st.booleans())
def test_pad_fills_exactly(text: str, width: int, right: bool) -> None:
    filled = pad(fit(text, width), width, right)
    assert cell_width(filled) == width


def test_paths_keep_both_ends() -> None:
    assert fit(r"C:\Users\j.doe\AppData\Local\Temp\collect.exe", 24, middle=True) == "C:\\User…Temp\\collect.exe"
    assert fit("x" * 10, 1, middle=True) == "…"
    assert fit("x" * 10, 0) == ""
    assert fit("界界界", 4) == "界…"


WIDTHS = {"abc": 3, "界": 2, "e\u0301": 1, "한": 2, "\u1112\u1161\u11ab": 2, "😀": 2, "ﾊ": 1, "Ａ": 2, "⏎␛": 2}


@pytest.mark.parametrize(("text", "width"), WIDTHS.items())
def test_width_is_counted_in_cells(text: str, width: int) -> None:
    assert cell_width(text) == width
