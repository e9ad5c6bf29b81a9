"""Routes stage: the boundary to durable-rules, the rules engine in C behind the forward-chaining route.

The C module is driven directly (its Python layer adds timer threads, swallows exceptions and takes three times as long
to import). What is relied on here was read in its source, at the one version that the package pins; every code that
it returns, and every state it is left in, is checked, and what is not as expected raises :class:`RouteFailed`.
"""

from __future__ import annotations

import contextlib
import sys
import weakref
from typing import Protocol, Self, cast

from relief_engine.errors import RouteUnavailable, StatedError
from relief_engine.text import Text

#: The first fact of every state, and the one that stays in it.
BEGIN = '{"id":"b","begin":1}'
#: The one state of a ruleset is the one that messages without a ``sid`` belong to.
_SID = "0"
#: Far more firings than productions.
_ENDLESS = 100_000


class RouteFailed(StatedError):
    """The engine of a route failed, or left a state in which its answer can't be trusted; there is no answer."""


class Engine(Protocol):
    """What is used of the C module."""

    error: type[Exception]

    def create_ruleset(self, name: str, rules: str) -> int:
        """Compile a ruleset (JSON); its handle."""

    def delete_ruleset(self, handle: int) -> None:
        """Free a ruleset, but none of its states."""

    def delete_state(self, handle: int, sid: str) -> None:
        """Free a state."""

    def assert_fact(self, handle: int, fact: str) -> tuple[int, int]:
        """Match a fact; a code (0: matched, 1: not, 2: the id is known) and the state."""

    def retract_facts(self, handle: int, facts: str) -> tuple[int, int]:
        """Forget facts, given by id; a code and the state."""

    def get_facts(self, handle: int, sid: str) -> str:
        """All facts of a state."""

    def start_action_for_state(self, handle: int, state: int) -> tuple[str, str] | None:
        """The state and the first production on its agenda with its facts, or None."""

    def complete_and_start_action(self, handle: int, state: int) -> str | None:
        """The next production on the agenda with its facts, or None."""


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

    To make and delete a state takes as long as all the rest (10 kB for each production), so facts are retracted
    instead. Two rules make that safe, both for one flaw: a fact that is retracted is looked for in every frame of facts
    that it ever fired in, and past the end of the frame if that holds nothing any more. So no production joins two
    facts, and facts are retracted in the order in which they were asserted. (Checked with a build that reports it.)

    Everything is done inside ``with machine:``, which closes the machine after any exception, since what is left in it
    is not known then, and turns the engine's errors into :class:`RouteFailed`.
    """

    def __init__(self, engine: Engine, rules: str) -> None:
        self._engine = engine
        self._told = 0
        self._state: int | None = None
        self._sids: list[str] = []
        try:
            self._handle = engine.create_ruleset("relief", rules)
        except engine.error as error:
            raise _failed(str(error)) from error
        self._close = weakref.finalize(self, _delete, engine, self._handle, self._sids)
        self._close.atexit = False

    @property
    def closed(self) -> bool:
        """Whether it can't be used any more."""
        return not self._close.alive

    @property
    def told(self) -> int:
        """How many facts there are; also the id of the next one."""
        return self._told

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None:
            self.close()
            if isinstance(error, self._engine.error):
                raise _failed(str(error)) from error

    def tell(self, fields: str) -> None:
        """Assert one fact with these fields (the inside of a JSON object)."""
        if self._state is None:
            self._begin()
        fact = f'{{"id":{self._told},{fields}}}'
        self._told += 1
        code, _ = self._engine.assert_fact(self._handle, fact)
        if code:  # nothing matches it, or its id is known: neither can be
            raise _failed(f"code {code} for {fact}")

    def drain(self) -> list[str]:
        """Run the agenda until it is empty; the names of the productions that fired, in their order."""
        if self._state is None:
            return []
        handle, state, complete = self._handle, self._state, self._engine.complete_and_start_action
        started = self._engine.start_action_for_state(handle, state)
        action = started[1] if started else None
        fired: list[str] = []
        for _ in range(_ENDLESS):
            if action is None:
                return fired
            fired.append(action[2 : action.index('"', 2)])  # {"name": the facts that it matched}
            action = complete(handle, state)
        raise _failed(f"more than {_ENDLESS} firings")

    def forget(self, first: int = 0) -> None:
        """Retract the facts from the one with this id on, in the order in which they were asserted."""
        if self._told == first:
            return
        facts = ",".join([f'{{"id":{fact}}}' for fact in range(first, self._told)])
        self._told = first
        code, _ = self._engine.retract_facts(self._handle, f"[{facts}]")
        if code:
            raise _failed(f"code {code} for [{facts}]")
        if first == 0 and (left := self._engine.get_facts(self._handle, _SID)) != f"[{BEGIN}]":
            raise _failed(f"facts left: {left}")

    def sleep(self) -> None:
        """Give the memory of the state back; the next fact makes a new one."""
        if self._sids:
            self._state = None
            self._sids.clear()
            self._engine.delete_state(self._handle, _SID)

    def close(self) -> None:
        """Free everything."""
        self._close()

    def _begin(self) -> None:
        code, self._state = self._engine.assert_fact(self._handle, BEGIN)
        if code or self.drain() != ["begin"]:
            raise _failed(f"code {code} at the beginning")
        self._sids.append(_SID)  # to delete a state in which nothing has fired would abort the process


def _delete(engine: Engine, handle: int, sids: list[str]) -> None:
    with contextlib.suppress(engine.error):
        for sid in sids:
            engine.delete_state(handle, sid)
        engine.delete_ruleset(handle)


def _failed(detail: str) -> RouteFailed:
    return RouteFailed(
        Text(f"正向链推理引擎出错，没有结论：{detail}", f"The forward-chaining engine failed, no answer: {detail}")
    )
