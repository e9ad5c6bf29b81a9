"""Two wordings of a programme: every kind of change is found and the rest proven equal; equal ones are proven equal."""

from __future__ import annotations

from pathlib import Path

import pytest

from relief_engine.decision import Outcome
from relief_engine.engine import Engine
from relief_engine.proving import Limits, Verdict, compare
from relief_engine.proving.stretches import stretches
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.load import load_rulebook
from tests.proving.wordings import RENT, changes, compared, edited, shipped, side, told

pytest.importorskip("z3")
E_, R, U, I = Outcome.ELIGIBLE, Outcome.REFERRED, Outcome.UNDETERMINED, Outcome.INELIGIBLE  # noqa: E741


def test_equal_rulebooks_are_equal_at_once() -> None:
    for programme in shipped().rulebook.programmes:
        one = side(shipped(), programme.partition("/")[2])
        found = compare(one, one, Limits(seconds=0))
        assert (found.regions, found.verdict, found.undecided) == ((), Verdict.NONE, ())


def test_other_wordings_of_the_same_are_proven_equal_by_structure(tmp_path: Path) -> None:
    found = compared(
        tmp_path,
        RENT,
        (
            "require: applicant.registered_in_beijing or applicant.pays_tax_in_beijing",
            "require: not (not applicant.pays_tax_in_beijing and not applicant.registered_in_beijing)",
        ),
        (
            "when: lease.tenancy != via_other and lease.rent_form == daily",
            "when: not (lease.rent_form in [monthly, stepped, annual] or lease.tenancy == via_other)",
        ),
        (
            "require: lease.start <= year_ends and lease.end >= year_begins",
            "require: not (year_begins > lease.end) and not (year_ends < lease.start)",
        ),
        (
            "lease.monthly_rent * months if lease.rent_form == monthly",
            "months * lease.monthly_rent if not (lease.rent_form != monthly)",
        ),
        ("amount: rent_of_months * leased_days / days_in_year", "amount: leased_days * rent_of_months / days_in_year"),
        (
            "when: lease.tenancy == via_other and lease.head_shared_with_others",
            "when: not (lease.tenancy != via_other) and lease.head_shared_with_others",
        ),
        seconds=0,
    )
    assert (found.regions, found.verdict) == ((), Verdict.NONE)


def test_another_formula_and_a_split_criterion_are_proven_equal_by_the_solver(tmp_path: Path) -> None:
    months = "else lease.annual_rent * months / months_in_year if lease.rent_form == annual"
    turned = "else lease.annual_rent / months_in_year * months if lease.rent_form == annual"
    days = "else lease.daily_rent_per_m2 * lease.area * days_of_months"
    sooner = "else lease.area * days_of_months * lease.daily_rent_per_m2 if lease.rent_form == daily else"
    # The last form is asked for by name, and what would follow is never reached.
    never = " lease.head_monthly_rent * months"
    head = """  - id: leased-before-2023
    title: {zh: 试, en: trial}
    require: lease.start <= year_ends
    cite: [{source: notice-12, clause: 附件1 一（一）}]
  - id: leased-after-2021
"""
    whole = "require: lease.start <= year_ends and lease.end >= year_begins"
    found = compared(
        tmp_path, RENT, (months, turned), (days, sooner + never),
        ("  - id: leased-in-2022\n", head), (whole, "require: lease.end >= year_begins"),
    )  # fmt: skip
    assert (found.regions, found.verdict) == ((), Verdict.NONE)


def test_a_changed_threshold(tmp_path: Path) -> None:
    found = compared(tmp_path, RENT, ("months_listed:\n    - {value: 6,", "months_listed:\n    - {value: 5,"))
    assert found.verdict is Verdict.NONE
    assert "eligible>eligible" in changes(found)
    given = next(r for r in found.regions if r.transition.old is r.transition.new is E_)
    assert "amount" in given.transition.figures
    assert all("months" in r.transition.figures or r.transition.referrals for r in found.regions)
    # A listed district, and what makes the case eligible: nothing else.
    assert {"lease.premises_district", "lease.start", "lease.end"} <= given.witness.answers.keys()
    assert "applicant.employees" not in given.witness.answers or "applicant.kind" in given.witness.answers


def test_a_dropped_criterion_names_itself(tmp_path: Path) -> None:
    found = compared(
        tmp_path, RENT,
        ("""  - id: premises-in-beijing
    title: {zh: 房屋在北京市内, en: The premises are in Beijing}
    require: lease.premises_district != 京外
    cite: [{source: notice-12, clause: 一}]
""", ""),
    )  # fmt: skip
    assert found.verdict is Verdict.NONE
    assert set(changes(found)) == {"ineligible>eligible", "ineligible>referred"}
    assert {r.transition.criteria for r in found.regions} == {("premises-in-beijing",)}


def test_less_for_at_most_is_found_on_the_border(tmp_path: Path) -> None:
    found = compared(tmp_path, RENT, ("require: lease.start <= year_ends and", "require: lease.start < year_ends and"))
    assert found.verdict is Verdict.NONE
    assert changes(found) == ["eligible>ineligible", "referred>ineligible", "ineligible>ineligible"]
    for region in found.regions:
        assert region.transition.criteria == ("leased-in-2022",)
        assert region.witness.answers["lease.start"] == 738520  # 2022-12-31


def test_a_listed_district(tmp_path: Path) -> None:
    found = compared(
        tmp_path,
        RENT,
        ("大兴区: 2022-01-01, 通州区: 2022-01-01}", "大兴区: 2022-01-01, 通州区: 2022-01-01, 海淀区: 2022-06-10}"),
    )
    assert found.verdict is Verdict.NONE
    haidian = shipped().rulebook.facts["lease.premises_district"]
    assert isinstance(haidian, Fact)
    assert haidian.domain is not None
    place = haidian.domain.index("海淀区")
    assert {region.witness.answers["lease.premises_district"] for region in found.regions} == {place}
    assert any("supplement" in region.transition.notes for region in found.regions)


def test_a_test_that_only_looks_different_shows_where_facts_are_unknown(tmp_path: Path) -> None:
    old = "when: lease.has_rent_free_period\n"
    found = compared(
        tmp_path, RENT,
        (old, "when: lease.has_rent_free_period and (lease.start <= lease.end or lease.start > lease.end)\n"),
    )  # fmt: skip
    assert found.verdict is Verdict.NONE
    assert found.regions
    for region in found.regions:
        assert "lease.start" not in region.witness.answers or "lease.end" not in region.witness.answers
        assert "rent-free-period" in region.transition.referrals


def test_a_programme_that_is_new_or_gone() -> None:
    one = side(shipped(), "licence-extension-food-2022")
    for old, new in ((None, one), (one, None)):
        found = compare(old, new, Limits(seconds=60))
        assert found.verdict is Verdict.NONE
        ends = {(r.transition.old, r.transition.new) for r in found.regions}
        assert {a if new is None else b for a, b in ends} == {E_, R, I}
        assert {b if new is None else a for a, b in ends} == {Outcome.NOT_IN_FORCE}
        assert found.regions[0].period.first == one.programme.period.first


def test_other_days_in_force(tmp_path: Path) -> None:
    found = compared(tmp_path, "licence-extension-food-2022", ("\nfrom: 2022-06-15", "\nfrom: 2022-06-20"))
    assert found.verdict is Verdict.NONE
    assert {(str(r.period.first), str(r.period.last)) for r in found.regions} == {("2022-06-15", "2022-06-19")}
    assert {r.transition.new for r in found.regions} == {Outcome.NOT_IN_FORCE}


def test_a_witness_says_nothing_that_does_not_matter(tmp_path: Path) -> None:
    """Any fact that is left out of a witness changes what it shows."""
    old = side(shipped(), "small-profit-income-tax")
    new = edited(tmp_path, "small-profit-income-tax", ("taxable_income <= most_", "taxable_income < most_"))
    found = compare(old, new, Limits(seconds=60))
    assert found.verdict is Verdict.NONE
    (stretch, *_) = stretches(old, new)
    for region in found.regions:
        told(region, old, new)
        for name in region.witness.answers:
            rest = {other: value for other, value in region.witness.answers.items() if other != name}
            assert stretch.transition(region.witness.day, rest) != region.transition


def test_without_time_nothing_is_claimed(tmp_path: Path) -> None:
    old, new = side(shipped(), RENT), edited(tmp_path, RENT, ("- {value: 365, unit: 天", "- {value: 360, unit: 天"))
    found = compare(old, new, Limits(seconds=0))
    assert (found.regions, found.verdict) == ((), Verdict.OPEN)
    (days,) = found.undecided
    assert days.first == old.programme.period.first


def test_without_the_solver_changes_are_found_and_nothing_is_claimed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("relief_engine.proving.differences.solver_is_there", lambda: False)
    old, new = side(shipped(), RENT), edited(tmp_path, RENT, ("- {value: 365, unit: 天", "- {value: 360, unit: 天"))
    found = compare(old, new, Limits(seconds=60, samples=200))
    assert found.verdict is Verdict.OPEN
    assert "eligible>eligible" in changes(found)
    for region in found.regions:
        told(region, old, new)


def test_a_rulebook_with_another_choice(tmp_path: Path) -> None:
    """A choice is matched by its id wherever it stands; one that only one rulebook has is unknown to the other."""
    old = side(shipped(), RENT)
    new = edited(tmp_path, RENT)
    path = new.engine.rulebook.root / "facts" / "lease.yaml"
    text = path.read_text(encoding="utf-8")
    first = "      - {id: 东城区, label:"
    assert text.count(first) == 1
    added = "      - {id: 新区, label: {zh: 新区, en: New District}, aliases: [新城区]}\n"
    path.write_text(text.replace(first, added + first), encoding="utf-8")
    new = side(Engine(load_rulebook(new.engine.rulebook.root)), RENT)
    found = compare(old, new, Limits(seconds=60))
    assert found.verdict is Verdict.NONE
    assert found.regions
    for region in found.regions:
        told(region, old, new)
        assert "新区" in region.witness.yaml(new)
        assert "premises_district" not in region.witness.yaml(old)
        # Who can't say where the premises are gets no answer that a complete profile would not get.
        assert region.transition.old in (U, I, R)


def test_one_difference_is_enough_where_no_more_are_wanted(tmp_path: Path) -> None:
    old, new = side(shipped(), RENT), edited(tmp_path, RENT, ("- {value: 365, unit: 天", "- {value: 360, unit: 天"))
    found = compare(old, new, Limits(seconds=60, most=1))
    assert found.verdict is Verdict.OPEN
    assert found.regions
    assert len(found.regions) <= len(list(stretches(old, new)))
