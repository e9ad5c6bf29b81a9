"""Runs one target: by atheris where it is installed, which follows coverage, else by random changes of the corpus.

Each input is written to a file before it is tried, so that one that ends the process is not lost.
"""

from __future__ import annotations

import hashlib
import importlib
import random
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fuzz.target import Broken, Target

#: What a process may have, in bytes of address space: an input that makes a reader ask for more is a finding.
MEMORY = 4 << 30
#: The longest input that is made, in bytes.
LONGEST = 1 << 18


def limited() -> None:
    """Bound this process's memory; asking for more is then an error and no danger to the machine."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def tried(target: Target, data: bytes) -> bool:
    """Try one input; gives whether it was taken. Raises what is wrong, and :class:`Broken` if it took too long."""
    begin = time.process_time()
    taken = target.run(data)
    took = time.process_time() - begin
    if took > target.seconds:
        raise Broken(f"took {took:.1f} s of processor time, more than {target.seconds:g}")
    return taken


def at_random(target: Target, folder: Path, *, seconds: float, seed: int, most: int | None = None) -> dict[str, Any]:
    """Try inputs made by random changes; a found one is written to ``folder`` and ends the run.

    Inputs that were taken, or refused in a way not seen before, may be changed further.
    """
    draw = random.Random(seed)
    pool = target.corpus()
    current = folder / "current"
    end = time.monotonic() + seconds
    runs = taken = 0
    for data in pool:
        _one(target, data, current, folder)
    while time.monotonic() < end and (most is None or runs < most):
        data = target.mutate(draw.choice(pool), draw)[:LONGEST]
        good = _one(target, data, current, folder)
        runs, taken = runs + 1, taken + good
        if good and len(pool) < 5000 and draw.random() < 0.2:
            pool.append(data)
    return {"target": target.name, "engine": "random", "runs": runs, "taken": taken}


def _one(target: Target, data: bytes, current: Path, folder: Path) -> bool:
    current.write_bytes(data)
    try:
        return tried(target, data)
    except BaseException as error:
        if not isinstance(error, KeyboardInterrupt):
            path = kept(folder, data)
            sys.stderr.write(f"{target.name}: {type(error).__name__}: {str(error)[:300]}\n  input: {path}\n")
        raise


def kept(folder: Path, data: bytes) -> Path:
    """Keep an input under a name by its content."""
    path = folder / f"crash-{hashlib.sha256(data).hexdigest()[:16]}"
    path.write_bytes(data)
    return path


def guided(load: Callable[[], Target], folder: Path, *, seconds: float, seed: int) -> None:
    """Let atheris try inputs; it prints runs and coverage, keeps what it found in ``folder``, and ends the process."""
    atheris: Any = importlib.import_module("atheris")  # not in the environment of development
    with atheris.instrument_imports(include=["relief_engine", "fuzz.targets"], enable_loader_override=False):
        target = load()
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for data in target.corpus():
        (corpus / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    counts = {"runs": 0, "taken": 0}

    def one(data: bytes) -> None:
        counts["runs"] += 1
        counts["taken"] += tried(target, data)
        if counts["runs"] % 5000 == 0:
            sys.stderr.write(f"{target.name}: {counts['runs']} runs, {counts['taken']} taken\n")

    def mutate(data: bytes, longest: int, chance: int) -> bytes:
        draw = random.Random(chance)
        # Half of the changes are libFuzzer's own, which know what was compared with what.
        if draw.random() < 0.5:
            return bytes(atheris.Mutate(data, longest))
        return target.mutate(data, draw)[:longest]

    arguments = [
        f"fuzz-{target.name}", f"-max_total_time={int(seconds)}", f"-seed={seed}", "-timeout=60", "-rss_limit_mb=3000",
        f"-max_len={LONGEST}", f"-artifact_prefix={folder}/", "-print_final_stats=1", "-verbosity=1", str(corpus),
    ]  # fmt: skip
    atheris.Setup(arguments, one, custom_mutator=mutate)
    atheris.Fuzz()
