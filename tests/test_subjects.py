"""Kinds of subject come from the facts of a rulebook: a new one works from the profile to the explanation."""

from pathlib import Path

import pytest

from relief_engine.engine import Engine
from relief_engine.errors import ProfileError
from relief_engine.explanation.sheet import sheet
from relief_engine.explanation.terminal import render
from relief_engine.rulebook.load import load_rulebook
from tests.rulebook.building import HERE, made


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return Engine(load_rulebook(made(HERE / "good" / "more-facts", tmp_path)))


def test_a_new_kind_of_subject_is_decided_one_by_one(engine: Engine) -> None:
    applicant = {"registered": True}
    report = engine.decide(
        {"applicant": applicant, "projects": [{"cost": 1000}, {"cost": 3}]}, programmes=["city/projects"]
    )
    assert [(d.subject, str(d.amount)) for d in report.decisions] == [
        ("projects[0]", "500.00"),
        ("projects[1]", "1.50"),
    ]
    text = render(sheet(report, engine, "zh", "0"), width=80, colour=False)
    assert "第1个项目" in text
    assert "第2个项目" in text


def test_what_is_not_mentioned_is_skipped_and_named(engine: Engine) -> None:
    report = engine.decide({"applicant": {}})
    assert "资料没有提到项目（projects）" in [s.reason.zh for s in report.skipped]


def test_facts_of_several_files_make_one_subject(engine: Engine) -> None:
    assert [fact.name for fact in engine.rulebook.subjects["lease"].facts][-1] == "renewed"
    with pytest.raises(ProfileError) as error:
        engine.profile({"applicant": {}, "leases": [{"start": "2022-02-01", "end": "2022-01-01", "renewed": 3}]})
    assert [f.where.file for f in error.value.findings] == ["profile:leases[0].end", "profile:leases[0].renewed"]


def test_a_list_of_a_kind_that_nobody_knows_is_refused(engine: Engine) -> None:
    with pytest.raises(ProfileError) as error:
        engine.profile({"applicant": {}, "project": []})
    assert error.value.findings[0].message.zh == "没有“project”这一项，是否想写“projects”？"
