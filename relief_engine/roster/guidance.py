"""Roster stage: what an empty roster says to whoever fills it in: a note on each header, a sheet of instructions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from relief_engine.explanation.columns import columns as width_of
from relief_engine.roster.answer_fields import RESOLUTION
from relief_engine.roster.fields import Field, unit_in
from relief_engine.rulebook.facts import Fact, SubjectKind
from relief_engine.rulebook.terms import APPLICANT
from relief_engine.text import Language, Text

if TYPE_CHECKING:
    from relief_engine.roster.styles import Sheet, Styles

_TITLE = Text("填写说明", "How to fill in the roster")
_RULES = (
    Text("不知道的就留空。留空不会当作“否”或 0，只会在结果里列出还缺哪几项。",
         "Leave empty what is not known. Empty never means no or 0; the result then lists what is missing."),
    Text("确知没有这项数据的（例如当时还没有成立）填“无”，只有说明里写明可填“无”的列才行。",
         "Where a figure is known not to exist, write not_available, in the columns that say so below."),
    Text("日期写成 2022-06-01，也可以写 2022/6/1、2022年6月1日。",
         "Write dates as 2022-06-01; 2022/6/1 is understood too."),
    Text("金额按表头的单位填数字；要用别的单位，就连单位一起写，如 800万元。",
         "Write figures in the unit of the header, or with a unit of their own, such as 800万元."),
    Text("有下拉列表的从列表中选。统一社会信用代码和行业代码按文本填写，不要让 Excel 变成数字。",
         "Choose from the lists where there are some. Codes are text: don't let Excel turn them into numbers."),
    Text("不要合并单元格，不要写合计行；可以增加自己的列，它们会原样带到结果里。",
         "Don't merge cells and don't add totals. Columns of your own may be added; they are carried into the result."),
    Text("列的顺序可以变，不用的列可以删，表头的文字不要改。",
         "Columns may be moved or deleted; don't change the words of the headers."),
)  # fmt: skip
_ANSWERS = Text(
    "“人工认定”起的各列，第一次判定时空着。结果是“需人工认定”的，认定以后填好那几行，再判定一次；规则的结论不变，认定另计。",
    "Leave the columns from Decision by people on empty at first. Of rows that come back referred fill them in once "
    "people have decided, and screen again; the rules' own answer stays, and theirs is counted apart.",
)
_NO_ANSWERS = Text(
    "结果是“需人工认定”的，认定以后在后面加“人工认定”“认定日期”“认定单位或岗位”等列，填好再判定一次；"
    "带这些列的空白台账：relief screen --template 文件.xlsx --answers。",
    "Of rows that come back referred add the columns Decision by people, Decided on and Decided by once people have "
    "decided, and screen again; relief screen --template FILE.xlsx --answers writes a roster that has them.",
)
_HEADS = (Text("表头", "Header"), Text("填什么", "What to give"), Text("怎么填", "How"), Text("证明材料", "Evidence"))
_STEPS = "2021-01-01 起 30000；2022-07-01 起 36000"
_TYPES = {
    "yes_no": Text("是 或 否", "yes or no"),
    "date": Text("日期", "a date"),
    "credit_code": Text("18 位，文本", "18 characters, text"),
    "industry_code": Text("行业代码，文本", "an industry code, text"),
    "text": Text("文字，不影响判定", "text; no decision reads it"),
    "steps": Text(f"如：{_STEPS}", f"such as: {_STEPS}"),
}
_WIDTHS = (30, 46, 44, 34)
#: The height of one line of text, in points.
_LINE = 15


def note_of(fact: Fact, language: Language) -> str:
    """The note on a header: the question, how to answer, remarks and evidence."""
    lines = [fact.question.in_(language), how(fact, language)]
    if fact.note is not None:
        lines.append(fact.note.in_(language))
    if fact.evidence is not None:
        lines.append(("证明材料：" if language == "zh" else "Evidence: ") + fact.evidence.in_(language))
    return "\n".join(lines)


def how(fact: Fact, language: Language) -> str:
    """How a column is filled in: its choices or unit, and words for what is no value."""
    return ("；" if language == "zh" else "; ").join(_how(fact, language))


def _how(fact: Fact, language: Language) -> Iterator[str]:
    if fact.domain is not None:
        yield ("、" if language == "zh" else ", ").join(label.in_(language) for label in fact.domain.labels)
    elif fact.subject == RESOLUTION and fact.type == "text":
        yield "文字" if language == "zh" else "text"
    elif fact.type in _TYPES:
        yield _TYPES[fact.type].in_(language)
    elif fact.unit is not None:
        what = Text("整数", "a whole number") if fact.type == "count" else Text("数字", "a number")
        unit = unit_in(fact.unit, language)
        yield f"{what.zh}，单位：{unit}" if language == "zh" else f"{what.en} in {unit}"
    if fact.open_ended:
        yield "没有固定期限的填 长期" if language == "zh" else "open where no end is fixed"
    if fact.not_available:
        yield "没有这项数据的填 无" if language == "zh" else "not_available if there is none"


def write_guidance(
    sheet: Sheet, styles: Styles, kind: SubjectKind, columns: Sequence[Field], language: Language
) -> None:
    """The sheet of instructions: a few rules, then every column with what it asks for."""
    sheet.hide_gridlines(2)
    for place, width in enumerate(_WIDTHS):
        sheet.set_column(place, place, width)
    sheet.set_row(0, 28)
    sheet.write_string(0, 0, _TITLE.in_(language), styles.title)
    each = Text(
        f"“台账”工作表的每一行是一{kind.counter}{kind.label.zh}和它的申请方。",
        f"Each row of the sheet Roster is one {kind.label.en.lower()} with its applicant.",
    )
    if kind.id == APPLICANT:
        each = Text("“台账”工作表的每一行是一个申请方。", "Each row is one applicant.")
    row = 1
    answers = any(column.fact.subject == RESOLUTION for column in columns)
    for number, rule in enumerate((each, *_RULES, _ANSWERS if answers else _NO_ANSWERS), 1):
        sheet.merge_range(row, 0, row, len(_WIDTHS) - 1, f"{number}. {rule.in_(language)}", styles.text)
        sheet.set_row(row, _LINE * _lines(rule.in_(language), sum(_WIDTHS)) + 3)
        row += 1
    row += 1
    for place, head in enumerate(_HEADS):
        sheet.write_string(row, place, head.in_(language), styles.header)
    sheet.set_row(row, 22)
    for number, column in enumerate(columns):
        row += 1
        fact, look = column.fact, styles.banded if number % 2 else styles.text
        asked = fact.question.in_(language) + ("" if fact.note is None else f"\n{fact.note.in_(language)}")
        evidence = "" if fact.evidence is None else fact.evidence.in_(language)
        texts = (column.header.in_(language), asked, how(fact, language), evidence)
        for place, text in enumerate(texts):
            sheet.write_string(row, place, text, look)
        sheet.set_row(row, _LINE * max(_lines(t, w) for t, w in zip(texts, _WIDTHS, strict=True)) + 4)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a column."""
    return sum(max(1, math.ceil(width_of(line) / (width * 1.1))) for line in text.split("\n"))
