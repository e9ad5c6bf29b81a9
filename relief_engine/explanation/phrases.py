"""Explanation stage: the rules themselves in words, with the figures of a day, and no applicant in view."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from relief_engine.explanation import say
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.facts import AnyFact
from relief_engine.rulebook.programme import ParameterValue, Programme
from relief_engine.rulebook.units import PURE, Unit
from relief_engine.text import Text, joined

_SIGNS: dict[ex.Arithmetic, str] = {"+": "+", "-": "−", "*": "×", "/": "÷"}


class Phrases:
    """Puts the expressions of one programme, as they hold on one day, into words."""

    def __init__(self, programme: Programme, day: dt.date) -> None:
        self.programme = programme
        self.day = day

    # --- conditions ---------------------------------------------------------------------------------------------

    def condition(self, expr: ex.Expr, *, wanted: bool = True) -> Text:
        """A condition, or its opposite where that is what is wanted."""
        match expr:
            case ex.Not(operand=operand):
                return self.condition(operand, wanted=not wanted)
            case ex.AllOf(parts=parts) | ex.AnyOf(parts=parts):
                every = isinstance(expr, ex.AllOf) == wanted
                found = [self._part(part, wanted=wanted) for part in parts]
                return joined(found, zh="，并且" if every else "，或者", en=", and " if every else ", or ")
            case ex.Flag(fact=fact):
                name = say.label(fact)
                return name if wanted else Text(f"“{name.zh}”为否", f"not: {_small(name.en)}")
            case ex.Member():
                return self._member(expr, wanted=wanted)
            case ex.Compare():
                return self._compare(expr, wanted=wanted)
            case _:
                raise TypeError(f"not a condition: {expr}")

    def _part(self, expr: ex.Expr, *, wanted: bool) -> Text:
        """A part of a condition, in brackets where it has parts of its own."""
        words = self.condition(expr, wanted=wanted)
        while isinstance(expr, ex.Not):
            expr = expr.operand
        return Text(f"（{words.zh}）", f"({words.en})") if isinstance(expr, ex.AllOf | ex.AnyOf) else words

    def _member(self, expr: ex.Member, *, wanted: bool) -> Text:
        fact, kind = expr.subject.fact, expr.subject.type
        if not isinstance(kind, ex.ChoiceType):
            raise TypeError("a membership test needs a choice")
        names = set(expr.values)
        if expr.name is not None:
            value = self.parameter(expr.name).value
            names = set(value) if isinstance(value, tuple | dict) else set()
        labels = say.either([kind.domain.labels[i] for i, name in enumerate(kind.domain.ids) if name in names])
        name = say.label(fact)
        if wanted:
            return Text(f"{name.zh}为{labels.zh}", f"{_small(name.en)} is {labels.en}")
        return Text(f"{name.zh}不为{labels.zh}", f"{_small(name.en)} is not {labels.en}")

    def _compare(self, expr: ex.Compare, *, wanted: bool) -> Text:
        op = expr.op if wanted else say.OPPOSITE[expr.op]
        days = isinstance(expr.left.type, ex.DateType)
        words = (say.COMPARED_DAYS if days else say.COMPARED)[op]
        left, right = self.figure(expr.left), self.figure(expr.right, like=expr.left.type)
        return say.behind(Text(f"{left.zh}{words.zh}", f"{left.en} is {words.en}"), right)

    # --- figures and days ---------------------------------------------------------------------------------------

    def figure(self, expr: ex.Expr, *, like: ex.Type | None = None) -> Text:
        """A figure or day; ``like`` is what a bare number is compared with."""
        match expr:
            case ex.FactRef(fact=fact):
                return self._fact(fact)
            case ex.AsOf():
                return Text("判定日", "the day of the decision")
            case ex.Number(value=value):
                unit = like.unit if isinstance(like, ex.NumberType) else PURE
                return say.figure(Fraction(value), unit)
            case ex.ParamRef(name=name):
                return self._parameter(name)
            case ex.LetRef(name=name):
                title = self.programme.lets[name].title
                return Text(f"“{title.zh}”", f"“{title.en}”")
            case ex.Entry(name=name, key=key):
                title = say.label(key.fact)
                what = self.parameter(name).note or Text("表中的数", "the entry")
                return Text(
                    f"{title.zh}在“{what.zh}”中的对应值", f"the entry of “{what.en}” for the {_small(title.en)}"
                )
            case ex.IfElse():
                return self._choice(expr)
            case ex.Arith(op=op, left=left, right=right):
                a, b = self._operand(left, op), self._operand(right, op, last=True)
                return Text(f"{a.zh} {_SIGNS[op]} {b.zh}", f"{a.en} {_SIGNS[op]} {b.en}")
            case ex.Between(low=low, high=high):
                a, b = self.figure(low), self.figure(high)
                return Text(f"{a.zh}至{b.zh}之间，文件没有确定", f"from {a.en} to {b.en}, left open by the texts")
            case ex.Extreme(least=least, parts=parts):
                listed = joined([self.figure(part) for part in parts])
                return Text(
                    f"以下各数中最{'小' if least else '大'}的：{listed.zh}",
                    f"the {'least' if least else 'greatest'} of: {listed.en}",
                )
            case ex.OverlapDays(start=start, end=end, window=window):
                return self._overlap(start, end, window, Text("天数", "days"))
            case ex.OverlapMonths(start=start, end=end, window=window):
                return self._overlap(
                    start, end, window, Text("月数（不满一个月的按天数折算）", "months, parts by the day,")
                )
            case ex.AddMonths(day=day, months=months):
                a, b = self.figure(day), self.figure(months)
                return Text(f"{a.zh}后{b.zh}", f"{b.en} after {a.en}")
            case _:
                raise TypeError(f"not a figure: {expr}")

    def _overlap(self, start: ex.Expr, end: ex.Expr, window: tuple[ex.ParamRef, ...], what: Text) -> Text:
        """The days or months of a period within a window: a year, or from day to day."""
        a, b, *bounds = (self.figure(part) for part in (start, end, *window))
        within = bounds[0] if len(bounds) == 1 else say.span(bounds[0], bounds[1])
        zh = say.behind(Text(f"{a.zh}至{b.zh}在", ""), within).zh
        gap = " " if zh[-1:].isascii() else ""
        return Text(f"{zh}{gap}内的{what.zh}", f"the {what.en} from {a.en} to {b.en} within {within.en}")

    def _fact(self, fact: AnyFact) -> Text:
        name = say.label(fact)
        return Text(name.zh, _small(name.en))

    def _parameter(self, name: str) -> Text:
        found = self.parameter(name)
        if isinstance(found.value, dt.date):
            return say.day(found.value)
        unit: Unit | None = found.unit
        value = say.figure(found.in_base_units or Fraction(0), unit)
        if found.note is None:
            return value
        return Text(f"{found.note.zh}（{value.zh}）", f"{found.note.en} ({value.en})")

    def parameter(self, name: str) -> ParameterValue:
        """The parameter's version on the day; loading has checked that there is one."""
        value = self.programme.parameters[name].versions.on(self.day)
        if value is None:
            raise LookupError(f"{name} has no version on {self.day}")
        return value

    def _choice(self, expr: ex.IfElse) -> Text:
        """A choice of figures: 甲则…；乙则…；否则…."""
        zh: list[str] = []
        en: list[str] = []
        rest: ex.Expr = expr
        while isinstance(rest, ex.IfElse):
            condition, then = self.condition(rest.condition), self.figure(rest.then)
            zh.append(f"{condition.zh}的，{then.zh}")
            en.append(f"{then.en} if {condition.en}")
            rest = rest.otherwise
        last = self.figure(rest)
        return Text("；".join([*zh, f"其他的，{last.zh}"]), "; ".join([*en, f"else {last.en}"]))

    def _operand(self, expr: ex.Expr, op: ex.Arithmetic, *, last: bool = False) -> Text:
        """One side of a sum or product, in brackets where it would be misread without."""
        words = self.figure(expr)
        inner = expr.op if isinstance(expr, ex.Arith) else ""
        compound = inner and ((op in "*/" and (last or inner in "+-")) or (op == "-" and last and inner in "+-"))
        open_ = isinstance(expr, ex.IfElse | ex.Between | ex.Extreme)
        return Text(f"（{words.zh}）", f"({words.en})") if compound or open_ else words


def _small(title: str) -> str:
    """A title inside a sentence; names that begin with two capitals keep theirs."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
