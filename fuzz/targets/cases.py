"""Files of worked cases."""

from __future__ import annotations

import shutil

from fuzz.target import Target, refused
from fuzz.targets.common import PROFILES, file_of, rulebook, scratch
from relief_engine.testing.case_files import load_cases


def run(data: bytes) -> bool:
    """Read a file of worked cases for the shipped rules, beside the example profiles."""
    _beside()
    path = file_of(data, "fuzz.cases.yaml")
    return not refused(lambda: load_cases(path, rulebook()))


def _beside() -> None:
    if not (scratch() / "restaurant.yaml").exists():
        for path in PROFILES.glob("*.yaml"):
            shutil.copy(path, scratch())


def seeds() -> list[bytes]:
    """The worked cases of the examples, and a short one of the rules."""
    files = [*sorted(PROFILES.glob("*.cases.yaml"))]
    return [path.read_bytes()[:6000] for path in files] + [path.read_bytes() for path in files]


TARGET = Target("cases", "files of worked cases", run, seeds, seconds=10.0)
