"""The judges of documents find what acts, and nothing else."""

import pytest

from tests.support.active import active_html, active_markdown

HARMLESS_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Report</title><style>td { color: #333 }</style></head>
<body><p><a href="#run-1">run 1</a></p><table><tr><td><bdi>&lt;script&gt; http://x.example ␛</bdi></td></tr></table>
</body></html>
"""


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("[x](http://e.example)", "link"),
        ("see http://e.example now", "link"),
        ("see www.e.com now", "link"),
        ("<http://e.example>", "link"),
        ("ana@e.com", "link"),
        ("![x](p.png)", "image"),
        ("a <b onclick=x> c", "html"),
        ("<script>x</script>", "html"),
        ("<!-- x -->", "html"),
        ("ask @ana about it", "mention"),
        ("\\@ana", "mention"),
        ("[x]: http://e.example", "definition"),
        ("a\x1bb", "control"),
        ("a\rb", "control"),
        ("`a\u202eb`", "control"),
        ("&#x202e;", "control"),
    ],
)
def test_markdown_that_acts_is_found(text: str, kind: str) -> None:
    assert kind in {words.partition(":")[0] for words in active_markdown(text)}


def test_harmless_markdown_is_let_through() -> None:
    text = "# A\n\n| a | b |\n| --- | --- |\n| `<b> @x http://e.example` | **1** |\n\n- *x* \\<b\\> hxxp\\[:\\]//e\\.example\n"
    assert active_markdown(text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<script>x</script>", "element"),
        ("<p><img src=x></p>", "element"),
        ("<p><svg></svg></p>", "element"),
        ("<iframe></iframe>", "element"),
        ("<meta http-equiv=Refresh content='0;url=x'>", "element"),
        ('<a href="http://e.example">x</a>', "link"),
        ('<a href="javascript:x">x</a>', "link"),
        ("<p onmouseover=x>x</p>", "handler"),
        ('<p style="background: url(http://e.example)">x</p>', "style"),
        ("<style>@import 'x';</style>", "style"),
        ("<!-- x -->", "comment"),
        ("<?x ?>", "instruction"),
        ("<p>&#27;</p>", "reference"),
        ("<p>&#x202e;</p>", "reference"),
        ("<p>&ZeroWidthSpace;</p>", "hidden"),
        ("<p>a\x9bb</p>", "control"),
        ('<p title="a\u202eb">x</p>', "control"),
        ("<table><tr><td></table>x</td></tr></table>", "out of balance"),
        ("<p>x", "never closed"),
    ],
)
def test_html_that_acts_is_found(text: str, kind: str) -> None:
    assert kind in {words.partition(":")[0] for words in active_html(text)}


def test_a_harmless_page_is_let_through() -> None:
    assert active_html(HARMLESS_PAGE) == []
