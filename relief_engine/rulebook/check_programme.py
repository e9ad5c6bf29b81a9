"""Rulebook stage: what can be wrong with a programme though each of its parts is right.

Each check is a function of the built programme that yields findings. Values of parameters are looked at in all their
versions, since a rule that breaks in three years is wrong today.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from fractions import Fraction
from typing import Any

from relief_engine.errors import Finding, Location
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.kinds import unknown_choice
from relief_engine.rulebook.normal_form import conjuncts, negated_conjuncts
from relief_engine.rulebook.programme import Parameter, ParameterValue, Programme
from relief_engine.rulebook.scalars import FIRST_YEAR, LAST_YEAR
from relief_engine.rulebook.source import Document, Path_
from relief_engine.text import Text

#: The most months that are added to a day; it keeps every day within the calendar.
MOST_MONTHS = 1200
#: The most calendar months of one window: each is a figure of its own in every route.
LONGEST_WINDOW = 24
_DAY = dt.timedelta(days=1)


def check_programme(programme: Programme, document: Document, broken: Set[str]) -> Iterator[Finding]:
    """All findings; ``document`` is the file that the programme was built from, ``broken`` are names not to miss."""
    yield from dict.fromkeys(names_are_choices(programme, document, broken))
    yield from dict.fromkeys(values_fit_their_use(programme, document))
    yield from dict.fromkeys(bounds_are_in_order(programme))
    yield from dict.fromkeys(windows_are_whole(programme, document))
    yield from dict.fromkeys(referrals_do_not_negate(programme))


def expressions(programme: Programme) -> Iterator[ex.Expr]:
    """Every expression of a programme with everything below it."""
    roots: list[ex.Expr | None] = [let.value for let in programme.lets.values()]
    worded = [*(c.versions for c in programme.criteria), *(r.versions for r in programme.referrals)]
    roots.extend(wording.condition for dated in worded for _, wording in dated.versions)
    for _, benefit in programme.benefit.versions.versions:
        roots.extend((benefit.amount, benefit.ceiling, benefit.rate, benefit.payable, benefit.until))
    for deadline in programme.deadlines:
        roots.extend((deadline.date, deadline.condition))
    roots.extend(item.condition for item in (*programme.ways, *programme.check_by_hand, *programme.remarks))
    if programme.properties is not None:
        roots.extend(programme.properties.expressions())
    for root in roots:
        if root is not None:
            yield from ex.walk(root)


def names_are_choices(programme: Programme, document: Document, broken: Set[str]) -> Iterator[Finding]:
    """The names in a list or table are choices of every fact that it is used with."""
    for expr in expressions(programme):
        match expr:
            case ex.Member(subject=ex.FactRef(fact=fact, type=ex.ChoiceType(domain=domain)), name=str(name)):
                pass
            case ex.Entry(name=name, key=ex.FactRef(fact=fact, type=ex.ChoiceType(domain=domain))):
                pass
            case _:
                continue
        for path, choice in _written_names(document, name):
            if choice not in domain.ids and broken.isdisjoint((choice, domain.name)):
                said = unknown_choice(choice, fact.id, domain)
                yield Finding("parameter-unknown-choice", document.where(path, key=True), said)


def _written_names(document: Document, parameter: str) -> Iterator[tuple[Path_, str]]:
    """The names in all versions of a list or table, with their places."""
    versions: list[dict[str, Any]] = document.value["parameters"][parameter]
    for index, version in enumerate(versions):
        path: Path_ = ("parameters", parameter, index, "value")
        value = version["value"]
        if isinstance(value, str):
            yield path, value
        elif isinstance(value, dict):
            yield from (((*path, name), name) for name in value)
        elif isinstance(value, list):
            yield from (((*path, place), name) for place, name in enumerate(value))


# --- values -----------------------------------------------------------------------------------------------------


def values_fit_their_use(programme: Programme, document: Document) -> Iterator[Finding]:
    """Divisors are positive, months and days whole numbers, years real ones, in every version."""
    for expr in expressions(programme):
        match expr:
            case ex.Arith(op="/", right=ex.ParamRef(name=name)):
                message = Text("用作除数，应大于 0", "is a divisor and must be greater than 0")
                yield from _values(programme, document, "divisor", name, lambda value: value > 0, message)
            case ex.AddMonths(months=ex.ParamRef(name=name)):
                message = Text(
                    f"用作月数，应为不超过 {MOST_MONTHS} 的整数",
                    f"is a number of months and must be whole and at most {MOST_MONTHS}",
                )
                yield from _values(programme, document, "months", name, _are_months, message)
            case ex.OverlapDays(window=(ex.ParamRef(name=name),)):
                message = Text(
                    f"用作年份，应为 {FIRST_YEAR} 至 {LAST_YEAR} 的整数",
                    f"is a year and must be a whole number from {FIRST_YEAR} to {LAST_YEAR}",
                )
                yield from _values(programme, document, "year", name, _is_year, message)
            case ex.Arith(type=ex.DateType(), right=right):
                message = Text("用作天数，应为整数", "is a number of days and must be whole")
                for part in ex.walk(right):
                    if isinstance(part, ex.ParamRef):
                        yield from _values(programme, document, "days", part.name, _is_whole, message)


def _is_whole(value: Fraction) -> bool:
    return value.denominator == 1


def _are_months(value: Fraction) -> bool:
    return _is_whole(value) and abs(value) <= MOST_MONTHS


def _is_year(value: Fraction) -> bool:
    return _is_whole(value) and FIRST_YEAR <= value <= LAST_YEAR


def _values(
    programme: Programme, document: Document, use: str, name: str, fits: Callable[[Fraction], bool], message: Text
) -> Iterator[Finding]:
    """A finding for each version of a parameter whose value does not fit."""
    parameter = programme.parameters[name]
    for _, version in parameter.versions.versions:
        value = version.in_base_units
        if value is not None and not fits(value):
            shown = f"{version.value}"
            words = Text(f"参数“{name}”（{shown}）{message.zh}", f"the parameter {name!r} ({shown}) {message.en}")
            yield Finding(f"parameter-{use}", _place(document, name, version), words)


def _place(document: Document, name: str, version: ParameterValue) -> Location:
    """Where the value of a version is written."""
    for index in range(len(document.value["parameters"][name])):
        path: Path_ = ("parameters", name, index)
        if document.where(path) == version.where:
            return document.where((*path, "value"))
    return version.where


def bounds_are_in_order(programme: Programme) -> Iterator[Finding]:
    """The lowest figure of ``between`` is below the highest on every day, where parameters settle both."""
    for expr in expressions(programme):
        if not isinstance(expr, ex.Between):
            continue
        for day in programme.change_days():
            low, high = (_on(programme.parameters, part, day) for part in (expr.low, expr.high))
            if low is not None and high is not None and low >= high:
                message = Text(
                    f"between 的最低值应小于最高值（{day} 为 {low} 与 {high}）",
                    f"the lowest figure of between must be below the highest (on {day}: {low} and {high})",
                )
                yield Finding("between-order", expr.where, message)
                break


def windows_are_whole(programme: Programme, document: Document) -> Iterator[Finding]:
    """A window does not end before it begins, on any day; one that is counted in months has whole ones, and few."""
    for expr in expressions(programme):
        if not isinstance(expr, ex.OverlapDays | ex.OverlapMonths) or len(expr.window) != 2:
            continue
        for day in programme.change_days():
            names = [parameter.name for parameter in expr.window]
            versions = [programme.parameters[name].versions.on(day) for name in names]
            places = [_place(document, n, v) for n, v in zip(names, versions, strict=True) if v is not None]
            days = [v.value for v in versions if v is not None and isinstance(v.value, dt.date)]
            if len(days) == len(places) == 2:
                yield from _window(days[0], days[1], places, months=isinstance(expr, ex.OverlapMonths))


def _window(first: dt.date, last: dt.date, places: Sequence[Location], *, months: bool) -> Iterator[Finding]:
    """What is wrong with one window; ``places`` are those of its two days."""
    if last < first:
        message = Text(
            f"期间的末日 {last} 早于首日 {first}", f"the window's last day, {last}, is before its first, {first}"
        )
        yield Finding("window-order", places[1], message)
    elif months:
        if first.day != 1:
            message = Text(
                f"按月计算的期间应从某月第一天开始，不是 {first}",
                f"a window of months must begin on the first day of a month, not on {first}",
            )
            yield Finding("window-months", places[0], message)
        if (last + _DAY).day != 1:
            message = Text(
                f"按月计算的期间应到某月最后一天为止，不是 {last}",
                f"a window of months must end on the last day of a month, not on {last}",
            )
            yield Finding("window-months", places[1], message)
        if len(ex.calendar_months(first, last)) > LONGEST_WINDOW:
            message = Text(
                f"按月计算的期间最长 {LONGEST_WINDOW} 个月，{first} 至 {last} 过长",
                f"a window of months has at most {LONGEST_WINDOW}; {first} to {last} is too long",
            )
            yield Finding("window-months", places[1], message)


def _on(parameters: Mapping[str, Parameter], expr: ex.Expr, day: dt.date) -> Fraction | None:
    """The value that a bare number or a parameter has on a day; None for anything else."""
    if isinstance(expr, ex.Number):
        return Fraction(expr.value)
    if not isinstance(expr, ex.ParamRef):
        return None
    version = parameters[expr.name].versions.on(day)
    return None if version is None else version.in_base_units


# --- referrals --------------------------------------------------------------------------------------------------


def referrals_do_not_negate(programme: Programme) -> Iterator[Finding]:
    """A referral in place of a criterion does not say again that the criterion is unmet (design, section 5).

    If it says nothing else the criterion never refuses; and ``c or not c`` would be unknown for an unknown fact.
    """
    criteria = {criterion.id: criterion for criterion in programme.criteria}
    for referral in programme.referrals:
        for name in referral.in_place_of:
            for period, worded in referral.versions.versions:
                said = conjuncts(worded.condition)
                for other, wording in criteria[name].versions.versions if name in criteria else ():
                    denied = negated_conjuncts(wording.condition)
                    if period.cut(other) is not None and denied <= said:
                        message = Text(
                            f"条件“{name}”不满足时总是转人工，条件就没有作用；应写明哪些情形转人工",
                            f"refers whenever {name!r} fails, which then never refuses; say which situations are meant",
                        )
                        if denied < said:
                            message = Text(
                                f"不要重复条件“{name}”的否定，只写转人工的情形",
                                f"don't repeat that {name!r} is unmet; say only which situation is referred",
                            )
                        yield Finding("referral-negates", worded.condition.where, message)
                        break
