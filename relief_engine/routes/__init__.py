"""Routes stage: independent ways to the values of a program's nodes, behind one small protocol.

A route gets a program and a vector of facts and gives the value of every node: ``UNMET``, ``UNKNOWN`` or
``MET`` for conditions, an ``int`` or ``None`` for figures. It never has rules of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from relief_engine.compiled.ir import Program
from relief_engine.compiled.layout import Value


class Route(Protocol):
    """One way to evaluate programs."""

    @property
    def name(self) -> str:
        """The name under which decisions list the route."""

    def run(self, program: Program, slots: Sequence[Value]) -> tuple[int | None, ...]:
        """The values of all nodes of the program, in their order."""
