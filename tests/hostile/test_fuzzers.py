"""The fuzzers run: on their seeds, on what is kept of earlier finds, and on some changes; each could find something."""

import random
from pathlib import Path

import pytest

from fuzz.minimising import minimised
from fuzz.running import at_random, tried
from fuzz.target import Broken, Target, refused
from fuzz.targets import NAMES, load
from relief_engine.errors import Finding, InputError, Location
from relief_engine.text import Text

#: So many changed inputs are tried here; ``python -m fuzz`` tries more.
RUNS = {
    "screening": 1,
    "codes": 8,
    "rulebook": 8,
    "cases": 15,
    "text": 15,
    "parquet": 15,
    "xlsx": 40,
    "mapping": 60,
    "profile": 30,
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.engines) if name == "screening" else name for name in NAMES]
)
def test_a_target_holds(name: str) -> None:
    target = load(name)
    seeds = target.corpus()
    for data in seeds[:2] if name in ("screening", "rulebook", "codes") else seeds[:4]:
        tried(target, data)
    draw = random.Random(name)
    for _ in range(RUNS.get(name, 100)):
        tried(target, target.mutate(draw.choice(seeds), draw))


def _raises(data: bytes) -> bool:
    if b"boom" in data:
        raise KeyError("boom")
    return True


def test_what_is_found_is_kept_and_made_small(tmp_path: Path) -> None:
    target = Target("toy", "toy", _raises, lambda: [b"bo", b"xx boom yy"])
    with pytest.raises(KeyError):
        at_random(target, tmp_path, seconds=20, seed=1)
    (found,) = tmp_path.glob("crash-*")
    assert minimised(target, found.read_bytes()) == b"boom"


def test_an_input_that_takes_too_long_is_found() -> None:
    with pytest.raises(Broken):
        tried(Target("toy", "toy", lambda _: sum(range(300_000)) > 0, list, seconds=0.0), b"")


@pytest.mark.parametrize(
    "error",
    [
        InputError([]),
        InputError([Finding("", Location("a"), Text("甲", "a"))]),
        InputError([Finding("a", Location("a"), Text("", "a"))]),
    ],
)
def test_an_error_that_says_nothing_is_found(error: InputError) -> None:
    def read() -> None:
        raise error

    with pytest.raises(Broken):
        refused(read)
