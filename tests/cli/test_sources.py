"""``relief sources``: the documents, and what became of each of their clauses."""

import shutil
from pathlib import Path
from typing import get_args

import pytest

from relief_engine.cli.sources import KINDS
from relief_engine.rulebook.shapes import SourceShape
from tests.cli.conftest import RENT, TOWN_RULES, Relief
from tests.rulebook.building import HERE, made


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A small rulebook with a ledger."""
    return made(HERE / "good" / "ledger", tmp_path)


def test_all_documents(relief: Relief, town: Path) -> None:
    notice, plan, _ = relief("sources", "--rules", town).out.split("\n\n")
    assert notice == (
        "减免房租的通知\n"
        "  文号：市发〔2022〕1号\n"
        "  编号：notice\n"
        "  性质：政策文件\n"
        "  发文：市政府\n"
        "  日期：2022-01-10 成文，没有写明失效日\n"
        "  条款：2 个，其中已编码 2 个（1 个有一部分未编码），未编码 0 个\n"
        "  未编码的内容：有关单位自身的工作 1 项"
    )
    assert plan == (
        "工作方案\n"
        "  文号：市发〔2022〕9号\n"
        "  编号：plan\n"
        "  性质：政策文件\n"
        "  发文：市政府\n"
        "  日期：2022-06-01 成文，有效期至 2022-12-31\n"
        "  条款：1 个"
    )


def test_one_document(relief: Relief, town: Path) -> None:
    assert relief("sources", "notice", "--rules", town).out.partition("\n\n")[2] == (
        "一  适用范围\n"
        "    ✓ 已编码：房租减免\n"
        "\n"
        "二  标准\n"
        "    ✓ 已编码：房租减免\n"
        "    · 未编码（有关单位自身的工作）：工作安排。各单位自行安排。\n"
    )
    assert relief("sources", "notice", "--rules", town, "--lang", "en").out.partition("\n\n")[2] == (
        "一  Scope\n"
        "    ✓ Encoded: Rent relief\n"
        "\n"
        "二  Amount\n"
        "    ✓ Encoded: Rent relief\n"
        "    · Left out (a task of the bodies concerned): How the work is organised. Each\n"
        "      unit sees to it.\n"
    )


def test_a_document_that_the_ledger_does_not_have(relief: Relief, town: Path) -> None:
    assert relief("sources", "plan", "--rules", town).out.endswith("\n\n三  扩大范围\n    引用：房租减免\n")


def test_as_data(relief: Relief, town: Path) -> None:
    notice, plan, _ = relief("sources", "--rules", town, "--format", "json").json
    assert notice == {
        "source": "notice",
        "kind": "policy",
        "number": "市发〔2022〕1号",
        "title": "减免房租的通知",
        "issuer": "市政府",
        "issued": "2022-01-10",
        "expires": None,
        "clause_count": 2,
        "ledger": {"encoded": 2, "encoded_in_part": 1, "not_encoded": 0, "left_out": {"task_of_authority": 1}},
    }
    assert (plan["expires"], plan["ledger"]) == ("2022-12-31", None)
    one = relief("sources", "notice", "--rules", town, "--format", "json", "--lang", "en").json
    assert one["clauses"] == [
        {"clause": "一", "about": "Scope", "cited_by": ["city/rent"], "encoded": ["city/rent"], "left_out": []},
        {
            "clause": "二",
            "about": "Amount",
            "cited_by": ["city/rent"],
            "encoded": ["city/rent"],
            "left_out": [
                {
                    "what": "How the work is organised",
                    "because": "task_of_authority",
                    "because_label": "a task of the bodies concerned",
                    "why": "Each unit sees to it",
                }
            ],
        },
    ]
    other = relief("sources", "plan", "--rules", town, "--format", "json").json
    assert other["clauses"] == [
        {"clause": "三", "about": "扩大范围", "cited_by": ["city/rent"], "encoded": None, "left_out": None}
    ]


def test_the_shipped_documents(relief: Relief) -> None:
    text = relief("sources", "12号").out
    assert "  条款：45 个，其中已编码 " in text
    assert (
        "二  减免月数、按合同租金、租期不满一年的比例、免租期、补减期限\n    ✓ 已编码：国有房屋租金减免（2022年）"
        in text
    )
    record = relief("sources", "15号", "--format", "json").json
    assert record["clause_count"] == 65
    assert RENT in record["clauses"][2]["encoded"]


def test_a_rulebook_without_ledger(relief: Relief) -> None:
    assert "已编码" not in relief("sources", "--rules", TOWN_RULES).out
    assert all(source["ledger"] is None for source in relief("sources", "--rules", TOWN_RULES, "--format", "json").json)


@pytest.mark.parametrize(
    ("asked", "source"),
    [
        ("notice-15", "notice-15"),
        ("通政办发〔2022〕15号", "notice-15"),
        ("通政办发[2022]15号", "notice-15"),
        ("15号", "notice-15"),
        ("15", "notice-15"),
        ("13号", "notice-13"),
        ("4号", "notice-4"),
        ("213号", "std-size-2017"),
        ("gb/t 4754-2017", "std-industry-2017"),
        ("元宇宙", "notice-4"),
        ("convention", "convention"),
    ],
)
def test_a_part_of_its_name_is_enough(relief: Relief, asked: str, source: str) -> None:
    assert relief("sources", asked, "--format", "json").json["source"] == source


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("通政办发", "错误：“通政办发”不止一份文件：通政办发〔2022〕12号、通政办发〔2022〕13号、"),
        ("5号", "错误：没有文件“5号”"),
        ("notise-15", "错误：没有文件“notise-15”，是否想写“notice-15”？"),
        ("zzz", "错误：没有文件“zzz”；可用：notice-12、"),
        ("", "错误：没有文件“”；可用：notice-12、"),
    ],
)
def test_no_such_document(relief: Relief, asked: str, said: str) -> None:
    ran = relief("sources", asked)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(said)


def test_a_ledger_with_a_mistake(relief: Relief, town: Path) -> None:
    shutil.copyfile(HERE / "bad" / "ledger-clause-missing" / "ledger.yaml", town / "ledger.yaml")
    ran = relief("sources", "--rules", town)
    assert (ran.status, ran.out) == (2, "")
    assert "ledger.yaml:2:13: 市发〔2022〕1号 没有登记：一 [ledger-missing]" in ran.err
    assert relief("programmes", "--rules", town).status == 0
    assert relief("rules", "check", town).status == 2


def test_every_kind_of_document_has_a_name() -> None:
    assert set(KINDS) == set(get_args(SourceShape.model_fields["kind"].annotation))
