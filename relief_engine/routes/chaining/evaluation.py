"""Routes stage: one evaluation. Assert what is known, drain, tell what follows, and so on until nothing does."""

from __future__ import annotations

from collections.abc import Sequence, Set

from relief_engine.compiled import ir
from relief_engine.compiled.figures import figure_value
from relief_engine.compiled.layout import Value
from relief_engine.routes.chaining.candidates import Candidate, Family
from relief_engine.routes.chaining.engine import Machine, RouteFailed
from relief_engine.routes.chaining.facts import index_of, sides
from relief_engine.routes.chaining.network import Network
from relief_engine.routes.chaining.productions import FIELDS, Vote, vote
from relief_engine.text import Text

_NONE: Set[int] = frozenset()


def evaluate(network: Network, machine: Machine, slots: Sequence[Value]) -> tuple[int | None, ...]:
    """The values of all nodes. The machine must be empty, and is empty again afterwards."""
    run = _Run(network, machine, slots)
    facts = [f'"f{slot}":{value:d}' for slot, n in network.choices if (value := index_of(slots, slot, n)) is not None]
    votes = [*network.opening]
    for family in network.families:
        candidates = family.candidates(slots)
        if len(candidates) == 1:
            facts += candidates[0].facts(slots)
        else:
            votes += run.ballot(family, candidates)
    values = run.values
    for stage in network.stages:
        for index, figure in stage.figures:
            values[index] = figure_value(figure, values, slots)
        for gate, left, right in stage.comparisons:
            a, b = values[left], values[right]
            if a is not None and b is not None:
                facts.append(sides(gate, a, b))
        run.settle(facts, votes)
        facts, votes = [], []
    machine.forget()
    return tuple(values[: network.size])


class _Run:
    """What is known so far in one evaluation."""

    def __init__(self, network: Network, machine: Machine, slots: Sequence[Value]) -> None:
        self.rules = network.rules
        self.machine = machine
        self.slots = slots
        self.own = slice(network.size, len(network.start))
        self.values = list(network.start)

    def settle(self, facts: list[str], votes: list[Vote], held_back: Set[int] = _NONE) -> None:
        """Tell the engine some facts and whatever follows; outcomes of the gates held back are not passed on."""
        tell = self.machine.tell
        while facts or votes:
            for first in range(0, len(facts), FIELDS):
                tell(",".join(facts[first : first + FIELDS]))
            for first in range(0, len(votes), FIELDS):
                groups, ballots = zip(*votes[first : first + FIELDS], strict=True)
                tell(",".join((*set(groups), *ballots)))
            facts, votes = [], self.conclude(self.machine.drain(), held_back)

    def conclude(self, fired: list[str], held_back: Set[int]) -> list[Vote]:
        """Note the outcomes of productions; the votes that pass them on."""
        outcomes, feeds, values = self.rules.outcomes, self.rules.feeds, self.values
        votes: list[Vote] = []
        for name in fired:
            for outcome in outcomes[name]:
                gate, value = outcome
                found = values[gate]
                if found == ir.UNKNOWN:
                    values[gate] = value
                    if outcome in feeds and gate not in held_back:
                        votes += feeds[outcome]
                elif found != value:
                    raise RouteFailed(
                        Text(f"条件 {gate} 既成立又不成立。", f"Condition {gate} was found both met and unmet.")
                    )
        return votes

    def ballot(self, family: Family, candidates: tuple[Candidate, ...]) -> list[Vote]:
        """What the tests of a family are for each candidate, tried alone; nothing else is known to the engine yet."""
        votes = family.abstentions(len(candidates))
        for candidate in candidates:
            first = self.machine.told
            self.settle(candidate.facts(self.slots), [], held_back=family.tests)
            self.machine.forget(first)
            for test in family.tests:
                value = self.values[test]
                if value == ir.MET or value == ir.UNMET:
                    votes.append(vote(test, value))
                self.values[test] = ir.UNKNOWN
            self.values[self.own] = [ir.UNKNOWN] * (self.own.stop - self.own.start)
        return votes
