"""``relief screen`` and ``relief explain``: what is printed, exit statuses, every mistake; and what a kill leaves."""

import csv
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import yaml
from python_calamine import CalamineWorkbook

from relief_engine.cli import main
from relief_engine.decision import Outcome
from relief_engine.roster import screening as stage
from relief_engine.roster.writing import rejected_file
from tests.cli.conftest import RENT, ROOT, Relief
from tests.roster import dirty

FOLDER = ROOT / "examples" / "rosters"
ROLL, TEXT = FOLDER / "rent-roll.xlsx", FOLDER / "rent-roll-gb18030.csv"
EXPECTED = yaml.load((FOLDER / "expected.yaml").read_bytes(), Loader=yaml.CSafeLoader)["rosters"]
DAY = ("--as-of", "2022-06-20")


# --- what it prints ---------------------------------------------------------------------------------------------------


def test_text(relief: Relief, tmp_path: Path) -> None:
    target = tmp_path / "结果.csv"
    ran = relief("screen", TEXT, "--output", target, *DAY)
    assert ran.status == 0
    assert (
        ran.out
        == f"""\
判定日：2022-06-20
项目：国有房屋租金减免（2022年）
读入 13 行 = 判定 11 行 + 未能读取 2 行
  符合 6，金额合计 188,873.35 元
  需人工认定 1，如均予同意 27,000.00 元
  资料不足 3
  不符合 1
结果：{target}
未能读取的行：{rejected_file(target).as_posix()}
"""
    )
    assert ran.err == "按 GB18030 编码读取；如有乱码，请用 --encoding 指明编码\n"


def test_an_empty_roster_is_told_to_be_one(relief: Relief, tmp_path: Path) -> None:
    """Who filled in the example sheet in its place, else sees nothing but noughts."""
    roster = tmp_path / "台账.xlsx"
    assert relief("screen", "--template", roster).status == 0
    ran = relief("screen", roster, "--output", tmp_path / "结果.xlsx", *DAY)
    assert (ran.status, ran.err) == (0, "表头下面没有一行填了内容，没有可以判定的；“示例”工作表里的不读\n")


def test_text_in_english_of_a_workbook(relief: Relief, tmp_path: Path) -> None:
    ran = relief("screen", ROLL, "--output", tmp_path / "o.xlsx", *DAY, "--lang", "en")
    assert (ran.status, ran.err) == (0, "")
    assert (
        ran.out
        == f"""\
Day of the decision: 2022-06-20
Programmes: Rent reduction for state-owned premises, 2022
67 rows = 61 decided + 6 that could not be read
  eligible 19, 1,799,694.51 yuan in all
  referred to a person 19, 2,349,620.00—2,380,220.00 yuan if all are granted
  undetermined 11
  ineligible 12
Result: {tmp_path / "o.xlsx"}
"""
    )


def test_json(relief: Relief, tmp_path: Path) -> None:
    target = tmp_path / "o.parquet"
    ran = relief("screen", TEXT, "--output", target, *DAY, "--format", "json", "--map", "备注=-")
    assert ran.status == 0
    found = ran.json
    columns, digest = found.pop("columns"), found.pop("rulebook")["digest"]
    assert digest.startswith("sha256:")
    assert columns["商户名称"] == "applicant.name"
    assert columns["备注"] is None
    assert len(columns) == 21
    assert found == {
        "schema": "relief-screen/1", "as_of": "2022-06-20", "routes": ["direct", "duckdb"], "roster": str(TEXT),
        "sheet": None, "row": "lease", "programmes": [RENT], "rows": 13, "decided": 11, "rejected": 2,
        "outcomes": {"eligible": 6, "referred": 1, "undetermined": 3, "ineligible": 1, "not_in_force": 0},
        "total": "188873.35", "total_if_granted": ["27000.00", "27000.00"],
        "referred_without_figure": 0,
        "by_people": {"granted": 0, "refused": 0, "partly": 0, "not_applied": 0}, "total_by_people": "0.00",
        "output": str(target),
        "rejected_output": rejected_file(target).as_posix(),
        "remarks": ["按 GB18030 编码读取；如有乱码，请用 --encoding 指明编码"],
    }  # fmt: skip


def test_one_route_alone_is_said(relief: Relief, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = relief("screen", TEXT, "--output", tmp_path / "o.csv", *DAY, "--engine", "duckdb", "--lang", "en")
    assert (ran.status, "DuckDB alone" in ran.err) == (0, True)
    monkeypatch.setitem(sys.modules, "duckdb", None)
    ran = relief("screen", TEXT, "--output", tmp_path / "o.csv", *DAY, "--format", "json")
    assert ran.status == 0
    assert ran.json["routes"] == ["direct"]
    first, second, *_ = ran.err.splitlines()
    assert first == "没有安装 duckdb，请先运行 pip install 'relief-engine[tables]'"
    assert second == "本次只由直接计算得出，未经第二条路径核对。"


# --- exit statuses and mistakes ---------------------------------------------------------------------------------------


def test_routes_that_disagree_are_an_internal_failure(
    relief: Relief, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "o.xlsx"
    target.write_bytes(b"old")
    decided, calls = stage.decided, []

    def tampered(*arguments: Any) -> Any:
        calls.append(1)
        found = decided(*arguments)
        if len(calls) == 3:
            import dataclasses

            return (dataclasses.replace(found[0], outcome=Outcome.INELIGIBLE),)
        return found

    monkeypatch.setattr(stage, "decided", tampered)
    ran = relief("screen", ROLL, "--output", target, *DAY, "--lang", "en")
    assert (ran.status, ran.out) == (1, "")
    assert "row 6" in ran.err
    assert "disagree" in ran.err
    assert target.read_bytes() == b"old"


@pytest.mark.parametrize(("arguments", "codes"), [
    ((ROLL, "--output", "{}/o.ods"), ["output-kind"]),
    ((ROLL, "--output", "{}/no/o.xlsx"), ["output-missing"]),
    ((ROLL, "--output", ROLL), ["output-is-roster"]),
    (("{}/none.xlsx", "--output", "{}/o.xlsx"), ["roster-file"]),
    ((ROOT / "README.md", "--output", "{}/o.xlsx"), ["roster-suffix"]),
    ((ROLL, "--output", "{}/o.xlsx", "--sheet", "租户"), ["roster-sheet"]),
    ((ROLL, "--output", "{}/o.csv", "--engine", "duckdb"), ["engine"]),
    ((TEXT, "--output", "{}/o.xlsx", "--engine", "duckdb"), ["engine"]),
    ((TEXT, "--output", "{}/o.csv", "--row", "leese"), ["row-kind"]),
    ((TEXT, "--output", "{}/o.csv", "--map", "备注", "--map", "=lease.use", "--map", "a=b", "--map", "a=c"),
     ["map"] * 3),
    ((TEXT, "--output", "{}/o.csv", "--map", "月租=lease.area", "--map", "备注=lease.rant"),
     ["map-header", "map-fact"]),
    ((TEXT, "--output", "{}/o.csv", "--map", "备注=applicant.name"), ["two-columns"]),
    ((TEXT, "--output", "{}/o.csv", "--programme", "guarantee-fee-rate-2022"), ["roster-programme"]),
], ids=str)  # fmt: skip
def test_what_can_not_be_used_is_told_with_its_place(
    relief: Relief, tmp_path: Path, arguments: tuple[object, ...], codes: list[str]
) -> None:
    given = [str(one).replace("{}", str(tmp_path)) for one in arguments]
    ran = relief("screen", *given, *DAY, "--format", "json")
    assert ran.status == 2
    assert ran.json["schema"] == "relief-error/1"
    assert sorted(error["code"] for error in ran.json["errors"]) == sorted(codes)
    assert list(tmp_path.iterdir()) == []
    ran = relief("screen", *given, *DAY)
    assert (ran.status, ran.out) == (2, "")
    assert f"共 {len(codes)} 处错误，没有结果。" in ran.err


@pytest.mark.parametrize(("arguments", "said"), [
    ((), "ROSTER"),
    ((ROLL,), "--output"),
    ((ROLL, "--template", "t.xlsx"), "--template"),
    ((ROLL, "--output", "o.xlsx", "--as-of", "2022-6-1"), "--as-of"),
    ((ROLL, "--output", "o.xlsx", "--engine", "oracle"), "duckdb"),
    ((ROLL, "--output", "o.xlsx", "--programme", "rent-reduction-2023"), "rent-reduction-2022"),
])  # fmt: skip
def test_a_command_line_that_can_not_be_used(relief: Relief, arguments: tuple[object, ...], said: str) -> None:
    for language in ("zh", "en"):
        ran = relief("screen", *arguments, "--lang", language)
        assert (ran.status, ran.out) == (2, "")
        assert said in ran.err


# --- templates --------------------------------------------------------------------------------------------------------

KINDS = ("lease", "loan", "applicant", "car", "contribution", "guarantee_book", "licence", "market_goods",
         "procurement", "project", "vat_period")  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_template_is_read_back(
    relief: Relief, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, language: str
) -> None:
    monkeypatch.setattr("relief_engine.roster.run._second", lambda _: nullcontext())  # takes its time
    path = tmp_path / "t.xlsx"
    ran = relief("screen", "--template", path, "--row", kind, "--lang", language)
    assert (ran.status, ran.err) == (0, "")
    assert str(path) in ran.out
    example = "示例" if language == "zh" else "Example"
    target = tmp_path / "o.csv"
    arguments = ("--output", target, *DAY, "--format", "json", "--row", kind)
    empty = relief("screen", path, *arguments)
    assert (empty.status, empty.json["rows"]) == (0, 0)
    if example not in CalamineWorkbook.from_path(path).sheet_names:
        pytest.fail("there is an example")
    ran = relief("screen", path, "--sheet", example, *arguments)
    found = ran.json
    assert (ran.status, found["row"], found["rejected"]) == (0, kind, 0), rejected_file(target).read_text("utf-8")
    assert found["decided"] == found["rows"] > 0
    assert None not in found["columns"].values()


def test_template_mistakes(relief: Relief, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    assert "lease" in relief("screen", "--template", path, "--row", "leese").err
    ran = relief("screen", "--template", path, "--row", "loan", "--programme", "rent-reduction-2022")
    assert (ran.status, "row-kind" in ran.err) == (2, True)
    assert not path.exists()


# --- explaining -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def results_of_the_example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the answers to the example roster in every form."""
    folder = tmp_path_factory.mktemp("results")

    for suffix in (".xlsx", ".csv", ".parquet"):
        assert main(["screen", str(ROLL), "--output", str(folder / f"o{suffix}"), *DAY]) == 0
    return folder


@pytest.fixture
def direct_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second route is tested elsewhere, and takes its time."""
    from relief_engine.cli import explain
    from relief_engine.engine import Engine

    monkeypatch.setattr(explain, "engine_for", lambda rulebook: (Engine(rulebook), None))


@pytest.mark.engines
@pytest.mark.usefixtures("direct_only")
@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".parquet"])
def test_every_row_is_explained_as_it_was_answered(relief: Relief, results_of_the_example: Path, suffix: str) -> None:
    for row in EXPECTED["rent-roll.xlsx"]["rows"]:
        ran = relief("explain", results_of_the_example / f"o{suffix}", row["row"], "--format", "json")
        if "rejected" in row:
            assert (ran.status, ran.json["errors"][0]["code"]) == (2, "result-row")
            continue
        assert (ran.status, ran.err) == (0, ""), row
        (decision,) = ran.json["decisions"]
        assert decision["outcome"] == row["outcome"], row
        assert ran.json["as_of"] == "2022-06-20"


@pytest.mark.usefixtures("direct_only")
def test_explaining_in_every_form(relief: Relief, results_of_the_example: Path) -> None:
    result = results_of_the_example / "o.xlsx"
    for form, said in (("text", "180,000.00"), ("markdown", "180,000.00"), ("html", "<html"), ("json", "180000.00")):
        ran = relief("explain", result, 4, "--format", form, "--lang", "en")
        assert (ran.status, ran.err, said in ran.out) == (0, "", True), form


@pytest.mark.usefixtures("direct_only")
def test_a_result_that_was_edited_is_told(relief: Relief, results_of_the_example: Path, tmp_path: Path) -> None:
    content = (results_of_the_example / "o.csv").read_text("utf-8-sig")
    edited = tmp_path / "o.csv"
    # Its amount, and then its rent, which leads to another amount.
    for old, new in (("180000.00", "190000.00"), (",30000,", ",31000,")):
        lines = [line.replace(old, new) if line.startswith("4,") else line for line in content.splitlines()]
        assert "\n".join(lines) != content.rstrip("\n")
        edited.write_text("\ufeff" + "\n".join(lines), encoding="utf-8")
        ran = relief("explain", edited, 4, "--lang", "en")
        assert ran.status == 0
        assert "not what the file says" in ran.err
        assert relief("explain", edited, 5).err == ""


@pytest.mark.usefixtures("direct_only")
def test_another_rulebook_is_told(relief: Relief, results_of_the_example: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", rules)
    source = next(rules.rglob("rent-reduction-2022.yaml"))
    changed, number = re.subn(r"(months_listed:.*?value: )6\b", r"\g<1>5", source.read_text("utf-8"), flags=re.S)
    assert number == 1
    source.write_text(changed, encoding="utf-8")
    ran = relief("explain", results_of_the_example / "o.parquet", 4, "--rules", rules, "--lang", "en")
    assert ran.status == 0
    first, second = ran.err.splitlines()
    assert "the rulebook is another one now" in first
    assert "180,000.00" in second
    assert "150,000.00" in second


@pytest.mark.parametrize(("arguments", "code"), [
    (("o.xlsx", 3), "result-row"), (("o.csv", 19), "result-row"), (("o.parquet", 10**6), "result-row"),
    (("none.csv", 4), "result-missing"), ((ROLL, 4), "not-a-result"), ((TEXT, 4), "result-unreadable"),
    ((ROOT / "README.md", 4), "result-kind"),
], ids=str)  # fmt: skip
def test_what_can_not_be_explained(
    relief: Relief, results_of_the_example: Path, arguments: tuple[object, int], code: str
) -> None:
    ran = relief("explain", results_of_the_example / str(arguments[0]), arguments[1], "--format", "json")
    assert ran.status == 2
    assert [error["code"] for error in ran.json["errors"]] == [code]


def test_a_row_that_is_no_number(relief: Relief, results_of_the_example: Path) -> None:
    assert relief("explain", results_of_the_example / "o.csv", "vier").status == 2


# --- killed -----------------------------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from relief_engine.cli import main

def killed(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

if {by!r} == "direct":
    from relief_engine.roster.second import SecondRoute
    SecondRoute.compare = killed
else:
    from relief_engine.roster.bulk.results import Writing
    Writing.write = killed
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.engines
@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
@pytest.mark.parametrize(("suffix", "by"), [(".xlsx", "direct"), (".csv", "direct"), (".parquet", "duckdb")])
def test_a_killed_run_leaves_the_old_result_and_the_next_one_works(
    relief: Relief, tmp_path: Path, suffix: str, by: str
) -> None:
    target = tmp_path / f"o{suffix}"
    target.write_bytes(b"old")
    arguments = ["screen", str(TEXT), "--output", str(target), *DAY, "--engine", by]
    run = subprocess.run(
        [sys.executable, "-c", KILLED.format(by=by), *arguments], cwd=ROOT, check=False, capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert run.returncode == -signal.SIGKILL, run.stderr.decode()
    assert target.read_bytes() == b"old"
    assert not rejected_file(target).exists()
    left = [path for path in tmp_path.iterdir() if path.name.startswith(f".{target.name}")]
    assert any(path.is_dir() for path in left)
    assert relief(*arguments).status == 0
    assert target.read_bytes() != b"old"
    ours = {path.name for path in tmp_path.iterdir() if not path.name.startswith("relief-")}
    assert ours == {target.name} | ({rejected_file(target).name} if suffix != ".xlsx" else set())


# --- beside -----------------------------------------------------------------------------------------------------------


def test_all_forms_hold_the_same_answers(results_of_the_example: Path) -> None:
    rows = {row["row"]: row for row in dirty.read_parquet(results_of_the_example / "o.parquet")}
    with (results_of_the_example / "o.csv").open(encoding="utf-8-sig", newline="") as file:
        for line in csv.DictReader(file):
            row = rows.pop(int(line["行号"]))
            assert line["判定结果"] == row["outcome"]
            assert line["理由"] == row["reason"]
            assert line["金额（元）"] == ("" if row["amount"] is None else f"{row['amount']:f}")
    assert rows == {}


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".parquet"])
def test_a_roster_of_which_no_row_can_be_read_gives_its_list_of_what_is_wrong(
    relief: Relief, tmp_path: Path, suffix: str
) -> None:
    roster, target = tmp_path / "z.csv", tmp_path / f"z-out{suffix}"
    roster.write_text(
        "承租方,主体类型,行业代码,月租金,房屋所在区,产权单位性质\n甲,企业,6210,面议,通州区,本区国有企业\n",
        encoding="utf-8",
    )
    ran = relief("screen", roster, "--output", target, *DAY)
    assert ran.status == 0
    assert "读入 1 行 = 判定 0 行 + 未能读取 1 行" in ran.out
    assert target.exists()


def test_without_a_day_it_says_that_it_took_today(relief: Relief, tmp_path: Path) -> None:
    assert "（今天，没有指定 --as-of）" in relief("screen", TEXT, "--output", tmp_path / "o.csv").out
    assert "今天" not in relief("screen", TEXT, "--output", tmp_path / "o.csv", *DAY).out
