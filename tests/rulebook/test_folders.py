"""Small rulebooks: good ones load and compile, bad ones give the findings beside them, word for word and no others."""

import functools
import re
import shutil
import tempfile
from pathlib import Path

import pytest

from relief_engine.compiled.layout import layout_of
from relief_engine.compiled.lowering import compile_programme
from relief_engine.errors import Finding, Location, RulebookError
from relief_engine.rulebook.load import load_rulebook, read_rulebook, shipped_rules
from relief_engine.rulebook.model import Rulebook
from tests.rulebook.building import BASE, HERE, edit, line, loaded, made

GOOD = sorted((HERE / "good").iterdir())
BAD = sorted((HERE / "bad").iterdir())
#: These hold several mistakes on purpose; every other one holds a single mistake, and gives a single finding.
SEVERAL = {"many-at-once", "several-in-one-expression"}


def compiles(rulebook: Rulebook) -> None:
    """Whatever loads can be compiled for every day: a later stage finds no mistake that loading has missed."""
    for programme in rulebook.programmes.values():
        layout = layout_of(rulebook, programme.subject)
        for day in programme.change_days():
            compile_programme(programme, rulebook.standards, layout, day)


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.name)
def test_good(case: Path, tmp_path: Path) -> None:
    compiles(load_rulebook(made(case, tmp_path)))


@pytest.mark.parametrize("folder", [BASE, shipped_rules()], ids=["base", "shipped"])
def test_real_rulebooks_are_good(folder: Path) -> None:
    compiles(load_rulebook(folder))


@functools.cache
def found(case: Path) -> tuple[Finding, ...]:
    """The findings of a bad rulebook, with places from its folder."""
    with tempfile.TemporaryDirectory() as folder:
        root = made(case, Path(folder))
        return tuple(
            Finding(f.code, Location(line(f.where.file, root), f.where.line, f.where.column), f.message)
            for f in read_rulebook(root)[1]
        )


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.name)
def test_bad(case: Path) -> None:
    expected = (case / "expected.txt").read_text(encoding="utf-8").splitlines()
    assert [finding.in_("zh") for finding in found(case)] == expected


def test_loading_raises_what_reading_finds(tmp_path: Path) -> None:
    root = made(HERE / "bad" / "many-at-once", tmp_path)
    with pytest.raises(RulebookError) as caught:
        load_rulebook(root)
    assert list(caught.value.findings) == read_rulebook(root)[1]


def test_one_mistake_gives_one_finding() -> None:
    counts = {case.name: len((case / "expected.txt").read_text(encoding="utf-8").splitlines()) for case in BAD}
    assert {name for name, count in counts.items() if count != 1} == SEVERAL
    assert len(counts) > 200


def test_many_mistakes_in_many_files_come_in_one_run() -> None:
    lines = (HERE / "bad" / "many-at-once" / "expected.txt").read_text(encoding="utf-8").splitlines()
    places = [re.match(r"([^:]+):(\d+):(\d+): ", text) for text in lines]
    assert len(lines) > 10
    assert all(places)
    assert len({place[1] for place in places if place}) > 4


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.name)
def test_messages_have_both_languages(case: Path) -> None:
    for finding in found(case):
        assert re.search(r"[\u4e00-\u9fff]", finding.message.zh)
        # Chinese in an English message is quoted from the file, a unit, or the number of a document.
        english = re.sub(r"'[^']*'|\S*〔\S+( \S+)?|[(;:,][^;]*$|[月元人天年万亿/(]+", "", finding.message.en)
        assert finding.message.en.strip()
        assert not re.search(r"[\u4e00-\u9fff“”]", english), finding.message.en


def test_findings_are_in_the_order_of_the_files() -> None:
    findings = found(HERE / "bad" / "many-at-once")
    assert list(findings) == sorted(findings, key=lambda finding: finding.where)


def test_a_mistake_is_found_in_every_file_of_a_kind(tmp_path: Path) -> None:
    root = tmp_path / "rules"
    shutil.copytree(BASE, root)
    again = (
        (root / "city" / "rent.yaml").read_text(encoding="utf-8").replace("programme: city/rent", "programme: city/two")
    )
    edit(root / "city" / "two.yaml", "", again)
    for name in ("rent", "two"):
        edit(root / "city" / f"{name}.yaml", "require: lease.district in near", "require: lease.distrikt in near")
    assert [text.partition(":")[0] for text in loaded(root)[1]] == ["city/rent.yaml", "city/two.yaml"]
