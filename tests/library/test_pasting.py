"""What is pasted into a list."""

from __future__ import annotations

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.library.pasting import Pasted, refang, split_values, take_apart

plain = st.text(st.characters(exclude_characters="\r\n\t,;\"'“‘", exclude_categories=["Cs"]), min_size=1).map(str.strip)
bare = plain.filter(lambda text: text != "" and text[0] not in "[(" and not text.startswith("dynamic"))
within_quotes = st.text(
    st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), min_size=1, max_size=200
).map(str.strip)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a,b;c\td\r\ne\n\n", ["a", "b", "c", "d", "e"]),
        ("  one two , three", ["one two", "three"]),
        ('["a", "x,y", 4624]', ["a", "x,y", "4624"]),
        ('dynamic(["a","b"])', ["a", "b"]),
        ('("a.exe", "b.exe");', ["a.exe", "b.exe"]),
        ('"x.dll,Main", b', ["x.dll,Main", "b"]),
        ("'it''s';b", ["it's", "b"]),
        ("“one”, ‘two’", ["one", "two"]),
        ('"C:\\Program Files\\x.exe" -a, "y"', ['"C:\\Program Files\\x.exe" -a', "y"]),
        ('"a\nb', ['"a', "b"]),
        ("[Ref].Assembly", ["[Ref].Assembly"]),
        ("[[1]]", ["[[1]]"]),
        ("[true]", ["[true]"]),
        ("[" * 100_000 + "]" * 100_000, ["[" * 100_000 + "]" * 100_000]),
        ("(a or b)", ["(a or b)"]),
        ('[] , ""', ["[]"]),
        ("", []),
    ],
)
def test_a_list_in_whatever_form_it_was_copied(text: str, values: list[str]) -> None:
    assert split_values(text) == values


def test_addresses_end_at_spaces_too() -> None:
    text = "10.0.0.1 - 10.0.0.9 10.0.0.0/8\xa0fe80::1\n10.1.1.1"
    assert split_values(text, spaces=True) == ["10.0.0.1-10.0.0.9", "10.0.0.0/8", "fe80::1", "10.1.1.1"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hxxps://evil[.]com/a", "https://evil.com/a"),
        ("hXXp[:]//evil(.)com", "http://evil.com"),
        ("h**p://evil{.}com", "http://evil.com"),
        ("HXXPS://EVIL[.]COM", "HTTPS://EVIL.COM"),
        ("evil[dot]com", "evil.com"),
        ("evil (DOT) com", "evil.com"),
        ("10[.]0[.]0[.]1", "10.0.0.1"),
        ("fe80[:][:]1", "fe80::1"),
        ("https[://]evil.com", "https://evil.com"),
        ("bob[at]evil[.]com", "bob@evil.com"),
        ("bob[@]evil.com", "bob@evil.com"),
        ("fxp://evil[.]com", "ftp://evil.com"),
        ("sxmb[:]\\\\server", "smb:\\\\server"),
        ("hxxp.exe", "hxxp.exe"),
        ("C:\\copy[1].exe", "C:\\copy[1].exe"),
        ("[Ref].Assembly.GetType(a)", "[Ref].Assembly.GetType(a)"),
        ("a.b@c:d//e", "a.b@c:d//e"),
    ],
)
def test_refanging(text: str, expected: str) -> None:
    assert refang(text) == expected


@given(st.text(string.ascii_letters + string.digits + ".:/@-_", max_size=60))
def test_what_was_defanged_comes_back(text: str) -> None:
    written = text.replace(".", "[.]").replace(":", "[:]").replace("@", "[at]")
    assert refang(written) == refang(text)


@given(st.text())
def test_refanging_takes_any_text_and_only_takes_away(text: str) -> None:
    assert len(refang(text)) <= len(text)


def test_duplicates_are_counted_and_left_out() -> None:
    pasted = take_apart("a,b,a\nevil[.]com\nevil.com;known", known=["known"])
    assert pasted == Pasted(("a", "b", "evil.com"), duplicates=3, refanged=1)
    assert take_apart("evil[.]com", refanging=False) == Pasted(("evil[.]com",))


@given(st.lists(bare, unique=True), st.sampled_from(["\n", "\r\n", "\t", ",", ";", ", ", " ;\n"]))
def test_values_come_apart_as_they_were_put_together(values: list[str], between: str) -> None:
    assert split_values(between.join(values)) == values


@given(st.lists(within_quotes.filter(bool)), st.sampled_from(["\n", ",", " ; "]))
def test_what_stands_in_quotes_is_kept_whole(values: list[str], between: str) -> None:
    quoted = ['"' + value.replace('"', '""') + '"' for value in values]
    assert split_values(between.join(quoted)) == values


@given(st.lists(st.text().filter(str.strip)))
def test_json_is_read_as_json(values: list[str]) -> None:
    assert split_values(json.dumps(values, indent=1)) == [value.strip() for value in values]


@given(st.text(), st.booleans())
def test_nothing_but_breaks_quotes_and_white_space_is_lost(text: str, spaces: bool) -> None:
    kept = "".join(split_values(text, spaces))
    assert all(value == value.strip() and value for value in split_values(text, spaces))
    if not text.strip().startswith(("[", "(", "dynamic")):
        lost = set(text) - set(kept)
        assert all(character.isspace() or character in ",;\"'“”‘’" for character in lost)


@pytest.mark.parametrize(
    ("text", "count"),
    [("“a," * 20_000, 20_000), ("a" + " " * 200_000 + "x", 2), ("(dot" * 50_000, 1), ("[." * 50_000, 1)],
)
def test_no_text_takes_long(text: str, count: int) -> None:
    assert len(take_apart(text, spaces=True).values) + take_apart(text, spaces=True).duplicates == count
