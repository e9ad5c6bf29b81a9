"""Recording stage: the trace of one decision: the facts that it read, and what its named parts came to."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

from relief_engine.compiled import ir
from relief_engine.compiled.figures import slots_under
from relief_engine.compiled.layout import AS_OF_SLOT, Value
from relief_engine.decision import Decision, status
from relief_engine.explanation.records import exact
from relief_engine.profile.natural import ABSENT, code_list, natural_value, with_unit
from relief_engine.rulebook.facts import AnyFact, ExtremeFact, Fact
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.periods import FIRST, LAST
from relief_engine.rulebook.standards import CodeList


def trace_record(decision: Decision, rulebook: Rulebook) -> dict[str, Any]:
    """What one decision read and came to, as plain data.

    ``facts`` holds every fact that the rules of the programme read, null where it is unknown; ``criteria`` and
    ``referrals`` their statuses, met or not; ``figures`` every named figure and those of the benefit, in base units,
    exactly; a list of two where the texts leave one open. A programme that is not in force reads nothing.
    """
    trace: dict[str, Any] = {
        "programme": decision.programme.id,
        "subject": decision.subject,
        "rules": None,
        "facts": {},
        "criteria": {},
        "referrals": {},
        "figures": {},
        "benefit": {},
    }
    program = decision.program
    if program is None:
        return trace
    values = decision.values
    first, last = program.period.first, program.period.last
    trace["rules"] = {
        "from": None if first == FIRST else first.isoformat(),
        "to": None if last == LAST else last.isoformat(),
    }
    trace["facts"] = _facts(decision, program, rulebook)
    trace["criteria"] = {c.criterion.id: status(values[c.node]).value for c in program.criteria}
    trace["referrals"] = {c.referral.id: status(values[c.node]).value for c in program.referrals}
    trace["figures"] = {name: _figure(figure, values) for name, figure in program.lets.items()}
    trace["benefit"] = {name: _figure(figure, values) for name, figure in program.benefit.shown.items()}
    return trace


def _facts(decision: Decision, program: ir.Program, rulebook: Rulebook) -> dict[str, Any]:
    read = frozenset().union(*slots_under(program.nodes)) - {AS_OF_SLOT}
    absent = decision.profile.not_available(decision.programme.subject, decision.index)
    codes = code_list(rulebook)
    found: dict[str, Any] = {}
    for slot in sorted(read):
        fact = program.layout.facts[slot]
        if fact is not None:
            found[fact.id] = ABSENT if fact.id in absent else _value(fact, decision.slots[slot], codes)
    return found


def _value(fact: AnyFact, value: Value, codes: CodeList | None) -> object:
    if value is None:
        return None
    if isinstance(fact, Fact):
        return natural_value(fact, value, codes, with_unit)
    if isinstance(fact, ExtremeFact) and isinstance(value, int):
        return with_unit(fact, value)
    return None if isinstance(fact, ExtremeFact) or isinstance(value, tuple) else fact.domain.ids[value]


def _figure(figure: ir.Range, values: tuple[int | None, ...]) -> object:
    low, high = values[figure.low], values[figure.high]
    if low is None or high is None:
        return None
    if figure.unit is None:
        return dt.date.fromordinal(low).isoformat()
    if low == high:
        return exact(Fraction(low, figure.denominator))
    return [exact(Fraction(bound, figure.denominator)) for bound in (low, high)]
