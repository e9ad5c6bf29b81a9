"""Rosters as .xlsx: the members of the archive are changed, and its table of contents."""
# ruff: noqa: E501 - tables of odd inputs

from __future__ import annotations

import functools
import io
import random
import warnings
import zipfile

from fuzz.mutation import mutated
from fuzz.target import Target
from fuzz.targets.common import file_of
from fuzz.targets.rosters import read

#: What breaks readers of spreadsheets.
PIECES = (
    b'<c r="A1"/>', b'<c r="XFD1048576"><v>1</v></c>', b'<c r="A99999999999"><v>1</v></c>', b'<c><v>1</v></c>', b'<c r="B2" t="s"><v>999999</v></c>',
    b'<c r="B2" t="s"><v>-1</v></c>', b'<c r="B3" t="e"><v>#N/A</v></c>', b'<c r="B3"><f>1+1</f></c>', b'<c r="B3" t="str"><f>A1</f></c>',
    b'<c r="B3" t="b"><v>2</v></c>', b'<c r="B3" t="d"><v>2022-01-01T00:00:00</v></c>', b'<c r="B3" t="inlineStr"><is><t>x</t></is></c>',
    b'<c r="B3"><v>1e999</v></c>', b"<c r='B3'><v>NaN</v></c>", b'<c r = "B3"><v>-1e308</v></c>', b'<row r="4294967296">', b'<row r="0">', b"</row>",
    b'<mergeCell ref="A1:XFD1048576"/>', b'<mergeCell ref="A2:A9"/>', b'<mergeCell ref="Z9:A1"/>', b'<dimension ref="A1:XFD1048576"/>', b"<sheetData/>",
    b"</sheetData>", b"</worksheet>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b'<!DOCTYPE a [<!ENTITY b "cccccccc">]>', b"&b;", b"&#x10FFFF;", b"&#0;",
    b'<sheet name="a" sheetId="1" r:id="rId1"/>', b'Target="../../../etc/passwd"', b'Target="/xl/worksheets/sheet1.xml"', b'date1904="1"',
    b"<si><t>", b"</t></si>", b"<si/>", b'<numFmt numFmtId="164" formatCode="yyyy"/>', b'<xf numFmtId="14"/>', b's="99999"', b"\xff\xfe", b"\x00",
)  # fmt: skip


def run(data: bytes) -> bool:
    """Open and read a workbook."""
    return read(file_of(data, "fuzz.xlsx"))


@functools.cache
def seeds() -> list[bytes]:
    """Workbooks as Excel and the library write them: dates, merged cells, formulas, errors, two sheets, strings in place."""
    return [_made(constant_memory=False), _made(constant_memory=True)]


def _made(*, constant_memory: bool) -> bytes:
    import datetime as dt

    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"constant_memory": constant_memory, "in_memory": True}) as book:
        sheet = book.add_worksheet("台账")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["2022年台账"])
        sheet.write_row(1, 0, ["承租方名称", "主体类型", "月租金（元）", "起租日", "到期日", "备注"])
        for row in range(2, 6):
            sheet.write_row(row, 0, [f"商户{row}", "企业", 1000.5 * row])
            sheet.write_datetime(row, 3, dt.datetime(2022, 1, row), day)
            sheet.write_formula(row, 4, "=D3+365", day, 44900)
            sheet.write_string(row, 5, "已核对")
        if not constant_memory:
            sheet.merge_range(6, 0, 7, 0, "合并")
            sheet.write_row(6, 1, ["个体工商户", 9])
            sheet.write_formula(7, 2, "=1/0", None, "#DIV/0!")
            sheet.write_boolean(7, 5, True)
        other = book.add_worksheet("说明")
        other.write_row(0, 0, ["请填写", "名称"])
    return stream.getvalue()


def change(data: bytes, draw: random.Random) -> bytes:
    """Change a member and pack it again, or the archive as it is."""
    if draw.random() < 0.1:
        return mutated(data, draw)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    except Exception:  # noqa: BLE001 - it is damaged already
        return draw.choice(seeds())
    if not members:
        return draw.choice(seeds())
    likely = [
        i
        for i, (name, _) in enumerate(members)
        if name.endswith(("sheet1.xml", "sharedStrings.xml", "workbook.xml", "styles.xml"))
    ]
    at = draw.choice(likely) if likely and draw.random() < 0.8 else draw.randrange(len(members))
    name, content = members[at]
    match draw.randrange(8):
        case 0:
            members[at] = (
                draw.choice(
                    ("xl/workbook.xml", "XL/Workbook.xml", "../x", "/abs", "xl/worksheets/sheet9.xml", "", name.upper())
                ),
                content,
            )
        case 1:
            members.insert(draw.randint(0, len(members)), (name, mutated(content, draw)))
        case 2:
            del members[at]
        case 3 | 4:
            members[at] = (name, mutated(content, draw))
        case _:
            tags = [i for i in range(len(content)) if content[i : i + 1] == b"<"] or [0]
            for _ in range(draw.choice((1, 1, 2, 4))):
                place = draw.choice(tags)
                content = content[:place] + draw.choice(PIECES) + content[place + draw.choice((0, 0, 0, 5, 20)) :]
            members[at] = (name, content)
    stream = io.BytesIO()
    with (
        warnings.catch_warnings(action="ignore"),
        zipfile.ZipFile(stream, "w", draw.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))) as archive,
    ):
        for member, content in members:
            archive.writestr(zipfile.ZipInfo(member or "x"), content)
    packed = stream.getvalue()
    return mutated(packed, draw) if draw.random() < 0.03 else packed


TARGET = Target("xlsx", "rosters as .xlsx", run, seeds, change, seconds=10.0)
