"""A small rulebook whose profiles can all be tried, and a person who answers from a hidden profile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from relief_engine.engine import Engine
from relief_engine.interview import FactPrompt, Prompt, Step, SubjectsPrompt, answered, step

DAY = dt.date(2022, 7, 1)
RENT = "beijing-tongzhou/rent-reduction-2022"

_FACTS = """subject: applicant
label: {zh: 申请方, en: Applicant}
facts:
  - id: name
    type: text
    label: {zh: 名称, en: Name}
    question: {zh: "叫什么名称？", en: "What is its name?"}
    informative: true
    identifies: true
  - id: kind
    type: choice
    label: {zh: 类型, en: Kind}
    question: {zh: "是哪一类？", en: "What is it?"}
    choices:
      - {id: firm, label: {zh: 企业, en: Firm}}
      - {id: shop, label: {zh: 个体户, en: Shop}}
      - {id: club, label: {zh: 社团, en: Club}}
"""
_YES_NO = """  - id: {name}
    type: yes_no
    label: {{zh: 条件{name}, en: Condition {name}}}
    question: {{zh: "条件{name}？", en: "Condition {name}?"}}
"""
_SOURCES = """sources:
  - id: decree
    kind: policy
    number: 某政发〔2022〕1号
    title: {zh: 某令, en: A decree}
    issuer: {zh: 某区政府, en: A district}
    issued: 2022-01-01
    clauses:
      - {id: 一, about: {zh: 全部, en: All}}
"""
_REASON = "reason: {zh: 由人决定, en: People decide}\n    "
_CITE = "cite: [{source: decree, clause: 一}]"
_PROGRAMME = """programme: town/{name}
title: {{zh: 项目{name}, en: Programme {name}}}
summary: {{zh: 项目, en: A programme.}}
authority: {{zh: 某局, en: An office}}
subject: applicant
from: 2022-01-01
{cite}
benefit:
  kind: in_kind
  payer: district
  {cite}
criteria:
"""
_ENTRY = """  - id: {id}
    title: {{zh: 条件, en: A condition}}
    {key}: {condition}
    {cite}
"""


def told(hidden: Mapping[str, Any], path: Sequence[str | int]) -> Any:
    """What a profile says at a path; None where it says nothing."""
    at: Any = hidden
    for part in path:
        at = at[part] if isinstance(part, int) else (at or {}).get(part)
    return at


class Person:
    """Answers truthfully from a hidden profile, and passes on what it does not say."""

    def __init__(self, engine: Engine, hidden: Mapping[str, Any], programmes: Sequence[str] | None) -> None:
        self.engine, self.hidden, self.programmes = engine, hidden, programmes
        self.known: Mapping[str, object] = {}
        self.passed: set[tuple[str, str]] = set()
        self.asked: list[Prompt] = []
        self.steps: list[Step] = []

    def step(self) -> Step:
        return step(self.engine, self.known, as_of=DAY, programmes=self.programmes, passed=self.passed)

    def talk(self, most: int = 200) -> Step:
        """Answer to the end."""
        while True:
            found = self.step()
            self.steps.append(found)
            prompt = found.prompt
            if prompt is None:
                return found
            assert len(self.asked) < most, "the interview does not end"
            self.answer(prompt)
            self.asked.append(prompt)

    def answer(self, prompt: Prompt) -> None:
        if isinstance(prompt, SubjectsPrompt):
            counts = {one.list: len(self.hidden.get(one.list) or []) for one in prompt.offered}
            self.known = answered(self.engine, self.known, prompt, counts)
            return
        value = told(self.hidden, prompt.path)
        if value is None:
            for other in prompt.instead:
                asked = prompt.instead_of(other.id)
                if asked is not None and told(self.hidden, asked.path) is not None:
                    self.known = answered(self.engine, self.known, asked, told(self.hidden, asked.path))
                    return
        # A code that is known too coarsely is asked for once more, and nothing finer is known.
        if value is None or prompt.coarse is not None:
            self.passed.add(prompt.asked)
        else:
            self.known = answered(self.engine, self.known, prompt, value)


def facts_asked(person: Person) -> list[tuple[str, str]]:
    return [prompt.asked for prompt in person.asked if isinstance(prompt, FactPrompt)]


def write_small(folder: Path, programmes: Sequence[tuple[Sequence[str], Sequence[str]]], names: str) -> Path:
    """A rulebook of yes/no facts with these one-letter names, and programmes of criteria and referrals."""
    (folder / "facts").mkdir(parents=True)
    (folder / "facts" / "applicant.yaml").write_text(
        _FACTS + "".join(_YES_NO.format(name=name) for name in names), encoding="utf-8"
    )
    (folder / "sources.yaml").write_text(_SOURCES, encoding="utf-8")
    for number, (criteria, referrals) in enumerate(programmes):
        text = _PROGRAMME.format(name=f"p{number}", cite=_CITE)
        text += "".join(
            _ENTRY.format(id=f"c{i}", key="require", condition=c, cite=_CITE) for i, c in enumerate(criteria)
        )
        if referrals:
            text += "referrals:\n"
            text += "".join(
                _ENTRY.format(id=f"r{i}", key="when", condition=c, cite=_REASON + _CITE)
                for i, c in enumerate(referrals)
            )
        (folder / f"p{number}.yaml").write_text(text, encoding="utf-8")
    return folder
