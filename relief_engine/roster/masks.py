"""Roster stage: what the masks of an answer say: which criteria refuse or are open, and which referrals count."""

from __future__ import annotations

from relief_engine.compiled import ir
from relief_engine.decision import Outcome
from relief_engine.roster.answers import Answer
from relief_engine.rulebook.sources import Citation
from relief_engine.text import Text

#: The figures of a row that its sentence says.
FIGURES = (
    "amount", "amount_if_granted", "amount_low", "amount_high", "ceiling", "payable", "payable_low", "payable_high",
    "rate_low", "rate_high", "until",
)  # fmt: skip


def mask(answer: Answer, name: str) -> int:
    """One of the masks; none is 0."""
    found = answer.summary.get(name)
    return found if isinstance(found, int) else 0


def refusing(answer: Answer) -> list[ir.CompiledCriterion]:
    """The criteria that are unmet and for which no referral that holds stands in."""
    program = answer.program
    if program is None:
        return []
    failed, referred = mask(answer, "failed"), mask(answer, "referred")
    replaced = {i for bit, r in enumerate(program.referrals) if referred >> bit & 1 for i in r.replaces}
    return [c for i, c in enumerate(program.criteria) if failed >> i & 1 and i not in replaced]


def unclear(answer: Answer) -> tuple[Text, ...]:
    """The titles of the criteria that are unknown."""
    return tuple(c.criterion.title for c in unknown(answer))


def unknown(answer: Answer) -> list[ir.CompiledCriterion]:
    """The criteria that are unknown."""
    program, bits = answer.program, mask(answer, "unknown")
    return [] if program is None else [c for i, c in enumerate(program.criteria) if bits >> i & 1]


def referring(answer: Answer) -> list[ir.CompiledReferral]:
    """The referrals that hold and count: plain ones, and those in place of a criterion that is unmet.

    Where the outcome is referred and an unmet criterion has no referral that holds, one that leans on figures which do
    not exist stands in for it: the only one that may, if there is but one.
    """
    program = answer.program
    if program is None:
        return []
    failed, referred = mask(answer, "failed"), mask(answer, "referred")
    found = [
        bit
        for bit, r in enumerate(program.referrals)
        if referred >> bit & 1 and (not r.replaces or any(failed >> i & 1 for i in r.replaces))
    ]
    for criterion in refusing(answer) if answer.summary["outcome"] == Outcome.REFERRED else ():
        position = program.criteria.index(criterion)
        candidates = [bit for bit, r in enumerate(program.referrals) if position in r.replaces]
        found += candidates if len(candidates) == 1 else []
    return [program.referrals[bit] for bit in sorted(set(found))]


def _may_stand_in(answer: Answer) -> list[ir.CompiledReferral]:
    """The referrals that may still stand in for criteria that are unmet."""
    program = answer.program
    if program is None:
        return []
    unmet = {program.criteria.index(criterion) for criterion in refusing(answer)}
    return [referral for referral in program.referrals if not unmet.isdisjoint(referral.replaces)]


def without_figures(answer: Answer) -> bool:
    """Whether a case is referred because figures do not exist: the masks alone would leave it undetermined.

    Or its figure is open although nothing is missing that anyone could give.
    """
    program = answer.program
    if program is None or answer.programme.not_available is None or answer.summary["outcome"] != Outcome.REFERRED:
        return False
    failed, unknown, referred = (mask(answer, name) for name in ("failed", "unknown", "referred"))
    stand_in = {i for bit, r in enumerate(program.referrals) if referred >> bit & 1 for i in r.replaces}
    is_open = all(i in stand_in for i in range(len(program.criteria)) if (failed | unknown) >> i & 1)
    left = any(
        referred >> bit & 1 and (not r.replaces or any(failed >> i & 1 for i in r.replaces))
        for bit, r in enumerate(program.referrals)
    )
    if not (is_open and left):
        return True
    nothing_missing = answer.missing is not None and not answer.missing.facts
    shown = any(answer.summary.get(name) is not None for name in FIGURES)
    return nothing_missing and bool(program.figures) and not shown


def citations(answer: Answer) -> list[Citation]:
    """The clauses that decided: of what is unmet, unknown or left to people, else of the programme and its benefit."""
    programme, program = answer.programme, answer.program
    match answer.summary["outcome"]:
        case Outcome.INELIGIBLE:
            return [c for criterion in refusing(answer) for c in criterion.wording.citations]
        case Outcome.REFERRED:
            found = [c for referral in referring(answer) for c in referral.wording.citations]
            extra = programme.not_available
            return [*found, *(extra.citations if extra is not None and without_figures(answer) else ())]
        case Outcome.UNDETERMINED if found_open := [*unknown(answer), *refusing(answer)]:
            # An unmet criterion leaves the answer open only because something may still stand in for it.
            return [
                *(c for criterion in found_open for c in criterion.wording.citations),
                *(c for referral in _may_stand_in(answer) for c in referral.wording.citations),
            ]
    return [*programme.citations, *(program.benefit.wording.citations if program is not None else ())]
