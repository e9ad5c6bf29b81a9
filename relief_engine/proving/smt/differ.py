"""Proving stage: in what two sides of a stretch differ, as formulas: what ``observing.transition`` says of values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import z3

from relief_engine.decision import Outcome
from relief_engine.proving.observing import GIVES
from relief_engine.proving.programs import Cents, Due, Ends, Observed
from relief_engine.proving.records import BENEFIT, Group
from relief_engine.proving.smt.encode import Encoding
from relief_engine.proving.smt.logic import FALSE, TRUE, apart, both, either, no

#: An element that may differ: its kind (as in ``Transition``) and its id.
Element = tuple[str, str]


class Differences:
    """The formulas of two sides; None for one that is not in force."""

    def __init__(self, encoding: Encoding, old: Observed | None, new: Observed | None) -> None:
        self.encoding = encoding
        self.old = self.outcomes(old)
        self.new = self.outcomes(new)
        self.elements: dict[Element, z3.BoolRef] = {}
        #: What the names of the differences stand for.
        self.defined: list[z3.BoolRef] = []
        self._differs: dict[Element, z3.BoolRef] = {}
        if old is not None and new is not None:
            self._both(old, new)
        for element, differs in self._differs.items():
            literal = self.elements[element] = z3.Bool(" ".join(("differs", *element)))
            self.defined.append(literal == differs)

    def outcomes(self, side: Observed | None) -> dict[Outcome, z3.BoolRef]:
        """When a side has which outcome, by ``engine.outcome.outcome_of``."""
        if side is None:
            return {Outcome.NOT_IN_FORCE: TRUE}
        met, unmet = self.encoding.truth(side.open)
        refer, direct = self.encoding.truth(side.refer)
        figures = both(*(self._single(figure) for figure in side.needed))
        referred, eligible = both(met, refer), both(met, direct, figures)
        return {
            Outcome.INELIGIBLE: unmet,
            Outcome.REFERRED: referred,
            Outcome.ELIGIBLE: eligible,
            Outcome.UNDETERMINED: no(either(unmet, referred, eligible)),
        }

    def _single(self, figure: Ends) -> z3.BoolRef:
        """Whether a figure is known as one."""
        known, low = self.encoding.number(figure.low)
        if figure.low == figure.high:
            return known
        also, high = self.encoding.number(figure.high)
        return both(known, also, low == high)

    @property
    def outcome(self) -> z3.BoolRef:
        """The outcomes differ."""
        return no(either(*(both(holds, self.new.get(outcome, FALSE)) for outcome, holds in self.old.items())))

    @property
    def any(self) -> z3.BoolRef:
        """Anything differs."""
        return either(self.outcome, *self.elements.values())

    # --- elements -----------------------------------------------------------------------------------------------

    def _both(self, old: Observed, new: Observed) -> None:
        given = both(*(either(*(side[outcome] for outcome in GIVES)) for side in (self.old, self.new)))
        accepted = no(both(*(side[Outcome.INELIGIBLE] for side in (self.old, self.new))))
        for kind, mine, theirs, harmless, visible in (
            ("criteria", old.criteria, new.criteria, 0, TRUE),
            ("referrals", old.referrals, new.referrals, 1, accepted),
        ):
            for name in _shared(mine, theirs):
                self._define((kind, name), both(visible, self._conditions(mine[name], theirs[name])))
            for name, term in {**mine, **theirs}.items():
                if (name in mine) != (name in theirs):
                    self._define((kind, name), both(self.outcome, no(self.encoding.truth(term)[harmless])))
        for name in _shared(old.named, new.named):
            self._define(("figures", name), self._figures(old.named[name], new.named[name]))
        for name in _shared(old.plain, new.plain):
            self._define(("figures", name), both(given, self._figures(old.plain[name], new.plain[name])))
        for name in _shared(old.money, new.money):
            self._define(("figures", name), both(given, self._money(old.money[name], new.money[name])))
        for one, other in ((old, new), (new, old)):
            for name in sorted(one.money.keys() - other.money.keys()):
                self._define(("figures", name), both(given, self._known(one.money[name].figure)))
            for name in sorted(one.plain.keys() - other.plain.keys()):
                self._define(("figures", name), both(given, self._known(one.plain[name])))
            for name in sorted(one.deadlines.keys() - other.deadlines.keys()):
                days = (holds for holds, _ in self._entries(one.deadlines[name]))
                self._define(("notes", name), both(given, either(*days)))
        for name in _shared(old.deadlines, new.deadlines):
            self._define(("notes", name), both(given, self._days(old.deadlines[name], new.deadlines[name])))
        for name in _shared(old.remarks, new.remarks):
            shown = [
                TRUE if term is None else self.encoding.truth(term)[0]
                for term in (old.remarks[name], new.remarks[name])
            ]
            self._define(("notes", name), both(given, apart(*shown)))

    def _define(self, element: Element, differs: z3.BoolRef) -> None:
        """Say when an element differs, unless it can't; a figure of the benefit and a named one may have one name."""
        if differs is not FALSE:
            self._differs[element] = either(self._differs.get(element, FALSE), differs)

    def _conditions(self, mine: int, theirs: int) -> z3.BoolRef:
        (met, unmet), (met_too, unmet_too) = self.encoding.truth(mine), self.encoding.truth(theirs)
        return either(apart(met, met_too), apart(unmet, unmet_too))

    def _figures(self, mine: Ends, theirs: Ends) -> z3.BoolRef:
        if mine == theirs:
            return FALSE
        known, known_too = self._known(mine), self._known(theirs)
        unequal = [
            a != b if mine.denominator == theirs.denominator else a * theirs.denominator != b * mine.denominator
            for a, b in self._pairs(mine, theirs)
        ]
        return either(apart(known, known_too), both(known, known_too, either(*unequal)))

    def _money(self, mine: Cents, theirs: Cents) -> z3.BoolRef:
        if mine == theirs:
            return FALSE
        known, known_too = self._known(mine.figure), self._known(theirs.figure)
        unequal = [
            _cents(a, mine.figure.denominator, mine) != _cents(b, theirs.figure.denominator, theirs)
            for a, b in self._pairs(mine.figure, theirs.figure)
        ]
        return either(apart(known, known_too), both(known, known_too, either(*unequal)))

    def _known(self, figure: Ends) -> z3.BoolRef:
        return both(self.encoding.number(figure.low)[0], self.encoding.number(figure.high)[0])

    def _pairs(self, mine: Ends, theirs: Ends) -> list[tuple[z3.ArithRef, z3.ArithRef]]:
        number = self.encoding.number
        listed = [(number(mine.low)[1], number(theirs.low)[1])]
        if mine.low != mine.high or theirs.low != theirs.high:
            listed.append((number(mine.high)[1], number(theirs.high)[1]))
        return listed

    def _days(self, mine: Due, theirs: Due) -> z3.BoolRef:
        """A day is shown by one that the other does not show."""
        if mine == theirs:
            return FALSE
        shown, shown_too = self._entries(mine), self._entries(theirs)
        return either(
            *(
                both(holds, no(either(*(both(too, day == other) for too, other in others))))
                for listed, others in ((shown, shown_too), (shown_too, shown))
                for holds, day in listed
            )
        )

    def _entries(self, due: Due) -> list[tuple[z3.BoolRef, z3.ArithRef]]:
        condition = TRUE if due.condition is None else self.encoding.truth(due.condition)[0]
        found = []
        for guard, term in due.entries:
            known, day = self.encoding.number(term)
            found.append((both(condition, TRUE if guard is None else self.encoding.truth(guard)[0], known), day))
        return found

    # --- groups of transitions ----------------------------------------------------------------------------------

    def group(self, group: Group) -> z3.BoolRef:
        """A transition belongs to a group (see ``Transition.group``)."""
        old, new, criteria, referrals, figures, notes = group
        named = [
            literal for (kind, name), literal in self.elements.items() if kind == "figures" and name not in BENEFIT
        ]
        parts = [self.old.get(old, FALSE), self.new.get(new, FALSE)]
        parts += [self._exactly("criteria", criteria), self._exactly("referrals", referrals)]
        parts += [self._exactly("notes", notes), self._exactly("figures", figures, BENEFIT)]
        if not BENEFIT & set(figures):
            parts.append(either(*named) if figures else no(either(*named)))
        return both(*parts)

    def _exactly(self, kind: str, ids: Iterable[str], of: frozenset[str] | None = None) -> z3.BoolRef:
        wanted = set(ids)
        listed = {
            name: literal for (k, name), literal in self.elements.items() if k == kind and (of is None or name in of)
        }
        return both(*(literal if name in wanted else no(literal) for name, literal in listed.items()))


def _shared(mine: Mapping[str, object], theirs: Mapping[str, object]) -> list[str]:
    return [name for name in mine if name in theirs]


def _cents(value: z3.ArithRef, denominator: int, money: Cents) -> z3.ArithRef:
    """What ``ir.rounded`` gives, in formulas: half up, away from nought."""
    top, bottom = money.step.as_integer_ratio()
    whole = 2 * denominator * top
    size = z3.If(value < 0, -value, value)
    steps = (2 * bottom * size + denominator * top) / whole
    cents = steps * (100 * top // bottom) if 100 * top % bottom == 0 else steps * (100 * top) / z3.IntVal(bottom)
    return z3.If(value < 0, -cents, cents)
