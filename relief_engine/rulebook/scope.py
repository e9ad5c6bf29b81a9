"""Rulebook stage: the names that an expression may use, and a record of which it does use."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from relief_engine.rulebook import calls
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.facts import AnyFact
from relief_engine.rulebook.syntax import words_in

AS_OF = "as_of"
FUNCTIONS = calls.FUNCTIONS
#: What no parameter, figure or choice may be called.
RESERVED = frozenset({AS_OF, *FUNCTIONS})


@dataclass(slots=True)
class Scope:
    """The names that an expression may use.

    ``broken`` holds names whose definition is wrong and reported, ``broken_subjects`` the subjects whose facts are not
    all known: using one of those is no second mistake. ``kinds`` are the kinds of subject that there are. ``later`` are
    figures that are not defined yet, ``hidden`` facts of other kinds of subject.
    """

    facts: Mapping[str, AnyFact]
    parameters: Mapping[str, ex.Type] = field(default_factory=dict)
    lets: dict[str, ex.Type] = field(default_factory=dict)
    used_parameters: set[str] = field(default_factory=set)
    used_lets: set[str] = field(default_factory=set)
    broken: frozenset[str] = frozenset()
    broken_subjects: Container[str] = frozenset()
    kinds: Container[str] = frozenset()
    later: set[str] = field(default_factory=set)
    hidden: frozenset[str] = frozenset()

    def use_all(self, text: str) -> None:
        """Count every parameter and figure that a text may mean as used: it can't be read."""
        words = words_in(text)
        self.used_parameters |= words
        self.used_lets |= words
