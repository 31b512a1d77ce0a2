from __future__ import annotations

from pathlib import Path

import pytest

from tests.library.broken_hunts import CASES
from tui.library.catalogue import hunt_files, shipped_folder
from tui.library.checks import check_definition, unknown_techniques
from tui.library.loader import Problem, read_hunt

COPIES = Path(__file__).parents[1] / "hunts" / "copies.toml"
TEXT = COPIES.read_text(encoding="utf-8")


def problems_of(tmp_path: Path, text: str) -> list[Problem]:
    path = tmp_path / "hunt.toml"
    path.write_text(text, encoding="utf-8")
    return check_definition(read_hunt(path))


def test_the_hunt_that_the_others_break_is_right() -> None:
    assert check_definition(read_hunt(COPIES)) == []


@pytest.mark.parametrize("case", CASES)
def test_each_message(tmp_path: Path, case: str) -> None:
    broken = CASES[case]
    text = TEXT.replace(broken.old, broken.new, 1)
    found = [problem for problem in problems_of(tmp_path, text) if problem.key == broken.key]
    expected = f"{broken.key}: {broken.message}"
    assert [str(problem).split(": ", 1)[1] for problem in found if problem.message == broken.message] == [expected]
    problem = next(problem for problem in found if problem.message == broken.message)
    assert text.splitlines()[problem.line - 1] == broken.line
    assert str(problem) == f"{tmp_path / 'hunt.toml'}:{problem.line}: {expected}"


def test_one_fault_is_one_problem(tmp_path: Path) -> None:
    single = [case for case in CASES.values() if "no parameter" not in case.message and "[parameters." not in case.new]
    assert len(single) > 30
    for broken in single:
        found = problems_of(tmp_path, TEXT.replace(broken.old, broken.new, 1))
        assert len(found) == (2 if "SecurityEvent" in broken.new else 1), [str(problem) for problem in found]


def test_circles_are_told_once(tmp_path: Path) -> None:
    text = TEXT.replace('count = "ProcessCount"', 'count = "ProcessCount"\nby_process_of = "files"')
    found = problems_of(tmp_path, text)
    assert [(problem.key, problem.message) for problem in found if "circle" in problem.message] == [
        ("legs.processes", "legs lean on each other in a circle: processes > files > processes")
    ]


def test_a_leg_that_leans_on_itself(tmp_path: Path) -> None:
    found = problems_of(tmp_path, TEXT.replace('of = "processes"\nrare', 'of = "rare"\nrare'))
    assert [(problem.key, problem.message) for problem in found] == [
        ("legs.rare", "legs lean on each other in a circle: rare > rare")
    ]


def test_all_problems_are_told_by_line(tmp_path: Path) -> None:
    text = TEXT.replace("(p_tools)", "(p_tool)").replace('"FileSize"', '"Size"').replace('"PeakFiles"', '"PeakFile"', 1)
    found = problems_of(tmp_path, text)
    assert [problem.key for problem in found] == [
        "parameters.tools",
        "legs.processes.where",
        "legs.files.sum.Bytes",
        "thresholds.1.column",
    ]


def test_the_second_threshold_is_found_at_its_own_line(tmp_path: Path) -> None:
    text = TEXT.replace("[views.hours]\n", '[[thresholds]]\ncolumn = "Nothing"\nat_least = 1\n\n[views.hours]\n')
    found = problems_of(tmp_path, text)
    assert [problem.key for problem in found] == ["thresholds.2.column"]
    assert text.splitlines()[found[0].line - 1] == 'column = "Nothing"'


def test_parts_of_the_time_can_be_asked_for(tmp_path: Path) -> None:
    for condition in (
        "hourofday(Timestamp) < 6",
        'format_datetime(Timestamp, "HH") == "03"',
        "dayofweek(Timestamp) >= 5d",
    ):
        text = TEXT.replace('ProcessCommandLine has "copy"', condition)
        assert problems_of(tmp_path, text) == []


def test_techniques_without_a_name_are_warnings(tmp_path: Path) -> None:
    path = tmp_path / "hunt.toml"
    path.write_text(TEXT.replace('["T1119"]', '["T1119", "T1118"]\ntactic = "TA0007"'), encoding="utf-8")
    hunt = read_hunt(path)
    assert check_definition(hunt) == []
    assert [str(problem) for problem in unknown_techniques(hunt)] == [
        f"{path}:3: techniques: warning: T1118 is not among the techniques of ATT&CK 18.1 known here",
        f"{path}:4: tactic: warning: TA0007 is not among the tactics of ATT&CK 18.1 known here",
    ]


@pytest.mark.parametrize("path", hunt_files(shipped_folder()), ids=lambda path: path.stem)
def test_shipped_hunts_have_no_problems(path: Path) -> None:
    hunt = read_hunt(path)
    assert [str(problem) for problem in check_definition(hunt)] == []
    assert [str(problem) for problem in unknown_techniques(hunt)] == []
