"""URLs, domains and addresses in a form that no program makes a link of and nobody opens by mistake."""

from __future__ import annotations

import ipaddress
import re

_FILES = frozenset(
    "7z accdb aspx asp bak bat bin bmp cab cfg chm class cmd conf config cpl csv dat db deb dll dmg dmp doc docm docx dotm "
    "drv edb eml evtx exe flv gif gz hta htm html ico inf ini iso jar java jpeg jpg js jse json jsp key kql ldf lnk log "
    "lzh mdb mdf mkv mov mp3 mp4 msc msg msi msp mst nsf ocx odt old ost ova p12 pcap pcapng pdb pdf pem pf pfx php png "
    "ppt pptm pptx ps1 psd psd1 psm1 pst py pyc rar raw rdp reg rpm rtf scr settings sh sql sqlite svg swp sys tar tgz tif tiff "
    "tmp toml torrent tsv txt url vbe vbs vhd vhdx vmdk vsdx wav wim wsf xls xlsb xlsm xlsx xml xz yaml yml zip".split()
)
"""Ends of names that are far more often files' than domains'."""

_ANY_CASE = frozenset("com org info biz edu gov".split())
"""Ends of domains that are not also parts of names in programs, as `System.Net` has."""

_SCHEME = re.compile(r"\b(https?|ftps?|sftp|wss?|ldaps?|file|smb)(:)(?=//|\\\\)", re.IGNORECASE)
_HOST_OF_URL = re.compile(r"(?<=\[:\]//)[^\s/?#\"'<>`|]+")
_ADDRESS = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\w)")
_LONG_ADDRESS = re.compile(
    r"(?<![\w:.])(?=[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:)[0-9A-Fa-f:]{2,39}(?:(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])"
)
_DOMAIN = re.compile(
    r"(?<![\w-])(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,20}(?:xn--[a-z0-9-]{2,59}|[^\W\d_]{2,24})\.?(?![\w-])",
    re.IGNORECASE,
)


def defanged(text: str) -> str:
    """`text` with `hxxp[:]//`, and `[.]` in domains and addresses; names of files stay as they are."""
    text = _SCHEME.sub(_dull_scheme, text)
    text = _HOST_OF_URL.sub(lambda match: _dotted(match[0]), text)
    text = _LONG_ADDRESS.sub(_dull_long_address, text)
    text = _ADDRESS.sub(lambda match: _dotted(match[0]), text)
    return _DOMAIN.sub(_dull_domain, text)


def _dull_scheme(match: re.Match[str]) -> str:
    scheme = match[1]
    return f"{scheme.replace('tt', 'xx').replace('TT', 'XX') if scheme[0] in 'hH' else f'{scheme[0]}x{scheme[1:]}'}[:]"


def _dotted(text: str) -> str:
    return re.sub(r"(?<!\[)\.(?!\])", "[.]", text)


def _dull_long_address(match: re.Match[str]) -> str:
    try:
        ipaddress.IPv6Address(match[0])
    except ValueError:
        return match[0]
    return _dotted(match[0].replace(":", "[:]"))


def _dull_domain(match: re.Match[str]) -> str:
    """A domain, unless its end is that of a file's name, or is written as names in programs are."""
    end = match[0].rstrip(".").rpartition(".")[2]
    named = end.lower() in _FILES or not (end.islower() or end.isupper() or end.lower() in _ANY_CASE)
    return match[0] if named else _dotted(match[0])
