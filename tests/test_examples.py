"""The example profiles: each loads, is fit to be shown, and has its expected decision beside it."""

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from stdnum.cn import uscc

from relief_engine import Engine, Outcome
from relief_engine.rulebook.source import read
from relief_engine.testing import Case, load_cases
from tests.books import shipped_book

FOLDER = Path(__file__).resolve().parent.parent / "examples" / "profiles"
PROFILES = sorted(path for path in FOLDER.glob("*.yaml") if not path.name.endswith(".cases.yaml"))
#: The example of the README and of ``make demo``: kept short, so it leaves out what no decision reads.
SHORT = FOLDER / "restaurant.yaml"
#: What the official application form asks for, as far as it is no person's name or telephone.
FORM = ("name", "industry", "credit_code", "kind", "assets", "revenue", "employees")
FORM_PREMISES = ("use", "address", "premises_district")

each_profile = pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)


@cache
def engine() -> Engine:
    return Engine(shipped_book())


@cache
def expected() -> list[Case]:
    return [case for path in sorted(FOLDER.glob("*.cases.yaml")) for case in load_cases(path, engine().rulebook)]


def content(path: Path) -> dict[str, Any]:
    value = read(path).value
    assert isinstance(value, dict)
    return value


def subjects(profile: dict[str, Any]) -> list[str]:
    return [f"{kind}[{index}]" for kind in ("leases", "loans") for index in range(len(profile.get(kind, ())))]


@each_profile
def test_it_loads_and_says_its_day(path: Path) -> None:
    profile = engine().read_profile(path)
    assert profile.as_of is not None
    assert profile.lists


@each_profile
def test_it_says_in_chinese_what_it_shows(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# ")
    assert any("一" <= character <= "鿿" for character in first)


@each_profile
def test_its_expected_decision_stands_beside_it(path: Path) -> None:
    profile = content(path)
    described = Counter((case.programme, case.subject) for case in expected() if case.profile == profile)
    assert set(described.values()) == {1}
    assert {subject for _, subject in described} == set(subjects(profile))


@pytest.mark.parametrize("path", [path for path in PROFILES if path != SHORT], ids=lambda path: path.stem)
def test_it_is_written_from_the_application_form(path: Path) -> None:
    profile = content(path)
    assert not [key for key in FORM if key not in profile["applicant"]]
    assert not [key for lease in profile.get("leases", ()) for key in FORM_PREMISES if key not in lease]
    assert uscc.is_valid(profile["applicant"]["credit_code"])
    # XAMP begins the body of every invented code: no registry gives out such bodies.
    assert profile["applicant"]["credit_code"][8:12] == "XAMP"


def test_credit_codes_and_names_differ() -> None:
    for key in ("credit_code", "name"):
        given = [content(path)["applicant"].get(key) for path in PROFILES if path != SHORT]
        assert len(set(given)) == len(given)


def test_every_outcome_and_every_tenancy_has_an_example() -> None:
    assert {case.expected["outcome"] for case in expected()} == {str(outcome) for outcome in Outcome}
    tenancy = engine().rulebook.facts["lease.tenancy"]
    given = {tenancy.names[lease["tenancy"]] for path in PROFILES for lease in content(path).get("leases", ())}  # type: ignore[union-attr]
    assert given == set(tenancy.names.values())  # type: ignore[union-attr]
