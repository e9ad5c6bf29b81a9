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
    rulebook: Rulebook, programmes: Sequence[str] = (), kinds: Sequence[Kind] = (), *, standards: bool = True
) -> Iterator[Mutant]:
    """Every mutant of a rulebook, those of programmes first.

    Args:
        rulebook: the rules, loaded from a folder.
        programmes: ids; only mutants that these may notice. All if left out.
        kinds: only mutants of these kinds. All if left out.
        standards: whether standards are mutated too.
    """
    chosen = [p for p in rulebook.programmes.values() if not programmes or p.id in programmes]
    for programme in chosen:
        yield from (m for m in programme_mutants(programme) if not kinds or m.kind in kinds)
    if standards and (not kinds or {Kind.LIMIT, Kind.CLASS} & set(kinds)):
        for mutant in standards_mutants(rulebook):
            touched = tuple(name for name in mutant.touched if not programmes or name in programmes)
            if touched and (not kinds or mutant.kind in kinds):
                yield mutant if touched == mutant.touched else _touching(mutant, touched)


def _touching(mutant: Mutant, touched: tuple[str, ...]) -> Mutant:
    from relief_engine.rulebook.record import changed

    return changed(mutant, touched=touched)
