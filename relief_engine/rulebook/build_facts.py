"""Rulebook stage: fact files become fact records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction

from relief_engine.errors import did_you_mean
from relief_engine.rulebook import facts as f
from relief_engine.rulebook import shapes as s
from relief_engine.rulebook.building import Desk, optional_text, text
from relief_engine.rulebook.source import Document, Path_
from relief_engine.text import Text

#: The largest figure by type, in base units: people, plain numbers, yuan.
_LARGEST = {"count": 10**9, "number": 10**9, "amount": 10**12, "steps": 10**12}
_NEEDS_UNIT = ("count", "amount", "number", "steps")


def build_facts(document: Document, file: s.FactsFile, desk: Desk) -> f.SubjectFacts:
    """The facts, derived facts and relations of one subject."""
    facts: dict[str, f.Fact] = {}
    headers: dict[str, str] = {}
    for index, shape in enumerate(file.facts):
        path: Path_ = ("facts", index)
        if shape.id in facts:
            desk.report(
                document,
                "duplicate-fact",
                (*path, "id"),
                Text(f"事实“{shape.id}”重复", f"the fact {shape.id!r} is declared twice"),
            )
            continue
        for place, header in enumerate(shape.headers):
            if header in headers:
                desk.report(
                    document,
                    "duplicate-header",
                    (*path, "headers", place),
                    Text(
                        f"表头“{header}”已用于 {headers[header]}",
                        f"the header {header!r} already stands for {headers[header]}",
                    ),
                )
            headers[header] = shape.id
        facts[shape.id] = _fact(document, path, shape, file.subject, desk)
    subject = file.subject
    derived: list[f.FormFact | f.ExtremeFact] = []
    for index, item in enumerate(file.derived):
        path = ("derived", index)
        if isinstance(item, s.GivenForm):
            derived.append(_form(document, path, item, subject, facts, desk))
        else:
            extreme = _extreme(document, path, item, subject, facts, desk)
            if extreme is not None:
                derived.append(extreme)
    relations = tuple(
        relation
        for index, item in enumerate(file.relations)
        if (relation := _relation(document, ("relations", index), item, facts, desk)) is not None
    )
    return f.SubjectFacts(subject, text(file.label), tuple(facts.values()), tuple(derived), relations)


def _domain(
    document: Document, path: Path_, name: str, choices: Sequence[s.ChoiceShape], desk: Desk
) -> tuple[f.Domain, dict[str, int]]:
    names: dict[str, int] = {}
    for index, choice in enumerate(choices):
        for word in dict.fromkeys([choice.id, choice.label.zh, choice.label.en, *choice.aliases]):
            if names.get(word, index) != index:
                desk.report(
                    document,
                    "duplicate-choice",
                    (*path, index),
                    Text(f"选项名称“{word}”重复", f"the choice name {word!r} is used twice"),
                )
            names.setdefault(word, index)
    domain = f.Domain(name, tuple(c.id for c in choices), tuple(text(c.label) for c in choices))
    return domain, names


def _fact(document: Document, path: Path_, shape: s.FactShape, subject: s.Subject, desk: Desk) -> f.Fact:
    unit = desk.unit(document, (*path, "unit"), shape.unit) if shape.unit else None
    if (shape.type in _NEEDS_UNIT) != (unit is not None):
        desk.report(
            document,
            "fact-unit",
            path,
            Text(
                f"“{shape.id}”{'缺少单位' if unit is None else '不应有单位'}",
                f"{shape.id!r} {'needs a unit' if unit is None else 'takes no unit'}",
            ),
        )
    if (shape.type == "choice") != bool(shape.choices):
        desk.report(
            document,
            "fact-choices",
            path,
            Text(
                f"“{shape.id}”{'缺少选项' if shape.type == 'choice' else '不应有选项'}",
                f"{shape.id!r} {'needs choices' if shape.type == 'choice' else 'takes no choices'}",
            ),
        )
    domain, names = _domain(document, (*path, "choices"), f"{subject}.{shape.id}", shape.choices, desk)
    denominator = f.DENOMINATOR.get(shape.type, 1)
    scale = unit.scale if unit else 1
    highest = (
        int(Fraction(shape.at_most) * scale * denominator)
        if shape.at_most is not None
        else _LARGEST.get(shape.type, 0) * denominator
    )
    lowest = 0
    if shape.type == "date":
        lowest, highest = f.FIRST_DAY, f.LAST_DAY
    return f.Fact(
        id=f"{subject}.{shape.id}", subject=subject, type=shape.type, unit=unit, denominator=denominator,
        domain=domain if shape.choices else None, names=names, label=text(shape.label), question=text(shape.question),
        period=optional_text(shape.period), note=optional_text(shape.note), evidence=optional_text(shape.evidence),
        headers=tuple(shape.headers), changeable=shape.changeable, not_available=shape.not_available,
        informative=shape.informative, open_ended=shape.open_ended, lowest=lowest, highest=highest,
        where=document.where(path),
    )  # fmt: skip


def _known(
    document: Document, path: Path_, name: str, types: Sequence[str], facts: dict[str, f.Fact], desk: Desk
) -> f.Fact | None:
    fact = facts.get(name)
    if fact is None:
        if name not in desk.broken:
            hint = did_you_mean(name, facts)
            desk.report(
                document,
                "unknown-fact",
                path,
                Text(f"没有事实“{name}”{hint.zh}", f"there is no fact {name!r}{hint.en}"),
            )
        return None
    if types and fact.type not in types:
        desk.report(
            document,
            "fact-type",
            path,
            Text(f"“{name}”的类型应为 {'、'.join(types)}", f"{name!r} must be of type {' or '.join(types)}"),
        )
        return None
    return fact


def _form(
    document: Document, path: Path_, shape: s.GivenForm, subject: s.Subject, facts: dict[str, f.Fact], desk: Desk
) -> f.FormFact:
    domain, _ = _domain(document, (*path, "choices"), f"{subject}.{shape.id}", shape.choices, desk)
    given = []
    for name, choice in {**shape.form_given_by}.items():
        fact = _known(document, (*path, "form_given_by", name), name, (), facts, desk)
        index = domain.index(choice)
        if index is None:
            desk.report(
                document,
                "unknown-choice",
                (*path, "form_given_by", name),
                Text(f"没有选项“{choice}”", f"there is no choice {choice!r}"),
            )
        elif fact is not None:
            given.append((fact.id, index))
    otherwise = domain.index(shape.otherwise)
    if otherwise is None:
        desk.report(
            document,
            "unknown-choice",
            (*path, "otherwise"),
            Text(f"没有选项“{shape.otherwise}”", f"there is no choice {shape.otherwise!r}"),
        )
    return f.FormFact(
        f"{subject}.{shape.id}", subject, text(shape.label), domain, tuple(given), otherwise or 0, document.where(path)
    )


def _extreme(
    document: Document, path: Path_, shape: s.StepExtreme, subject: s.Subject, facts: dict[str, f.Fact], desk: Desk
) -> f.ExtremeFact | None:
    desk.citations(document, (*path, "cite"), shape.cite)
    steps = _known(document, (*path, "of"), shape.of, ("steps",), facts, desk)
    start = _known(document, (*path, "from"), shape.from_, ("date",), facts, desk)
    end = _known(document, (*path, "to"), shape.to, ("date",), facts, desk)
    if steps is None or start is None or end is None or steps.unit is None:
        return None
    return f.ExtremeFact(
        f"{subject}.{shape.id}", subject, text(shape.label), steps.unit, steps.denominator, shape.extreme == "lowest",
        steps.id, start.id, end.id, dt.date(shape.year, 1, 1).toordinal(), dt.date(shape.year, 12, 31).toordinal(),
        document.where(path),
    )  # fmt: skip


def _relation(document: Document, path: Path_, shape: s.NotBefore | s.OneForm | s.AmongSteps,
              facts: dict[str, f.Fact], desk: Desk) -> f.Relation | None:  # fmt: skip
    match shape:
        case s.NotBefore():
            later = _known(document, (*path, "later"), shape.later, ("date",), facts, desk)
            earlier = _known(document, (*path, "not_before"), shape.not_before, ("date",), facts, desk)
            return f.NotBeforeRelation(later.id, earlier.id) if later and earlier else None
        case s.OneForm():
            groups = tuple(
                tuple(
                    fact.id
                    for place, name in enumerate(group)
                    if (fact := _known(document, (*path, "one_form_of", index, place), name, (), facts, desk))
                )
                for index, group in enumerate(shape.one_form_of)
            )
            return f.OneFormRelation(groups)
        case s.AmongSteps():
            value = _known(document, (*path, "value"), shape.value, ("amount",), facts, desk)
            steps = _known(document, (*path, "among_steps"), shape.among_steps, ("steps",), facts, desk)
            return f.AmongStepsRelation(value.id, steps.id) if value and steps else None
