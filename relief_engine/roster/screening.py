"""Roster stage: every row of a table is decided by the direct route, one after another, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator

from relief_engine.decision import Decision
from relief_engine.engine import Engine
from relief_engine.profile.model import Profile
from relief_engine.roster.answers import Answered, Screening, answer_of
from relief_engine.roster.duplicates import Duplicates
from relief_engine.roster.rows import RowReader
from relief_engine.roster.second import SecondRoute
from relief_engine.roster.table import Rejected
from relief_engine.rulebook.terms import APPLICANT


def screen(engine: Engine, screening: Screening, second: SecondRoute | None = None) -> Iterator[Answered | Rejected]:
    """What becomes of each row of a table, in the order of the file.

    Every row of the table comes out once, answered or rejected; a row that can't be read stops none of the others.

    Args:
        engine: an engine of the screening's rulebook.
        screening: what is screened, and by what.
        second: is told of every answer, to compare them all in the end.
    """
    reader = RowReader(engine.rulebook, screening.table, screening.columns)
    seen = Duplicates(engine.rulebook, screening.columns.kind)
    for row in screening.table.rows():
        if isinstance(row, Rejected):
            yield row
            continue
        read = reader.read(row)
        if isinstance(read, Rejected):
            yield read
            continue
        decisions = decided(engine, screening, read)
        if second is not None:
            for decision in decisions:
                second.note(row.number, decision)
        hint = seen.hint(row.number, read)
        yield Answered(row, tuple(map(answer_of, decisions)), () if hint is None else (hint,))


def decided(engine: Engine, screening: Screening, profile: Profile) -> tuple[Decision, ...]:
    """The decisions about one row, a programme each."""
    return tuple(
        [
            engine.decide_one(programme, profile, None if programme.subject == APPLICANT else 0, screening.as_of)
            for programme in screening.programmes
        ]
    )
