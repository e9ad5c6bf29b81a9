"""Worked cases: those in rules/ and examples/ show their sums, and the case runner says clearly what is wrong.

That each of them holds is a test of its own, which pytest collects from its file (``testpaths`` in pyproject.toml).
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from relief_engine import Engine, Outcome, RulebookError, load_rulebook
from relief_engine.testing import Case, find_cases, load_cases, run_case
from relief_engine.testing.editing import COMMENT
from tests.books import shipped_book, worked

ROOT = Path(__file__).resolve().parent.parent
RENT = "beijing-tongzhou/rent-reduction-2022"
FILES = [path for folder in ("rules", "examples/profiles") for path in find_cases(ROOT / folder)]


@cache
def engine() -> Engine:
    return Engine(shipped_book())


CASES = [case for path in FILES for case in worked(path)]


# --- the cases themselves ---------------------------------------------------------------------------------------------


def sums(arithmetic: str) -> list[tuple[Fraction, str]]:
    """Each ``a × b ÷ c + d = e`` of an arithmetic: the exact value of the left side, and the right side as written."""
    found = []
    for statement in arithmetic.split(";"):
        left, _, right = statement.partition("=")
        found.append((sum((product(part) for part in left.split("+")), Fraction(0)), right.strip()))
    return found


def product(part: str) -> Fraction:
    """The exact value of ``a × b ÷ c``."""
    first, *rest = re.split(r"([×÷])", part)
    value = Fraction(first.strip())
    for sign, number in zip(rest[::2], rest[1::2], strict=True):
        value = value * Fraction(number.strip()) if sign == "×" else value / Fraction(number.strip())
    return value


@pytest.mark.parametrize("case", [c for c in CASES if c.arithmetic], ids=lambda case: case.name.en)
def test_arithmetic_is_right_and_gives_the_expected_amounts(case: Case) -> None:
    assert set(amounts(case)) <= worked_out(case)


def worked_out(case: Case) -> set[Decimal]:
    """The amounts that the arithmetic of a case shows, each of which must be right to the cent."""
    shown = set()
    for exact, written in sums(case.arithmetic) if case.arithmetic else []:
        rounded = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert str(rounded) == written, case.name.en
        shown.add(rounded)
    return shown


def amounts(case: Case) -> list[Decimal]:
    expected = case.expected
    single = ("amount", "amount_if_granted", "ceiling", "payable")
    found = [*(expected.get(name) for name in single), *(expected.get("amount_range") or ())]
    return [amount for amount in found if amount is not None]


def test_every_expected_amount_is_shown_by_hand() -> None:
    assert [case.name.en for case in CASES if amounts(case) and case.arithmetic is None] == []


def test_no_expectation_was_only_accepted() -> None:
    """Somebody has worked each of them out, and taken the remark away."""
    assert [path.name for path in FILES if COMMENT in path.read_text(encoding="utf-8")] == []


def test_cases_reach_every_outcome_criterion_and_referral() -> None:
    programme = shipped_book().programmes[RENT]
    cases = [case for case in CASES if case.programme == RENT]
    assert {case.expected.get("outcome") for case in cases} == {str(outcome) for outcome in Outcome}
    unmet = {name for case in cases for name in case.expected.get("unmet") or ()}
    assert unmet == {criterion.id for criterion in programme.criteria}
    assert programme.not_available is not None
    referred = {name for case in cases for name in case.expected.get("referrals") or ()}
    # No district has been listed later yet, so no shipped case can reach that referral: see the next test.
    known = {referral.id for referral in programme.referrals} | {programme.not_available.id}
    assert referred == known - {"listed-after-lease-ended"}


def test_a_district_listed_later(tmp_path: Path) -> None:
    """A maintainer lists Haidian from 1 September: six months there, and people decide on leases that had ended."""
    rules = tmp_path / "rules"
    for path in (ROOT / "rules").rglob("*"):
        if path.is_file():
            target = rules / path.relative_to(ROOT / "rules")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    programme = rules / f"{RENT}.yaml"
    text = programme.read_text(encoding="utf-8")
    named = "朝阳区: 2022-01-01, 丰台区: 2022-01-01, 房山区: 2022-01-01, 大兴区: 2022-01-01, 通州区: 2022-01-01"
    later = (
        f"    - from: 2022-09-01\n      value: {{{named}, 海淀区: 2022-09-01}}\n"
        "      cite: [{source: notice-12, clause: 二}]\n  listed_with_notice:\n"
    )
    assert text.count("  listed_with_notice:\n") == 1
    programme.write_text(text.replace("  listed_with_notice:\n", later), encoding="utf-8")
    cases = tmp_path / "later.cases.yaml"
    cases.write_text(
        LATER_LISTING.replace("PROFILE", (ROOT / "examples/profiles/restaurant.yaml").as_posix()), encoding="utf-8"
    )
    book = load_rulebook(rules)
    changed = Engine(book)
    for case in load_cases(cases, book):
        result = run_case(changed, case)
        assert result.passed, "\n" + result.report("en")


LATER_LISTING = """
programme: beijing-tongzhou/rent-reduction-2022
cases:
  - name: {zh: 列入后认定, en: decided after the listing}
    profile_file: PROFILE
    as_of: 2022-09-15
    change:
      leases[0].premises_district: 海淀区
    cite: [{source: notice-12, clause: 二}]
    arithmetic: 30000 × 6 = 180000.00
    expect: {outcome: referred, amount_if_granted: 180000.00, figures: {months: 6}, deadlines: {supplement: 2022-11-01}}
  - name: {zh: 列入前一天认定, en: decided the day before the listing}
    profile_file: PROFILE
    as_of: 2022-08-31
    change:
      leases[0].premises_district: 海淀区
    cite: [{source: notice-12, clause: 二}]
    arithmetic: 30000 × 3 = 90000.00
    expect: {outcome: referred, amount_if_granted: 90000.00, figures: {months: 3}}
  - name: {zh: 列入前已退租, en: lease ended before the listing}
    profile_file: PROFILE
    as_of: 2022-09-15
    change:
      leases[0].premises_district: 海淀区
      leases[0].end: 2022-06-30
    cite: [{source: notice-12, clause: 二}]
    arithmetic: 30000 × 3 × 181 ÷ 365 = 44630.14; 30000 × 6 × 181 ÷ 365 = 89260.27
    expect:
      outcome: referred
      amount_range: [44630.14, 89260.27]
      referrals: [premises-outside-tongzhou, listed-after-lease-ended]
      figures: {months: [3, 6]}
  - name: {zh: 列入当天到期, en: lease ending on the day of the listing}
    profile_file: PROFILE
    as_of: 2022-09-15
    change:
      leases[0].premises_district: 海淀区
      leases[0].end: 2022-09-01
    cite: [{source: notice-12, clause: 二}]
    arithmetic: 30000 × 6 × 244 ÷ 365 = 120328.77
    expect: {outcome: referred, amount_if_granted: 120328.77, referrals: [premises-outside-tongzhou]}
"""


# --- the runner -------------------------------------------------------------------------------------------------------

GOOD = """\
programme: beijing-tongzhou/rent-reduction-2022
base:
  as_of: 2022-06-01
  applicant: {kind: enterprise, industry: "6210", employees: 30, revenue: 800, registered_in_beijing: yes}
  leases:
    - owner_kind: district_public_body
      tenancy: direct
      premises_district: 通州区
      start: 2021-01-01
      end: 2023-12-31
      monthly_rent: 30000
      has_rent_free_period: no
cases:
  - name: {zh: 全年, en: whole year}
    cite: [{source: notice-12, clause: 二}]
    expect: {outcome: eligible, amount: 180000.00, figures: {months: 6, leased_days: 365}}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "some.cases.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def findings(folder: Path, text: str) -> list[str]:
    """Every mistake of a cases file: its code, and the word at which it points."""
    with pytest.raises(RulebookError) as caught:
        load_cases(written(folder, text), shipped_book())
    lines = text.splitlines()
    found = []
    for finding in caught.value.findings:
        assert finding.where.file == (folder / "some.cases.yaml").as_posix()
        word = re.match(
            r"[\w.-]+(?:\[\d+\][\w.]*)?|\[.*?\]|.", lines[finding.where.line - 1][finding.where.column - 1 :]
        )
        found.append(f"{finding.code}: {word[0] if word else ''}")
    return found


def only(folder: Path, text: str) -> Case:
    (case,) = load_cases(written(folder, text), shipped_book())
    return case


def test_a_good_case_passes(tmp_path: Path) -> None:
    case = only(tmp_path, GOOD)
    assert (str(case.where), case.subject) == (f"{(tmp_path / 'some.cases.yaml').as_posix()}:14:5", "leases[0]")
    result = run_case(engine(), case)
    assert result.passed
    assert result.differences == ()


@pytest.mark.parametrize(
    ("right", "wrong", "zh", "en"),
    [
        ("amount: 180000.00", "amount: 90000",
         "amount：应为 90000，实为 180000.00", "amount: expected 90000, got 180000.00"),
        ("outcome: eligible, amount: 180000.00", "outcome: referred, amount: 180000.00",
         "outcome：应为 referred，实为 eligible", "outcome: expected referred, got eligible"),
        (", amount: 180000.00", "", "amount：应为 null，实为 180000.00", "amount: expected null, got 180000.00"),
        ("amount: 180000.00", "amount: 180000.00, amount_range: [1, 2]",
         "amount_range：应为 [1, 2]，实为 null", "amount_range: expected [1, 2], got null"),
        ("months: 6", "months: 3", "figures.months：应为 3，实为 6", "figures.months: expected 3, got 6"),
        ("months: 6", "months: [3, 6]",
         "figures.months：应为 [3, 6]，实为 6", "figures.months: expected [3, 6], got 6"),
        ("figures:", "missing: [lease.end], figures:",
         "missing：应为 [lease.end]，实为 []", "missing: expected [lease.end], got []"),
        ("figures:", "unmet: [service-industry], figures:",
         "unmet：应为 [service-industry]，实为 []", "unmet: expected [service-industry], got []"),
        ("figures:", "until: 2022-12-31, rate: 0.2, figures:",
         "rate：应为 0.2，实为 null", "rate: expected 0.2, got null"),
        ("figures:", "rate_range: [0.1, 0.2], payable_range: [1, 2.50], figures:",
         "payable_range：应为 [1, 2.50]，实为 null", "payable_range: expected [1, 2.50], got null"),
    ],
)  # fmt: skip
def test_a_wrong_expectation_fails_and_names_the_key(right: str, wrong: str, zh: str, en: str, tmp_path: Path) -> None:
    assert right in GOOD
    result = run_case(engine(), only(tmp_path, GOOD.replace(right, wrong)))
    assert not result.passed
    assert zh in [difference.zh for difference in result.differences]
    assert en in [difference.en for difference in result.differences]


def test_a_failure_is_told_side_by_side(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace("180000.00", "90000.00"))
    result = run_case(engine(), load_cases(path, shipped_book())[0])
    assert result.report("en").splitlines() == [
        f"{path.as_posix()}:14:5: whole year",
        "通政办发〔2022〕12号 二",
        "                           expected  actual",
        "   outcome                 eligible  eligible",
        "≠  amount                  90000.00  180000.00",
        "   amount_if_granted       null      null",
        "   amount_range            null      null",
        "   figures.months          6         6",
        "   figures.leased_days     365       365",
        "   figures.rent_of_months            180000",
        "   deadlines.first-half              2022-06-30",
        "   deadlines.all-units               2022-07-31",
    ]
    assert result.report().splitlines()[2:4] == [
        "                           预期      实际",
        "   outcome                 eligible  eligible",
    ]


def test_without_an_outcome_amounts_are_left_alone(tmp_path: Path) -> None:
    case = only(tmp_path, GOOD.replace("outcome: eligible, amount: 180000.00, ", ""))
    assert dict(case.expected).keys() == {"figures"}
    assert run_case(engine(), case).passed


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        # keys and values of the file itself
        ("amount:", "amuont:", ["shape-unknown-key: amuont"]),
        ("    cite:", "    cites:", ["shape-unknown-key: cites"]),
        ("outcome: eligible", "outcome: elligible", ["shape-value: elligible"]),
        ("amount: 180000.00", "amount: 180000.001", ["shape-value: 180000.001"]),
        ("amount: 180000.00", "amount_range: [1]", ["shape-value: [1]"]),
        ("months: 6", "months: six", ["shape-value: six"]),
        ("programme: beijing", "programme: peking", ["case-programme: peking-tongzhou"]),
        ("clause: 二", "clause: 二十", ["cite-unknown-clause: 二十"]),
        ("source: notice-12", "source: notice-21", ["cite-unknown-source: notice-21"]),
        # names that are expected
        ("figures:", "unmet: [service-industrie], figures:", ["case-unknown-name: service-industrie"]),
        ("figures:", "referrals: [rent-free], figures:", ["case-unknown-name: rent-free"]),
        ("figures:", "missing: [lease.ends], figures:", ["case-unknown-name: lease.ends"]),
        ("months: 6", "month: 6", ["case-unknown-name: month"]),
        ("months: 6", 'month: "?"', ["case-unknown-name: month"]),
        ("amount:", 'amuont: "?", amount:', ["shape-unknown-key: amuont"]),
        # the profile, wherever it was written
        ("employees: 30", "employes: 30", ["unknown-key: employes"]),
        ("employees: 30", "employees: -1", ["negative: -1"]),
        ("end: 2023-12-31", "end: 2020-12-31", ["end-before-start: 2020-12-31"]),
        ("    expect:", "    change:\n      applicant.staff: 5\n    expect:", ["unknown-key: applicant.staff"]),
        ("    expect:", "    change:\n      leases[0].start: soon\n    expect:", ["date: soon"]),
        ("    expect:", "    change:\n      leases[2].start: 2022-01-01\n    expect:", ["case-path: leases[2].start"]),
        ("    expect:", "    change:\n      leases[ 0 ]: {}\n    expect:", ["case-path: leases"]),
        ("    expect:", "    without: [applicant.assets]\n    expect:", ["case-path: applicant.assets"]),
        ("    expect:", "    profile: {applicant: {kind: firm}}\n    expect:", ["choice: firm"]),
        ("    expect:", "    profile: {leases: []}\n    expect:", ["missing: {"]),
        ("    expect:", "    profile_file: nowhere.yaml\n    expect:", ["case-profile-file: nowhere.yaml"]),
        ("    expect:", "    profile: {}\n    profile_file: x.yaml\n    expect:", ["case-profile: profile_file"]),
        ("    expect:", "    profile: {applicant: {}, leases: [{}]}\n    expect:", ["case-day: name"]),
        # which lease is meant
        ("    expect:", "    change:\n      leases: []\n    expect:", ["case-subject: name"]),
        ("    expect:", "    change:\n      leases[1]: {}\n    expect:", ["case-subject: name"]),
        ("    expect:", "    subject: leases[1]\n    expect:", ["case-subject: leases[1]"]),
        # the file
        ("base:", "bases:", ["shape-unknown-key: bases", "case-profile: name"]),
        ("cases:\n", "notes: []\ncases:\n", ["shape-unknown-key: notes"]),
        ("kind: enterprise,", "kind: [,", ["yaml-syntax: ,"]),
        ("amount: 180000.00", "amount: ?", ["yaml-syntax: ?"]),
    ],
)  # fmt: skip
def test_a_mistake_is_located(right: str, wrong: str, expected: list[str], tmp_path: Path) -> None:
    assert GOOD.count(right) == 1
    assert findings(tmp_path, GOOD.replace(right, wrong)) == expected


def test_all_mistakes_of_a_file_come_together(tmp_path: Path) -> None:
    text = (
        GOOD.replace("employees: 30", "employes: 30")
        .replace("clause: 二", "clause: 九")
        .replace("months: 6", "month: 6")
    )
    assert findings(tmp_path, text) == ["unknown-key: employes", "cite-unknown-clause: 九", "case-unknown-name: month"]


def test_a_mistake_in_the_base_is_told_once(tmp_path: Path) -> None:
    another = GOOD[GOOD.index("  - name") :].replace("全年", "又一例").replace("whole year", "another")
    assert findings(tmp_path, GOOD.replace("revenue: 800", "revenue: many") + another) == ["number: many"]


def test_a_file_without_cases(tmp_path: Path) -> None:
    assert findings(tmp_path, "programme: beijing-tongzhou/rent-reduction-2022\ncases: []\n") == ["case-none: []"]


def test_names_of_cases_differ(tmp_path: Path) -> None:
    another = GOOD[GOOD.index("  - name") :].replace("全年", "又一例")
    assert findings(tmp_path, GOOD + another) == ["case-name: {"]


def test_a_misspelt_key_gets_a_hint(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="是否想写“amount”"):
        load_cases(written(tmp_path, GOOD.replace("amount:", "amuont:")), shipped_book())


def test_a_mistake_in_a_profile_file_is_located_there(tmp_path: Path) -> None:
    profile = tmp_path / "tenant.yaml"
    profile.write_text("as_of: 2022-06-01\napplicant:\n  kinds: enterprise\nleases: [{}]\n", encoding="utf-8")
    text = GOOD.replace("    expect:", "    profile_file: tenant.yaml\n    expect:")
    with pytest.raises(RulebookError) as caught:
        load_cases(written(tmp_path, text), shipped_book())
    assert [str(f.where) for f in caught.value.findings] == [f"{profile.as_posix()}:3:3"]


def test_changes_apply_to_a_copy(tmp_path: Path) -> None:
    another = GOOD[GOOD.index("  - name") :].replace("全年", "半年").replace("whole year", "half a year")
    another = another.replace("    cite:", "    change:\n      leases[0].start: 2022-07-01\n    cite:")
    text = GOOD + another.replace("180000.00", "90739.73").replace("leased_days: 365", "leased_days: 184")
    cases = load_cases(
        written(tmp_path, text + GOOD[GOOD.index("  - name") :].replace("全年", "再次").replace("whole", "same")),
        shipped_book(),
    )
    assert [run_case(engine(), case).passed for case in cases] == [True, True, True]


def test_a_later_change_may_build_on_an_earlier_one(tmp_path: Path) -> None:
    text = GOOD.replace(
        "    cite:",
        "    subject: leases[1]\n    change:\n      leases[1]: {}\n      leases[1].owner_kind: private\n    cite:",
    )
    text = text.replace(
        "outcome: eligible, amount: 180000.00, figures: {months: 6, leased_days: 365}", "outcome: ineligible"
    )
    assert run_case(engine(), only(tmp_path, text)).passed


def test_a_profile_that_mentions_no_lease_is_asked_for_one(tmp_path: Path) -> None:
    text = GOOD.replace("    cite:", "    without: [leases]\n    cite:")
    text = text.replace(
        "outcome: eligible, amount: 180000.00, figures: {months: 6, leased_days: 365}", "outcome: undetermined"
    )
    case = only(tmp_path, text)
    assert case.subject == "leases"
    assert run_case(engine(), case).passed


def test_cases_are_found_but_not_in_hidden_folders(tmp_path: Path) -> None:
    for name in ("b/two.cases.yaml", "a.cases.yaml", ".git/three.cases.yaml", "b/rule.yaml"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert find_cases(tmp_path) == [tmp_path / "a.cases.yaml", tmp_path / "b/two.cases.yaml"]
    assert find_cases(str(tmp_path / "nowhere")) == []
