"""Server stage: the heart of the service: a rulebook with its workers, and who may ask them."""

from __future__ import annotations

import asyncio
import time

from relief_engine.rulebook.model import Rulebook
from relief_engine.server import logs
from relief_engine.server.exchange import Answer, Job
from relief_engine.server.keeping import Keeper
from relief_engine.server.metrics import Metrics
from relief_engine.server.pool import OutOfTime, Pool, WorkerDied
from relief_engine.server.problems import Problem
from relief_engine.server.settings import Settings
from relief_engine.text import Text

#: After how many seconds a client may try again that came while all places were taken.
RETRY_AFTER = 2
#: How many seconds workers get to end by themselves, once no request is waited for any more.
_ENDING = 5.0


class Generation:
    """One rulebook with the workers that decide by it. A request keeps to the generation that it began with."""

    def __init__(self, rulebook: Rulebook, settings: Settings) -> None:
        self.rulebook = rulebook
        self.deciding = Pool(rulebook, settings.workers)
        # Screening takes long: it has a worker of its own, so that no decision waits for a roster.
        self.screening = Pool(rulebook, 1, lazy=True)
        self._users = 0
        self._unused = asyncio.Event()
        self._unused.set()

    @property
    def digest(self) -> str:
        """The digest of the rulebook."""
        return self.rulebook.digest

    def __enter__(self) -> Generation:
        self._users += 1
        self._unused.clear()
        return self

    def __exit__(self, *_: object) -> None:
        self._users -= 1
        if not self._users:
            self._unused.set()

    async def close(self) -> None:
        """Wait for the requests that keep to it, and end its workers."""
        await self._unused.wait()
        await asyncio.gather(self.deciding.close(), self.screening.close())

    def kill(self) -> None:
        """End its workers at once."""
        self.deciding.kill()
        self.screening.kill()


class Service:
    """A rulebook, its workers, and the door to them. It lives in one event loop."""

    def __init__(self, settings: Settings, keeper: Keeper | None = None) -> None:
        self.settings = settings
        #: Keeps the records, if any are kept.
        self.keeper = keeper
        self.metrics = Metrics()
        self.stopping = False
        #: Why the rulebook in the folder is not the one that decides; None if it is, as far as known.
        self.kept_because: str | None = None
        self._current: Generation | None = None
        #: Those that were replaced, until the last request that keeps to them has ended.
        self._retiring: dict[Generation, asyncio.Task[None]] = {}
        self._pending = 0

    async def start(self, rulebook: Rulebook) -> None:
        """Start workers for a rulebook; raises :class:`WorkerDied` if they can't."""
        generation = Generation(rulebook, self.settings)
        await generation.deciding.start()
        self.replace(generation)

    def replace(self, generation: Generation) -> None:
        """Let new requests begin with another generation, whose workers are ready; the one before ends in its time."""
        before, self._current = self._current, generation
        self.metrics.rulebook.clear()
        self.metrics.rulebook.labels(generation.digest).set(1)
        if before is not None:
            self.fresh("taken-over")
            self._retire(before)

    def _retire(self, generation: Generation) -> None:
        task = asyncio.get_running_loop().create_task(generation.close())
        self._retiring[generation] = task
        task.add_done_callback(lambda _: self._retiring.pop(generation, None))

    def fresh(self, result: str) -> None:
        """The folder was read anew, and what decides is what stands there."""
        self.kept_because = None
        self.metrics.reloads.labels(result).inc()
        self.metrics.stale.set(0)

    def stale(self, why: str) -> None:
        """The folder was read anew, and what decides is what was there before, because that can't be used."""
        self.kept_because = why
        self.metrics.reloads.labels(why).inc()
        self.metrics.stale.set(1)

    @property
    def current(self) -> Generation:
        """The generation that new requests begin with; raises :class:`Problem` before the start."""
        if self._current is None:
            raise Problem("unavailable", Text("服务正在启动", "the service is starting"), retry_after=RETRY_AFTER)
        return self._current

    @property
    def ledger(self) -> Keeper:
        """The ledger; raises :class:`Problem` if none is kept."""
        if self.keeper is None:
            detail = Text("启动服务时没有指定 --ledger", "the service was started without --ledger")
            raise Problem("no-ledger", detail)
        return self.keeper

    @property
    def digest(self) -> str | None:
        """The digest of the rulebook that new requests are decided by."""
        return None if self._current is None else self._current.digest

    async def ask(self, job: Job, *, screening: bool = False) -> tuple[Answer, str]:
        """Have a job done; gives the digest of the rulebook too by which it was.

        Raises :class:`Problem` if there is no place for it, no time, or no worker survives it.
        """
        limits = self.settings.limits
        if self.stopping:
            raise Problem("unavailable", Text("服务正在停止", "the service is stopping"), retry_after=RETRY_AFTER)
        if self._pending >= self.settings.workers + limits.waiting:
            detail = Text("等待的请求已满", "all places for waiting requests are taken")
            raise Problem("overloaded", detail, retry_after=RETRY_AFTER)
        seconds = limits.screen_seconds if screening else limits.seconds
        until = time.monotonic() + seconds
        self._pending += 1
        self.metrics.in_flight.set(self._pending)
        try:
            with self.current as generation:
                pool = generation.screening if screening else generation.deciding
                return await pool.run(job, until), generation.digest
        except OutOfTime:
            self.metrics.replaced.labels("out-of-time").inc()
            detail = Text(
                f"在 {seconds:g} 秒内没有算完；请减少份数或项目，或稍后再试",
                f"not done within {seconds:g} seconds; ask for less at a time, or try again later",
            )
            raise Problem("out-of-time", detail) from None
        except WorkerDied:
            self.metrics.replaced.labels("died").inc()
            logs.event("worker-died", request=job.request, task=job.task)
            raise Problem(
                "internal", Text("处理这个请求的进程意外终止", "the process that worked on it died")
            ) from None
        finally:
            self._pending -= 1
            self.metrics.in_flight.set(self._pending)

    async def stop(self) -> None:
        """End the workers of all generations, in bounded time; the requests in flight have ended, or were given up."""
        self.stopping = True
        generation, self._current = self._current, None
        if generation is not None:
            self._retire(generation)
        ending = dict(self._retiring)
        if ending:
            _, late = await asyncio.wait(ending.values(), timeout=_ENDING)
            for generation, task in ending.items():
                if task in late:
                    generation.kill()
            if late:
                await asyncio.wait(late, timeout=_ENDING)
        if self.keeper is not None:
            self.keeper.close()
