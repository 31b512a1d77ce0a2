from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tui.kql.schema import Schema

HERE = Path(__file__).parent


@dataclass
class Judge:
    """Microsoft's parser and binder in one Node.js process."""

    process: subprocess.Popen[str]
    schemas: list[Schema] = field(default_factory=list)
    judged: dict[tuple[str, str], tuple[list[str], list[dict[str, str]]]] = field(default_factory=dict)

    def ask(self, request: Mapping[str, object]) -> dict[str, Any]:
        """The answer to one request; a fault of the judge itself fails the test."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        assert "error" not in answer, answer
        return answer

    def judge(self, text: str, schema: Schema) -> tuple[list[str], list[dict[str, str]]]:
        """What is wrong in `text`, each with the words it is about, and the columns of each of its results by type.

        Azure Data Explorer holds the schema of another kind, so that the same text is asked for again.
        """
        name = next((str(number) for number, known in enumerate(self.schemas) if known is schema), None)
        if name is None:
            name = str(len(self.schemas))
            self.schemas.append(schema)
            self.ask({"schema": name, "tables": schema})
        if (name, text) not in self.judged:
            self.judged[name, text] = self._judged(name, text)
        return self.judged[name, text]

    def _judged(self, schema: str, text: str) -> tuple[list[str], list[dict[str, str]]]:
        answer = self.ask({"schema": schema, "query": text})
        faults = [
            f"{fault['code']} {fault['message']} in: ... "
            + text[max(0, fault["start"] - 80) : fault["start"] + fault["length"] + 20]
            for fault in answer["faults"]
        ]
        return faults, answer["results"]

    def faults(self, text: str, schema: Schema) -> list[str]:
        """What is wrong in `text`."""
        return self.judge(text, schema)[0]


@pytest.fixture(scope="session")
def judge() -> Iterator[Judge]:
    folder = installed()
    process = subprocess.Popen(
        ["node", str(HERE / "judge.js"), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    yield Judge(process)
    assert process.stdin
    process.stdin.close()
    process.wait(10)


def installed() -> Path:
    """The folder that holds the parser, installed there when it is not yet."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            absent(f"{program} is not installed")
    package = json.loads((HERE / "package.json").read_text(encoding="utf-8"))
    (name, version), *_ = package["dependencies"].items()
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "huntdeck-tests"
    folder = caches / f"kusto-{version}"
    if not (folder / "node_modules" / name / "package.json").is_file():
        caches.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=caches) as made:
            for file in ("package.json", "package-lock.json"):
                shutil.copy(HERE / file, made)
            command = ["npm", "ci", "--no-audit", "--no-fund"]
            done = subprocess.run(command, cwd=made, capture_output=True, text=True, check=False)
            if done.returncode:
                absent(f"npm could not install {name}: {done.stderr.strip().splitlines()[-1:]}")
            if not folder.exists():
                Path(made).rename(folder)
                Path(made).mkdir()  # what the context manager takes away
    return folder


def absent(reason: str) -> None:
    """Skips, or fails where the judge is required."""
    if os.environ.get("CI"):
        pytest.fail(f"Microsoft's KQL parser is required when CI is set: {reason}")
    pytest.skip(f"Microsoft's KQL parser is needed: {reason}")
