"""Workbooks made by hand, as a writer that means harm would make them."""

import io
import zipfile
from pathlib import Path

_SPREADSHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
#: A row of headers and one of values.
ROWS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>承租方名称</t></is></c>'
    '<c r="B1" t="inlineStr"><is><t>从业人员</t></is></c>'
    '</row><row r="2"><c r="A2" t="inlineStr"><is><t>甲</t></is></c><c r="B2"><v>30</v></c></row>'
)


def sheet(rows: str = ROWS, *, behind: str = "", head: str = _HEAD) -> str:
    """The XML of a sheet."""
    return f"{head}<worksheet {_SPREADSHEET}><sheetData>{rows}</sheetData>{behind}</worksheet>"


def workbook(
    path: Path,
    *sheets: str,
    names: list[str] | None = None,
    targets: list[str] | None = None,
    more: dict[str, str] | None = None,
    book_head: str = _HEAD,
) -> Path:
    """Pack sheets into a workbook; ``targets`` are where it says that they stand, ``more`` are further parts."""
    names = names or [f"Sheet{number}" for number in range(1, len(sheets) + 1)]
    targets = targets or [f"worksheets/sheet{number}.xml" for number in range(1, len(sheets) + 1)]
    listed = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>' for number, name in enumerate(names, 1)
    )
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}/worksheet" Target="{target}"/>'
        for number, target in enumerate(targets, 1)
    )
    parts = {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": (
            f'{_HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'{book_head}<workbook {_SPREADSHEET} xmlns:r="{_RELATIONS}"><sheets>{listed}</sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'{_HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}'
            "</Relationships>"
        ),
        **{f"xl/worksheets/sheet{number}.xml": text for number, text in enumerate(sheets, 1)},
        **(more or {}),
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    path.write_bytes(stream.getvalue())
    return path
