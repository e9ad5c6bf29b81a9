"""Files become tables: every format, its usual dirt, and what is refused for safety."""

import datetime as dt
import os
import struct
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from relief_engine.errors import InputError
from relief_engine.roster.formats import archive, legacy, open_table
from relief_engine.roster.table import COVERED, NOT_CALCULATED, CellError, Rejected, Row, Table, letters
from tests.roster.conftest import Make

OLD = Path(__file__).parent / "files" / "old.xls"
KNOWN = frozenset({"承租方", "起租日", "月租金", "所在区", "名称"}).__contains__


def cells(table: Table) -> list[tuple[object, ...]]:
    return [row.cells for row in table.rows() if isinstance(row, Row)]


def rejected(table: Table) -> list[tuple[int, str]]:
    return [(row.row.number, row.problems[0].code) for row in table.rows() if isinstance(row, Rejected)]


def refusal(path: Path, **more: Any) -> tuple[str, str]:
    """The code and the Chinese words with which a file is refused, on opening or on reading."""
    with pytest.raises(InputError) as error:
        list(open_table(path, **more).rows())
    (finding,) = error.value.findings
    assert finding.where.file.startswith(str(path))
    assert finding.message.en
    return finding.code, finding.message.zh


# --- workbooks ------------------------------------------------------------------------------------------------------


def test_a_workbook_gives_its_cells_and_the_numbers_of_its_rows(workbook: Make) -> None:
    path = workbook([["承租方", "起租日", "数"], ["甲", dt.date(2022, 1, 1), 1.5], [], ["乙", None, "  "], ["  "]])
    table = open_table(path)
    assert table.headers == ("承租方", "起租日", "数")
    assert (table.sheet, table.header_row, table.remarks, table.day_zero) == ("台账", 1, (), dt.date(1899, 12, 30))
    assert list(table.rows()) == [Row(2, ("甲", dt.date(2022, 1, 1), 1.5)), Row(4, ("乙", None, None))]
    assert list(table.rows()) == list(table.rows())


def test_titles_above_and_empty_columns_before_the_headers_are_passed_over(workbook: Make) -> None:
    def touch(book: Any, sheet: Any) -> None:
        sheet.merge_range(0, 1, 0, 3, "租户台账", book.add_format())

    path = workbook([[], [None, "单位：元"], [None, "承租方", "月租金", "其他"], [None, "甲", 5, 6]], touch=touch)
    table = open_table(path, known=KNOWN)
    assert table.headers == ("", "承租方", "月租金", "其他")
    assert list(table.rows()) == [Row(4, (None, "甲", 5.0, 6.0))]
    assert str(table.cell(4, 2)) == f"{path}:台账!C4"
    assert str(table.where(4, 2)) == f"{path}[台账]:4:3"


def test_errors_and_formulas_without_a_result_are_never_empty_cells(workbook: Make) -> None:
    def touch(_: Any, sheet: Any) -> None:
        sheet.write_formula("B2", "=1/0", None, "#DIV/0!")
        sheet.write_formula("C2", "=1+1", None, 2)
        sheet.write_formula("D2", "=Z9", None, "")
        sheet.write_formula("E2", '=""', None, "x")

    path = workbook([["承租方", "a", "b", "c", "d"], ["甲"]], touch=touch)
    (found,) = cells(open_table(path))
    assert found == ("甲", "#DIV/0!", 2.0, NOT_CALCULATED, "x")
    assert type(found[1]) is CellError


def test_cells_merged_over_rows_are_filled_down_and_across_are_marked(workbook: Make) -> None:
    def touch(book: Any, sheet: Any) -> None:
        look = book.add_format()
        sheet.merge_range(1, 0, 3, 0, "甲", look)
        sheet.merge_range(2, 1, 2, 2, "通州区", look)

    path = workbook([["承租方", "所在区", "月租金"], [None, "东城", 1], [], [None, "西城", 3]], touch=touch)
    table = open_table(path)
    assert cells(table) == [("甲", "东城", 1.0), ("甲", "通州区", COVERED), ("甲", "西城", 3.0)]
    assert table.merged == {(2, 0): 3, (3, 0): 3, (4, 0): 3}
    assert [remark.zh for remark in table.remarks] == ["1 处上下合并的单元格，已把内容填到其中每一行"]


def test_headers_in_two_rows_are_joined_where_merging_shows_them_and_refused_elsewhere(workbook: Make) -> None:
    rows = [["承租方", "租期", None, "月租金"], [None, "起租日", "到期日"], ["甲", 1, 2, 3]]

    def touch(book: Any, sheet: Any) -> None:
        look = book.add_format()
        sheet.merge_range(0, 0, 1, 0, "承租方", look)
        sheet.merge_range(0, 1, 0, 2, "租期", look)
        sheet.merge_range(0, 3, 1, 3, "月租金", look)

    table = open_table(workbook(rows, touch=touch), known=KNOWN)
    assert table.headers == ("承租方", "起租日", "到期日", "月租金")
    assert list(table.rows()) == [Row(3, ("甲", 1.0, 2.0, 3.0))]
    known = frozenset({"承租方", "起租日", "月租金", "到期日"}).__contains__
    assert refusal(workbook(rows, name="b.xlsx"), known=known) == ("roster-two-headers", "表头占了两行，请合并成一行")


def test_the_first_sheet_with_known_headers_is_read_and_others_are_named(workbook: Make) -> None:
    def touch(book: Any, _: Any) -> None:
        for name in ("二期", "示例", "藏"):
            other = book.add_worksheet(name)
            other.write_row(0, 0, ["承租方", "月租金"])
            other.write_row(1, 0, [name, 1])
            if name == "藏":
                other.hide()
        book.add_worksheet("空")

    path = workbook([["说明", "承租方"]], sheet="封面", touch=touch)
    table = open_table(path, known=KNOWN)
    assert table.sheet == "二期"
    assert [remark.zh for remark in table.remarks] == [
        "读取的是工作表“二期”；“藏”也像台账，没有读取，可用 --sheet 指定"
    ]
    assert cells(open_table(path, known=KNOWN, sheet="示例")) == [("示例", 1.0)]
    assert refusal(path, sheet="二其") == ("roster-sheet", "没有工作表“二其”，是否想写“二期”？")
    assert refusal(path, sheet="空")[0] == "roster-empty"


def test_workbooks_count_their_days_from_1900_or_1904(workbook: Make) -> None:
    path = workbook([["起租日"], [44562]])
    later = path.with_name("1904.xlsx")
    rewrite(path, later, {"xl/workbook.xml": lambda xml: xml.replace(b"<workbookPr ", b'<workbookPr date1904="1" ')})
    assert open_table(later).day_zero == dt.date(1904, 1, 1)


def test_an_old_workbook_is_read_with_its_errors_and_merged_cells() -> None:
    table = open_table(OLD, known=KNOWN)
    assert table.headers == ("承租方", "房屋所在区", "起租日", "月租金（元）", "面积")
    assert cells(table) == [
        ("甲", "通州", dt.date(2022, 1, 1), 30000.5, None),
        ("乙", "朝阳", dt.date(2022, 3, 1), CellError("#DIV/0!"), None),
        ("丙", "大兴", None, 2.0, None),
        ("丙", "房山", None, 7, None),
    ]
    assert type(cells(table)[1][3]) is CellError
    assert table.merged == {(5, 0): 2, (6, 0): 2}


def test_the_content_decides_where_the_name_says_otherwise(workbook: Make, text: Make, tmp_path: Path) -> None:
    new_as_old = workbook([["承租方"], ["甲"]], name="a.xlsx").rename(tmp_path / "a.xls")
    old_as_new = tmp_path / "b.xlsx"
    old_as_new.write_bytes(OLD.read_bytes())
    for path, words in (
        (new_as_old, "文件名是 .xls，内容是新版 Excel 工作簿（.xlsx），已按内容读取"),
        (old_as_new, "文件名是 .xlsx，内容是旧版 Excel 工作簿（.xls），已按内容读取"),
        (text("承租方,月租金\n甲,1\n", "c.xls"), "文件名是 .xls，内容是文本（CSV），已按内容读取"),
    ):
        table = open_table(path, known=KNOWN)
        assert table.remarks[0].zh == words
        assert cells(table)[0][0] == "甲"
    assert refusal(text("<html><table><tr><td>甲", "d.xls"))[1].startswith("内容是网页或 XML")
    assert refusal(text("PK", "e.parquet"))[0] == "roster-content"
    assert "PDF" in refusal(text("%PDF-1.7", "f.xlsx"))[1]


# --- what is refused ------------------------------------------------------------------------------------------------


def rewrite(path: Path, target: Path, changes: Any) -> None:
    """A workbook with some of its parts changed."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name in source.namelist():
            data = source.read(name)
            made.writestr(name, changes[name](data) if name in changes else data)


SHEET = "xl/worksheets/sheet1.xml"


def with_sheet(workbook: Make, change: Any) -> Path:
    path = workbook([["承租方", "月租金"], ["甲", 1]])
    changed = path.with_name("changed.xlsx")
    rewrite(path, changed, {SHEET: change})
    return changed


def test_a_bomb_is_not_opened(workbook: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = with_sheet(workbook, lambda xml: xml + b" " * (archive.SMALL + 1))
    code, words = refusal(bomb)
    assert code == "roster-too-large"
    assert "没有打开" in words
    monkeypatch.setattr(archive, "MOST_BYTES", 1000)
    assert refusal(workbook([["承租方"]]))[0] == "roster-too-large"


def test_a_bomb_that_lies_about_its_size_is_found_on_unpacking(workbook: Make) -> None:
    path = with_sheet(workbook, lambda xml: xml)
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as source:
        size = source.getinfo(SHEET).file_size
    for at in (place for place in range(len(data) - 4) if data[place : place + 4] == struct.pack("<I", size)):
        data[at : at + 4] = struct.pack("<I", 10)
    path.write_bytes(data)
    assert refusal(path) == ("roster-damaged", "工作簿已损坏，读不下去")


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (b'<c r="XFD3" t="inlineStr"><is><t>x</t></is></c>', "roster-columns"),
        (b"<c r='XFD3'><v>1</v></c>", "roster-columns"),
        (b'<c s="0" r="ALN3"><v>1</v></c>', "roster-columns"),
        (b'<c r="ALL1048576"><v>1</v></c>', "roster-too-large"),
        (b'<c\nr="ALL1048576"><v>1</v></c>', "roster-too-large"),
    ],
)
def test_a_cell_far_away_is_refused_before_room_is_made_for_it(workbook: Make, cell: bytes, code: str) -> None:
    path = with_sheet(workbook, lambda xml: xml.replace(b"</sheetData>", b'<row r="3">' + cell + b"</row></sheetData>"))
    assert refusal(path)[0] == code


def test_a_far_cell_that_is_only_coloured_does_no_harm(workbook: Make) -> None:
    far = b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    path = with_sheet(workbook, lambda xml: xml.replace(b"</sheetData>", far))
    assert cells(open_table(path)) == [("甲", 1.0)]


def test_a_large_roster_passes_the_checks() -> None:
    """The limits lie well above 100,000 rows of 40 columns, which unpack to 177 MB, 17 times their size in the file."""
    assert archive.MOST_CELLS >= 100_000 * 40 * 5
    assert archive.MOST_BYTES >= 5 * 177_000_000
    assert archive.MOST_RATIO >= 10 * 17


def compound(*names: str) -> bytes:
    """The smallest compound file with streams of those names."""
    size = 512
    header = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(size, b"\0"))
    struct.pack_into("<HH", header, 30, 9, 6)
    struct.pack_into("<II", header, 44, 1, 0)
    struct.pack_into("<I", header, 48, 1)
    struct.pack_into("<IIIII", header, 56, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *[0xFFFFFFFF] * 126)
    directory = b""
    for name in ("Root Entry", *names):
        entry = bytearray(128)
        encoded = name.encode("utf-16-le") + b"\0\0"
        entry[: len(encoded)] = encoded
        struct.pack_into("<H", entry, 64, len(encoded))
        directory += entry
    return bytes(header) + table + directory.ljust(size, b"\0")


def test_a_password_is_asked_to_be_removed(tmp_path: Path) -> None:
    new = tmp_path / "new.xlsx"
    new.write_bytes(compound("EncryptionInfo", "EncryptedPackage"))
    assert refusal(new)[0] == "roster-password"
    # A record that tells nothing becomes the one that tells of a password.
    old = tmp_path / "old.xls"
    data = OLD.read_bytes()
    start = data.index(b"\x09\x08\x10\x00")
    after = start + 4 + 16
    old.write_bytes(data[:after] + b"\x2f\x00" + data[after + 2 :])
    assert refusal(old)[0] == "roster-password"


def test_damaged_and_foreign_files_are_named(tmp_path: Path, workbook: Make) -> None:
    def made(name: str, data: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    good = workbook([["承租方"], ["甲"]]).read_bytes()
    assert refusal(made("cut.xlsx", good[: len(good) // 2]))[0] == "roster-damaged"
    assert refusal(made("cut.xls", OLD.read_bytes()[:3000]))[0] in ("roster-damaged", "roster-content")
    assert refusal(made("word.xls", compound("WordDocument")))[0] == "roster-content"
    assert refusal(made("binary.csv", b"\x01\x00\x02\x00"))[0] == "roster-content"
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as other:
        other.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert ".ods" in refusal((tmp_path / "a.ods").rename(tmp_path / "a.xlsx"))[1]
    with zipfile.ZipFile(tmp_path / "x.xlsx", "w") as other:
        other.writestr("readme.txt", "x")
    assert "压缩包" in refusal(tmp_path / "x.xlsx")[1]


def test_what_is_no_file_is_said(tmp_path: Path, text: Make) -> None:
    assert refusal(tmp_path / "没有.xlsx") == ("roster-file", "没有这个文件")
    assert refusal(tmp_path)[1] == "这是文件夹，应为一个表格文件"
    (tmp_path / "l.csv").symlink_to(tmp_path / "nowhere.csv")
    assert refusal(tmp_path / "l.csv")[1] == "链接指向的文件不存在"
    (tmp_path / "good.csv").symlink_to(text("承租方,月租金\n甲,1\n", "target.csv"))
    assert cells(open_table(tmp_path / "good.csv")) == [("甲", "1")]
    assert refusal(text("", "e.csv")) == ("roster-empty", "文件是空的")
    assert refusal(text("\ufeff \n", "e.csv")) == ("roster-empty", "文件是空的")
    assert refusal(text("a,b", "e.doc"))[0] == "roster-suffix"
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.csv")
        assert refusal(tmp_path / "pipe.csv")[1] == "这不是普通文件，不能读取"
    assert refusal(text("a,b\n"), sheet="x")[0] == "roster-sheet"


# --- text -----------------------------------------------------------------------------------------------------------

CSV = "承租方,所在区,备注\n甲公司,通州区,联通\n"


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-8", 0), ("utf-8-sig", 0), ("gb18030", 1), ("utf-16", 1)],
)
def test_the_encoding_is_told_and_said(text: Make, encoding: str, said: int) -> None:
    table = open_table(text(CSV, encoding=encoding))
    assert cells(table) == [("甲公司", "通州区", "联通")]
    assert len(table.remarks) == said


def test_rare_characters_of_names_survive(text: Make) -> None:
    assert cells(open_table(text("承租方\n㐀𠮷𬍡\n", encoding="gb18030"))) == [("㐀𠮷𬍡",)]


def test_the_encoding_can_be_named(text: Make) -> None:
    assert cells(open_table(text("承租方\n臺北\n", encoding="big5"), encoding="Big5")) == [("臺北",)]
    assert refusal(text(CSV), encoding="gb1803") == ("roster-encoding", "不认识编码“gb1803”，是否想写“gb18030”？")


def test_a_line_in_another_encoding_is_rejected_and_the_others_are_read(text: Make) -> None:
    lines = [f"租户{n},通州区,好\n" for n in range(8)]
    for main, other in (("utf-8", "gb18030"), ("gb18030", "utf-8")):
        content = ["承租方,所在区,备注\n", *lines]
        data = b"".join(line.encode(other if n == 4 else main) for n, line in enumerate(content))
        table = open_table(text(data))
        assert rejected(table) == [(5, "broken-line")], main
        assert [row[0] for row in cells(table)] == [f"租户{n}" for n in range(8) if n != 3]


def test_bytes_of_no_encoding_are_refused(text: Make) -> None:
    assert refusal(text(b"a,b\n\xff\xff,1\n\xfe\xff,2\n"))[0] == "roster-encoding"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_told(text: Make, separator: str) -> None:
    path = text(separator.join(["承租方", "月租金"]) + "\n" + separator.join(["甲", '"1,000;5"']) + "\n")
    assert cells(open_table(path, known=KNOWN)) == [("甲", "1,000;5")]


def test_broken_lines_are_rejected_alone(text: Make) -> None:
    path = text('承租方,月租金\n甲,1\n"乙"x,2\n丙,3,4\n丁\n戊,5,\n,\n\n"己\n路1号",="0123"\n')
    table = open_table(path)
    assert rejected(table) == [(3, "broken-line"), (4, "cell-count"), (5, "cell-count"), (6, "cell-count")]
    assert cells(table) == [("甲", "1"), ("己\n路1号", "0123")]
    assert [row.number for row in table.rows() if isinstance(row, Row)] == [2, 9]


def test_a_mark_of_text_is_carried_as_it_stands(text: Make) -> None:
    assert cells(open_table(text("承租方,月租金,备注\n'd,'12,'\n"))) == [("'d", "'12", "'")]


def test_a_comma_within_a_number_moves_no_cell_silently(text: Make) -> None:
    table = open_table(text("承租方,月租金,备注\n甲,4,800,\n乙,4800,\n"))
    assert rejected(table) == [(2, "cell-count")]
    assert cells(table) == [("乙", "4800", None)]


@pytest.mark.parametrize(
    "broken",
    ['甲,1\n"乙,2\n丙,3\n', '"乙,2\n丙,3\n"丁",4\n', '"乙,2\n' + "丙,3\n" * 30 + '",4\n', '甲,"1\n'],
)
def test_a_quote_that_swallows_lines_is_refused_with_its_line(text: Make, broken: str) -> None:
    path = text(f"承租方,月租金\n{broken}")
    assert refusal(path)[0] == "roster-quote"
    with pytest.raises(InputError) as error:
        list(open_table(path).rows())
    assert error.value.findings[0].where.line == (2 if broken.startswith('"') or broken.endswith('"1\n') else 3)


def test_too_many_columns_are_refused(text: Make) -> None:
    assert refusal(text(",".join("x" * 1001)))[0] == "roster-columns"


def test_titles_stand_above_the_headers_of_a_text_too(text: Make) -> None:
    table = open_table(text("租户台账\n\n承租方,月租金\n甲,1\n"), known=KNOWN)
    assert (table.header_row, cells(table)) == (3, [("甲", "1")])


# --- parquet --------------------------------------------------------------------------------------------------------


def test_parquet_gives_exact_figures_and_days(tmp_path: Path) -> None:
    import duckdb

    path = tmp_path / "租户[1]*.parquet"
    row = "'甲' as 承租方, 1234567890123.45::decimal(18,2) as 月租金, date '2022-01-01' as 起租日, 'nan'::double as x"
    duckdb.sql(f"copy (select {row} union all select null, null, null, null) to '{tmp_path / 'p'}' (format parquet)")
    (tmp_path / "p").rename(path)
    table = open_table(path)
    assert table.headers == ("承租方", "月租金", "起租日", "x")
    assert list(table.rows()) == [Row(1, ("甲", Decimal("1234567890123.45"), dt.date(2022, 1, 1), None))]
    path.write_bytes(b"PAR1" + b"x" * 100 + b"PAR1")
    assert refusal(path)[0] == "roster-damaged"


def test_columns_are_called_as_spreadsheets_call_them() -> None:
    assert [letters(n) for n in (0, 25, 26, 701, 702, 16383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


def test_a_sheet_that_breaks_off_is_refused_and_not_read_in_part(workbook: Make) -> None:
    def cut(xml: bytes) -> bytes:
        return xml[: xml.index(b"</sheetData>") - 10]

    assert refusal(with_sheet(workbook, cut))[0] == "roster-damaged"
    assert refusal(with_sheet(workbook, lambda xml: xml[: xml.rindex(b"<row")]))[0] == "roster-damaged"


def test_an_old_workbook_with_a_cell_outside_of_it_is_refused(tmp_path: Path) -> None:
    data = OLD.read_bytes()
    number = data.index(struct.pack("<HHHH", 0x027E, 10, 3, 2))  # the day in row 4, column C
    path = tmp_path / "far.xls"
    path.write_bytes(data[: number + 6] + b"\xff\xff" + data[number + 8 :])
    assert refusal(path)[0] == "roster-damaged"


def test_an_old_workbook_that_would_end_the_process_is_tried_in_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legacy, "_TRIAL", "import os; os.abort()")
    assert refusal(OLD)[0] == "roster-damaged"
    monkeypatch.setattr(legacy, "_TRIAL", "raise ValueError")
    assert len(cells(open_table(OLD, known=KNOWN))) == 4
