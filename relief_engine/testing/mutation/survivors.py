"""Testing stage, mutation: of mutants that no case noticed, which are no mistakes at all, and what would notice others.

A mutant is *equivalent* if it is proven that no profile tells it from the rules; nothing else is called so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from relief_engine.decision import Outcome
from relief_engine.engine import Engine
from relief_engine.profile.model import Profile
from relief_engine.proving import Limits, Side, Transition, Verdict, compare
from relief_engine.rulebook.record import Record
from relief_engine.testing.mutation.hints import hints
from relief_engine.testing.mutation.killing import Bench, Killed
from relief_engine.testing.mutation.mutant import Kind, Mutant
from relief_engine.testing.mutation.pasting import Suggestion, suggestion
from relief_engine.testing.mutation.search import Search, confirmed
from relief_engine.testing.mutation.trial import Pair


class Fate(StrEnum):
    """What became of a mutant in the end."""

    KILLED = "killed"
    REFUSED = "refused"
    SURVIVED = "survived"
    EQUIVALENT = "equivalent"
    OPEN = "open"


class Judged(Record):
    """A mutant that no case noticed.

    ``suggestion`` is the case that would, for a survivor; one that notices several is made once, and ``shared`` says
    that it stands with an earlier one. ``how`` says by what it was found or proven.
    """

    mutant: Mutant
    fate: Fate
    suggestion: Suggestion | None
    shared: bool
    how: str


def judged(bench: Bench, survivors: Sequence[Killed], seconds: float, samples: int = 300) -> Iterator[Judged]:
    """What the mutants are that no case noticed, in their order. The cases that are suggested join those of the bench.

    Args:
        bench: the rules and their cases.
        survivors: what :func:`killed` gave and no case noticed.
        seconds: how long one mutant is searched for, and how long a proof is, over all the programmes it touches.
        samples: how many profiles are drawn for one.
    """
    suggested: dict[tuple[str, str], Suggestion] = {}
    fresh = Bench(bench.rulebook, ())
    for killed in survivors:
        mutant = killed.mutant
        again = fresh.outcome(mutant)
        if again.case is not None:
            known = suggested[again.case.programme, again.case.name.zh]
            yield Judged(mutant, Fate.SURVIVED, known, True, "shared")
            continue
        found = _judge(bench, mutant, seconds, samples)
        if found.suggestion is not None:
            case = found.suggestion.case
            suggested[case.programme, case.name.zh] = found.suggestion
            fresh.add(case)
            bench.add(case)
        yield found


def _judge(bench: Bench, mutant: Mutant, seconds: float, samples: int) -> Judged:
    """Three ways, the quick ones first: nothing is worked out differently, a search, proofs."""
    wrong = Engine(mutant.rulebook(bench.rulebook))
    pairs = [pair for name in mutant.touched if (pair := Pair(bench.engine, wrong, name)).differing()]
    if not pairs:
        return Judged(mutant, Fate.EQUIVALENT, None, False, "structure")
    near = hints(mutant, bench.rulebook)
    # What takes long for one programme must not keep the others waiting: each has its share of the time.
    share = seconds / len(pairs)
    for pair in pairs:
        found = _first(mutant, pair, Search(pair, bench.cases[pair.one.id], near, share, samples).found())
        if found is not None:
            return Judged(mutant, Fate.SURVIVED, found, False, "search")
    proven = True
    for pair in pairs:
        old, new = Side(pair.right, pair.one), Side(pair.wrong, pair.other)
        comparison = compare(old, new, Limits(share, samples))
        found = _first(mutant, pair, (region.witness.profile(old) for region in comparison.regions))
        if found is not None:
            return Judged(mutant, Fate.SURVIVED, found, False, "comparison")
        # A difference that no case can expect, such as a sentence shown beside, is one all the same.
        proven &= comparison.verdict is Verdict.NONE and all(_unseen(r.transition) for r in comparison.regions)
        if not proven:
            break
    # Of figures that do not exist a proof says nothing, and the referral for want of them is about nothing else.
    if proven and not (mutant.kind is Kind.REFERRAL and mutant.programme and mutant.programme.not_available is None):
        return Judged(mutant, Fate.EQUIVALENT, None, False, "proof")
    return Judged(mutant, Fate.OPEN, None, False, "limit")


def _unseen(transition: Transition) -> bool:
    """Whether nobody sees what changes: a referral that stands in for nothing, where none is shown."""
    settled = transition.old is transition.new and transition.old in (Outcome.ELIGIBLE, Outcome.INELIGIBLE)
    return settled and not (transition.criteria or transition.figures or transition.notes)


#: So many more profiles are looked at for one that settles the answer, once there is one that leaves it open.
_MORE = 8


def _first(mutant: Mutant, pair: Pair, profiles: Iterable[Profile]) -> Suggestion | None:
    """The first case that one of some profiles makes and that expects a settled answer, else the first."""
    kept: Suggestion | None = None
    looked = 0
    for profile in profiles:
        read = confirmed(profile, pair.right)
        found = None if read is None else suggestion(mutant, pair.one.id, read, pair.right, pair.wrong)
        if found is not None and found.case.expected["outcome"] != Outcome.UNDETERMINED:
            return found
        kept = kept or found
        looked += kept is not None
        if looked > _MORE:
            break
    return kept
