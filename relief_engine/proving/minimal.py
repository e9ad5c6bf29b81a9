"""Proving stage: a witness without the facts that don't matter, and with plain values in those that do.

All of it is greedy and in a fixed order, so that the same rules give the same witness. *Keeps* is asked of every
smaller or plainer profile; it says whether the profile still shows the same thing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

from relief_engine.engine.cells import Trials
from relief_engine.proving.space import Answers, Space, Variable
from relief_engine.proving.stretches import Stand, Stretch
from relief_engine.rulebook.facts import OPEN_END, Encoded, NotBeforeRelation

#: Whether a profile still shows the same thing; only valid profiles are asked for.
Keeps = Callable[[Answers], bool]

#: Figures that read easily, in their unit, those of everyday firms first.
_ROUND = tuple(digit * 10**power for power in (1, 2, 3, 4, 0, 5, 6) for digit in (1, 2, 3, 5))
#: One value made plain may let another be made so: all are tried again, so often at most.
_PASSES = 4
#: Years beside that of the day of the decision whose first and last days read easily.
_YEARS = (-1, 0, 1, -2, 2)


def minimal(
    stretch: Stretch, day: dt.date, answers: Answers, keeps: Keeps, *, plain: bool = True
) -> dict[str, Encoded]:
    """The smallest profile that the greedy way leads to, with ``plain`` values; ``answers`` must be valid and kept."""
    space = stretch.space

    def holds(trial: Answers) -> bool:
        return space.valid(trial) and keeps(trial)

    found = _fewest(space, dict(answers), holds)
    for _ in range(_PASSES if plain else 0):
        before = found
        for name in list(found):
            for value in _plainer(stretch, day, found, name):
                if value == found[name]:
                    break
                trial = found | {name: value}
                if holds(trial):
                    found = trial
                    break
        if found == before:
            break
    return _fewest(space, found, holds)


def _fewest(space: Space, answers: dict[str, Encoded], holds: Keeps) -> dict[str, Encoded]:
    """Without facts that can be left out: first those that are hardest to find out."""
    hardest = ("steps", "amount", "number", "count", "industry_code", "date")
    rank = {kind: place for place, kind in enumerate(hardest)}
    order = sorted(answers, key=lambda name: rank.get(space.known(name).fact.type, len(hardest)))
    for name in order:
        trial = {other: value for other, value in answers.items() if other != name}
        if holds(trial):
            answers = trial
    return answers


def _plainer(stretch: Stretch, day: dt.date, answers: Answers, name: str) -> Iterator[Encoded]:
    """Values to try for a fact, the plainest first; the present one ends the list where it comes."""
    variable = stretch.space.known(name)
    present = answers[name]
    if isinstance(present, tuple):
        yield from _steps(variable, present)
        return
    if variable.fact.type in ("yes_no", "choice"):
        yield from range(len(variable.ids))
        return

    def edges() -> list[int]:
        found = (_edges(stretch.space, stand, day, answers, variable) for stand in stretch.stands)
        return sorted({value for values in found for value in values})

    if variable.fact.type == "industry_code":
        yield from edges()
    elif variable.fact.type == "date":
        years = [year for n in _YEARS if 1 <= (year := day.year + n) < dt.MAXYEAR]
        begins = [dt.date(year, 1, 1).toordinal() for year in years]
        # A day that must not lie before another ends something.
        ends = [dt.date(year, 12, 31).toordinal() for year in sorted(years, key=lambda year: (year < day.year, year))]
        yield from (*ends, *begins) if _is_later(stretch.space, name) else (*begins, *ends)
        yield from sorted((edge for edge in edges() if edge != OPEN_END), key=lambda edge: (abs(edge - present), edge))
    else:
        fact = variable.fact
        unit = (1 if fact.unit is None else int(fact.unit.scale) or 1) * fact.denominator
        yield from (figure * unit for figure in _ROUND)
        yield 0
        yield from sorted(edges(), key=lambda edge: (_digits(edge), edge))
        yield from _rounded(present)


def _edges(space: Space, stand: Stand, day: dt.date, answers: Answers, variable: Variable) -> Sequence[int]:
    """The values that stand for the cells of a fact beside the rest of the profile, for one side."""
    slot = stand.program.layout.slots.get(variable.id)
    if slot is None or not variable.readable[stand.index]:
        return ()
    rest = {name: value for name, value in answers.items() if name != variable.id}
    vector = space.vector(stand.index, stand.program.layout, day.toordinal(), rest)
    run, derive = stand.side.engine.evaluator(stand.program), stand.program.layout.derive

    def evaluate(values: Sequence[object]) -> Sequence[int | None]:
        trial = list(values)
        derive(trial)  # type: ignore[arg-type]  # a copy of a vector
        return run(trial)  # type: ignore[arg-type]

    own = stand.side.engine.cells(stand.program).values(slot, vector, Trials(evaluate))
    return [value for each in own if isinstance(value := variable.joint(stand.index, each), int)]


def _is_later(space: Space, name: str) -> bool:
    relations = [r for book in space.rulebooks for subject in book.subjects.values() for r in subject.relations]
    return any(isinstance(relation, NotBeforeRelation) and relation.later == name for relation in relations)


def _digits(figure: int) -> int:
    """How many digits of a figure are not zeros at its end."""
    return len(str(abs(figure)).rstrip("0"))


def _rounded(figure: int) -> Iterator[int]:
    """The figure with ever more of its digits, rounded down and up."""
    for zeros in range(len(str(abs(figure))) - 1, 0, -1):
        step = 10**zeros
        yield figure // step * step
        yield -(-figure // step) * step


def _steps(variable: Variable, present: tuple[tuple[int, int], ...]) -> Iterator[tuple[tuple[int, int], ...]]:
    """Fewer steps, and steps of round amounts in the same order of size."""
    for index in range(len(present)):
        if len(present) > 1:
            yield (*present[:index], *present[index + 1 :])
    amounts = sorted({amount for _, amount in present})
    unit = variable.fact.denominator * 1000
    plain = {amount: (place + 1) * unit for place, amount in enumerate(amounts)}
    yield tuple((day, plain[amount]) for day, amount in present)
