"""A seeded mistake shrinks to a profile of which every fact matters, and there are few of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, find, settings

from relief_engine import Engine
from relief_engine.engine.outcome import answer_of
from relief_engine.errors import ProfileError
from relief_engine.testing import profiles, to_yaml
from relief_engine.testing.holding import known, without
from tests.kit.seeded import RENT, with_mistake

#: Nobody reads an explanation of what was found: to make one, every line that runs would be traced.
SETTINGS = settings(
    max_examples=6_000, database=None, deadline=None, phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
TOWN = "beijing-tongzhou"

#: Where, what was changed, and how many facts a profile needs at the most to show it (in every one all facts matter).
MISTAKES = [
    pytest.param(RENT, ("lease.start <= year_ends", "lease.start < year_ends"), 1, id="before for not after"),
    pytest.param(RENT, ("applicant.size in [small, micro]", "applicant.size in [small, micro, medium]"), 10,
                 id="a class too many"),
    pytest.param(f"{TOWN}/metaverse-office-rent", ("years_received < most_years", "years_received <= most_years"), 1,
                 id="one year too many"),
    pytest.param(f"{TOWN}/metaverse-office-rent", ("min(applicant.metaverse_office_area, largest_area)",
                 "max(applicant.metaverse_office_area, largest_area)"), 7, id="max for min"),
    pytest.param(f"{TOWN}/unemployment-insurance-rate", ("contribution.month <= rate_ends",
                 "contribution.month < rate_ends"), 1, id="the last day"),
    pytest.param(f"{TOWN}/guarantor-compensation-2022", ("guarantee_book.paid_out * highest_share",
                 "guarantee_book.paid_out * highest_share * highest_share"), 4, id="a share of a share"),
]  # fmt: skip


def answers(engine: Engine, programme: str, profile: Mapping[str, object]) -> list[object]:
    """Outcome and figures, without looking for what is missing: that takes long and shrinks nothing."""
    read, rules, day = engine.profile(profile), engine.rulebook.programmes[programme], profile["as_of"]
    assert isinstance(day, dt.date)
    if not rules.period.holds(day):
        return []
    program = engine.program(rules, day)
    run = engine.evaluator(program)
    listed = range(len(read.subjects(rules.subject) or ()))
    return [answer_of(program, run(read.vector(program.layout, rules.subject, index, day))) for index in listed]


@pytest.mark.parametrize(("programme", "edit", "most"), MISTAKES)
def test_every_fact_matters(programme: str, edit: tuple[str, str], most: int, tmp_path: Path) -> None:
    right = with_mistake(tmp_path, programme)
    engines = Engine(right), Engine(with_mistake(tmp_path, programme, edit))

    def differs(profile: Mapping[str, object]) -> bool:
        one, other = (answers(engine, programme, profile) for engine in engines)
        return one != other

    profile = find(profiles(right, programme), differs, settings=SETTINGS, random=Random(1))
    paths = known(profile)
    idle = []
    for path in paths:
        try:
            idle += [path] if differs(without(profile, [path])) else []
        except ProfileError:
            continue
    assert not idle, to_yaml(profile)
    assert len(paths) <= most, to_yaml(profile)
