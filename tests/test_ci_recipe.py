"""The recipe for continuous integration in ``examples/ci``, run in a repository of its own as a CI would run it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.engines

ROOT = Path(__file__).resolve().parent.parent
RECIPE = ROOT / "examples" / "ci" / "check-rules.sh"
GIT = ["git", "-c", "user.name=maintainer", "-c", "user.email=maintainer@example.org", "-c", "init.defaultBranch=main"]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """An example rulebook, committed as it is, and a command ``relief`` on the path."""
    for folder, name in (("wenzhou", "rules"), ("profiles", "profiles")):
        shutil.copytree(ROOT / "examples" / "rulebooks" / folder, tmp_path / name)
    command = tmp_path / "bin" / "relief"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m relief_engine "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    for arguments in (["init", "-q"], ["add", "rules"], ["commit", "-q", "-m", "as it is"]):
        subprocess.run([*GIT, *arguments], cwd=tmp_path, check=True)
    return tmp_path


def run(repository: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ, "PATH": f"{repository / 'bin'}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT),
        "BASE": "HEAD", **settings,
    }  # fmt: skip
    return subprocess.run(
        ["sh", str(RECIPE)], cwd=repository, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def test_a_change_of_words_passes_and_says_that_nothing_changes(repository: Path) -> None:
    path = repository / "rules" / "rent-2022.yaml"
    path.write_text(f"# a remark\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
    ran = run(repository, STRICT="1")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1].startswith("规则的结论没有变化。")


def test_a_change_that_a_case_notices_fails_at_the_cases(repository: Path) -> None:
    path = repository / "rules" / "rent-2022.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("- {value: 2022-06-30,", "- {value: 2022-05-31,"), encoding="utf-8")
    ran = run(repository)
    assert ran.returncode == 2
    assert not (repository / "diff.md").exists()


def test_a_new_programme_passes_with_a_report_or_fails_where_that_is_asked_for(repository: Path) -> None:
    """The cases of the old programme say nothing of it, and the report does."""
    path = repository / "rules" / "rent-2022.yaml"
    text = path.read_text(encoding="utf-8")
    name = text[text.index("programme: ") :].splitlines()[0]
    path.with_name("again.yaml").write_text(text.replace(name, f"{name}-again"), encoding="utf-8")
    ran = run(repository)
    assert ran.returncode == 0, ran.stderr
    report = (repository / "diff.md").read_text(encoding="utf-8")
    assert f"{name.removeprefix('programme: ')}-again" in report
    assert run(repository, STRICT="1").returncode == 3
