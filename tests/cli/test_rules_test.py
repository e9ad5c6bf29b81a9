"""``relief rules test``: which cases run, how a failure is told, and what is written."""

from pathlib import Path

import pytest

from relief_engine.cli import cases
from relief_engine.explanation.columns import columns
from relief_engine.rulebook.source import read
from relief_engine.testing import find_cases
from tests.cli.conftest import ROOT, Relief
from tests.rulebook.test_schema import fits
from tests.testing.small import CASES, FILES, write

NAMES = ("exactly ten people", "eleven people", "rent-free period")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a small rulebook with three cases that pass; it is the current one."""
    monkeypatch.chdir(tmp_path)
    return write(tmp_path, {f"small/{name}": text for name, text in {**FILES, "rent.cases.yaml": CASES}.items()})


def changed(folder: Path, old: str, new: str) -> None:
    path = folder / "small/rent.cases.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ([], NAMES),
        (["-k", "PEOPLE"], NAMES[:2]),
        (["-k", "免租期"], NAMES[2:]),
        (["-k", "〔2022〕7号 二"], NAMES[2:]),
        (["-k", "rent.cases"], NAMES),
        (["--programme", "rent-2022"], NAMES),
        (["--programme", "example/rent-2022", "-k", "eleven"], NAMES[1:2]),
    ],
)
def test_cases_are_chosen(options: list[str], found: tuple[str, ...], relief: Relief, folder: Path) -> None:
    assert folder.is_dir()
    ran = relief("rules", "test", "small", "--format", "json", "--lang", "en", *options)
    assert (ran.status, ran.err) == (0, "")
    assert tuple(case["name"] for case in ran.json["cases"]) == found
    text = relief("rules", "test", "small", "--lang", "en", *options)
    assert text.out == f"Worked cases: {len(found)} passed, 0 failed.\n"


def test_a_choice_that_leaves_no_case_is_a_mistake(relief: Relief, folder: Path) -> None:
    ran = relief("rules", "test", "small", "-k", "eleven peple", "--lang", "en")
    assert (ran.status, ran.out) == (2, "")
    assert "no case has 'eleven peple' in its name, clauses or file; did you mean 'eleven people'?" in ran.err
    assert (
        "没有项目“rent-2021”，是否想写“rent-2022”？" in relief("rules", "test", "small", "--programme", "rent-2021").err
    )
    (folder / "small/rent.cases.yaml").unlink()
    ran = relief("rules", "test", "small")
    assert (ran.status, ran.err) == (2, "错误：规则库里没有算例（*.cases.yaml）\n")
    ran = relief("rules", "test", "small", "--programme", "rent-2022", "--lang", "en")
    assert (ran.status, ran.err) == (2, "error: there is no case of example/rent-2022\n")


def test_a_failure_in_short_and_in_full(relief: Relief, folder: Path) -> None:
    changed(folder, "amount: 12000.00", "amount: 8000.00")
    short = relief("rules", "test", "small", "--lang", "en")
    assert (short.status, short.err) == (2, "")
    assert short.out == (
        "✗ exactly ten people\n    amount: expected 8000.00, got 12000.00\nWorked cases: 2 passed, 1 failed.\n"
    )
    full = relief("rules", "test", "small", "--lang", "en", "--details")
    assert full.out.startswith("✗ exactly ten people\n    small/rent.cases.yaml:6:5: exactly ten people\n")
    assert "    ≠  amount             8000.00   12000.00\n" in full.out
    assert "✓ Employees: 10 people; must be at most 10 people" in full.out
    assert all(columns(line) <= 80 for line in full.out.splitlines())


def test_as_json(relief: Relief, folder: Path) -> None:
    changed(folder, "amount: 12000.00", "amount: 8000.00")
    changed(folder, "    expect: {outcome: ineligible, unmet: [few-employees]}\n", "")
    ran = relief("rules", "test", "small", "--lang", "en", "--format", "json", "--details")
    assert (ran.status, ran.err) == (2, "")
    record = ran.json
    assert record["schema"] == cases.SCHEMA == "relief-rules-test/1"
    assert [record[status] for status in cases.STATUSES] == [1, 1, 1, 0]
    wrong, lacking, right = record["cases"]
    assert (wrong["status"], lacking["status"], right["status"]) == ("failed", "no_expectation", "passed")
    assert wrong["rows"][1] == {"key": "amount", "expected": "8000.00", "actual": "12000.00", "agrees": False}
    assert [wrong[key] for key in ("file", "line", "column")] == ["small/rent.cases.yaml", 6, 5]
    assert wrong["decision"]["amount"] == "12000.00"
    assert "decision" not in right
    assert right["citations"] == ["示例发〔2022〕7号 二（一）"]


def test_accept(relief: Relief, folder: Path) -> None:
    changed(folder, "amount: 12000.00", "amount: 8000.00")
    changed(folder, "    expect: {outcome: ineligible, unmet: [few-employees]}\n", "")
    changed(folder, "amount_if_granted: 12000.00, referrals: [rent-free-period]}", 'referrals: "?", amount: 1}')
    before = (folder / "small/rent.cases.yaml").read_text(encoding="utf-8")
    ran = relief("rules", "test", "small", "--lang", "en", "--accept")
    assert (ran.status, ran.err) == (2, "")
    assert ran.out == (
        "✗ exactly ten people\n    amount: expected 8000.00, got 12000.00\n"
        "✗ rent-free period\n    amount: expected 1, got null\n    amount_if_granted: expected null, got 12000.00\n"
        "    referrals: no expectation yet, got [rent-free-period]\n"
        "    what is expected differs, so nothing was written; find out whether the case or the rule is wrong\n"
        "small/rent.cases.yaml: expectations written: 1; check each against its clause\n"
        "Worked cases: 0 passed, 2 failed.\n"
    )
    after = (folder / "small/rent.cases.yaml").read_text(encoding="utf-8")
    change = "    change: {applicant.employees: 11}\n"
    written = (
        "    # accepted from the engine; check against the clause\n"
        "    expect: {outcome: ineligible, unmet: [few-employees], referrals: [], missing: []}\n"
    )
    assert after == before.replace(change, change + written)
    again = relief("rules", "test", "small", "--accept", "--format", "json")
    assert [again.json[status] for status in cases.STATUSES] == [1, 2, 0, 0]
    assert (folder / "small/rent.cases.yaml").read_text(encoding="utf-8") == after


def test_nothing_is_written_where_one_file_can_not_be(relief: Relief, folder: Path) -> None:
    changed(folder, "    expect: {outcome: ineligible, unmet: [few-employees]}\n", "")
    odd = "    expect: {  # nothing\n      }\n"
    more = CASES.replace("    expect: {outcome: ineligible, unmet: [few-employees]}\n", odd)
    write(folder, {"small/z.cases.yaml": more})
    before = (folder / "small/rent.cases.yaml").read_text(encoding="utf-8")
    ran = relief("rules", "test", "small", "--accept")
    assert (ran.status, ran.out) == (2, "")
    assert "small/z.cases.yaml: 这样的写法不能安全地改动，请手写预期结果：十一人 [accept-layout]" in ran.err
    assert (folder / "small/rent.cases.yaml").read_text(encoding="utf-8") == before
    assert (folder / "small/z.cases.yaml").read_text(encoding="utf-8") == more


@pytest.mark.parametrize("option", [["--accept"], ["-k", "x"], ["--programme", "x"], ["--format", "json"]])
def test_altering_takes_all_cases(option: list[str], relief: Relief) -> None:
    assert relief("rules", "test", "--alter", *option).status == 2


def test_the_schema_of_cases(relief: Relief) -> None:
    schema = relief("rules", "schema", "cases").json
    assert schema["$id"].endswith(":cases")
    for path in find_cases(ROOT / "rules"):
        assert fits(read(path).value, schema), path
    value = read(ROOT / "rules/beijing-tongzhou/rent-reduction-2022.cases.yaml").value
    assert isinstance(value, dict)
    for expect, right in [
        ({"outcome": "?", "figures": {"months": "?"}, "missing": "?"}, True), ("?", True), (None, True), ({}, True),
        ({"outcome": "eligable"}, False), ({"amuont": "?"}, False), ("eligible", False),
    ]:  # fmt: skip
        assert fits({**value, "cases": [{**value["cases"][0], "expect": expect}]}, schema) is right, expect
