"""Screenings made from real decisions: a small table of tenants, each decided by the engine from a plain mapping."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from relief_engine.engine import Engine
from relief_engine.roster.answers import Answered, Screening, answer_of
from relief_engine.roster.headers import Column, Columns
from relief_engine.roster.table import Problem, Rejected, Row, Table
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.units import parse_unit
from relief_engine.text import Text
from tests.books import shipped_book

ROOT = Path(__file__).resolve().parent.parent.parent
PROFILES = ROOT / "examples" / "profiles"
RENT = "beijing-tongzhou/rent-reduction-2022"
DAY = dt.date(2022, 6, 1)

#: The columns of the made table: header, fact (None: carried through), and the unit in the header.
COLUMNS: tuple[tuple[str, str | None, str | None], ...] = (
    ("承租方名称", "applicant.name", None), ("统一社会信用代码", None, None), ("主体类型", "applicant.kind", None),
    ("行业代码", "applicant.industry", None), ("从业人员", "applicant.employees", None),
    ("营业收入（元）", "applicant.revenue", "元"), ("小微企业名录", "applicant.in_small_micro_directory", None),
    ("在京注册", "applicant.registered_in_beijing", None), ("主管部门", "lease.supervising_body", None),
    ("出租方名称", "lease.owner_name", None), ("产权单位性质", "lease.owner_kind", None),
    ("涉及上市公司", "lease.owner_is_listed_company", None), ("承租关系", "lease.tenancy", None),
    ("房屋所在区", "lease.premises_district", None), ("房屋地址", "lease.address", None),
    ("租赁用途", "lease.use", None), ("承租面积", "lease.area", None), ("起租日", "lease.start", None),
    ("到期日", "lease.end", None), ("月租金", "lease.monthly_rent", None),
    ("合同含免租期", "lease.has_rent_free_period", None), ("备注", None, None),
)  # fmt: skip
REVENUE = "营业收入（元）"
HEADERS = tuple(header for header, _, _ in COLUMNS)
#: A tenant that is eligible for 180,000.00 yuan.
TENANT: Mapping[str, object] = {
    "承租方名称": "运河小馆", "统一社会信用代码": "91110112MA01ABCD1X", "主体类型": "企业", "行业代码": "6210",
    "从业人员": 30.0, "营业收入（元）": 8000000.0, "在京注册": "是", "主管部门": "区国资委", "出租方名称": "通州置业",
    "产权单位性质": "本区国有企业", "涉及上市公司": "否", "承租关系": "直接承租", "房屋所在区": "通州",
    "租赁用途": "餐饮", "房屋地址": "新华西街1号", "承租面积": 120.5,
    "起租日": dt.date(2021, 1, 1), "到期日": dt.date(2023, 12, 31),
    "月租金": 30000.0, "合同含免租期": "否", "备注": None,
}  # fmt: skip


@cache
def engine() -> Engine:
    return Engine(shipped_book())


def tenant(**changes: object) -> tuple[object, ...]:
    """The cells of a tenant that differs from the usual one."""
    cells = {**TENANT, **changes}
    return tuple(cells.get(header) for header in HEADERS)


def columns() -> Columns:
    rulebook = engine().rulebook
    found = []
    for index, (header, identity, unit) in enumerate(COLUMNS):
        fact = None if identity is None else rulebook.facts[identity]
        assert fact is None or isinstance(fact, Fact)
        found.append(Column(index, header, fact, None if unit is None else parse_unit(unit)))
    return Columns(rulebook.subjects["lease"].kind, tuple(found))


def screening(
    *,
    programmes: Sequence[str] = (RENT,),
    as_of: dt.date = DAY,
    headers: tuple[str, ...] = HEADERS,
    made: Columns | None = None,
) -> Screening:
    rulebook = engine().rulebook
    remarks = (Text("按 GB18030 编码读取", "read as GB18030"),)
    table = Table("租户台账.csv", None, headers, 1, remarks, lambda: iter(()))
    chosen = tuple(rulebook.programme(identity) for identity in programmes)
    return Screening(table, made or columns(), rulebook, chosen, as_of, ("direct",))


def profile(cells: Sequence[object]) -> dict[str, object]:
    """The profile of one row; units of headers are written out, as the reader of rows does."""
    applicant: dict[str, object] = {}
    lease: dict[str, object] = {}
    for (_, identity, unit), cell in zip(COLUMNS, cells, strict=True):
        if identity is not None and cell is not None:
            subject, _, name = identity.partition(".")
            value = f"{cell:.0f}{unit}" if unit is not None and isinstance(cell, float) else cell
            (applicant if subject == "applicant" else lease)[name] = value
    return {"applicant": applicant, "leases": [lease]}


def answered(given: Screening, number: int, cells: tuple[object, ...], *hints: Text) -> Answered:
    """One row with what the engine decides about it."""
    mapping = profile(cells)
    report = engine().decide(mapping, as_of=given.as_of, programmes=[p.id for p in given.programmes])
    return Answered(Row(number, cells), tuple(answer_of(decision) for decision in report.decisions), hints)


def rejected(number: int, cells: tuple[object, ...], header: str, zh: str, en: str) -> Rejected:
    place = HEADERS.index(header)
    problem = Problem("choice", place, Text(zh, en), str(cells[place]))
    return Rejected(Row(number, cells), (problem,))


def lines(given: Screening) -> Iterator[Answered | Rejected]:
    """A few tenants, with every outcome and one row that can't be read."""
    yield answered(given, 2, tenant())
    large = tenant(承租方名称="大运综合百货", 从业人员=600.0, 行业代码="5211", **{REVENUE: 900000000.0})
    yield answered(given, 3, large)
    yield answered(given, 4, tenant(承租方名称='=HYPERLINK("http://x")', 合同含免租期=None, 备注="+86"))
    yield answered(given, 5, tenant(承租方名称="北苑书店", 合同含免租期="是", 月租金=12345.67))
    wrong = tenant(承租方名称="永顺洗衣", 房屋所在区="通洲区")
    yield rejected(6, wrong, "房屋所在区", "没有选项“通洲区”，是否想写“通州区”？", "there is no choice '通洲区'")
    hint = Text("与第2行可能重复", "may repeat row 2")
    yield answered(given, 7, tenant(到期日=dt.date(2022, 6, 30), 主体类型="个体户", 从业人员=None), hint)
