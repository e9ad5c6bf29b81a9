"""Tables whose headers were made to take long."""

import time
from contextlib import suppress
from pathlib import Path

import pytest

from relief_engine.errors import InputError
from relief_engine.roster.formats import open_table
from relief_engine.roster.headers import known
from tests.books import shipped_book


@pytest.mark.parametrize(
    "head",
    [
        "租金-" * 5000,
        "租金（" * 5000,
        "元/" * 5000 + "月",
        "（元）" * 5000,
        "单位：" * 5000,
        "a," * 500_000,
        "合计（" * 20_000,
        "," * 100_000,
    ],
    ids=lambda head: head[:3],
)
def test_headers_that_take_long(head: str, tmp_path: Path) -> None:
    """A row of such headers took 12 s, one of half a million 20 s."""
    path = tmp_path / "a.csv"
    path.write_text(f"{head}\n承租方名称,从业人员\n甲,30\n", encoding="utf-8")
    is_known = known(shipped_book())
    begin = time.process_time()
    with suppress(InputError):
        list(open_table(path, known=is_known).rows())
    assert time.process_time() - begin < 5
