"""``python -m benchmarks.rosters.copying ROSTER RESULT``: the cells of a workbook, read and written again, and no more.

What it takes to read a roster with python-calamine and to write its cells with XlsxWriter, row by row in constant
memory: the floor under anything that answers a workbook with a workbook by these libraries.
"""

from __future__ import annotations

import sys


def copy(roster: str, result: str) -> None:
    """Copy the first sheet of a workbook."""
    import python_calamine
    import xlsxwriter

    source = python_calamine.CalamineWorkbook.from_path(roster).get_sheet_by_index(0)
    book = xlsxwriter.Workbook(result, {"constant_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate(source.iter_rows()):
        for place, cell in enumerate(row):
            if cell != "":
                sheet.write(number, place, cell)
    book.close()


if __name__ == "__main__":
    copy(*sys.argv[1:])
