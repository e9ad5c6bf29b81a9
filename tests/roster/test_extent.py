"""How far a sheet reaches is told the same in pieces, quickly or cell by cell."""

import re

from hypothesis import given
from hypothesis import strategies as st
from xlsxwriter.utility import xl_col_to_name

from relief_engine.roster.formats.extent import Extent

_ROWS = st.one_of(st.integers(1, 40), st.sampled_from([99_999, 100_000, 100_001, 1_048_576]))
_COLUMNS = st.one_of(st.integers(0, 30), st.sampled_from([25, 26, 51, 701, 702]))
_CELLS = st.lists(st.tuples(_ROWS, _COLUMNS, st.booleans()), min_size=1, max_size=6)


def _piece(cells: list[tuple[int, int, bool]], *, small: bool) -> bytes:
    found = []
    for number, column, empty in cells:
        name = xl_col_to_name(column).lower() if small else xl_col_to_name(column)
        found.append(f'<row r="{number}"><c r="{name}{number}" s="1"{"/>" if empty else "><v>1</v></c>"}</row>')
    return "".join(found).encode()


@given(st.lists(_CELLS, min_size=1, max_size=4), st.booleans())
def test_the_last_row_and_column_are_found(pieces: list[list[tuple[int, int, bool]]], small: bool) -> None:
    extent = Extent()
    for cells in pieces:
        extent.add(_piece(cells, small=small))
    everything = [cell for cells in pieces for cell in cells]
    assert extent.columns == max(column + 1 for _, column, _ in everything)
    held = [number for number, _, empty in everything if not empty]
    assert extent.rows == max([99_999, *held])


@given(st.lists(_CELLS, min_size=1, max_size=3))
def test_without_quick_ways_it_is_the_same(pieces: list[list[tuple[int, int, bool]]]) -> None:
    quick, exact = Extent(), Extent()
    for cells in pieces:
        piece = _piece(cells, small=False)
        quick.add(piece)
        exact.add(re.sub(rb" r=", rb"\tr=", piece))
    filled = [column + 1 for cells in pieces for _, column, empty in cells if not empty]
    assert exact.columns == max([1, *filled])
    assert quick.columns >= exact.columns
    assert quick.rows == exact.rows
