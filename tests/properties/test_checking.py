"""The behavioural checks of a rulebook: the shipped one passes, and each check finds the mistake that it is for."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
import yaml

from relief_engine import Engine, load_rulebook
from relief_engine.checking import CHECKS, examined, findings, observe
from relief_engine.decision import Outcome
from relief_engine.engine.missing import Search
from relief_engine.rulebook.load import shipped_rules
from relief_engine.testing import load_cases
from tests.properties.rules import FILE, changed
from tests.properties.strategies import WORLD


@pytest.mark.engines
def test_the_shipped_rulebook_passes_in_time() -> None:
    """Without errors; and its hints are of kinds that are meant."""
    started = time.process_time()
    found = examined(WORLD.rulebook)
    assert [finding for finding in found if finding.level == "error"] == []
    assert {finding.code for finding in found} == {
        "clause-uncited", "deadline-never-shown", "ends-with-source", "industry-uncovered", "prefix-repeats",
        "programme-never-eligible",
    }  # fmt: skip
    assert time.process_time() - started < 5 * len(WORLD.rulebook.programmes)


@pytest.mark.engines
def test_the_samples_show_every_outcome() -> None:
    """Every outcome that a programme can reach: a mere invitation never comes out eligible."""
    for programme in WORLD.rulebook.programmes.values():
        behaviour = observe(WORLD.engine, programme)
        outcomes = {str(sample.outcome) for sample in (*behaviour.complete, *behaviour.partial)}
        worked = load_cases(shipped_rules() / f"{programme.id}.cases.yaml", WORLD.rulebook)
        assert outcomes == {case.expected["outcome"] for case in worked} - {Outcome.NOT_IN_FORCE}


def test_findings_are_the_same_every_time(tmp_path: Path) -> None:
    rulebook = load_rulebook(trial(tmp_path, LOAN))
    found = findings(rulebook)
    assert [finding.code for finding in found] == ["nothing-missing"]
    assert findings(rulebook) == found


def test_every_check_says_what_it_finds() -> None:
    assert all(check.__doc__ for check in CHECKS)


#: Both ends must be known before the days are; that there are none may follow from one.
LEASED_DAYS = (
    "require: lease.start <= year_ends and lease.end >= year_begins",
    "require: leased_days > 0 or lease.start > year_ends and lease.end < year_begins",
)

MISTAKES = [
    pytest.param(
        [LEASED_DAYS],
        [("nothing-missing", "programme:")],
        id="a lease that ended before the year waits for its start",
    ),
    pytest.param(
        [("require: lease.premises_district != 京外", "require: lease.start > year_ends and lease.end < year_begins")],
        [("criterion-never-met", "- id: premises-in-beijing")],
        id="a criterion that nobody meets",
    ),
    pytest.param(
        [("require: lease.premises_district != 京外", "require: lease.start <= lease.end")],
        [("criterion-never-fails", "- id: premises-in-beijing")],
        id="a criterion that nobody fails",
    ),
    pytest.param(
        [("    when: lease.has_rent_free_period\n",
          "    when: lease.rent_form == daily and lease.rent_form == annual\n")],
        [("referral-never-holds", "- id: rent-free-period")],
        id="a referral that can't hold",
    ),
    pytest.param(
        [("    when: lease.tenancy != via_other and lease.rent_form == daily\n",
          "    when: lease.tenancy == via_other and lease.rent_form == daily\n")],
        [("range-without-referral", "kind: entitlement")],
        id="a daily rent that nobody decides on",
    ),
    pytest.param(
        [("require: lease.premises_district != 京外",
          "require: lease.premises_district != 京外 and lease.annual_rent < lease.annual_rent + lease.annual_rent")],
        [("undecidable", "programme:")],
        id="a rent that most profiles can't give",
    ),
    pytest.param(
        [("  amount: rent_of_months * leased_days / days_in_year\n",
          "  amount: rent_of_months * leased_days / days_in_year - lease.head_monthly_rent * months\n")],
        [("negative-amount", "kind: entitlement")],
        id="an amount below nothing",
    ),
]  # fmt: skip


def test_a_figure_that_may_not_exist_needs_a_reason(tmp_path: Path) -> None:
    text = (shipped_rules() / FILE).read_text(encoding="utf-8")
    block = text[text.index("not_available:\n") : text.index("benefit:\n")]
    found = findings(changed(tmp_path, (block, "")))
    assert [finding.code for finding in found] == ["not-available-unexplained"]


LOAN = """\
programme: beijing-tongzhou/loan-trial
title: {zh: 试, en: trial}
summary: {zh: 试, en: trial}
authority: {zh: 试, en: trial}
subject: loan
from: 2022-05-20
cite: [{source: notice-13, clause: 第11条}]
parameters:
  share:
    - {value: 20, unit: "%", cite: [{source: notice-13, clause: 第11条}], note: {zh: 试, en: trial}}
  begins:
    - {value: 2022-01-01, cite: [{source: notice-13, clause: 第11条}], note: {zh: 试, en: trial}}
criteria:
  - id: first
    title: {zh: 试, en: trial}
    require: loan.is_first_loan and loan.disbursed_on >= begins and loan.contract_on >= begins
    cite: [{source: notice-13, clause: 第11条}]
benefit:
  kind: entitlement
  payer: city
  amount: loan.interest_paid * share
  rounding: {to: 0.01, mode: half_up, cite: [{source: notice-13, clause: 第11条}]}
  cite: [{source: notice-13, clause: 第11条}]
"""


def trial(folder: Path, text: str) -> Path:
    """The rulebook of one programme of loans, on the shipped facts and standards; written anew each time."""
    rules = folder / "rules"
    if not rules.exists():
        rules = changed(folder).root
        (rules / FILE).unlink()
        shutil.rmtree(rules / "forms")
    (rules / FILE).with_name("loan-trial.yaml").write_text(text, encoding="utf-8")
    return rules


def test_other_kinds_of_subject_are_tried_too(tmp_path: Path) -> None:
    """A loan is not paid out before its contract: a condition that asks for both days to be late says it twice."""
    assert [finding.code for finding in findings(load_rulebook(trial(tmp_path, LOAN)))] == ["nothing-missing"]
    rulebook = load_rulebook(trial(tmp_path, LOAN.replace(" and loan.contract_on >= begins", "")))
    behaviour = observe(Engine(rulebook), rulebook.programmes["beijing-tongzhou/loan-trial"])
    assert {sample.outcome for sample in behaviour.complete} >= {Outcome.ELIGIBLE, Outcome.INELIGIBLE}
    assert "loans:\n- {" in behaviour.yaml(behaviour.complete[0])
    assert findings(rulebook) == []


@pytest.mark.parametrize(
    "figures",
    [
        ("kind: rate", "rate: OPEN"),
        ("kind: rate", "rate: share", "payable: loan.interest_paid * OPEN"),
        ("kind: deferral", "until: begins", "amount: loan.interest_paid * OPEN"),
        ("kind: ceiling", "ceiling: loan.interest_paid * share", "rate: OPEN"),
    ],
)
def test_whatever_the_texts_leave_open_must_be_left_to_somebody(figures: tuple[str, ...], tmp_path: Path) -> None:
    text = LOAN.replace(" and loan.contract_on >= begins", "")
    text = text.replace("kind: entitlement\n", "\n  ".join(figures) + "\n").replace(
        "  amount: loan.interest_paid * share\n", "", 1
    )
    assert findings(load_rulebook(trial(tmp_path, text.replace("OPEN", "share")))) == []
    wrong = load_rulebook(trial(tmp_path, text.replace("OPEN", "between(0, share)")))
    assert "range-without-referral" in [finding.code for finding in findings(wrong)]


def test_a_condition_may_turn_on_the_border_of_a_figure(tmp_path: Path) -> None:
    """That a rent is not nothing, or a loan shorter than three days: the other side is a value or two."""
    days = "{value: 3, unit: 天, cite: [{source: notice-13, clause: 第11条}], note: {zh: 试, en: trial}}"
    narrow = LOAN.replace("  begins:\n", f"  few:\n    - {days}\n  begins:\n").replace(
        " and loan.contract_on >= begins", " and loan.interest_paid > 0 and loan.term_days < few"
    )
    for part in ("loan.interest_paid > 0", "loan.term_days < few"):
        own = f"  - id: own\n    title: {{zh: 试, en: trial}}\n    require: {part}\n"
        cite = "    cite: [{source: notice-13, clause: 第11条}]\n"
        rules = trial(tmp_path, narrow.replace("benefit:\n", f"{own}{cite}benefit:\n", 1))
        assert findings(load_rulebook(rules)) == []


@pytest.mark.engines
@pytest.mark.parametrize(("edits", "expected"), MISTAKES)
def test_a_mistake_is_found(edits: list[tuple[str, str]], expected: list[tuple[str, str]], tmp_path: Path) -> None:
    rulebook = changed(tmp_path, *edits)
    found = findings(rulebook)
    codes = [finding.code for finding in found]
    for code, at in expected:
        finding = found[codes.index(code)]
        line = Path(finding.where.file).read_text(encoding="utf-8").splitlines()[finding.where.line - 1]
        assert at in line or at in "\n".join(_around(finding.where.file, finding.where.line))
        assert finding.message.zh
        assert finding.message.en
        assert finding.message.zh != finding.message.en


def _around(file: str, line: int) -> list[str]:
    return Path(file).read_text(encoding="utf-8").splitlines()[line - 2 : line + 1]


@pytest.mark.engines
def test_the_profile_of_a_finding_can_be_tried(tmp_path: Path) -> None:
    rulebook = changed(tmp_path, LEASED_DAYS)
    (finding,) = [found for found in findings(rulebook) if found.code == "nothing-missing"]
    assert finding.profile is not None
    profile = yaml.safe_load(finding.profile)
    engine = Engine(rulebook)
    decision = next(d for d in engine.decide(profile).decisions if d.programme.id == FILE.with_suffix("").as_posix())
    assert decision.outcome is Outcome.UNDETERMINED
    assert not decision.missing.exact
    assert decision.program is not None
    search = Search(
        decision.program,
        engine.cells(decision.program),
        engine.evaluator(decision.program),
        frozenset(),
    )
    search.run(decision.slots)
    assert search.agreed
