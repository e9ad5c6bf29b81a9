"""Engine stage: decisions are verified by the second route in a worker process.

The second route runs native code. In a process of its own an abort there costs an answer that says so, and never the
host. The worker loads the same rulebook from its folder and refuses if its digest is another.
"""

from __future__ import annotations

import datetime as dt
import os
from concurrent.futures import CancelledError, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from relief_engine.compiled import ir
from relief_engine.compiled.layout import Value
from relief_engine.engine.decide import Engine, Report
from relief_engine.errors import ReliefError, RouteUnavailable
from relief_engine.locks import ForkedLock
from relief_engine.routes import Route
from relief_engine.routes.chaining import ChainingRoute, unavailable
from relief_engine.rulebook.load import load_rulebook
from relief_engine.rulebook.model import Rulebook
from relief_engine.text import Text

#: How long one report may take in the worker, in seconds: far above what it takes, so that only a hang meets it.
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Verification:
    """What the second route says of a report: ``agree``, ``disagree`` or ``unavailable``, and why."""

    verdict: Literal["agree", "disagree", "unavailable"]
    reason: Text
    compared: int = 0

    def __bool__(self) -> bool:
        """Whether every decision was confirmed."""
        return self.verdict == "agree"


@dataclass(frozen=True, slots=True)
class _Question:
    """One evaluation, in a form that crosses to another process."""

    programme: str
    as_of: dt.date
    slots: tuple[Value, ...]


class Verifier:
    """Verifies reports of one rulebook; its worker starts with the first report and ends with ``close``.

    Use it as a context manager, or keep it as long as the engine. It may be shared between threads. A process that is
    forked from one that uses it gets a worker of its own.
    """

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook
        self._pool: ProcessPoolExecutor | None = None
        #: The process that the worker belongs to.
        self._owner = os.getpid()
        self._lock = ForkedLock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the worker process, whatever it does."""
        self._end(None)

    def _end(self, broken: ProcessPoolExecutor | None) -> None:
        """End the worker; a broken one only if no other thread has put a new one in its place already."""
        with self._lock:
            self._leave_to_parent()
            if self._pool is None or (broken is not None and broken is not self._pool):
                return
            pool, self._pool = self._pool, None
        # A worker that hangs in native code would keep the host from ending.
        for process in list((pool._processes or {}).values()):
            process.kill()
        pool.shutdown(wait=False, cancel_futures=True)

    def _leave_to_parent(self) -> None:
        """Forget a worker that came with a fork: it is the parent's, and nothing here reads its answers."""
        if self._owner != os.getpid():
            self._owner = os.getpid()
            if self._pool is not None:
                _parents_pools.append(self._pool)
                self._pool = None

    def start(self) -> None:
        """Start the worker without waiting for it, so that the first report need not; what fails, fails there."""
        if unavailable() is None:
            with suppress(BrokenProcessPool, OSError, RuntimeError):
                self._worker().submit(_answer, str(self._rulebook.root.resolve()), self._rulebook.digest, ())

    def verify(self, report: Report) -> Verification:
        """Run the second route over every decision of a report and compare node by node. Never raises for its sake."""
        reason = unavailable()
        if reason is not None:
            return Verification("unavailable", reason)
        asked = [d for d in report.decisions if d.program is not None]
        if not asked:
            return Verification("agree", Text("没有需要核对的结论", "nothing to compare"))
        questions = [_Question(d.programme.id, d.as_of, d.slots) for d in asked]
        pool: ProcessPoolExecutor | None = None
        try:
            pool = self._worker()
            root = str(self._rulebook.root.resolve())
            answers = pool.submit(_answer, root, self._rulebook.digest, tuple(questions)).result(timeout=PATIENCE)
        except TimeoutError:
            self._end(pool)
            return Verification(
                "unavailable",
                Text("第二条计算路径超时，未能核对", "the second route took too long; nothing was compared"),
            )
        except (BrokenProcessPool, CancelledError, RuntimeError, OSError):
            self._end(pool)
            return Verification(
                "unavailable",
                Text("第二条计算路径的进程意外终止，未能核对", "the worker process died; nothing was compared"),
            )
        except ReliefError as error:
            return Verification(
                "unavailable", Text(f"第二条计算路径未能运行：{error}", f"the second route could not run: {error}")
            )
        different = [d for d, answer in zip(asked, answers, strict=True) if answer != d.values]
        if different:
            where = "、".join(f"{d.programme.id} {d.subject}" for d in different)
            return Verification(
                "disagree", Text(f"两条计算路径结果不一致：{where}", f"the routes disagree: {where}"), len(asked)
            )
        return Verification("agree", Text("两条计算路径结果一致", "the routes agree"), len(asked))

    def _worker(self) -> ProcessPoolExecutor:
        """The pool of one worker process, made on first use."""
        with self._lock:
            self._leave_to_parent()
            if self._pool is None:
                # Spawned, not forked: a fork of a host with threads could hang.
                self._pool = ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"))
            return self._pool


#: Never let go of, since that would wait for threads that are only in the parent.
_parents_pools: list[ProcessPoolExecutor] = []


@cache
def _routes(root: str, digest: str) -> tuple[Engine, Route]:
    """The worker's own engine and second route, made once."""
    rulebook = load_rulebook(Path(root))
    if rulebook.digest != digest:
        raise RouteUnavailable(
            Text("规则目录已被改动，与结论所用的规则不同", "the rulebook's folder has changed since it was loaded")
        )
    return Engine(rulebook), ChainingRoute()


def _answer(root: str, digest: str, questions: tuple[_Question, ...]) -> list[tuple[int | None, ...]]:
    """Run in the worker: the values of all nodes for each question."""
    engine, route = _routes(root, digest)
    found = []
    for question in questions:
        program: ir.Program = engine.program(engine.rulebook.programme(question.programme), question.as_of)
        found.append(route.run(program, question.slots))
    return found


def verify(report: Report) -> Verification:
    """Verify one report with a worker of its own; keep a :class:`Verifier` to verify many."""
    with Verifier(report.rulebook) as verifier:
        return verifier.verify(report)


__all__ = ["Verification", "Verifier", "unavailable", "verify"]
