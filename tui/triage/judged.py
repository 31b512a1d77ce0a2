"""What was said about the rows of a run: the two columns that show it, and what is hidden because of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any

from tui.kql.moments import exact_as_written
from tui.results.values import plain_text
from tui.results.view import RowView
from tui.triage.findings import About, newest
from tui.triage.queries.subjects import NAMES
from tui.triage.records.model import Mark, Verdict
from tui.triage.records.row_keys import entity_of, is_of_entities, key_columns, row_key
from tui.triage.verdicts import is_taken_back

if TYPE_CHECKING:
    from tui.results.prepared import PreparedView
    from tui.results.store import Rows
    from tui.triage.runs import Fresh, Run
    from tui.triage.session import Session

SIGN_COLUMN, BEFORE_COLUMN = ":V", ":Before"
"""Names of the columns that are added; no column of a result can begin so unless it is quoted in the query."""
MARKED, NOTED = "M", "N"
NEW, MORE = "+", "^"
"""Signs of rows that are fresh in a round of a watch."""
LETTERS = {"suspicious": "S", "unknown": "?", "benign": "B"}
_BATCH = 8_192

Row = tuple[Any, ...]


def verdict_on(session: Session, about: About) -> Verdict | None:
    """The newest verdict about `about`, of this session or remembered from another; None when it was taken back."""
    found = newest(one for one in (session.remembered.verdict_on(about), session.findings.verdict_on(about)) if one)
    return None if found is None or is_taken_back(found) else found


def history_of(session: Session, about: About) -> list[Verdict]:
    """Every verdict about `about`, the newest first, those that take one back too."""
    all_of_them = (*session.remembered.verdicts, *session.findings.verdicts)
    found = dict.fromkeys(one for one in all_of_them if one.about == about)
    return sorted(found, key=lambda one: one.at, reverse=True)


def before_words(verdict: Verdict, now: datetime, zone: tzinfo = UTC) -> str:
    """`benign until 12-14 ana: backup`, `suspicious 11-14 ana`, `benign ended 12-14 ana: backup`."""
    moment, ended = verdict.until or verdict.at, not verdict.holds(now)
    until = "" if verdict.until is None else "ended " if ended else "until "
    day = f"{moment.astimezone(zone):{'%m-%d' if abs((moment - now).days) < 180 else '%Y-%m-%d'}}"
    who = verdict.author.partition("@")[0]
    return f"{verdict.opinion} {until}{day} {who}" + (f": {verdict.reason}" if verdict.reason else "")


def mark_words(mark: Mark) -> str:
    """What is written on a mark, with its tags: `look here #c2`."""
    return " ".join([*([" ".join(mark.note.split())] if mark.note else []), *(f"#{tag}" for tag in mark.tags)])


def mark_row(mark: Mark) -> dict[str, str]:
    """A marked row as it is copied: who marked it, note and tags, then what it held."""
    said = {
        "(marked)": f"{mark.at:%Y-%m-%dT%H:%M:%SZ} {mark.author}",
        "(note)": mark.note,
        "(tags)": " ".join(mark.tags),
    }
    return {**said, **mark.fields}


class Judge:
    """Finds what was said about rows of `run`, whose columns with their KQL types are `kinds`.

    A row is a mapping of all its columns. May be asked from any thread.
    """

    def __init__(
        self,
        session: Session,
        run: Run,
        kinds: Mapping[str, str],
        now: Callable[[], datetime],
        zone: Callable[[], tzinfo],
    ) -> None:
        self.run, self.kinds = run, kinds
        self._session, self._now, self._zone = session, now, zone
        self.of_entities = is_of_entities(run.query)
        # Events have their key from all that they hold: it is taken only for those of a moment that was marked.
        by_all = not key_columns(run.query)
        self.moment = next((name for name, kind in kinds.items() if by_all and kind == "datetime"), "")
        self._moments: tuple[int, frozenset[datetime | None]] = (-1, frozenset())
        self._marked: tuple[tuple[int, int], tuple[int, ...]] = ((-1, 0), ())

    @property
    def fresh(self) -> Fresh | None:
        """What is fresh among the rows: of a watch that is on, since its rounds were looked at last."""
        return self.run.unseen or self.run.fresh

    @property
    def has_marks(self) -> bool:
        """Whether any row is marked anywhere."""
        return bool(self._session.findings.marked)

    def key(self, row: Mapping[str, Any]) -> str:
        """What tells the row apart wherever it is listed."""
        return row_key(self.run.context, self.run.query, row)

    def mark_of(self, row: Mapping[str, Any]) -> Mark | None:
        """The mark on the row."""
        if not self.has_marks or not row:
            return None
        if self.moment and row.get(self.moment) not in self.marked_moments():
            return None
        return self._session.findings.mark_of(self.key(row))

    def about(self, row: Mapping[str, Any]) -> About | None:
        """What a verdict on the row is about; None where the rows are no devices, accounts..."""
        found = entity_of(self.run.query, row) if self.of_entities else None
        return None if found is None else (self.run.workspace, self.run.hunt_id, *found)

    def verdict_of(self, row: Mapping[str, Any]) -> Verdict | None:
        """The newest verdict on the device, account... that the row is of."""
        about = self.about(row)
        return None if about is None else verdict_on(self._session, about)

    def freshness(self, row: Mapping[str, Any]) -> str:
        """`+` for a row that the round of a watch before had not, `^` for one with more behind it than there."""
        fresh = self.fresh
        if fresh is None or not row:
            return ""
        key = self.key(row)
        return NEW if key in fresh.new else MORE if key in fresh.more else ""

    def sign(self, row: Mapping[str, Any]) -> str:
        """`+` or `^` of a fresh row, `M` or `N` of a marked one, then `S`, `?` or `B`."""
        mark, verdict = self.mark_of(row), self.verdict_of(row)
        letter = self.freshness(row)
        letter += "" if mark is None else NOTED if mark.note or mark.tags else MARKED
        return letter + (LETTERS[verdict.opinion] if verdict is not None and verdict.holds(self._now()) else "")

    def before(self, row: Mapping[str, Any]) -> str:
        """Since when the row is fresh, and the newest verdict, in words, or nothing."""
        return "; ".join(filter(None, [self._fresh_words(row), self._verdict_words(row)]))

    def _verdict_words(self, row: Mapping[str, Any]) -> str:
        verdict = self.verdict_of(row)
        return "" if verdict is None else before_words(verdict, self._now(), self._zone())

    def _fresh_words(self, row: Mapping[str, Any]) -> str:
        """`new since 14:01`, `more since 14:01`, or nothing."""
        sign, fresh = self.freshness(row), self.fresh
        if not sign or fresh is None:
            return ""
        return f"{'new' if sign == NEW else 'more'} since {fresh.since.astimezone(self._zone()):%H:%M}"

    def fields(self, row: Mapping[str, Any]) -> list[tuple[str, str]]:
        """What is said about the row as fields, where anything is."""
        mark, said = self.mark_of(row), (("fresh", self._fresh_words(row)), ("verdict", self._verdict_words(row)))
        found = [(name, words) for name, words in said if words]
        if mark is not None:
            found.append(("marked", f"{mark.at:%Y-%m-%d %H:%M:%S}Z, {mark.author}"))
            found += [("note", mark.note)] if mark.note else []
            found += [("tags", " ".join(mark.tags))] if mark.tags else []
        return found

    def words(self, row: Mapping[str, Any]) -> str:
        """What is written on the row, and the verdict, where there is either."""
        mark, before = self.mark_of(row), self.before(row)
        note = mark_words(mark) if mark is not None else ""
        return "  ".join(filter(None, [f"note: {note}" if note else "", before]))

    def marked_moments(self) -> frozenset[datetime | None]:
        """The moments at which rows are marked, where those are told by all that they hold; None for rows of no time."""
        revision = self._session.findings.revision
        if self._moments[0] != revision:
            texts = {mark.fields.get(self.moment, "") for mark in self._session.findings.marks}
            self._moments = (revision, frozenset(map(_moment, texts)))
        return self._moments[1]

    # All rows of the run; for worker threads

    def benign(self, rows: Rows) -> tuple[int, ...]:
        """The rows, by number, that were judged benign before the run began, by verdicts that hold now.

        None in what was opened from a cell: that always lists all.
        """
        if not self.of_entities or self.run.origin is not None:
            return ()
        now, began = self._now(), self.run.began
        return self._where(
            rows, lambda one: one is not None and one.opinion == "benign" and one.at < began and one.holds(now)
        )

    def judged(self, rows: Rows, opinion: str) -> tuple[int, ...]:
        """The rows, by number, on which a verdict of `opinion` holds."""
        now = self._now()
        return self._where(rows, lambda one: one is not None and one.opinion == opinion and one.holds(now))

    def _where(self, rows: Rows, wanted: Callable[[Verdict | None], bool]) -> tuple[int, ...]:
        names = list(key_columns(self.run.query))
        if not {info.name for info in rows.columns}.issuperset(names):
            return ()  # an answer without its keys is of nobody
        found: list[int] = []
        with rows.prepare() as held:
            for start in range(0, held.count, _BATCH):
                page = (dict(zip(names, row, strict=True)) for row in held.page(start, _BATCH, names))
                found += [start + place for place, row in enumerate(page) if wanted(self.verdict_of(row))]
        return tuple(found)

    def marked(self, rows: Rows) -> tuple[int, ...]:
        """The rows that are marked, by number."""
        if not self.has_marks:
            return ()
        state = (self._session.findings.revision, rows.count)
        if self._marked[0] != state:
            self._marked = (state, self._find_marked(rows))
        return self._marked[1]

    def _find_marked(self, rows: Rows) -> tuple[int, ...]:
        names, found = list(self.kinds), list[int]()
        with rows.prepare(RowView(only=self._possible(rows))) as held:
            for start in range(0, held.count, _BATCH):
                page, arrivals = held.page(start, _BATCH, names), held.arrivals(start, _BATCH)
                for row, arrival in zip(page, arrivals, strict=True):
                    if self.mark_of(dict(zip(names, row, strict=True))) is not None:
                        found.append(arrival)
        return tuple(sorted(found))

    def _possible(self, rows: Rows) -> tuple[int, ...] | None:
        """The rows, by number, of a moment that was marked; None where any row may be marked."""
        moments = self.marked_moments()
        if not self.moment:
            return None
        found: list[int] = []
        with rows.prepare() as held:
            for start in range(0, held.count, _BATCH):
                page = held.page(start, _BATCH, [self.moment])
                found += [start + place for place, (value,) in enumerate(page) if value in moments]
        return tuple(found)


class JudgedView:
    """Rows of a prepared view with what was said about them in the columns `:V` and `:Before`, as a table reads them."""

    def __init__(self, held: PreparedView, judge: Judge) -> None:
        self.held, self.judge = held, judge
        self.view, self.count = held.view, held.count

    def page(self, offset: int, limit: int, columns: Sequence[str]) -> list[Row]:
        """As `PreparedView.page`; `columns` name all of its columns, and the added ones where they stand."""
        own = [name for name in columns if name not in (SIGN_COLUMN, BEFORE_COLUMN)]
        rows = self.held.page(offset, limit, own)
        for place, name in enumerate(columns):
            if name in (SIGN_COLUMN, BEFORE_COLUMN):
                rows = [(*row[:place], "", *row[place:]) for row in rows]
        return self.judged(rows, columns)

    def judged(self, rows: Sequence[Row], columns: Sequence[str]) -> list[Row]:
        """`rows` with what is said about them now; one about which nothing else is said is the same object."""
        sign, before = (columns.index(name) if name in columns else -1 for name in (SIGN_COLUMN, BEFORE_COLUMN))
        judge = self.judge
        if not judge.moment:
            return [self._judged(row, columns, sign, before) for row in rows]
        moment, moments, fresh = columns.index(judge.moment), judge.marked_moments(), judge.fresh
        return [
            row
            if row[sign] == "" and row[moment] not in moments and not fresh
            else self._judged(row, columns, sign, before)
            for row in rows
        ]

    def _judged(self, row: Row, columns: Sequence[str], sign: int, before: int) -> Row:
        found = dict(zip(columns, row, strict=True))
        for name in (SIGN_COLUMN, BEFORE_COLUMN):
            found.pop(name, None)
        words = {sign: self.judge.sign(found), before: self.judge.before(found)}
        if all(place < 0 or row[place] == text for place, text in words.items()):
            return row
        return tuple(words.get(place, value) for place, value in enumerate(row))


def _moment(text: str) -> datetime | None:
    """A moment as a mark keeps it."""
    try:
        return exact_as_written(datetime.fromisoformat(text), text)
    except ValueError:
        return None


def shown_name(subject: str, entity: str, row: Mapping[str, Any]) -> str:
    """What the device, account... of `row` is called where it is shown."""
    label = next((names[2] for known, names in NAMES.items() if known == subject), "")
    return plain_text(row.get(label)) or entity
