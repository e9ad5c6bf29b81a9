"""Workbooks that would exhaust memory or time are refused before the library that reads them makes room."""

import struct
import time
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from relief_engine.errors import InputError
from relief_engine.roster.formats import archive, legacy, open_table
from relief_engine.roster.formats.extent import Extent
from relief_engine.roster.table import Row
from tests.hostile.workbooks import ROWS, sheet, workbook

FAR = '<row r="1048576"><c {}><v>1</v></c></row>'
WIDE = "<row>" + "<c><v>1</v></c>" * 5000 + "</row>"


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        archive.look_through(path)
    (finding,) = caught.value.findings
    return finding.code


def test_the_plain_one_is_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", sheet())
    archive.look_through(path)
    assert [row.cells for row in open_table(path).rows() if isinstance(row, Row)] == [("甲", 30)]


@pytest.mark.parametrize(
    "reference",
    [
        'r="XFD1048576"',
        'r="xfd1048576"',  # the reader takes small letters too
        "r='XFD1048576'",
        'r = "XFD1048576"',
        '\n r="XFD1048576"',
        'x:r="A1" r="XFD1048576"',
        'a=">" r="XFD1048576"',
        's="1" r="A99999999999"',
        'r="A99999999999"',  # nothing behind the reference: this one was overlooked
        'r="AAAAAAAAAAAAAAAAAAAA1"',
    ],
)
def test_a_cell_far_away(reference: str, tmp_path: Path) -> None:
    """Each made the library ask for up to hundreds of gigabytes, which ends the process."""
    rows = ROWS + FAR.format(reference) + '<row r="3"><c r="AZ3"><v>1</v></c></row>'
    assert refusal(workbook(tmp_path / "a.xlsx", sheet(rows))) in ("roster-columns", "roster-too-large")


def test_cells_without_references(tmp_path: Path) -> None:
    """They stand behind one another; the rows may be numbered or counted."""
    assert refusal(workbook(tmp_path / "a.xlsx", sheet(ROWS + WIDE))) == "roster-columns"
    tall = '<row r="1000000"><c><v>1</v></c></row><row>' + "<c><v>1</v></c>" * 40 + "</row>"
    assert refusal(workbook(tmp_path / "b.xlsx", sheet(ROWS + tall))) == "roster-too-large"
    path = workbook(tmp_path / "c.xlsx", sheet(ROWS + "<row><c><v>1</v></c><c><v>2</v></c></row>"))
    assert [row.cells for row in open_table(path).rows() if isinstance(row, Row)] == [("甲", 30), (1, 2)]


def test_empty_cells_far_away_are_no_matter() -> None:
    extent = Extent()
    extent.add(
        b'<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="1"/></row><row r="1048576"><c r="B1048576" s="1"/></row>'
    )
    assert (extent.columns, extent.rows) == (1, 99_999)


def test_sheets_that_are_not_where_they_should_be(tmp_path: Path) -> None:
    far = sheet(ROWS + FAR.format('r="AZ1048576"'))
    hidden = workbook(tmp_path / "a.xlsx", sheet(), targets=["xl/other.bin"], more={"xl/other.bin": far})
    assert refusal(hidden) == "roster-too-large"
    assert refusal(workbook(tmp_path / "b.xlsx", far, sheet(), names=["a", "a"])) == "roster-damaged"
    twice = ["worksheets/sheet1.xml"] * 2
    assert refusal(workbook(tmp_path / "c.xlsx", sheet(), names=["a", "b"], targets=twice)) == "roster-damaged"


def test_many_sheets_that_each_want_much_room(tmp_path: Path) -> None:
    large = sheet(ROWS + '<row r="1000000"><c r="AB1000000"><v>1</v></c></row>')
    assert refusal(workbook(tmp_path / "a.xlsx", *[large] * 12)) == "roster-too-large"


def test_merged_cells_without_end(tmp_path: Path) -> None:
    tall = ROWS + '<row r="90000"><c r="A90000"><v>1</v></c></row>'
    merges = '<mergeCells count="2000">' + '<mergeCell ref="A2:XFD1048576"/>' * 2000 + "</mergeCells>"
    with pytest.raises(InputError) as caught:
        open_table(workbook(tmp_path / "a.xlsx", sheet(tall, behind=merges)))
    assert caught.value.findings[0].code == "roster-too-large"


@pytest.mark.parametrize(
    "piece",
    ["<c ", "<c r='A1'", '<c r="A1"><f>', '<c t="e">', '<c t="e" ', ' r="A1000000"', "<c r", '<c r="', "<c a='", "<v",
     "</sheetData ", '<c r="A1" t="e"><v', "<c t='e'><f>", "<" * 7, "<x:c "],
)  # fmt: skip
def test_no_pattern_takes_long(piece: str, tmp_path: Path) -> None:
    """Some took 7 s for 50 kB, and four times that for twice the size."""
    text = f"'e' \"e\" r = <f {piece * (1_000_000 // len(piece))}</row>"
    path = workbook(tmp_path / "a.xlsx", sheet(text))
    begin = time.process_time()
    with suppress(InputError):
        archive.look_through(path)
    assert time.process_time() - begin < 4


def test_entities(tmp_path: Path) -> None:
    """The billion laughs, in the part that Python parses and in the one that the library does."""
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "ha">{levels}]>'
    assert refusal(workbook(tmp_path / "a.xlsx", sheet(), names=["&l11;"], book_head=bomb)) == "roster-damaged"
    rows = ROWS.replace("甲", "&l11;")
    path = workbook(tmp_path / "b.xlsx", sheet(rows, head=bomb))
    with pytest.raises(InputError):
        list(open_table(path).rows())


def test_an_entity_names_no_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("秘密")
    outside = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY f SYSTEM "{secret.as_uri()}">]>'
    for path in (
        workbook(tmp_path / "a.xlsx", sheet(ROWS.replace("甲", "&f;"), head=outside)),
        workbook(tmp_path / "b.xlsx", sheet(), names=["&f;"], book_head=outside),
    ):
        with pytest.raises(InputError) as caught:
            list(open_table(path).rows())
        assert "秘密" not in str(caught.value)


def test_what_unpacks_to_far_more_than_it_is(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", sheet(), more={"xl/sharedStrings.xml": "<sst>" + " " * (17 << 20)})
    assert refusal(path) == "roster-too-large"


def test_a_size_that_is_a_lie(tmp_path: Path) -> None:
    """The table of contents says that a part is short; it is not, and its checksum shows it."""
    path = workbook(tmp_path / "a.xlsx", sheet(), more={"xl/sharedStrings.xml": "<sst>" + "x" * 100_000 + "</sst>"})
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as packed:
        size = struct.pack("<I", packed.getinfo("xl/sharedStrings.xml").file_size)
    at = data.rfind(size)  # in the table of contents at the end
    data[at : at + 4] = struct.pack("<I", 10)
    path.write_bytes(data)
    assert refusal(path) == "roster-damaged"


def test_an_old_workbook_whose_chain_goes_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chain of one sector that leads to itself grew to 128 times the file."""
    data = bytearray(1 << 20)
    data[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HH", data, 30, 9, 6)
    struct.pack_into("<IIIII", data, 56, 4096, 0, 0, 0xFFFFFFFE, 0)
    path = tmp_path / "a.xls"
    path.write_bytes(data)
    held: list[int] = []
    monkeypatch.setattr(legacy, "_survives", lambda _: True)

    import tracemalloc

    tracemalloc.start()
    try:
        with pytest.raises(InputError):
            legacy.look_through(path)
        held.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
    assert held[0] < 24 << 20
