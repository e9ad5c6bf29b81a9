"""Makes the example rosters beside it anew: ``python examples/rosters/make.py``.

All names, addresses and codes are invented (the check characters of the codes are right, the rest counts up). What each
tenant gets says ``expected.yaml``. The dirt is meant: text for numbers and days, a wrong name of a district, a tenant
twice, a formula, a broken cell, notes that look like formulas, a sum below, a line with one cell too many.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
WORKBOOK, TEXT_FILE = HERE / "rent-roll.xlsx", HERE / "rent-roll-gb18030.csv"
SHEET, TITLE = "租户台账", "北京潞湾国有资产经营有限公司房屋租户台账"
NOTE = "填报日期：2022年6月20日　　金额单位：除注明外为元"
#: The rows of title and note, and then the row of headers, as a spreadsheet counts them.
HEADER_ROW = 3

#: The name of each column in this script, the header as written, and what stands there where a tenant says nothing.
COLUMNS: tuple[tuple[str, str, object], ...] = (
    ("number", "序号", None),
    ("contract", "合同编号", None),
    ("department", "联系部门", "资产经营部"),
    ("name", "承租方名称", None),
    ("credit_code", "统一社会信用代码", None),
    ("kind", "企业类型", "小型企业"),
    ("industry", "行业代码", None),
    ("employees", "2021年末从业人员（人）", None),
    ("revenue", "2021年营业收入 (万元)", None),
    ("assets", "2021年末资产总额（万元）", None),
    ("directory", "小微企业名录", None),
    ("registered", "是否在京注册", "是"),
    ("taxed", "是否在京纳税", "是"),
    ("chain", "连锁类型", None),
    ("hardship", "是否因疫情经营困难", None),
    ("requests", "是否申请减免", None),
    ("own_state", "是否本区国有单位", None),
    ("owner", "出租方名称", "北京潞湾国有资产经营有限公司"),
    ("owner_kind", "产权单位性质", "区属国有企业"),
    ("listed", "是否涉及上市公司", "否"),
    ("body", "主管部门", "通州区国资委"),
    ("address", "房屋坐落", None),
    ("district", " 房屋所在区 ", "通州区"),
    ("use", "租赁用途", None),
    ("area", "承租面积（㎡）", None),
    ("tenancy", "转租情况", "直接承租"),
    ("start", "起租日期", dt.date(2021, 1, 1)),
    ("end", "租赁到期日", dt.date(2023, 12, 31)),
    ("rent", "月租金\n（元）", None),
    ("annual", "年租金（万元）", None),
    ("daily", "日租金单价", None),
    ("rent_free", "是否有免租期", "否"),
    ("head_rent", "上手月租金（元/月）", None),
    ("shared", "是否含其他最终承租方", None),
    ("final", "最终承租方是否符合条件", None),
    ("outlet_employees", "门店从业人员", None),
    ("outlet_revenue", "门店营业收入（万元）", None),
    ("note", "备注", None),
)  # fmt: skip
_NUMBER = {name: index for index, (name, _, _) in enumerate(COLUMNS)}


class Formula(NamedTuple):
    """A cell that a formula fills: the formula, and the value or error that the spreadsheet kept for it."""

    text: str
    value: int | str


def day(text: str) -> dt.date:
    """A day as a spreadsheet keeps it."""
    return dt.date.fromisoformat(text)


def tenant(name: str, industry: Any, employees: Any, revenue: Any, use: str, area: Any, rent: Any, **other: Any) -> Any:
    """The cells that one tenant states, by the names of :data:`COLUMNS`."""
    return {"name": name, "industry": industry, "employees": employees, "revenue": revenue, "use": use, "area": area,
            "rent": rent, **other}  # fmt: skip


_SHOP = {"kind": "个体工商户", "employees": None, "revenue": None}
_PLAIN = {"chain": "非连锁"}
_REST = {**_PLAIN, "directory": "否"}
_OUTLET = {"kind": "大型企业", "directory": "否"}
_SUBLET = {"tenancy": "经其他单位转租", "note": "转租合同已收"}

TENANTS: tuple[dict[str, Any], ...] = (
    tenant("潞湾小馆餐饮有限公司", "6210", 30, 800, "餐饮", 186.5, 30000, directory="是", chain="非连锁"),
    tenant("通州区渡口小吃店", "6220", None, None, "餐饮", 48, "8,000.00", kind="个体工商户",
           start=day("2020-03-01"), end=day("2023-02-28")),
    tenant("北岸家常菜有限公司", "6210", 99, 2600.5, "餐饮", 320, 45600, start=day("2020-07-01"),
           end=day("2025-06-30")),
    tenant("大运楼餐饮管理有限公司", "6210", 100, 2000, "餐饮", 610, 88000, kind="中型企业", **_REST),
    tenant("潞源宴会餐饮有限公司", "6210", 160, 3100, "餐饮", 700, 96000, kind="企业", directory="否"),
    tenant("东渡口饭庄有限公司", "6210", 100, "1,999.99", "餐饮", 455, "61,000", kind="企业", directory="否"),
    tenant("春阁书店有限公司", "5243", 12, 300, "商场零售", 95, 12000, directory="是",
           start=day("2022-04-01"), end=day("2023-03-31")),
    tenant("通州区水边理发店", 8040, None, None, "美容理发", 36, 9600, kind="个体户", start="2019.5.1", end="2022.2.28",
           note="2022年2月底已退租"),
    tenant("晴川图文快印有限公司", "8030", 6, 72, "便民服务", 40, 15000, kind="微型企业",
           start="2021年1月2日", end="2022年1月1日"),
    tenant("新岸健身有限公司", "8930", 22, 380, "其他", 540, 20000, start="2022/7/1", end="2024/6/30",
           note="已签约，7月起租"),
    tenant("旧码头箱包有限公司", "5237", 8, 90, "商场零售", 60, 7700, start=day("2020-01-01"), end=day("2021-12-31")),
    tenant("望潮咖啡有限公司", "6220", 9, 85, "餐饮", 72, 18000, district="朝阳区", note="朝阳物业，由分公司管理"),
    tenant("顺河家政服务有限公司", "8010", 45, 510, "办公", 88, 22500, district="顺义"),
    tenant("青舟检测技术有限公司", "7452", 60, 1500, "办公", 130, 10000, district="亦庄"),
    tenant("河口仓储服务有限公司", "5920", 12, 400, "仓储", 900, 14500, district="京外", note="廊坊库房"),
    tenant("柳荫照相馆有限公司", "8010", 5, 40, "便民服务", 38, 5600, district="通洲区"),
    tenant("漕运茶舍有限公司", "6220", 7, 66, "餐饮", 58, 6900, owner="潞上置业有限公司", owner_kind="民营企业",
           body=None,
           note="代管房屋"),
    tenant("槐荫汽车修理有限公司", "8111", 16, 240, "便民服务", 260, 14000, owner="潞湾镇农工商总公司",
           owner_kind="集体企业", body="潞湾镇政府"),
    tenant("通州区槐荫百货店", "5211", None, None, "商场零售", 50, 3600, kind="个体", owner="槐荫村村民委员会",
           owner_kind="村集体", body="潞湾镇政府", listed=None),
    tenant("飞絮快递服务有限公司", "6020", 38, 620, "仓储", 210, 27500, owner="北京城运置业集团（市属）",
           owner_kind="市属国有企业",
           body="北京市国资委"),
    tenant("西山影像工作室有限公司", "8810", 4, 30, "办公", 66, 16600, owner="北京城运置业集团（市属）",
           owner_kind="市属国有企业", body="北京市国资委", district="海淀"),
    tenant("云舫养生有限公司", "8053", 18, 260, "便民服务", 150, 33000, listed="是"),
    tenant("潞麦糕点食品有限公司", "1411", 20, 500, "其他", 300, 17800, **_PLAIN),
    tenant("津门服饰加工有限公司", "1819", 40, 900, "其他", 420, 21000, owner="潞上置业有限公司",
           owner_kind="民营企业", body=None,
           registered="否", taxed="否", **_PLAIN),
    tenant("冀风物流有限公司", "5442", 55, 700, "仓储", 680, 26500, registered="否", taxed="否", hardship="否",
           requests="是"),
    tenant("燕北旅社有限公司", "6121", 9, 88, "酒店", 340, 7800, registered="否", taxed="否", hardship="是",
           requests="是"),
    tenant("廊桥百货有限公司", "5211", 14, 350, "商场零售", 160, 11800, registered="否", taxed="否"),
    tenant("香渡药房有限公司", "5251", 8, 130, "商场零售", 92, 10400, registered="否", taxed=None, hardship="否"),
    tenant("潞湾老年照料中心", "8514", 20, 150, "其他", 520, 16000, kind="民办非企业单位", directory="否",
           hardship="是", requests="是"),
    tenant("运河水环境研究所", "7310", 26, 410, "办公", 230, 19000, kind="事业单位", directory="否", hardship="否",
           requests="是"),
    tenant("启帆职业技能培训有限公司", "8391", 15, 220, "培训教育", 240, 19800, **_REST),
    tenant("仁渡门诊部有限公司", "8425", 24, 560, "医疗保健", 280, 9500, directory="是"),
    tenant("满船香餐饮连锁有限公司（新华店）", "6210", 600, 30000, "餐饮", 360, 52000, chain="连锁餐饮",
           outlet_employees=18,
           outlet_revenue=420, **_OUTLET),
    tenant("家满仓超市有限公司（东关店）", "5212", 900, 50000, "超市便利店", 1500, 76000, chain="连锁超市",
           outlet_employees=60,
           outlet_revenue=800, **_OUTLET),
    tenant("随手便利店有限公司（北苑店）", "5213", 1200, 64000, "超市便利店", 85, 14200, chain="连锁便利店", **_OUTLET),
    tenant("长桨火锅有限公司", "6210", None, None, "餐饮", 270, 31000, rent_free=None, **_PLAIN),
    tenant("绿波洗染有限公司", "8030", 5, 45, "便民服务", 44, None, directory="是", note="合同正在补签，租金待定"),
    tenant("听涛文化传播有限公司", None, 11, 160, "办公", 76, 8400, directory="是"),
    tenant("通州区拾贝洗衣店", "8030", None, None, "便民服务", 30, 6500, kind="个体工商户",
           tenancy="经本区国有单位转租"),
    tenant("潞湾小馆餐饮有限公司", "6210", 30, 800, "餐饮", 186.5, 30000, directory="是", chain="非连锁", number=1,
           note="与1号重复？"),
    tenant("浅滩五金商店有限公司", "5165", 4, 210, "商场零售", 64, 6800, head_rent=5000, shared="否", **_SUBLET),
    tenant("泊岸茶叶商行有限公司", "5243", 6, 95, "商场零售", 70, 8000, head_rent="9,000", shared="否", **_SUBLET),
    tenant("桐荫修表店有限公司", "8030", 3, 22, "便民服务", 18, 5200, head_rent=4000, shared="是", rent_free="是",
           **_SUBLET),
    tenant("石阶花艺有限公司", "5211", 5, 60, "商场零售", 55, 7000, shared="否", **_SUBLET),
    tenant("汇流商业管理有限公司", "7212", 12, 300, "商场零售", 800, 48000, assets=90, tenancy="转租方",
           own_state="否", final="是"),
    tenant("分水商务服务有限公司", "7242", 14, 260, "办公", 390, 24000, assets=75.5, tenancy="转租方", own_state="否",
           final="否"),
    tenant("潞湾物业管理有限公司", "7020", 350, 1500, "办公", 1800, 100000, kind="中型企业", tenancy="转租方",
           own_state="是",
           final="是", note="本区国有企业，部分转租", **_REST),
    tenant("平潮羽毛球馆有限公司", "8930", 13, 140, "其他", 620, 13500, rent_free="是", note="首月免租"),
    tenant("远帆应用软件有限公司", "6513", 36, 520, "办公", 210, None, annual=12.5, start=day("2022-02-15"),
           end=day("2025-02-14")),
    tenant("集粹美术培训有限公司", "8810", 9, 96, "培训教育", 80, None, daily=2.5),
    tenant("初航户外用品有限公司", "5242", "无", "无", "商场零售", 52, 7300, assets="无", start=day("2022-03-01"),
           end=day("2024-02-29"), note="2022年2月新设立", **_REST),
    tenant("新芽便民服务有限公司", "8010", "无", "无", "便民服务", 46, 6000, assets="无", start=day("2022-03-15"),
           end=day("2024-03-14"), note="2022年3月新设立", **_PLAIN),
    tenant("众河商贸有限公司", "F", "３", 60, "商场零售", 42, 4500.5, kind="微型企业"),
    tenant("联渡装卸仓储有限公司", "59", 150, 1500, "仓储", 2600, 58000, kind="企业", **_REST),
    tenant("锦帆机电有限公司", "C", 5, 50, "其他", 130, 9100, kind="微型企业", **_PLAIN),
    tenant("兰舟日用百货有限公司", "5211", Formula("=12+16", 28), 420, "商场零售", 118, 11000),
    tenant("彩虹桥面馆有限公司", "6220", 12, 105, "餐饮", 68, Formula("=#REF!*6", "#REF!")),
    tenant("暮色酒吧有限公司", "9011", 10, 118, "其他", 110, 12300, start=day("2022-05-01"), end=day("2021-04-30")),
    tenant("锚地图书有限公司", "5243", 7, 82, "商场零售", 77, 8800, credit_code="91110112MAEX00061A"),
    tenant("苇岸工艺品有限公司", "9999", 6, 48, "商场零售", 56, 6600),
    tenant("星渡烤鱼餐饮有限公司", "6210", "26", "8000000元", "餐饮", 175, "１５０００", note="=见补充协议第3条"),
    tenant("码上行软件有限公司", "6513", 100, 999.99, "办公", 66, 5200, directory="否", end="open",
           note="@财务 已核对"),
    tenant("河汉企业管理有限公司", "7211", 100, None, "办公", 480, 26000, assets="7,999.99", directory="否"),
    tenant("潞川小额贷款有限公司", "6635", 5, None, "办公", 90, 12800, assets=24000),
    tenant("通州区麦香糕点坊", "1411", None, None, "其他", 60, 7200, kind="个体工商户"),
    tenant("南苑灯具商贸有限公司", "5211", 17, 430, "商场零售", 190, 21000, district="北京市丰台区", listed="是",
           rent_free="是"),
)  # fmt: skip
#: After this many tenants the sheet has an empty row.
GAP_AFTER = 30


def workbook_rows() -> list[list[Any]]:
    """The cells of the sheet from the row below the headers on, an empty row and the sum included."""
    rows = [_cells(number, stated) for number, stated in enumerate(TENANTS, start=1)]
    rows.insert(GAP_AFTER, [None] * len(COLUMNS))
    last: list[Any] = [None] * len(COLUMNS)
    last[_NUMBER["number"]], last[_NUMBER["name"]] = "合计", f"共{len(TENANTS)}户"
    last[_NUMBER["rent"]] = sum(float(t["rent"]) for t in TENANTS if isinstance(t["rent"], int | float))
    return [*rows, last]


def _cells(number: int, stated: dict[str, Any]) -> list[Any]:
    twin = stated.get("number", number)
    own = {
        "number": number,
        "contract": f"LW-2022-{number:03d}",
        "credit_code": credit_code(stated.get("kind", ""), twin),
        "address": f"通州区潞湾一街{twin // 10 + 1}号{twin % 10 + 101}室",
        **stated,
    }
    own["number"] = number
    return [own.get(name, usual) for name, _, usual in COLUMNS]


def credit_code(kind: str, number: int) -> str:
    """A credit code that nobody has, with the right check character."""
    from stdnum.cn import uscc

    first = {"个体": "92", "民办": "52", "事业": "12"}.get(kind[:2], "91")
    body = f"{first}110112MAEX{number:05d}"
    return body + str(uscc.calc_check_digit(body))


def make_workbook() -> bytes:
    """The main roster, as the content of a spreadsheet."""
    import xlsxwriter

    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    book.set_properties({"title": TITLE, "created": dt.datetime(2022, 6, 20)})
    sheet = book.add_worksheet(SHEET)
    title = book.add_format({"bold": True, "font_size": 16, "align": "center"})
    head = book.add_format({"bold": True, "text_wrap": True, "border": 1, "bg_color": "#DDEBF7", "valign": "vcenter"})
    date = book.add_format({"num_format": "yyyy/m/d", "align": "left"})
    sheet.merge_range(0, 0, 0, len(COLUMNS) - 1, TITLE, title)
    sheet.write_string(1, 0, NOTE)
    for column, (_, header, _) in enumerate(COLUMNS):
        sheet.write_string(HEADER_ROW - 1, column, header, head)
    for row, cells in enumerate(workbook_rows(), start=HEADER_ROW):
        for column, value in enumerate(cells):
            match value:
                case None:
                    continue
                case Formula(text, kept):
                    sheet.write_formula(row, column, text, None, kept)
                case dt.date():
                    sheet.write_datetime(row, column, value, date)
                case str():
                    sheet.write_string(row, column, value)
                case _:
                    sheet.write_number(row, column, value)
    sheet.set_row(HEADER_ROW - 1, 32)
    sheet.set_column(0, len(COLUMNS) - 1, 13)
    sheet.set_column(_NUMBER["name"], _NUMBER["credit_code"], 26)
    sheet.freeze_panes(HEADER_ROW, _NUMBER["name"] + 1)
    book.add_worksheet("说明").write_string(0, 0, "本表中的单位、地址、代码均为虚构，仅供演示。")
    book.close()
    return content.getvalue()


# --- the other unit's list --------------------------------------------------------------------------------------

TEXT_HEADERS = (
    "序号", "商户名称", "分类", "行业", "员工人数", "营收（万元）", "在京注册", "在京纳税", "名录查询结果",
    "连锁企业类型", "出租单位", "业主性质", "所在区", "房屋用途", "租赁面积（平方米）", "租赁关系", "租赁开始日期",
    "租赁终止日期", "月租（元）", "有无免租期", "备注",
)  # fmt: skip
_HERE = ("通州区文化活动中心（示例）", "本区事业单位")
_WHOLE = ("2021-06-01", "2024-05-31")
TEXT_ROWS: tuple[tuple[str, ...], ...] = (
    ("1", "通州区一碗面馆", "个体", "6220", "", "", "是", "是", "", "", *_HERE, "通州区", "餐饮", "45", "直租",
     *_WHOLE, "3200", "否", ""),
    ("2", "小渡口便利店有限公司", "微型", "5213", "4", "80", "是", "是", "是", "", *_HERE, "通州", "便利店", "52.5",
     "直租", *_WHOLE, "4,800", "否", ""),
    ("3", "石坝体育用品有限公司", "中型", "5242", "50", "500", "是", "是", "否", "非连锁", *_HERE, "通州区", "零售",
     "300", "直租", *_WHOLE, "15800", "否", ""),
    ("4", "土坝体育用品有限公司", "小型", "5242", "50", "499.99", "是", "是", "否", "", *_HERE, "通州区", "零售",
     "310", "直租", *_WHOLE, "15500", "否", ""),
    ("5", "通州区观澜画室", "个体户", "8810", "", "", "是", "是", "", "", *_HERE, "通州区", "教育培训", "66", "直租",
     "20220301", "2023/2/28", "2920", "否", "3月入驻"),
    ("6", "潞湾幼儿之家", "民非", "8310", "18", "200", "是", "是", "否", "", *_HERE, "通州区", "教育培训", "400",
     "直租", *_WHOLE, "12000", "否", "收费许可已复印"),
    ("7", "南新仓文创有限公司", "小型", "5211", "11", "150", "是", "是", "是", "", *_HERE, "东城", "零售", "80",
     "直租", *_WHOLE, "9000", "否", "东城借用房屋"),
    ("8", "临河摄影有限公司", "小型", "8810", "10", "90", "是", "是", "是", "", *_HERE, "", "其他", "120", "直租",
     *_WHOLE, "6400", "否", "房屋所在区待查"),
    ("9", "九曲茶艺有限公司", "小型", "6220", "九人", "90", "是", "是", "", "", *_HERE, "通州区", "餐饮", "60", "直租",
     *_WHOLE, "5000", "否", ""),
    ("10", "横塘文具有限公司", "微型", "5211", "3", "40", "是", "是", "是", "", *_HERE, "通州区", "零售", "35", "",
     *_WHOLE, "4100", "否", "是否转租未填"),
    ("11", "柳堤琴行有限公司", "微型", "5242", "2", "55", "是", "是", "是", "", *_HERE, "通州区", "零售", "90", "直租",
     "2021-07-01", "2022-06-30", "6000", "否", ""),
    ("12", "通州区䶮香粥铺", "个体工商户", "6210", "", "", "是", "是", "", "", *_HERE, "通州区", "餐饮", "58", "直租",
     *_WHOLE, "2555.55", "否", "店名用字少见"),
)  # fmt: skip
#: The line below them was typed by hand: its rent has a comma and no quotes, and so one cell too many.
BROKEN_LINE = (
    "13,浮桥书画社有限公司,微型,5243,2,20,是,是,是,,通州区文化活动中心（示例）,本区事业单位,通州区,零售,28,直租,"
    "2021-06-01,2024-05-31,1,200,否,书画装裱\r\n"
)


def make_text() -> bytes:
    """The other roster, as the content of a text file in GB18030."""
    content = io.StringIO(newline="")
    writer = csv.writer(content)
    writer.writerow(TEXT_HEADERS)
    writer.writerows(TEXT_ROWS)
    return (content.getvalue() + BROKEN_LINE).encode("gb18030")


if __name__ == "__main__":
    WORKBOOK.write_bytes(make_workbook())
    TEXT_FILE.write_bytes(make_text())
