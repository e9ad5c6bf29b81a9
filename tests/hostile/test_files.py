"""Names of files that are none, and files that never end: each is a mistake in words, and nothing hangs."""

import os
from pathlib import Path

import pytest

from relief_engine import cli
from relief_engine.errors import InputError
from relief_engine.roster.whole import scratch_folder
from relief_engine.rulebook.load import read_rulebook
from relief_engine.testing.case_files import load_cases
from tests.books import shipped_book

LONG = "a" * 5000
DEEP = "../" * 3000 + "y.csv"
PROFILE, ROSTER = "examples/profiles/restaurant.yaml", "examples/rosters/rent-roll.xlsx"


@pytest.mark.parametrize("name", [LONG + ".xlsx", DEEP])
@pytest.mark.parametrize(
    "command",
    [
        ["check", "?"],
        ["check", PROFILE, "--rules", "?"],
        ["screen", "?", "--output", "o.xlsx"],
        ["screen", ROSTER, "--output", "?"],
        ["screen", "--template", "?"],
        ["explain", "?", "3"],
        ["rules", "check", "?"],
        ["rules", "test", "?"],
        ["rules", "diff", "?", "rules"],
    ],
    ids=" ".join,
)
def test_names_that_no_file_has(command: list[str], name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """They were told as failures of the program."""
    assert cli.main([part.replace("?", name) for part in command]) == 2
    assert len(capsys.readouterr().err) < 20_000


@pytest.fixture
def strange(tmp_path: Path) -> Path:
    """A folder with a pipe, a loop of links, and a link to a device."""
    for suffix in (".yaml", ".xlsx", ".csv"):
        os.mkfifo(tmp_path / f"pipe{suffix}")
        (tmp_path / f"loop{suffix}").symlink_to(f"loop{suffix}")
        (tmp_path / f"zero{suffix}").symlink_to("/dev/zero")
    return tmp_path


@pytest.mark.parametrize("name", ["pipe.xlsx", "pipe.csv", "loop.xlsx", "zero.csv", "zero.xlsx"])
def test_rosters_that_never_end(name: str, strange: Path) -> None:
    assert cli.main(["screen", str(strange / name), "--output", str(strange / "o.xlsx")]) == 2
    assert not (strange / "o.xlsx").exists()


def test_a_profile_that_never_ends(strange: Path) -> None:
    assert cli.main(["check", str(strange / "zero.yaml")]) == 2
    assert cli.main(["check", str(strange / "loop.yaml")]) == 2


def test_a_rulebook_with_pipes_and_devices(strange: Path) -> None:
    """They are no part of it; a link to a device would be one, and is bounded."""
    rulebook, findings = read_rulebook(strange)
    assert findings
    assert rulebook is None or not rulebook.programmes


CASES = """
programme: beijing-tongzhou/rent-reduction-2022
cases:
- {{name: {{zh: 甲, en: a}}, cite: [{{source: notice-12, clause: 一}}], as_of: 2022-06-01,
   expect: {{outcome: eligible}}, {}}}
"""


@pytest.mark.parametrize(
    "part",
    [
        "profile_file: zero.yaml",
        "profile_file: pipe.yaml",
        "profile_file: loop.yaml",
        'profile_file: "a\\0b"',
        "profile_file: .",
        "profile: {applicant: {}}, change: {'leases[99999999999].start': 1}",
        "profile: {applicant: {}}, without: ['a[" + "9" * 100 + "]']",
    ],
)
def test_a_worked_case_that_names_no_profile(part: str, strange: Path) -> None:
    """The pipe was waited for, and the device was read without end."""
    path = strange / "x.cases.yaml"
    path.write_text(CASES.format(part), encoding="utf-8")
    with pytest.raises(InputError):
        load_cases(path, shipped_book())


def test_what_is_put_aside_is_for_the_user_alone(tmp_path: Path) -> None:
    """Some of it is read back by pickle."""
    before = os.umask(0)
    try:
        with scratch_folder(tmp_path / "o.csv") as folder:
            assert folder.stat().st_mode & 0o077 == 0
    finally:
        os.umask(before)
