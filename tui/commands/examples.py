"""An example or two for the help of each command."""

from __future__ import annotations

import argparse
import textwrap

EXAMPLES: dict[str, tuple[str, ...]] = {
    "hunts": ("hunts", "hunts check my-hunts/"),
    "run": (
        "run T1119-01",
        "run T1119-01 -p tools=robocopy.exe,xcopy.exe --last 24h -f csv -o copies.csv",
        "run T1119-01 --view timeline --device 'fin-ws-*' --session INC-4471",
    ),
    "drill": ("drill T1119-01 --row DeviceName=fin-ws-114.northwharf.example --column FileCount -f jsonl",),
    "sweep": ("sweep Collection --last 7d --session weekly", "sweep T1119 T1560-01 --estimate"),
    "watch": ("watch T1119 --every 15m --for 8h --session night",),
    "matrix": ("matrix --session weekly", "matrix --session weekly --by account -f csv"),
    "match": ("match indicators.txt --session INC-4471",),
    "kql": ("kql T1119-01 --dialect defender",),
    "coverage": ("coverage -w case7",),
    "workspaces": ("workspaces list", "workspaces add acme-prod", "workspaces test acme-prod"),
    "login": ("login acme-prod",),
    "logout": ("logout acme-prod",),
    "import": (
        "import Security.evtx sysmon.ndjson.gz exports/ -w case7",
        "import dc01.evtx -w case7 --clock dc01.evtx=-00:04:30",
    ),
    "demo": ("demo --devices 200 --events 2000000 -w large", "demo --serve"),
    "sessions": ("sessions", "sessions report INC-4471 -o INC-4471.html --defang", "sessions verify INC-4471"),
    "doctor": ("doctor", "doctor -w acme-prod"),
}


class HelpFormatter(argparse.HelpFormatter):
    """Wraps paragraphs each by itself, and leaves those alone whose lines are all indented."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        paragraphs = textwrap.dedent(text).strip("\n").split("\n\n")
        return "\n\n".join(
            paragraph
            if all(line.startswith("  ") for line in paragraph.splitlines())
            else super(HelpFormatter, self)._fill_text(paragraph, width, indent)
            for paragraph in paragraphs
        )


def add_examples(name: str, parser: argparse.ArgumentParser) -> None:
    """Puts the examples of the command `name` at the end of its help."""
    lines = "\n".join(f"  huntdeck {example}" for example in EXAMPLES.get(name, ()))
    parser.epilog = "\n\n".join(filter(None, [parser.epilog, f"examples:\n\n{lines}"]))
    if parser.formatter_class is argparse.HelpFormatter:
        parser.formatter_class = HelpFormatter
