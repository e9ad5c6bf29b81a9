"""Decision stage: the record of one answer. It holds the values of all nodes; an explanation only renders them.

Amounts are ``Decimal`` yuan outside and whole cents inside. Everything but the outcome is worked out on demand.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from relief_engine.compiled import ir
from relief_engine.compiled.figures import slots_under
from relief_engine.compiled.layout import Value
from relief_engine.decision.outcomes import Outcome, Status, status
from relief_engine.decision.possible import possible
from relief_engine.decision.resolved import Case, Open, Resolved
from relief_engine.decision.resolving import resolve
from relief_engine.profile.model import Profile
from relief_engine.rulebook import record
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.periods import FIRST, LAST
from relief_engine.rulebook.programme import Deadline, Programme, Remark
from relief_engine.rulebook.sources import Citation
from relief_engine.text import Text

# In Python 3.11 the members of an enumeration are looked up slowly, by a function.
_ELIGIBLE = Outcome.ELIGIBLE


class MissingFact(record.Value):
    """A fact whose value would still change the answer. ``subject`` is ``applicant``, ``leases[0]`` and so on."""

    fact: Fact
    subject: str
    too_coarse: bool = False


class MissingFacts(record.Value):
    """What is missing; ``exact`` is False where the search was cut short and facts may be listed in vain."""

    facts: tuple[MissingFact, ...] = ()
    exact: bool = True


NOTHING_MISSING = MissingFacts()


@dataclass(slots=True, unsafe_hash=True)
class CriterionResult:
    """One criterion with its status; ``replaced`` if a referral stands in its place."""

    compiled: Final[ir.CompiledCriterion]
    status: Final[Status]
    replaced: Final[bool]

    @property
    def id(self) -> str:
        """The criterion's id in the rulebook."""
        return self.compiled.criterion.id

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The clauses that it rests on."""
        return self.compiled.wording.citations


class ReferralResult(record.Value):
    """A referral that holds: what is left to people, why, and by which clauses."""

    id: str
    title: Text
    reason: Text
    citations: tuple[Citation, ...]
    in_place_of: tuple[str, ...] = ()


# Made for every question, so not `frozen` but Final: making a frozen record of this width takes seven times as long.
@dataclass(slots=True, eq=False)
class Decision:
    """The answer to one question: does this programme give relief to this subject on this day?

    ``program``, ``slots`` and ``values`` are None for a programme that is not in force.
    """

    programme: Final[Programme]
    index: Final[int | None]
    as_of: Final[dt.date]
    outcome: Final[Outcome]
    profile: Final[Profile]
    program: Final[ir.Program | None]
    slots: Final[tuple[Value, ...]]
    values: Final[tuple[int | None, ...]]
    missing: Final[MissingFacts]
    not_available: Final[tuple[Fact, ...]]

    @property
    def subject(self) -> str:
        """What was decided about: ``applicant``, ``leases[0]``, or ``leases`` where the profile describes none."""
        return self.programme.kind.name(self.index)

    # --- the benefit --------------------------------------------------------------------------------------------

    def cents(self, money: ir.Money | None) -> tuple[int, int] | None:
        """A formula's lowest and highest value in whole cents, or None while it is unknown."""
        if money is None:
            return None
        low, high = self.values[money.figure.low], self.values[money.figure.high]
        if low is None or high is None:
            return None
        bottom = ir.rounded(low, money.figure.denominator, money.step)
        return (bottom, bottom) if low == high else (bottom, ir.rounded(high, money.figure.denominator, money.step))

    def _single(self, money: ir.Money | None) -> Decimal | None:
        found = self.cents(money)
        return yuan(found[0]) if found is not None and found[0] == found[1] else None

    @property
    def _shown(self) -> ir.CompiledBenefit | None:
        """The benefit where the outcome shows its figures."""
        given = self.outcome in (Outcome.ELIGIBLE, Outcome.REFERRED)
        return self.program.benefit if given and self.program is not None else None

    @property
    def amount(self) -> Decimal | None:
        """The relief in yuan, only where the outcome is eligible."""
        if self.outcome is not _ELIGIBLE or self.program is None:
            return None
        return self._single(self.program.benefit.amount)

    @property
    def adds_up(self) -> bool:
        """Whether its amount counts in a total: deferred amounts, ceilings and rates do not."""
        return self.programme.benefit.kind == "entitlement"

    @property
    def amount_if_granted(self) -> Decimal | None:
        """The relief in yuan if a person grants a referred case, where the figure is known."""
        if self.outcome is not Outcome.REFERRED or self._shown is None:
            return None
        return self._single(self._shown.amount)

    @property
    def amount_range(self) -> tuple[Decimal, Decimal] | None:
        """The lowest and highest figure in yuan, where the texts leave it open."""
        return None if self._shown is None else self._range(self._shown.amount)

    def _range(self, money: ir.Money | None) -> tuple[Decimal, Decimal] | None:
        found = self.cents(money)
        return None if found is None or found[0] == found[1] else (yuan(found[0]), yuan(found[1]))

    @property
    def ceiling(self) -> Decimal | None:
        """The most that may be granted, in yuan."""
        return None if self._shown is None else self._single(self._shown.ceiling)

    @property
    def payable(self) -> Decimal | None:
        """What remains to be paid, in yuan."""
        return None if self._shown is None else self._single(self._shown.payable)

    @property
    def payable_range(self) -> tuple[Decimal, Decimal] | None:
        """The least and most that remains to be paid, in yuan, where the texts leave it open."""
        return None if self._shown is None else self._range(self._shown.payable)

    @property
    def rate(self) -> Fraction | None:
        """The rate that applies, as a fraction of one."""
        found = self._rates
        return found[0] if found is not None and found[0] == found[1] else None

    @property
    def rate_range(self) -> tuple[Fraction, Fraction] | None:
        """The lowest and highest rate, as fractions of one, where the texts leave it open."""
        found = self._rates
        return found if found is not None and found[0] != found[1] else None

    @property
    def _rates(self) -> tuple[Fraction, Fraction] | None:
        rate = None if self._shown is None else self._shown.rate
        if rate is None:
            return None
        low, high = self.values[rate.low], self.values[rate.high]
        return (
            None if low is None or high is None else (Fraction(low, rate.denominator), Fraction(high, rate.denominator))
        )

    @property
    def until(self) -> dt.date | None:
        """The last day of a deferral."""
        if self._shown is None or self._shown.until is None:
            return None
        value = self.values[self._shown.until.low]
        return None if value is None else dt.date.fromordinal(value)

    # --- the reasons --------------------------------------------------------------------------------------------

    @property
    def in_force(self) -> tuple[dt.date | None, dt.date | None]:
        """From and to when the programme may be used to decide; None where open."""
        period = self.programme.period
        return (None if period.first == FIRST else period.first, None if period.last == LAST else period.last)

    @property
    def criteria(self) -> tuple[CriterionResult, ...]:
        """The criteria in their declared order, with what became of them."""
        if self.program is None:
            return ()
        values = self.values
        return tuple(
            [
                CriterionResult(
                    c,
                    status(value := values[c.node]),
                    value == ir.UNMET and c.in_place is not None and self._stands(c.in_place),
                )
                for c in self.program.criteria
            ]
        )

    def _stands(self, node: int) -> bool:
        """Whether a referral stands in for a criterion.

        It is met; or unknown, where a figure that does not exist keeps it so and the case is therefore referred.
        """
        value = self.values[node]
        if (
            value != ir.UNKNOWN
            or self.outcome is not Outcome.REFERRED
            or not self.not_available
            or self.program is None
        ):
            return value == ir.MET
        absent = {self.program.layout.slots[fact.id] for fact in self.not_available}
        return not absent.isdisjoint(slots_under(self.program.nodes)[node])

    @property
    def referrals(self) -> tuple[ReferralResult, ...]:
        """The referrals that hold: plain ones, and those in place of a criterion that is unmet."""
        if self.program is None or self.outcome is Outcome.INELIGIBLE:
            return ()
        found = []
        for compiled in self.program.referrals:
            replaced = [self.program.criteria[i] for i in compiled.replaces]
            stands_in = [c.criterion.id for c in replaced if self.values[c.node] == ir.UNMET]
            met = self.values[compiled.node] == ir.MET
            if (stands_in and self._stands(compiled.node)) or (met and not compiled.replaces):
                reason = compiled.wording.remark or compiled.referral.title
                found.append(
                    ReferralResult(
                        compiled.referral.id,
                        compiled.referral.title,
                        reason,
                        compiled.wording.citations,
                        tuple(stands_in),
                    )
                )
        extra = self.programme.not_available
        if self.outcome is Outcome.REFERRED and extra is not None and self.not_available:
            found.append(ReferralResult(extra.id, extra.title, extra.reason, extra.citations))
        return tuple(found)

    # --- what people decided ------------------------------------------------------------------------------------

    @property
    def resolution(self) -> Resolved | None:
        """What people's answers come to, kept apart from what the rules decide; None where the profile has none."""
        if not self.profile.resolutions:
            return None
        answers = self.profile.answers(self.programme.id, self.subject)
        return resolve(self._case(), answers) if answers else None

    def _case(self) -> Case:
        if self.program is None or self.outcome is not Outcome.REFERRED:
            return Case(self.programme, self.as_of, self.outcome, (), (), False, None, False, ())
        benefit = self.program.benefit
        money = [part for part in (benefit.amount, benefit.ceiling) if part is not None]
        bounds = [self.cents(part) for part in money]
        known = [bound for bound in bounds if bound is not None]
        low_high = (min(low for low, _ in known), min(high for _, high in known)) if known else None
        return Case(
            self.programme, self.as_of, self.outcome,
            tuple([Open(found.id, found.title, found.in_place_of) for found in self.referrals]),
            possible(self.program, self.values, self.slots, self.not_available, [found.id for found in self.referrals]),
            bool(money), low_high if len(known) == len(money) else None,
            all(self.values[f.low] is not None and self.values[f.high] is not None for f in self.program.figures),
            tuple([missing.fact for missing in self.missing.facts]),
        )  # fmt: skip

    @property
    def figures(self) -> dict[str, int | Fraction | tuple[int | Fraction, int | Fraction] | dt.date]:
        """The named intermediate figures that are known; a pair where the texts leave one open."""
        result: dict[str, int | Fraction | tuple[int | Fraction, int | Fraction] | dt.date] = {}
        if self.program is None:
            return result
        for name, figure in self.program.lets.items():
            let = self.programme.lets[name]
            low, high = self.values[figure.low], self.values[figure.high]
            if low is None or high is None or not let.shown:
                continue
            if figure.unit is None:
                result[name] = dt.date.fromordinal(low)
            else:
                a, b = number(low, figure.denominator), number(high, figure.denominator)
                result[name] = a if a == b else (a, b)
        return result

    def remarks(self, kind: str) -> list[Remark]:
        """The sentences of a kind (``ways``, ``check_by_hand``, ``remarks``) that apply here."""
        if self.program is None:
            return []
        return [remark for remark, node in self.program.remarks[kind] if node is None or self.values[node] == ir.MET]

    def deadlines(self) -> list[tuple[Deadline, dt.date]]:
        """The days by which someone must act, as far as they are known to apply."""
        if self.program is None:
            return []
        found = []
        for item in self.program.deadlines:
            if item.condition is not None and self.values[item.condition] != ir.MET:
                continue
            for guard, node in item.entries:
                day = self.values[node]
                if day is not None and (guard is None or self.values[guard] == ir.MET):
                    found.append((item.deadline, dt.date.fromordinal(day)))
        return found


def yuan(cents: int) -> Decimal:
    """Whole cents as yuan with two decimals."""
    return Decimal(cents).scaleb(-2)


def number(value: int, denominator: int) -> int | Fraction:
    """A rational figure, as ``int`` where it is whole."""
    exact = Fraction(value, denominator)
    return exact.numerator if exact.denominator == 1 else exact
