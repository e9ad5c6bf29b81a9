"""Rosters as units keep them, made at random from a seed: good cells, boundary cells, and every kind of dirt."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

#: What stands in the cells of a lease roster: usual values, and now and then something that needs a closer look.
USUAL: Mapping[str, Sequence[object]] = {
    "序号": ("1", "2", "3"),
    "承租方名称": ("运河小馆", "北岸书店", "通州区水边理发店", "䶮香粥铺", "合计通商贸", "=SUM(A1)", 'O\'Neil "x"'),
    "主体类型": ("企业", "个体工商户", "小型企业", "民办非企业单位", "enterprise"),
    "所属行业": ("6210", "5211", "5243", "8030", "7020", "1411", "59", "F"),
    "从业人员": ("5", "30", "99", "100", "299", "300"),
    "营业收入（万元）": ("80", "500", "499.99", "1999.99", "2000", "10000"),
    "资产总额（万元）": ("79.5", "8000", "7999.99", "120000"),
    "小微企业名录": ("是", "否"),
    "在京注册": ("是", "是", "是", "否"),
    "在京纳税": ("是", "否"),
    "产权单位性质": ("区属国有企业", "本区机关事业单位", "集体企业", "民营企业", "市属国有企业"),
    "涉及上市公司": ("否", "否", "否", "是"),
    "房屋所在区": ("通州区", "通州", "朝阳区", "顺义区", "北京经济技术开发区", "京外"),
    "承租关系": ("直接承租", "直接承租", "经其他单位转租", "转租方"),
    "起租日": ("2021-01-01", "2022-01-01", "2022-03-15", "2022-12-31"),
    "到期日": ("2022-12-31", "2022-06-30", "2023-12-31", "2022-03-14", "open"),
    "月租金（元）": ("30000", "12345.67", "0.01", "0", "999999.99"),
    "合同含免租期": ("否", "否", "否", "是"),
    "转租方所付月租金": ("9000", "30000"),
    "日租金单价": ("2.5",),
    "承租面积": ("80", "33.33"),
    "备注": ("已核对", "", "共3户"),
}
#: Dirt: some is read by the readers of profiles all the same, some is refused.
DIRT: Mapping[str, Sequence[object]] = {
    "序号": ("一", "合计", "总\u3000计", "小计："),
    "承租方名称": (
        "合计",
        "合\u3000计",
        "小计（3户）",
        "备注：见附件",
        "制表人：某",
        "\u3000总 计",
        "x" * 201,
        "a\tb",
        "a\x07b",
    ),
    "主体类型": ("个体户", " 企业 ", "企业\u3000", "公司企", "无"),
    "所属行业": ("6210 ", "餐饮业", "9999", "６２１０", "I6210", "6210正餐服务"),
    "从业人员": ("３０", "1,299", "30人", "-1", "30.5", "约30", "无", "3e1", "1000000001"),
    "营业收入（万元）": ("１２．５", "800万元", "8000000元", "1,999.99", "无", "2,00", "1e3", "0.00001", "20天"),
    "资产总额（万元）": ("无", "10000000001", "——", "不详"),
    "小微企业名录": ("√", "×", "Y", "TRUE", "不知道"),
    "在京注册": ("yes", "No", " 是 ", "是的", "1"),
    "在京纳税": ("无", "-", "有"),
    "产权单位性质": ("国企", "本区国有企业", "私人"),
    "涉及上市公司": ("无", "／", "没有"),
    "房屋所在区": ("通洲区", "北京市通州区", "海淀 ", "上海市"),
    "承租关系": ("直租", "转租"),
    "起租日": ("2022/1/1", "2022年3月1日", "20220301", "2022.2.30", "2022-02-30", "1899-12-31", "44562", "去年"),
    "到期日": ("长期", "2021-01-01", "2022年 6月30日", "2022-12-31 00:00:00", "没有固定期限", "不定期", "2101-01-01"),
    "月租金（元）": ("30,000", "3万元", "￥8000", "8000元/月", "-5", "0.001", "1000000000001", "面议", "8000元/天"),
    "合同含免租期": ("有", "无", "没有", "√", "首月"),
    "转租方所付月租金": ("9,000", "无"),
    "日租金单价": ("2.5元", "2.555", "两块五"),
    "承租面积": ("80㎡", "80.123456789", "无"),
    "备注": ("@财务", "+86", "-", "\u3000", "合计"),
}
#: Rows of no tenant.
STRANGE: tuple[Mapping[str, object], ...] = (
    {},
    {"备注": "仅此一格"},
    {"承租方名称": "合计", "月租金（元）": "123456"},
    {"承租方名称": "本页\u3000小\u00a0计", "从业人员": "40"},
    {"序号": "合\u3000计", "承租方名称": "共66户", "月租金（元）": "30000"},
    {"主体类型": "填表说明：下同"},
    {"承租方名称": "   "},
    {"承租方名称": "审核人：", "备注": "x"},
)
#: Types of a parquet file in which figures are figures, and how a text becomes one; what can't be one is empty.
TYPED: Mapping[str, str] = {
    "从业人员": "BIGINT", "营业收入（万元）": "DOUBLE", "资产总额（万元）": "DOUBLE", "小微企业名录": "BOOLEAN",
    "在京注册": "BOOLEAN", "起租日": "DATE", "到期日": "TIMESTAMP", "月租金（元）": "DECIMAL(18,2)",
    "承租面积": "DOUBLE", "转租方所付月租金": "DECIMAL(20,4)", "日租金单价": "DECIMAL(9,3)",
}  # fmt: skip
#: Now and then a figure that only a typed column can hold.
ODD: Mapping[str, Sequence[object]] = {
    "从业人员": (-3, 10**9 + 1, 0),
    "营业收入（万元）": (float("nan"), float("inf"), -1.5, 0.1 + 0.2, 1e300, 1 / 3, 800.0),
    "资产总额（万元）": (float("nan"), 7999.99, 79.995),
    "起租日": (dt.date(1899, 12, 31), dt.date(2101, 1, 1), dt.date(2022, 3, 1)),
    "到期日": (dt.datetime(2022, 6, 30, 12, 30), dt.datetime(2022, 6, 30), dt.datetime(1800, 1, 1)),
    "月租金（元）": (Decimal("-0.01"), Decimal("1000000000000.01"), Decimal("12345.60")),
}


def rows(seed: int, number: int, *, dirt: float = 0.05, without: float = 0.06) -> list[dict[str, object]]:
    """So many rows; most are tidy, and their first usual values come to relief.

    ``dirt`` goes into a third of that share of cells, and half of that share of rows is no tenant; ``without`` is the
    share of cells that are empty in the others.
    """
    draw = random.Random(seed)
    found = []
    for _ in range(number):
        if draw.random() < dirt / 2:
            found.append({header: draw.choice(STRANGE).get(header) for header in USUAL})
            continue
        row: dict[str, object] = {}
        tidy = draw.random() < 0.6
        # A rent stands in one form as a rule, and few tenants have a landlord between.
        seldom = {"转租方所付月租金": 0.7, "日租金单价": 0.99, "承租面积": 0.5, "资产总额（万元）": 0.5}
        for header, usual in USUAL.items():
            if draw.random() < (without / 8 if tidy and header not in seldom else seldom.get(header, without)):
                row[header] = None
            elif draw.random() < dirt / 3:
                row[header] = draw.choice(DIRT[header])
            else:
                row[header] = draw.choice(usual[: (len(usual) + 1) // 2] if tidy else usual)
        found.append(row)
    return found


def write_text(path: Path, made: Sequence[Mapping[str, object]], encoding: str = "utf-8") -> Path:
    """A text file of the rows."""
    with path.open("w", encoding=encoding, newline="") as file:
        table = csv.writer(file)
        table.writerow(USUAL)
        table.writerows([["" if cell is None else cell for cell in row.values()] for row in made])
    return path


def write_parquet(path: Path, made: Sequence[Mapping[str, object]], types: Mapping[str, str] | None = None) -> Path:
    """A parquet file of the rows; texts, but for columns of these types."""
    kinds = {header: (types or {}).get(header, "VARCHAR") for header in made[0]}
    with duckdb.connect() as database:
        listed = ", ".join(f"{quoted(header)} {kind}" for header, kind in kinds.items())
        database.execute(f"CREATE TABLE roster ({listed})")
        unnested = ", ".join(f"unnest(CAST(? AS {kind}[]))" for kind in kinds.values())
        database.execute(f"INSERT INTO roster SELECT {unnested}", [[row[header] for row in made] for header in kinds])
        database.execute(f"COPY roster TO {literal(path)} (FORMAT parquet)")
    return path


def typed(seed: int, made: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    """The rows with figures, days and yes or no as such; now and then an odd one."""
    draw = random.Random(seed)
    return [
        {
            header: draw.choice(ODD[header])
            if header in ODD and draw.random() < 0.02
            else _typed(cell, TYPED.get(header))
            for header, cell in row.items()
        }
        for row in made
    ]


def _typed(cell: object, kind: str | None) -> object:
    if cell is None or kind is None:
        return cell
    text = str(cell)
    try:
        match kind:
            case "BIGINT":
                return int(text)
            case "DOUBLE" | "FLOAT":
                return float(text)
            case "DATE":
                return dt.date.fromisoformat(text)
            case "TIMESTAMP":
                return dt.datetime.fromisoformat(text)
            case "BOOLEAN":
                return {"是": True, "否": False}.get(text)
            case _:
                return round(Decimal(text), 2)
    except (ValueError, ArithmeticError):
        return None


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def read_parquet(path: Path) -> list[dict[str, Any]]:
    """The rows of a parquet file."""
    with duckdb.connect() as database:
        found = database.execute("SELECT * FROM read_parquet(?)", [str(path)])
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
