"""The command line of the fuzzers: ``python -m fuzz TARGET…``; see ``fuzz/README.md``."""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

from fuzz.minimising import failure, minimised
from fuzz.running import at_random, guided, limited
from fuzz.target import ROOT
from fuzz.targets import NAMES, load


def main() -> int:
    """Run targets one after the other, each in a process of its own; 1 if one was broken."""
    asked = _asked()
    if asked.replay or asked.minimise:
        return _again(asked)
    if asked.worker:
        return _work(asked)
    status = 0
    for name in NAMES if asked.targets == ["all"] else asked.targets:
        command = [sys.executable, "-m", "fuzz", name, "--worker", "--seconds", str(asked.seconds)]
        command += ["--seed", str(asked.seed), "--engine", asked.engine, "--output", str(asked.output)]
        # What readers keep for the next run is none of the fuzzers' business.
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, "RELIEF_CACHE": "off"}, check=False)
        if done.returncode:
            sys.stderr.write(f"{name}: broken ({done.returncode}); the input lies in {asked.output / name}\n")
            status = 1
    return status


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", default=["all"], help=f"all, or some of {', '.join(NAMES)}")
    parser.add_argument("--seconds", type=float, default=60, help="for each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", choices=("auto", "atheris", "random"), default="auto")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "fuzz", help="where found inputs go")
    parser.add_argument("--replay", type=Path, nargs="+", help="try these inputs and say what happens")
    parser.add_argument("--minimise", type=Path, help="make this input as small as it can be")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    unknown = [name for name in asked.targets if name not in (*NAMES, "all")]
    if unknown:
        parser.error(f"no such target: {', '.join(unknown)}")
    return asked


def _work(asked: argparse.Namespace) -> int:
    (name,) = asked.targets
    folder = asked.output / name
    folder.mkdir(parents=True, exist_ok=True)
    if asked.engine == "atheris" or (asked.engine == "auto" and importlib.util.find_spec("atheris")):
        guided(lambda: load(name), folder, seconds=asked.seconds, seed=asked.seed)
        return 0
    limited()
    result = at_random(load(name), folder, seconds=asked.seconds, seed=asked.seed)
    sys.stdout.write(json.dumps(result) + "\n")
    return 0


def _again(asked: argparse.Namespace) -> int:
    (name,) = asked.targets
    target = load(name)
    if asked.minimise:
        data = minimised(target, asked.minimise.read_bytes())
        path = asked.minimise.with_suffix(".small")
        path.write_bytes(data)
        sys.stdout.write(f"{path}: {len(data)} bytes: {failure(target, data)}\n")
        return 0
    for path in asked.replay:
        sys.stdout.write(f"{path}: {failure(target, path.read_bytes()) or 'holds'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
