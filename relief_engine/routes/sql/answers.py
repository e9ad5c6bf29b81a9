"""SQL route: what an answer shows, as terms: the outcome, the masks, and the figures that the outcome shows.

The columns and what stands in them are those of :mod:`relief_engine.engine.summary`, value for value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from relief_engine.compiled import ir
from relief_engine.compiled.answers import MOST_BITS, Column, columns
from relief_engine.decision import Outcome
from relief_engine.errors import Finding, InputError
from relief_engine.routes.sql.money import cents, formula_of, same
from relief_engine.routes.sql.nodes import Written, too_large, total
from relief_engine.routes.sql.terms import TooLargeError
from relief_engine.rulebook.record import Value
from relief_engine.text import Text

#: What the outcome is where the input can't be read.
INVALID = "invalid"


class Output(Value):
    """One column of an answer and its term."""

    column: Column
    term: int


class Both(Value):
    """Both ends of a figure, each NULL where either is unknown; and whether they are one known value, unrounded."""

    low: int
    high: int
    one: int


class Answers:
    """Writes the columns of a program's answers."""

    def __init__(
        self, program: ir.Program, *, guarded: bool, fixed: Mapping[int, int | None] | None = None, typed: bool = False
    ) -> None:
        """With ``guarded`` the query reads a column ``invalid``, and tells nothing where it is not 0.

        If ``typed``, a column ``wrong`` says that it is not.
        ``fixed``: see :class:`relief_engine.routes.sql.nodes.Written`.
        """
        _check_masks(program)
        self.program = program
        self.written = Written(program, fixed)
        self.terms = self.written.terms
        self.guarded = guarded
        self.names: dict[int, str] = {}
        self.opened, refer = self.written.nodes((program.open, program.refer))
        self.good = self._good(typed) if guarded else self.terms.true
        #: Where the input can be read and the criteria are met or passed over; all that is granted is asked of those.
        self.met = self.terms.case([(self.good, self.opened)])
        self.referred, kept = self._where_met(refer)
        self.money = {name: self._money(name) for name in ("amount", "ceiling", "payable")}
        self.eligible = self.terms.all_of([kept, *self._known_figures()])
        self.shown = self.terms.any_of([self.referred, self.eligible])

    def _good(self, typed: bool) -> int:
        """Whether the input of a row can be read."""
        terms = self.terms
        if typed:
            return terms.negation(terms.column("wrong"))
        return terms.one_of(terms.column("invalid", (0, 2**MOST_BITS)), [0])

    def outputs(self) -> tuple[Output, ...]:
        """The columns of the answer, in their order."""
        found = self._outcome() | self._masks() | self._figures()
        wanted = columns(self.program)
        if self.guarded:
            # Amounts and the like follow from the outcome, which is none of theirs where the input can't be read.
            hidden = [name for name in found if name in ("failed", "unknown", "referred") or name.startswith("figure_")]
            found |= {name: self.terms.case([(self.good, found[name])]) for name in hidden}
        return tuple([Output(column, found[column.name]) for column in wanted])

    # --- the outcome --------------------------------------------------------------------------------------------

    def _where_met(self, truth: int) -> tuple[int, int]:
        """A truth and its opposite where the criteria are met: worked out there, and true nowhere else."""
        terms = self.terms
        if truth in (terms.true, terms.false, terms.unknown):
            return terms.all_of([self.met, truth]), terms.all_of([self.met, terms.negation(truth)])
        found = terms.case([(self.met, truth)], rare=[0])
        return found, terms.negation(found)

    def _known_figures(self) -> list[int]:
        """That what the benefit gives is known, and as one figure rather than a range."""
        benefit, terms = self.program.benefit, self.terms
        found = []
        for name, figure in benefit.shown.items():
            if figure in self.program.figures:
                both = self.money.get(name)
                found.append(self._plain(name, figure).one if both is None else both.one)
                if both is not None:
                    found.append(terms.known(both.low))
        return found

    def _outcome(self) -> dict[str, int]:
        terms = self.terms
        named = [
            (terms.negation(self.good), INVALID),
            (terms.negation(self.opened), Outcome.INELIGIBLE.value),
            (self.referred, Outcome.REFERRED.value),
            (self.eligible, Outcome.ELIGIBLE.value),
        ]
        branches = [(condition, terms.text(name)) for condition, name in named]
        return {"outcome": terms.case(branches, terms.text(Outcome.UNDETERMINED.value))}

    def _masks(self) -> dict[str, int]:
        program, terms = self.program, self.terms
        criteria = self.written.nodes(criterion.node for criterion in program.criteria)
        referrals = self.written.nodes(referral.node for referral in program.referrals)
        self.names |= {term: f"criterion_{place}" for place, term in enumerate(criteria)}
        self.names |= {term: f"referral_{place}" for place, term in enumerate(referrals)}
        self.names |= {self.opened: "open", self.referred: "refer", self.eligible: "granted"}
        return {
            "failed": self._mask([terms.negation(term) for term in criteria]),
            "unknown": self._mask([terms.is_null(term) for term in criteria]),
            "referred": self._mask(referrals),
        }

    def _mask(self, bits: Sequence[int]) -> int:
        terms, none = self.terms, self.terms.number(0)
        return total(terms, [terms.case([(bit, terms.number(1 << place))], none) for place, bit in enumerate(bits)])

    # --- figures ------------------------------------------------------------------------------------------------

    def _figures(self) -> dict[str, int]:
        terms, benefit = self.terms, self.program.benefit
        found: dict[str, int] = {}
        for name, both in self.money.items():
            if both is None:
                continue
            low, high = both.low, both.high
            equal = terms.true if low == high else terms.compare("==", low, high)
            differ = terms.false if low == high else terms.compare("!=", low, high)
            one = {name: self.shown}
            if name == "amount":
                one = {"amount": self.eligible, "amount_if_granted": self.referred}
            found |= {known: terms.case([(terms.all_of([when, equal]), low)]) for known, when in one.items()}
            found[f"{name}_low"] = terms.case([(terms.all_of([self.shown, differ]), low)])
            found[f"{name}_high"] = terms.case([(terms.all_of([self.shown, differ]), high)])
        if benefit.rate is not None:
            rate = self._plain("rate", benefit.rate)
            found["rate_low"] = terms.case([(self.shown, rate.low)])
            found["rate_high"] = terms.case([(self.shown, rate.high)])
        if benefit.until is not None:
            found["until"] = terms.case([(self.shown, self.written.node(benefit.until.low))])
        for name, figure in self.program.lets.items():
            if self.program.programme.lets[name].shown:
                both = self._plain(name, figure)
                found[f"figure_{name}_low"], found[f"figure_{name}_high"] = both.low, both.high
        return found

    def _plain(self, name: str, figure: ir.Range) -> Both:
        """Both ends of a figure that is shown as it is."""
        terms = self.terms
        low, high = self.written.nodes((figure.low, figure.high))
        if low == high:
            return Both(low, high, terms.known(low))
        self.names.setdefault(low, f"{name}_low")
        self.names.setdefault(high, f"{name}_high")
        ends = [
            end if terms.fixed(other) is not None else terms.case([(terms.known(other), end)])
            for end, other in ((low, high), (high, low))
        ]
        return Both(ends[0], ends[1], terms.compare("==", low, high))

    def _money(self, name: str) -> Both | None:
        """Both ends of a formula for money in cents, where the criteria are met or may be passed over."""
        money: ir.Money | None = getattr(self.program.benefit, name)
        if money is None:
            return None
        written, terms, figure = self.written, self.terms, money.figure
        try:
            lower = formula_of(written, figure.low)
            low = terms.case([(self.met, cents(written, lower, figure.denominator, money.step))])
            self.names[low] = f"{name}_low"
            if figure.low == figure.high:
                return Both(low, low, terms.known(low))
            upper = formula_of(written, figure.high)
            one, two = self._where_met(same(written, lower, upper))
            self.names[one] = f"{name}_is_one"
            # Where both ends are one figure, it is not computed again.
            other = cents(written, upper, figure.denominator, money.step)
        except TooLargeError:
            raise too_large(self.program, name) from None
        high = terms.case([(terms.all_of([one, terms.known(low)]), low), (two, other)], rare=[1])
        self.names[high] = f"{name}_high"
        return Both(terms.case([(terms.known(high), low)]), high, one)


def _check_masks(program: ir.Program) -> None:
    """Raise :class:`InputError` where the criteria or the referrals are too many for one mask."""
    programme, findings = program.programme, []
    for zh, en, found in (("条件", "criteria", program.criteria), ("转人工情形", "referrals", program.referrals)):
        if len(found) > MOST_BITS:
            message = Text(
                f"{programme.id} 有 {len(found)} 项{zh}，SQL 最多 {MOST_BITS} 项",
                f"{programme.id} has {len(found)} {en}; SQL holds {MOST_BITS} at most",
            )
            findings.append(Finding("sql-mask", programme.where, message))
    if findings:
        raise InputError(findings)
