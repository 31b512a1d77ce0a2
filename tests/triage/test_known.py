"""Files of known indicators: how they are read, and which rows hold one."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hostile import STRINGS
from tui.results.matching import SHORTEST_WITHIN, Wanted
from tui.results.store import ResultStore
from tui.triage.indicators import IndicatorType
from tui.triage.known import KnownError, match_rows, match_words, read_known

SHA1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709"


def written(folder: Path, text: str, name: str = "known.txt") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_one_a_line_with_comments_and_defanged(tmp_path: Path) -> None:
    text = f"# a list\n\n10[.]1[.]2[.]3  # seen twice\nhxxps[:]//evil[.]example/a\n// old\n; old\n10.1.2.3\n{SHA1.upper()}\n"
    known = read_known(written(tmp_path, text + "evil.example\nc:\\temp\\x.exe\nab\n10.0.0.0/8\n"))
    assert [(str(one.type), one.value) for one in known.indicators] == [
        ("address", "10.1.2.3"),
        ("url", "https://evil.example/a"),
        ("sha1", SHA1.upper()),
        ("domain", "evil.example"),
        ("path", "c:\\temp\\x.exe"),
    ]
    assert known.skipped == (
        "line 11: shorter than 3 characters",
        "line 12: a block of addresses is not looked for: give addresses",
    )


@pytest.mark.parametrize(
    ("text", "column", "values"),
    [
        (
            "type,indicator,note\nip,10.1.2.3,x\n#ip,10.9.9.9,x\ndomain,evil[.]example,\n",
            "",
            ["10.1.2.3", "evil.example"],
        ),
        ("name;ioc\na;10.1.2.3\n", "", ["10.1.2.3"]),
        ("a,b\n1,10.1.2.3\n", "B", ["10.1.2.3"]),
        ('indicator\n"evil.example"\n', "", ["evil.example"]),
        ('"https://evil.example/a,b"\n', "", ["https://evil.example/a,b"]),
    ],
)
def test_a_column_of_a_csv(tmp_path: Path, text: str, column: str, values: list[str]) -> None:
    assert [one.value for one in read_known(written(tmp_path, text), column).indicators] == values


@pytest.mark.parametrize(
    ("content", "column", "words"),
    [
        (b"", "", "holds no indicators"),
        (b"a,b,c\n1,2,3\n", "", "say which column"),
        (b"a,b\n1,2\n", "c", "has no column 'c'"),
        (b"ok.example\n\xff\xfe\xfd\n", "", "line 2: not UTF-8 text"),
        (b"MZ\x00\x01", "", "is no text"),
        (b"ab\n", "", "shorter than 3"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, content: bytes, column: str, words: str) -> None:
    path = tmp_path / "known.csv"
    path.write_bytes(content)
    with pytest.raises(KnownError, match=re.escape(words)):
        read_known(path, column)
    with pytest.raises(KnownError, match="No such file"):
        read_known(tmp_path / "none.txt")


def test_hostile_indicators_are_texts(tmp_path: Path) -> None:
    text = "\n".join(["evil.example", *(one for one in STRINGS if "\x00" not in one)])
    known = read_known(written(tmp_path, text.encode("utf-8", "replace").decode()))
    store = ResultStore(None)
    found, _ = match_rows(known, 1, store.load(pa.table({"A": ["x evil.example", "nothing", *STRINGS]})))
    assert (found[0].column, found[0].indicator.value, found[0].rows[0]) == ("A", "evil.example", 0)
    assert 1 not in {row for one in found for row in one.rows}
    store.close()


COLUMN = [
    "10.1.2.3",  # 0
    "ping 10.1.2.3 and 10.1.2.30",  # 1
    "10.1.2.30",  # 2
    "https://cdn.EVIL.example:8443/x",  # 3
    "notevil.example evil.example.org x_evil.example",  # 4
    f"c:\\temp\\{SHA1}.exe",  # 5
    "curl http://evil.example/drop/a?b=1",  # 6
    "curl https://evil.example/drop/ab",  # 7
    "copy C:\\Temp\\Tool.exe d:\\",  # 8
    "copy c:\\temp\\tool.exe2 d:\\",  # 9
    "runas /user:CORP\\j.doe cmd",  # 10
    "",  # 11
    None,  # 12
]


@pytest.mark.parametrize(
    ("indicator", "rows", "below"),
    [
        ("10.1.2.3", (0, 1), ()),
        ("evil.example", (6, 7), (3,)),
        (SHA1, (5,), ()),
        ("hxxps://evil[.]example/drop/a", (6,), ()),
        ("c:\\temp\\tool.exe", (8,), ()),
        ("tool.exe", (8,), ()),
        ("corp\\j.doe", (10,), ()),
        ("cop", (), ()),
        ("copy", (8, 9), ()),
    ],
)
def test_which_rows_hold_one(tmp_path: Path, indicator: str, rows: tuple[int, ...], below: tuple[int, ...]) -> None:
    known = read_known(written(tmp_path, indicator))
    store = ResultStore(None)
    found, whole = match_rows(known, 4, store.load(pa.table({"N": list(range(13)), "Text": COLUMN})))
    assert whole
    assert {one.below: one.rows for one in found} == {key: held for key, held in ((False, rows), (True, below)) if held}
    assert all((one.run, one.column) == (4, "Text") for one in found)
    words = match_words(found, known)
    count = len(rows) + len(below)
    assert words.startswith(
        f"{count} row{'s hold' if count != 1 else ' holds'} {1 if count else 0} of 1 indicator of known.txt"
    )
    store.close()


def test_many_like_rows_are_looked_at_once_and_all_told(tmp_path: Path) -> None:
    known = read_known(written(tmp_path, "evil.example\nunseen.example\n"))
    store = ResultStore(None)
    table = pa.table({"Url": ["a.evil.example/x", "evil.example", "fine.example"] * 30_000})
    found, _ = match_rows(known, 1, store.load(table))
    assert {one.below: len(one.rows) for one in found} == {False: 30_000, True: 30_000}
    assert "60,000 rows hold 1 of 2 indicators" in match_words(found, known)
    store.close()


LABELS = st.text(alphabet="ab1", min_size=1, max_size=3)
NAMES = st.lists(LABELS, min_size=1, max_size=4).map(".".join)
TEXTS = st.lists(NAMES | st.sampled_from([" ", "/", "-", "_", "@", "\\", ":", ".", "(", '"']), max_size=10).map("".join)


def held(text: str, wanted: Wanted) -> bool:
    """What `matches` promises, for texts in ASCII."""
    lowered, sought = text.lower(), wanted.text.lower()
    if lowered == sought:
        return True
    words = re.findall(r"[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?", lowered)
    parts = re.findall(r"[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?", sought)
    if wanted.domain and any(word.endswith(f".{sought}") for word in words):
        return True
    if len(sought) < SHORTEST_WITHIN or not parts:
        return False
    if parts == [sought]:
        return sought in words
    around = rf"(?:^|[^a-z0-9]){re.escape(sought)}(?:$|[^a-z0-9])"
    return re.search(around, lowered) is not None and any(part in words for part in parts)


@given(st.lists(TEXTS, min_size=1, max_size=12), st.lists(NAMES, min_size=1, max_size=6), st.booleans())
@settings(max_examples=20, deadline=None)
def test_matches_are_those_of_one_by_one(texts: list[str], names: list[str], domain: bool) -> None:
    wanted = [Wanted(name, domain and "." in name) for name in names]
    store = ResultStore(None)
    hits = store.load(pa.table({"A": texts})).matches(wanted, 10_000)
    expected = {
        (row, number) for row, text in enumerate(texts) for number, one in enumerate(wanted) if text and held(text, one)
    }
    assert {(hit.row, hit.wanted) for hit in hits} == expected
    assert len(hits) == len(expected)
    store.close()


@given(st.ip_addresses(v=6))
@settings(max_examples=5, deadline=None)
def test_addresses_are_looked_for_as_they_are_written_short(address: ipaddress.IPv6Address) -> None:
    store = ResultStore(None)
    rows = store.load(pa.table({"A": [str(address), f"ping {address}", "x"]}))
    assert {hit.row for hit in rows.matches([Wanted(str(address))], 10)} >= {0}
    store.close()


def test_the_types_are_recognised(tmp_path: Path) -> None:
    known = read_known(written(tmp_path, "2001:DB8:0:0::1\nana@acme.example\n"))
    assert [one.type for one in known.indicators] == [IndicatorType.ADDRESS, IndicatorType.ACCOUNT]
    assert known.wanted == [Wanted("2001:db8::1"), Wanted("ana@acme.example")]
