"""Proving stage: the facts of one or two rulebooks as one space of profiles.

Two rulebooks may encode a fact differently: a choice is a position among its choices, a code a position in its list.
Here every fact has one encoding, that of the first rulebook; what only a later one knows comes behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from relief_engine.compiled.layout import AS_OF_SLOT, Layout, Value
from relief_engine.profile.relations import Check, checks
from relief_engine.profile.words import code_list
from relief_engine.rulebook.facts import OPEN_END, Encoded, Fact
from relief_engine.rulebook.model import Rulebook

#: What a profile says: encoded values by fact id.
Answers = Mapping[str, Encoded]


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """One fact in every rulebook that has it.

    ``fact`` is the first of them, and ``lowest`` and ``highest`` are the bounds that all of them have. ``ids`` names
    the values of a choice or code, in the joint order. ``places`` gives, by rulebook, the own position of each joint
    one (None: the rulebook lacks it); it is None where the encoding is the same. ``readable`` says which rulebooks have
    the fact at all, with the same meaning.
    """

    fact: Fact
    lowest: int
    highest: int
    open_ended: bool
    ids: tuple[str, ...]
    places: tuple[tuple[int | None, ...] | None, ...]
    readable: tuple[bool, ...]

    @property
    def id(self) -> str:
        """The id of the fact."""
        return self.fact.id

    @property
    def listed(self) -> bool:
        """Whether the values are positions in a list: choices, yes or no, codes."""
        return self.fact.type in ("yes_no", "choice", "industry_code")

    def within(self, value: int) -> bool:
        """Whether a figure or a day lies in the bounds of the fact."""
        return self.lowest <= value <= self.highest or (self.open_ended and value == OPEN_END)

    def own(self, index: int, value: Encoded) -> Encoded | None:
        """A joint value as one of the rulebooks encodes it; None where it can't be read there."""
        if not self.readable[index]:
            return None
        places = self.places[index]
        return value if places is None or not isinstance(value, int) else places[value]

    def joint(self, index: int, value: Encoded) -> Encoded:
        """A value of one of the rulebooks in the joint encoding."""
        places = self.places[index]
        return value if places is None or not isinstance(value, int) else places.index(value)


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """The facts of some rulebooks, matched by id; of two facts with one id that mean different things the first."""

    rulebooks: tuple[Rulebook, ...]
    _variables: dict[str, Variable | None] = field(default_factory=dict)
    _relations: list[list[Check]] = field(default_factory=list)

    def index(self, rulebook: Rulebook) -> int:
        """Which of the rulebooks one is, by its content; raises ``ValueError`` for another one."""
        return [known.digest for known in self.rulebooks].index(rulebook.digest)

    def variable(self, identity: str) -> Variable | None:
        """A fact; None for what is no fact that a profile gives."""
        if identity not in self._variables:
            self._variables[identity] = self._made(identity)
        return self._variables[identity]

    def known(self, identity: str) -> Variable:
        """A fact that is there; raises ``LookupError``."""
        found = self.variable(identity)
        if found is None:
            raise LookupError(identity)
        return found

    def _made(self, identity: str) -> Variable | None:
        facts = [_fact(rulebook, identity) for rulebook in self.rulebooks]
        first = next((fact for fact in facts if fact is not None), None)
        if first is None:
            return None
        readable = tuple(fact is not None and _alike(first, fact) for fact in facts)
        lists = [_ids(book, fact) if fact else () for book, fact in zip(self.rulebooks, facts, strict=True)]
        ids = tuple(dict.fromkeys(name for names, r in zip(lists, readable, strict=True) if r for name in names))
        places: list[tuple[int | None, ...] | None] = []
        for names, reads in zip(lists, readable, strict=True):
            own = {name: place for place, name in enumerate(names)}
            places.append(None if not reads or names == ids else tuple([own.get(name) for name in ids]))
        read = [fact for fact, reads in zip(facts, readable, strict=True) if fact is not None and reads]
        lowest, highest = max(fact.lowest for fact in read), min(fact.highest for fact in read)
        open_ended = all(fact.open_ended for fact in read)
        return Variable(first, lowest, highest, open_ended, ids, tuple(places), readable)

    # --- profiles -----------------------------------------------------------------------------------------------

    def vector(self, index: int, layout: Layout, day: int, answers: Answers) -> list[Value]:
        """The vector of a layout of one of the rulebooks, derived facts included; what it can't read is unknown."""
        values: list[Value] = [None] * layout.size
        values[AS_OF_SLOT] = day
        for name, value in answers.items():
            slot = layout.slots.get(name)
            variable = self.variable(name)
            if slot is not None and variable is not None:
                values[slot] = variable.own(index, value)
        layout.derive(values)
        return values

    def answers(self, index: int, layout: Layout, vector: Sequence[Value]) -> dict[str, Encoded]:
        """What a vector of one of the rulebooks says."""
        found: dict[str, Encoded] = {}
        for slot, fact in enumerate(layout.facts):
            value = vector[slot]
            if isinstance(fact, Fact) and value is not None:
                variable = self.known(fact.id)
                if variable.readable[index]:
                    found[fact.id] = variable.joint(index, value)
        return found

    def valid(self, answers: Answers) -> bool:
        """Whether each of the rulebooks takes a profile: every value in its bounds, and all relations hold."""
        for name, value in answers.items():
            variable = self.known(name)
            if isinstance(value, int) and not variable.listed and not variable.within(value):
                return False
        if not self._relations:
            for rulebook in self.rulebooks:
                self._relations.append([c for subject in rulebook.subjects.values() for c in checks(subject)])
        for index, relations in enumerate(self._relations):
            own = self.readable(index, answers)
            if any(name in own and test(own) is not None for name, test in relations):
                return False
        return True

    def readable(self, index: int, answers: Answers) -> dict[str, Encoded]:
        """What one of the rulebooks can read of a profile, in its own encoding."""
        own = {name: self.known(name).own(index, value) for name, value in answers.items()}
        return {name: value for name, value in own.items() if value is not None}


def _fact(rulebook: Rulebook, identity: str) -> Fact | None:
    found = rulebook.facts.get(identity)
    return found if isinstance(found, Fact) else None


def _alike(one: Fact, other: Fact) -> bool:
    """Whether two facts of one id mean the same, so that a profile can give both with one value."""
    units = [None if fact.unit is None else fact.unit.dimensions for fact in (one, other)]
    return one.type == other.type and one.denominator == other.denominator and units[0] == units[1]


def _ids(rulebook: Rulebook, fact: Fact) -> tuple[str, ...]:
    if fact.type == "industry_code":
        codes = code_list(rulebook)
        return codes.ids if codes is not None else ()
    if fact.domain is not None:
        return fact.domain.ids
    return ("no", "yes") if fact.type == "yes_no" else ()
