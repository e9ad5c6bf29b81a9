"""Testing stage, mutation: of mutants that no case noticed, which are no mistakes at all, and what would notice others.

A mutant is *equivalent* if it is proven that no profile tells it from the rules; nothing else is called so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

from relief_engine.engine import Engine
from relief_engine.rulebook.record import Record
from relief_engine.testing.mutation.killing import Bench, Killed
from relief_engine.testing.mutation.mutant import Mutant
from relief_engine.testing.mutation.pasting import Suggestion, suggestion
from relief_engine.testing.mutation.search import Pair, Search, confirmed


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
        seconds: how long one mutant is looked at for each programme.
        samples: how many profiles are drawn for one.
    """
    suggested: dict[tuple[str, str], Suggestion] = {}
    for killed in survivors:
        mutant = killed.mutant
        again = bench.outcome(mutant)
        if again.case is not None:
            known = suggested[again.case.programme, again.case.name.zh]
            yield Judged(mutant, Fate.SURVIVED, known, True, "shared")
            continue
        found = _judge(bench, mutant, seconds, samples)
        if found.suggestion is not None:
            case = found.suggestion.case
            suggested[case.programme, case.name.zh] = found.suggestion
            bench.add(case)
        yield found


def _judge(bench: Bench, mutant: Mutant, seconds: float, samples: int) -> Judged:
    wrong = Engine(mutant.rulebook(bench.rulebook))
    open_for = []
    for programme in mutant.touched:
        pair = Pair(bench.engine, wrong, programme)
        if not pair.differing():
            continue
        open_for.append(programme)
        for profile in Search(pair, bench.cases[programme], seconds, samples).found():
            read = confirmed(profile, bench.engine)
            case = None if read is None else suggestion(mutant, programme, read, bench.engine, wrong)
            if case is not None:
                return Judged(mutant, Fate.SURVIVED, case, False, "search")
    if not open_for:
        return Judged(mutant, Fate.EQUIVALENT, None, False, "structure")
    return Judged(mutant, Fate.OPEN, None, False, "limit")
