"""Which blocks a report has, in which order: what was found first, how to check it last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tui.library.attack import VERSION, technique_name
from tui.triage.queries.context import Scope
from tui.triage.report.document import (
    Badge,
    Block,
    Bullets,
    Code,
    Facts,
    Figures,
    Grid,
    Heading,
    Inline,
    Line,
    Link,
    Paragraph,
    Prose,
    Quote,
    Tone,
    Value,
    Words,
    joined,
)
from tui.triage.report.model import LISTED_VALUES, HuntNotRun, HuntResult, MarkedRow, Parameter, Report, ReportedRun
from tui.triage.report.wording import (
    is_shown_exactly,
    number_words,
    result_words,
    time_words,
    until_words,
    window_words,
)
from tui.workspaces.protocol import Outcome, State, Window, mark_place

NAMED_SUBJECTS = 12
"""Devices and the like that the summary names for a hunt."""

_VISIBLE = " Hidden characters are made visible here, so this is not the text as it ran."
_DEFANGED = " It is defanged here, so this is not the text as it ran."

_TONES: dict[str, Tone] = {
    "hits": "hit",
    "no hits": "good",
    "no data": "warn",
    "part": "warn",
    "no answer": "warn",
    "suspicious": "bad",
    "benign": "good",
    "unknown": "quiet",
}


def blocks(report: Report) -> Iterator[Block]:
    """The report, block by block."""
    yield Heading(1, [Words("Threat hunt report: "), Value(report.name)])
    yield _head(report)
    yield from _summary(report)
    yield from _marks(report)
    yield from _verdicts(report)
    yield from _notes(report)
    yield from _runs(report)
    yield from _checking(report)
    yield from _marks_in_full(report)
    yield from _queries(report)


def _head(report: Report) -> Facts:
    places: list[Inline] = []
    for name, kind in report.workspaces:
        places += [*([Words(", ")] if places else []), Value(name), Words(" ("), Value(kind), Words(")")]
    facts: list[tuple[Inline, Line]] = [
        (Words("Workspace"), places),
        (Words("Analyst"), joined(report.authors)),
        (Words("Window"), [Words(window_words(report.window) if report.window else "none")]),
        (Words("Scope"), _scope(report.scope)),
        (Words("Report of"), [Words(f"{time_words(report.moment)}; ages are told from then")]),
        (Words("Work"), [Words(f"{time_words(report.created)} → {time_words(report.saved)}")]),
        (Words("Session"), [Value(report.identity, exact=True)]),
        (Words("Contents"), [Words("SHA-256 "), Value(report.digest, exact=True)]),
        (Words("Written by"), [Words(f"huntdeck {report.version}, ATT&CK {VERSION}")]),
    ]
    if report.imported:
        facts.append((Words("Taken in by"), [Value(report.imported)]))
    if report.defanged:
        words = "URLs, domains and addresses are written so that they are no links; so are those in queries."
        facts.append((Words("Defanged"), [Words(words)]))
    return Facts(facts)


def _scope(scope: Scope) -> Line:
    parts = (
        ("devices ", scope.devices),
        ("accounts ", scope.accounts),
        ("without devices ", scope.exclude_devices),
        ("without accounts ", scope.exclude_accounts),
    )
    line: list[Inline] = []
    for words, names in parts:
        if names:
            line += [Words(f"; {words}" if line else words), *joined(names)]
    return line or [Words("everything")]


def _summary(report: Report) -> Iterator[Block]:
    yield Heading(2, [Words("Summary")], "summary")
    hits = [result for result in report.hunts if result.found == "hits" and not result.pivot]
    broken = [run for run in report.runs if not run.whole]
    counted = [verdict for verdict in report.verdicts if verdict.standing == "counts"]
    suspicious = sum(verdict.opinion == "suspicious" for verdict in counted)
    yield Figures(
        [
            _figure(sum(not result.pivot for result in report.hunts), "hunts run", "quiet"),
            _figure(len(hits), "with hits", "hit"),
            _figure(suspicious, "judged suspicious", "bad"),
            _figure(len(report.marks), "marked rows", "quiet"),
            _figure(len(broken), "runs not complete", "warn"),
            _figure(len(report.not_run), "hunts not run", "warn"),
        ]
    )
    yield Heading(3, [Words("What was run, and what it found")])
    if report.hunts:
        rows = [_result_row(result, report.window, report.moment) for result in report.hunts]
        yield Grid(("Hunt", "Techniques", "Result", "Who", "Looked until", "Run"), rows, frozenset({5}))
    else:
        yield Paragraph([Words("Nothing was run.")])
    yield Heading(3, [Words("What failed or is not whole")])
    items = [_broken(run) for run in broken]
    items += [
        [Words(f"Run {number}: its record could not be read, and is not in this report")] for number in report.missing
    ]
    items += [[Prose(problem)] for problem in report.problems]
    yield Bullets(items) if items else Paragraph([Words("Every run gave all that was asked for.")])
    yield Heading(3, [Words("What was not run")])
    if report.not_run:
        yield Bullets([_not_run(hunt) for hunt in report.not_run])
    else:
        yield Paragraph([Words("Every hunt that was at hand was run.")])

    if report.unanswered:
        yield Paragraph([Words("Run, but never to a complete answer:")])
        yield Bullets([_not_run(hunt) for hunt in report.unanswered])


def _not_run(hunt: HuntNotRun) -> Line:
    """A hunt with why it was not run, or with the run that did not come to its end."""
    line: list[Inline] = [Value(hunt.hunt), Words(" "), Value(hunt.title), *_techniques(hunt.techniques)]
    if hunt.run:
        line += [Words(", "), Link(f"run {hunt.run}", f"run-{hunt.run}")]
    return [*line, Words(": "), Prose(hunt.reason)] if hunt.reason else line


def _figure(number: int, words: str, tone: Tone) -> tuple[str, str, Tone]:
    """A number with what it counts; `words` are in the plural, where there is one the noun has its `s`."""
    one = words.replace("hunts", "hunt").replace("runs", "run").replace("rows", "row")
    return f"{number:,}", one if number == 1 else words, tone if number else "quiet"


def _result_row(result: HuntResult, window: Window | None, moment: datetime) -> list[Line]:
    who: list[Inline] = []
    for subject in result.subjects[:NAMED_SUBJECTS]:
        who += [*([Words(", ")] if who else []), Value(subject.name)]
        who += [Words(" "), Badge(subject.opinion, _TONES.get(subject.opinion, "quiet"))] if subject.opinion else []
    if (rest := len(result.subjects) - NAMED_SUBJECTS) > 0:
        who.append(Words(f" and {rest:,} more"))
    within = "" if result.window == window else f"; within {window_words(result.window)}"
    later = f"; run {', '.join(map(str, result.later))} after it gave no answer" if result.later else ""
    return [
        [Value(result.hunt), Words(" "), Value(result.title)],
        joined(result.techniques),
        [Badge(result_words(result), _TONES[result.found]), *_but(result.outcome), Words(f"{within}{later}")],
        who,
        # Of an answer without rows, the reason says how new the data was.
        [Words(until_words(result, moment)), *(_reason("; ", result.outcome) if result.found == "no hits" else [])],
        [Link(str(result.run), f"run-{result.run}")],
    ]


def _but(outcome: Outcome) -> Line:
    """How a run ended that did not end well, after what it gave."""
    if outcome.state is State.COMPLETE:
        return []
    return [Words(f", {outcome.state}"), *_reason(": ", outcome)]


def _outcome(outcome: Outcome) -> Line:
    """How a run ended, with the reason."""
    badge = Badge(str(outcome.state), "good" if outcome.state is State.COMPLETE else "warn")
    return [badge, *_reason(" ", outcome)]


def _reason(between: str, outcome: Outcome) -> Line:
    return [Words(between), Prose(outcome.reason)] if outcome.reason else []


def _broken(run: ReportedRun) -> Line:
    rows = f" ({number_words(run.rows, 'rows')} came)" if run.rows else ""
    return [
        Link(f"Run {run.number}", f"run-{run.number}"),
        Words(", "),
        Value(run.hunt),
        Words(" "),
        Value(run.what),
        Words(f"{rows}: "),
        *_outcome(run.outcome),
    ]


def _techniques(techniques: tuple[str, ...]) -> Line:
    line: list[Inline] = [Words(" (")] if techniques else []
    for number, technique in enumerate(techniques):
        name = technique_name(technique)
        line += [Words(", ")] if number else []
        line += [Value(technique), *([Words(f" {name}")] if name != technique else [])]
    return [*line, Words(")")] if line else []


def _marks(report: Report) -> Iterator[Block]:
    yield Heading(2, [Words("Marked rows")], "marked")
    if not report.marks:
        yield Paragraph([Words("No row was marked.")])
        return
    yield Paragraph([Words("By the time of their events, which is in UTC. Each stands in full in an appendix.")])
    rows: list[list[Line]] = [
        [
            [Link(str(number), f"row-{number}")],
            [Words(time_words(mark.at) if mark.at else "no time")],
            [Value(mark.device)],
            [Value(mark.account)],
            [Value(mark.what, exact=True)],
            [Prose(mark.note)],
            joined(mark.tags),
        ]
        for number, mark in enumerate(report.marks, start=1)
    ]
    yield Grid(("#", "Time", "Where", "Who", "What", "Note", "Tags"), rows, frozenset({0}))


def _marks_in_full(report: Report) -> Iterator[Block]:
    if report.marks:
        yield Heading(2, [Words("Appendix: marked rows in full")], "marked-in-full")
    for number, mark in enumerate(report.marks, start=1):
        yield from _mark(number, mark)


def _mark(number: int, mark: MarkedRow) -> Iterator[Block]:
    when = time_words(mark.at) if mark.at else "no time"
    yield Heading(3, [Words(f"{number}. {when} "), Value(mark.device)], f"row-{number}")
    if mark.note:
        yield Quote(Prose(mark.note))
    origin: list[Inline] = [Words(f"row {mark.row:,} of run {mark.run}")]
    if mark.hunt:
        origin += [Words(", "), Value(mark.hunt), Words(" "), Value(mark.listed_by)]
    if mark.opened_from:
        origin += [Words(", opened from "), Value(mark.opened_from)]
    facts: list[tuple[Inline, Line]] = [
        (Words("From"), origin),
        (Words("Marked"), [Words(f"{time_words(mark.marked_at)} by "), Value(mark.author)]),
    ]
    if mark.tags:
        facts.append((Words("Tags"), joined(mark.tags)))
    facts.append((Words("Key"), [Value(mark.key, exact=True)]))
    yield Facts([*facts, *((Value(name, exact=True), [Value(text, exact=True)]) for name, text in mark.fields)])


def _verdicts(report: Report) -> Iterator[Block]:
    yield Heading(2, [Words("Verdicts")], "verdicts")
    if not report.verdicts:
        yield Paragraph([Words("None was given.")])
        return
    rows: list[list[Line]] = []
    for verdict in report.verdicts:
        standing = {"counts": "", "replaced": " (replaced by a later one)", "ended": " (ended)"}[verdict.standing]
        until = f"until {time_words(verdict.until)}" if verdict.until else "until changed"
        rows.append(
            [
                [Value(verdict.name), Words(" "), Value(verdict.subject)],
                [Value(verdict.hunt)],
                [Badge(verdict.opinion, _TONES.get(verdict.opinion, "quiet")), Words(standing)],
                [Prose(verdict.reason)],
                [Words(until)],
                [Value(verdict.author), Words(f" {time_words(verdict.at)}")],
            ]
        )
    yield Grid(("Of", "For hunt", "Verdict", "Reason", "Holds", "Given"), rows)


def _notes(report: Report) -> Iterator[Block]:
    yield Heading(2, [Words("Notes")], "notes")
    if not report.notes:
        yield Paragraph([Words("None was written.")])
    for note in report.notes:
        yield Paragraph([Words(f"{time_words(note.at)} "), Value(note.author)])
        yield Quote(Prose(note.text))


def _runs(report: Report) -> Iterator[Block]:
    yield Heading(2, [Words("Runs")], "runs")
    rows: list[list[Line]] = [
        [
            [Link(str(run.number), f"run-{run.number}")],
            [Words(time_words(run.began))],
            [Value(run.hunt)],
            [Value(run.what)],
            [_outcome(run.outcome)[0]],
            [Words(f"{run.rows:,}{'+' if run.outcome.state is State.TRUNCATED else ''}")],
            [Words(f"{run.seconds:,.1f} s")],
        ]
        for run in report.runs
    ]
    if rows:
        yield Grid(("Run", "Began", "Hunt", "What", "Outcome", "Rows", "Took"), rows, frozenset({0, 5, 6}))
        words = "A parameter with a star is not the hunt's default. The window's end is not included."
        yield Paragraph([Words(words)])
    else:
        yield Paragraph([Words("There are none.")])
    kql = {} if report.defanged else {query.number: query.kql for query in report.queries}
    for run in report.runs:
        yield from _run(run, kql.get(run.query, ""))


def _run(run: ReportedRun, kql: str) -> Iterator[Block]:
    """A run; where the service complained of a place in its query, that line of `kql`, the query as it ran if it is shown."""
    yield Heading(3, [Words(f"Run {run.number}: "), Value(run.hunt), Words(" "), Value(run.title)], f"run-{run.number}")
    lists: list[Inline] = [Value(run.what)]
    if run.opened_from:
        lists += [Words(", opened from "), Value(run.opened_from)]
    facts: list[tuple[Inline, Line]] = [
        (Words("Lists"), lists),
        (Words("Techniques"), joined(run.techniques)),
        (Words("Outcome"), _outcome(run.outcome)),
        *_what_to_do(run.outcome),
        (Words("Rows"), [Words(f"{run.rows:,} in {run.seconds:,.1f} s, {run.bytes:,} bytes")]),
        (Words("Began"), [Words(f"{time_words(run.began)} by "), Value(run.author)]),
        (Words("Workspace"), [Value(run.workspace), Words(" ("), Value(run.kind), Words(")")]),
        (Words("Window"), [Words(window_words(run.window))]),
        (Words("Scope"), _scope(run.scope)),
    ]
    if run.fresh:
        facts.append((Words("Fresh"), [Words(run.fresh)]))
    if run.parameters_of:
        facts.append((Words("Parameters"), [Words(f"those of run {run.parameters_of}")]))
    facts += [(_named(parameter), _listed(parameter)) for parameter in run.parameters]
    facts += [
        (Words("Query"), [Link(f"query {run.query}", f"query-{run.query}"), *_digest(", ", run.kql_sha256)]),
        (Words("Rows file"), _digest("", run.rows_sha256) if run.rows_sha256 else [Words("none")]),
    ]
    facts += [(Value(name.replace("_", " ")), [Value(identifier, exact=True)]) for name, identifier in run.identifiers]
    yield Facts(facts)
    marked = mark_place(kql, run.outcome.place) if run.outcome.place else []
    if marked:
        yield Paragraph([Words("What the service complains of:")])
        yield Code("\n".join(marked))


def _what_to_do(outcome: Outcome) -> Iterator[tuple[Inline, Line]]:
    """The place in the query that the service complains of, and what it said or we know to do about it."""
    if outcome.place:
        yield Words("Place"), [Words(f"line {outcome.place[0]:,}, column {outcome.place[1]:,} of the query as it ran")]
    if outcome.next_step:
        yield Words("Next step"), [Prose(outcome.next_step)]


def _digest(before: str, digest: str) -> Line:
    return [Words(f"{before}SHA-256 "), Value(digest, exact=True)]


def _named(parameter: Parameter) -> Inline:
    return Value(f"p_{parameter.name}{' *' if parameter.changed else ''}")


def _listed(parameter: Parameter) -> Line:
    if not parameter.count:
        return [Words("not given")]
    rest = parameter.count - LISTED_VALUES
    return [
        *joined(parameter.texts, exact=True),
        *([Words(f" and {rest:,} more, which the query has")] if rest > 0 else []),
    ]


def _checking(report: Report) -> Iterator[Block]:
    yield Heading(2, [Words("How to check this report")], "checking")
    yield Paragraph(
        [
            Words(
                "The digest of the contents is over what was run, what came, and what was marked, noted and judged: "
            ),
            Value(report.digest, exact=True),
            Words(". "),
            Value("huntdeck sessions verify", exact=True),
            Words(
                " computes it anew from the session's files, with those of each query and of each file of rows; "
                "with the option "
            ),
            Value("--contents", exact=True),
            Words(" it prints what the digest is over, for sha256sum."),
        ]
    )


def _queries(report: Report) -> Iterator[Block]:
    yield Heading(2, [Words("Appendix: queries")], "queries")
    if not report.queries:
        yield Paragraph([Words("There are none.")])
    for query in report.queries:
        runs = ", ".join(map(str, query.runs))
        yield Heading(3, [Words(f"Query {query.number}, of run {runs}")], f"query-{query.number}")
        note = "" if is_shown_exactly(query.kql) else _VISIBLE
        note += _DEFANGED if report.defanged else ""
        yield Paragraph([Words("SHA-256 "), Value(query.sha256, exact=True), *([Words(f".{note}")] if note else [])])
        yield Code(query.kql)
