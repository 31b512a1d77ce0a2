"""URLs, domains and addresses in a form that no program makes a link of and nobody opens by mistake."""

from __future__ import annotations

import ipaddress
import re

FILE_ENDINGS = frozenset(
    "7z accdb asp aspx bak bat bin bmp bz2 cab cer cfg chm class cmd conf config cpl crt csv dat db deb dll dmg dmp "
    "doc docm docx dotm drv edb eml etl evtx exe flv gif gz hta htm html ico inf ini iso jar java jpeg jpg js jse "
    "json jsp kdbx key kql ldf lnk log lzh mdb mdf mkv mov mp3 mp4 msc msg msi msp mst nsf ocx odt old ost ova p12 "
    "pcap pcapng pdb pdf pem pf pfx php png ppt pptm pptx ps1 psd psd1 psm1 pst py pyc rar raw rdp reg rpm rtf scr "
    "settings sh sql sqlite svg swp sys tar tgz tif tiff tmp toml torrent tsv txt url vbe vbs vhd vhdx vmdk vsdx wav "
    "wim wsf xls xlsb xlsm xlsx xml xz yaml yml zip".split()
)
"""Ends of names that are far more often files' than domains'."""

_DOMAINS = frozenset(
    "academy accountant aero agency app arpa art asia auction autos bank bar beauty best bet bid bio bit biz blog boats "
    "bond business buzz cam capital cards care cash casino center cfd chat city click cloud club codes coin college com "
    "company computer consulting contact cool coop corp cricket cyou date dating deals delivery design dev digital direct "
    "domains download earth edu email energy engineering eth events example exchange expert express faith family fashion "
    "finance financial fit fun fund gallery game games gdn global gold gov group guide guru hair health help home homes "
    "host hosting icu immo info int internal international intranet invalid jobs kim lan land law legal life limited link "
    "live loan local localdomain localhost lol ltd makeup management market marketing media men mil mobi money monster "
    "motorcycles museum name net network news ninja onion one online org page partners parts party photos pictures plus "
    "porn post press pro productions properties pub quest racing realty recipes rent report rest review reviews rip rocks "
    "run sale sbs school science security services sex shop show site skin social software solutions space store stream "
    "studio style support surf systems team tech technology tel test today tokyo tools top town toys trade trading "
    "training travel university vip wang watch web webcam website wiki win wine work works world wtf xxx xyz yachts "
    "zone рф".split()
)
"""Ends of domains of more than two letters that are told from the names of people: `evil.shop`, not `j.doe`."""

_ANY_CASE = frozenset("com org info biz edu gov".split())
"""Ends of domains that are not also parts of names in programs, as `System.Net` has."""

_SCHEME = re.compile(r"(https?|ftps?|sftp|wss?|ldaps?|file|smb)(:)(?=//|\\\\)", re.IGNORECASE)
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
    """`text` with `hxxp[:]//`, and `[.]` in domains and addresses; names of files and accounts stay as they are.

    A domain is told by its end or by having three parts or more, so one of two parts with a rare end stays as it is
    unless it stands in a URL or after an `@`.
    """
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
    after_at = match.string[match.start() - 1 : match.start()] == "@"
    return _dotted(match[0]) if is_domain(match[0], after_at) else match[0]


def is_domain(text: str, after_at: bool = False) -> bool:
    """Whether `text` by itself, or `after_at` of a mail address, is a domain: one whose end is not that of a file's name,
    and that is not written as names of people or in programs are."""
    if not _DOMAIN.fullmatch(text):
        return False
    labels = text.rstrip(".").split(".")
    end = labels[-1].lower()
    if end in FILE_ENDINGS or not (labels[-1].islower() or labels[-1].isupper() or end in _ANY_CASE):
        return False
    return len(end) == 2 or end in _DOMAINS or end.startswith("xn--") or after_at or len(labels) > 2
