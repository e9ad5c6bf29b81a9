"""Testing stage, mutation: small mistakes are made in a loaded rulebook, one at a time, and the worked cases are run.

A mistake that no case notices could be in the rules without anybody knowing. The modules, in the order in which data
flows: ``mutant`` (what a mistake is); ``written``, ``trees``, ``parameters``, ``dates`` (mistakes in parts);
``programmes``, ``standards`` (mistakes in elements); ``killing`` (cases are run); ``difference``, ``trial``, ``hints``,
``search`` (a profile that tells a mutant from the rules); ``pasting`` (that profile as a case); ``survivors``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from relief_engine.rulebook.model import Rulebook
from relief_engine.testing.mutation.mutant import Kind, Mutant
from relief_engine.testing.mutation.programmes import programme_mutants
from relief_engine.testing.mutation.standards import standards_mutants

__all__ = ["Kind", "Mutant", "mutants"]


def mutants(
    rulebook: Rulebook, programmes: Sequence[str] = (), kinds: Sequence[Kind] = (), matching: str = "", *,
    standards: bool = True,
) -> Iterator[Mutant]:  # fmt: skip
    """Every mutant of a rulebook, those of programmes first.

    Args:
        rulebook: the rules, loaded from a folder.
        programmes: ids; only mutants that these may notice. All if left out.
        kinds: only mutants of these kinds. All if left out.
        matching: only mutants that have this text in their id, their words or their place; in any letters.
        standards: whether standards are mutated too.
    """
    chosen = [p for p in rulebook.programmes.values() if not programmes or p.id in programmes]
    for programme in chosen:
        yield from (m for m in programme_mutants(programme) if (not kinds or m.kind in kinds) and _has(m, matching))
    if standards and (not kinds or {Kind.LIMIT, Kind.CLASS} & set(kinds)):
        for mutant in standards_mutants(rulebook):
            touched = tuple(name for name in mutant.touched if not programmes or name in programmes)
            if touched and (not kinds or mutant.kind in kinds) and _has(mutant, matching):
                yield mutant if touched == mutant.touched else _touching(mutant, touched)


def _has(mutant: Mutant, text: str) -> bool:
    said = (mutant.id, mutant.text.zh, mutant.text.en, str(mutant.where))
    return not text or any(text.casefold() in part.casefold() for part in said)


def _touching(mutant: Mutant, touched: tuple[str, ...]) -> Mutant:
    from relief_engine.rulebook.record import changed

    return changed(mutant, touched=touched)
