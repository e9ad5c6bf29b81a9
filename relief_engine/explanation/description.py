"""Explanation stage: what a programme says, from its rules: who gets what, what is left to people, by when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from relief_engine.explanation import say
from relief_engine.explanation.outline import Item, Mark, grouped
from relief_engine.explanation.phrases import Phrases
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.periods import FIRST, LAST, Period
from relief_engine.rulebook.programme import Programme, Remark
from relief_engine.rulebook.sources import Citation
from relief_engine.text import Language, Text

BENEFITS = {
    "entitlement": Text("定额减免或补助", "an amount"),
    "ceiling": Text("不超过上限的支持", "support up to a ceiling"),
    "rate": Text("优惠费率或比例", "a reduced rate"),
    "deferral": Text("缓缴或延期", "a deferral or extension"),
    "in_kind": Text("服务或其他非现金支持", "a service or other help"),
}
#: What the payer does, as the answer says it; an amount, a ceiling or a service is given.
_DONE = {"rate": Text("执行", "applied"), "deferral": Text("办理", "handled")}
_FIGURES = {
    "amount": Text("金额", "Amount"),
    "ceiling": Text("上限", "Ceiling"),
    "rate": Text("比例", "Rate"),
    "payable": Text("应付金额", "Payable"),
    "until": Text("截止日", "Until"),
}


class Part(NamedTuple):
    """One part of a description, with its key for data, its title and its lines."""

    key: str
    title: str
    items: tuple[Item, ...]


def day_of(programme: Programme, day: dt.date) -> dt.date:
    """The day whose rules describe a programme: ``day``, or the nearest on which it is in force."""
    return min(max(day, programme.period.first), programme.period.last)


def in_force(period: Period) -> Text:
    """From when to when something may be used to decide."""
    since = Text("未规定起始日", "no beginning stated")
    if period.first != FIRST:
        since = Text(f"自 {period.first} 起", f"from {period.first}")
    until = Text("，未规定截止日", ", no end stated")
    if period.last != LAST:
        until = Text(f"至 {period.last} 止", f" to {period.last}")
    return Text(since.zh + until.zh, since.en + until.en)


def describe(programme: Programme, day: dt.date, language: Language) -> tuple[Part, ...]:
    """The rules of a programme as they hold on a day on which it is in force, in words."""
    return tuple(part for part in _Describer(programme, day, language).parts() if part.items)


class _Describer:
    def __init__(self, programme: Programme, day: dt.date, language: Language) -> None:
        self.programme = programme
        self.day = day
        self.language = language
        self.phrases = Phrases(programme, day)

    def parts(self) -> Iterator[Part]:
        yield self.part("criteria", Text("条件（须全部满足）", "Criteria (all are needed)"), self.criteria())
        yield self.part("referrals", Text("以下情形由人认定", "Left to people"), self.referrals())
        yield self.part("benefit", Text("给予", "What is given"), self.benefit())
        yield self.part("deadlines", Text("办理期限", "Deadlines"), self.deadlines())
        for kind, title in (
            ("ways", Text("给予方式", "How it is given")),
            ("check_by_hand", Text("须人工核对", "To be checked by hand")),
            ("remarks", Text("说明", "Notes")),
        ):
            yield self.part(kind, title, self.remarks(getattr(self.programme, kind)))

    def part(self, key: str, title: Text, items: Iterable[Item]) -> Part:
        return Part(key, title.in_(self.language), tuple(items))

    def item(self, text: Text, citations: Iterable[Citation] = (), mark: Mark = "plain", *below: Item) -> Item:
        line = text.in_(self.language)
        if self.language == "en":
            line = line[:1].upper() + line[1:]
        return Item(mark, line, grouped(say.cited(citations)), items=below)

    def criteria(self) -> Iterator[Item]:
        """Each criterion with its condition in words."""
        for criterion in self.programme.criteria:
            wording = criterion.versions.on(self.day)
            if wording is not None:
                below = [self.item(self.phrases.condition(wording.condition))]
                if wording.remark is not None:
                    below.append(self.item(wording.remark))
                yield self.item(criterion.title, wording.citations, "plain", *below)

    def referrals(self) -> Iterator[Item]:
        """Each referral with when it holds, why, and what it stands in for."""
        titles = {criterion.id: criterion.title for criterion in self.programme.criteria}
        for referral in self.programme.referrals:
            wording = referral.versions.on(self.day)
            if wording is None:
                continue
            below = [self.item(self.phrases.condition(wording.condition))]
            for name in referral.in_place_of:
                title = titles[name]
                below.append(
                    self.item(Text(f"不满足“{title.zh}”时，不直接拒绝", f"instead of a refusal under “{title.en}”"))
                )
            if wording.remark is not None:
                below.append(self.item(wording.remark))
            yield self.item(referral.title, wording.citations, "referred", *below)

    def benefit(self) -> Iterator[Item]:
        """The formulas of the benefit, and the figures that they name."""
        benefit = self.programme.benefit
        wording = benefit.versions.on(self.day)
        if wording is None:
            return
        payer = say.PAYERS[benefit.payer]
        kind = BENEFITS[benefit.kind]
        verb = _DONE.get(benefit.kind, Text("给予", "given"))
        yield self.item(
            Text(f"{kind.zh}，由{payer.zh}{verb.zh}", f"{kind.en}, {verb.en} by {payer.en}"), wording.citations
        )
        named: dict[str, None] = {}
        for name, title in _FIGURES.items():
            formula: ex.Expr | None = getattr(wording, name)
            if formula is not None:
                yield self.item(say.titled(title, self.phrases.figure(formula)))
                self.named(formula, named)
        for name in named:
            let = self.programme.lets[name]
            yield self.item(say.titled(let.title, self.phrases.figure(let.value)))

    def named(self, expr: ex.Expr, found: dict[str, None]) -> None:
        """The named figures that an expression leans on, outermost first."""
        for part in ex.walk(expr):
            if isinstance(part, ex.LetRef) and part.name not in found:
                found[part.name] = None
                self.named(self.programme.lets[part.name].value, found)

    def deadlines(self) -> Iterator[Item]:
        """The days by which someone must act."""
        for deadline in self.programme.deadlines:
            if not deadline.period.holds(self.day):
                continue
            below = [] if deadline.condition is None else [self.only_if(deadline.condition)]
            yield self.item(
                say.titled(deadline.title, self.phrases.figure(deadline.date)), deadline.citations, "plain", *below
            )

    def remarks(self, remarks: tuple[Remark, ...]) -> Iterator[Item]:
        """The sentences of a kind."""
        for remark in remarks:
            if remark.period.holds(self.day):
                below = [] if remark.condition is None else [self.only_if(remark.condition)]
                yield self.item(remark.text, remark.citations, "plain", *below)

    def only_if(self, condition: ex.Expr) -> Item:
        words = self.phrases.condition(condition)
        return self.item(Text(f"仅当{words.zh}", f"only if {words.en}"))
