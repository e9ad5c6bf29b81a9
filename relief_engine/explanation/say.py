"""Explanation stage: words for values, places, citations and subjects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from fractions import Fraction

from relief_engine.compiled.layout import Value
from relief_engine.decision import Decision
from relief_engine.profile.words import figure_text, value_text
from relief_engine.rulebook.expressions import Type
from relief_engine.rulebook.facts import AnyFact, Fact
from relief_engine.rulebook.sources import Citation
from relief_engine.rulebook.standards import CodeList
from relief_engine.rulebook.units import Unit
from relief_engine.text import Text

UNKNOWN = Text("不明", "unknown")
NOT_AVAILABLE = Text("无", "not available")

#: Who gives a benefit, in words.
PAYERS = {
    "landlord": Text("出租方", "the landlord"),
    "district": Text("区财政", "the district"),
    "city": Text("市财政", "the city"),
    "city_and_district": Text("市、区财政", "city and district"),
    "tax_authority": Text("税务机关", "the tax authority"),
    "social_insurance": Text("社会保险经办机构", "social insurance"),
    "bank": Text("银行", "the bank"),
    "guarantor": Text("担保机构", "the guarantor"),
    "utility": Text("水电气企业", "the utility"),
    "buyer": Text("采购人", "the buyer"),
    "authority": Text("主管部门", "the authority"),
}

COMPARED = {
    "<": Text("少于", "less than"),
    "<=": Text("不超过", "at most"),
    ">": Text("多于", "more than"),
    ">=": Text("不少于", "at least"),
    "==": Text("等于", "equal to"),
    "!=": Text("不等于", "different from"),
}
COMPARED_DAYS = {
    "<": Text("早于", "before"),
    "<=": Text("不晚于", "no later than"),
    ">": Text("晚于", "after"),
    ">=": Text("不早于", "no earlier than"),
    "==": Text("等于", "the same day as"),
    "!=": Text("不是", "another day than"),
}
OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}


def both(zh: str, en: str | None = None) -> Text:
    """A text; one wording for both languages if only one is given."""
    return Text(zh, zh if en is None else en)


def value(fact: AnyFact, found: Value, codes: CodeList | None) -> Text:
    """A fact's value in words; unknown says so."""
    if found is None:
        return UNKNOWN
    return Text(value_text(fact, found, "zh", codes), value_text(fact, found, "en", codes))


def figure(number: Fraction, unit: Unit | None) -> Text:
    """A calculated figure with its unit."""
    return Text(figure_text(number, unit, "zh"), figure_text(number, unit, "en"))


def day(date: dt.date) -> Text:
    """A day."""
    return both(date.isoformat())


def code_list(decision: Decision) -> CodeList | None:
    """The list of industry codes of the decision's rulebook, found through the tables that its program reads."""
    program = decision.program
    if program is None:
        return None
    for node in program.nodes:
        table = getattr(node, "table", None)
        if table is not None:
            found = getattr(table, "codes", None) or table.sectors.codes
            return found if isinstance(found, CodeList) else None
    return None


def known(decision: Decision, fact: AnyFact) -> Value:
    """The value that the decision read for a fact."""
    program = decision.program
    slot = None if program is None else program.layout.slots.get(fact.id)
    return None if slot is None else decision.slots[slot]


def place(decision: Decision, fact: AnyFact) -> str | None:
    """Where a fact's value was written: ``file:line:column`` or a path; None where it was not given."""
    if not isinstance(fact, Fact) or known(decision, fact) is None:
        return None
    path: tuple[str | int, ...] = ("applicant", fact.name)
    if fact.subject != "applicant":
        if decision.index is None:
            return None
        path = (decision.subject.partition("[")[0], decision.index, fact.name)
    return str(decision.profile.locate(path))


def cited(citations: Iterable[Citation]) -> tuple[str, ...]:
    """Citations as they are printed: document number and clause."""
    return tuple(str(citation) for citation in citations)


def label(fact: AnyFact) -> Text:
    """A fact's name, with the period that it is about."""
    period = fact.period if isinstance(fact, Fact) else None
    if period is None or period.zh in fact.label.zh:
        return fact.label
    return Text(f"{period.zh}{fact.label.zh}", f"{fact.label.en} ({period.en})")


def subject_name(decision_subject: str) -> Text:
    """``leases[0]`` as people count: 第1份租约."""
    name, _, rest = decision_subject.partition("[")
    words = {
        "applicant": Text("申请方", "the applicant"),
        "leases": Text("租约", "lease"),
        "loans": Text("贷款", "loan"),
    }.get(name, both(name))
    if not rest:
        return words
    number = int(rest.rstrip("]")) + 1
    return Text(f"第{number}份{words.zh}" if name == "leases" else f"第{number}笔{words.zh}", f"{words.en} {number}")


def is_day(kind: Type) -> bool:
    """Whether an expression's type is a day."""
    return type(kind).__name__ == "DateType"
