"""Schemathesis asks what the OpenAPI document allows, and what it forbids; every answer is as the document says.

Two of its checks are left out. ``positive_data_acceptance``: what a text must hold (units, codes) no schema says.
``negative_data_rejection``: null is as good as nothing everywhere, and an address without words ignores a language.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server.conftest import Running

LEFT_OUT = "positive_data_acceptance,negative_data_rejection"


def asked(service: Running, folder: Path, *options: str, seconds: int) -> str:
    """Run it as a command, from a fixed seed; gives what it printed."""
    before = len(service.lines)
    done = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"), "run", f"{service.url}/openapi.json", "--mode", "all",
            "--checks", "all", "--exclude-checks", LEFT_OUT, "--seed", "7", "--no-color", *options,
        ],
        capture_output=True, text=True, check=False, cwd=folder, timeout=seconds,
    )  # fmt: skip
    printed = done.stdout + done.stderr
    assert done.returncode == 0, printed[-6000:]
    assert "No issues found" in printed or "passed" in printed, printed[-2000:]
    events = [json.loads(line) for line in service.lines[before:]]
    assert events
    assert not [event for event in events if event["level"] == "error" or event.get("fault")]
    return printed


@pytest.mark.engines
def test_every_address_for_a_moment(service: Running, tmp_path: Path) -> None:
    asked(service, tmp_path, "--phases", "examples,fuzzing", "-n", "2", seconds=120)


@pytest.mark.soak
def test_every_address_for_long(service: Running, tmp_path: Path) -> None:
    asked(service, tmp_path, "--phases", "examples,coverage,fuzzing", "-n", "100", seconds=1800)
