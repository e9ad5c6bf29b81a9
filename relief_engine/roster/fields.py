"""Roster stage: which columns a roster needs for some programmes, and what stands at their head."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from relief_engine.compiled import ir
from relief_engine.compiled.figures import slots_under
from relief_engine.engine import Engine
from relief_engine.explanation import say
from relief_engine.profile.words import figure_text
from relief_engine.rulebook.facts import Fact, SubjectKind
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.record import Value
from relief_engine.rulebook.terms import APPLICANT
from relief_engine.rulebook.units import Unit
from relief_engine.text import Language, Text


class Field(Value):
    """One column of an empty roster: the fact that it gives, and its header in both languages."""

    fact: Fact
    header: Text


def fields(engine: Engine, kind: SubjectKind, programmes: Sequence[Programme]) -> tuple[Field, ...]:
    """The columns that rows of a kind need: what the programmes read on any day, and what forms ask for besides.

    First the applicant's, then the kind's own, each in the order in which facts are declared; what only forms ask for
    stands where it is declared.
    """
    rulebook = engine.rulebook
    wanted = {fact for programme in programmes for fact in read_by(engine, programme)}
    subjects = (APPLICANT,) if kind.id == APPLICANT else (APPLICANT, kind.id)
    return tuple(
        Field(fact, Text(header_of(fact, "zh"), header_of(fact, "en")))
        for subject in subjects
        if subject in rulebook.subjects
        for fact in rulebook.subjects[subject].facts
        if fact.informative or fact.id in wanted
    )


def read_by(engine: Engine, programme: Programme) -> set[str]:
    """The ids of the given facts that a programme reads on some day of its life, those behind derived ones included."""
    found: set[str] = set()
    for program in programs(engine, programme):
        layout = program.layout
        slots = set().union(*slots_under(program.nodes)) if program.nodes else set()
        for slot, _, given in layout.forms:
            slots |= {part for part, _ in given} if slot in slots else set()
        for slot, _, steps, start, end in layout.extremes:
            slots |= {steps, start, end} if slot in slots else set()
        found |= {fact.id for slot in slots if isinstance(fact := layout.facts[slot], Fact)}
    return found


def programs(engine: Engine, programme: Programme) -> Iterator[ir.Program]:
    """The compiled programme for every stretch of days on which its rules differ."""
    day = programme.period.first
    while True:
        program = engine.program(programme, day)
        yield program
        if program.period.last >= programme.period.last:
            return
        day = program.period.last + dt.timedelta(days=1)


def header_of(fact: Fact, language: Language) -> str:
    """The header of a column, with the period that it is about and its unit."""
    label = say.label(fact).in_(language)
    if fact.unit is None:
        return label
    unit = unit_in(fact.unit, language)
    return f"{label}（{unit}）" if language == "zh" else f"{label} ({unit})"


def unit_in(unit: Unit, language: Language) -> str:
    """A unit by itself: ``元/月``, ``yuan/month``."""
    return unit.symbol if language == "zh" else figure_text(2 * unit.scale, unit, "en").partition(" ")[2].lstrip("× ")


def programmes_for(rulebook: Rulebook, kind: SubjectKind, asked: Sequence[str] | None) -> tuple[Programme, ...]:
    """The programmes that are asked for by id, or all that decide about a kind.

    Raises:
        UnknownName: the rulebook has no such programme.
    """
    if asked is not None:
        return tuple(rulebook.programme(identity) for identity in asked)
    return tuple(programme for programme in rulebook.programmes.values() if programme.subject == kind.id)
