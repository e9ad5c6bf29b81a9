"""What was edited: each kind of edit is found, says what it says and where, and nothing else is found beside it."""

import datetime as dt

import pytest

from relief_engine.comparing.edit import Added, AnyEdit, Changed, Reach, Removed, after, before, place
from relief_engine.comparing.edits import edits, grouped, reaches
from relief_engine.rulebook import facts as fs
from relief_engine.rulebook import forms, sources
from relief_engine.rulebook import programme as pg
from relief_engine.rulebook import properties as pr
from relief_engine.rulebook import standards as st
from relief_engine.rulebook.periods import LAST, Period
from relief_engine.rulebook.record import RecordType
from tests.comparing.books import (
    APPLICANT,
    CODES,
    FORM,
    LEASE,
    RENT,
    SECTORS,
    SIZE,
    SOURCES,
    Change,
    base,
    edited,
    pair,
    read,
)

ANSWER, READING, SHOWN, WORDING = Reach.ANSWER, Reach.READING, Reach.SHOWN, Reach.WORDING
NONE = "（没有）"
#: What is found: how, the part, the id, the aspect, how far it reaches, and what both sides say.
Found = tuple[str, str, str, str, Reach, str, str]


def told(edit: AnyEdit) -> Found:
    old, new = before(edit), after(edit)
    return (
        {Added: "+", Removed: "-", Changed: "~"}[type(edit)],
        edit.part.value,
        edit.id,
        edit.aspect.value if isinstance(edit, Changed) else "",
        edit.reach,
        "" if old is None else old.text.zh,
        "" if new is None else new.text.zh,
    )


def found(*changes: Change) -> list[Found]:
    return [told(edit) for edit in edits(*pair(*changes))]


_NEAR = """  - id: near-enough
    title: {zh: 在范围内, en: Near enough}
    require: lease.district in near
    cite: [{source: notice, clause: 一}]
"""
_NO_STANDARD = """  - id: no-standard
    title: {zh: 没有标准, en: No standard}
    in_place_of: [small]
    reason: {zh: 没有划型标准, en: No standard covers it}
    when: applicant.size == none
    cite: [{source: notice, clause: 一}]
"""
_CATERING = """  - id: catering
    label: {zh: 餐饮, en: Catering}
    limits:
      - {indicator: revenue, unit: 亿元, at_least: {small: 0.01, large: 0.2}}
    cite: [{source: standard, clause: 第1条}]
"""
#: The same, and from a day on more; the first version is as it always was.
_CATERING_LATER = """  - id: catering
    label: {zh: 餐饮, en: Catering}
    versions:
      - limits: [{indicator: revenue, unit: 亿元, at_least: {small: 0.01, large: 0.2}}]
        cite: [{source: standard, clause: 第1条}]
      - from: 2022-07-01
        limits: [{indicator: revenue, unit: 亿元, at_least: {small: 0.01, large: 0.3}}]
        cite: [{source: standard, clause: 第1条}]
"""
SECTORS_OF_SIZE = "standards/size-sectors.csv"
#: One edit each, by name: what is changed, and what is found.
EDITS: dict[str, tuple[list[Change], list[Found]]] = {
    # --- sizes in time
    "limit from a day on": (
        [(SIZE, _CATERING, _CATERING_LATER)],
        [("~", "limit", "catering.revenue.large", "value", ANSWER, "0.2 亿元", "0.3 亿元")],
    ),
    # --- parameters
    "figure": (
        [(RENT, "{value: 6, unit: 月,", "{value: 5, unit: 月,")],
        [("~", "parameter", "months_listed", "value", ANSWER, "6 个月", "5 个月")],
    ),
    "figure of a deadline": (
        [(RENT, "{value: 30, unit: 天,", "{value: 40, unit: 天,")],
        [("~", "parameter", "days_to_pay", "value", SHOWN, "30 天", "40 天")],
    ),
    "unit, same value": (
        [(RENT, "{value: 12, unit: 月/年,", "{value: 12, unit: 个月/年,")],
        [("~", "parameter", "months_in_year", "unit", WORDING, "12 月/年", "12 个月/年")],
    ),
    "day": (
        [(RENT, "西区: 2022-03-01}", "西区: 2022-03-02}")],
        [("~", "parameter", "listed_on", "value", ANSWER, "西区：2022-03-01", "西区：2022-03-02")],
    ),
    "entry of a table": (
        [(RENT, "西区: 2022-03-01}", "西区: 2022-03-01, 南区: 2022-04-01}")],
        [("~", "parameter", "listed_on", "value", ANSWER, f"南区：{NONE}", "南区：2022-04-01")],
    ),
    "name in a list": (
        [(RENT, "value: [东区, 西区]", "value: [西区, 南区]")],
        [("~", "parameter", "near", "value", ANSWER, "东区，不含南区", "南区，不含东区")],
    ),
    "clause of a parameter": (
        [(RENT, "{value: 365, unit: 天, cite: [{source: notice, clause: 二}]}",
          "{value: 365, unit: 天, cite: [{source: notice, clause: 一}]}")],
        [("~", "parameter", "days_in_year", "citations", WORDING, "市发〔2022〕1号 二", "市发〔2022〕1号 一")],
    ),
    "note of a parameter": (
        [(RENT, "value: 365, unit: 天,", "value: 365, unit: 天, note: {zh: 天数, en: days},")],
        [("~", "parameter", "days_in_year", "words", WORDING, NONE, "天数")],
    ),
    # --- figures on the way
    "figure on the way": (
        [(RENT, "else months_listed if lease.district in listed_on", "else months_listed if lease.district in near")],
        [("~", "let", "months", "value", ANSWER,
          ("between(months_elsewhere, months_listed) if lease.end < listed_on[lease.district]"
          " else months_listed if lease.district in listed_on else months_elsewhere"),
          ("between(months_elsewhere, months_listed) if lease.end < listed_on[lease.district]"
          " else months_listed if lease.district in near else months_elsewhere"))],
    ),
    "title of a figure": (
        [(RENT, "title: {zh: 天数, en: days}", "title: {zh: 日数, en: days}")],
        [("~", "let", "days", "title", WORDING, "天数", "日数")],
    ),
    # --- conditions
    "criterion reworded": (
        [(RENT, "applicant.kind == individual or applicant.size", "applicant.kind != other or applicant.size")],
        [("~", "criterion", "small", "condition", ANSWER,
          "applicant.kind == individual or applicant.size in [micro, small]",
          "applicant.kind != other or applicant.size in [micro, small]")],
    ),
    "comparison turned": (
        [(RENT, "when: lease.start <= as_of", "when: lease.start < as_of")],
        [("~", "deadline", "pay", "condition", SHOWN,
          "lease.start <= as_of + days_to_pay", "lease.start < as_of + days_to_pay")],
    ),
    "criterion removed": (
        [(RENT, _NEAR, "")],
        [("-", "criterion", "near-enough", "", ANSWER, "lease.district in near", "")],
    ),
    "criterion added": (
        [(RENT, "\nreferrals:", ("  - {id: registered, title: {zh: 已注册, en: Registered}, "
          "require: applicant.registered, cite: [{source: notice, clause: 一}]}\n\nreferrals:"))],
        [("+", "criterion", "registered", "", ANSWER, "", "applicant.registered")],
    ),
    "title of a criterion": (
        [(RENT, "title: {zh: 小微, en: Small}", "title: {zh: 小型微型, en: Small}")],
        [("~", "criterion", "small", "title", WORDING, "小微", "小型微型")],
    ),
    "clauses of a criterion": (
        [(RENT, "[micro, small]\n    cite: [{source: notice, clause: 一}]",
          "[micro, small]\n    cite: [{source: notice, clause: 一}, {source: standard, clause: 第1条}]")],
        [("~", "criterion", "small", "citations", WORDING, NONE, "国标〔2011〕1号 第1条")],
    ),
    "reading of a criterion": (
        [(RENT, "applicant.size in [micro, small]\n",
          "applicant.size in [micro, small]\n    reading: {zh: 按标准, en: By the standard}\n")],
        [("~", "criterion", "small", "words", WORDING, NONE, "按标准")],
    ),
    "order of criteria": (
        [(RENT, _NEAR, ""),
         (RENT, "\nreferrals:", f"{_NEAR}\nreferrals:")],
        [("~", "criterion", "", "order", WORDING, "near-enough、small、service", "small、service、near-enough")],
    ),
    "referral stands in for another": (
        [(RENT, "in_place_of: [small]", "in_place_of: [small, service]")],
        [("~", "referral", "no-standard", "in_place_of", ANSWER, "small", "service、small")],
    ),
    "reason of a referral": (
        [(RENT, "reason: {zh: 没有划型标准,", "reason: {zh: 无划型标准,")],
        [("~", "referral", "no-standard", "words", WORDING, "没有划型标准", "无划型标准")],
    ),
    "referral removed": (
        [(RENT, f"referrals:\n{_NO_STANDARD}\n", "")],
        [("-", "referral", "no-standard", "", ANSWER, "applicant.size == none", "")],
    ),
    # --- the benefit
    "amount": (
        [(RENT, "else lease.lowest_step if lease.form == stepped", "else lease.lowest_step if lease.form != monthly")],
        [("~", "benefit", "benefit", "amount", ANSWER,
          ("(lease.annual_rent / months_in_year if lease.form == annual else lease.lowest_step if lease.form == stepped"
          " else lease.monthly_rent) * months * days / days_in_year"),
          ("(lease.annual_rent / months_in_year if lease.form == annual else lease.lowest_step if lease.form != monthly"
          " else lease.monthly_rent) * months * days / days_in_year"))],
    ),
    "rounding": (
        [(RENT, "to: 0.01,", "to: 1,")],
        [("~", "benefit", "benefit", "rounding", ANSWER, "0.01 元", "1.00 元")],
    ),
    "payer": (
        [(RENT, "payer: landlord", "payer: district")],
        [("~", "benefit", "benefit", "payer", ANSWER, "出租方", "区财政")],
    ),
    # --- what is shown beside
    "day of a deadline": (
        [(RENT, "date: add_months(listed_on[lease.district], months_elsewhere)",
          "date: add_months(listed_on[lease.district], months_listed)")],
        [("~", "deadline", "pay", "value", SHOWN, "add_months(listed_on[lease.district], months_elsewhere)",
          "add_months(listed_on[lease.district], months_listed)")],
    ),
    "words of a remark": (
        [(RENT, "text: {zh: 请提出申请,", "text: {zh: 请申请,")],
        [("~", "remark", "ask", "words", WORDING, "请提出申请", "请申请")],
    ),
    "condition of a remark": (
        [(RENT, "when: not applicant.registered and lease.district not in near", "when: lease.district not in near")],
        [("~", "remark", "ask", "condition", SHOWN, "not applicant.registered and lease.district not in near",
          "lease.district not in near")],
    ),
    "days of a remark": (
        [(RENT, "when: not applicant.registered", "from: 2022-03-01\n    when: not applicant.registered")],
        [("~", "remark", "ask", "dates", SHOWN, "自 2022-01-10 起", "自 2022-03-01 起")],
    ),
    # --- the programme itself
    "programme begins later": (
        [(RENT, "from: 2022-01-10", "from: 2022-02-01")],
        [("~", "programme", "city/rent", "dates", ANSWER, "自 2022-01-10 起", "自 2022-02-01 起")],
    ),
    "title of a programme": (
        [(RENT, "title: {zh: 房租减免,", "title: {zh: 减免房租,")],
        [("~", "programme", "city/rent", "title", WORDING, "房租减免", "减免房租")],
    ),
    "programme added": (
        [("city/other.yaml", "", base()[RENT].replace("programme: city/rent", "programme: city/other"))],
        [("+", "programme", "city/other", "", ANSWER, "", "自 2022-01-10 起")],
    ),
    # --- facts
    "choice added": (
        [(LEASE, "      - {id: 南区,", "      - {id: 北区, label: {zh: 北区, en: North}}\n      - {id: 南区,")],
        [("+", "choice", "lease.district.北区", "", ANSWER, "", "北区")],
    ),
    "alias means another choice": (
        [(APPLICANT, ", aliases: [公司]", ""),
         (APPLICANT, "label: {zh: 其他, en: Other}", "label: {zh: 其他, en: Other}, aliases: [公司]")],
        [("~", "fact", "applicant.kind", "names", READING, "公司 → enterprise", "公司 → other")],
    ),
    "header": (
        [(APPLICANT, "headers: [在市内注册]", "headers: [注册]")],
        [("~", "fact", "applicant.registered", "names", READING, NONE, "注册")],
    ),
    "question": (
        [(APPLICANT, "question: {zh: 有多少人,", "question: {zh: 多少人,")],
        [("~", "fact", "applicant.employees", "words", WORDING, "有多少人", "多少人")],
    ),
    "unit of a fact": (
        [(APPLICANT, "type: amount\n    unit: 万元", "type: amount\n    unit: 元")],
        [("~", "fact", "applicant.revenue", "unit", READING, "万元", "元")],
    ),
    "figure that must exist": (
        [(APPLICANT, "    not_available: true\n", "")],
        [("~", "fact", "applicant.employees", "setting", READING, "可以填“无”：是", "可以填“无”：否")],
    ),
    "fact added": (
        [(APPLICANT, "", ("  - {id: area, type: number, unit: ㎡, label: {zh: 面积, en: Area}, "
          "question: {zh: 多大, en: How large}}\n"))],
        [("+", "fact", "applicant.area", "", READING, "", "number，㎡")],
    ),
    "relation removed": (
        [(LEASE, "  - {later: end, not_before: start}\n", "")],
        [("-", "relation", "lease.end not before lease.start", "", READING, "lease.end 不早于 lease.start", "")],
    ),
    "derived otherwise": (
        [(LEASE, "otherwise: monthly", "otherwise: stepped")],
        [("~", "derived", "lease.form", "value", ANSWER,
          "lease.rent_steps → stepped; lease.annual_rent → annual; monthly",
          "lease.rent_steps → stepped; lease.annual_rent → annual; stepped")],
    ),
    # --- standards
    "limit of size": (
        [(SIZE, "at_least: {small: 10, large: 100}", "at_least: {small: 10, large: 120}")],
        [("~", "limit", "hotels.employees.large", "value", ANSWER, "100 人", "120 人")],
    ),
    "unit of a limit": (
        [(SIZE, "unit: 亿元, at_least: {small: 0.01, large: 0.2}", "unit: 万元, at_least: {small: 100, large: 2000}")],
        [("~", "limit", "catering.revenue", "unit", WORDING, "亿元", "万元")],
    ),
    "indicator added to a row": (
        [(SIZE, "      - {indicator: revenue, unit: 亿元,",
          ("      - {indicator: employees, unit: 人, at_least: {small: 5, large: 50}}\n"
          "      - {indicator: revenue, unit: 亿元,"))],
        [("+", "limit", "catering.employees", "", ANSWER, "", "人员：5 人 / 50 人")],
    ),
    "codes of another class": (
        [(SECTORS, "B,services\n", "B,services\n62,farming\n")],
        [("~", "code", "62", "classes", ANSWER, "服务业", "农业"),
         ("~", "code", "B", "classes", ANSWER, "服务业", "农业或服务业")],
    ),
    "row removed": (
        [(SIZE, _CATERING, ""), (SECTORS_OF_SIZE, "62,catering,\n", "62,hotels,\n")],
        [("-", "row", "catering", "", ANSWER, "收入：0.01 亿元 / 0.2 亿元", ""),
         ("~", "code", "62", "classes", ANSWER, "餐饮", "住宿"),
         ("~", "code", "B", "classes", ANSWER, "餐饮或住宿", "住宿")],
    ),
    "name of a code": (
        [(CODES, "621,3,正餐,62", "621,3,正餐服务,62")],
        [("~", "code", "621", "title", WORDING, "正餐", "正餐服务")],
    ),
    "code added": (
        [(CODES, "621,3,正餐,62", "621,3,正餐,62\n622,3,快餐,62")],
        [("+", "code", "622", "", ANSWER, "", "622 快餐")],
    ),
    # --- documents and forms
    "number of a document": (
        [(SOURCES, "number: 市发〔2022〕1号", "number: 市发〔2022〕2号")],
        [("~", "source", "notice", "title", WORDING, "市发〔2022〕1号", "市发〔2022〕2号")],
    ),
    "words of a clause": (
        [(SOURCES, "about: {zh: 标准, en: Amount}", "about: {zh: 减免标准, en: Amount}")],
        [("~", "clause", "二", "words", WORDING, "标准", "减免标准")],
    ),
    "clause added": (
        [(SOURCES, "      - {id: 二,", "      - {id: 四, about: {zh: 附则, en: Final}}\n      - {id: 二,")],
        [("+", "clause", "四", "", WORDING, "", "附则")],
    ),
    "column of a form": (
        [(FORM, "en: Amount}, result: amount}", "en: Amount}, result: amount, sum: true}")],
        [("~", "column", "金额", "value", SHOWN, "amount", "amount，合计")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), EDITS.values(), ids=EDITS)
def test_an_edit_is_found_and_nothing_else(changes: list[Change], expected: list[Found]) -> None:
    assert sorted(found(*changes), key=str) == sorted(expected, key=str)


@pytest.mark.parametrize("changes", [changes for changes, _ in EDITS.values()], ids=EDITS)
def test_the_way_back_is_the_same_turned_round(changes: list[Change]) -> None:
    old, new = pair(*changes)
    turned = {"+": "-", "-": "+", "~": "~"}
    back = [(turned[how], *rest, later, earlier) for how, *rest, earlier, later in map(told, edits(new, old))]
    there = [told(edit) for edit in edits(old, new)]
    assert sorted(there, key=str) == sorted(back, key=str)


DIFFERENTLY: dict[str, list[Change]] = {
    "comments": [(RENT, "criteria:\n", "# The conditions.\ncriteria:   # all of them\n")],
    "order of keys": [(RENT, "unit: 天, cite: [{source: notice, clause: 二}]}\n  months_in_year",
                       "cite: [{clause: 二, source: notice}], unit: 天}\n  months_in_year")],
    "style": [(RENT, "    - {value: 6, unit: 月, cite: [{source: notice, clause: 二}]}",
               "    - value: 6\n      unit: 月\n      cite:\n        - source: notice\n          clause: 二")],
    "quotes": [(RENT, "title: {zh: 小微, en: Small}", "title: {zh: \"小微\", en: 'Small'}")],
    "spelling of a number": [(RENT, "{value: 6, unit: 月,", "{value: 6.0, unit: 月,")],
    "order of a list": [(RENT, "value: [东区, 西区]", "value: [西区, 东区]")],
    "order of alternatives": [(RENT, "applicant.kind == individual or applicant.size in [micro, small]",
                               "applicant.size in [small, micro] or applicant.kind == individual")],
    "a list in place of ==": [(RENT, "applicant.kind == individual or", "applicant.kind in [individual] or")],
    "De Morgan": [(RENT, "when: not applicant.registered and lease.district not in near",
                   "when: not (applicant.registered or lease.district in near)")],
    "brackets and lines": [(RENT, "when: not applicant.registered and lease.district not in near",
                            "when: (not applicant.registered)\n      and (lease.district not in near)")],
    "a version cut in two": [(RENT, "    - {value: 6, unit: 月, cite: [{source: notice, clause: 二}]}",
                              ("    - {value: 6, unit: 月, cite: [{source: notice, clause: 二}]}\n"
                              "    - {from: 2022-04-01, value: 6, unit: 月, cite: [{source: notice, clause: 二}]}"))],
    "order of parameters": [
        (RENT, "  year:\n    - {value: 2022, unit: 年, cite: [{source: notice, clause: 二}]}\n", ""),
        (RENT, "\nlet:", "  year:\n    - {value: 2022, unit: 年, cite: [{source: notice, clause: 二}]}\n\nlet:"),
    ],
    "classes of codes one by one": [(SECTORS, "B,services\n", "B,services\n61,services\n621,services\n")],
    "another place": [(APPLICANT, "subject: applicant\n", "\n\nsubject: applicant\n")],
}  # fmt: skip


@pytest.mark.parametrize("changes", DIFFERENTLY.values(), ids=DIFFERENTLY)
def test_rules_written_differently_have_no_edit(changes: list[Change]) -> None:
    old, new = pair(*changes)
    assert old.digest != new.digest
    assert edits(old, new) == ()


def test_a_new_version_is_an_edit_of_its_days_only() -> None:
    changes: Change = (
        RENT, "    - {value: {东区: 2022-01-01, 西区: 2022-03-01}, cite: [{source: notice, clause: 二}]}",
        ("    - {value: {东区: 2022-01-01, 西区: 2022-03-01}, cite: [{source: notice, clause: 二}]}\n"
        "    - from: 2022-06-10\n"
        "      value: {东区: 2022-01-01, 西区: 2022-03-01, 南区: 2022-06-10}\n"
        "      cite: [{source: notice, clause: 一}]"),
    )  # fmt: skip
    (edit,) = edits(*pair(changes))
    assert isinstance(edit, Changed)
    assert edit.period == Period(dt.date(2022, 6, 10), LAST)
    assert (edit.before.text.en, edit.after.text.en) == ("南区: (none)", "南区: 2022-06-10")
    assert edit.before.citations == ("市发〔2022〕1号 二",)
    assert edit.after.citations == ("市发〔2022〕1号 一",)


def test_a_rule_that_holds_on_fewer_days_is_removed_on_the_others() -> None:
    (edit,) = edits(*pair((RENT, "in_place_of: [small]\n", "in_place_of: [small]\n    from: 2022-03-01\n")))
    assert isinstance(edit, Removed)
    assert (edit.id, edit.period) == ("no-standard", Period(dt.date(2022, 1, 10), dt.date(2022, 2, 28)))


def test_a_document_that_expires_ends_what_cites_it() -> None:
    changes: Change = (SOURCES, "issued: 2022-01-10\n", "issued: 2022-01-10\n    expires: 2023-12-31\n")
    found_ = edits(*pair(changes))
    assert {(edit.part.value, edit.reach) for edit in found_} >= {("source", ANSWER), ("programme", ANSWER)}


def test_places_are_those_of_both_sides() -> None:
    (edit,) = edits(*pair((SIZE, "at_least: {small: 10, large: 100}", "at_least:\n          {small: 10, large: 120}")))
    old, new = before(edit), after(edit)
    assert old is not None
    assert new is not None
    lines = [text.splitlines() for text in (base()[SIZE], edited((SIZE, "large: 100}", "large: 120}"))[SIZE])]
    row = next(number for number, line in enumerate(lines[0], 1) if "large: 100}" in line)
    assert str(old.where) == f"old/{SIZE}:{row}:{lines[0][row - 1].index('{small') + 1}"
    assert str(new.where) == f"new/{SIZE}:{row + 1}:11"
    assert place(edit) == new.where


def test_edits_stand_by_programme_and_then_by_place() -> None:
    changes = [EDITS[name][0][0] for name in ("limit of size", "title of a criterion", "figure", "question", "payer")]
    found_ = edits(*pair(*changes))
    assert [edit.owner.id for edit in found_] == ["city/rent", "city/rent", "city/rent", "size", "applicant"]
    assert [edit.part.value for edit in found_[:3]] == ["parameter", "criterion", "benefit"]
    assert [owner.id for owner in grouped(found_)] == ["city/rent", "size", "applicant"]
    assert reaches(found_) == {ANSWER: 3, READING: 0, SHOWN: 0, WORDING: 2}


def test_a_rulebook_without_the_programme() -> None:
    old = read(base(), "old")
    files = {**base(), "city/other.yaml": base()[RENT].replace("programme: city/rent", "programme: city/other")}
    del files[RENT]
    files[FORM] = files[FORM].replace("city/rent", "city/other")
    found_ = [told(edit)[:3] for edit in edits(old, read(files, "new"))]
    assert found_[:2] == [("+", "programme", "city/other"), ("-", "programme", "city/rent")]


#: What of each record the comparison looks at, or leaves out because it stands elsewhere or follows from the rest.
LOOKED_AT: dict[RecordType, set[str]] = {
    pg.Programme: {"id", "title", "summary", "authority", "kind", "period", "citations", "parameters", "lets",
                   "criteria", "referrals", "not_available", "benefit", "deadlines", "ways", "check_by_hand",
                   "remarks", "where", "facts", "size_tables", "properties"},
    pr.Properties: {"money", "monotone", "at_most", "additive"},
    pr.Monotone: {"fact", "result", "rises", "condition", "where"},
    pr.AtMost: {"value", "condition", "where"},
    pr.Additive: {"start", "end", "condition", "where"},
    pg.Parameter: {"name", "versions", "where", "type"},
    pg.ParameterValue: {"value", "unit", "citations", "note", "where"},
    pg.Let: {"name", "title", "shown", "value"},
    pg.Wording: {"condition", "citations", "remark", "where"},
    pg.Criterion: {"id", "title", "versions", "where"},
    pg.Referral: {"id", "title", "in_place_of", "versions", "where"},
    pg.Rounding: {"step", "citations"},
    pg.BenefitWording: {"amount", "ceiling", "rate", "payable", "until", "rounding", "citations", "where"},
    pg.Benefit: {"kind", "payer", "versions"},
    pg.Deadline: {"id", "title", "date", "condition", "period", "citations", "where"},
    pg.Remark: {"id", "text", "condition", "period", "citations", "where"},
    pg.NotAvailable: {"id", "title", "reason", "citations", "where"},
    fs.Fact: {"id", "subject", "type", "unit", "denominator", "domain", "names", "label", "question", "period", "note",
              "evidence", "headers", "changeable", "not_available", "informative", "identifies", "open_ended", "lowest",
              "highest", "where"},
    fs.FormFact: {"id", "subject", "label", "domain", "given_by", "otherwise", "where"},
    fs.ExtremeFact: {"id", "subject", "label", "unit", "denominator", "lowest", "of", "start", "end", "first_day",
                     "last_day", "where"},
    fs.ClassFact: {"id", "subject", "label", "domain", "code", "standard", "where"},
    fs.SizeFact: {"id", "subject", "label", "domain", "code", "standard", "indicators", "where"},
    fs.SubjectKind: {"id", "label", "list", "counter"},
    fs.SubjectFacts: {"kind", "facts", "derived", "relations"},
    st.ClassMap: {"id", "title", "codes", "domain", "candidates", "all_candidates", "facts", "citations", "where"},
    st.Limit: {"indicator", "unit", "bounds", "printed", "where"},
    st.Row: {"id", "label", "limits", "citations", "where"},
    st.SizeTable: {"id", "title", "domain", "sectors", "rows", "indicators", "facts", "citations", "where"},
    st.Standards: {"code_lists", "class_maps", "size_tables"},
    sources.Source: {"id", "kind", "number", "title", "issuer", "issued", "expires", "clauses", "where"},
    forms.Form: {"id", "programme", "title", "columns", "notes", "citations", "where"},
    forms.Column: {"title", "width", "result", "fact", "words", "copied", "whole", "unit", "decimals", "sum", "note"},
    forms.Note: {"fact", "value", "text", "citations"},
    forms.Words: {"fact", "value", "write"},
}  # fmt: skip


@pytest.mark.parametrize("record", LOOKED_AT, ids=lambda record: record.__name__)
def test_nothing_new_is_overlooked(record: RecordType) -> None:
    """A field that is added to the rules needs an edit of its own: say in LOOKED_AT when it has one."""
    assert set(record.record_fields) == LOOKED_AT[record]


def test_a_limit_that_changes_on_a_day_says_from_when() -> None:
    (edit,) = edits(*pair((SIZE, _CATERING, _CATERING_LATER)))
    assert edit.period == Period(dt.date(2022, 7, 1), LAST)


_REMARK = """    when: not applicant.registered and lease.district not in near
    cite: [{source: notice, clause: 一}]
"""
_DECLARED = f"""{_REMARK}
properties:
  monotone:
    - {{fact: lease.monthly_rent, amount: rises}}
  at_most: {{value: lease.monthly_rent * months, when: lease.form == monthly}}
"""


def test_properties_are_words_for_decisions() -> None:
    added = found((RENT, _REMARK, _DECLARED))
    assert [(entry[:2], entry[4], entry[6]) for entry in added] == [
        (("+", "property"), WORDING, "monotone: lease.monthly_rent, amount rises"),
        (
            ("+", "property"),
            WORDING,
            "at_most: amount lease.monthly_rent * months when lease.form == monthly",
        ),
    ]
