"""Comparing stage, rosters: whether two rulebooks read a table alike and decide a programme alike, before any row is.

*Alike* is the safe side: whatever is not plainly the same, wherever it is written, counts as different, and then rows
are decided to see.
"""

from __future__ import annotations

from collections.abc import Mapping

from relief_engine.compiled import ir
from relief_engine.errors import Location
from relief_engine.rulebook.facts import SubjectFacts
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.record import Record, contents
from relief_engine.rulebook.standards import CodeList


def same_reading(old: Rulebook, new: Rulebook) -> bool:
    """Whether every cell means the same under both, so that a profile read by one serves the other."""
    if old.digest == new.digest:
        return True
    lists = old.standards.code_lists, new.standards.code_lists
    return alike(_spoken(old), _spoken(new)) and alike(*lists)


def _spoken(rulebook: Rulebook) -> tuple[tuple[str, SubjectFacts], ...]:
    return tuple(rulebook.subjects.items())


def same_program(old: ir.Program, new: ir.Program) -> bool:
    """Whether two programs give every profile the same answer; for programs of rulebooks that read alike.

    Titles, reasons and citations may differ: nobody gains or loses by those.
    """
    return alike(_meaning(old), _meaning(new))


def _meaning(program: ir.Program) -> tuple[object, ...]:
    """All of a program that its answers come from."""
    benefit = program.benefit
    money = [m and (m.figure, m.step) for m in (benefit.amount, benefit.ceiling, benefit.payable)]
    shown = program.programme.lets
    return (
        program.layout.facts,
        program.nodes,
        tuple((c.criterion.id, c.node, c.in_place) for c in program.criteria),
        tuple((r.referral.id, r.node, r.replaces) for r in program.referrals),
        (program.open, program.refer, program.programme.benefit.kind, program.programme.not_available is None),
        (*money, benefit.rate, benefit.until),
        tuple((name, figure, shown[name].shown) for name, figure in program.lets.items()),
    )


def alike(one: object, other: object) -> bool:
    """Whether two values of records are the same but for the places where they are written."""
    return _alike(one, other, {})


def _alike(one: object, other: object, known: dict[tuple[int, int], bool]) -> bool:
    if one is other or (isinstance(one, Location) and isinstance(other, Location)):
        return True
    if type(one) is not type(other):
        return False
    match one, other:
        case Record(), Record():
            # A classification of a thousand codes is under many nodes.
            key = id(one), id(other)
            if key not in known:
                known[key] = True
                known[key] = all(_alike(a, b, known) for a, b in zip(contents(one), contents(other), strict=True))
            return known[key]
        case CodeList(), CodeList():
            return (one.ids, one.levels, one.names, one.parents) == (
                other.ids,
                other.levels,
                other.names,
                other.parents,
            )
        case tuple(), tuple():
            return len(one) == len(other) and all(_alike(a, b, known) for a, b in zip(one, other, strict=True))
        case Mapping(), Mapping():
            return list(one) == list(other) and all(_alike(one[key], other[key], known) for key in one)
    return one == other
