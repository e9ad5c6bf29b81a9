"""Rulebook stage: fact files become fact records."""

from __future__ import annotations

import datetime as dt
import keyword
import unicodedata
from collections.abc import Mapping, Sequence
from fractions import Fraction

from relief_engine.rulebook import facts as f
from relief_engine.rulebook import shapes as s
from relief_engine.rulebook.building import Desk, optional_text, text
from relief_engine.rulebook.source import Document, Path_
from relief_engine.rulebook.terms import APPLICANT
from relief_engine.rulebook.typecheck import RESERVED
from relief_engine.text import Text

#: The largest figure by type, in base units: people, plain numbers, yuan.
_LARGEST = {"count": 10**9, "number": 10**9, "amount": 10**12, "steps": 10**12}
_FIGURES = ("count", "amount", "number", "steps")
#: The keys that only some types have.
_ONLY_FOR: Mapping[str, tuple[str, ...]] = {
    "unit": _FIGURES,
    "at_most": _FIGURES,
    "not_available": (*_FIGURES, "date", "industry_code"),
    "choices": ("choice",),
    "codes": ("industry_code",),
    "open_ended": ("date",),
}
#: The keys of a profile that hold no list of subjects.
_PROFILE_KEYS = ("as_of", APPLICANT, "resolutions")
_NEEDED: Mapping[str, str] = {**dict.fromkeys(_FIGURES, "unit"), "choice": "choices", "industry_code": "codes"}


def build_facts(document: Document, file: s.FactsFile, known_so_far: f.SubjectFacts, desk: Desk) -> f.SubjectFacts:
    """What is known so far of one kind of subject, with the facts, derived facts and relations of a file more."""
    builder = _Builder(document, desk, known_so_far)
    earlier = [fact.name for fact in known_so_far.facts] + [fact.id.partition(".")[2] for fact in known_so_far.derived]
    desk.twice(document, "duplicate-fact", ("facts",), file.facts, Text("事实", "fact"), earlier)
    known = {shape.id for shape in file.facts} | {*earlier}
    desk.twice(document, "duplicate-fact", ("derived",), file.derived, Text("事实", "fact"), known)
    for index, shape in enumerate(file.facts):
        before = len(desk.findings)
        fact = builder.fact(shape, ("facts", index))
        if len(desk.findings) > before or shape.id in document.broken:
            # Nothing is said of what uses a fact with a mistake: it may be right.
            document.broken.add(shape.id)
            desk.broken.add(fact.id)
        else:
            builder.facts.setdefault(shape.id, fact)
    derived: list[f.FormFact | f.ExtremeFact] = []
    for index, item in enumerate(file.derived):
        path: Path_ = ("derived", index)
        built = builder.form(item, path) if isinstance(item, s.GivenForm) else builder.extreme(item, path)
        if built is not None:
            derived.append(built)
        else:
            desk.broken.add(f"{file.subject}.{item.id}")
    relations = [builder.relation(item, ("relations", index)) for index, item in enumerate(file.relations)]
    return f.SubjectFacts(
        known_so_far.kind,
        tuple(builder.facts.values()),
        (*known_so_far.derived, *derived),
        (*known_so_far.relations, *(relation for relation in relations if relation is not None)),
    )


def build_kind(document: Document, file: s.FactsFile, desk: Desk) -> f.SubjectKind | None:
    """The kind of subject that a facts file introduces; None if it only adds facts to one."""
    if file.label is None:
        for key, value in (("list", file.list_), ("counter", file.counter)):
            if value is not None:
                message = Text(f"“{key}”应与“label”写在一起", f"{key!r} belongs beside 'label'")
                desk.report(document, "subject-key", (key,), message, key=True)
        return None
    is_applicant = file.subject == APPLICANT
    for key, value in (("list", file.list_), ("counter", file.counter)):
        if is_applicant and value is not None:
            message = Text(f"申请方只有一个，不能有“{key}”", f"there is one applicant only: no {key!r} here")
            desk.report(document, "subject-key", (key,), message, key=True)
        elif not is_applicant and value is None and key not in document.broken:
            message = Text(
                f"{file.subject} 可以有多项，须写明“{key}”",
                f"a {file.subject} is one of several: {key!r} is missing",
            )
            desk.report(document, "subject-key", ("subject",), message)
    listed = None if is_applicant else file.list_ or f"{file.subject}s"
    if listed in _PROFILE_KEYS:
        message = Text(f"“{listed}”在资料中另有含义", f"{listed!r} means something else in a profile")
        desk.report(document, "subject-key", ("list",), message)
    return f.SubjectKind(file.subject, text(file.label), listed, file.counter or "个")


class _Builder:
    """Builds the facts of one subject; mistakes go to the desk."""

    def __init__(self, document: Document, desk: Desk, known: f.SubjectFacts) -> None:
        self.document = document
        self.desk = desk
        self.subject = known.kind.id
        self.facts = {fact.name: fact for fact in known.facts}
        self.headers = {header: fact.name for fact in known.facts for header in fact.headers}

    def report(self, code: str, path: Path_, message: Text, *, key: bool = False) -> None:
        self.desk.report(self.document, code, path, message, key=key)

    def fact(self, shape: s.FactShape, path: Path_) -> f.Fact:
        """One fact as it is declared."""
        self.keys(shape, path)
        for place, header in enumerate(shape.headers):
            taken = self.headers.setdefault(header, shape.id)
            if taken != shape.id:
                message = Text(f"表头“{header}”已用于 {taken}", f"the header {header!r} already stands for {taken}")
                self.report("duplicate-header", (*path, "headers", place), message)
        unit = None if shape.unit is None else self.desk.unit(self.document, (*path, "unit"), shape.unit)
        domain, names = self.domain((*path, "choices"), f"{self.subject}.{shape.id}", shape.choices)
        denominator = f.DENOMINATOR.get(shape.type, 1)
        lowest, highest = 0, _LARGEST.get(shape.type, 0) * denominator
        if shape.type == "date":
            lowest, highest = f.FIRST_DAY, f.LAST_DAY
        elif shape.at_most is not None:
            most = Fraction(shape.at_most) * (unit.scale if unit else 1) * denominator
            if most <= 0 or most.denominator != 1:
                message = Text(
                    "上限应为正数，并且能精确表示", "the limit must be positive and exact in the fact's unit"
                )
                self.report("fact-limit", (*path, "at_most"), message)
            highest = int(most)
        return f.Fact(
            id=f"{self.subject}.{shape.id}", subject=self.subject, type=shape.type, unit=unit, denominator=denominator,
            domain=domain if shape.choices else None, names=names, label=text(shape.label),
            question=text(shape.question), period=optional_text(shape.period), note=optional_text(shape.note),
            evidence=optional_text(shape.evidence), headers=tuple(shape.headers), changeable=shape.changeable,
            not_available=shape.not_available, informative=shape.informative, identifies=shape.identifies,
            open_ended=shape.open_ended, lowest=lowest, highest=highest, where=self.document.where(path),
        )  # fmt: skip

    def keys(self, shape: s.FactShape, path: Path_) -> None:
        """Report keys that the fact's type needs, or has no use for, and an id that no expression could write."""
        needed = _NEEDED.get(shape.type)
        if needed is not None and not getattr(shape, needed) and self.document.broken.isdisjoint((needed, shape.id)):
            message = Text(f"{shape.type} 类事实缺少“{needed}”", f"a fact of type {shape.type} needs {needed!r}")
            self.report("fact-key", path, message)
        for key, types in _ONLY_FOR.items():
            if getattr(shape, key) and shape.type not in types:
                message = Text(f"{shape.type} 类事实不能有“{key}”", f"a fact of type {shape.type} takes no {key!r}")
                self.report("fact-key", (*path, key), message, key=True)
        if shape.id == "id" and self.subject != APPLICANT:
            en = "'id' is what an item of a list is called; no fact may be called so"
            message = Text("“id”是每份自己的编号，事实不能叫这个名字", en)
            self.report("name-collision", (*path, "id"), message)
        if keyword.iskeyword(shape.id):
            message = Text(f"“{shape.id}”是保留字，表达式里不能用", f"{shape.id!r} is a reserved word")
            self.report("name-collision", (*path, "id"), message)

    def domain(self, path: Path_, name: str, choices: Sequence[s.ChoiceShape]) -> tuple[f.Domain, dict[str, int]]:
        """The choices with all names that stand for them."""
        names: dict[str, int] = {}
        for index, choice in enumerate(choices):
            for word in dict.fromkeys([choice.id, choice.label.zh, choice.label.en, *choice.aliases]):
                if names.setdefault(word, index) != index:
                    message = Text(f"选项名称“{word}”重复", f"the choice name {word!r} is used twice")
                    self.report("duplicate-choice", (*path, index), message)
            if keyword.iskeyword(choice.id) or choice.id in RESERVED or not _is_plain(choice.id):
                message = Text(
                    f"“{choice.id}”是保留字，或含有全角、变体字符，表达式里不能用",
                    f"{choice.id!r} is reserved, or has full-width or variant characters: no expression can write it",
                )
                self.report("name-collision", (*path, index, "id"), message)
        domain = f.Domain(name, tuple(c.id for c in choices), tuple(text(c.label) for c in choices))
        return domain, names

    def known(self, path: Path_, name: str, types: Sequence[str]) -> f.Fact | None:
        """The fact of that name and one of those types (any if none are given); None, and a finding, without one."""
        fact = self.facts.get(name)
        if fact is None:
            if name not in self.document.broken:
                self.desk.unknown(self.document, "unknown-fact", path, name, self.facts, Text("事实", "fact"))
            return None
        if types and fact.type not in types:
            message = Text(f"“{name}”的类型应为 {'、'.join(types)}", f"{name!r} must be of type {' or '.join(types)}")
            self.report("fact-type", path, message)
            return None
        return fact

    # --- derived facts and relations ----------------------------------------------------------------------------

    def form(self, shape: s.GivenForm, path: Path_) -> f.FormFact | None:
        """Which form of a figure is given."""
        domain, _ = self.domain((*path, "choices"), f"{self.subject}.{shape.id}", shape.choices)
        given: list[tuple[str, int]] = []
        for name, choice in shape.form_given_by.items():
            fact = self.known((*path, "form_given_by", name), name, ())
            index = self.choice((*path, "form_given_by", name), choice, domain)
            if fact is not None and index is not None:
                given.append((fact.id, index))
        otherwise = self.choice((*path, "otherwise"), shape.otherwise, domain)
        if otherwise is None:
            return None
        return f.FormFact(
            domain.name, self.subject, text(shape.label), domain, tuple(given), otherwise, self.document.where(path)
        )

    def choice(self, path: Path_, name: str, domain: f.Domain) -> int | None:
        index = domain.index(name)
        if index is None and name not in self.document.broken:
            self.desk.unknown(self.document, "unknown-choice", path, name, domain.ids, Text("选项", "choice"))
        return index

    def extreme(self, shape: s.StepExtreme, path: Path_) -> f.ExtremeFact | None:
        """The lowest or highest step of a year."""
        self.desk.citations(self.document, (*path, "cite"), shape.cite)
        steps = self.known((*path, "of"), shape.of, ("steps",))
        start = self.known((*path, "from"), shape.from_, ("date",))
        end = self.known((*path, "to"), shape.to, ("date",))
        if steps is None or start is None or end is None or steps.unit is None:
            return None
        return f.ExtremeFact(
            f"{self.subject}.{shape.id}", self.subject, text(shape.label), steps.unit, steps.denominator,
            shape.extreme == "lowest", steps.id, start.id, end.id, dt.date(shape.year, 1, 1).toordinal(),
            dt.date(shape.year, 12, 31).toordinal(), self.document.where(path),
        )  # fmt: skip

    def relation(self, shape: s.NotBefore | s.OneForm | s.AmongSteps, path: Path_) -> f.Relation | None:
        """A relation between facts; None if one of them is not there."""
        match shape:
            case s.NotBefore():
                later = self.known((*path, "later"), shape.later, ("date",))
                earlier = self.known((*path, "not_before"), shape.not_before, ("date",))
                return f.NotBeforeRelation(later.id, earlier.id) if later and earlier else None
            case s.OneForm():
                return f.OneFormRelation(
                    tuple(
                        tuple(
                            fact.id
                            for place, name in enumerate(group)
                            if (fact := self.known((*path, "one_form_of", index, place), name, ()))
                        )
                        for index, group in enumerate(shape.one_form_of)
                    )
                )
            case s.AmongSteps():
                value = self.known((*path, "value"), shape.value, ("amount",))
                steps = self.known((*path, "among_steps"), shape.among_steps, ("steps",))
                if value is None or steps is None or value.unit is None or steps.unit is None:
                    return None
                if not value.unit.same_kind(steps.unit):
                    message = Text(
                        f"单位不一致：{value.unit} 与 {steps.unit}", f"units differ: {value.unit} and {steps.unit}"
                    )
                    self.report("unit-mismatch", path, message)
                return f.AmongStepsRelation(value.id, steps.id)


def _is_plain(name: str) -> bool:
    return name.isascii() or unicodedata.normalize("NFKC", name) == name
