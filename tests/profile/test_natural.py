"""The digest of a profile, and natural values: the same whatever else a rulebook holds, and read back to the same."""

import hashlib
from typing import Any

import pytest
from hypothesis import given, settings

from relief_engine.engine import Engine
from relief_engine.errors import ProfileError
from relief_engine.profile.natural import with_unit
from relief_engine.profile.read import ProfileReader
from relief_engine.rulebook.model import Rulebook
from relief_engine.testing import profiles
from tests.books import shipped_book
from tests.comparing.books import APPLICANT, CODES, LEASE, Change, pair
from tests.profile.strategies import profiles as spelt

WRITTEN: dict[str, Any] = {
    "as_of": "2022-06-01",
    "applicant": {"kind": "other", "industry": "621", "employees": 30, "revenue": "800.5万元", "registered": "否"},
    "leases": [
        {"district": "南区", "start": "2021-1-1", "end": "open", "monthly_rent": 30000},
        {"rent_steps": [{"from": "2022-07-01", "monthly_rent": "3万元/月"}, {"from": "2021-01-01", "monthly_rent": 9}]},
        {},
    ],
}
NATURAL: dict[str, Any] = {
    "as_of": "2022-06-01",
    "applicant": {
        "kind": "other", "industry": "621", "employees": "30 人", "revenue": "800.5 万元", "registered": False,
    },
    "leases": [
        {"district": "南区", "start": "2021-01-01", "end": "open", "monthly_rent": "30000 元/月"},
        {
            "rent_steps": [
                {"from": "2021-01-01", "monthly_rent": "9 元/月"},
                {"from": "2022-07-01", "monthly_rent": "30000 元/月"},
            ]
        },
        {},
    ],
}  # fmt: skip
#: What the digest is taken over.
CONTENT = (
    '{"applicant":{"employees":"30 人","industry":"621","kind":"other","registered":false,"revenue":"8005000 元"},'
    '"as_of":"2022-06-01","leases":[{"district":"南区","end":"open","monthly_rent":"30000 元/月","start":"2021-01-01"},'
    '{"rent_steps":[{"from":"2021-01-01","monthly_rent":"9 元/月"},{"from":"2022-07-01","monthly_rent":"30000 元/月"}]}'
    ",{}]}"
)

NEW_CHOICE = (
    APPLICANT,
    "      - {id: enterprise,",
    "      - {id: farm, label: {zh: 农场, en: Farm}}\n      - {id: enterprise,",
)
OTHER_ORDER = (
    LEASE,
    "      - {id: 西区, label: {zh: 西区, en: West}}\n      - {id: 南区, label: {zh: 南区, en: South}}\n",
    "      - {id: 南区, label: {zh: 南区, en: South}}\n      - {id: 西区, label: {zh: 西区, en: West}}\n",
)
NEW_CODE = (CODES, "621,3,正餐,62\n", "620,3,早餐,62\n621,3,正餐,62\n")
_CHAIN = """facts:
  - id: chain
    type: yes_no
    label: {zh: 连锁, en: Chain}
    question: {zh: 是否连锁, en: Is it a chain}
"""
NEW_FACT = (APPLICANT, "facts:\n", _CHAIN)
OTHER_UNIT = (APPLICANT, "    unit: 万元\n", "    unit: 元\n")
NOT_AS_BEFORE: list[Change] = [NEW_CHOICE, OTHER_ORDER, NEW_CODE, NEW_FACT]


def engines(*changes: Change) -> tuple[Engine, Engine]:
    old, new = pair(*changes)
    return Engine(old), Engine(new)


def test_the_digest_is_that_of_the_facts_in_natural_values_and_base_units() -> None:
    old, _ = engines()
    assert old.profile(WRITTEN).digest == f"sha256:{hashlib.sha256(CONTENT.encode()).hexdigest()}"


@pytest.mark.parametrize("changes", [*([change] for change in NOT_AS_BEFORE), NOT_AS_BEFORE])
def test_a_rulebook_that_knows_more_gives_the_same_digest(changes: list[Change]) -> None:
    old, new = engines(*changes)
    before, after = old.profile(WRITTEN), new.profile(WRITTEN)
    if changes != [NEW_FACT]:
        assert (before.applicant, before.lists) != (after.applicant, after.lists), "the change moved no position"
    assert after.digest == before.digest
    assert after.written(with_unit) == before.written(with_unit) == NATURAL


def test_a_figure_that_is_asked_for_in_another_unit_is_still_the_same_figure() -> None:
    old, new = engines(OTHER_UNIT)
    before = old.profile(WRITTEN)
    after = new.profile(before.written(with_unit))
    assert after.applicant.values["applicant.revenue"] == before.applicant.values["applicant.revenue"]
    assert after.digest == before.digest
    # Written without its unit it would be another figure.
    bare = {**WRITTEN, "applicant": {"revenue": 800}}
    assert old.profile(bare).digest != new.profile(bare).digest


def test_every_difference_in_what_is_known_is_another_digest() -> None:
    old, _ = engines()
    others: list[dict[str, Any]] = [
        {},
        {"employees": 0},
        {"employees": "无"},
        {"registered": "否"},
        {"registered": "是"},
        {"kind": "enterprise"},
        {"industry": "62"},
        {"industry": "621"},
        {"revenue": 1},
        {"revenue": "1 元"},
    ]
    digests = [old.profile({"applicant": other}).digest for other in others]
    digests += [old.profile({"applicant": {}, "leases": [{}] * number}).digest for number in range(3)]
    assert len(set(digests)) == len(digests)


def test_a_profile_of_another_rulebook_is_still_refused() -> None:
    old, new = engines(NEW_CHOICE)
    with pytest.raises(ProfileError, match="other-rulebook"):
        new.decide(old.profile(WRITTEN))


# --- there and back -----------------------------------------------------------------------------------------------

SHIPPED = shipped_book()


def there_and_back(rulebook: Rulebook, mapping: Any) -> None:
    """What is read, written in natural values and read again is the same, vectors and all."""
    engine = Engine(rulebook)
    profile = ProfileReader(rulebook).read_mapping(mapping)
    again = ProfileReader(rulebook).read_mapping(profile.written(with_unit))
    assert (again.as_of, again.applicant, again.lists) == (profile.as_of, profile.applicant, profile.lists)
    assert again.digest == profile.digest
    assert again.written(with_unit) == profile.written(with_unit)
    day = profile.as_of or SHIPPED.programmes["beijing-tongzhou/rent-reduction-2022"].period.first
    for subject in rulebook.subjects:
        listed = profile.subjects(subject)
        for index in (None,) if subject == "applicant" else range(len(listed or ())):
            layout = engine.layout(subject)
            assert again.vector(layout, subject, index, day) == profile.vector(layout, subject, index, day)


@settings(max_examples=60)
@given(profiles(SHIPPED))
def test_what_the_kit_draws_goes_there_and_back(mapping: Any) -> None:
    there_and_back(SHIPPED, mapping)


@given(spelt(SHIPPED))
def test_texts_codes_and_every_spelling_go_there_and_back(mapping: Any) -> None:
    there_and_back(SHIPPED, mapping)
