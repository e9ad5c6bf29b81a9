"""The command line in this process, with each rulebook loaded once, and as a process of its own."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from relief_engine.cli import ask, cases, check, explain, lists, main, replay, rules, screen, size, sources, template
from relief_engine.rulebook.load import shipped_rules
from tests.books import book

ROOT = Path(__file__).resolve().parent.parent.parent
RESTAURANT = ROOT / "examples" / "profiles" / "restaurant.yaml"
TOWN_RULES = ROOT / "tests" / "explanation" / "rules"
RENT = "beijing-tongzhou/rent-reduction-2022"


@dataclass(frozen=True)
class Ran:
    """What one run gave."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Relief = Callable[..., Ran]


@pytest.fixture(autouse=True)
def one_rulebook(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Load each rulebook once for all tests, and leave the interpreter as it was."""
    for module in (cases, rules, sources):
        monkeypatch.setattr(module, "load_rulebook", lambda folder=None: book(folder or shipped_rules()))
    for module in (ask, check, explain, lists, replay, screen, size, template):
        monkeypatch.setattr(module, "cached_rulebook", lambda folder=None: book(folder or shipped_rules()))
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("NO_COLOR", "RELIEF_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.fixture
def relief(capsys: pytest.CaptureFixture[str]) -> Relief:
    """Run a command in this process."""

    def run(*arguments: object) -> Ran:
        capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Ran(status, out, err)

    return run


def process(
    *arguments: object, environment: Mapping[str, str] | None = None, program: str | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a command in a process of its own; ``program`` is Python that stands in front of it."""
    command = [sys.executable, "-m", "relief_engine"] if program is None else [sys.executable, "-c", program]
    env = {**os.environ, "COLUMNS": "80", **(environment or {})}
    return subprocess.run(
        [*command, *(str(argument) for argument in arguments)], cwd=ROOT, env=env, capture_output=True, check=False
    )


@pytest.fixture
def profile(tmp_path: Path) -> Callable[[str | bytes], Path]:
    """Write a profile file."""

    def write(text: str | bytes) -> Path:
        path = tmp_path / "profile.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write
