"""Command line stage: ``relief programmes`` and ``relief facts``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.cells import cell_len

from relief_engine.cli.output import out, out_json
from relief_engine.explanation import say
from relief_engine.explanation.outline import grouped
from relief_engine.profile.model import LISTS
from relief_engine.rulebook.facts import Fact, SubjectFacts
from relief_engine.rulebook.load import load_rulebook
from relief_engine.rulebook.model import Rulebook
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


def show_programmes(rules: Path | None, language: Language, *, as_json: bool) -> None:
    """Print the programmes of a rulebook."""
    rulebook = load_rulebook(rules)
    if as_json:
        out_json([_programme_record(p, language) for p in rulebook.programmes.values()])
        return
    blocks = [_programme_text(p, rulebook, language) for p in rulebook.programmes.values()]
    out("\n\n".join(blocks) + "\n")


def _in_force(programme: Programme) -> tuple[str | None, str | None]:
    first, last = programme.period.first, programme.period.last
    return (None if first == FIRST else first.isoformat(), None if last == LAST else last.isoformat())


def _programme_record(programme: Programme, language: Language) -> dict[str, Any]:
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


def _programme_text(programme: Programme, rulebook: Rulebook, language: Language) -> str:
    first, last = _in_force(programme)
    subject = rulebook.subjects[programme.subject].label
    kind = BENEFITS[programme.benefit.kind]
    since = Text(f"自 {first} 起" if first else "", f"from {first}" if first else "")
    until = Text(f"至 {last} 止" if last else "，未规定截止日", f" to {last}" if last else ", no end stated")
    lines = [
        Text(programme.title.zh, programme.title.en),
        Text(f"  {programme.id}", f"  {programme.id}"),
        Text(f"  {programme.summary.zh}", f"  {programme.summary.en}"),
        Text(f"  对象：每份{subject.zh}" if programme.subject != "applicant" else f"  对象：{subject.zh}", f"  For each: {subject.en}"),
        Text(f"  给予：{kind.zh}", f"  Gives: {kind.en}"),
        Text(f"  执行：{programme.authority.zh}", f"  By: {programme.authority.en}"),
        Text(f"  适用：{since.zh}{until.zh}", f"  In force: {since.en}{until.en}"),
        Text(f"  依据：{grouped(say.cited(programme.citations))}", f"  Basis: {grouped(say.cited(programme.citations))}"),
        Text("  条件：", "  Criteria:"),
        *(Text(f"    · {c.title.zh}", f"    · {c.title.en}") for c in programme.criteria),
        Text("  以下情形由人认定：", "  Left to people:"),
        *(Text(f"    → {r.title.zh}", f"    → {r.title.en}") for r in programme.referrals),
    ]
    return "\n".join(line.in_(language) for line in lines)


def show_facts(rules: Path | None, language: Language, *, as_json: bool) -> None:
    """Print the facts of a rulebook, grouped as a profile groups them."""
    rulebook = load_rulebook(rules)
    if as_json:
        out_json([_fact_record(fact, language) for subject in rulebook.subjects.values() for fact in subject.facts])
        return
    out("\n".join(_subject_text(subject, language) for subject in rulebook.subjects.values()))


def _fact_record(fact: Fact, language: Language) -> dict[str, Any]:
    return {
        "fact": fact.id,
        "type": fact.type,
        "unit": str(fact.unit) if fact.unit is not None else None,
        "label": say.label(fact).in_(language),
        "question": fact.question.in_(language),
        "note": None if fact.note is None else fact.note.in_(language),
        "evidence": None if fact.evidence is None else fact.evidence.in_(language),
        "headers": list(fact.headers),
        "choices": [] if fact.domain is None else [
            {"id": name, "label": label.in_(language)} for name, label in zip(fact.domain.ids, fact.domain.labels, strict=True)
        ],
        "may_be_not_available": fact.not_available,
    }  # fmt: skip


def _subject_text(subject: SubjectFacts, language: Language) -> str:
    key = next((name for name, kind in LISTS.items() if kind == subject.subject), subject.subject)
    lines = [f"{subject.label.in_(language)}（{key}）" if language == "zh" else f"{subject.label.en} ({key})"]
    column = max(cell_len(fact.name) for fact in subject.facts) + 2
    for fact in subject.facts:
        kind = TYPES[fact.type].in_(language)
        unit = f" {fact.unit}" if fact.unit is not None else ""
        lines.append(f"  {fact.name}{' ' * (column - cell_len(fact.name))}{say.label(fact).in_(language)}（{kind}{unit}）")
        if fact.domain is not None:
            for name, label in zip(fact.domain.ids, fact.domain.labels, strict=True):
                shown = label.in_(language)
                lines.append(f"  {' ' * column}  {name}" + (f" {shown}" if shown != name else ""))
    return "\n".join(lines) + "\n"
