"""Roster stage: an empty roster to fill in, with lists to choose from, checks, notes, an example and instructions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

from relief_engine.engine import Engine
from relief_engine.errors import NO_ROOM
from relief_engine.explanation.columns import columns as width_of
from relief_engine.profile.days import OPEN
from relief_engine.profile.words import code_list, value_text
from relief_engine.roster.answer_fields import REFERRAL, answer_fields
from relief_engine.roster.example import example
from relief_engine.roster.fields import Field, fields, programmes_for, unit_in
from relief_engine.roster.formats.heading import EXAMPLE
from relief_engine.roster.formats.problems import missing_extra, refused
from relief_engine.roster.guidance import note_of, write_guidance
from relief_engine.roster.styles import Sheet, Styles, Workbook
from relief_engine.roster.table import letters
from relief_engine.roster.whole import whole_file
from relief_engine.rulebook.facts import Encoded, Fact, SubjectKind
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.units import PURE
from relief_engine.text import Language, Text

_ROSTER, _GUIDANCE, _LISTS = Text("台账", "Roster"), Text("填写说明", "How to fill in"), Text("选项", "Choices")
#: Rows that are prepared for filling in; more may be added below.
_ROWS = 5000
_YES_NO = Text("是,否", "yes,no")
_EXAMPLE_NOTE = Text(
    "这一行只是示例，不会被判定；请填在“台账”工作表里。",
    "This row is an example and is never decided; fill in the sheet Roster.",
)


def write_template(
    path: Path | str,
    rulebook: Rulebook,
    kind: SubjectKind,
    programmes: Sequence[str] | None = None,
    language: Language = "zh",
    *,
    answers: bool = False,
) -> None:
    """Write an empty roster in which each row is one subject of a kind with its applicant.

    Args:
        path: the .xlsx file, which must not exist yet: a roster that somebody has filled in is never overwritten.
        rulebook: where the facts come from.
        kind: what a row describes.
        programmes: the ids of those to ask for; all that decide about the kind if left out.
        language: the language of headers, lists and notes. Both are understood when the roster is read.
        answers: with columns for what people decide about rows that are referred.

    Raises:
        UnknownName: the rulebook has no such programme.
        InputError: the file exists, is no .xlsx, or can't be written.
        OSError: there is no room for it.
    """
    path = Path(path)
    try:
        import xlsxwriter
    except ImportError:
        raise missing_extra(str(path), "xlsxwriter") from None
    if path.suffix.casefold() != ".xlsx":
        raise refused("template-suffix", str(path), "空白台账的后缀应为 .xlsx", "an empty roster must be an .xlsx file")
    if path.exists():
        raise refused("template-exists", str(path), "文件已存在，不会覆盖，请换一个文件名",
                      "the file exists and is not overwritten; take another name")  # fmt: skip
    chosen = programmes_for(rulebook, kind, programmes)
    engine = Engine(rulebook)
    columns = fields(engine, kind, chosen)
    values = example(engine, chosen, columns)
    if answers:
        columns = (*columns, *answer_fields(chosen))
    # In memory first: on a full disk the writer of workbooks fails in ways of its own, and once more at its end.
    made = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(made, options) as book:
        _Template(book, rulebook, kind, columns, language).write(values)
    try:
        with whole_file(path) as temporary:
            temporary.write_bytes(made.getbuffer())
    except OSError as error:
        if error.errno in NO_ROOM:
            raise
        reason = error.strerror or str(error)
        raise refused("template-write", str(path), f"写不了（{reason}）", f"can't be written: {reason}") from None


class _Template:
    def __init__(
        self, book: Workbook, rulebook: Rulebook, kind: SubjectKind, columns: Sequence[Field], language: Language
    ) -> None:
        self.book = book
        self.rulebook = rulebook
        self.kind = kind
        self.columns = columns
        self.language: Language = language
        self.styles = Styles(book)
        self.codes = code_list(rulebook)

    def write(self, values: dict[str, Encoded | str]) -> None:
        """All sheets; the roster itself is the first."""
        roster = self.book.add_worksheet(self(_ROSTER))
        shown = self.book.add_worksheet(self(EXAMPLE))
        guidance = self.book.add_worksheet(self(_GUIDANCE))
        lists = self.lists()
        for sheet in (roster, shown):
            self.headers(sheet)
        for place, column in enumerate(self.columns):
            check = self.check(column.fact, place, lists)
            if check is not None:
                roster.data_validation(1, place, _ROWS, place, check)
            value = values.get(column.fact.id)
            if value is not None:
                self.cell(shown, place, column.fact, value)
        shown.write_string(3, 0, self(_EXAMPLE_NOTE), self.styles.hint)
        write_guidance(guidance, self.styles, self.kind, self.columns, self.language)
        roster.activate()

    def __call__(self, text: Text) -> str:
        return text.in_(self.language)

    def headers(self, sheet: Sheet) -> None:
        """The row of headers, with a note each, and the look of the columns below it."""
        sheet.set_row(0, 42)
        for place, column in enumerate(self.columns):
            header = self(column.header)
            sheet.write_string(0, place, header, self.styles.header_of(column.fact))
            sheet.write_comment(0, place, note_of(column.fact, self.language), self.styles.note)
            sheet.set_column(place, place, self.width(column.fact, header), self.styles.of(column.fact))
        sheet.freeze_panes(1, 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    def width(self, fact: Fact, header: str) -> float:
        """Room for the header, in two lines if it is long, and for the longest choice."""
        full = width_of(header)
        head = full + 3 if fact.unit is not None and full <= 24 else full / 2 + 4

        longest = max((width_of(self(label)) for label in fact.domain.labels), default=0) if fact.domain else 0
        least = {"text": 20, "credit_code": 22, "date": 13, "steps": 30}.get(fact.type, 11)
        return min(max(least, head, longest + 4), 34)

    # --- checks -----------------------------------------------------------------------------------------------------

    def lists(self) -> dict[str, str]:
        """A hidden sheet with the choices of every fact that has some; the name under which each list is known."""
        sheet = self.book.add_worksheet(self(_LISTS))
        sheet.hide()
        found: dict[str, str] = {}
        for column in self.columns:
            domain = column.fact.domain
            if domain is None:
                continue
            place, name = len(found), f"choices_{len(found) + 1}"
            for row, label in enumerate(domain.labels, 1):
                sheet.write_string(row, place, self(label))
            letter = letters(place)
            sheet_name = self(_LISTS)
            self.book.define_name(name, f"='{sheet_name}'!${letter}$2:${letter}${len(domain.labels) + 1}")
            found[column.fact.id] = name
        return found

    def check(self, fact: Fact, place: int, lists: dict[str, str]) -> dict[str, Any] | None:
        """What Excel lets be typed into a column, and what it says to anything else."""
        cell = f"{letters(place)}2"
        empty = f'{cell}="无",{cell}="not_available"' if fact.not_available else ""
        also = self.absent(fact)
        match fact.type:
            case "yes_no":
                text = Text("请选 是 或 否；不知道就留空", "choose yes or no; leave it empty if unknown")
                return self.message(fact, {"validate": "list", "source": self(_YES_NO).split(",")}, text)
            case "choice":
                listed = {"validate": "list", "source": f"={lists[fact.id]}"}
                if fact.id == REFERRAL:
                    several = Text(
                        "列表里没有；几项的，中间用分号隔开", "not in the list; put semicolons between several"
                    )
                    return self.message(fact, {**listed, "error_type": "information"}, several)
                text = Text("请从下拉列表中选；不知道就留空", "choose from the list; leave it empty if unknown")
                return self.message(fact, listed, text)
            case "date":
                if fact.open_ended:
                    empty = ",".join(f'{cell}="{word}"' for word in OPEN)
                    also = Text("；没有固定期限的填 长期", "; open where no end is fixed")
                tests = [f"AND(ISNUMBER({cell}),{cell}>=DATE(1900,1,1),{cell}<=DATE(2100,12,31))", empty]
                text = Text(f"请填日期，如 2022-06-01{also.zh}", f"a date such as 2022-06-01{also.en}")
                return self.message(fact, self.custom(tests), text)
            case "count" | "number" | "amount":
                whole = f",{cell}=INT({cell})" if fact.type == "count" else ""
                tests = [f"AND(ISNUMBER({cell}),{cell}>=0{whole})", empty]
                kind = Text("整数", "a whole number") if fact.type == "count" else Text("数字", "a number")
                unit = fact.unit or PURE
                text = Text(
                    f"请填{kind.zh}，单位：{unit}{also.zh}", f"{kind.en} in {unit_in(unit, self.language)}{also.en}"
                )
                return self.message(fact, self.custom(tests), text)
            case "credit_code":
                text = Text("应为 18 位，按文本填写", "18 characters, as text")
                return self.message(fact, self.custom([f"LEN({cell})=18"]), text)
            case _:
                return None

    def absent(self, fact: Fact) -> Text:
        """What to write where a figure does not exist, if that is possible."""
        return Text("；没有这项数据的填 无", "; not_available if there is none") if fact.not_available else Text("", "")

    def custom(self, tests: Sequence[str]) -> dict[str, Any]:
        given = [test for test in tests if test]
        return {"validate": "custom", "value": f"=OR({','.join(given)})" if len(given) > 1 else f"={given[0]}"}

    def message(self, fact: Fact, check: dict[str, Any], text: Text) -> dict[str, Any]:
        title = self(fact.label)
        return {**check, "ignore_blank": True, "error_title": title[:32], "error_message": self(text)[:255]}

    # --- the example ------------------------------------------------------------------------------------------------

    def cell(self, sheet: Sheet, place: int, fact: Fact, value: Encoded | str) -> None:
        """One value of the example, as a person would type it."""
        look = self.styles.example(fact)
        if fact.type == "date" and isinstance(value, int):
            sheet.write_datetime(1, place, dt.datetime.combine(dt.date.fromordinal(value), dt.time()), look)
        elif fact.type in ("count", "number", "amount") and isinstance(value, int):
            number = Fraction(value, fact.denominator) / (fact.unit or PURE).scale
            sheet.write_number(1, place, float(number), look)
        else:
            words = value_text(fact, value, self.language, self.codes)
            sheet.write_string(1, place, words.partition(" ")[0] if fact.type == "industry_code" else words, look)
