"""Comparing stage, rosters: every row of a table is decided by two rulebooks, one row after another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from relief_engine.comparing.rosters.causes import Causes
from relief_engine.comparing.rosters.effect import (
    difference,
    difference_if_granted,
    figures_of,
    kind_of,
    missing_of,
    unchanged,
)
from relief_engine.comparing.rosters.model import Change, Kind, Pair, State
from relief_engine.comparing.rosters.reading import Reading, Request, read_both
from relief_engine.comparing.rosters.result import Impact
from relief_engine.decision import NOTHING_MISSING, Outcome
from relief_engine.engine import Engine
from relief_engine.errors import Finding, InputError, Location
from relief_engine.explanation.harmless import one_line
from relief_engine.profile.model import Profile
from relief_engine.roster.answers import Answer, answer_of
from relief_engine.roster.flat import plain
from relief_engine.roster.reasons import Reasons
from relief_engine.roster.rows import RowReader
from relief_engine.roster.run import LONG, Progress, uninstalled, why_not
from relief_engine.roster.table import Rejected, Row
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.terms import APPLICANT
from relief_engine.text import Text, joined

#: What finds the rows that differ: the direct route alone, or DuckDB before it; by the table's size if nobody says.
EngineName = Literal["auto", "direct", "duckdb"]
#: Progress is told after so many rows.
_OFTEN = 500
_ABSENT = Text("规则库里没有这个项目", "the rulebook has no such programme")


def impact(
    old: Rulebook,
    new: Rulebook,
    roster: Path,
    *,
    as_of: dt.date,
    programmes: Sequence[str] = (),
    sheet: str | None = None,
    encoding: str | None = None,
    kind: str | None = None,
    mapping: Mapping[str, str] | None = None,
    engine: EngineName = "auto",
    progress: Progress | None = None,
) -> Impact:
    """Decide every row of a table by both rulebooks and say who gains and loses.

    Rows are read and decided one after another, and changes beyond some thousands are kept on disk: memory does not
    grow with the table. In a long text or parquet file DuckDB, where it is installed, first finds the rows that may
    differ. A programme that has the same rules under both on the day is not decided.

    Args:
        old: the rules before.
        new: the rules after.
        roster: a table that ``relief screen`` reads.
        as_of: the day of all decisions.
        programmes: ids; empty for those that the columns are about under either rulebook.
        sheet: the name of a sheet; None for the first with known headers.
        encoding: the encoding of a text file; None to tell it by its content.
        kind: the kind of subject that a row describes; None to tell it by the columns.
        mapping: from headers to ids of facts, or to ``-`` for columns that are left alone.
        engine: ``direct`` to decide every row by the direct route; ``duckdb`` to let the embedded database find the
            rows that may differ, which are then decided by the direct route; ``auto`` for that with long tables.
        progress: called now and then with the number of rows that are done.

    Raises:
        InputError: the file, its columns or the programmes can't be used.
        UnknownName: a programme that neither rulebook has.
    """
    request = Request(roster, as_of, tuple(programmes), sheet, encoding, kind, mapping or {})
    engines = Engine(old), Engine(new)
    reading = read_both(*engines, request)
    table = reading.table
    named = _named(reading)
    found = Impact(
        old.digest, new.digest, as_of, table.file, table.sheet, tuple(one_line(table.headers[i]) for i in named),
        reading.pairs, reading.remarks,
    )  # fmt: skip
    clerk = _Clerk(*engines, reading, as_of, found, named)
    rows = table.rows()
    if _sifted(engine, reading, clerk.asked, request):
        from relief_engine.comparing.rosters.bulk import sift

        rows = sift(engines, reading, clerk.asked, found)
    for number, row in enumerate(rows, start=1):
        clerk.take(row)
        if progress is not None and number % _OFTEN == 0:
            progress(number)
    return found


def _sifted(engine: EngineName, reading: Reading, asked: Sequence[Pair], request: Request) -> bool:
    """Whether the embedded database looks for the rows that may differ; raises :class:`InputError` if it can't."""
    if engine == "direct" or not asked:
        return False
    why = why_not(request.roster, reading.table.headers) or _why_not(reading, asked, request.as_of) or uninstalled()
    if engine == "duckdb" and why is not None:
        raise InputError([Finding("engine", Location("--engine"), why)])
    long = why is None and request.roster.stat().st_size >= LONG[request.roster.suffix.lower()]
    return why is None and (long or engine == "duckdb")


def _why_not(reading: Reading, asked: Sequence[Pair], day: dt.date) -> Text | None:
    """Why a database can't find the rows that differ, though it could decide the table."""
    if not reading.same:
        return Text("两个规则库对表格的读法不同", "the rulebooks read the table differently")
    closed = next((p for p in asked if any(q is None or not q.period.holds(day) for q in (p.old, p.new))), None)
    if closed is None:
        return None
    title = closed.title
    return Text(f"“{title.zh}”当日不是两边都适用", f"{title.en} is not in force on the day under both")


def _named(reading: Reading) -> tuple[int, ...]:
    """The columns that say whose row it is, under either rulebook."""
    columns = zip(reading.old.columns, reading.new.columns, strict=True)
    return tuple(
        one.index for one, other in columns if any(c.fact is not None and c.fact.identifies for c in (one, other))
    )


class _Clerk:
    """Decides rows by both rulebooks and puts down what differs."""

    def __init__(
        self, old: Engine, new: Engine, reading: Reading, day: dt.date, found: Impact, named: tuple[int, ...]
    ) -> None:
        self.engines = old, new
        self.day = day
        self.found = found
        self.named = named
        self.headers = reading.table.headers
        self.asked = tuple(pair for pair in reading.pairs if not pair.same)
        self.before = RowReader(old.rulebook, reading.table, reading.old)
        # Where both read alike, one reading serves both.
        self.after = None if reading.same else RowReader(new.rulebook, reading.table, reading.new)
        self.reasons = Reasons(day), Reasons(day)
        self.causes = Causes(day)

    def take(self, row: Row | Rejected) -> None:
        """Count one row and what became of it."""
        found = self.found
        found.rows += 1
        if isinstance(row, Rejected):
            found.rejected += 1
            return
        if not self.asked:
            found.undecided += 1
            return
        before = self.before.read(row)
        after = before if self.after is None else self.after.read(row)
        if isinstance(before, Rejected) and isinstance(after, Rejected):
            found.rejected += 1
            return
        kinds = [self._compare(row, pair, before, after) for pair in self.asked]
        if all(kind is Kind.UNCHANGED for kind in kinds):
            found.unchanged += 1
        else:
            found.changed += 1

    def _compare(self, row: Row, pair: Pair, before: Profile | Rejected, after: Profile | Rejected) -> Kind:
        """What became of one answer; it is counted, and put down if it changed."""
        one, other = self._answer(0, pair, before), self._answer(1, pair, after)
        if one is not None and other is not None and unchanged(one, other):
            self.found.other_reasons += bool(self.causes.conditions(one, other))
            return self._count(pair, Kind.UNCHANGED, self._figures(one), self._figures(other), None)
        states = self._state(0, pair, before, one), self._state(1, pair, after, other)
        # What is put off, or only the most that is given, is no relief gained or lost.
        kind, certain = kind_of(*states), difference(*states) if pair.adds_up else None
        self._count(pair, kind, *states, certain)
        change = Change(
            row.number, tuple(_cell(row, place) for place in self.named), pair.id, kind, *states, certain,
            difference_if_granted(*states) if pair.adds_up else None,
            () if one is None or other is None else self.causes.found(one, other),
        )  # fmt: skip
        self.found.put(change)
        return kind

    def _count(self, pair: Pair, kind: Kind, before: State, after: State, certain: int | None) -> Kind:
        sums = self.found.count(pair.id, kind)
        sums.number += 1
        if pair.adds_up:
            sums.before.add(before.figures, before.outcome)
            sums.after.add(after.figures, after.outcome)
            sums.difference += certain or 0
        return kind

    # --- one side -------------------------------------------------------------------------------------------------

    def _answer(self, side: int, pair: Pair, read: Profile | Rejected) -> Answer | None:
        """The answer of one rulebook; None for a row that it can't read."""
        if isinstance(read, Rejected):
            return None
        programme = _side(pair, side)
        if programme is None:
            other = _side(pair, 1 - side)
            assert other is not None, "a programme stands in one rulebook at least"
            return Answer(other, None, {"outcome": Outcome.NOT_IN_FORCE.value}, NOTHING_MISSING)
        index = None if programme.subject == APPLICANT else 0
        return answer_of(self.engines[side].decide_one(programme, read, index, self.day))

    @staticmethod
    def _figures(answer: Answer) -> State:
        """A side of an answer that did not change, without its words."""
        return State(Outcome(str(answer.summary["outcome"])), _ABSENT, figures_of(answer))

    def _state(self, side: int, pair: Pair, read: Profile | Rejected, answer: Answer | None) -> State:
        if answer is None:
            return State(None, self._unread(read))
        outcome = Outcome(str(answer.summary["outcome"]))
        if _side(pair, side) is None:
            return State(outcome, _ABSENT)
        said = self.reasons[side].said(answer)
        return State(outcome, said.reason, figures_of(answer), said.clauses, missing_of(answer))

    def _unread(self, read: Profile | Rejected) -> Text:
        """What is wrong with a row that one rulebook can't read."""
        problems = read.problems if isinstance(read, Rejected) else ()
        parts = []
        for problem in problems:
            place = problem.column
            header = "" if place is None or place >= len(self.headers) else one_line(self.headers[place])
            lead = (f"{header}：", f"{header}: ") if header else ("", "")
            parts.append(Text(lead[0] + problem.message.zh, lead[1] + problem.message.en))
        return joined(parts, zh="；", en="; ")


def _side(pair: Pair, side: int) -> Programme | None:
    return pair.new if side else pair.old


def _cell(row: Row, place: int) -> str | None:
    cell = row.cells[place] if place < len(row.cells) else None
    return None if cell is None else plain(cell)
