"""What is claimed to be proven of a small rulebook, where the claim would be easy to get wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from relief_engine.compiled import ir
from relief_engine.engine import Engine
from relief_engine.proving import Found, Limits, Side, Verdict, compare, reachable
from relief_engine.rulebook.load import load_rulebook
from tests.proving.wordings import told
from tests.rulebook.building import edit

pytest.importorskip("z3")

RENT, LEASE = "city/rent.yaml", "facts/lease.yaml"
Edit = tuple[str, str, str]
BASE = Path(__file__).parents[1] / "rulebook" / "base"
CITE = "cite: [{source: notice, clause: 二}]"
PARAMETERS = f"""
  a_rent: [{{value: 5000, unit: 元/月, {CITE}}}]
  two_rents: [{{value: 10000, unit: 元/月, {CITE}}}]
  a_daily_rent: [{{value: 30, unit: 元/天, {CITE}}}]
  a_few: [{{value: 30, unit: 人, {CITE}}}]
  a_day: [{{value: 2022-01-01, {CITE}}}]
  later_day: [{{value: 2022-12-31, {CITE}}}]
  last_day: [{{value: 2100-12-31, {CITE}}}]
  ages: [{{value: 700000, unit: 天, {CITE}}}]
  a_month: [{{value: 1, unit: 月, {CITE}}}]
"""


def made(folder: Path, *edits: Edit) -> Side:
    rules = folder / "rules"
    shutil.copytree(BASE, rules)
    for name, old, new in edits:
        edit(rules / name, old, new)
    book = load_rulebook(rules)
    return Side(Engine(book), book.programme("city/rent"))


def required(condition: str) -> list[Edit]:
    """One criterion more, and the parameters that it reads."""
    used = "".join(
        f"{line}\n" for line in PARAMETERS.splitlines() if line.strip().partition(":")[0] in condition.split()
    )
    text = f"  - id: extra\n    title: {{zh: 试, en: trial}}\n    require: {condition}\n    {CITE}\n\nreferrals:\n"
    return [(RENT, "  days_to_pay:\n", f"{used}  days_to_pay:\n"), (RENT, "\nreferrals:\n", text)]


def asked(one: Side, value: int, seconds: float = 60) -> Found:
    """What the solver alone says of the criterion ``extra``."""
    program = one.engine.program(one.programme, one.programme.period.first)
    node = next(c.node for c in program.criteria if c.criterion.id == "extra")
    return reachable(one, program, node, value, limits=Limits(seconds=seconds, samples=0))


def test_a_form_of_several_facts_is_given_whole(tmp_path: Path) -> None:
    facts = "".join(
        f"  - id: {name}\n    type: {kind}\n    unit: {unit}\n    label: {{zh: {name}, en: {name}}}\n"
        f"    question: {{zh: {name}, en: {name}}}\n"
        for name, kind, unit in (("daily", "amount", "元/天"), ("rooms", "count", "人"))
    )
    one = made(
        tmp_path,
        (LEASE, "[annual_rent]]", "[annual_rent], [daily, rooms]]"),
        (LEASE, "derived:\n", f"{facts}derived:\n"),
        *required("lease.daily <= a_daily_rent and lease.rooms <= a_few"),
    )  # fmt: skip
    for value in (ir.MET, ir.UNMET):
        assert asked(one, value).verdict is Verdict.FOUND


def test_an_amount_may_be_given_beside_its_steps(tmp_path: Path) -> None:
    condition = "lease.form == stepped and lease.monthly_rent != lease.lowest_step and lease.monthly_rent > a_rent"
    found = asked(made(tmp_path, *required(condition)), ir.MET)
    assert found.verdict is Verdict.FOUND
    assert found.witness is not None
    assert {"lease.monthly_rent", "lease.rent_steps"} <= found.witness.answers.keys()


def test_an_end_may_lie_before_its_start_where_no_relation_forbids_it(tmp_path: Path) -> None:
    within = " and ".join(f"lease.{end} >= a_day and lease.{end} <= later_day" for end in ("start", "end"))
    condition = required(f"not (lease.form == stepped and {within} ) or lease.lowest_step <= a_rent")
    order = (LEASE, "  - {later: end, not_before: start}\n", "")
    # On no day is there a step, so that there is no lowest.
    assert asked(made(tmp_path / "free", order, *condition), ir.UNKNOWN).verdict is Verdict.FOUND
    assert asked(made(tmp_path / "ordered", *condition), ir.UNKNOWN).verdict is Verdict.NONE


def test_days_before_all_days_prove_nothing_of_later_ones(tmp_path: Path) -> None:
    one = made(tmp_path, *required("add_months(lease.start - ages , a_month ) > last_day"))
    assert asked(one, ir.MET, 1).verdict is not Verdict.NONE
    assert asked(one, ir.UNMET, 1).verdict is not Verdict.NONE


@pytest.mark.parametrize(
    ("change", "figures"),
    [
        (("  rounding:", "  payable: lease.monthly_rent * months\n  rounding:"), ("payable",)),
        (("  kind: entitlement\n  payer: landlord\n  amount: ", "  kind: ceiling\n  payer: landlord\n  ceiling: "),
         ("amount", "ceiling")),
    ],
)  # fmt: skip
def test_a_figure_that_only_one_side_gives_is_a_difference(
    change: tuple[str, str], figures: tuple[str, ...], tmp_path: Path
) -> None:
    plain, other = made(tmp_path / "plain"), made(tmp_path / "other", (RENT, *change))
    for old, new in ((plain, other), (other, plain)):
        found = compare(old, new, Limits(seconds=60))
        assert {region.transition.figures for region in found.regions} == {figures}
        assert found.verdict is Verdict.NONE
        for region in found.regions:
            told(region, old, new)


def test_a_named_figure_may_be_called_as_one_of_the_benefit_is(tmp_path: Path) -> None:
    def side(folder: Path, named: str, more: str) -> Side:
        shown = f"let:\n  amount:\n    title: {{zh: 试, en: trial}}\n    value: {named}\n"
        return made(
            folder,
            (RENT, "let:\n", shown),
            (RENT, "  amount: (lease", f"  amount: (({more}) + (lease"),
            (RENT, "else lease.monthly_rent) *", "else lease.monthly_rent)) *"),
            *required("amount <= two_rents or a_rent <= two_rents"),
        )

    either = "a_rent if applicant.registered else two_rents"
    old = side(tmp_path / "old", either, either)
    new = side(tmp_path / "new", "two_rents", "a_rent")
    # For nobody do both differ.
    found = compare(old, new, Limits(seconds=60, samples=0))
    assert {region.transition.figures for region in found.regions} == {("amount",)}


def test_a_deadline_that_only_one_side_has_is_a_difference(tmp_path: Path) -> None:
    plain = made(tmp_path / "plain")
    text = (BASE / RENT).read_text(encoding="utf-8")
    deadline = text[text.index("deadlines:") : text.index("remarks:")]
    parameter = text[text.index("  days_to_pay:") : text.index("let:")]
    without = made(tmp_path / "without", (RENT, deadline, ""), (RENT, parameter, "\n"))
    for old, new in ((plain, without), (without, plain)):
        found = compare(old, new, Limits(seconds=60))
        assert {region.transition.notes for region in found.regions} == {("pay",)}
        assert found.verdict is Verdict.NONE
        for region in found.regions:
            told(region, old, new)
