"""Rulebooks with mistakes: each file in ``bad`` puts one into the base and says what is then found, word for word."""

from pathlib import Path

import pytest
import yaml

from relief_engine.errors import RulebookError
from relief_engine.rulebook.load import load_rulebook
from tests.rulebook.mistakes import BASE, Change, copy_with, found

BAD = sorted((Path(__file__).parent / "bad").glob("*.yaml"))
#: Mistakes after which something else can't be right either.
WITH_CONSEQUENCES = {"dates-outside-programme", "fact-twice", "source-expires-before-issued", "source-twice"}


def change(path: Path) -> tuple[Change, list[str]]:
    """The change of the base that a file describes, and what it says is found."""
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    return (said["file"], said["old"], said["new"]), said["found"]


def test_the_base_is_right() -> None:
    assert found(BASE) == []
    assert list(load_rulebook(BASE).programmes) == ["town/rent"]


def test_there_are_many_kinds_of_mistakes() -> None:
    codes = {finding.rpartition("[")[2] for path in BAD for finding in change(path)[1]}
    assert len(BAD) > 100
    assert len(codes) > 40


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad(path: Path, tmp_path: Path) -> None:
    mistake, expected = change(path)
    root = copy_with([mistake], tmp_path)
    assert found(root) == expected
    assert len(expected) == 1 or path.stem in WITH_CONSEQUENCES


def test_all_mistakes_are_reported_in_one_load(tmp_path: Path) -> None:
    names = [
        "source-clause-twice",
        "fact-header-twice",
        "fact-choice-name-twice",
        "form-unknown-choice",
        "relation-unknown-fact",
        "size-limit-order",
        "size-unit",
        "standard-prefix-unknown",
        "key-unknown-in-criterion",
        "value-payer",
        "citation-unknown-clause",
        "parameter-choice-unknown",
        "parameter-months-fraction",
        "function-unknown",
        "choice-in-list-unknown",
        "referral-unknown-criterion",
        "benefit-rounding-fraction",
    ]
    mistakes = [change(path) for path in BAD if path.stem in names]
    # The last change to a size row takes the place of the first: both are on one line.
    kept = [mistake for mistake in mistakes if mistake[0][1] != "unit: 人"]
    root = copy_with([mistake for mistake, _ in kept], tmp_path)
    with pytest.raises(RulebookError) as caught:
        load_rulebook(root)
    findings = caught.value.findings
    assert len({finding.code for finding in findings}) >= 10
    assert len({finding.where.file for finding in findings}) >= 5
    assert all(finding.where.line for finding in findings)
    assert all(finding.message.en != finding.message.zh for finding in findings)
    said = {text.partition(": ")[2] for text in found(root)}
    assert said >= {finding.partition(": ")[2] for _, expected in kept for finding in expected}


def test_a_misspelt_key_is_read_as_the_key_that_was_meant(tmp_path: Path) -> None:
    changes = [("town/rent.yaml", "payer: landlord", "payers: landlords")]
    codes = [finding.rpartition(" ")[2] for finding in found(copy_with(changes, tmp_path))]
    assert codes == ["[shape-unknown-key]", "[shape-value]"]


@pytest.mark.parametrize("name", ["sources.yaml", "facts/applicant.yaml", "standards/codes.yaml"])
def test_one_unreadable_file_is_one_mistake(name: str, tmp_path: Path) -> None:
    root = copy_with([], tmp_path)
    path = root / name
    path.write_text(path.read_text(encoding="utf-8") + "\n- [\n", encoding="utf-8")
    assert [finding.rpartition(" ")[2] for finding in found(root)] == ["[yaml-syntax]"]


def test_a_folder_that_is_no_rulebook(tmp_path: Path) -> None:
    assert "[rulebook-missing]" in found(tmp_path / "absent")[0]
    assert "[rulebook-sources]" in found(tmp_path)[0]
    (tmp_path / "sources.yaml").write_text("sources: []\n", encoding="utf-8")
    assert "[rulebook-empty]" in found(tmp_path)[0]


def test_line_ends_and_byte_order_marks_change_nothing(tmp_path: Path) -> None:
    root = copy_with([], tmp_path)
    for path in root.rglob("*.yaml"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert found(root) == []
