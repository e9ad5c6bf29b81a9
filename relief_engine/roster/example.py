"""Roster stage: one plausible row for a template, made up from what facts may be and what the programmes ask for.

Nothing in it is anybody's. It starts from a plain value for each fact, and then takes for each choice, day and code the
first value with which most programmes grant something.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from relief_engine.compiled import ir
from relief_engine.compiled.layout import AS_OF_SLOT
from relief_engine.compiled.layout import Value as Slot
from relief_engine.decision import Outcome
from relief_engine.engine import Engine
from relief_engine.engine.outcome import outcome_of
from relief_engine.profile.words import code_list
from relief_engine.roster.fields import Field
from relief_engine.rulebook.facts import AmongStepsRelation, Encoded, Fact, NotBeforeRelation, OneFormRelation
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.periods import FIRST
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.terms import APPLICANT
from relief_engine.rulebook.units import PURE

#: Round figures by unit, in that unit: of the size that a small firm has.
_FIGURES = {"人": 20, "万元": 300, "元/月": 20_000, "元/年": 240_000, "元/(㎡·天)": 3, "元/(㎡·年)": 1_000, "㎡": 120,
            "天": 365, "年": 1, "元": 100_000}  # fmt: skip
_OTHERWISE = 10
#: Days beside the year that the programmes are about, as (years later, month, day).
_DAYS = ((0, 1, 1), (0, 12, 31), (0, 7, 1), (-1, 1, 1), (1, 12, 31), (-1, 7, 1), (1, 6, 30))
#: So many industries are tried, spread over the list.
_CODES = 60
_ROUNDS = 2
#: The year of the examples where no programme has a first day.
_ANY_YEAR = 2022


def example(engine: Engine, programmes: Sequence[Programme], columns: Sequence[Field]) -> dict[str, Encoded | str]:
    """An encoded value for the facts of some columns, by id; forms that exclude each other are left out but for one."""
    rulebook = engine.rulebook
    facts = [column.fact for column in columns if column.fact.id not in _left_out(rulebook)]
    first = max((p.period.first for p in programmes), default=FIRST)
    year = _ANY_YEAR if first == FIRST else first.year
    values: dict[str, Encoded | str] = {fact.id: _plain(fact, year, rulebook) for fact in facts}
    for later, earlier in _orders(rulebook):
        if later in values and earlier in values:
            values[later] = dt.date(year, 12, 31).toordinal()
    trials = [_Trial(engine, programme, first if first != FIRST else dt.date(year, 6, 1)) for programme in programmes]
    best = sum(trial.score(values) for trial in trials)
    for _ in range(_ROUNDS):
        for fact in facts:
            for value in _others(fact, year, rulebook):
                tried = {**values, fact.id: value}
                if _ordered(rulebook, tried) and (score := sum(trial.score(tried) for trial in trials)) > best:
                    values, best = tried, score
    for fact in facts:
        # What makes no difference to this row is left empty, as a person would.
        own = fact.subject != APPLICANT and fact.type in ("date", "amount", "count")
        if (own or fact.type == "yes_no") and fact.id in values:
            fewer = {identity: value for identity, value in values.items() if identity != fact.id}
            if sum(trial.score(fewer) for trial in trials) >= best:
                values = fewer
    return values


class _Trial:
    """What one programme makes of values."""

    def __init__(self, engine: Engine, programme: Programme, day: dt.date) -> None:
        self.day = min(max(day, programme.period.first), programme.period.last)
        self.program: ir.Program = engine.program(programme, self.day)
        self.run = engine.evaluator(self.program)

    def score(self, values: dict[str, Encoded | str]) -> float:
        """1 where something is granted; otherwise less, by the criteria that are met and the referrals that hold."""
        layout = self.program.layout
        vector: list[Slot] = [None] * layout.size
        vector[AS_OF_SLOT] = self.day.toordinal()
        for identity, value in values.items():
            slot = layout.slots.get(identity)
            if slot is not None and not isinstance(value, str):
                vector[slot] = value
        layout.derive(vector)
        found = self.run(vector)
        if outcome_of(self.program, found) is Outcome.ELIGIBLE:
            return 1
        met = sum(found[criterion.node] == ir.MET for criterion in self.program.criteria)
        referred = sum(found[referral.node] == ir.MET for referral in self.program.referrals)
        return (met - referred) / (len(self.program.criteria) + len(self.program.referrals) + 2)


def _plain(fact: Fact, year: int, rulebook: Rulebook) -> Encoded | str:
    match fact.type:
        case "text":
            return f"（示例）{fact.label.zh}"
        case "credit_code":
            from stdnum.cn import uscc

            # A code of no place and no firm, with the check character that belongs to it.
            blank = "91000000MA0000000"
            return blank + uscc.calc_check_digit(blank)
        case "yes_no" | "choice":
            return 0
        case "industry_code":
            return _codes(rulebook)[0]
        case "date":
            return dt.date(year, 1, 1).toordinal()
        case _:
            unit = fact.unit or PURE
            number = _FIGURES.get(unit.symbol, _OTHERWISE) * unit.scale * fact.denominator
            return min(int(number), fact.highest)


def _others(fact: Fact, year: int, rulebook: Rulebook) -> Iterator[Encoded]:
    """The values of a fact that are tried."""
    match fact.type:
        case "yes_no":
            yield from (0, 1)
        case "choice" if fact.domain is not None:
            yield from range(len(fact.domain.ids))
        case "industry_code":
            leaves = _codes(rulebook)
            yield from leaves[:: max(len(leaves) // _CODES, 1)]
        case "date":
            for later, month, day in _DAYS:
                yield dt.date(year + later, month, day).toordinal()


def _codes(rulebook: Rulebook) -> list[int]:
    """The finest codes, those first whose names speak of the first choice that some fact has, such as a use."""
    codes = code_list(rulebook)
    if codes is None:
        return [0]
    words = [
        fact.domain.labels[0].zh
        for known in rulebook.subjects.values()
        for fact in known.facts
        if fact.domain is not None and fact.informative
    ]
    return sorted(codes.leaves(None), key=lambda leaf: not any(word in codes.codes[leaf].name for word in words))


def _orders(rulebook: Rulebook) -> Iterator[tuple[str, str]]:
    for known in rulebook.subjects.values():
        for relation in known.relations:
            if isinstance(relation, NotBeforeRelation):
                yield relation.later, relation.earlier


def _ordered(rulebook: Rulebook, values: dict[str, Encoded | str]) -> bool:
    pairs = ((values.get(later), values.get(earlier)) for later, earlier in _orders(rulebook))
    return all(not isinstance(b, int) or not isinstance(a, int) or b <= a for a, b in pairs)


def _left_out(rulebook: Rulebook) -> set[str]:
    """The facts that are other forms of one that is given."""
    found: set[str] = set()
    for known in rulebook.subjects.values():
        for relation in known.relations:
            match relation:
                case OneFormRelation(groups=groups):
                    found |= {fact for group in groups[1:] for fact in group}
                case AmongStepsRelation(steps=steps):
                    found.add(steps)
                case _:
                    pass
    return found
