"""Files that were damaged at random: reading gives a rulebook or findings, and raises nothing."""

import functools
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relief_engine.compiled.layout import layout_of
from relief_engine.compiled.lowering import compile_programme
from relief_engine.rulebook.build_ledger import ledger_of
from relief_engine.rulebook.load import read_contents, rulebook_files, shipped_rules
from tests.rulebook.building import BASE, HERE

LEDGER = HERE / "good" / "ledger" / "ledger.yaml"

#: What slips of the pen, editors and careless merges put into files.
PIECES = [
    "", " ", "\n", "\t", ":", ": ", "- ", "[", "]", "{", "}", ",", "'", '"', "#", "&", "*", "!", "|", ">", "0", "-1",
    "。", "（", "null", "true", "2022-02-30", "不存在", "from: 2022-01-01\n", "to: 2021-01-01\n", "and ", "not ", " or",
    "==", "1e5", "\x00", "\x85", "between(", "notice-12", "cite: []", "versions: []", "\ufeff", "\ud7ff", "id: id\n",
    "<<<<<<< HEAD\n",
]  # fmt: skip


@functools.cache
def contents(root: Path) -> Mapping[str, bytes]:
    files = {name: path.read_bytes() for name, path in rulebook_files(root).items()}
    return files if "ledger.yaml" in files else {**files, "ledger.yaml": LEDGER.read_bytes()}


@st.composite
def damaged(draw: st.DrawFn, root: Path) -> dict[str, bytes]:
    """The files of a rulebook, with some characters or bytes of one or two of them replaced."""
    files = dict(contents(root))
    for name in draw(st.lists(st.sampled_from(sorted(files)), min_size=1, max_size=2)):
        if draw(st.integers(0, 9)) == 0:
            data = bytearray(files[name])
            for place in draw(st.lists(st.integers(0, max(len(data) - 1, 0)), max_size=3)):
                data[place : place + 1] = bytes([draw(st.integers(0, 255))])
            files[name] = bytes(data)
            continue
        text = files[name].decode(errors="replace")
        for _ in range(draw(st.integers(1, 3))):
            start = draw(st.integers(0, len(text)))
            end = start + draw(st.sampled_from([0, 0, 1, 1, 2, 5, 20, 200]))
            copied = draw(st.integers(0, len(text)))
            piece = draw(st.one_of(st.sampled_from(PIECES), st.just(text[copied : copied + 30]), st.text(max_size=5)))
            text = text[:start] + piece + text[end:]
        files[name] = text.encode(errors="replace")
    return files


def check(files: Mapping[str, bytes]) -> None:
    """Findings have places and words, and without any the rulebook can be compiled."""
    rulebook, findings = read_contents(files, Path("rules"))
    for finding in findings:
        assert finding.where.file.startswith("rules")
        assert finding.message.zh
        assert finding.message.en
    if not findings:
        assert ledger_of(rulebook) is not None
        for programme in rulebook.programmes.values():
            layout = layout_of(rulebook, programme.subject)
            for day in programme.change_days()[:4]:
                compile_programme(programme, rulebook.standards, layout, day)


@settings(max_examples=120)
@given(damaged(BASE))
def test_damage_to_a_small_rulebook(files: Mapping[str, bytes]) -> None:
    check(files)


@settings(max_examples=12)
@given(damaged(shipped_rules()))
def test_damage_to_the_shipped_rulebook(files: Mapping[str, bytes]) -> None:
    check(files)


@pytest.mark.soak
@given(st.one_of(damaged(BASE), damaged(shipped_rules())))
def test_damage_for_long(files: Mapping[str, bytes]) -> None:
    check(files)
