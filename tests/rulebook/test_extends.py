"""A rulebook that extends the shipped one: its facts and standards are there, its programmes are not."""

import shutil
from pathlib import Path

import pytest

from relief_engine.engine import Engine
from relief_engine.rulebook.load import load_rulebook, read_rulebook, shipped_rules

SOURCES = """sources:
  - id: town-1
    kind: policy
    number: 某政发〔2022〕1号
    title: {zh: 减租, en: Rent}
    issuer: {zh: 某市, en: A town}
    issued: 2022-01-10
    clauses: [{id: 一, about: {zh: 减租, en: Rent}}]
"""
FACTS = """subject: lease
facts:
  - {id: sealed, type: yes_no, label: {zh: 被封控, en: Sealed off}, question: {zh: 是否被封控, en: Was it sealed off}}
"""
PROGRAMME = """programme: town/rent
title: {zh: 减租, en: Rent}
summary: {zh: 减租, en: Rent}
authority: {zh: 某市, en: A town}
subject: lease
from: 2022-01-10
cite: [{source: town-1, clause: 一}]
parameters:
  months: [{value: 2, unit: 月, cite: [{source: town-1, clause: 一}]}]
criteria:
  - {id: sealed, title: {zh: 被封控, en: Sealed}, require: lease.sealed, cite: [{source: town-1, clause: 一}]}
  - id: small
    title: {zh: 小微, en: Small}
    require: applicant.size in [micro, small]
    cite: [{source: town-1, clause: 一}, {source: std-size-2011, clause: 第4条}]
benefit:
  kind: entitlement
  payer: landlord
  amount: lease.monthly_rent * months
  rounding: {to: 0.01, mode: half_up, cite: [{source: town-1, clause: 一}]}
  cite: [{source: town-1, clause: 一}]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {
        "rulebook.yaml": "extends: shipped\n",
        "sources.yaml": SOURCES,
        "facts/lease.yaml": FACTS,
        "town/rent.yaml": PROGRAMME,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def findings(root: Path) -> list[str]:
    return [finding.in_("zh").replace(f"{root.as_posix()}/", "") for finding in read_rulebook(root)[1]]


def test_it_decides_by_its_own_programmes_and_the_shipped_standards(root: Path) -> None:
    engine = Engine(load_rulebook(root))
    assert list(engine.rulebook.programmes) == ["town/rent"]
    applicant = {"kind": "enterprise", "industry": "6210", "employees": 9}
    (decision,) = engine.decide({"applicant": applicant, "leases": [{"sealed": True, "monthly_rent": 100}]}).decisions
    assert str(decision.amount) == "200.00"


def test_the_digest_holds_what_it_extends(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = load_rulebook(root).digest
    other = tmp_path.parent / f"{tmp_path.name}-shipped"
    shutil.copytree(shipped_rules(), other)
    with (other / "facts" / "lease.yaml").open("a", encoding="utf-8") as file:
        file.write("# a comment\n")
    monkeypatch.setattr("relief_engine.rulebook.folder.shipped_rules", lambda: other)
    assert load_rulebook(root).digest != before


def test_what_is_extended_must_be_known(root: Path) -> None:
    (root / "rulebook.yaml").write_text("extends: shiped\n", encoding="utf-8")
    found = findings(root)
    assert len(found) == 1
    assert found[0].startswith("rulebook.yaml:1:10: ")


def test_a_document_of_the_same_id_is_a_mistake(root: Path) -> None:
    text = SOURCES.replace("id: town-1", "id: notice-12")
    (root / "sources.yaml").write_text(SOURCES + text.partition("\n")[2], encoding="utf-8")
    assert findings(root) == ["sources.yaml:9:9: 文件“notice-12”重复 [duplicate-source]"]


def test_a_mistake_in_what_is_extended_is_told_with_its_place(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = root.parent / f"{root.name}-broken"
    shutil.copytree(shipped_rules(), broken)
    (broken / "standards" / "gbt4754-2017.csv").unlink()
    monkeypatch.setattr("relief_engine.rulebook.folder.shipped_rules", lambda: broken)
    assert any("standards/industry-codes.yaml" in line and "table-missing" in line for line in findings(root))
