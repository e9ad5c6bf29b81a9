"""Rows e and f: the whole process of ``relief check``, and the loading of a rulebook in it."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks import workload
from benchmarks.report import Row
from benchmarks.timing import Contestant, race, ratio, scaled
from relief_engine import load_rulebook

ROOT = Path(__file__).resolve().parent.parent
COMMANDS: Mapping[str, Sequence[str]] = {
    "check": ("cli.py", "check", "examples/profiles/restaurant.yaml"),
    "first": ("cli.py", "check", "examples/profiles/restaurant.yaml"),
    "imports": ("-c", "import pydantic, typer, yaml"),
}
#: Nothing is kept of what it builds, so that it is always a user's first run.
_FIRST = {"RELIEF_CACHE": "off"}
_CHECK = "`python cli.py check` on the example restaurant, whole process"
_IMPORTS = '`python -c "import pydantic, typer, yaml"`'


class CommandFailed(Exception):
    """A command that is to be timed does not work."""


def process_rows(rounds: int) -> list[Row]:
    """The command line beside a process that only imports its libraries, in turns."""
    spent: dict[str, list[float]] = {name: [] for name in COMMANDS}
    passed: dict[str, list[float]] = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory() as cache:
        # An installed package has its bytecode. So both processes get theirs here, whatever the environment says of
        # writing it; the first run of each writes it and does not count. It also keeps the built rulebook, as the first
        # run of any user does.
        env = {**os.environ, "PYTHONPYCACHEPREFIX": f"{cache}/bytecode", "RELIEF_CACHE": f"{cache}/rulebooks"}
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        try:
            for command in COMMANDS.values():
                _run(command, env)
            for number in range(rounds):
                for name in sorted(COMMANDS, reverse=bool(number % 2)):
                    processor, clock = _run(COMMANDS[name], env | (_FIRST if name == "first" else {}))
                    spent[name].append(processor)
                    passed[name].append(clock)
        except CommandFailed as error:
            return [
                Row("e1", _CHECK, _IMPORTS, "×", None, 3.0, str(error)),
                Row("e2", _CHECK, "", "s", None, 0.35, str(error)),
            ]
    return [
        Row("e1", f"{_CHECK}, processor time", _IMPORTS, "×", ratio(spent, "check", "imports"), 3.0),
        Row("e2", f"{_CHECK}, by the clock", "", "s", scaled(passed["check"], 1), 0.35),
        Row("e3", f"{_CHECK}, a user's first run, processor time", _IMPORTS, "×", ratio(spent, "first", "imports")),
        Row("t", f"{_CHECK}, processor time", "", "s", scaled(spent["check"], 1)),
        Row("t", f"{_IMPORTS}, processor time", "", "s", scaled(spent["imports"], 1)),
    ]


def _run(command: Sequence[str], env: Mapping[str, str]) -> tuple[float, float]:
    """The seconds of processor time that a command takes, and those that pass on the clock."""
    begin, before = time.perf_counter(), _of_children()
    done = subprocess.run([sys.executable, *command], cwd=ROOT, env=env, capture_output=True, check=False)
    seconds = _of_children() - before, time.perf_counter() - begin
    if done.returncode != 0:
        words = done.stderr.decode(errors="replace").strip() or "no message"
        raise CommandFailed(f"`{' '.join(command)}` ended with {done.returncode}: {words.splitlines()[-1]}")
    return seconds


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def loading_rows(rounds: int) -> list[Row]:
    """Reading and checking a whole rulebook."""
    entries: dict[str, Contestant[int]] = {
        "shipped": Contestant(lambda _: None, load_rulebook),
        "benchmark's": Contestant(lambda _: workload.RULEBOOK, load_rulebook),
    }
    laps = race(entries, range(rounds), rounds=rounds, block=1)
    return [Row("f", f"load_rulebook, the {name} rulebook", "", "ms", scaled(laps[name], 1e3)) for name in entries]
