"""Random programmes: conditions and formulas of every kind that the language has, over the facts of the shipped rules.

The shipped programme uses a part of the language; what lowering, the routes and the search for missing facts do with
the rest is tried on these.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from random import Random

from relief_engine import Engine, Rulebook, RulebookError, load_rulebook
from relief_engine.rulebook.load import shipped_rules
from tests.properties.strategies import World

FILE = Path("beijing-tongzhou") / "rent-reduction-2022.yaml"

PARAMETERS = {
    "a_rent": "{value: 5000, unit: 元/月, CITE}",
    "a_sum": "{value: 500, unit: 万元, CITE}",
    "people": "{value: 30, unit: 人, CITE}",
    "a_day": "{value: 2022-07-01, CITE}",
    "some_days": "{value: 100, unit: 天, CITE}",
    "months": "{value: 3, unit: 月, CITE}",
    "more_months": "{value: 5, unit: 月, CITE}",
    "months_in_year": "{value: 12, unit: 月/年, CITE}",
    "days_in_year": "{value: 365, unit: 天, CITE}",
    "window_begins": "{value: 2022-03-01, CITE}",
    "window_ends": "{value: 2022-06-30, CITE}",
    "mid_april": "{value: 2022-04-15, CITE}",
    "the_year": "{value: 2022, unit: 年, CITE}",
    "listed": "{value: {朝阳区: 2022-01-01, 海淀区: 2022-08-01, 通州区: 2022-01-01}, CITE}",
    "by_district": "{value: {朝阳区: 3000, 海淀区: 7000, 顺义区: 7000}, unit: 元/月, CITE}",
}
LETS = {
    "leased_days": "overlap_days(lease.start, lease.end, year=the_year)",
    "leased_months": "overlap_months(lease.start, lease.end, window_begins, window_ends)",
}
CITE = "cite: [{source: notice-12, clause: 二}], note: {zh: 试, en: trial}"
#: What loading rightly refuses in a programme that chance wrote.
REFUSED = ("referral-negates",)
DISTRICTS = ("朝阳区", "海淀区", "通州区", "顺义区", "京外")

#: The tenant's own rent in whatever form it is given. A form that a profile does not use can never be filled in, so
#: that rules read it only where it is the one that is given. (Not the steps: where no day of the lease counts, they
#: have no lowest, and a programme that does not first ask for a day would lose its figure on learning so.)
OWN_RENT = (
    "(lease.monthly_rent if lease.rent_form == monthly"
    " else lease.annual_rent / months_in_year if lease.rent_form == annual else a_rent)"
)

HEAD = """\
programme: beijing-tongzhou/rent-reduction-2022
title: {zh: 试, en: trial}
summary: {zh: 试, en: trial}
authority: {zh: 试, en: trial}
subject: lease
from: 2022-05-13
cite: [{source: notice-12, clause: 一}]
"""


class Writer:
    """Writes conditions and formulas, at random."""

    def __init__(self, seed: str) -> None:
        self.random = Random(seed)

    def one_of(self, *options: str) -> str:
        return self.random.choice(options)

    def some(self, *options: str) -> str:
        chosen = self.random.sample(options, self.random.randint(1, len(options) - 1))
        return f"[{', '.join(chosen)}]"

    def condition(self, depth: int) -> str:
        """A condition of so many levels at most."""
        kind = self.random.randrange(6) if depth else 0
        if kind < 2:
            return self.atom(depth)
        if kind == 5:
            denied = self.condition(depth - 1)
            # A comparison with an entry that a table may lack can't be denied.
            return denied if "[lease.premises_district]" in denied else f"not ({denied})"
        word = " and " if kind < 4 else " or "
        return word.join(f"({self.condition(depth - 1)})" for _ in range(self.random.randint(2, 3)))

    def atom(self, depth: int) -> str:
        """One test."""
        order = self.one_of("<", "<=", ">", ">=", "==", "!=")
        match self.random.randrange(12):
            case 0 | 1:
                return self.one_of(
                    "applicant.registered_in_beijing", "applicant.in_small_micro_directory",
                    "applicant.is_district_state_owned", "lease.has_rent_free_period", "lease.final_tenant_qualifies",
                )  # fmt: skip
            case 2:
                tested = self.one_of("in", "not in")
                return f"lease.tenancy {tested} {self.some('direct', 'via_other', 'sublessor')}"
            case 3:
                districts = self.one_of("listed", self.some(*DISTRICTS))
                return f"lease.premises_district {self.one_of('in', 'not in')} {districts}"
            case 4:
                return f"applicant.three_sector {self.one_of('==', '!=')} {self.one_of('services', 'primary')}"
            case 5 | 6:
                size = self.one_of("applicant.size", "applicant.size", "lease.outlet_size")
                return f"{size} {self.one_of('in', 'not in')} {self.some('micro', 'small', 'medium', 'large', 'none')}"
            case 7:
                return f"lease.rent_form == {self.one_of('monthly', 'stepped', 'annual', 'daily')}"
            case 8:
                return f"{self.day()} {order} {self.day()}"
            case 9:
                return self.one_of(
                    f"lease.end {order} listed[lease.premises_district]",
                    f"leased_days {order} some_days",
                    f"overlap_days(lease.start, lease.end, mid_april, window_ends) {order} some_days",
                    f"leased_months {order} months",
                    f"lease.end - lease.start {order} some_days",
                    f"by_district[lease.premises_district] {order} lease.head_monthly_rent",
                )
            case 10:
                return self.one_of(f"applicant.employees {order} people", f"applicant.revenue {order} a_sum")
            case _:
                return f"{self.rent(depth)} {order} {self.rent(depth)}"

    def day(self) -> str:
        return self.one_of("lease.start", "lease.end", "a_day", "lease.start + some_days", "lease.end - some_days")

    def rent(self, depth: int) -> str:
        """Money per month."""
        match self.random.randrange(8 if depth else 4):
            case 0 | 1:
                return "lease.head_monthly_rent"
            case 2:
                return OWN_RENT
            case 3:
                return "a_rent"
            case 4:
                return f"({self.rent(depth - 1)} + {self.rent(depth - 1)})"
            case 5:
                return f"{self.one_of('min', 'max')}({self.rent(depth - 1)}, {self.rent(depth - 1)})"
            case _:
                return f"({self.rent(depth - 1)} if {self.condition(depth - 1)} else {self.rent(depth - 1)})"

    def amount(self) -> str:
        """Money, perhaps open within bounds, perhaps for the days leased."""
        rent = self.rent(2)
        months = self.one_of("months", "months", "between(months, more_months)")
        condition = self.condition(1)
        figure = self.one_of(f"{rent} * {months}", f"({rent} * {months} if {condition} else {self.rent(1)} * months)")
        # Months of a window come out in 月 themselves, so that they stand in place of the months of relief.
        windowed = f"{rent} * leased_months + ({self.rent(1)} * months if {condition} else {rent} * leased_months)"
        return self.one_of(figure, f"{figure} * leased_days / days_in_year", windowed)

    def programme(self) -> str:
        """A whole programme file."""
        criteria = [self.condition(2) for _ in range(self.random.randint(1, 4))]
        referrals = [self.condition(2) for _ in range(self.random.randint(1, 4))]
        amount = self.amount()
        text = " ".join((*criteria, *referrals, amount))
        body = ""
        for name, value in LETS.items():
            if name in text:
                text += f" {value}"
                body += f"  {name}:\n    title: {{zh: 试, en: trial}}\n    value: {value}\n"
        body = f"let:\n{body}" if body else ""
        used = {name: value for name, value in PARAMETERS.items() if re.search(rf"(?<![.\w]){name}\b", text)}
        if used:
            listed = "".join(f"  {name}:\n    - {value.replace('CITE', CITE)}\n" for name, value in used.items())
            body = f"parameters:\n{listed}{body}"
        body += "criteria:\n"
        for index, condition in enumerate(criteria):
            body += f"  - id: criterion-{index}\n    title: {{zh: 试, en: trial}}\n    require: {condition}\n"
            body += "    cite: [{source: notice-12, clause: 一}]\n"
        body += "referrals:\n"
        for index, condition in enumerate(referrals):
            body += f"  - id: referral-{index}\n    title: {{zh: 试, en: trial}}\n    when: {condition}\n"
            if self.random.randrange(2):
                replaced = self.random.randrange(len(criteria))
                body += f"    in_place_of: [criterion-{replaced}]\n"
            body += "    reason: {zh: 试, en: trial}\n    cite: [{source: notice-12, clause: 一}]\n"
        body += "not_available:\n  id: figures-not-available\n  title: {zh: 试, en: trial}\n"
        body += "  reason: {zh: 试, en: trial}\n  cite: [{source: notice-12, clause: 一}]\n"
        body += f"benefit:\n  kind: entitlement\n  payer: landlord\n  amount: {amount}\n"
        body += "  rounding: {to: 0.01, mode: half_up, cite: [{source: notice-12, clause: 二}]}\n"
        return f"{HEAD}{body}  cite: [{{source: notice-12, clause: 二}}]\n"


def changed(folder: Path, *edits: tuple[str, str]) -> Rulebook:
    """The rent programme by itself, with some of its text replaced, on the shipped facts and standards."""
    rules = folder / "rules"
    shutil.copytree(shipped_rules(), rules, ignore=shutil.ignore_patterns("*.cases.yaml", "ledger.yaml"))
    for path in (rules / FILE).parent.iterdir():
        if path != rules / FILE:
            path.unlink()
    text = (rules / FILE).read_text(encoding="utf-8")
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (rules / FILE).write_text(text, encoding="utf-8")
    return load_rulebook(rules)


def world_of(folder: Path, seed: str) -> World:
    """The shipped rulebook with a random programme in place of the rent programme."""
    rules = folder / "rules"
    if not rules.exists():
        shutil.copytree(shipped_rules(), rules, ignore=shutil.ignore_patterns("beijing-tongzhou"))
        (rules / FILE).parent.mkdir()
    writer = Writer(seed)
    while True:
        (rules / FILE).write_text(writer.programme(), encoding="utf-8")
        try:
            return World(Engine(load_rulebook(rules)))
        except RulebookError as error:
            if any(finding.code not in REFUSED for finding in error.findings):
                raise
