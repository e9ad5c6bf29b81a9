"""Routes stage: conditions become productions, the rules of the engine. Each has two: one fires if it is met, one if not.

The vocabulary of the facts, each followed by the number of a *gate* (a condition node, or a step on the way to one):

====== =============================================================================================================
``f``  the value of a choice or yes/no fact (by its slot)
``l``  the left and ``r`` the right side of a comparison, in one fact
``h``  "a part of this gate is met", and ``n`` "a part of it is not": with how often it stands in a fact as the number
       of such parts (the engine keeps members of one name apart, and they all say 1)
====== =============================================================================================================

*All* is met once as many parts are met as it has: the engine counts them (``count``). It is unmet once any is unmet,
whatever else is known; ``cap`` lets one firing answer for several. An unknown part says nothing, and that is Kleene's
logic. No production joins facts (see :class:`~relief_engine.routes.chaining.engine.Machine`).
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from relief_engine.compiled import ir
from relief_engine.errors import RouteUnavailable
from relief_engine.text import Text

#: A gate has a value: ``ir.MET`` or ``ir.UNMET``.
Outcome = tuple[int, int]
#: A gate, and whether it is read as it is (else: its opposite).
Literal = tuple[int, bool]
#: One condition on a fact: an operator of the engine, a field, a constant or another field.
_Pattern = tuple[str, str, int | str]

_OPERATORS: Mapping[ir.Order, str] = {"<": "$lt", "<=": "$lte", "==": "", "!=": "$neq", ">=": "$gte", ">": "$gt"}
_OPPOSITE: Mapping[ir.Order, ir.Order] = {"<": ">=", "<=": ">", "==": "!=", "!=": "==", ">=": "<", ">": "<="}

#: The engine loops for ever when 512 conditions stand at the root of its network.
_MAX_PATTERNS = 400
#: Its stack holds 64 conditions: those of one fact (at most FIELDS) and those that one of them leads on to.
FIELDS = 20
_MAX_READERS = 40
#: Names that the engine uses itself, as it sees them: hashed to 32 bits.
_RESERVED = ("id", "sid", "$s", "$forward", "$m", "begin")


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules as the engine reads them, what follows when one fires, and whom each outcome is told to."""

    text: str
    outcomes: Mapping[str, tuple[Outcome, ...]]
    feeds: Mapping[Outcome, tuple[str, ...]]


class Productions:
    """The growing set of productions; equal ones are made once and have several outcomes."""

    def __init__(self, gates: int) -> None:
        self.gates = gates
        self._rules: dict[str, dict[str, object]] = {"begin": {"all": [{"m": {"begin": 1}}]}}
        self._names: dict[str, str] = {}
        self._outcomes: dict[str, list[Outcome]] = {"begin": []}
        self._feeds: defaultdict[Outcome, list[str]] = defaultdict(list)
        self._followers: defaultdict[Outcome, list[Outcome]] = defaultdict(list)
        self._patterns: Counter[_Pattern] = Counter()

    def new_gate(self) -> int:
        """A gate that is no node of the program."""
        self.gates += 1
        return self.gates - 1

    def among(self, gate: int, field: str, inside: Iterable[int], outside: Iterable[int]) -> None:
        """Met if the field has one of the values inside, unmet if one of those outside."""
        for values, value in ((inside, ir.MET), (outside, ir.UNMET)):
            self.when([("", field, number) for number in sorted(values)], (gate, value))

    def compare(self, gate: int, op: ir.Order) -> None:
        """Compare the two sides that :func:`sides` puts in one fact."""
        for order, value in ((op, ir.MET), (_OPPOSITE[op], ir.UNMET)):
            self.when([(_OPERATORS[order], f"l{gate}", f"r{gate}")], (gate, value))

    def all_of(self, gate: int, parts: Sequence[Literal]) -> None:
        """Met if all parts are, unmet as soon as one is."""
        self._listen(gate, parts)
        self.when([("", f"h{gate}", 1)], (gate, ir.MET), count=len(parts))
        self.when([("", f"n{gate}", 1)], (gate, ir.UNMET), cap=len(parts))

    def any_of(self, gate: int, parts: Sequence[Literal]) -> None:
        """Met as soon as one part is, unmet if all are."""
        self._listen(gate, parts)
        self.when([("", f"h{gate}", 1)], (gate, ir.MET), cap=len(parts))
        self.when([("", f"n{gate}", 1)], (gate, ir.UNMET), count=len(parts))

    def consensus(self, gate: int, voters: int) -> None:
        """Met if all voters say so, unmet if all say that."""
        self.when([("", f"h{gate}", 1)], (gate, ir.MET), count=voters)
        self.when([("", f"n{gate}", 1)], (gate, ir.UNMET), count=voters)

    def follow(self, gate: int, literal: Literal) -> None:
        """The gate has the value of the literal."""
        leader, straight = literal
        for value in (ir.MET, ir.UNMET):
            self._followers[leader, value].append((gate, value if straight else ir.negated(value)))

    def _listen(self, gate: int, parts: Iterable[Literal]) -> None:
        for part, straight in parts:
            for value in (ir.MET, ir.UNMET):
                met = (value == ir.MET) == straight
                self._feeds[part, value].append(vote(gate, ir.MET if met else ir.UNMET))

    def when(self, alternatives: Sequence[_Pattern], outcome: Outcome, **setting: int) -> None:
        """A production that fires for a fact with one of the patterns; with none it would never fire."""
        if not alternatives:
            return
        conditions = [_condition(pattern) for pattern in alternatives]
        rule = {"all": [{"m": conditions[0] if len(conditions) == 1 else {"$or": conditions}}], **setting}
        text = json.dumps(rule)
        name = self._names.setdefault(text, f"p{len(self._names)}")
        if name not in self._rules:
            self._rules[name] = rule
            self._outcomes[name] = []
            self._patterns.update(alternatives)
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
        names = sorted({field for _, field, _ in self._patterns} | {str(p[2]) for p in self._patterns if str(p[2])[0] in "r"})
        hashes = {_hashed(name) for name in (*names, *_RESERVED)}
        if (
            len(self._patterns) > _MAX_PATTERNS
            or max(self._patterns.values(), default=0) > _MAX_READERS
            or len(hashes) < len(names) + len(_RESERVED)
        ):
            raise RouteUnavailable(
                Text(
                    "正向链推理路线无法运行：这个项目的条件超出了 durable-rules 的容量。",
                    "The forward-chaining route can't run: this programme has more conditions than durable-rules can take.",
                )
            )


def vote(gate: int, value: int) -> str:
    """The field that says that one part of a gate is met, or unmet."""
    return f'"{"h" if value == ir.MET else "n"}{gate}":1'


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
