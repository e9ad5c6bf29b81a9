"""Routes stage: the forward-chaining route. The same program, as productions in a rules engine (durable-rules).

It shares with the direct route the program and the arithmetic of figures, and nothing of how conditions are found:
facts are asserted, productions match them, and what they conclude is asserted in turn until nothing new follows.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Sequence
from weakref import WeakKeyDictionary

from relief_engine.compiled.ir import Program
from relief_engine.compiled.layout import Value
from relief_engine.errors import RouteUnavailable
from relief_engine.locks import ForkedLock
from relief_engine.routes.chaining.engine import Machine, RouteFailed, load_engine
from relief_engine.routes.chaining.evaluation import evaluate
from relief_engine.routes.chaining.network import Network, network_of
from relief_engine.text import Text

__all__ = ["ChainingRoute", "RouteFailed", "unavailable"]

#: A machine that is ready takes about 3 MB; a thread keeps so many of them.
_AWAKE = 8


def unavailable() -> Text | None:
    """Why the route can't run here, or None if it can."""
    try:
        load_engine()
    except RouteUnavailable as error:
        return error.message
    return None


class ChainingRoute:
    """The rulebook in a rules engine; safe to share between threads, each of which gets rulesets of its own."""

    name = "forward-chaining"

    def __init__(self) -> None:
        self._networks: WeakKeyDictionary[Program, Network] = WeakKeyDictionary()
        self._lock = ForkedLock()
        self._local = _Local()

    def run(self, program: Program, slots: Sequence[Value]) -> tuple[int | None, ...]:
        """The values of all nodes of the program.

        Raises :class:`RouteUnavailable` where the engine can't run, or not with this program, and
        :class:`RouteFailed` if it fails.
        """
        network = self._network(program)
        with self._local.machine(program, network) as machine:
            return evaluate(network, machine, slots)

    def _network(self, program: Program) -> Network:
        with self._lock:
            found = self._networks.get(program)
            if found is None:
                found = network_of(program)
                self._networks[program] = found
            return found


class _Local(threading.local):
    """The machines of one thread."""

    def __init__(self) -> None:
        self.machines: WeakKeyDictionary[Program, Machine] = WeakKeyDictionary()
        self.awake: list[weakref.ref[Machine]] = []

    def machine(self, program: Program, network: Network) -> Machine:
        """The machine of a program, made on first use."""
        found = self.machines.get(program)
        if found is None or found.closed:
            found = Machine(load_engine(), network.rules.text)
            self.machines[program] = found
        if not self.awake or self.awake[-1]() is not found:
            self._use(found)
        return found

    def _use(self, machine: Machine) -> None:
        """Put to sleep whichever machine was used longest ago, if too many are awake."""
        self.awake = [ref for ref in self.awake if ref() is not None and ref() is not machine]
        self.awake.append(weakref.ref(machine))
        if len(self.awake) > _AWAKE:
            oldest = self.awake.pop(0)()
            if oldest is not None and not oldest.closed:
                with oldest:
                    oldest.sleep()
