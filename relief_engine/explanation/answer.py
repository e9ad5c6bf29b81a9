"""Explanation stage: the answer itself in one exact sentence, and who it is about."""

from __future__ import annotations

from relief_engine.decision import Decision, Outcome, Status
from relief_engine.explanation import people, say
from relief_engine.explanation.harmless import one_line
from relief_engine.explanation.sentence import Told, sentence
from relief_engine.profile.model import Profile
from relief_engine.rulebook.terms import APPLICANT
from relief_engine.text import Text


def applicant_name(profile: Profile) -> str:
    """The applicant's name as it was given, or nothing."""
    return one_line(str(profile.applicant.values.get("applicant.name", "")))


def subject_text(decision: Decision) -> Text:
    """What the decision is about: the applicant, or which of its leases or loans.

    With the name that the profile gives it, and its address, as far as there are.
    """
    kind, listed = decision.programme.kind, decision.profile.subjects(decision.programme.subject)
    if decision.index is None or not listed:
        return say.subject(kind, decision.index)
    known = listed[decision.index]
    return say.subject(kind, decision.index, known.id or "", str(known.values.get("lease.address", "")))


def number_text(decision: Decision) -> Text:
    """The same by its place and its name alone."""
    kind, index = decision.programme.kind, decision.index
    return say.subject(kind, index, decision.profile.name(decision.programme.subject, index) or "")


def headline(decision: Decision, rest: Text | None = None) -> Text:
    """The decision in one sentence, and what people decided in another; ``rest`` is its answer, if it is at hand."""
    resolved = decision.resolution
    if resolved is not None:
        return people.headline(_told(decision), resolved, decision)
    label, rest = decision.outcome.label, rest or answer(decision)
    mark = ", " if decision.outcome is Outcome.INELIGIBLE else ": "
    return Text(f"{label.zh}：{rest.zh}", f"{label.en}{mark}{rest.en}")


def answer(decision: Decision) -> Text:
    """What is behind the outcome, for lists in which the outcome is said above."""
    resolved = decision.resolution
    told = _told(decision)
    return sentence(told) if resolved is None else people.with_answers(told, resolved, decision)


def _told(decision: Decision) -> Told:
    """The answer as its sentence needs it."""
    criteria = decision.criteria
    return Told(
        decision.programme, decision.as_of, decision.outcome, decision.subject,
        described=decision.index is not None or decision.programme.subject == APPLICANT,
        unmet=tuple(c.compiled.criterion.title for c in criteria if c.status is Status.UNMET and not c.replaced),
        referrals=tuple(referral.title for referral in decision.referrals),
        missing=tuple(missing.fact for missing in decision.missing.facts),
        amount=decision.amount if decision.outcome is Outcome.ELIGIBLE else decision.amount_if_granted,
        amount_range=decision.amount_range,
        ceiling=decision.ceiling,
        rate=decision.rate,
        rate_range=decision.rate_range,
        payable=decision.payable,
        payable_range=decision.payable_range,
        until=decision.until,
    )  # fmt: skip
