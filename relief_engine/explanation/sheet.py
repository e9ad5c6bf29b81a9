"""Explanation stage: a whole report in one language, laid out so that nothing is said twice.

One decision stands by itself. Of several an overview by outcome comes first; what is asked about the applicant is asked
once for all, the question that would settle most before the others. Then the decisions of each programme form a group,
and what is the same for all of them is said once behind them.
"""

from __future__ import annotations

from typing import NamedTuple

from relief_engine.decision import Outcome
from relief_engine.engine import Engine, Report
from relief_engine.explanation import say
from relief_engine.explanation.answer import applicant_name
from relief_engine.explanation.asking import questions, without_asked
from relief_engine.explanation.build import explain
from relief_engine.explanation.harmless import one_line
from relief_engine.explanation.outline import (
    Item,
    Kind,
    Outline,
    Section,
    outline,
    section_title,
)
from relief_engine.explanation.overview import Answers, not_decided, overview
from relief_engine.text import Language, Text

#: The words of a report's frame.
WORDS = {
    "as_of": Text("判定日", "Day of the decision"),
    "applicant": Text("申请方", "Applicant"),
    "file": Text("资料文件", "Profile file"),
    "answers": Text("结果一览", "Answers"),
    "same": Text("共同的条件", "Criteria that are the same for all"),
    "skipped": Text("没有判定的项目", "Programmes not decided"),
    "left_out": Text(
        "以下只列符合和需人工认定的项目；全部项目的说明：加 --details，或用 --programme 指定项目",
        "Only what is granted or left to people follows; for all programmes: --details, or --programme ID",
    ),
    "receipt": Text("回执", "Receipt"),
    "rulebook": Text("规则库", "Rulebook"),
    "profile": Text("资料", "Profile"),
    "engine": Text("引擎", "Engine"),
    "routes": Text("计算路径", "Routes"),
    "id": Text("编号", "Id"),
    "authority": Text("执行", "By"),
    "basis": Text("依据", "Basis"),
}

ROUTES = {
    "direct": Text("直接计算", "direct"),
    "forward-chaining": Text("规则推理", "forward chaining"),
    "duckdb": Text("数据库计算（DuckDB）", "database (DuckDB)"),
    "spark": Text("数据库计算（Spark）", "database (Spark)"),
}

#: Sections that say the same for every decision that has them.
_SHARED: tuple[Kind, ...] = ("ways", "deadlines", "by_hand", "notes", "changes")


class Group(NamedTuple):
    """The decisions of one programme, and the sections that they share; ``about`` are pairs of a name and a value."""

    title: str
    about: tuple[tuple[str, str], ...]
    decisions: tuple[Outline, ...]
    shared: tuple[Section, ...]


class Sheet(NamedTuple):
    """A report, ready to be printed in any form. ``head`` and ``receipt`` are pairs of a name and a value.

    ``answers`` is the overview, empty for a single decision. ``groups`` are the decisions that are told in full;
    ``left_out`` says so where those are not all.
    """

    language: Language
    head: tuple[tuple[str, str], ...]
    answers: tuple[Answers, ...]
    questions: tuple[Section, ...]
    groups: tuple[Group, ...]
    skipped: tuple[Item, ...]
    left_out: str
    receipt: tuple[tuple[str, str], ...]

    def word(self, key: str) -> str:
        """A word of the frame."""
        return WORDS[key].in_(self.language)

    def pair(self, name: str, value: str) -> str:
        """A name and its value on one line."""
        return f"{name}：{value}" if self.language == "zh" else f"{name}: {value}"

    def cited(self, citations: str) -> str:
        """Clauses behind a text, in the brackets that the language uses."""
        if not citations:
            return ""
        return f"【{citations}】" if self.language == "zh" else f"[{citations}]"


#: The outcomes that are told in full where the others only have their line in the overview.
_GRANTED = (Outcome.ELIGIBLE, Outcome.REFERRED)


def sheet(report: Report, engine: Engine, language: Language, version: str, *, full: bool = True) -> Sheet:
    """Lay a report out in one language.

    Args:
        report: the decisions.
        engine: the engine that made them.
        language: of all texts.
        version: the engine's, for the receipt.
        full: tell every decision in full; else only those that grant something or leave it to people.
    """
    explained = [(decision, explain(decision, engine)) for decision in report.decisions]
    outlines = [outline(explanation, language) for _, explanation in explained]
    answers: tuple[Answers, ...] = ()
    asked: tuple[Section, ...] = ()
    left_out = ""
    if len(outlines) > 1:
        answers = overview(outlines, report, language)
        asked = questions(explained, engine, language, every=not full)
        pairs = zip(outlines, explained, strict=True)
        outlines = [without_asked(o, e, language, every=not full) for o, (_, e) in pairs]
        told = [o for o in outlines if full or o.outcome in _GRANTED or o.state is not None]
        left_out = WORDS["left_out"].in_(language) if len(told) < len(outlines) else ""
        outlines = told
    by_programme: dict[str, list[Outline]] = {}
    for laid_out in outlines:
        by_programme.setdefault(laid_out.programme, []).append(laid_out)
    return Sheet(
        language,
        _head(report, language),
        answers,
        asked,
        tuple(_group(decisions, language) for decisions in by_programme.values()),
        not_decided(report, language),
        left_out,
        _receipt(report, language, version),
    )


def _head(report: Report, language: Language) -> tuple[tuple[str, str], ...]:
    head = [("as_of", report.as_of.isoformat())]
    name = applicant_name(report.profile)
    if name:
        head.append(("applicant", name))
    head.append(("file", one_line(report.profile.source)))
    return tuple((WORDS[key].in_(language), value) for key, value in head)


def _receipt(report: Report, language: Language, version: str) -> tuple[tuple[str, str], ...]:
    routes = [ROUTES.get(route, Text(route, route)).in_(language) for route in report.routes]
    pairs = (
        ("as_of", report.as_of.isoformat()),
        ("rulebook", report.rulebook.digest),
        ("profile", report.profile.digest),
        ("engine", f"relief-engine {version}"),
        ("routes", ("、" if language == "zh" else ", ").join(routes)),
    )
    return tuple((WORDS[key].in_(language), value) for key, value in pairs)


# --- several decisions ------------------------------------------------------------------------------------------------


def _group(decisions: list[Outline], language: Language) -> Group:
    first = decisions[0]
    if all(decision.outcome is Outcome.NOT_IN_FORCE for decision in decisions):
        # The day is the same for all, and so is the answer.
        whom = say.subjects(first.kind, [decision.position for decision in decisions]).in_(language)
        decisions = [first._replace(number=whom, subject=whom)] if len(decisions) > 1 else decisions
    about = [("id", first.programme), ("authority", first.authority), ("basis", first.citations)]
    told = tuple((WORDS[key].in_(language), value) for key, value in about if value)
    if len(decisions) == 1:
        return Group(first.title, told, tuple(decisions), ())
    same = _same_criteria(decisions)
    shared: list[Section] = []
    if same:
        shared.append(Section("criteria", WORDS["same"].in_(language), same))
    for kind in _SHARED:
        items = _merged(decisions, kind, language)
        if items:
            shared.append(Section(kind, section_title(kind, language), items))
    return Group(first.title, told, tuple(_own(decision, same) for decision in decisions), tuple(shared))


def _items(decision: Outline, kind: Kind) -> tuple[Item, ...]:
    return next((section.items for section in decision.sections if section.kind == kind), ())


def _same_criteria(decisions: list[Outline]) -> tuple[Item, ...]:
    """Criteria that came out alike, on the same facts, for every decision."""
    lists = [_items(decision, "criteria") for decision in decisions if decision.outcome is not Outcome.NOT_IN_FORCE]
    if len(lists) < 2:
        return ()
    return tuple(item for item in lists[0] if all(item in other for other in lists[1:]))


def _own(decision: Outline, same: tuple[Item, ...]) -> Outline:
    """A decision with only what is its own."""
    sections = []
    for section in decision.sections:
        if section.kind in _SHARED:
            continue
        items = section.items
        if section.kind == "criteria":
            items = tuple(item for item in items if item not in same)
        if items:
            sections.append(section._replace(items=items))
    return decision._replace(sections=tuple(sections))


def _merged(decisions: list[Outline], kind: Kind, language: Language) -> tuple[Item, ...]:
    """Each sentence of a kind once; where it does not hold for all, with those that it holds for."""
    holds: dict[Item, list[int | None]] = {}
    for decision in decisions:
        for item in _items(decision, kind):
            holds.setdefault(item, []).append(decision.position)
    found = []
    for item, positions in holds.items():
        if len(positions) < len(decisions):
            names = say.subjects(decisions[0].kind, positions).in_(language)
            text = f"{item.text}（{names}）" if language == "zh" else f"{item.text} ({names})"
            found.append(item._replace(text=text))
        else:
            found.append(item)
    return tuple(found)
