from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.triage.indicators import (
    Indicator,
    IndicatorType,
    defang,
    indicator_lines,
    indicator_type,
    indicators,
)


@pytest.mark.parametrize(
    ("value", "column", "kind"),
    [
        ("10.1.2.3", "RemoteIP", "address"),
        ("fe80::1", "", "address"),
        ("10.1.2.3", "DeviceName", "address"),
        ("10.1.2.300", "", "text"),
        ("https://evil.example/a?b=1", "RemoteUrl", "url"),
        ("evil.example/path", "RemoteUrl", "url"),
        ("evil.example", "RemoteUrl", "domain"),
        ("update.com", "RemoteUrl", "domain"),
        ("evil.example", "", "domain"),
        ("evil.example", "FileName", "file name"),
        ("xn--80ak6aa92e.xn--p1ai", "", "domain"),
        ("d41d8cd98f00b204e9800998ecf8427e", "MD5", "md5"),
        ("DA39A3EE5E6B4B0D3255BFEF95601890AFD80709", "SHA1", "sha1"),
        ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "", "sha256"),
        ("j.doe", "AccountName", "account"),
        ("corp\\j.doe", "", "account"),
        ("ana@acme.example", "", "account"),
        ("S-1-5-21-1-2-3-500", "", "account"),
        ("fin-ws-114.corp.example", "DeviceName", "device"),
        ("robocopy.exe", "FileName", "file name"),
        ("robocopy.exe", "", "file name"),
        ("notes", "FileName", "file name"),
        ("c:\\windows\\system32\\cmd.exe", "FolderPath", "path"),
        ("\\\\fs01\\share\\a.docx", "", "path"),
        ("/etc/passwd", "", "path"),
        ("HKLM\\Software\\x", "", "path"),
        ("sub\\a.txt", "RelativeTargetName", "path"),
        ("robocopy c:\\a d:\\b", "ProcessCommandLine", "text"),
        ("complete", "", "text"),
        ("4624", "EventID", "text"),
    ],
)
def test_what_a_value_is(value: str, column: str, kind: str) -> None:
    assert indicator_type(value, column) == kind


def test_each_comes_once_however_it_is_written() -> None:
    found = indicators(["EVIL.example", None, "evil.example", "", " 10.1.2.3 ", "a b", "A b"])
    assert found == [
        Indicator(IndicatorType.DOMAIN, "EVIL.example"),
        Indicator(IndicatorType.ADDRESS, "10.1.2.3"),
        Indicator(IndicatorType.TEXT, "a b"),
        Indicator(IndicatorType.TEXT, "A b"),
    ]


@pytest.mark.parametrize(
    ("value", "column", "harmless"),
    [
        ("https://evil.example:8443/a.b?c=d.e", "", "hxxps[:]//evil[.]example:8443/a.b?c=d.e"),
        ("HTTP://10.1.2.3/", "", "HXXP[:]//10[.]1[.]2[.]3/"),
        ("ftp://evil.example", "", "fxtp[:]//evil[.]example"),
        ("curl -o a.txt http://evil.example/a", "", "curl -o a.txt hxxp[:]//evil[.]example/a"),
        ("evil.example/x.html", "RemoteUrl", "evil[.]example/x.html"),
        ("evil.example", "", "evil[.]example"),
        ("10.1.2.3", "", "10[.]1[.]2[.]3"),
        ("fe80::1", "", "fe80[:][:]1"),
        ("ana@acme.example", "", "ana[@]acme[.]example"),
        ("corp\\j.doe", "", "corp\\j.doe"),
        ("fin-ws-114.corp.example", "DeviceName", "fin-ws-114.corp.example"),
        ("c:\\a.exe", "", "c:\\a.exe"),
    ],
)
def test_nothing_opens_what_is_defanged(value: str, column: str, harmless: str) -> None:
    assert defang(Indicator(indicator_type(value, column), value)) == harmless


def test_lines_are_type_and_value_in_a_visible_form() -> None:
    found = indicators(["http://a.example/\x1b", "x\ty"])
    assert indicator_lines(found) == "url\thttp://a.example/␛\ntext\tx⇥y"
    assert indicator_lines(found, harmless=True) == "url\thxxp[:]//a[.]example/␛\ntext\tx⇥y"


@given(st.text(max_size=30), st.sampled_from(["", "RemoteUrl", "FileName", "AccountName", "RemoteIP", "DeviceName"]))
def test_every_value_is_something_and_keeps_its_text(value: str, column: str) -> None:
    for indicator in indicators([value], column):
        assert indicator.value == value.strip()
        if indicator.type not in (IndicatorType.URL, IndicatorType.TEXT) and "[" not in value:
            assert re.sub(r"\[([.:@])\]", r"\1", defang(indicator)) == indicator.value
