"""Interview stage: a step as JSON (``relief-interview/1``): what a page needs to ask and to show where it stands."""

from __future__ import annotations

from typing import Any

from relief_engine.decision import Decision, Outcome, Status
from relief_engine.explanation.answer import answer, subject_text
from relief_engine.explanation.records import amount
from relief_engine.explanation.sentence import Told, sentence
from relief_engine.interview.prompts import Prompt, SubjectsPrompt
from relief_engine.interview.step import Step
from relief_engine.profile.mistakes import spelled
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.terms import APPLICANT
from relief_engine.text import Language, Text

SCHEMA = "relief-interview/1"


def step_record(step: Step, language: Language) -> dict[str, Any]:
    """A step as plain data for ``json.dumps``."""
    done = step.prompt is None
    return {
        "schema": SCHEMA,
        "as_of": step.as_of.isoformat(),
        "rulebook": {"digest": step.engine.rulebook.digest},
        "programmes": None if step.programmes is None else list(step.programmes),
        "prompt": None if step.prompt is None else prompt_record(step.prompt, language),
        "done": done and step.done,
        "progress": {"decided": step.decided, "undetermined": step.undetermined},
        "decisions": [brief_record(decision, language) for decision in step.decisions],
        "waiting": [prompt_record(prompt, language) for prompt in step.waiting] if done else [],
        "identity": [prompt_record(prompt, language) for prompt in step.identity],
    }


def prompt_record(prompt: Prompt, language: Language) -> dict[str, Any]:
    """A question as plain data."""
    if isinstance(prompt, SubjectsPrompt):
        return {
            "kind": "subjects",
            "fact": prompt.asked[0],
            "subject": prompt.asked[1],
            "question": prompt.question.in_(language),
            "offered": [
                {
                    "list": offered.list,
                    "label": offered.kind.label.in_(language),
                    "counter": offered.kind.counter,
                    "usual": offered.usual,
                    "most": offered.most,
                    "programmes": [_programme(programme, language) for programme in offered.programmes],
                }
                for offered in prompt.offered
            ],
        }
    return {
        "kind": "fact",
        "fact": prompt.fact.id,
        "subject": prompt.subject,
        "about": prompt.about.in_(language),
        "path": list(prompt.path),
        "place": spelled(prompt.path),
        **_fact(prompt.fact, language),
        "coarse": prompt.coarse,
        "programmes": [_programme(programme, language) for programme in prompt.programmes],
        "settles": list(prompt.settles),
        "instead": [
            {"fact": fact.id, "path": [*prompt.path[:-1], fact.name], **_fact(fact, language)}
            for fact in prompt.instead
        ],
    }


def _fact(fact: Fact, language: Language) -> dict[str, Any]:
    """What a fact is and how it is asked for."""
    return {
        "type": fact.type,
        "unit": None if fact.unit is None else fact.unit.symbol,
        "choices": choices(fact, language),
        "not_available": fact.not_available,
        "open_ended": fact.open_ended,
        "label": fact.label.in_(language),
        "question": fact.question.in_(language),
        "period": _optional(fact.period, language),
        "note": _optional(fact.note, language),
        "evidence": _optional(fact.evidence, language),
    }


def choices(fact: Fact, language: Language) -> list[dict[str, Any]] | None:
    """The answers to choose from, each with what a profile holds for it; None where there is no such list."""
    if fact.type == "yes_no":
        return [
            {"id": True, "label": Text("是", "yes").in_(language)},
            {"id": False, "label": Text("否", "no").in_(language)},
        ]
    if fact.domain is None:
        return None
    return [
        {"id": identity, "label": label.in_(language)}
        for identity, label in zip(fact.domain.ids, fact.domain.labels, strict=True)
    ]


def brief_record(decision: Decision, language: Language) -> dict[str, Any]:
    """A decision in a line."""
    return {
        "programme": decision.programme.id,
        "title": decision.programme.title.in_(language),
        "subject": decision.subject,
        "about": subject_text(decision).in_(language),
        "outcome": decision.outcome.value,
        "outcome_label": decision.outcome.label.in_(language),
        "sentence": brief(decision).in_(language),
        "amount": amount(decision.amount),
        "amount_if_granted": amount(decision.amount_if_granted),
    }


def brief(decision: Decision) -> Text:
    """What is behind the outcome, in a sentence; of an open one, what it still waits for, by its criteria."""
    if decision.outcome is not Outcome.UNDETERMINED or decision.missing.facts:
        return answer(decision)
    unclear = [c.compiled.criterion.title for c in decision.criteria if c.status is Status.UNKNOWN]
    return sentence(
        Told(
            decision.programme,
            decision.as_of,
            decision.outcome,
            decision.subject,
            described=decision.index is not None or decision.programme.subject == APPLICANT,
            unclear=tuple(unclear),
            missing=None,
        )
    )


def _programme(programme: Programme, language: Language) -> dict[str, Any]:
    return {"id": programme.id, "title": programme.title.in_(language)}


def _optional(text: Text | None, language: Language) -> str | None:
    return None if text is None else text.in_(language)
