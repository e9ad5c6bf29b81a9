"""Roster stage: every row of a table is decided by the direct route, one after another, in bounded memory."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from relief_engine.decision import Decision
from relief_engine.engine import Engine
from relief_engine.profile.model import Profile
from relief_engine.roster.ahead import Sender, in_a_process
from relief_engine.roster.answers import Answered, Screening, answer_of
from relief_engine.roster.doubts import Doubts
from relief_engine.roster.duplicates import Duplicates
from relief_engine.roster.people import People, Stated
from relief_engine.roster.rows import NOBODYS, RowReader
from relief_engine.roster.second import SecondRoute
from relief_engine.roster.table import Rejected, Row
from relief_engine.rulebook.terms import APPLICANT

#: After so many rows the rest is decided in a process of its own, while this one goes on reading and writing.
LONG = 250


def screen(engine: Engine, screening: Screening, second: SecondRoute | None = None) -> Iterator[Answered | Rejected]:
    """What becomes of each row of a table, in the order of the file.

    Every row of the table comes out once, answered or rejected; a row that can't be read stops none of the others.

    Args:
        engine: an engine of the screening's rulebook.
        screening: what is screened, and by what.
        second: is told of every answer, to compare them all in the end.
    """
    clerk = Clerk(engine, screening, second)
    rows = screening.table.rows()
    for _ in range(LONG):
        row = next(rows, None)
        if row is None:
            return
        yield row if isinstance(row, Rejected) else clerk.answer(row)
    yield from in_a_process(Sender(rows, clerk.answer, clerk.flush, screening, clerk.programs))


#: How many runs want objects looked for seldom, and how often they were looked for before.
_runs, _before = 0, gc.get_threshold()
_LOCK = Lock()


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Have objects that refer to each other in a circle looked for seldom.

    Rows make many objects and hardly a circle; looking through all that is kept of a long table, again and again as it
    grows, takes a fifth of the time.
    """
    global _runs, _before
    with _LOCK:  # runs in several threads overlap, and the last one to end puts back what the first one found
        _runs += 1
        if _runs == 1:
            _before = gc.get_threshold()
            gc.set_threshold(200_000, *_before[1:])
    try:
        yield
    finally:
        with _LOCK:
            _runs -= 1
            if _runs == 0:
                gc.set_threshold(*_before)


class Clerk:
    """Answers one row after another, and remembers what it has seen."""

    def __init__(self, engine: Engine, screening: Screening, second: SecondRoute | None) -> None:
        self.engine = engine
        self.screening = screening
        self.second = second
        self.reader = RowReader(engine.rulebook, screening.table, screening.columns)
        self.seen = Duplicates(engine.rulebook, screening.columns.kind)
        self.doubts = Doubts(engine.rulebook)
        asked = screening.columns.answers
        self.people = People(screening.table, screening.columns, screening.programmes) if asked else None
        day = screening.as_of
        self.programs = tuple(engine.program(p, day) if p.period.holds(day) else None for p in screening.programmes)
        if second is not None:
            second.expect([program for program in self.programs if program is not None], day)

    def answer(self, row: Row) -> Answered | Rejected:
        """What becomes of one row. Rows come in their order."""
        read = self.reader.read(row)
        if isinstance(read, Rejected):
            return read if self.people is None else _with_all(read, self.people)
        decisions = decided(self.engine, self.screening, read)
        if self.people is not None:
            said = self.people.decided(row, read, decisions)
            if not isinstance(said, Stated):
                return Rejected(row, said)
            decisions = said.decisions
        answers = tuple(map(answer_of, decisions))
        if self.second is not None:
            for decision, answer in zip(decisions, answers, strict=True):
                self.second.note(row.number, decision, answer.summary)
        hint = self.seen.hint(row.number, read)
        return Answered(row, answers, (*(() if hint is None else (hint,)), *self.doubts.hints(read, answers)))

    def flush(self) -> None:
        """Have what the second route was told stand in its files."""
        if self.second is not None:
            self.second.flush()


def _with_all(rejected: Rejected, people: People) -> Rejected:
    """A row that can't be decided with what is wrong in its answer too, so that all of it is put right at once."""
    if any(problem.code in NOBODYS for problem in rejected.problems):
        return rejected
    problems = (*rejected.problems, *people.problems(rejected.row))
    return Rejected(rejected.row, tuple(sorted(problems, key=lambda p: -1 if p.column is None else p.column)))


def decided(engine: Engine, screening: Screening, profile: Profile) -> tuple[Decision, ...]:
    """The decisions about one row, a programme each."""
    return tuple(
        [
            engine.decide_one(programme, profile, None if programme.subject == APPLICANT else 0, screening.as_of)
            for programme in screening.programmes
        ]
    )
