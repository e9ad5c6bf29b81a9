"""Roster stage: every row of a table is decided by the direct route, one after another, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from relief_engine.engine import Engine
from relief_engine.profile.model import Profile
from relief_engine.roster.answers import Answer, Answered, Screening, answer_of
from relief_engine.roster.duplicates import Duplicates
from relief_engine.roster.rows import RowReader
from relief_engine.roster.table import Rejected, Row
from relief_engine.rulebook.terms import APPLICANT

#: What is told of each row that was read, before it is answered: the row's number and its profile.
Watch = Callable[[int, Profile], None]


def screen(engine: Engine, screening: Screening, watch: Watch | None = None) -> Iterator[Answered | Rejected]:
    """What becomes of each row of a table, in the order of the file.

    Every row of the table comes out once, answered or rejected; a row that can't be read stops none of the others.

    Args:
        engine: an engine of the screening's rulebook.
        screening: what is screened, and by what.
        watch: called with each row that could be read.
    """
    reader = RowReader(engine.rulebook, screening.table, screening.columns)
    decide = decider(engine, screening)
    seen = Duplicates(engine.rulebook, screening.columns.kind)
    for row in screening.table.rows():
        read = row if isinstance(row, Rejected) else reader.read(row)
        if isinstance(read, Rejected):
            yield read
            continue
        number = row.number if isinstance(row, Row) else 0
        if watch is not None:
            watch(number, read)
        hint = seen.hint(number, read)
        yield Answered(row, decide(read), () if hint is None else (hint,))


def decider(engine: Engine, screening: Screening) -> Callable[[Profile], tuple[Answer, ...]]:
    """What gives the answers for one profile, a programme each."""
    day = screening.as_of
    plan = [(programme, None if programme.subject == APPLICANT else 0) for programme in screening.programmes]

    def decide(profile: Profile) -> tuple[Answer, ...]:
        return tuple([answer_of(engine.decide_one(programme, profile, index, day)) for programme, index in plan])

    return decide
