"""Server stage: the worker processes of one rulebook. One job a worker; who is out of time or dies is replaced.

Decisions are worked out by processes and not by threads, because only a process can be ended in the middle of its work:
what a request may cost is bounded, whatever it asks for.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.packing import packed
from relief_engine.server.exchange import Answer, Job
from relief_engine.server.worker import READY, put, take

#: How long a worker may take to start, in seconds: far above what it takes on a busy machine.
PATIENCE = 60.0


class OutOfTime(Exception):
    """A job was not done within its time."""


class WorkerDied(Exception):
    """The process of a worker ended in the middle of a job."""


class _Worker:
    """One process and the pipes to it. Its methods block; only one thread at a time calls them."""

    def __init__(self, data: bytes, root: str, forms: dict[str, bytes]) -> None:
        # The forms stand beside the packed rulebook: only results of rosters are written into them.
        self._begin = (data, root, forms)
        self._process: subprocess.Popen[bytes] | None = None
        self._ready = False
        #: Whether the job that it has, or had last, was out of time.
        self.late = False

    @property
    def pid(self) -> int | None:
        """The process, if it is ready for jobs."""
        process = self._process
        return process.pid if process is not None and self._ready and process.poll() is None else None

    def start(self) -> None:
        """Start the process and wait until it is ready; raises :class:`WorkerDied` if it does not get there."""
        self.kill()
        # A session of its own, so that it can be ended with whatever it has started, and Ctrl-C is the server's.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "relief_engine.server.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        timer = threading.Timer(PATIENCE, self.expire)
        timer.daemon = True
        timer.start()
        try:
            self._ready = self._talk(self._begin) == READY
        except OutOfTime as error:
            raise WorkerDied from error
        finally:
            timer.cancel()

    def expire(self) -> None:
        """End the process, which has run out of time; another thread may wait for it, and stops waiting."""
        self.late = True
        process = self._process
        if process is not None:
            _end(process)

    def exchange(self, job: Job) -> Answer:
        """Have a job done. After an exception the worker is gone."""
        if self.pid is None:
            try:
                self.start()
            except WorkerDied:
                if self.late:
                    raise OutOfTime from None
                raise
        answer = self._talk(job)
        assert isinstance(answer, Answer)
        return answer

    def _talk(self, thing: object) -> object:
        """Send something and wait for what comes back, or for the end of the process."""
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            put(process.stdin, thing)  # type: ignore[arg-type]  # a pipe is a binary stream
            return take(process.stdout)  # type: ignore[arg-type]
        except (EOFError, OSError) as error:
            self.kill()
            raise OutOfTime if self.late else WorkerDied from error

    def kill(self) -> None:
        """End the process and what it has started, whatever it does."""
        process, self._process = self._process, None
        self._ready = False
        if process is not None:
            _end(process)
            process.wait()
            _close(process)

    def stop(self) -> None:
        """Let the process end by itself, which it does when nothing more can come; it is idle."""
        process = self._process
        if process is not None and process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5.0)
        self.kill()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process with all that it has started."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            process.kill()


def _close(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


class Pool:
    """Workers for one rulebook, used from one event loop.

    ``asyncio`` callers await :meth:`run`. A caller that is cancelled leaves its job to end in time; no worker is lost.
    """

    def __init__(self, rulebook: Rulebook, workers: int, *, lazy: bool = False) -> None:
        data = packed(rulebook)
        if data is None:
            raise AssertionError("every rulebook that loads can be packed")
        root = str(rulebook.root.resolve())
        forms = dict(rulebook.form_files)
        # One more than work at once: when a job has cost its worker, no other job waits for the next to start.
        self._all = [_Worker(data, root, forms) for _ in range(workers if lazy else workers + 1)]
        self._idle = [] if not lazy else list(self._all)
        self._spare: _Worker | None = None
        self._lazy = lazy
        self._free = asyncio.Semaphore(len(self._idle))
        self._threads = ThreadPoolExecutor(len(self._all), thread_name_prefix="relief-pipe")
        self._tasks: set[asyncio.Task[object]] = set()

    async def start(self) -> None:
        """Start all workers; those of a lazy pool start with their first job. Raises :class:`WorkerDied`."""
        if self._lazy:
            return
        loop = asyncio.get_running_loop()
        started = [loop.run_in_executor(self._threads, worker.start) for worker in self._all]
        try:
            await asyncio.gather(*started)
        except BaseException:
            await asyncio.wait(started)
            await self.close()
            raise
        self._spare, *others = self._all
        for worker in others:
            self._give_back(worker)

    @property
    def alive(self) -> int:
        """How many processes run, without the spare one."""
        return sum(worker.pid is not None for worker in self._all if worker is not self._spare)

    def _give_back(self, worker: _Worker) -> None:
        self._idle.append(worker)
        self._free.release()

    async def run(self, job: Job, until: float) -> Answer:
        """Have a job done by a worker; ``until`` is a time of ``time.monotonic``, for waiting and working together.

        Raises:
            OutOfTime: it was not done by then.
            WorkerDied: the process that worked on it ended.
        """
        try:
            async with asyncio.timeout(until - time.monotonic()):
                await self._free.acquire()
        except TimeoutError:
            raise OutOfTime from None
        worker = self._idle.pop()
        task = asyncio.get_running_loop().create_task(self._work(worker, job, until))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)

    async def _work(self, worker: _Worker, job: Job, until: float) -> Answer:
        """Have a job done by this worker; it is given back, or its successor, whatever happens."""
        loop = asyncio.get_running_loop()
        worker.late = False
        end = loop.call_later(max(0.0, until - time.monotonic()), worker.expire)
        lost = False
        try:
            return await loop.run_in_executor(self._threads, worker.exchange, job)
        except (OutOfTime, WorkerDied):
            lost = True
            raise
        finally:
            end.cancel()
            if lost or worker.late:  # late, but done: the answer was on its way when the time ran out
                again = loop.create_task(self._restart(worker))
                self._tasks.add(again)
                again.add_done_callback(self._tasks.discard)
            else:
                self._give_back(worker)

    async def _restart(self, worker: _Worker) -> None:
        """Put the spare worker in the place of one that is gone, and start that anew to be the spare one.

        A worker that can't start tries again with its next job.
        """
        spare, self._spare = self._spare, None
        if spare is not None:
            self._give_back(spare)
        if not self._lazy:
            with contextlib.suppress(WorkerDied):
                await asyncio.get_running_loop().run_in_executor(self._threads, worker.start)
        if spare is None:
            self._give_back(worker)
        else:
            self._spare = worker

    async def close(self) -> None:
        """Wait for the jobs that are being done, and end the workers."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))
        loop = asyncio.get_running_loop()
        await asyncio.gather(*[loop.run_in_executor(self._threads, worker.stop) for worker in self._all])
        self._threads.shutdown(wait=False)

    def kill(self) -> None:
        """End all processes at once."""
        for worker in self._all:
            worker.kill()
