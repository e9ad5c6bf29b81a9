"""Routes stage: the boundary to durable-rules, the rules engine in C behind the forward-chaining route.

The C module is driven directly (its Python layer adds timer threads, swallows exceptions and takes three times as long
to import). What is relied on here was read in its source, at the one version that the package pins; every code that
it returns, and every state it is left in, is checked, and what is not as expected raises :class:`RouteFailed`.
"""

from __future__ import annotations

import sys
import weakref
from typing import Protocol, cast

from relief_engine.errors import ReliefError, RouteUnavailable
from relief_engine.text import Text

#: The first fact of every state: a production must have fired in a state before it can be deleted safely.
BEGIN = '{"id":"b","begin":1}'
#: The one state of a ruleset is the one that messages without a ``sid`` belong to.
_SID = "0"


class RouteFailed(ReliefError):
    """The engine of a route failed, or left a state in which its answer can't be trusted; there is no answer."""

    def __init__(self, message: Text) -> None:
        self.message = message
        super().__init__(message.zh)


class Engine(Protocol):
    """What is used of the C module."""

    error: type[Exception]

    def create_ruleset(self, name: str, rules: str) -> int: ...
    def delete_ruleset(self, handle: int) -> None: ...
    def delete_state(self, handle: int, sid: str) -> None: ...
    def assert_fact(self, handle: int, fact: str) -> tuple[int, int]: ...
    def retract_facts(self, handle: int, facts: str) -> tuple[int, int]: ...
    def get_facts(self, handle: int, sid: str) -> str: ...
    def start_action_for_state(self, handle: int, state: int) -> tuple[str, str] | None: ...
    def complete_and_start_action(self, handle: int, state: int) -> str | None: ...


def load_engine() -> Engine:
    """The C module; raises :class:`RouteUnavailable` where it can't be imported, and says why."""
    try:
        import durable_rules_engine
    except ImportError as error:
        raise RouteUnavailable(_why_not(error)) from error
    return cast(Engine, durable_rules_engine)


def _why_not(error: ImportError) -> Text:
    zh, en = "正向链推理路线无法运行：", "The forward-chaining route can't run: "
    if sys.platform == "win32":
        return Text(f"{zh}durable-rules 不支持 Windows。", f"{en}durable-rules does not support Windows.")
    if sys.version_info >= (3, 13):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return Text(
            f"{zh}durable-rules 不支持 Python {version}（只支持 3.12 及更早版本）。",
            f"{en}durable-rules does not support Python {version} (only 3.12 and earlier).",
        )
    return Text(
        f"{zh}没有安装可用的 durable-rules（安装时需要 C 编译器）：{error}",
        f"{en}no working durable-rules is installed (installing it needs a C compiler): {error}",
    )


class Machine:
    """One ruleset with one state, for one thread. The state is kept between evaluations and emptied after each.

    To make a state costs more than an evaluation, so facts are retracted instead of the state being deleted. That is
    safe only because no production joins two facts: a frame of two facts that has fired is read past its end when the
    second of them is retracted. Facts must be retracted in the order in which they were asserted, for the same reason.
    """

    def __init__(self, engine: Engine, rules: str) -> None:
        self._engine = engine
        self._told = 0
        self._state: int | None = None
        try:
            self._handle = engine.create_ruleset("relief", rules)
        except engine.error as error:
            raise _failed(str(error)) from error
        self._close = weakref.finalize(self, _delete, engine, self._handle, has_state := [False])
        self._close.atexit = False
        self._has_state = has_state

    @property
    def told(self) -> int:
        """How many facts there are; also the id of the next one."""
        return self._told

    def tell(self, fields: str) -> None:
        """Assert one fact with these fields (the inside of a JSON object)."""
        if self._state is None:
            self._begin()
        fact = f'{{"id":{self._told},{fields}}}'
        self._told += 1
        try:
            code, _ = self._engine.assert_fact(self._handle, fact)
        except self._engine.error as error:
            raise _failed(str(error)) from error
        if code:  # nothing matches it, or it was there already: neither can be
            raise _failed(f"code {code} for {fact}")

    def drain(self) -> list[str]:
        """Run the agenda until it is empty; the names of the productions that fired, in their order."""
        if self._state is None:
            return []
        handle, state, complete = self._handle, self._state, self._engine.complete_and_start_action
        fired: list[str] = []
        try:
            started = self._engine.start_action_for_state(handle, state)
            action = started[1] if started else None
            while action is not None:
                fired.append(action[2 : action.index('"', 2)])  # {"name": the facts it matched}
                action = complete(handle, state)
        except self._engine.error as error:
            raise _failed(str(error)) from error
        return fired

    def forget(self, first: int = 0) -> None:
        """Retract the facts from the one with this id on, in the order in which they were asserted."""
        if self._told == first:
            return
        facts = ",".join([f'{{"id":{fact}}}' for fact in range(first, self._told)])
        self._told = first
        try:
            code, _ = self._engine.retract_facts(self._handle, f"[{facts}]")
            left = self._engine.get_facts(self._handle, _SID) if first == 0 else ""
        except self._engine.error as error:
            raise _failed(str(error)) from error
        if code or (first == 0 and left != f"[{BEGIN}]"):
            raise _failed(f"code {code}, facts left: {left}")

    def sleep(self) -> None:
        """Give the memory of the state back; the next fact makes a new one."""
        if self._state is not None:
            self._state = None
            self._told = 0
            self._has_state[0] = False
            self._engine.delete_state(self._handle, _SID)

    def close(self) -> None:
        """Free everything. After a failure nothing else may be done with the machine."""
        self._close()

    def _begin(self) -> None:
        try:
            code, self._state = self._engine.assert_fact(self._handle, BEGIN)
        except self._engine.error as error:
            raise _failed(str(error)) from error
        if code or self.drain() != ["begin"]:
            raise _failed(f"code {code} at the beginning")
        self._has_state[0] = True


def _delete(engine: Engine, handle: int, has_state: list[bool]) -> None:
    if has_state[0]:
        engine.delete_state(handle, _SID)
    engine.delete_ruleset(handle)


def _failed(detail: str) -> RouteFailed:
    return RouteFailed(
        Text(f"正向链推理引擎出错，没有结论：{detail}", f"The forward-chaining engine failed, no answer: {detail}")
    )
