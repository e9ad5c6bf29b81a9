"""Testing stage, mutation: every mutant of one programme, element by element."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from relief_engine.rulebook.expressions import Expr
from relief_engine.rulebook.periods import Dated, Period
from relief_engine.rulebook.programme import BenefitWording, Criterion, Deadline, Programme, Referral, Wording
from relief_engine.rulebook.record import changed
from relief_engine.rulebook.sources import Citation
from relief_engine.testing.mutation.dates import date_edits
from relief_engine.testing.mutation.mutant import Edit, Kind, Mutant
from relief_engine.testing.mutation.parameters import nearby
from relief_engine.testing.mutation.trees import tree_edits
from relief_engine.text import Text

T = TypeVar("T")
#: The formulas of a benefit.
FORMULAS = ("amount", "ceiling", "rate", "payable", "until")


def programme_mutants(programme: Programme) -> Iterator[Mutant]:
    """Every mutant of a programme, in the order of its file; what is only shown beside a decision is left alone.

    Sentences shown beside a decision (``ways``, ``check_by_hand``, ``remarks``) and the conditions under which they are
    shown are left alone: no case says anything of them.
    """
    numbers: dict[tuple[str, Kind], int] = {}
    for path, element, citations, edit in _edits(programme):
        made = edit.made
        if not isinstance(made, Programme):
            raise TypeError(f"{path}: a mutant of a programme is a programme")
        number = numbers[path, edit.kind] = numbers.get((path, edit.kind), 0) + 1
        identity = f"{programme.id}:{path}:{edit.kind}:{number}"
        yield Mutant(
            identity, edit.kind, programme.id, element, edit.where, edit.before, edit.after, citations, made, None,
            (programme.id,),
        )  # fmt: skip


#: Where in a programme, in words, what it cites, and the mistake with the whole programme.
_Edit = tuple[str, Text, tuple[Citation, ...], Edit]


def _edits(programme: Programme) -> Iterator[_Edit]:
    for edit in date_edits(programme):
        yield "dates", Text("起止日", "its dates"), programme.citations, edit
    yield from _parameters(programme)
    for name, let in programme.lets.items():

        def with_let(value: Expr, name: str = name) -> Programme:
            lets = {**programme.lets, name: changed(programme.lets[name], value=value)}
            return changed(programme, lets=lets)

        element = Text(f"中间量“{name}”", f"figure {name!r}")
        for edit in _in_tree(let.value, with_let):
            yield f"let.{name}", element, programme.benefit.versions.versions[-1][1].citations, edit
    yield from _criteria(programme)
    yield from _referrals(programme)
    yield from _benefit(programme)
    yield from _deadlines(programme)


def _in_tree(expr: Expr, whole: Callable[[Expr], Programme]) -> Iterator[Edit]:
    """The mistakes in one expression, each with the programme that holds it."""
    for edit in tree_edits(expr):
        if isinstance(edit.made, Expr):
            yield changed(edit, made=whole(edit.made))


def _versions(versions: Dated[T]) -> Iterator[tuple[str, T, Callable[[T], Dated[T]]]]:
    """Each version: what tells it from others in a path, itself, and all versions with another in its place."""
    listed = versions.versions
    for index, (period, value) in enumerate(listed):

        def with_version(other: T, index: int = index, period: Period = period) -> Dated[T]:
            return Dated((*listed[:index], (period, other), *listed[index + 1 :]))

        yield f"@{period.first}" if len(listed) > 1 else "", value, with_version


def _parameters(programme: Programme) -> Iterator[_Edit]:
    for name, parameter in programme.parameters.items():
        element = Text(f"参数“{name}”", f"parameter {name!r}")
        for mark, version, with_version in _versions(parameter.versions):
            for kind, before, after, value in nearby(version.value):
                altered = changed(parameter, versions=with_version(changed(version, value=value)))
                made = changed(programme, parameters={**programme.parameters, name: altered})
                yield (
                    f"parameters.{name}{mark}",
                    element,
                    version.citations,
                    Edit(kind, version.where, before, after, made),
                )
        for edit in date_edits(programme, parameter.versions):
            made = changed(programme, parameters={**programme.parameters, name: _redated(parameter, edit)})
            yield f"parameters.{name}", element, parameter.versions.versions[-1][1].citations, changed(edit, made=made)


R = TypeVar("R")


def _redated(element: R, edit: Edit) -> R:
    return changed(element, versions=edit.made)  # type: ignore[type-var]  # all dated elements are records


def _criteria(programme: Programme) -> Iterator[_Edit]:
    for index, criterion in enumerate(programme.criteria):
        element = Text(f"条件“{criterion.id}”", f"criterion {criterion.id!r}")
        path = f"criteria.{criterion.id}"

        def with_criterion(other: Criterion, index: int = index) -> Programme:
            return changed(programme, criteria=_put(programme.criteria, index, other))

        yield (
            path,
            element,
            _cited(criterion),
            Edit(Kind.CRITERION, criterion.where, criterion.id, "—", _without_criterion(programme, criterion.id)),
        )
        yield from _worded(path, element, criterion, with_criterion)


def _referrals(programme: Programme) -> Iterator[_Edit]:
    for index, referral in enumerate(programme.referrals):
        element = Text(f"认定事项“{referral.id}”", f"referral {referral.id!r}")
        path = f"referrals.{referral.id}"

        def with_referral(other: Referral, index: int = index) -> Programme:
            return changed(programme, referrals=_put(programme.referrals, index, other))

        rest = tuple(other for other in programme.referrals if other is not referral)
        yield (
            path,
            element,
            _cited(referral),
            Edit(Kind.REFERRAL, referral.where, referral.id, "—", changed(programme, referrals=rest)),
        )
        links = referral.in_place_of
        for link in links:
            less = tuple(name for name in links if name != link)
            made = with_referral(changed(referral, in_place_of=less))
            shown = f"in_place_of: [{', '.join(links)}]", f"in_place_of: [{', '.join(less)}]"
            yield path, element, _cited(referral), Edit(Kind.LINK, referral.where, *shown, made)
        yield from _worded(path, element, referral, with_referral)
    extra = programme.not_available
    if extra is not None:
        made = changed(programme, not_available=None)
        element = Text("没有数据时的认定（not_available）", "referral where figures do not exist (not_available)")
        yield "not_available", element, extra.citations, Edit(Kind.REFERRAL, programme.where, extra.id, "—", made)


def _worded(
    path: str, element: Text, owner: Criterion | Referral, whole: Callable[[Any], Programme]
) -> Iterator[_Edit]:
    """The mistakes in the conditions and dates of a criterion or referral."""
    versions: Dated[Wording] = owner.versions
    for mark, wording, with_version in _versions(versions):

        def with_condition(
            condition: Expr, known: Wording = wording, put: Callable[[Wording], Dated[Wording]] = with_version
        ) -> Programme:
            return whole(changed(owner, versions=put(changed(known, condition=condition))))

        for edit in _in_tree(wording.condition, with_condition):
            yield path + mark, element, wording.citations, edit
    for edit in date_edits(whole(owner), owner.versions):
        yield path, element, _cited(owner), changed(edit, made=whole(_redated(owner, edit)))


def _benefit(programme: Programme) -> Iterator[_Edit]:
    benefit = programme.benefit
    element = Text("待遇（benefit）", "benefit")

    def whole(versions: Dated[BenefitWording]) -> Programme:
        return changed(programme, benefit=changed(benefit, versions=versions))

    for mark, wording, with_version in _versions(benefit.versions):
        for name in FORMULAS:
            formula = getattr(wording, name)
            if formula is None:
                continue

            def with_formula(
                expr: Expr,
                name: str = name,
                wording: BenefitWording = wording,
                put: Callable[[BenefitWording], Dated[BenefitWording]] = with_version,
            ) -> Programme:
                return whole(put(changed(wording, **{name: expr})))

            for edit in _in_tree(formula, with_formula):
                yield f"benefit{mark}.{name}", element, wording.citations, edit
        rounding = wording.rounding
        if rounding is not None:
            for step in (rounding.step * 10, rounding.step / 10):
                if step * 100 >= 1:
                    made = whole(with_version(changed(wording, rounding=changed(rounding, step=step))))
                    yield (
                        f"benefit{mark}.rounding",
                        element,
                        rounding.citations,
                        Edit(Kind.ROUNDING, wording.where, f"{rounding.step:f}", f"{step:f}", made),
                    )
    for edit in date_edits(programme, benefit.versions):
        made = changed(programme, benefit=_redated(benefit, edit))
        yield "benefit", element, benefit.versions.versions[-1][1].citations, changed(edit, made=made)


def _deadlines(programme: Programme) -> Iterator[_Edit]:
    for index, deadline in enumerate(programme.deadlines):
        element = Text(f"期限“{deadline.id}”", f"deadline {deadline.id!r}")
        path = f"deadlines.{deadline.id}"

        def with_deadline(other: Deadline, index: int = index) -> Programme:
            return changed(programme, deadlines=_put(programme.deadlines, index, other))

        rest = tuple(other for other in programme.deadlines if other is not deadline)
        where = deadline.date.where
        yield (
            path,
            element,
            deadline.citations,
            Edit(Kind.DEADLINE, where, deadline.id, "—", changed(programme, deadlines=rest)),
        )
        for name in ("date", "condition"):
            expr = getattr(deadline, name)
            if expr is not None:

                def with_expr(
                    other: Expr,
                    name: str = name,
                    deadline: Deadline = deadline,
                    put: Callable[[Deadline], Programme] = with_deadline,
                ) -> Programme:
                    return put(changed(deadline, **{name: other}))

                for edit in _in_tree(expr, with_expr):
                    yield f"{path}.{name}", element, deadline.citations, edit
        for edit in date_edits(programme, Dated(((deadline.period, deadline),))):
            made_dates = edit.made
            if isinstance(made_dates, Dated):
                made = with_deadline(changed(deadline, period=made_dates.versions[0][0]))
                yield path, element, deadline.citations, changed(edit, where=where, made=made)


def _put(items: Sequence[T], index: int, item: T) -> tuple[T, ...]:
    return (*items[:index], item, *items[index + 1 :])


def _cited(element: Criterion | Referral) -> tuple[Citation, ...]:
    return element.versions.versions[-1][1].citations if element.versions.versions else ()


def _without_criterion(programme: Programme, name: str) -> Programme:
    """The programme without one criterion; referrals that would stand in for nothing else go with it."""
    referrals = []
    for referral in programme.referrals:
        rest = tuple(other for other in referral.in_place_of if other != name)
        if rest or not referral.in_place_of:
            referrals.append(changed(referral, in_place_of=rest))
    criteria = tuple(criterion for criterion in programme.criteria if criterion.id != name)
    return changed(programme, criteria=criteria, referrals=tuple(referrals))
