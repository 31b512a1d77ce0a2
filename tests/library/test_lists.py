"""The values of lists: ranges of addresses, and files."""

from __future__ import annotations

import ipaddress
import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.kql.literals import LiteralError
from tui.library.lists import covering_blocks, matching_files, read_list, read_list_file
from tui.library.model import ParameterType

addresses = st.integers(0, 2**32 - 1)


def list_file(folder: Path, text: str, name: str = "names.txt") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return str(path)


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("10.0.0.1", ["10.0.0.1"]),
        ("10.0.0.0/8", ["10.0.0.0/8"]),
        ("10.0.0.0-10.0.0.255", ["10.0.0.0/24"]),
        ("10.0.0.5-10.0.0.9", ["10.0.0.5", "10.0.0.6/31", "10.0.0.8/31"]),
        ("10.0.0.5 - 9", None),
        ("10.0.0.5-9", ["10.0.0.5", "10.0.0.6/31", "10.0.0.8/31"]),
        ("fe80::-fe80::f", ["fe80::/124"]),
        ("10.0.0.9-10.0.0.5", None),
        ("10.0.0.9-fe80::1", None),
        ("10.0.0.300", None),
        ("a-b", None),
        ("-", None),
    ],
)
def test_ranges(text: str, blocks: list[str] | None) -> None:
    if blocks is not None:
        assert list(covering_blocks(text)) == blocks
        return
    with pytest.raises(LiteralError, match=text.replace(".", r"\.")):
        list(covering_blocks(text))


@given(addresses, addresses)
def test_a_range_is_covered_exactly(one: int, other: int) -> None:
    first, last = (ipaddress.ip_address(number) for number in sorted((one, other)))
    found = [ipaddress.ip_network(block) for block in covering_blocks(f"{first}-{last}")]
    assert sum(block.num_addresses for block in found) == int(last) - int(first) + 1
    assert found[0].network_address == first
    assert found[-1].broadcast_address == last


@given(st.text())
def test_any_text_is_an_address_or_refused_in_words(text: str) -> None:
    with suppress(LiteralError):
        assert list(covering_blocks(text))


def test_a_list_of_addresses_is_its_blocks() -> None:
    assert read_list(ParameterType.IP_LIST, "10.0.0.0-10.0.0.1, 10.0.0.0/31\n::1") == ("10.0.0.0/31", "::1")


def test_a_file_is_taken_apart_line_by_line(tmp_path: Path) -> None:
    name = list_file(tmp_path, '\ufeffevil[.]com\r\n"x,y";b\n\nevil.com,c\u2028d\n')
    file = read_list_file(name)
    assert (file.values, file.lines) == (("evil.com", "x,y", "b", "c\u2028d"), (1, 2, 2, 4))
    assert (file.duplicates, file.refanged) == (1, 1)
    assert read_list(ParameterType.STRING_LIST, f"@{name}") == file.values


def test_files_that_other_systems_write_are_read(tmp_path: Path) -> None:
    path = tmp_path / "wide.txt"
    path.write_bytes("one\r\ntwo\r\n".encode("utf-16"))
    assert read_list_file(str(path)).values == ("one", "two")


def test_what_is_wrong_in_a_file_is_told_with_its_line(tmp_path: Path) -> None:
    name = list_file(tmp_path, "10.0.0.1\n10.0.0.2 10.0.0.300\n")
    with pytest.raises(LiteralError, match=rf"{name}, line 2: '10\.0\.0\.300' is neither"):
        read_list(ParameterType.IP_LIST, f"@{name}")
    broken = tmp_path / "broken.txt"
    broken.write_bytes(b"a\nb\xff\n")
    with pytest.raises(LiteralError, match="line 2: is not text"):
        read_list_file(str(broken))


@pytest.mark.parametrize(
    ("name", "said"),
    [("/nowhere/x", "no such file"), ("/", "a folder"), ("a\0b", "cannot be read"), ("~nobody-x/a", "home directory")],
)
def test_files_that_cannot_be_read(name: str, said: str) -> None:
    with pytest.raises(LiteralError, match=said):
        read_list_file(name)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_file_that_is_closed(tmp_path: Path) -> None:
    name = list_file(tmp_path, "a")
    Path(name).chmod(0)
    with pytest.raises(LiteralError, match="Permission denied"):
        read_list_file(name)


def test_names_that_a_path_can_go_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("names.txt", "nets.txt", ".hidden", "other"):
        list_file(tmp_path, "", name)
    (tmp_path / "nested").mkdir()
    start = f"{tmp_path}/ne"
    assert matching_files(start) == [f"{tmp_path}/nested/", f"{tmp_path}/nets.txt"]
    assert matching_files(f"{tmp_path}/.h") == [f"{tmp_path}/.hidden"]
    assert len(matching_files(f"{tmp_path}/", limit=2)) == 2
    monkeypatch.chdir(tmp_path)
    assert matching_files("na") == ["names.txt"]
    monkeypatch.setenv("HOME", str(tmp_path))
    assert matching_files("~/na") == ["~/names.txt"]
    assert matching_files("/nowhere/x") == []
    assert matching_files("~nobody-x/a") == []
    assert matching_files("a\0/b") == []
