"""``relief rules diff``: what it prints where, its exit status, and what it says of a wrong command line."""

import datetime as dt
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from relief_engine.cli import main
from relief_engine.comparing import effects
from relief_engine.proving import Comparison, Limits, Side
from relief_engine.rulebook.periods import LAST, Period
from tests.comparing.books import APPLICANT, RENT, SIZE, Change, base, edited, write
from tests.comparing.fakes import finding

Diff = Callable[..., tuple[int, str, str]]
ALL = Period(dt.date(2022, 1, 10), LAST)
RULES = Path(__file__).resolve().parents[2] / "rules"
RAISED: Change = (SIZE, "{small: 10, large: 100}", "{small: 10, large: 120}")


@pytest.fixture
def diff(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Diff:
    """Runs the command on ``old`` and ``new``, the rulebook as it is and with changes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    write(base(), tmp_path / "old")

    def run(changes: list[Change], *arguments: str) -> tuple[int, str, str]:
        write(edited(*changes), tmp_path / "new")
        status = main(["rules", "diff", "old", "new", *arguments])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def test_a_change_of_one_limit_is_found_and_nothing_else(diff: Diff) -> None:
    status, out, err = diff([RAISED], "--format", "json")
    found = json.loads(out)
    assert (status, err, found["exit_status"], found["result"]) == (3, "", 3, "different")
    (edit,) = found["edits"]
    assert (edit["id"], edit["before"]["text"], edit["after"]["text"]) == ("hotels.employees.large", "100 人", "120 人")
    (programme,) = found["programmes"]
    assert programme["verdict"] == "none"
    for case in programme["differences"]:
        assert 100 <= case["profile"]["applicant"]["employees"] < 120
        assert case["profile"]["applicant"]["industry"] == "61"
    assert {(case["old"], case["new"]) for case in programme["differences"]} >= {("ineligible", "eligible")}


def test_a_district_that_is_listed_from_a_day_on(diff: Diff) -> None:
    """Nothing changes before that day, nor for any other district."""
    near: Change = (RENT, "value: [东区, 西区]", "value: [东区, 西区, 南区]")
    write(edited(near), Path("old"))
    line = "    - {value: {东区: 2022-01-01, 西区: 2022-03-01}, cite: [{source: notice, clause: 二}]}"
    later = (
        "    - from: 2022-06-10\n      value: {东区: 2022-01-01, 西区: 2022-03-01, 南区: 2022-06-10}\n"
        "      cite: [{source: notice, clause: 二}]"
    )
    status, out, _ = diff([near, (RENT, line, f"{line}\n{later}")], "--format", "json")
    found = json.loads(out)
    (edit,) = found["edits"]
    assert (status, edit["period"], edit["after"]["text"]) == (
        3,
        {"from": "2022-06-10", "to": None},
        "南区：2022-06-10",
    )
    (programme,) = found["programmes"]
    assert programme["verdict"] == "none"
    assert any("amount" in case["figures"] for case in programme["differences"])
    for case in programme["differences"]:
        assert case["period"]["from"] >= "2022-06-10"
        # Where the district is not known it may be this one.
        assert case["profile"]["leases"][0].get("district", "南区") == "南区"


def test_a_profile_that_the_two_sides_write_differently_is_given_for_both(diff: Diff) -> None:
    """An amount in yuan, not in ten thousands of them."""
    unit: Change = (APPLICANT, "type: amount\n    unit: 万元", "type: amount\n    unit: 元")
    status, out, _ = diff([RAISED, unit], "--format", "json")
    cases = json.loads(out)["programmes"][0]["differences"]
    both = [(case["yaml"], case["old_yaml"]) for case in cases if "revenue" in case["profile"]["applicant"]]
    assert status == 3
    assert both
    assert all(f"revenue: {revenue}0000" in new and f"revenue: {revenue}" in old
               for new, old in both for revenue in re.findall(r"revenue: (\d+)", old))  # fmt: skip
    assert all(case["old_yaml"] is None for case in cases if "revenue" not in case["profile"]["applicant"])


def test_equal_rules_written_differently_are_proven_equal(diff: Diff) -> None:
    status, out, err = diff(
        [
            (RENT, "criteria:\n", "# The conditions.\ncriteria:\n"),
            (RENT, "applicant.kind == individual or applicant.size in [micro, small]",
             "not (applicant.kind != individual and applicant.size not in [small, micro])"),
            (RENT, "{value: 6, unit: 月,", "{value: 6.0, unit: 月,"),
        ]
    )  # fmt: skip
    assert (status, err) == (0, "")
    assert "规则的内容没有改动，至多写法不同。" in out
    assert out.endswith("结论没有任何差别（已证明）。\n")


def test_an_edit_that_changes_nothing_is_proven_to(diff: Diff) -> None:
    more: Change = (
        RENT,
        "applicant.size in [micro, small]\n",
        "applicant.size in [micro, small] or applicant.size == micro\n",
    )
    status, out, _ = diff([more], "--lang", "en")
    assert status == 0
    assert "Edits of the rules (1: 1 can change a decision)" in out
    assert "Touched, and no difference (proven), 1: city/rent" in out
    assert out.endswith("No decision changes (proven).\n")


def test_the_exit_status_says_what_came_out(diff: Diff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effects, "compare", finding({}, {"city/rent": (ALL,)}))
    assert diff([RAISED])[0] == 4
    monkeypatch.setattr(effects, "compare", finding({}))
    assert diff([RAISED])[0] == 0
    assert diff([(APPLICANT, ", aliases: [公司]", "")])[0] == 3


def test_the_statuses_stand_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "diff", "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    for words in ("0 no difference in effect (proven)", "3 differences", "4 none found", "2 unusable", "1 internal"):
        assert words in shown


@pytest.mark.parametrize(("form", "begins"), [("text", "旧：old"), ("markdown", "旧：old"), ("json", "{\n")])
def test_a_report_may_go_to_a_file(diff: Diff, form: str, begins: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effects, "compare", finding({}))
    status, out, err = diff([RAISED], "--format", form, "--output", "report.txt")
    assert (status, out, err) == (0, "", "报告：report.txt\n")
    assert Path("report.txt").read_text(encoding="utf-8").startswith(begins)


def test_a_report_that_can_t_be_written(diff: Diff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effects, "compare", finding({}))
    status, out, err = diff([RAISED], "--output", "missing/report.txt")
    assert (status, out) == (2, "")
    assert "missing/report.txt: 没有文件夹“missing”" in err
    assert diff([RAISED], "--output", "")[2].startswith(".: 这是一个文件夹")


@pytest.mark.parametrize(("name", "begins"), [("a.md", "旧：old（"), ("a.json", "{\n"), ("a.txt", "旧：old（")])
def test_the_name_of_a_report_says_its_form(
    diff: Diff, name: str, begins: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effects, "compare", finding({}))
    assert diff([RAISED], "--output", name)[0] == 0
    text = Path(name).read_text(encoding="utf-8")
    assert text.startswith(begins)
    assert ("\n## " in text) == name.endswith(".md")


def test_a_report_replaces_nothing_that_is_read(diff: Diff, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a file of either rulebook, by whatever way it is named, nor the roster."""
    monkeypatch.setattr(effects, "compare", finding({}))
    Path("roll.txt").write_text("行业\n61\n", encoding="utf-8")
    Path("link.txt").symlink_to(Path("new") / RENT)
    for name in (f"old/{RENT}", f"new/../new/{RENT}", "link.txt", "roll.txt"):
        status, out, err = diff([RAISED], "--roster", "roll.txt", "--output", name)
        assert (status, out) == (2, "")
        assert "不会覆盖" in err
    assert Path("roll.txt").read_text(encoding="utf-8") == "行业\n61\n"
    assert (Path("new") / RENT).read_text(encoding="utf-8") == edited(RAISED)[RENT]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--output", "report.xlsx"), "没有 --roster，报告是文字，不能写成“.xlsx”"),
        (("--sheet", "租约", "--map", "a=b"), "--sheet、--map 只和 --roster 一起用"),
        (("--roster", "missing.csv"), "missing.csv"),
        (("--as-of", "2022-13-01"), "--as-of"),
        (("--programme", "city/rant"), "没有项目“city/rant”，是否想写“city/rent”？"),
        (("--seconds", "0"), "--seconds"),
        (("--format", "html"), "--format"),
    ],
)
def test_wrong_usage(diff: Diff, arguments: tuple[str, ...], said: str) -> None:
    status, out, err = diff([], *arguments)
    assert (status, out) == (2, "")
    assert said in err


def test_rules_with_mistakes_are_told_with_their_places(diff: Diff) -> None:
    status, out, _ = diff([(RENT, "when: applicant.size == none", "when: applicant.size == nine")], "--format", "json")
    (error,) = json.loads(out)["errors"]
    assert (status, error["code"]) == (2, "expr-unknown-choice")
    assert error["file"] == f"new/{RENT}"


def test_a_programme_of_the_old_rules_may_be_asked_for(diff: Diff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effects, "compare", finding({}))
    other = base()[RENT].replace("programme: city/rent", "programme: city/other")
    write({"city/other.yaml": other}, Path("old"))
    status, out, _ = diff([], "--programme", "other", "--lang", "en")
    assert status == 0
    assert "- Rent relief: from 2022-01-10" in out


def test_one_limit_of_the_shipped_rules(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The retail staff limit from 50 to 60: every witness is a shop of 50 to 59 people, or has an outlet of so many."""
    shutil.copytree(RULES, tmp_path / "rules", ignore=shutil.ignore_patterns("*.cases.yaml"))
    table = tmp_path / "rules" / "standards" / "enterprise-size.yaml"
    text = table.read_text(encoding="utf-8")
    retail = "{indicator: employees, unit: 人, at_least: {small: 10, medium: 50, large: 300}}"
    assert text.count(retail) == 1
    table.write_text(text.replace(retail, retail.replace("50", "60")), encoding="utf-8")
    arguments = ["--programme", "rent-reduction-2022", "--format", "json", "--seconds", "60"]
    status = main(["rules", "diff", str(RULES), str(tmp_path / "rules"), *arguments])
    found = json.loads(capsys.readouterr().out)
    assert status == 3
    assert [edit["id"] for edit in found["edits"]] == ["retail.employees.medium"]
    (programme,) = found["programmes"]
    assert programme["verdict"] == "none"
    assert programme["touched_by"] == [0]
    for case in programme["differences"]:
        applicant = case["profile"]["applicant"]
        staff = [applicant.get("employees"), *(lease.get("outlet_employees") for lease in case["profile"]["leases"])]
        assert any(50 <= number < 60 for number in staff if number is not None)
        assert applicant["industry"].startswith("52")
    assert ("ineligible", "eligible") in {(case["old"], case["new"]) for case in programme["differences"]}


ROSTER = """类型,行业,人员,收入,所在区,起租日,到期日,月租金
企业,61,110,2000,东区,2022-01-01,2022-12-31,1000
企业,61,130,2000,东区,2022-01-01,2022-12-31,1000
个体,61,1,1,东区,2022-01-01,2022-12-31,500
"""


def test_who_in_a_roster_gains(diff: Diff, monkeypatch: pytest.MonkeyPatch) -> None:
    """110 people are fewer than 120: half a year's rent of 1,000 yuan a month."""
    monkeypatch.setattr(effects, "compare", finding({}))
    Path("roster.csv").write_text(ROSTER, encoding="utf-8")
    arguments = ("--roster", "roster.csv", "--as-of", "2022-06-10")
    status, out, _ = diff([RAISED], *arguments, "--format", "json")
    told = json.loads(out)["roster"]
    assert status == 3
    assert told["rows"] == {"read": 3, "changed": 1, "unchanged": 2, "rejected": 0, "undecided": 0}
    (change,) = told["changes"]
    assert change["row"] == 2
    status, out, err = diff([RAISED], *arguments, "--output", "gains.csv")
    assert (status, err) == (3, "台账的得失：gains.csv\n")
    assert "6,000.00" in out
    assert "6000.00" in Path("gains.csv").read_text(encoding="utf-8-sig")
    status, out, _ = diff([RAISED], *arguments, "--format", "markdown", "--lang", "en")
    assert "\n## " in out.partition("## Result")[2]


def test_a_roster_in_which_nothing_changes(diff: Diff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effects, "compare", finding({}))
    Path("roster.csv").write_text(ROSTER, encoding="utf-8")
    assert diff([], "--roster", "roster.csv", "--as-of", "2022-06-10")[0] == 0


NONE = """
not_available:
  id: no-figures
  title: {zh: 没有数据, en: No figures}
  reason: {zh: 没有数据的由人认定, en: 'Without figures, people decide.'}
  cite: [{source: notice, clause: 一}]
"""


def test_who_decides_without_figures_is_a_difference_that_no_search_shows(
    diff: Diff, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is drawn and proven knows no figures that do not exist: their referral counts by itself."""
    monkeypatch.setattr(effects, "compare", finding({}))
    status, out, _ = diff([(RENT, "", NONE)], "--lang", "en")
    assert status == 3
    assert "Edits of the referral for figures that do not exist: 1." in out
    assert "No decision changes" not in out
    write(edited((RENT, "", NONE)), Path("old"))
    assert diff([(RENT, "", NONE.replace("Without figures, p", "P"))])[0] == 0


def test_explanations_name_the_facts_of_a_witness_as_those_of_a_profile(diff: Diff) -> None:
    out = diff([RAISED], "--details", "--lang", "en")[1]
    assert "applicant.employees" in out
    assert "  witness" not in out


def test_the_day_of_a_roster_is_said_where_nobody_names_it(diff: Diff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effects, "compare", finding({}))
    Path("roster.csv").write_text(ROSTER, encoding="utf-8")
    assert diff([], "--roster", "roster.csv")[2].startswith("台账按今天判定")


def test_the_time_is_used_without_a_solver_too(diff: Diff, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing stops at a number of profiles or at the limit of time: more time draws more."""
    asked: list[Limits] = []
    answer = finding({})

    def compare(old: Side | None, new: Side | None, limits: Limits) -> Comparison:
        asked.append(limits)
        return answer(old, new, limits)

    monkeypatch.setattr(effects, "compare", compare)
    for seconds in ("1", "60"):
        diff([RAISED], "--seconds", seconds)
    assert [limits.seconds for limits in asked] == [1, 60]
    assert asked[1].samples == 60 * asked[0].samples
