"""Roster stage: the answer to one row, in the same shape whichever route gave it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from relief_engine.compiled import ir
from relief_engine.decision import Decision, MissingFacts
from relief_engine.engine.summary import Cell, summary
from relief_engine.roster.headers import Columns
from relief_engine.roster.people import ByPeople, by_people
from relief_engine.roster.table import Row, Table
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.record import Value
from relief_engine.text import Text


class Answer(NamedTuple):
    """What one programme gives the subject of one row.

    ``summary`` is the row of :mod:`relief_engine.engine.summary`; ``program`` is None, and ``summary`` has only the
    outcome, for a programme that is not in force. ``missing`` is None where nobody looked for it. ``people`` is what
    people's answers come to, if the row has any.
    """

    programme: Programme
    program: ir.Program | None
    summary: Mapping[str, Cell]
    missing: MissingFacts | None
    people: ByPeople | None = None


def answer_of(decision: Decision) -> Answer:
    """The answer that a whole decision holds."""
    program = decision.program
    people = by_people(decision.resolution)
    if program is None:
        return Answer(decision.programme, None, {"outcome": decision.outcome.value}, decision.missing, people)
    found = summary(program, decision.values, decision.outcome)
    return Answer(decision.programme, program, found, decision.missing, people)


class Answered(NamedTuple):
    """One row that could be read, with an answer for each programme, and hints such as a possible duplicate."""

    row: Row
    answers: tuple[Answer, ...]
    hints: tuple[Text, ...]


class Screening(Value):
    """What a whole table is screened by; the same for all of its rows."""

    table: Table
    columns: Columns
    rulebook: Rulebook
    programmes: tuple[Programme, ...]
    as_of: dt.date
    routes: tuple[str, ...]
