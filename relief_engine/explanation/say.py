"""Explanation stage: words for values, places, citations and subjects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from relief_engine.compiled.layout import Value
from relief_engine.errors import Location
from relief_engine.explanation.harmless import one_line
from relief_engine.profile.words import figure_text, figure_words, value_words
from relief_engine.rulebook.facts import AnyFact, Fact, SubjectKind
from relief_engine.rulebook.sources import Citation
from relief_engine.rulebook.standards import CodeList
from relief_engine.rulebook.units import Unit, parse_unit
from relief_engine.text import Text, joined

UNKNOWN = Text("不明", "unknown")
NOT_AVAILABLE = Text("无（没有这项数据）", "not available")
NOTHING = Text("", "")

#: Who gives a benefit, in words.
PAYERS = {
    "landlord": Text("出租方", "the landlord"),
    "district": Text("区财政", "the district"),
    "city": Text("市财政", "the city"),
    "city_and_district": Text("市、区财政", "city and district"),
    "government": Text("政府", "the government"),
    "tax_authority": Text("税务机关", "the tax authority"),
    "social_insurance": Text("社会保险经办机构", "social insurance"),
    "bank": Text("银行", "the bank"),
    "lender": Text("金融机构", "the lender"),
    "guarantor": Text("担保机构", "the guarantor"),
    "utility": Text("水电气企业", "the utility"),
    "buyer": Text("采购人", "the buyer"),
    "market": Text("批发市场", "the wholesale market"),
    "debtor": Text("欠款方", "the debtor"),
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

_DAYS = parse_unit("天")


def both(zh: str, en: str | None = None) -> Text:
    """A text; one wording for both languages if only one is given."""
    return Text(zh, zh if en is None else en)


def value(fact: AnyFact, found: Value, codes: CodeList | None = None) -> Text:
    """A fact's value in words; unknown says so."""
    if found is None:
        return UNKNOWN
    return value_words(fact, found, codes)


def figure(number: Fraction, unit: Unit | None) -> Text:
    """A calculated figure with its unit."""
    return figure_words(number, unit)


def money(amount: Decimal) -> Text:
    """Yuan with two decimals."""
    return Text(f"{amount:,.2f} 元", f"{amount:,.2f} yuan")


def day(date: dt.date) -> Text:
    """A day."""
    return both(date.isoformat())


def span(low: Text, high: Text) -> Text:
    """From one value to another; the value itself where both are the same."""
    return (
        low
        if low == high
        else Text(f"{low.zh}{' ' if low.zh[-1:].isascii() else ''}至{_apart(high.zh)}", f"{low.en} to {high.en}")
    )


def behind(words: Text, object_: Text) -> Text:
    """A word such as *less than* with what follows; Chinese has a space before figures only."""
    return Text(f"{words.zh}{_apart(object_.zh)}", f"{words.en} {object_.en}")


def _apart(zh: str) -> str:
    return f" {zh}" if zh[:1].isascii() else zh


def either(parts: Sequence[Text]) -> Text:
    """One of several: A、B或C."""
    if len(parts) < 2:
        return joined(list(parts))
    most = joined(list(parts[:-1]))
    return Text(f"{most.zh}或{parts[-1].zh}", f"{most.en} or {parts[-1].en}")


def margin(fact: Fact, difference: int) -> Text:
    """How far a fact's value lies off its limit; ``difference`` is value − limit in the fact's encoding."""
    return margin_of(Fraction(difference), value(fact, abs(difference)))


def margin_of(difference: Fraction, words: Text) -> Text:
    """How far a figure lies off its limit, in words for the size of the difference."""
    if difference == 0:
        return Text("恰好等于这个数", "exactly that")
    if difference > 0:
        return Text(f"多 {words.zh}", f"{words.en} too many")
    return Text(f"少 {words.zh}", f"{words.en} too few")


def margin_in_days(difference: int) -> Text:
    """How far a day lies off its limit."""
    days = figure_text(abs(difference), _DAYS, "en")
    if difference == 0:
        return Text("恰好是这一天", "exactly that day")
    if difference > 0:
        return Text(f"晚 {difference} 天", f"{days} too late")
    return Text(f"早 {-difference} 天", f"{days} too early")


def titled(title: Text, text: Text) -> Text:
    """A title and what it says."""
    return Text(f"{title.zh}：{text.zh}", f"{title.en}: {text.en}")


def cited(citations: Iterable[Citation]) -> tuple[str, ...]:
    """Citations as they are printed: document number and clause."""
    return tuple(str(citation) for citation in citations)


def label(fact: AnyFact) -> Text:
    """A fact's name, with the period that it is about."""
    period = fact.period if isinstance(fact, Fact) else None
    if period is None or period.zh in fact.label.zh:
        return fact.label
    return Text(f"{period.zh}{fact.label.zh}", f"{fact.label.en} ({period.en})")


def subject(kind: SubjectKind, index: int | None, *names: str) -> Text:
    """One subject as people count: 第1份租约; without an index the kind by itself.

    ``names`` are what tells it from others, such as the profile's own name for it or its address: 第1份租约（A-12）.
    """
    if kind.list is None:
        return Text("申请方", "the applicant")
    if index is None:
        return Text(kind.label.zh, kind.label.en.lower())
    known = [name for name in map(one_line, names) if name]
    zh, en = (f"（{'，'.join(known)}）", f" ({', '.join(known)})") if known else ("", "")
    return Text(f"第{index + 1}{kind.counter}{kind.label.zh}{zh}", f"{kind.label.en.lower()} {index + 1}{en}")


def subjects(kind: SubjectKind, indices: Sequence[int | None]) -> Text:
    """Several subjects of one kind, three and more in a row as one: 第1、3—12份租约."""
    numbers = [index + 1 for index in indices if index is not None]
    if len(numbers) < 2:
        return subject(kind, indices[0])
    named = joined([_run(first, last) for first, last in _runs(numbers)])
    return Text(f"第{named.zh}{kind.counter}{kind.label.zh}", f"{kind.label.en.lower()}s {named.en}")


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The first and the last of each run of numbers one after the other; a run of two is two."""
    for _, run in groupby(enumerate(numbers), lambda placed: placed[1] - placed[0]):
        found = [number for _, number in run]
        if len(found) > 2:
            yield found[0], found[-1]
        else:
            yield from ((number, number) for number in found)


def _run(first: int, last: int) -> Text:
    return both(str(first)) if first == last else Text(f"{first}—{last}", f"{first} to {last}")


def each(kind: SubjectKind) -> Text:
    """Each subject of a kind: 每份租约; the applicant is one."""
    if kind.list is None:
        return kind.label
    return Text(f"每{kind.counter}{kind.label.zh}", f"each {kind.label.en.lower()}")


def place(where: Location, source: str) -> Text:
    """A place as people look for it: the line of the profile's own file, else the file's name and line."""
    if where.file == source and where.line:
        return Text(f"第{where.line}行", f"line {where.line}")
    if where.file.startswith(f"{source}:"):
        return both(where.file[len(source) + 1 :])
    file = where.file.replace("\\", "/").rpartition("/")[2]
    return both(f"{file}:{where.line}" if where.line else file)
