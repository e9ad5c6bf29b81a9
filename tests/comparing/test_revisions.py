"""Both sides of a comparison: folders and revisions of a repository, and what is said of anything else."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from relief_engine.comparing.revisions import read_revisions
from relief_engine.errors import InputError
from tests.comparing.books import RENT, SOURCES, base, edited, write

Git = Callable[..., str]
SIX, FIVE = "{value: 6, unit: 月,", "{value: 5, unit: 月,"


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """A repository with the rules in ``rules``; the tag ``v1`` is the first commit, ``main`` has another figure."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    home = tmp_path / "home"
    home.mkdir()
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    top = tmp_path / "work"

    def run(*arguments: str) -> str:
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments]
        done = subprocess.run(command, cwd=top, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    write(base(), top / "rules")
    run("init", "-q", "-b", "main")
    run("add", "-A")
    run("commit", "-q", "-m", "one")
    run("tag", "v1")
    write(edited((RENT, SIX, FIVE)), top / "rules")
    run("commit", "-q", "-a", "-m", "two")
    monkeypatch.chdir(top)
    return run


def months(old: str, new: str) -> list[str]:
    """The figure that differs, on both sides, with the place where it stands."""
    found = []
    for side in read_revisions(old, new):
        _, version = side.rulebook.programmes["city/rent"].parameters["months_listed"].versions.versions[0]
        found.append(f"{version.value} {version.where.file}")
    return found


def refused(old: str, new: str) -> list[str]:
    """What is said of two sides that can't be read."""
    with pytest.raises(InputError) as caught:
        read_revisions(old, new)
    return [finding.in_("en") for finding in caught.value.findings]


@pytest.mark.parametrize(
    ("old", "new", "places"),
    [
        ("HEAD~1", "rules", ["6 HEAD~1:rules", "5 rules"]),
        ("v1", "main", ["6 v1:rules", "5 main:rules"]),
        ("v1:rules", "HEAD", ["6 v1:rules", "5 HEAD:rules"]),
        ("HEAD", "v1:rules/", ["5 HEAD:rules", "6 v1:rules"]),
    ],
)
@pytest.mark.usefixtures("git")
def test_a_revision_is_read_as_it_was_committed(old: str, new: str, places: list[str]) -> None:
    assert months(old, new) == [f"{place}/{RENT}" for place in places]


def test_the_commit_is_named_in_full(git: Git) -> None:
    old, new = read_revisions("v1", "rules")
    assert (old.commit, new.commit) == (git("rev-parse", "HEAD~1"), None)


def test_neither_the_work_tree_nor_the_index_is_touched(git: Git, tmp_path: Path) -> None:
    Path("rules", RENT).write_text(edited((RENT, SIX, "{value: 4, unit: 月,"))[RENT], encoding="utf-8")
    Path("rules", "new.txt").write_text("not mine", encoding="utf-8")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert months("HEAD", "rules") == [f"5 HEAD:rules/{RENT}", f"4 rules/{RENT}"]
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == before
    assert git("worktree", "list").count("\n") == 0


def test_the_rules_lie_where_those_of_the_other_side_do(git: Git) -> None:
    git("mv", "rules", "law")
    git("commit", "-q", "-m", "moved")
    assert months("HEAD", "law") == [f"5 HEAD:law/{RENT}", f"5 law/{RENT}"]
    assert refused("v1", "HEAD:law") == [
        "v1: the revision 'v1' has no folder 'law'; name one as v1:FOLDER [revision-no-rulebook]"
    ]
    # A folder outside that a revision does not have: the usual one.
    assert months("v1", "law") == [f"6 v1:rules/{RENT}", f"5 law/{RENT}"]


@pytest.mark.usefixtures("git")
def test_a_folder_outside_is_held_against_the_repository_around_us(tmp_path: Path) -> None:
    outside = write(edited((RENT, SIX, "{value: 4, unit: 月,")), tmp_path / "outside")
    assert months("HEAD", str(outside)) == [f"5 HEAD:rules/{RENT}", f"4 {outside.as_posix()}/{RENT}"]


@pytest.mark.usefixtures("git")
def test_from_below_the_top_of_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("rules/city")
    assert months("v1", "HEAD") == [f"6 v1:rules/{RENT}", f"5 HEAD:rules/{RENT}"]
    assert months("v1", "..") == [f"6 v1:rules/{RENT}", f"5 ../{RENT}"]


@pytest.mark.usefixtures("git")
def test_a_hook_s_own_repository_is_not_taken_for_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    assert months("v1", "rules")[0] == f"6 v1:rules/{RENT}"


def test_a_rulebook_may_be_the_whole_repository(git: Git) -> None:
    git("mv", "rules/city", "rules/facts", "rules/standards", "rules/forms", "rules/sources.yaml", ".")
    git("commit", "-q", "-m", "flat")
    assert months("HEAD", ".") == [f"5 HEAD:./{RENT}", f"5 {RENT}"]
    assert months("HEAD:", "v1:rules") == [f"5 HEAD:./{RENT}", f"6 v1:rules/{RENT}"]


@pytest.mark.usefixtures("git")
def test_an_unknown_revision_is_answered_with_the_nearest() -> None:
    assert refused("mian", "rules") == [
        (
            "mian: there is no such folder, and the git repository has no revision 'mian'; did you mean 'main'?"
            " [revision-unknown]"
        )
    ]


@pytest.mark.parametrize("name", ["--output=leak", "-h", "--upload-pack=touch leak", ":rules", "", "v1\0"])
@pytest.mark.usefixtures("git")
def test_nothing_that_looks_like_an_option_gets_to_git(name: str) -> None:
    (finding,) = refused(name, "rules")
    assert finding.endswith("[revision-unknown]")
    assert not Path("leak").exists()


@pytest.mark.usefixtures("git")
def test_both_sides_mistakes_are_told_at_once() -> None:
    codes = [finding.rpartition("[")[2] for finding in refused("nowhere", "v1:attic")]
    assert sorted(codes) == ["revision-no-rulebook]", "revision-unknown]"]


def test_mistakes_in_the_rules_of_a_revision_have_their_places(git: Git) -> None:
    Path("rules", RENT).write_text(
        edited((RENT, "require: lease.district in near", "require: lease.district in nearer"))[RENT], encoding="utf-8"
    )
    git("commit", "-q", "-a", "-m", "broken")
    Path("rules", "note.yml").write_text("a: 1", encoding="utf-8")
    git("add", "-A")
    git("commit", "-q", "-m", "strange")
    found = refused("HEAD", "v1")
    assert [finding.partition(": ")[0] for finding in found][1:] == ["HEAD:rules/note.yml"]
    assert found[0].startswith(f"HEAD:rules/{RENT}:")


def test_a_link_is_not_left_out_silently(git: Git) -> None:
    Path("rules", "standards", "more.csv").symlink_to("codes.csv")
    git("add", "-A")
    git("commit", "-q", "-m", "link")
    assert refused("HEAD", "v1") == [
        "HEAD: the revision has links or submodules there, which can't be read: standards/more.csv [revision-link]"
    ]


def test_without_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    found = refused("v1", "v2")
    assert [finding.partition(" (git:")[0] for finding in found] == [
        f"{name}: there is no such folder, and no git repository here to read a revision from" for name in ("v1", "v2")
    ]


@pytest.mark.usefixtures("git")
def test_without_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refused("v1", "rules") == ["v1: git is not installed, so no revision can be read [revision-no-git]"]
    old, new = read_revisions("rules", "rules")
    assert old.rulebook.digest == new.rulebook.digest


@pytest.mark.usefixtures("git")
def test_a_file_and_an_empty_folder_are_no_rulebooks() -> None:
    Path("empty").mkdir()
    assert refused(f"rules/{SOURCES}", "empty") == [
        "empty: the folder has no facts/*.yaml [rulebook-facts]",
        "empty: the folder has no sources.yaml [rulebook-sources]",
        f"rules/{SOURCES}: expected the folder of a rulebook, got a file [rulebook-missing]",
    ]
