"""Roster stage: what is wrong with the units that headers, and the lines above them, state."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from relief_engine.errors import Finding
from relief_engine.profile.written import visible
from relief_engine.roster.measures import misread_by, money_above
from relief_engine.roster.names import Reading, normal
from relief_engine.roster.table import Table
from relief_engine.rulebook.facts import Fact
from relief_engine.text import Text

#: The code of every finding about a unit.
CODE = "header-unit"
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


def wrong_unit(table: Table, column: int, reading: Reading) -> Finding | None:
    """What is wrong with the unit that a header states for the fact that it gives."""
    fact, unit, fitting, unclear = reading
    header = visible(table.headers[column])
    if unclear:
        message = Text(
            f"“{header}”里的“{visible(unclear)}”读不懂或者自相矛盾，分不清数字的单位；请改表头，只写一个能读的单位，"
            f"如“{_example(fact)}”",
            f"'{visible(unclear)}' in '{header}' can't be read or contradicts itself, so the unit of the figures is "
            f"open; change the header so that it states one unit, such as '{_example(fact)}'",
        )
    elif not fitting and unit is not None:
        message = Text(
            f"“{header}”的单位应为 {fact.unit}，实为“{unit}”", f"the unit of '{header}' must be {fact.unit}, not {unit}"
        )
    else:
        return None
    return Finding(CODE, table.where(column=column), message)


def wrong_above(table: Table, stated: Iterable[tuple[int, Fact]]) -> Iterator[Finding]:
    """Columns that would not be read in the unit of money that a line above the headers states.

    Whether such a line goes for every column nobody can tell: so each header has to say it.

    Args:
        table: the table.
        stated: the columns (from 0) that state no unit themselves, with the facts that they give.
    """
    units = [found for text in table.above for found in money_above(normal(text))]
    for column, fact in stated:
        wrong = next((written for written, unit in units if misread_by(fact, unit)), None)
        if wrong is not None:
            header = visible(table.headers[column])
            message = Text(
                f"表格上方写着单位“{visible(wrong)}”，而“{header}”没有写单位，会按 {fact.unit} 读；"
                f"请在表头里写明单位，如“{_example(fact)}”",
                f"a line above the table states the unit '{visible(wrong)}', but '{header}' states none and would be "
                f"read in {fact.unit}; write the unit into the header, such as '{_example(fact)}'",
            )
            yield Finding(CODE, table.where(column=column), message)


def not_read(header: str, near: str, reading: Reading) -> Text:
    """The remark on a header that is like a known one, ``near``; ``reading`` is what it would be if it were mapped."""
    shown, strange = visible(header), visible(reading.unclear)
    if strange:
        example = _example(reading.fact)
        return Text(
            f"“{shown}”的单位“{strange}”读不懂，没有读取；请改表头单位，如“{example}”",
            f"the unit '{strange}' of '{shown}' can't be read, so the column is not; change the unit in the header, "
            f"such as '{example}'",
        )
    period = reading.fact.period
    stated, asked = set(_YEAR.findall(header)), set() if period is None else set(_YEAR.findall(period.zh))
    if period is not None and asked and not stated <= asked:
        label = reading.fact.label
        return Text(
            f"“{shown}”不是{period.zh}的，没有读取；{label.zh}要填{period.zh}的",
            f"'{shown}' is of another time and was not read; {label.en} is asked for {period.en}",
        )
    return Text(
        f"“{shown}”没有识别，是否想写“{near}”？用 --map 指定",
        f"'{shown}' is not known; did you mean '{near}'? Say so with --map",
    )


def _example(fact: Fact) -> str:
    return f"{fact.label.zh}（{fact.unit}）"
