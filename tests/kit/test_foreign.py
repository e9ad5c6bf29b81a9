"""The kit on another region's rules: its tests need the package and nothing of this project's tests."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.engines

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "rulebooks" / "wenzhou"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A copy of the example in a folder of its own; beside it the package with its rules, and nothing else of ours."""
    for name in ("relief_engine", "rules"):
        (tmp_path / "site" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "site" / name).symlink_to(ROOT / name)
    shutil.copytree(EXAMPLE, tmp_path / "wenzhou", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "wenzhou"


def run(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(folder.parent / "site"), "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_rules.py", *more]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, encoding="utf-8", check=False)


def test_its_own_tests_pass(elsewhere: Path) -> None:
    assert "tests." not in (elsewhere / "test_rules.py").read_text(encoding="utf-8").partition('"""\n')[2]
    done = run(elsewhere, "-k", "landlord or additive or monotone or grants")
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout


def test_its_own_tests_find_a_mistake(elsewhere: Path) -> None:
    rules = elsewhere / "rent-2022.yaml"
    text = rules.read_text(encoding="utf-8")
    assert text.count("require: lease.landlord_is_state_owned") == 1
    rules.write_text(text.replace("require: lease.landlord_is_state_owned", "require: lease.has_rent_free_period"),
                     encoding="utf-8")  # fmt: skip
    done = run(elsewhere, "-k", "monotone")
    assert done.returncode == 1, done.stdout
    assert "1 failed" in done.stdout
    assert "has_rent_free_period: false" in done.stdout
    assert "rent-2022.yaml:" in done.stdout


def test_without_hypothesis_cases_run_and_the_rest_says_what_is_lacking() -> None:
    code = """import sys
sys.modules["hypothesis"] = None
from relief_engine.testing import run_case
try:
    from relief_engine.testing import profiles
except ModuleNotFoundError as error:
    print(error)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "profiles needs Hypothesis: pip install 'relief-engine[testing]'\n"
