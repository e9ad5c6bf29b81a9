"""Proving stage: what of a program's values a user sees, and in what two of them differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from relief_engine.compiled import ir
from relief_engine.decision import Outcome
from relief_engine.engine.outcome import outcome_of
from relief_engine.proving.records import Transition

#: The outcomes that show the figures of the benefit, deadlines and remarks.
GIVES = (Outcome.ELIGIBLE, Outcome.REFERRED)

Values = Sequence[int | None]


class Elements:
    """The parts of a program that have ids, each with what it is read from."""

    def __init__(self, program: ir.Program) -> None:
        self.criteria = {c.criterion.id: c.node for c in program.criteria}
        self.referrals = {r.referral.id: r.node for r in program.referrals}
        lets = program.programme.lets
        #: Named figures, which are shown whatever the outcome.
        self.named = {name: figure for name, figure in program.lets.items() if lets[name].shown}
        benefit = program.benefit
        found = {"amount": benefit.amount, "ceiling": benefit.ceiling, "payable": benefit.payable}
        self.money = {name: money for name, money in found.items() if money is not None}
        plain = {"rate": benefit.rate, "until": benefit.until}
        self.plain = {name: figure for name, figure in plain.items() if figure is not None}
        self.deadlines = {d.deadline.id: d for d in program.deadlines}
        self.remarks = {f"{kind}:{r.id}": node for kind, remarks in program.remarks.items() for r, node in remarks}


@dataclass(frozen=True, slots=True)
class Seen:
    """What is seen of one side. Benefit and notes are empty where the outcome shows none."""

    outcome: Outcome
    criteria: Mapping[str, int] = field(default_factory=dict)
    referrals: Mapping[str, int] = field(default_factory=dict)
    named: Mapping[str, object] = field(default_factory=dict)
    benefit: Mapping[str, object] = field(default_factory=dict)
    notes: Mapping[str, object] = field(default_factory=dict)


#: Of a programme that is not in force.
NOTHING = Seen(Outcome.NOT_IN_FORCE)


def seen(program: ir.Program, elements: Elements, values: Values, outcome: Outcome | None = None) -> Seen:
    """What the values of a program's nodes show.

    Args:
        program: the program.
        elements: its elements.
        values: the values of its nodes.
        outcome: where it is known better than the values alone tell.
    """
    found = outcome or outcome_of(program, values)
    benefit: dict[str, object] = {}
    notes: dict[str, object] = {}
    if found in GIVES:
        for name, money in elements.money.items():
            top = money.figure
            benefit[name] = _both(values, top, lambda v, m=money: ir.rounded(v, m.figure.denominator, m.step))  # type: ignore[misc]
        for name, figure in elements.plain.items():
            benefit[name] = _both(values, figure, lambda v, f=figure: Fraction(v, f.denominator))  # type: ignore[misc]
        notes = {name: _days(values, item) for name, item in elements.deadlines.items()}
        notes |= {name: node is None or values[node] == ir.MET for name, node in elements.remarks.items()}
    return Seen(
        found,
        {name: values[node] or 0 for name, node in elements.criteria.items()},
        {name: values[node] or 0 for name, node in elements.referrals.items()},
        {
            name: _both(values, figure, lambda v, f=figure: Fraction(v, f.denominator))  # type: ignore[misc]
            for name, figure in elements.named.items()
        },
        benefit,
        notes,
    )


def _both(values: Values, figure: ir.Range, shown: Callable[[int], object]) -> object:
    """Both ends of a figure as they are shown; None while one is unknown."""
    low, high = values[figure.low], values[figure.high]
    return None if low is None or high is None else (shown(low), shown(high))


def _days(values: Values, item: ir.CompiledDeadline) -> object:
    """The days of a deadline that are shown."""
    if item.condition is not None and values[item.condition] != ir.MET:
        return frozenset()
    met = [node for guard, node in item.entries if guard is None or values[guard] == ir.MET]
    return frozenset(day for node in met if (day := values[node]) is not None)


def transition(old: Seen, new: Seen) -> Transition:
    """In what two sides differ."""
    apart = old.outcome is not new.outcome
    criteria = _differing(old.criteria, new.criteria)
    # Where both refuse no referral is shown.
    refused = old.outcome is new.outcome is Outcome.INELIGIBLE
    referrals = [] if refused else _differing(old.referrals, new.referrals)
    if apart and Outcome.NOT_IN_FORCE not in (old.outcome, new.outcome):
        criteria += _alone(old.criteria, new.criteria, ir.MET)
        referrals += _alone(old.referrals, new.referrals, ir.UNMET)
    figures, notes = _differing(old.named, new.named), _differing(old.notes, new.notes)
    if old.outcome in GIVES and new.outcome in GIVES:
        # One that only one side has is given by that side alone, unless it is unknown there.
        names = dict.fromkeys((*old.benefit, *new.benefit))
        figures += [name for name in names if old.benefit.get(name) != new.benefit.get(name)]
        # So with deadlines; a remark that only one side has is text.
        for one, other in ((old.notes, new.notes), (new.notes, old.notes)):
            notes += [name for name, days in one.items() if name not in other and isinstance(days, frozenset) and days]
    listed = [tuple(sorted(set(part))) for part in (criteria, referrals, figures, notes)]
    return Transition(old.outcome, new.outcome, *listed)


def _differing(old: Mapping[str, object], new: Mapping[str, object]) -> list[str]:
    return [name for name, value in old.items() if name in new and new[name] != value]


def _alone(old: Mapping[str, int], new: Mapping[str, int], harmless: int) -> Iterable[str]:
    """What only one side has and does not hold (or, of a referral, holds)."""
    both = [*old.items(), *new.items()]
    return [name for name, value in both if value != harmless and (name in old) != (name in new)]
