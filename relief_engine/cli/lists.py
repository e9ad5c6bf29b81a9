"""Command line stage: ``relief programmes`` and ``relief facts``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from relief_engine.cli.output import out, out_json, width
from relief_engine.explanation import say
from relief_engine.explanation.columns import columns, hanging, wrapped
from relief_engine.explanation.outline import grouped
from relief_engine.rulebook.facts import Fact, SubjectFacts
from relief_engine.rulebook.load import load_rulebook
from relief_engine.rulebook.programme import FIRST, LAST, Programme
from relief_engine.text import Language, Text

BENEFITS = {
    "entitlement": Text("定额减免或补助", "an amount"),
    "ceiling": Text("不超过上限的支持", "support up to a ceiling"),
    "rate": Text("优惠费率或比例", "a reduced rate"),
    "deferral": Text("缓缴", "a deferral"),
    "in_kind": Text("服务或其他非现金支持", "a service or other help"),
}
TYPES = {
    "text": Text("文字", "text"),
    "credit_code": Text("18位代码", "18-character code"),
    "yes_no": Text("是/否", "yes/no"),
    "choice": Text("选项", "choice"),
    "count": Text("整数", "whole number"),
    "number": Text("数", "number"),
    "amount": Text("金额", "amount"),
    "date": Text("日期", "date"),
    "industry_code": Text("行业代码", "industry code"),
    "steps": Text("分段列表", "list of steps"),
}


# --- programmes -------------------------------------------------------------------------------------------------------


def show_programmes(rules: Path | None, language: Language, *, as_json: bool) -> None:
    """Print the programmes of a rulebook."""
    rulebook = load_rulebook(rules)
    programmes = rulebook.programmes.values()
    if as_json:
        out_json([programme_record(programme, language) for programme in programmes])
        return
    room = width()
    blocks = ["\n".join(programme_lines(programme, language, room)) for programme in programmes]
    out("\n\n".join(blocks) + "\n")


def _in_force(programme: Programme) -> tuple[str | None, str | None]:
    first, last = programme.period.first, programme.period.last
    return (None if first == FIRST else first.isoformat(), None if last == LAST else last.isoformat())


def programme_record(programme: Programme, language: Language) -> dict[str, Any]:
    """One programme as data."""
    first, last = _in_force(programme)
    return {
        "programme": programme.id,
        "title": programme.title.in_(language),
        "summary": programme.summary.in_(language),
        "authority": programme.authority.in_(language),
        "subject": programme.subject,
        "benefit": programme.benefit.kind,
        "payer": programme.benefit.payer,
        "in_force": {"from": first, "to": last},
        "citations": list(say.cited(programme.citations)),
        "criteria": [{"id": c.id, "title": c.title.in_(language)} for c in programme.criteria],
        "referrals": [{"id": r.id, "title": r.title.in_(language)} for r in programme.referrals],
    }


def programme_lines(programme: Programme, language: Language, room: int) -> Iterator[str]:
    """One programme as lines of at most ``room`` columns."""
    first, last = _in_force(programme)
    since = Text(f"自 {first} 起", f"from {first}") if first else Text("未规定起始日", "no beginning stated")
    until = Text(f"至 {last} 止", f" to {last}") if last else Text("，未规定截止日", ", no end stated")
    basis = grouped(say.cited(programme.citations))
    about = [
        (Text("编号", "Id"), say.both(programme.id)),
        (Text("内容", "What"), programme.summary),
        (Text("对象", "For"), say.each(programme.kind)),
        (Text("给予", "Gives"), BENEFITS[programme.benefit.kind]),
        (Text("执行", "By"), programme.authority),
        (Text("适用", "In force"), Text(since.zh + until.zh, since.en + until.en)),
        (Text("依据", "Basis"), say.both(basis)),
    ]
    yield from wrapped(programme.title.in_(language), room)
    for title, text in about:
        yield from hanging(f"{title.in_(language)}{'：' if language == 'zh' else ': '}", text.in_(language), 2, room)
    lists = [
        (Text("条件：", "Criteria:"), "· ", [criterion.title for criterion in programme.criteria]),
        (Text("以下情形由人认定：", "Left to people:"), "→ ", [referral.title for referral in programme.referrals]),
    ]
    for title, mark, texts in lists:
        if texts:
            yield f"  {title.in_(language)}"
        for text in texts:
            yield from hanging(mark, text.in_(language), 4, room)


# --- facts ------------------------------------------------------------------------------------------------------------


def show_facts(rules: Path | None, language: Language, *, as_json: bool) -> None:
    """Print the facts of a rulebook, grouped as a profile groups them."""
    rulebook = load_rulebook(rules)
    subjects = rulebook.subjects.values()
    if as_json:
        out_json([fact_record(fact, language) for subject in subjects for fact in subject.facts])
        return
    room = width()
    out("\n\n".join("\n".join(subject_lines(subject, language, room)) for subject in subjects) + "\n")


def fact_record(fact: Fact, language: Language) -> dict[str, Any]:
    """One fact as data."""
    choices: list[dict[str, str]] = []
    if fact.domain is not None:
        pairs = zip(fact.domain.ids, fact.domain.labels, strict=True)
        choices = [{"id": name, "label": label.in_(language)} for name, label in pairs]
    return {
        "fact": fact.id,
        "type": fact.type,
        "unit": str(fact.unit) if fact.unit is not None else None,
        "label": say.label(fact).in_(language),
        "question": fact.question.in_(language),
        "note": None if fact.note is None else fact.note.in_(language),
        "evidence": None if fact.evidence is None else fact.evidence.in_(language),
        "headers": list(fact.headers),
        "choices": choices,
        "may_be_not_available": fact.not_available,
    }


def subject_lines(subject: SubjectFacts, language: Language, room: int) -> Iterator[str]:
    """The facts about one kind of subject as lines of at most ``room`` columns."""
    key = subject.kind.name(None)
    yield f"{subject.label.zh}（{key}）" if language == "zh" else f"{subject.label.en} ({key})"
    column = max(columns(fact.name) for fact in subject.facts) + 2
    for fact in subject.facts:
        kind = TYPES[fact.type].in_(language)
        unit = f" {fact.unit}" if fact.unit is not None else ""
        label = say.label(fact).in_(language)
        text = f"{label}（{kind}{unit}）" if language == "zh" else f"{label} ({kind}{unit})"
        yield from hanging(fact.name + " " * (column - columns(fact.name)), text, 2, room)
        if fact.domain is not None:
            for name, words in zip(fact.domain.ids, fact.domain.labels, strict=True):
                shown = words.in_(language)
                yield from hanging("", name if shown == name else f"{name} {shown}", column + 4, room)
