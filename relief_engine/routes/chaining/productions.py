"""Routes stage: conditions become productions, the rules of the engine.

Each condition has two: one fires if it is met, one if it is unmet. The vocabulary of the facts, each
followed by the number of a slot, or of a *gate* (a condition node, or a step on the way to one):

====== =============================================================================================================
``f``  the value of a choice or yes/no fact, by its slot; ``c``: the class of a code
``l``  the left and ``r`` the right side of a comparison, in one fact
``h``  "a part of this gate is met", and ``n`` "a part of it is not": a *vote*. It stands in a fact as often as there
       are such parts, for the engine keeps members of one name apart, and they all say 1
``g``  the fact has votes for gates of this group
====== =============================================================================================================

*All* is met once as many parts are met as it has: the engine counts them (``count``). It is unmet once any is unmet,
whatever else is known; ``cap`` lets one firing answer for several. An unknown part does not vote, and that is Kleene's
logic. No production joins facts (see :class:`~relief_engine.routes.chaining.engine.Machine`).
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from relief_engine.compiled import ir
from relief_engine.errors import RouteUnavailable
from relief_engine.rulebook.record import Value
from relief_engine.text import Text

#: A gate has a value: ``ir.MET`` or ``ir.UNMET``.
Outcome = tuple[int, int]
#: A gate, and whether it is read as it is (else: its opposite).
Literal = tuple[int, bool]
#: A fact that says which group it is for, and that a part of a gate of the group is met, or unmet.
Vote = tuple[str, str]
#: One condition on a fact: an operator of the engine, a field, a constant or another field.
_Pattern = tuple[str, str, int | str]

_OPERATORS: Mapping[ir.Order, str] = {"<": "$lt", "<=": "$lte", "==": "", "!=": "$neq", ">=": "$gte", ">": "$gt"}
_OPPOSITE: Mapping[ir.Order, ir.Order] = {"<": ">=", "<=": ">", "==": "!=", "!=": "==", ">=": "<", ">": "<="}

#: The engine tries, for each member of a fact, nearly all conditions of one level of its network: so there are two
#: levels, of fields (votes: of groups of them) and of what is asked about them. With 512 on a level it loops for ever.
_MAX_LEVEL = 400
#: It gives up at 4,096, and is slow and large long before.
_MAX_PRODUCTIONS = 2_000
_GROUPS = 8
#: Its stack holds 64 conditions: those of one fact (at most FIELDS) and those that one of them leads on to.
FIELDS = 20
_MAX_READERS = 40
#: Names that the engine uses itself, as it sees them: hashed to 32 bits.
_RESERVED = ("id", "sid", "$s", "$forward", "$m", "begin")


class RuleSet(Value):
    """The rules as the engine reads them, what follows when one fires, and whom each outcome is told to."""

    text: str
    outcomes: Mapping[str, tuple[Outcome, ...]]
    feeds: Mapping[Outcome, tuple[Vote, ...]]


class Productions:
    """The growing set of productions; equal ones are made once and have several outcomes."""

    def __init__(self, gates: int) -> None:
        self.gates = gates
        self._rules: dict[str, dict[str, object]] = {"begin": {"all": [{"m": {"begin": 1}}]}}
        self._names: dict[tuple[object, ...], str] = {}
        self._outcomes: dict[str, list[Outcome]] = {"begin": []}
        self._feeds: defaultdict[Outcome, list[Vote]] = defaultdict(list)
        self._followers: defaultdict[Outcome, list[Outcome]] = defaultdict(list)
        self._levels: defaultdict[str, Counter[_Pattern]] = defaultdict(Counter)

    def new_gate(self) -> int:
        """A gate that is no node of the program."""
        self.gates += 1
        return self.gates - 1

    def among(self, gate: int, field: str, inside: Iterable[int], outside: Iterable[int]) -> None:
        """Met if the field has one of the values inside, unmet if one of those outside."""
        for values, value in ((inside, ir.MET), (outside, ir.UNMET)):
            self._when(field, [("", field, number) for number in sorted(values)], (gate, value))

    def compare(self, gate: int, op: ir.Order) -> None:
        """Compare the two sides that :func:`~relief_engine.routes.chaining.facts.sides` puts in one fact."""
        left, right = f"l{gate}", f"r{gate}"
        for order, value in ((op, ir.MET), (_OPPOSITE[op], ir.UNMET)):
            self._when(left, [(_OPERATORS[order], left, right)], (gate, value))

    def all_of(self, gate: int, parts: Sequence[Literal]) -> None:
        """Met if all parts are, unmet as soon as one is."""
        self._listen(gate, parts)
        self._on_votes(gate, ir.MET, count=len(parts))
        self._on_votes(gate, ir.UNMET, cap=len(parts))

    def any_of(self, gate: int, parts: Sequence[Literal]) -> None:
        """Met as soon as one part is, unmet if all are."""
        self._listen(gate, parts)
        self._on_votes(gate, ir.MET, cap=len(parts))
        self._on_votes(gate, ir.UNMET, count=len(parts))

    def consensus(self, gate: int, voters: int) -> None:
        """Met if all voters say so, unmet if all say that."""
        self._on_votes(gate, ir.MET, count=voters)
        self._on_votes(gate, ir.UNMET, count=voters)

    def follow(self, gate: int, literal: Literal) -> None:
        """The gate has the value of the literal."""
        leader, straight = literal
        for value in (ir.MET, ir.UNMET):
            self._followers[leader, value].append((gate, value if straight else ir.negated(value)))

    def _listen(self, gate: int, parts: Iterable[Literal]) -> None:
        for part, straight in parts:
            for value in (ir.MET, ir.UNMET):
                self._feeds[part, value].append(vote(gate, value if straight else ir.negated(value)))

    def _on_votes(self, gate: int, value: int, **setting: int) -> None:
        self._when(_group(gate), [("", _ballot(gate, value), 1)], (gate, value), **setting)

    def _when(self, level: str, alternatives: Sequence[_Pattern], outcome: Outcome, **setting: int) -> None:
        """A production that fires for a fact with one of the patterns; with none it would never fire."""
        if not alternatives:
            return
        rule = (level, *alternatives, *setting.items())
        name = self._names.setdefault(rule, f"p{len(self._names)}")
        if name not in self._rules:
            conditions = [_condition(pattern) for pattern in alternatives]
            condition = conditions[0] if len(conditions) == 1 else {"$or": conditions}
            self._rules[name] = {"all": [{"m": {"$and": [{"$ex": {level: 1}}, condition]}}], **setting}
            self._outcomes[name] = []
            self._levels[level].update(alternatives)
        self._outcomes[name].append(outcome)

    def finished(self) -> RuleSet:
        """The whole; raises :class:`RouteUnavailable` if it is more than the engine can take."""
        self._check()
        outcomes = {
            name: (*found, *(then for outcome in found for then in self._followers[outcome]))
            for name, found in self._outcomes.items()
        }
        return RuleSet(json.dumps(self._rules), outcomes, {key: tuple(found) for key, found in self._feeds.items()})

    def _check(self) -> None:
        levels = self._levels.values()
        patterns = [pattern for level in levels for pattern in level]
        fields = {field for pattern in patterns for field in pattern[1:] if isinstance(field, str)}
        names = {*self._levels, *fields, *_RESERVED}
        if (
            len(self._rules) > _MAX_PRODUCTIONS
            or max([len(self._levels), *map(len, levels)]) > _MAX_LEVEL
            or max([0, *(readers for level in levels for readers in level.values())]) > _MAX_READERS
            or len({_hashed(name) for name in names}) < len(names)
        ):
            raise RouteUnavailable(
                Text(
                    "正向链推理路线无法运行：这个项目的条件超出了 durable-rules 的容量。",
                    "The forward-chaining route can't run: this programme is too large for durable-rules.",
                )
            )


def vote(gate: int, value: int) -> Vote:
    """A vote of one part for a gate to be met, or to be unmet."""
    return f'"{_group(gate)}":1', f'"{_ballot(gate, value)}":1'


def _group(gate: int) -> str:
    return f"g{gate % _GROUPS}"


def _ballot(gate: int, value: int) -> str:
    return f"{'h' if value == ir.MET else 'n'}{gate}"


def _condition(pattern: _Pattern) -> dict[str, object]:
    operator, field, operand = pattern
    test: dict[str, object] = {field: {"$m": operand} if isinstance(operand, str) else operand}
    return {operator: test} if operator else test


def _hashed(name: str) -> int:
    """FNV-1a, by which alone the engine knows a name."""
    found = 0x811C9DC5
    for byte in name.encode():
        found = (found ^ byte) * 0x01000193 & 0xFFFFFFFF
    return found
