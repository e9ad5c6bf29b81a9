"""Proving stage: profiles drawn from the cells of a program, always the same ones.

What is drawn is *typical* of its cell: an amount or a day from the middle, not the one value on a border. Agreements
that hold on a border alone (a lease that starts on the last day of the year has one day of it, whatever its end) are
accidents of a profile and no mistake of a rulebook.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from relief_engine.compiled import ir
from relief_engine.compiled.layout import AS_OF_SLOT, Layout, Value
from relief_engine.decision import Outcome
from relief_engine.engine import Engine
from relief_engine.engine.cells import Trials
from relief_engine.engine.outcome import outcome_of
from relief_engine.rulebook.facts import FIRST_DAY, OPEN_END, AmongStepsRelation, ExtremeFact, Fact, OneFormRelation
from relief_engine.rulebook.model import Rulebook

#: Of so many figures that may not exist one does not; of so many codes one is coarser; of so many ends one is open.
_ABSENT, _COARSE, _OPEN = 15, 8, 6
#: Once in so many times the cells of a figure are worked out for the profile at hand.
_ANEW = 4
#: How far into a cell a figure lies, as a power of the cell's width: neither on the border nor among absurd sums.
_DEPTH = (0.3, 0.95)
#: So many days after the first day of a stretch without end are looked at.
_LONGEST = 365
_ORDER = {"industry_code": 0, "choice": 1, "yes_no": 2, "date": 3, "steps": 5}
_FIGURE = 4


@dataclass(frozen=True, slots=True)
class Sample:
    """One drawn profile as a vector, the slots of figures that do not exist, and the values of the program's nodes."""

    program: ir.Program
    vector: tuple[Value, ...]
    barred: frozenset[int]
    values: tuple[int | None, ...]

    @property
    def outcome(self) -> Outcome:
        """What the values mean."""
        return outcome_of(self.program, self.values)


def _days(program: ir.Program) -> list[int]:
    """Days on which a program is tried: its first, and where rules look at the day itself, others on which it holds."""
    first, last = program.period.first.toordinal(), program.period.last.toordinal()
    # A profile has a day of its own calendar, if the program holds on one.
    first = min(max(first, FIRST_DAY), last)
    if all(node != ir.FactValue(AS_OF_SLOT) for node in program.nodes):
        return [first]
    last = min(last, first + _LONGEST)
    return sorted({first + (last - first) * part // 4 for part in range(5)})


class Sampler:
    """Draws profiles for one program."""

    def __init__(self, engine: Engine, program: ir.Program, seed: str) -> None:
        self.program = program
        self.cells = engine.cells(program)
        self.run = engine.evaluator(program)
        self.random = Random(seed)
        self.alternatives = _alternatives(engine.rulebook, program.layout)
        self.derived = [f for f in program.layout.facts if isinstance(f, ExtremeFact)]
        self.read = self.facts(range(len(program.nodes)))
        self.days = _days(program)
        self.trials = Trials(self.values)
        self.edges: dict[int, list[list[int]]] = {}

    def facts(self, nodes: Iterable[int]) -> list[int]:
        """The slots of the facts that nodes read, those behind derived ones included; in the order of drawing."""
        layout = self.program.layout
        found = set().union(*(self.cells.under[node] for node in nodes))
        for slot, _, given in layout.forms:
            found |= {part for part, _ in given} if slot in found else set()
        for slot, _, steps, start, end in layout.extremes:
            found |= {steps, start, end} if slot in found else set()
        return sorted((slot for slot in found if isinstance(layout.facts[slot], Fact)), key=self._order)

    def _order(self, slot: int) -> tuple[int, int]:
        fact = self.program.layout.facts[slot]
        return (_ORDER.get(fact.type, _FIGURE) if isinstance(fact, Fact) else 9, slot)

    def values(self, vector: Sequence[Value]) -> Sequence[int | None]:
        """The values of the nodes after deriving what depends on the vector."""
        trial = list(vector)
        self.program.layout.derive(trial)
        return self.run(trial)

    def sample(self, vector: Sequence[Value], barred: frozenset[int]) -> Sample:
        """A vector with what the program makes of it."""
        derived = list(vector)
        self.program.layout.derive(derived)
        return Sample(self.program, tuple(derived), barred, tuple(self.run(derived)))

    # --- drawing ------------------------------------------------------------------------------------------------

    def draw(self, slots: Sequence[int] | None = None, *, borders: bool = False) -> Sample:
        """A profile in which every fact is known that the program reads, or just those in some slots.

        With ``borders``, figures are the ones on borders: all that a narrow cell has, such as the one of no payouts.
        """
        layout = self.program.layout
        vector: list[Value] = [None] * layout.size
        vector[AS_OF_SLOT] = self.random.choice(self.days)
        skipped = self._skipped()
        barred = set()
        for slot in self.read if slots is None else slots:
            fact = layout.facts[slot]
            if slot in skipped or not isinstance(fact, Fact):
                continue
            if fact.not_available and self.one_in(_ABSENT):
                barred.add(slot)
            elif borders and _ORDER.get(fact.type, _FIGURE) == _FIGURE:
                vector[slot] = self.random.choice(self.cells.values(slot, vector, self.trials))
            else:
                vector[slot] = self.value(slot, fact, vector)
        return self.sample(vector, frozenset(barred))

    def mended(self, sample: Sample, *, for_people: bool = False) -> Sample:
        """The same with few facts changed, so that criteria are met and plain referrals do not hold.

        Almost everything drawn at random fails some criterion, and then nothing is seen of the benefit. With
        ``for_people`` referrals are left as they are, and so are the criteria for which one stands in.
        """
        vector = list(sample.vector)
        program = self.program
        replaced = {
            index for r in program.referrals if sample.values[r.node] == ir.MET for index in r.replaces if for_people
        }
        avoided = [(c.node, ir.UNMET) for index, c in enumerate(program.criteria) if index not in replaced]
        if not for_people:
            avoided += [(r.node, ir.MET) for r in program.referrals if not r.replaces]
        for node, bad in avoided:
            if self.values(vector)[node] != bad:
                continue
            for slot, value in self.single_changes(node, vector):
                before = vector[slot]
                vector[slot] = value
                if self.cells.ordered(vector) and self.values(vector)[node] != bad:
                    break
                vector[slot] = before
        return self.sample(vector, sample.barred)

    def hidden(self, sample: Sample) -> Sample:
        """The same with one to four facts unknown."""
        vector = list(sample.vector)
        known = [slot for slot in self.read if vector[slot] is not None]
        for slot in self.random.sample(known, min(len(known), self.random.randint(1, 4))):
            vector[slot] = None
        return self.sample(vector, sample.barred)

    def one_in(self, number: int) -> bool:
        """True once in so many times."""
        return self.random.randrange(number) == 0

    def _skipped(self) -> set[int]:
        """The slots that stay empty because another form of the same figure is given."""
        skipped: set[int] = set()
        for groups in self.alternatives:
            kept = self.random.choice(groups)
            skipped |= {slot for group in groups for slot in group if slot not in kept}
        return skipped

    def single_changes(self, node: int, vector: list[Value]) -> list[tuple[int, int]]:
        """Slots with a value that alone may change a condition, from the other cells of what it reads."""
        changes: list[tuple[int, int]] = []
        slots = self.facts([node])
        for slot in slots:
            fact = self.program.layout.facts[slot]
            kind = _ORDER.get(fact.type, _FIGURE) if isinstance(fact, Fact) else _FIGURE + 1
            if not isinstance(fact, Fact) or vector[slot] is None or kind > _FIGURE:
                continue
            # Figures only where one decides alone: several, such as those of a size, have too many cells to try.
            if kind == _FIGURE and len(slots) > 1:
                continue
            values = self.cells.values(slot, [*vector[:slot], None, *vector[slot + 1 :]], self.trials)
            if kind == _FIGURE:
                # From inside a cell if that will do; a narrow cell has nothing but its borders.
                return [(slot, value) for value in (*(self._within(*gap) for gap in _gaps(values)), *values)]
            if fact.type == "date":
                values = [self._within(low, high) for low, high in _gaps(values) if high <= fact.highest]
            changes += [(slot, value) for value in values]
        self.random.shuffle(changes)
        return changes

    # --- one value ----------------------------------------------------------------------------------------------

    def value(self, slot: int, fact: Fact, vector: list[Value]) -> Value:
        """A value of one fact, from a cell that is possible beside what is known."""
        match fact.type:
            case "yes_no" | "choice":
                return self.random.randrange(self.program.layout.width(slot))
            case "industry_code":
                return self._code(slot, vector)
            case "steps":
                return self._steps(fact)
            case "date" if fact.open_ended and self.one_in(_OPEN):
                return OPEN_END
            case _:
                return self._figure(slot, fact, vector)

    def _figure(self, slot: int, fact: Fact, vector: list[Value]) -> int:
        """A figure or a day. The cells of another profile often do as well, and to find new ones takes long."""
        known = self.edges.setdefault(slot, [])
        if known and not self.one_in(_ANEW):
            value = self._inside(self.random.choice(known))
            if self.cells.ordered([*vector[:slot], value, *vector[slot + 1 :]]):
                return value
        edges = [edge for edge in self.cells.values(slot, vector, self.trials) if edge <= fact.highest]
        known.append(edges)
        return self._inside(edges)

    def _inside(self, edges: Sequence[int]) -> int:
        """A value from the middle of one of the cells that some edges bound."""
        gaps = _gaps(edges)
        return self._within(*self.random.choice(gaps)) if gaps else self.random.choice(edges)

    def _within(self, low: int, high: int) -> int:
        return min(low + max(1, int((high - low) ** self.random.uniform(*_DEPTH))), high - 1)

    def _code(self, slot: int, vector: list[Value]) -> int:
        listed = self.cells.codes[slot]
        code = self.random.choice(self.cells.values(slot, vector, self.trials))
        while self.one_in(_COARSE) and listed.codes[code].parent:
            code = listed.positions[listed.codes[code].parent]
        return code

    def _steps(self, fact: Fact) -> Value:
        """One to three steps, of which the first begins before any day that counts."""
        derived = next((found for found in self.derived if found.of == fact.id), None)
        if derived is None:
            return None
        span = range(derived.first_day, derived.last_day)
        days = [derived.first_day - 1, *sorted(self.random.sample(span, self.random.randrange(3)))]
        amounts = [self._inside((fact.lowest, fact.highest)) for _ in range(2)]
        return tuple((day, self.random.choice(amounts)) for day in days)


def _gaps(edges: Sequence[int]) -> list[tuple[int, int]]:
    """Neighbouring edges with something between them."""
    return [(low, high) for low, high in pairwise(edges) if high - low > 1]


def _alternatives(rulebook: Rulebook, layout: Layout) -> list[list[set[int]]]:
    """The groups of slots of which a profile fills one."""
    found = []
    for subject in rulebook.subjects.values():
        steps = {r.steps: r.value for r in subject.relations if isinstance(r, AmongStepsRelation)}
        for relation in subject.relations:
            if isinstance(relation, OneFormRelation) and relation.groups[0][0] in layout.slots:
                groups: list[set[int]] = []
                for group in relation.groups:
                    # Steps stand in for the one amount, so a profile that is drawn gives one of the two.
                    parts = [{name} for name in group if name in steps or name in steps.values()]
                    parts.append({name for name in group if not any(name in part for part in parts)})
                    groups += [{layout.slots[name] for name in part} for part in parts if part]
                found.append(groups)
    return found
