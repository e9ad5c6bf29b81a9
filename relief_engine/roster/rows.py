"""Roster stage: a row becomes a profile, as if it had been written in a file of its own, or all its mistakes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence, Set
from functools import lru_cache, partial

from relief_engine.errors import Location
from relief_engine.profile.model import Known, Profile
from relief_engine.profile.relations import Check, checks
from relief_engine.profile.values import NOT_AVAILABLE, BadValue
from relief_engine.profile.words import code_list
from relief_engine.profile.written import visible
from relief_engine.roster.cells import NOTHING, CellReader, cell_reader
from relief_engine.roster.headers import Columns
from relief_engine.roster.table import COVERED, CellError, Problem, Rejected, Row, Table, cell_text
from relief_engine.rulebook.facts import Encoded, Fact
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.source import Path_
from relief_engine.rulebook.terms import APPLICANT
from relief_engine.text import Text

#: How a row begins or ends that adds up others, and how one begins that only says something of the table.
_BEFORE = ("本页", "本表", "累计", "全部", "本月", "本季", "本年", "全年")
_TOTALS = ("总合计", "合计", "总计", "小计", "共计", "总数", "总额", "合共", "total", "subtotal", "grandtotal")
_SUMS = ("累计", "sum", "∑", "Σ")
_ENDS = ("合计", "总计", "小计", "共计", "总额", "总数")
_FIGURE = ("金额", "数额", "额", "数")
_NOTES = (
    "备注", "注", "说明", "填表说明", "填报说明", "制表", "填表", "填报", "经办", "审核", "复核", "负责人",
    "单位负责人", "联系电话", "note",
)  # fmt: skip
_BEGUN = rf"({'|'.join(_BEFORE)})?({'|'.join(_TOTALS)})({'|'.join(_FIGURE)})?"
#: Nothing but a total, with how many it adds up; and what may be one, or the name of a tenant.
_TOTAL = re.compile(rf"({_BEGUN}|{'|'.join(_SUMS)})[(（:：]*(共?[0-9]+[户家个份笔人间套]?)?[)）:：]*", re.IGNORECASE)
_LIKE_TOTAL = re.compile(
    rf"{_BEGUN}([(（:：0-9]|$)|.*({'|'.join(_ENDS)})({'|'.join(_FIGURE)})?([(（][^()（）]*[)）])?[:：]*$", re.IGNORECASE
)
_NOTE = re.compile(rf"({'|'.join(_NOTES)})[人s]?[0-9]?[:：]")
_BLANK = "[\\s\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*"


def _spaced(words: Sequence[str]) -> str:
    return "|".join(_BLANK.join(word) for word in words)


#: What every text begins or ends with by which a row may be known for such a one: a pattern that is searched for, and
#: that databases understand too.
ODD_BEGINNING = (
    f"(?i)(^{_BLANK}({_spaced((*_BEFORE, *_TOTALS, *_SUMS, *_NOTES))})"
    f"|({_spaced(_ENDS)}){_BLANK}(({_spaced(_FIGURE)}){_BLANK})?([(（][^()（）]*[)）]{_BLANK})?([:：]{_BLANK})*$)"
)
_ODD = re.compile(ODD_BEGINNING)
_EMPTY = Text("这一行没有任何可以识别的内容，没有判定", "nothing on this row is known; it was not decided")
_LOOKS_LIKE_TOTAL = Text("看起来是合计行，没有判定", "this looks like a row of totals; it was not decided")
_LOOKS_LIKE_NOTE = Text("看起来是说明文字，没有判定", "this looks like a note; it was not decided")
_LOOKS_LIKE_TITLE = Text(
    "看起来是横跨几列的小标题，没有判定", "this looks like a title across columns; it was not decided"
)
#: The problems of a row that is nobody's: nothing else in it is worth a word.
NOBODYS = frozenset({"total-row", "note-row", "title-row", "empty-row"})
#: Facts of these types may differ from row to row though their cells are one: a rent may be that of all rows together.
_COUNTED = frozenset({"count", "number", "amount", "steps"})
#: Facts of these types can't be added up; a row with so many of them is one of data, whatever it is called.
_OF_ONE = frozenset({"choice", "yes_no", "date", "industry_code", "credit_code"})
_ENOUGH = 2


class RowReader:
    """Reads the rows of one table. Safe to share between threads."""

    def __init__(self, rulebook: Rulebook, table: Table, columns: Columns) -> None:
        self.table = table
        self.columns = columns
        self.kind = columns.kind
        self.rulebook = rulebook
        self._list = columns.kind.list
        codes = code_list(rulebook)
        found = [column for column in columns.columns if column.fact is not None]
        self._plan: tuple[tuple[int, Fact, CellReader, bool], ...] = tuple(
            (column.index, column.fact, cell_reader(column, codes, table.day_zero), column.fact.subject == APPLICANT)
            for column in found
            if column.fact is not None
        )
        self._cells = [(i, fact.id, read.kept, read.plain, read, of) for i, fact, read, of in self._plan]
        self._width = max((index + 1 for index, *_ in self._plan), default=0)
        self._places = {column.fact.id: column.index for column in found if column.fact is not None}
        self._names = naming(columns)
        self._checks: dict[str, tuple[Check, ...]] = {
            subject: checks(rulebook.subjects[subject]) if subject in rulebook.subjects else ()
            for subject in (APPLICANT, self.kind.id)
        }
        self._merged = {row for row, _ in table.merged}

    def read(self, row: Row) -> Profile | Rejected:
        """The profile of a row: its applicant with one subject of the table's kind; or every problem of the row."""
        cells = row.cells
        applicant: dict[str, Encoded | str] = {}
        own: dict[str, Encoded | str] = {}
        applicant_absent: list[str] = []
        own_absent: list[str] = []
        problems: list[Problem] = []
        if len(cells) < self._width:
            cells = (*cells, *[None] * (self._width - len(cells)))
        for index, name, kept, plain, read, of_applicant in self._cells:
            cell = cells[index]
            if cell is None:
                continue
            kind = type(cell)
            try:
                value = (
                    plain(cell) if kind is float
                    else kept[cell] if (kind is str or kind is dt.date) and cell in kept
                    else read(cell)
                )  # fmt: skip
            except BadValue as mistake:
                problems += self._problems(index, cell, mistake)
                continue
            if value is None:
                continue
            if value is NOT_AVAILABLE:
                (applicant_absent if of_applicant else own_absent).append(name)
            elif of_applicant:
                applicant[name] = value  # type: ignore[assignment]  # what is left are values
            else:
                own[name] = value  # type: ignore[assignment]
        found = bool(applicant or own or applicant_absent or own_absent or problems)
        if not found or _only_dashes(cells) or not self._plainly_data(cells):
            strange = self._strange(row, {*applicant, *own}, found=found and not _only_dashes(cells))
            if strange is not None:
                return Rejected(row, (strange,))
        if row.number in self._merged:
            problems += self._shared(row)
        problems += self._against_each_other(row, APPLICANT, applicant)
        known = Known(applicant, frozenset(applicant_absent))
        lists = {}
        if self._list is not None:
            problems += self._against_each_other(row, self.kind.id, own)
            lists = {self.kind.id: (Known(own, frozenset(own_absent)),)}
        if problems:
            return Rejected(row, tuple(sorted(problems, key=lambda p: -1 if p.column is None else p.column)))
        return Profile(None, known, lists, partial(self._locate, row.number), self.table.file, self.rulebook)

    # --- what is wrong ----------------------------------------------------------------------------------------------

    def _problems(self, index: int, cell: object, mistake: BadValue) -> list[Problem]:
        shown = cell_text(cell)
        return [Problem(one.code, index, one.message, shown) for one in (mistake, *mistake.also)]

    def _against_each_other(self, row: Row, subject: str, values: dict[str, Encoded | str]) -> list[Problem]:
        """What does not fit together among the values of one subject."""
        found = []
        for trigger, check in self._checks[subject]:
            if trigger in values and (problem := check(values)) is not None:
                place = self._places.get(problem.fact)
                cell = "" if place is None else cell_text(row.cells[place])
                found.append(Problem(problem.code, place, problem.message, cell))
        return found

    def _shared(self, row: Row) -> list[Problem]:
        """Figures in a cell that is merged over several rows: each row's own, or their sum, nobody can tell."""
        found = []
        for index, fact, _, of_applicant in self._plan:
            rows = self.table.merged.get((row.number, index), 0)
            if rows > 1 and not of_applicant and fact.type in _COUNTED:
                label = fact.label
                message = Text(
                    f"{label.zh}的单元格合并了 {rows} 行，分不清是每行的数还是合计，请取消合并后逐行填写",
                    f"{label.en}: one cell for {rows} rows may be each row's figure or their sum; fill in every row",
                )
                found.append(Problem("merged-figure", index, message, cell_text(row.cells[index])))
        return found

    def _plainly_data(self, cells: Sequence[object]) -> bool:
        """Whether a row names somebody, and nothing by which a row of totals or a note is known; most do."""
        if COVERED in cells:
            return False
        first = next((cell for cell in cells if type(cell) is str), None)
        named = next((cell for i in self._names if type(cell := cells[i]) is str), None)
        return not (named is None or _nothing(named) or _odd(named) or first is None or _odd(first))

    def _strange(self, row: Row, known: Set[str], *, found: bool) -> Problem | None:
        """The problem of a row that is no row of data; ``known`` are the facts that its cells give."""
        cells = row.cells
        covered = sum(cell is COVERED for cell in cells)
        if covered > 1 and covered == sum(cell is not None for cell in cells) - 1:
            found = False
        named = next((i for i in self._names if type(cells[i]) is not CellError and not _nothing(cells[i])), None)
        # A name says whose row it is; where there is none, any text may say that the row is nobody's.
        places = range(len(cells)) if named is None else (named,)
        texts = [
            (i, "".join(cell.split())) for i in places if isinstance(cell := cells[i], str) and cell is not COVERED
        ]
        for index, text in texts:
            if _TOTAL.fullmatch(text) or (_LIKE_TOTAL.match(text) and not self._complete(row, known)):
                return Problem("total-row", index, _LOOKS_LIKE_TOTAL, visible(text))
        # Where the row begins with nothing but such a word, what stands for a name is a count: 合计 | 共66户.
        first = next((i for i, cell in enumerate(cells) if type(cell) is str), None)
        if first is not None and _TOTAL.fullmatch(text := "".join(str(cells[first]).split())):
            return Problem("total-row", first, _LOOKS_LIKE_TOTAL, visible(text))
        if texts and _NOTE.match(texts[0][1]) and (named is not None or not found or _only_texts(cells)):
            return Problem("note-row", texts[0][0], _LOOKS_LIKE_NOTE, visible(texts[0][1]))
        if covered and not found:
            return Problem("title-row", texts[0][0] if texts else None, _LOOKS_LIKE_TITLE, texts[0][1] if texts else "")
        return None if found else Problem("empty-row", None, _EMPTY)

    def _complete(self, row: Row, known: Set[str]) -> bool:
        """Whether a row says enough of what can't be added up; not counting cells that are merged over several rows."""
        of_one = [
            index
            for index, fact, *_ in self._plan
            if fact.type in _OF_ONE and fact.id in known and self.table.merged.get((row.number, index), 0) < _ENOUGH
        ]
        return len(of_one) >= _ENOUGH

    # --- where it stands --------------------------------------------------------------------------------------------

    def _locate(self, number: int, path: Path_) -> Location:
        """The place of a part of the profile: the cell that gives a fact, or the row."""
        subject = APPLICANT if path and path[0] == APPLICANT else self.kind.id
        fact = f"{subject}.{path[-1]}" if path else ""
        return self.table.cell(number, self._places.get(fact))


def naming(columns: Columns) -> tuple[int, ...]:
    """The columns that name the applicant: a row of data may be called anything there but a total."""
    return tuple(
        column.index
        for column in columns.columns
        if column.fact is not None and column.fact.type == "text" and column.fact.subject == APPLICANT
    )


def _only_dashes(cells: Sequence[object]) -> bool:
    return all(map(_nothing, cells))


def _nothing(cell: object) -> bool:
    return cell is None or (type(cell) is str and cell.strip() in NOTHING)


@lru_cache(4096)
def _odd(text: str) -> bool:
    return _ODD.search(text) is not None


def _only_texts(cells: Sequence[object]) -> bool:
    return all(cell is None or type(cell) is str for cell in cells)
