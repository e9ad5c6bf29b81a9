"""The plugin for pytest: worked cases of any rulebook are tests with good names, places and failures."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from relief_engine.testing import collecting, find_cases, gathering
from tests.testing.small import CASES, FILES, write

ROOT = Path(__file__).resolve().parent.parent.parent
REGIONS = ROOT / "examples" / "rulebooks"

#: In a checkout that is not installed nobody has told pytest of the plugin.
REGISTERED = """\
from relief_engine.testing import plugin

def pytest_addoption(pluginmanager):
    if not pluginmanager.has_plugin("relief"):
        pluginmanager.register(plugin, "relief")
"""

#: Plugins of others that take time to load.
QUICK = ("-p", "no:hypothesispytest", "-p", "no:xdist")

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def folder(pytester: pytest.Pytester) -> Path:
    """A project that has nothing to do with this one: a rulebook in ``rules``, with a file of cases."""
    assert {collecting, gathering}  # loaded here, so that no run inside loads them anew
    pytester.makeconftest(REGISTERED)
    return write(pytester.path, {f"rules/{name}": text for name, text in {**FILES, "rent.cases.yaml": CASES}.items()})


@pytest.fixture
def run(pytester: pytest.Pytester, folder: Path) -> Run:
    assert folder.is_dir()

    def inside(*arguments: str) -> pytest.RunResult:
        return pytester.runpytest_inprocess("-W", "error", *QUICK, *arguments)

    return inside


def names(ran: pytest.RunResult) -> list[str]:
    """The node ids that a run with ``--collect-only -q`` lists."""
    return [line for line in ran.outlines if "::" in line]


def changed(folder: Path, old: str, new: str, name: str = "rules/rent.cases.yaml") -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


# --- names, filters, places -------------------------------------------------------------------------------------------


def test_cases_are_tests_with_their_names(run: Run, folder: Path) -> None:
    zh, en = ["正好十人", "十一人", "有免租期"], ["exactly ten people", "eleven people", "rent-free period"]
    collect = ("--collect-only", "-q")
    assert names(run(*collect)) == [f"rules/rent.cases.yaml::{name}" for name in zh]
    assert names(run(*collect, "--relief-lang", "en")) == [f"rules/rent.cases.yaml::{name}" for name in en]
    write(folder, {"pytest.ini": "[pytest]\nrelief_lang = en\naddopts = --strict-config --strict-markers\n"})
    assert names(run(*collect)) == [f"rules/rent.cases.yaml::{name}" for name in en]
    assert names(run(*collect, "--relief-lang", "zh", "rules/rent.cases.yaml::十一人")) == [
        "rules/rent.cases.yaml::十一人"
    ]
    run().assert_outcomes(passed=3)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (("-k", "十一人"), ["十一人"]),
        (("-k", "Eleven"), ["十一人"]),
        (("-k", "people and not eleven"), ["正好十人"]),
        (("-k", "example/rent-2022"), ["正好十人", "十一人", "有免租期"]),
        (("-k", "notice-7 and 二"), ["有免租期"]),
        (("-k", "rent.cases"), ["正好十人", "十一人", "有免租期"]),
        (("-k", "relief_case"), ["正好十人", "十一人", "有免租期"]),
        (("-m", "relief_case"), ["正好十人", "十一人", "有免租期"]),
        (("-m", "not relief_case"), []),
    ],
)
def test_cases_are_chosen_by_names_programme_clause_and_marker(
    asked: tuple[str, ...], found: list[str], run: Run
) -> None:
    assert [name.rpartition("::")[2] for name in names(run("--collect-only", "-q", *asked))] == found


def test_a_case_says_where_it_stands(pytester: pytest.Pytester, folder: Path) -> None:
    items, _ = pytester.inline_genitems("-p", "no:xdist")
    assert [(item.location[0], item.location[1], item.location[2]) for item in items] == [
        (str(Path("rules/rent.cases.yaml")), line, name)
        for line, name in [(5, "正好十人"), (8, "十一人"), (12, "有免租期")]
    ]
    assert items[0].path == folder / "rules" / "rent.cases.yaml"


# --- failures ---------------------------------------------------------------------------------------------------------


def test_a_failure_is_told_side_by_side_with_the_explanation(run: Run, folder: Path) -> None:
    changed(folder, "amount: 12000.00", "amount: 8000.00")
    ran = run("--relief-lang", "en")
    ran.assert_outcomes(failed=1, passed=2)
    text = ran.stdout.str()
    assert """
rules/rent.cases.yaml:6:5: exactly ten people
示例发〔2022〕7号 一
                      expected  actual
   outcome            eligible  eligible
≠  amount             8000.00   12000.00
   amount_if_granted  null      null
   amount_range       null      null
   figures.rent       12000     12000
   figures.part                 4000/7

Day of the decision: 2022-06-01
""" in text.replace("\r", "")
    assert "Eligible: an amount of 12,000.00 yuan, given by the district" in text
    assert "✓ Employees: 10 people; must be at most 10 people" in text
    assert "FAILED rules/rent.cases.yaml::exactly ten people - amount: expected 8000.0" in text
    assert "Traceback" not in text
    assert "collecting.py" not in text
    # One line for each failure, at the case.
    assert "rules/rent.cases.yaml:6: amount: expected 8000.00, got 12000.00" in run(
        "--tb=line", "--relief-lang", "en"
    ).outlines  # fmt: skip


def test_the_last_failures_run_again_alone(run: Run, folder: Path) -> None:
    changed(folder, "amount: 12000.00", "amount: 8000.00")
    write(folder, {"rules/more.cases.yaml": CASES})
    run().assert_outcomes(failed=1, passed=5)
    ran = run("--lf", "-v")
    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines(["rules/rent.cases.yaml::正好十人 FAILED*"])


# --- files and rulebooks that can't be used ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("employees: 11", "employees: many", "rules/rent.cases.yaml:11:*'many'* [number]"),
        ("outcome: ineligible", "outcom: ineligible",
         "rules/rent.cases.yaml:12:14: unknown key 'outcom'; did you mean 'outcome'? [shape-unknown-key]"),
        ("example/rent-2022", "example/rent-2023",
         "rules/rent.cases.yaml:1:12: there is no programme 'example/rent-2023'; did you mean * [case-programme]"),
        ("zh: 十一人, en", "zh: [十一人, en", "rules/rent.cases.yaml:9:*YAML syntax error: * [yaml-syntax]"),
    ],
)  # fmt: skip
def test_a_file_that_does_not_load_is_an_error_at_its_place(
    old: str, new: str, expected: str, run: Run, folder: Path
) -> None:
    changed(folder, old, new)
    write(folder, {"rules/more.cases.yaml": CASES})
    ran = run("--relief-lang", "en", "--continue-on-collection-errors")
    ran.assert_outcomes(errors=1, passed=3)
    ran.stdout.fnmatch_lines(
        ["*ERROR collecting rules/rent.cases.yaml*", glob(expected), "1 mistake."], consecutive=True
    )
    assert "Traceback" not in ran.stdout.str()


def glob(text: str) -> str:
    """A pattern for a line in which only ``*`` is special."""
    return text.replace("[", "[[]")


def test_all_mistakes_of_a_file_come_together(run: Run, folder: Path) -> None:
    changed(folder, "employees: 11", "employees: many")
    changed(folder, "outcome: eligible", "outcome: eligable")
    ran = run()
    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines(
        ["rules/rent.cases.yaml:8:*", "rules/rent.cases.yaml:11:*", "共 2 处错误。"], consecutive=True
    )


def test_the_mistakes_of_a_rulebook_are_told_once(run: Run, folder: Path) -> None:
    changed(folder, "applicant.employees <=", "applicant.employes <=", "rules/rent.yaml")
    write(folder, {"rules/more.cases.yaml": CASES})
    ran = run("--relief-lang", "en")
    ran.assert_outcomes(errors=2)
    assert ran.stdout.str().count("there is no fact 'applicant.employes'") == 1
    ran.stdout.fnmatch_lines([
        "rules/rent.yaml:18:14: there is no fact 'applicant.employes'*",
        "the rulebook rules can't be used, mistakes: 1; see rules/more.cases.yaml",
    ])  # fmt: skip


# --- which rulebook ---------------------------------------------------------------------------------------------------


def test_cases_outside_a_rulebook_need_one(run: Run, folder: Path) -> None:
    write(folder, {"beside/some.cases.yaml": CASES})
    ran = run("beside", "--relief-lang", "en")
    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines(["beside/some.cases.yaml: no folder above is a rulebook*relief_rules*[[]case-rulebook]"])
    run("beside", "--relief-rules", "rules").assert_outcomes(passed=3)
    run("beside", "--relief-rules", "shipped").assert_outcomes(errors=1)
    write(folder, {"pytest.ini": "[pytest]\nrelief_rules = rules\n"})
    run("beside").assert_outcomes(passed=3)


def test_the_innermost_rulebook_counts_unless_one_is_asked_for(run: Run, folder: Path) -> None:
    write(folder, {f"other/{name}": text for name, text in {**FILES, "rent.cases.yaml": CASES}.items()})
    changed(folder, "value: 10,", "value: 9,", "other/rent.yaml")
    write(folder, {"pytest.ini": "[pytest]\nrelief_rules = rules\n", "sources.yaml": "sources: []\n"})
    run("other").assert_outcomes(failed=2, passed=1)
    run("other", "--relief-rules", "rules").assert_outcomes(passed=3)


def test_files_of_others_that_are_called_so_are_left_alone(run: Run, folder: Path) -> None:
    write(folder, {"beside/some.cases.yaml": "cases: [1, 2]\n", "test_it.py": "def test_it(): pass\n"})
    run("beside", "test_it.py").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--relief-rules", "nowhere"), "*--relief-rules: *there is no such folder: *nowhere"),
        (("-o", "relief_rules=nowhere"), "*relief_rules: *there is no such folder: *nowhere"),
        (("-o", "relief_lang=fr"), "*relief_lang: *expected zh or en, got 'fr'"),
        (("--relief-lang", "fr"), "*--relief-lang*invalid choice: 'fr'*"),
    ],
)
def test_wrong_settings_are_told(arguments: tuple[str, ...], said: str, run: Run) -> None:
    ran = run(*arguments)
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    ran.stderr.fnmatch_lines([said])


def test_a_rulebook_of_another_region_from_outside(pytester: pytest.Pytester, run: Run) -> None:
    for name in ("shanghai", "profiles"):
        copytree(REGIONS / name, pytester.path / "elsewhere" / name)
    count = sum(path.read_text("utf-8").count("\n  - name:") for path in find_cases(REGIONS / "shanghai"))
    assert count > 20
    run("elsewhere").assert_outcomes(passed=count)
    inside = run("--rootdir", "elsewhere/shanghai", "-c", "/dev/null", "elsewhere/shanghai", "--collect-only", "-q")
    assert len(names(inside)) == count


# --- other runs of pytest ---------------------------------------------------------------------------------------------


def test_without_the_plugin_nothing_is_collected(run: Run) -> None:
    assert run("-p", "no:relief").ret == pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.mark.engines
def test_pytest_finds_the_plugin_where_the_package_is_installed(folder: Path) -> None:
    """And a run of other tests loads nothing of the engine."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ((name, value),) = project["entry-points"]["pytest11"].items()
    heavy = {"pydantic", "yaml", "relief_engine.engine", "relief_engine.testing.cases"}
    write(folder, {
        "conftest.py": "",
        "site/relief_engine-0.dist-info/METADATA": "Metadata-Version: 2.1\nName: relief-engine\nVersion: 0\n",
        "site/relief_engine-0.dist-info/entry_points.txt": f"[pytest11]\n{name} = {value}\n",
        "plain/test_it.py": f"import sys\ndef test_it():\n    assert not {heavy!r} & set(sys.modules)\n",
    })  # fmt: skip
    path = os.pathsep.join([str(folder / "site"), str(ROOT)])
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", *QUICK, "-p", "no:cacheprovider"]
    for asked, said in [("plain", "1 passed"), ("rules", "3 passed")]:
        done = subprocess.run(
            [*command, asked], cwd=folder, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert said in done.stdout, done.stdout + done.stderr


# --- accepting --------------------------------------------------------------------------------------------------------

ACCEPTED = """\
    # accepted from the engine; check against the clause
    expect: {outcome: ineligible, unmet: [few-employees], referrals: [], missing: []}
"""


def lacking(folder: Path) -> str:
    """Take the expectation of the second case away; gives the text of the file."""
    changed(folder, "    expect: {outcome: ineligible, unmet: [few-employees]}\n", "")
    return (folder / "rules/rent.cases.yaml").read_text(encoding="utf-8")


def test_a_case_without_an_expectation_fails(run: Run, folder: Path) -> None:
    before = lacking(folder)
    ran = run("--relief-lang", "en")
    ran.assert_outcomes(failed=1, passed=2)
    ran.stdout.fnmatch_lines([
        "no expectation yet (expect)",
        "  outcome                 ineligible",
        "--relief-accept writes what the engine says, to be checked",
        "FAILED rules/rent.cases.yaml::eleven people - no expectation yet (expect)",
    ])  # fmt: skip
    assert (folder / "rules/rent.cases.yaml").read_text(encoding="utf-8") == before


def test_what_is_lacking_is_accepted_and_all_else_stays(run: Run, folder: Path) -> None:
    before = lacking(folder)
    ran = run("--relief-accept")
    ran.assert_outcomes(passed=3)
    ran.stdout.fnmatch_lines(["rules/rent.cases.yaml：写入 1 个预期结果，请逐个对照条款核对"])
    after = (folder / "rules/rent.cases.yaml").read_text(encoding="utf-8")
    change = "    change: {applicant.employees: 11}\n"
    assert after == before.replace(change, change + ACCEPTED)
    run("--relief-accept").assert_outcomes(passed=3)
    run().assert_outcomes(passed=3)
    assert (folder / "rules/rent.cases.yaml").read_text(encoding="utf-8") == after


def test_what_differs_is_never_overwritten(run: Run, folder: Path) -> None:
    changed(folder, "amount: 12000.00, figures: {rent: 12000}", 'amount: 8000.00, figures: {rent: "?"}')
    before = (folder / "rules/rent.cases.yaml").read_text(encoding="utf-8")
    ran = run("--relief-accept", "--relief-lang", "en")
    ran.assert_outcomes(failed=1, passed=2)
    ran.stdout.fnmatch_lines(["what is expected differs, so nothing was written*"])
    assert (folder / "rules/rent.cases.yaml").read_text(encoding="utf-8") == before


def test_only_chosen_cases_are_accepted(run: Run, folder: Path) -> None:
    before = lacking(folder)
    run("--relief-accept", "-k", "正好十人").assert_outcomes(passed=1, deselected=1 + 1)
    assert (folder / "rules/rent.cases.yaml").read_text(encoding="utf-8") == before


def test_a_file_that_changes_meanwhile_is_left_alone_and_fails_the_run(run: Run, folder: Path) -> None:
    lacking(folder)
    # A test that runs behind the cases, and changes their file.
    change = (
        "def test_it():\n    import pathlib\n    path = pathlib.Path('rules/rent.cases.yaml')\n"
        "    path.write_text(path.read_text('utf-8').replace('monthly_rent: 4000', 'monthly_rent: 5000'), 'utf-8')\n"
    )
    write(folder, {"test_it.py": change})
    ran = run("--relief-accept", "rules", "test_it.py")
    ran.assert_outcomes(passed=4)
    assert ran.ret == pytest.ExitCode.TESTS_FAILED
    ran.stdout.fnmatch_lines(["rules/rent.cases.yaml: 文件在运行之后有变动，没有写入 [[]accept-changed]"])
    assert "accepted" not in (folder / "rules/rent.cases.yaml").read_text(encoding="utf-8")


@pytest.mark.engines
def test_several_processes_write_each_file_once(pytester: pytest.Pytester, folder: Path) -> None:
    before = lacking(folder)
    write(folder, {"rules/more.cases.yaml": before})
    ran = pytester.runpytest_inprocess("-n", "2", "--relief-accept", "-p", "no:hypothesispytest")
    ran.assert_outcomes(passed=6)
    assert ran.ret == pytest.ExitCode.OK
    for name in ("rent", "more"):
        after = (folder / f"rules/{name}.cases.yaml").read_text(encoding="utf-8")
        assert after.count(ACCEPTED) == 1
        assert after.replace(ACCEPTED, "") == before
