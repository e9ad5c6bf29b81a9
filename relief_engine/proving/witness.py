"""Proving stage: a vector of facts back into the profile that a user would write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from relief_engine.compiled import ir
from relief_engine.compiled.layout import AS_OF_SLOT, Value
from relief_engine.engine import Engine
from relief_engine.errors import Location
from relief_engine.profile.mistakes import spelled
from relief_engine.profile.model import Known, Profile
from relief_engine.profile.words import plain
from relief_engine.rulebook.facts import Encoded, Fact

#: Where a profile says that it comes from.
_SOURCE = "witness"


def profile_of(
    engine: Engine, program: ir.Program, vector: Sequence[Value], barred: frozenset[int] = frozenset()
) -> Profile:
    """The profile that a vector of a program stands for, on the vector's day.

    Args:
        engine: the engine whose rulebook the program was made of.
        program: the program; its programme says which kind of subject the profile lists, one of it.
        vector: a value for each slot of the program's layout.
        barred: the slots of figures that do not exist.
    """
    known: dict[str, dict[str, Encoded | str]] = {}
    absent: dict[str, set[str]] = {}
    for slot, fact in enumerate(program.layout.facts):
        value = vector[slot]
        if not isinstance(fact, Fact):
            continue
        if slot in barred:
            absent.setdefault(fact.subject, set()).add(fact.id)
        elif value is not None:
            known.setdefault(fact.subject, {})[fact.id] = value
    programme = program.programme
    parts = {
        subject: Known(known.get(subject, {}), frozenset(absent.get(subject, ())))
        for subject in ("applicant", programme.subject)
    }
    lists = {} if programme.kind.list is None else {programme.subject: (parts[programme.subject],)}
    day = vector[AS_OF_SLOT]
    as_of = dt.date.fromordinal(day) if isinstance(day, int) else program.period.first
    return Profile(as_of, parts["applicant"], lists, _place, _SOURCE, engine.rulebook)


def _place(path: tuple[str | int, ...]) -> Location:
    """The place of a part of a witness, which stands in no file: its path."""
    return Location(f"{_SOURCE}:{spelled(path)}" if path else _SOURCE)


def in_yaml(engine: Engine, program: ir.Program, vector: Sequence[Value], barred: frozenset[int] = frozenset()) -> str:
    """The same as a profile file, in flow style, which is YAML too."""
    import yaml

    written = plain(profile_of(engine, program, vector, barred), engine.rulebook)
    return yaml.safe_dump(written, allow_unicode=True, sort_keys=False, default_flow_style=None, width=1000)
