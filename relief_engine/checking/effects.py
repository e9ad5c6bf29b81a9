"""Checking stage: parts of a programme that can't do anything, from the questions that no profile settles."""

from __future__ import annotations

from collections.abc import Iterator

from relief_engine.checking.behaviour import Behaviour
from relief_engine.checking.reaching import Unsettled, unsettled
from relief_engine.errors import Finding, Level
from relief_engine.text import Text


def parts_without_effect(behaviour: Behaviour) -> Iterator[Finding]:
    """Criteria never met or never failed, referrals that never hold, branches never taken, parts that never matter."""
    for found in unsettled(behaviour):
        question = found.question
        level: Level = "error" if question.grave or (found.proven and question.certain) else "hint"
        yield Finding(question.code, question.where, _said(found), level, found.shown)


def _said(found: Unsettled) -> Text:
    """What is proven, or only was not found."""
    sought, tried = found.question.sought, found.tried
    if found.proven:
        whole = Text("（只论填全的资料）", " that leaves nothing open") if found.question.pair else Text("", "")
        return Text(f"已证明没有{sought.zh}的资料{whole.zh}", f"proven: no profile{whole.en} {sought.en}")
    return Text(
        f"未找到{sought.zh}的资料（试了 {tried} 份，没有证明不存在）",
        f"no profile was found that {sought.en} ({tried} tried; that there is none is not proven)",
    )
