"""The other commands, help pages, and a command line that can't be used."""

import json
import shutil
from pathlib import Path

import pytest

from relief_engine.cli.app import app
from relief_engine.explanation.columns import columns
from relief_engine.version import VERSION
from tests.cli.conftest import RENT, RESTAURANT, TOWN_RULES, Relief

COMMANDS = ["check", "size", "programmes", "facts", "sources", "rules"]


# --- help -------------------------------------------------------------------------------------------------------------


def test_nothing_shows_the_help_as_a_message(relief: Relief) -> None:
    """No decision was made, so that a script that forgot its arguments notices."""
    ran = relief()
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == relief("--help").out
    assert relief("rules").status == 2


@pytest.mark.parametrize("width", ["60", "80", "120"])
@pytest.mark.parametrize(
    "command",
    [
        [], ["check"], ["size"], ["programmes"], ["facts"], ["sources"],
        ["rules"], ["rules", "check"], ["rules", "schema"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_help(relief: Relief, monkeypatch: pytest.MonkeyPatch, command: list[str], width: str) -> None:
    monkeypatch.setenv("COLUMNS", width)
    ran = relief(*command, "--help")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == relief(*command, "-h").out
    lines = ran.out.splitlines()
    assert lines[0].startswith("用法 Usage: relief")
    chinese, english = [line for line in lines[1:] if line][:2]
    assert not chinese.isascii()
    assert english.isascii()
    examples = lines.index("例 Examples:") if "例 Examples:" in lines else len(lines)
    assert all(columns(line) <= int(width) for line in lines[:examples])
    assert all(columns(line) <= 80 for line in lines[examples:])


def test_help_names_every_command(relief: Relief) -> None:
    text = relief("--help").out
    assert all(f"\n  {command} " in text for command in COMMANDS)
    assert {command.name or "" for command in app.registered_commands if command.name} <= set(COMMANDS)
    assert "例 Examples:" in text


def test_every_option_is_explained_in_both_languages(relief: Relief) -> None:
    for command in (["check"], ["size"], ["facts"], ["sources"], ["rules", "check"]):
        text = relief(*command, "--help").out
        options = text.partition("选项 Options:\n")[2].partition("\n例")[0].splitlines()
        for number, line in enumerate(options):
            if line.startswith("  -"):
                words = "".join(options[number : number + 3])
                assert not words.isascii(), line
                assert any(part.isascii() and part.strip() for part in options[number + 1 : number + 4]), line


def test_version(relief: Relief) -> None:
    assert relief("--version").out == f"relief-engine {VERSION}\n"


# --- wrong usage ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "zh", "en"),
    [
        (["chekc"], "没有命令“chekc”，是否想写“check”？", "there is no command 'chekc'; did you mean 'check'?"),
        (["zzz"], "没有命令“zzz”，可用的有 check、", "there is no command 'zzz'; known are check, "),
        (["check"], "缺少 PROFILE.yaml", "missing argument 'PROFILE.yaml'"),
        (["size"], "缺少 --industry", "missing option '--industry'"),
        (["check", "a", "b"], "多写了“b”", "got unexpected extra argument"),
        (["check", "a", "--formt", "x"], "没有选项 --formt，是否想写“--format”？", "no such option: --formt"),
        (["check", "a", "--as-of"], "选项 --as-of 后面缺少值", "option '--as-of' requires an argument"),
        (["check", "a", "--lang", "fr"], "--lang 应为 zh、en 之一，实为“fr”", "invalid value for '--lang'"),
        (["check", "a", "--format", "x"], "--format 应为 text、json、markdown、html 之一，实为“x”", "invalid value"),
        (["check", "a", "--as-of", "2022-02-30"], "--as-of 应为 1900 至 2100 年间的日期", "--as-of must be a date"),
        (["check", "a", "--as-of", "20220601"], "--as-of 应为 1900 至 2100 年间的日期", "--as-of must be a date"),
        (["check", "a", "--as-of", "1899-12-31"], "--as-of 应为 1900 至 2100 年间的日期", "--as-of must be a date"),
    ],
)  # fmt: skip
def test_wrong_usage(relief: Relief, arguments: list[str], zh: str, en: str) -> None:
    ran = relief(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"命令行有误：{zh}")
    assert ran.err.endswith("（用法见 relief --help）\n")
    if arguments[-1] != "fr" and not arguments[-1].startswith("--as"):
        english = relief(*arguments, "--lang", "en")
        assert english.err.startswith(f"wrong usage: {en}")
    as_json = relief(*arguments[:1], "--format", "json", *arguments[1:]) if arguments[0] in COMMANDS else None
    if as_json is not None and "--format" not in arguments:
        assert (as_json.status, as_json.err) == (2, "")
        assert as_json.json["kind"] == "usage"
        assert as_json.json["errors"][0]["message"].startswith(zh)


# --- size -------------------------------------------------------------------------------------------------------------


def size(relief: Relief, **figures: object) -> dict[str, object]:
    options = [f"--{name}={value}" for name, value in figures.items()]
    ran = relief("size", *options, "--format", "json")
    assert (ran.status, ran.err) == (0, "")
    record: dict[str, object] = ran.json
    return {name: record[name] for name in ("sector", "size", "possible")}


@pytest.mark.parametrize(
    ("figures", "sector", "size_", "possible"),
    [
        ({"industry": "6210", "employees": 30, "revenue": 800}, "catering", "small", ["small"]),
        ({"industry": "6210", "employees": 9}, "catering", "micro", ["micro"]),
        ({"industry": "6210", "employees": 100, "revenue": 2000}, "catering", "medium", ["medium"]),
        ({"industry": "6210", "employees": 300, "revenue": "1亿元"}, "catering", "large", ["large"]),
        ({"industry": "6210", "employees": 30}, "catering", None, ["micro", "small"]),
        ({"industry": "6210"}, "catering", None, ["micro", "small", "medium", "large"]),
        ({"industry": "5312", "employees": 30, "revenue": 1}, "none", None, []),
        ({"industry": "59"}, None, None, ["micro", "small", "medium", "large"]),
    ],
)  # fmt: skip
def test_size(relief: Relief, figures: dict[str, object], sector: str, size_: str, possible: list[str]) -> None:
    assert size(relief, **figures) == {"sector": sector, "size": size_, "possible": possible}


def test_size_indicators(relief: Relief) -> None:
    record = relief("size", "--industry", "6210", "--employees", "30", "--format", "json").json
    employees, revenue = record["indicators"]
    assert (employees["fact"], employees["value"], employees["size"]) == ("applicant.employees", "30 人", "small")
    assert employees["at_least"] == {"small": "10", "medium": "100", "large": "300"}
    assert (revenue["unit"], revenue["value"], revenue["size"]) == ("万元", None, None)


def test_size_as_text(relief: Relief) -> None:
    assert relief("size", "--industry", "6210", "--employees", "30", "--revenue", "800").out.splitlines() == [
        "行业：6210 正餐服务",
        "标准：餐饮业【工信部联企业〔2011〕300号 第4条（十）；通政办发〔2022〕12号",
        "附录2】",
        "规模：小型（各指标中最低的一档）",
        "  · 2021年末从业人员：30 人，属小型（10 人以上、不足 100 人）",
        "  · 2021年营业收入：800 万元，属小型（100 万元以上、不足 2,000 万元）",
    ]
    assert "须由人认定" in relief("size", "--industry", "5312").out
    assert "代码太粗" in relief("size", "--industry", "59").out
    assert (
        "Size: Small"
        in relief("size", "--industry", "6210", "--employees", "30", "--revenue", "800", "--lang", "en").out
    )


def test_size_mistakes(relief: Relief) -> None:
    ran = relief("size", "--industry", "9999", "--employees", "x", "--revenue", "-1")
    assert (ran.status, ran.out) == (2, "")
    assert [line.split(":")[0] for line in ran.err.splitlines()[:-1]] == ["--employees", "--industry", "--revenue"]
    assert relief("size", "--industry", "").status == 2


# --- lists ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "command", [["programmes"], ["facts"], ["sources"], ["sources", "15号"], ["sources", "convention"]], ids=" ".join
)
def test_lists_fit(relief: Relief, monkeypatch: pytest.MonkeyPatch, command: list[str], language: str) -> None:
    for width in (60, 80, 120):
        monkeypatch.setenv("COLUMNS", str(width))
        ran = relief(*command, "--lang", language)
        assert (ran.status, ran.err) == (0, "")
        assert all(columns(line) <= width for line in ran.out.splitlines())


def test_programmes(relief: Relief) -> None:
    record = relief("programmes", "--format", "json").json
    assert RENT in [programme["programme"] for programme in record]
    assert RENT in relief("programmes").out
    town = relief("programmes", "--rules", TOWN_RULES, "--lang", "en").out
    assert "In force: from 2030-02-01, no end stated" in town
    assert "For: each lease" in town


def test_facts(relief: Relief) -> None:
    record = relief("facts", "--format", "json").json
    kind = next(fact for fact in record if fact["fact"] == "applicant.kind")
    assert {"id": "enterprise", "label": "企业"} in kind["choices"]
    text = relief("facts").out
    assert "申请方（applicant）" in text
    assert "monthly_rent" in text


# --- rules ------------------------------------------------------------------------------------------------------------


CASES = """
programme: town/service
base: {as_of: 2030-06-01, applicant: {registered: yes}}
cases:
  - name: {zh: 已注册, en: registered}
    cite: [{source: money-notice, clause: 第4条}]
    expect: {outcome: eligible}
  - name: {zh: 没有注册, en: not registered}
    cite: [{source: money-notice, clause: 第4条}]
    change: {applicant.registered: no}
    expect: {outcome: OUTCOME}
"""


@pytest.mark.parametrize(
    ("outcome", "status", "count"),
    [("ineligible", 0, "算例：2 个通过，0 个不通过。"), ("referred", 2, "算例：1 个通过，1 个不通过。")],
)
def test_rules_test(relief: Relief, tmp_path: Path, outcome: str, status: int, count: str) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(TOWN_RULES, folder)
    (folder / "town" / "service.cases.yaml").write_text(CASES.replace("OUTCOME", outcome), encoding="utf-8")
    ran = relief("rules", "test", folder)
    assert (ran.status, ran.err) == (status, "")
    *failed, last = ran.out.splitlines()
    assert last == count
    assert [line for line in failed if line.startswith("✗")] == (["✗ 没有注册"] if status else [])


def test_rules_check(relief: Relief, tmp_path: Path) -> None:
    ran = relief("rules", "check", Path(__file__).parents[2] / "examples" / "rulebooks" / "wenzhou")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("规则库没有问题：")
    folder = tmp_path / "rules"
    shutil.copytree(TOWN_RULES, folder)
    path = folder / "town" / "service.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("applicant.registered", "applicant.registred"), "utf-8")
    wrong = relief("rules", "check", folder)
    assert (wrong.status, wrong.out) == (2, "")
    assert "applicant.registered" in wrong.err
    assert wrong.err.splitlines()[-1] == "共 1 处问题。"
    as_json = relief("rules", "check", folder, "--format", "json")
    assert (as_json.status, as_json.err) == (2, "")
    assert as_json.json["findings"][0]["file"].endswith("service.yaml")


def test_rules_schema(relief: Relief) -> None:
    everything = relief("rules", "schema").json
    assert "profile" in everything
    one = relief("rules", "schema", "profile").json
    assert one == everything["profile"]
    assert "applicant" in json.dumps(one)
    ran = relief("rules", "schema", "profil")
    assert (ran.status, ran.out) == (2, "")
    assert "是否想写“profile”？" in ran.err


def test_every_command_with_a_broken_rulebook(relief: Relief, tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "sources.yaml").write_text("sources: [", encoding="utf-8")
    for command in (
        ["programmes"], ["facts"], ["sources"], ["sources", "15号"], ["size", "--industry", "62"],
        ["check", str(RESTAURANT)],
    ):  # fmt: skip
        ran = relief(*command, "--rules", folder)
        assert (ran.status, ran.out) == (2, ""), command
        assert str(folder) in ran.err or "sources.yaml" in ran.err


def test_programmes_in_brief(relief: Relief) -> None:
    ran = relief("programmes", "--brief")
    assert ran.status == 0
    assert "国有房屋租金减免（2022年）\n  beijing-tongzhou/rent-reduction-2022\n" in ran.out
    assert all(columns(line) <= 80 for line in ran.out.splitlines())
    titled = relief("programmes", "国有房屋租金减免（2022年）", "--brief")
    assert titled.out == "国有房屋租金减免（2022年）\n  beijing-tongzhou/rent-reduction-2022\n"
