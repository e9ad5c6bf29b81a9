"""Server stage: a worker process. It holds one rulebook, takes one job at a time, and ends with the pipe to its server.

It is started as ``python -m relief_engine.server.worker``. Jobs come in on standard input and answers go out on
standard output, each as its length in eight bytes and a pickle; both ends are ours.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any, BinaryIO

from relief_engine.engine import Engine
from relief_engine.errors import ReliefError, RoutesDisagree
from relief_engine.rulebook.packing import unpacked
from relief_engine.server import describing, form, recorded, screening
from relief_engine.server.exchange import Answer, Job
from relief_engine.server.problems import Problem, internal
from relief_engine.server.tasks import Desk, perform, refused

#: The modules whose tasks it performs beside those of ``tasks``.
_MORE = (describing, form, recorded, screening)
#: What a worker says once its engine is ready.
READY = "ready"
#: The signals that the server answers and its workers leave to it: they end when it closes the pipe.
_LEFT_TO_THE_SERVER = ("SIGINT", "SIGTERM", "SIGHUP")
_LENGTH = 8
#: Every how many seconds a worker looks whether its server is still there.
_LOOK = 1.0


def put(stream: BinaryIO, thing: object) -> None:
    """Send a thing to the other end; raises :class:`OSError` if that is gone."""
    data = pickle.dumps(thing, protocol=5)
    stream.write(len(data).to_bytes(_LENGTH, "big"))
    stream.write(data)
    stream.flush()


def take(stream: BinaryIO) -> Any:
    """The next thing that the other end sent; raises :class:`EOFError` if that is gone."""
    length = stream.read(_LENGTH)
    if len(length) < _LENGTH:
        raise EOFError
    size = int.from_bytes(length, "big")
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return pickle.loads(data)


def main() -> None:
    """Run a worker: the packed rulebook, its folder and its forms come first, then jobs, until the pipe is closed."""
    for name in _LEFT_TO_THE_SERVER:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    if hasattr(os, "killpg"):
        threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    # What anything prints must not get between the answers.
    inward, outward = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with contextlib.suppress(EOFError, BrokenPipeError):
        work(inward, outward)


def _end_with(server: int) -> None:
    """End in the middle of a job, with all that it has started, if the server is gone: nobody else would end it."""
    while os.getppid() == server:
        time.sleep(_LOOK)
    os.killpg(0, signal.SIGKILL)


def work(inward: BinaryIO, outward: BinaryIO) -> None:
    """Answer job after job; raises :class:`EOFError` once no more can come."""
    data, root, forms = take(inward)
    rulebook = unpacked(data, Path(root), None, forms)
    if rulebook is None:
        return
    desk = Desk(Engine(rulebook))
    _warm(desk.engine)
    put(outward, READY)
    try:
        while True:
            put(outward, answered(desk, take(inward)))
    finally:
        desk.close()


def _warm(engine: Engine) -> None:
    """Compile what is in force today, so that no request waits for it."""
    today = dt.date.today()
    for programme in engine.rulebook.programmes.values():
        if programme.period.holds(today):
            engine.program(programme, today)
    gc.collect()
    gc.freeze()


def answered(desk: Desk, job: Job) -> Answer:
    """Perform a job; a fault of the engine itself is an answer too, and tells nothing of the inside."""
    try:
        return perform(desk, job)
    except RoutesDisagree as error:
        return refused(Problem("routes-disagree", error.message), job, fault="RoutesDisagree")
    except Exception as error:  # noqa: BLE001 - the last place where a fault can be told politely
        return refused(internal(), job, fault=fault_of(error))


def fault_of(error: BaseException) -> str:
    """Where and how the program failed, for the log, without a word of what it was about."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    kind = "ReliefError " if isinstance(error, ReliefError) else ""
    return f"{kind}{type(error).__name__} at {places}"


if __name__ == "__main__":
    main()
