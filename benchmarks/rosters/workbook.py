"""A roster of many rows as a workbook, and how long ``relief screen`` takes to answer it as a workbook.

Sixteen columns under headers that the shipped facts declare. One row in twenty has a cell that can't be read, one in
twenty lacks a figure that its answer needs; all others are complete.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from benchmarks.report import Row
from benchmarks.rosters import leases
from benchmarks.rosters.contestants import ROOT, Missing
from benchmarks.rosters.race import spread_of
from relief_engine import Rulebook

#: The facts of the roster; with the number of the row and the tenant's name they are sixteen columns.
FACTS = tuple(fact for fact in leases.SHIPPED if fact not in ("applicant.assets", "applicant.pays_tax_in_beijing"))
#: In how many of a hundred rows a cell is broken, and in how many one is empty.
BROKEN, EMPTY = 5, 5
#: What stands in a broken cell, by the id of its fact; the rows take them in turn.
_BROKEN = {
    "lease.premises_district": "通洲区",
    "lease.monthly_rent": "面议",
    "applicant.industry": "9999",
    "lease.end": "2022-02-30",
    "applicant.employees": "若干",
}
_MISSING = "lease.monthly_rent"
#: What is as good as settled in every row, so that rows are undetermined only where a cell is empty.
_SETTLED = {
    "applicant.kind": ("enterprise", 80),
    "applicant.in_small_micro_directory": (True, 100),
    "applicant.registered_in_beijing": (True, 100),
    "lease.tenancy": ("direct", 100),
}
_NAME = "承租方名称"
_AS_OF, _PROGRAMME = "2022-06-01", "rent-reduction-2022"
_WHAT = "workbook of {} rows in, 16 columns, screened to a workbook: `relief screen`, whole process"
_COPY = "its cells read and written again, and no more: python-calamine, XlsxWriter"
#: The budget in seconds for 100,000 rows (design, section 11).
BUDGET, BUDGETED = 15.0, 100_000


def write(path: Path, rulebook: Rulebook, count: int) -> None:
    """The roster; the same for the same count."""
    import xlsxwriter

    columns = leases.columns(rulebook, FACTS, empty=0, usual=_SETTLED)
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("租户台账")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    facts = [column.fact for column in columns]
    labels = [dict(zip(f.domain.ids, f.domain.labels, strict=True)) if f and f.domain else {} for f in facts]
    for place, header in enumerate([*(column.header for column in columns), _NAME]):
        sheet.write_string(0, place, header)
    place_of = {fact.id: place for place, fact in enumerate(facts) if fact is not None}
    broken, missing = list(_BROKEN.items()), place_of[_MISSING]
    for number, row in enumerate(leases.rows(columns, 0, count), start=1):
        turn, cells = number % 100, list(row)
        if turn < BROKEN:
            fact, wrong = broken[number // 100 % len(broken)]
            cells[place_of[fact]] = wrong
        elif turn < BROKEN + EMPTY:
            cells[missing] = None
        for place, value in enumerate([*cells, f"测试承租方{number}号"]):
            match value:
                case None:
                    continue
                case bool():
                    sheet.write_string(number, place, "是" if value else "否")
                case dt.date():
                    sheet.write_datetime(number, place, value, day)
                case int() | Decimal():
                    sheet.write_number(number, place, value)
                case _:
                    text = str(value)
                    label = labels[place].get(text) if place < len(labels) else None
                    sheet.write_string(number, place, text if label is None else label.zh)
    book.close()


def screened(rulebook: Rulebook, count: int, rounds: int, folder: Path) -> list[Row]:
    """How long ``relief screen`` takes for a workbook, and against a bare copy of it, in turns.

    A row that says why where it can't be run.
    """
    roster, result = folder / f"roster-{count}.xlsx", folder / "result.xlsx"
    what, budget = _WHAT.format(f"{count:,}"), BUDGET if count == BUDGETED else None
    try:
        _run("cli.py", "screen", "--help")
    except Missing as error:
        return [Row("x", what, "", "s", None, budget, str(error))]
    write(roster, rulebook, count)
    asked = ("--programme", _PROGRAMME, "--as-of", _AS_OF)
    turns = [
        (
            _run("-m", "benchmarks.rosters.copying", str(roster), str(folder / "copy.xlsx")),
            _run("cli.py", "screen", str(roster), "--output", str(result), *asked),
        )
        for _ in range(rounds)
    ]
    copied, taken = zip(*turns, strict=True)
    clock, processor = (
        spread_of([getattr(ours, name) / getattr(copy, name) for copy, ours in turns]) for name in _COMPARED
    )
    return [
        Row("x", f"{what}, by the clock", "", "s", spread_of([one.seconds for one in taken]), budget),
        Row("x", f"{what}, by the clock", _COPY, "×", clock),
        Row("x", f"{what}, processor time", _COPY, "×", processor),
        Row("t", f"{what}, processor time", "", "s", spread_of([one.processor for one in taken])),
        Row("t", f"{what}, most memory", "", "MB", spread_of([one.megabytes for one in taken])),
        Row("t", f"a bare copy of a workbook of {count:,} rows, by the clock", "", "s",
            spread_of([one.seconds for one in copied])),
    ]  # fmt: skip


class _Run(NamedTuple):
    """Seconds by the clock and of processors, those of child processes included, and the most memory of a process."""

    seconds: float
    processor: float
    megabytes: float


#: What two runs are compared by.
_COMPARED = ("seconds", "processor")


def _run(*arguments: str) -> _Run:
    """One run of Python."""
    begin = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Missing(f"`{' '.join(arguments[:2])}` ended with {process.returncode}")
    memory = used.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return _Run(time.perf_counter() - begin, used.ru_utime + used.ru_stime, memory)
