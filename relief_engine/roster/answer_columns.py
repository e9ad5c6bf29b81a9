"""Roster stage: the columns in which people's answers to referrals come back, by their headers.

They are read only where there is a column that says whether it was granted. What looks like one of them and can't be
read is then an error: with an agreed amount left out unseen, the whole figure of the rules would pass for granted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from relief_engine.errors import Finding
from relief_engine.profile.resolutions import COLUMNS
from relief_engine.profile.written import visible
from relief_engine.roster.names import Names, Reading, normal
from relief_engine.roster.stating import wrong_unit
from relief_engine.roster.table import Table
from relief_engine.roster.titles import AMOUNTS, CLASH, MACHINE, PEOPLE
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.record import Value
from relief_engine.rulebook.units import Unit
from relief_engine.text import Text

#: The headers of these columns.
ANSWERS = Names(None, COLUMNS.values())
GRANTED = "resolution.granted"
#: The columns without which nobody could tell who decided, and when.
_WANTED = ("resolution.on", "resolution.by")
_AMOUNT = "resolution.amount"
_LIKE_ONE = ("认定", "人工认定")
#: What a header says that speaks of an amount which people agreed to: one word of each.
_AGREED = (
    "认定",
    "核定",
    "审定",
    "核准",
    "批准",
    "审批",
    "批复",
    "同意",
    "准予",
    "商定",
    "人工",
    "agreed",
    "approved",
    "granted",
)
_MONEY = ("金额", "数额", "额度", "款", "元", "amount", "sum", "yuan")
_RESULTS = {
    normal(title) for titles in (PEOPLE, AMOUNTS, MACHINE) for text in titles.values() for title in (text.zh, text.en)
}


class Column(Value):
    """One column of a table: its header as written, the fact that it gives if any, and the unit its header states."""

    index: int
    header: str
    fact: Fact | None
    unit: Unit | None


class AnswerColumns(Value):
    """The columns that were found, what is wrong with them, and what the user should know."""

    columns: tuple[Column, ...]
    findings: tuple[Finding, ...]
    remarks: tuple[Text, ...]


def find_answers(table: Table, free: Mapping[int, str], stated: Mapping[int, Reading]) -> AnswerColumns:
    """Find the columns of people's answers.

    Args:
        table: the table.
        free: the headers, by position, that give no fact and of which the user says nothing.
        stated: the columns that the user says are such.
    """
    found = dict(stated)
    for index, header in free.items():
        readings = ANSWERS.readings(header)
        if readings:
            found[index] = readings[0]
    like = [index for index, header in free.items() if index not in found and _like_one(header)]
    if all(reading.fact.id != GRANTED for reading in found.values()):
        unread = sorted([*found, *like])
        return AnswerColumns((), (), tuple(_not_read(table, unread)))
    findings = [Finding("answer-header", table.where(column=index), _unknown(table.headers[index])) for index in like]
    findings += [
        wrong
        for i, reading in found.items()
        if i not in stated and (wrong := wrong_unit(table, i, reading)) is not None
    ]
    findings += [wrong for i, reading in stated.items() if (wrong := wrong_unit(table, i, reading)) is not None]
    having = {reading.fact.id for reading in found.values()}
    lacking = [COLUMNS[name].headers[0] for name in _WANTED if name not in having]
    if lacking:
        at = next(index for index, reading in found.items() if reading.fact.id == GRANTED)
        shown = visible(table.headers[at])
        listed, listed_en = "、".join(lacking), ", ".join(_english(name) for name in _WANTED if name not in having)
        message = Text(
            f"有“{shown}”，还须有：{listed}；不读这些列的，写 --map {shown}=-",
            f"'{shown}' wants more columns: {listed_en}; to leave it out: --map {shown}=-",
        )
        findings.append(Finding("answer-columns", table.where(column=at), message))
    columns = [Column(i, table.headers[i], reading.fact, reading.unit) for i, reading in sorted(found.items())]
    return AnswerColumns(tuple(columns), tuple(findings), () if _AMOUNT in having else (_NO_AMOUNT,))


_NO_AMOUNT = Text(
    "没有“认定金额”一列：人工认定同意的，按规则算得的金额计",
    "there is no column 'Agreed amount' (认定金额): what people granted counts with the rules' figure",
)


def _like_one(header: str) -> bool:
    """Whether a header looks like one of these columns, and is none of a result of a screening that is read again."""
    text = normal(header)
    if text in _RESULTS or normal(header.removesuffix(CLASH.zh).removesuffix(CLASH.en)) in _RESULTS:
        return False
    return text.startswith(_LIKE_ONE) or (
        any(word in text for word in _AGREED) and any(word in text for word in _MONEY)
    )


def _english(name: str) -> str:
    return COLUMNS[name].headers[-1]


def _unknown(header: str) -> Text:
    known = "、".join(fact.headers[0] for fact in COLUMNS.values())
    listed = ", ".join(fact.headers[-1] for fact in COLUMNS.values())
    shown = visible(header)
    return Text(
        f"“{shown}”像是人工认定的栏，但读不懂；可用的表头：{known}；不读的写 --map {shown}=-",
        f"'{shown}' looks like a column of people's answers and can't be read; known headers: {listed}; to leave it "
        f"out: --map {shown}=-",
    )


def _not_read(table: Table, unread: list[int]) -> Iterator[Text]:
    if unread:
        shown = "、".join(visible(table.headers[index]) for index in unread)
        granted = COLUMNS[GRANTED].headers[0]
        yield Text(
            f"没有“{granted}”一列，“{shown}”没有作为人工认定读取",
            f"there is no column '{_english(GRANTED)}' ({granted}), so not read as people's answers: {shown}",
        )
