"""Rulebook stage: checks on a typed programme as a whole, each a pure look at it that reports what can't be meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from relief_engine.errors import did_you_mean
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook import programme as p
from relief_engine.rulebook import shapes as s
from relief_engine.rulebook.building import Desk
from relief_engine.rulebook.facts import Domain
from relief_engine.rulebook.source import Document, Path_
from relief_engine.text import Text

#: The years that a formula may be about; facts hold no other days.
_YEARS = range(1900, 2101)
#: The most months that a period may be moved by.
_MONTHS = 1200


def check_uses(document: Document, file: s.ProgrammeFile, expressions: Iterable[ex.Expr], desk: Desk) -> None:
    """Every version of a parameter must be usable where expressions use it."""
    names: dict[tuple[str, str], Domain] = {}
    divisors: set[str] = set()
    years: set[str] = set()
    months: set[str] = set()
    for node in (inner for expression in expressions for inner in ex.walk(expression)):
        match node:
            case ex.Member(subject=subject, name=str(name)) | ex.Entry(key=subject, name=name):
                if isinstance(subject.type, ex.ChoiceType):
                    names[name, subject.type.domain.name] = subject.type.domain
            case ex.Arith(op="/", right=ex.ParamRef(name=name)):
                divisors.add(name)
            case ex.OverlapDays(year=ex.ParamRef(name=name)):
                years.add(name)
            case ex.AddMonths(months=ex.ParamRef(name=name)):
                months.add(name)
    for (name, _), domain in names.items():
        _names(document, file, name, domain, desk)
    for name in sorted(divisors):
        _figures(
            document,
            file,
            name,
            "divisor",
            lambda v: v > 0,
            Text("除数必须大于零", "a divisor must be above zero"),
            desk,
        )
    for name in sorted(years):
        words = Text("年份应为1900至2100的整数", "a year is a whole number from 1900 to 2100")
        _figures(document, file, name, "year", lambda v: v in _YEARS, words, desk)
    for name in sorted(months):
        words = Text(f"月数应为不超过{_MONTHS}的整数", f"months are a whole number of at most {_MONTHS}")
        _figures(document, file, name, "months", lambda v: v % 1 == 0 and abs(v) <= _MONTHS, words, desk)


def _figures(
    document: Document,
    file: s.ProgrammeFile,
    name: str,
    code: str,
    fits: Callable[[Decimal], bool],
    words: Text,
    desk: Desk,
) -> None:
    for index, version in enumerate(file.parameters.get(name, ())):
        if isinstance(version.value, Decimal) and not fits(version.value):
            said = Text(f"参数“{name}”：{words.zh}", f"the parameter {name!r}: {words.en}")
            desk.report(document, f"parameter-{code}", ("parameters", name, index, "value"), said)


def _names(document: Document, file: s.ProgrammeFile, name: str, domain: Domain, desk: Desk) -> None:
    for index, version in enumerate(file.parameters.get(name, ())):
        path: Path_ = ("parameters", name, index, "value")
        for step, written in _written(version.value):
            if written in domain.ids:
                continue
            hint = did_you_mean(written, domain.ids)
            said = Text(
                f"{domain.name} 没有选项“{written}”{hint.zh}", f"{domain.name} has no choice {written!r}{hint.en}"
            )
            desk.report(document, "parameter-unknown-choice", (*path, *step), said, key=isinstance(version.value, dict))


def _written(value: Any) -> Iterator[tuple[Path_, str]]:
    """The names in a value, each with the step that leads to it."""
    match value:
        case dict():
            yield from (((name,), name) for name in value)
        case list():
            yield from (((index,), name) for index, name in enumerate(value))
        case str():
            yield (), value


# --- referrals in place of a criterion ----------------------------------------------------------------------------


def check_stand_ins(
    document: Document, criteria: Sequence[p.Criterion], referrals: Sequence[p.Referral], desk: Desk
) -> None:
    """A referral that holds whenever its criterion fails would leave the criterion without effect."""
    known = {criterion.id: criterion for criterion in criteria}
    for index, referral in enumerate(referrals):
        for place, name in enumerate(referral.in_place_of):
            criterion = known.get(name)
            if criterion is not None and _only_negates(criterion, referral):
                said = Text(
                    f"条件“{name}”不满足时总是转人工，条件就没有作用；应写明哪些情形转人工",
                    f"refers whenever {name!r} fails, which then never refuses; say which situations are referred",
                )
                desk.report(document, "referral-negates", ("referrals", index, "in_place_of", place), said)


def _only_negates(criterion: p.Criterion, referral: p.Referral) -> bool:
    return any(
        period.cut(other) is not None and _normal(wording.condition, False) == _normal(situation.condition, True)
        for period, wording in criterion.versions.versions
        for other, situation in referral.versions.versions
    )


_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


def _normal(expr: ex.Expr, holds: bool) -> object:
    """What an expression says, without places: negations pushed inwards, the order of parts and choices left out."""
    match expr:
        case ex.Not(operand=operand):
            return _normal(operand, not holds)
        case ex.AllOf(parts=parts) | ex.AnyOf(parts=parts):
            return (isinstance(expr, ex.AllOf) is holds, frozenset(_normal(part, holds) for part in parts))
        case ex.Member(subject=subject, values=values, name=None) if isinstance(subject.type, ex.ChoiceType):
            chosen = frozenset(values)
            return (subject.fact.id, chosen if holds else frozenset(subject.type.domain.ids) - chosen)
        case ex.Member(subject=subject, name=name):
            return (subject.fact.id, name, holds)
        case ex.Compare(op=op, left=left, right=right):
            return (op if holds else _OPPOSITE[op], _normal(left, True), _normal(right, True))
        case ex.Flag(fact=fact) | ex.FactRef(fact=fact):
            return (fact.id, holds)
        case ex.ParamRef(name=name) | ex.LetRef(name=name):
            return name
        case ex.Number(value=value):
            return value
        case _:
            own = (getattr(expr, "op", None), getattr(expr, "name", None), getattr(expr, "least", None))
            return (type(expr), *own, tuple(_normal(child, True) for child in ex.children(expr)), holds)
