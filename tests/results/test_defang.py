from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tui.results.defang import defanged


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://evil.com/a.b?c=d.e", "hxxp[:]//evil[.]com/a.b?c=d.e"),
        ("HTTPS://Evil.Com:8080/x.exe", "HXXPS[:]//Evil[.]Com:8080/x.exe"),
        ("ftp://files.evil.example", "fxtp[:]//files[.]evil[.]example"),
        ("http://evil.plumbing", "hxxp[:]//evil[.]plumbing"),
        ("http://[2001:db8::1]:8080/x", "hxxp[:]//[2001[:]db8[:][:]1]:8080/x"),
        ("iwr evil.example/x.ps1", "iwr evil[.]example/x.ps1"),
        ("ana@evil.co.uk, bo@evil.plumbing", "ana@evil[.]co[.]uk, bo@evil[.]plumbing"),
        ("xn--e1afmkfd.xn--p1ai", "xn--e1afmkfd[.]xn--p1ai"),
        ("пример.рф", "пример[.]рф"),
        ("evil.com.", "evil[.]com[.]"),
        ("a..evil.com", "a..evil[.]com"),
        ("Evil.Com", "Evil[.]Com"),
        ("10.0.0.1:445", "10[.]0[.]0[.]1:445"),
        ("2001:db8::1", "2001[:]db8[:][:]1"),
        ("::ffff:10.0.0.1", "[:][:]ffff[:]10[.]0[.]0[.]1"),
        ("fe80::1%eth0", "fe80[:][:]1%eth0"),
        (r"robocopy.exe \\fs01.corp.example\share /e", r"robocopy.exe \\fs01[.]corp[.]example\share /e"),
    ],
)
def test_urls_domains_and_addresses_are_no_links(text: str, expected: str) -> None:
    assert defanged(text) == expected
    assert defanged(expected) == expected, "a second time changes nothing"


@pytest.mark.parametrize(
    "text",
    [
        "robocopy.exe",
        r"C:\Users\j.doe\report.final.docx",
        "j.doe",
        "NORTHWHARF\\svc.backup",
        "[IO.Compression.ZipFile]::Open",
        "System.Net.WebClient",
        "T1560.001",
        "1.2.3.4.5",
        "10.0.20348.2849",
        "2026-11-21T02:00:00.123Z",
        "14:02:31",
        "v1.2.3",
        "0.5",
        "e.g. this",
        "00:1a:2b:3c:4d:5e",
        "",
    ],
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert defanged(text) == text


@given(st.lists(st.sampled_from(["a", "com", "http://", ".", "/", " ", "1", "::", "@", "evil", "www.", "[", "-"])))
def test_nothing_is_lost(parts: list[str]) -> None:
    def fanged(text: str) -> str:
        return text.replace("hxxp", "http").replace("[.]", ".").replace("[:]", ":")

    text = "".join(parts)
    assert fanged(defanged(text)) == fanged(text)
    assert "http://" not in defanged(text)


@given(
    st.sampled_from(["com", "net", "org", "biz", "info", "name", "de", "ru", "co"]),
    st.sampled_from(["", "www.", "a.b."]),
)
def test_a_reader_that_makes_links_makes_none(end: str, start: str) -> None:
    reader = MarkdownIt("gfm-like")
    for before in ("", "see ", "http://", "https://", "x@"):
        text = f"{before}{start}evil.{end}"
        assert "<a" in reader.render(text)
        assert "<a" not in reader.render(defanged(text))


@pytest.mark.parametrize("piece", ["A", "a.", "1:", "1.", "a-", "::", "http://", "f:", "a.a-", "b" * 62 + "."])
def test_long_texts_take_no_longer_than_their_length(piece: str) -> None:
    began = time.perf_counter()
    defanged(piece * (50_000 // len(piece)))
    assert time.perf_counter() - began < 5
