"""The smallest changes: each one alone meets its criterion, one unit less does not, and none is left out."""

import re
from collections import Counter

import pytest

from relief_engine.decision import Decision, Status, status
from relief_engine.engine import Engine
from relief_engine.engine.changes import Change, smallest_changes
from relief_engine.explanation.build import Step
from relief_engine.rulebook.facts import Fact
from tests.explanation.conftest import Drawn, case


def changes(one: Drawn, criterion: str) -> tuple[Change, ...]:
    program, engine = one.decision.program, one.world.engine
    assert program is not None
    node = next(c.node for c in program.criteria if c.criterion.id == criterion)
    return smallest_changes(one.decision, engine.cells(program), engine.evaluator(program), node)


def outcome(decision: Decision, criterion: str) -> Status:
    return next(found.status for found in decision.criteria if found.id == criterion)


def unmet(drawn: list[Drawn]) -> list[tuple[Drawn, Step]]:
    return [(one, step) for one in drawn for step in one.explanation.criteria if step.status is Status.UNMET]


def with_value(one: Drawn, fact: Fact, value: int) -> Decision:
    return one.decided_again(**{fact.id.replace(".", "__"): value})


def status_with(one: Drawn, criterion: str, fact: Fact, value: int) -> Status:
    """The same without the search for what is missing, which takes most of the time."""
    program = one.decision.program
    assert program is not None
    vector = one.world.slots(one.programme, {**one.answers, fact.id: value}, one.day)
    values = one.world.engine.evaluator(program)(vector)
    return next(status(values[c.node]) for c in program.criteria if c.criterion.id == criterion)


def test_each_change_alone_meets_the_criterion_and_one_unit_less_does_not(drawn: list[Drawn]) -> None:
    seen = Counter[str]()
    for one, step in unmet(drawn):
        for change in changes(one, step.id):
            assert change.current == one.answers[change.fact.id]
            for value in change.values:
                assert outcome(with_value(one, change.fact, value), step.id) is Status.MET, (step.id, change)
            if change.fact.type not in ("choice", "yes_no"):
                (value,) = change.values
                nearer = value + (1 if value < change.current else -1)
                if nearer != change.current:
                    assert status_with(one, step.id, change.fact, nearer) is not Status.MET, (step.id, change)
            seen[f"{change.fact.id} {'down' if change.values[0] < change.current else 'up'}"] += 1
    kinds = ("employees down", "revenue down", "applied_on down", "plan up", "registered up")
    assert all(seen[f"applicant.{kind}"] for kind in kinds), seen


@pytest.mark.engines
def test_no_change_is_left_out(drawn: list[Drawn]) -> None:
    """A fact that is not listed meets the criterion with no value that is tried: all choices, or all borders."""
    tried = 0
    for one, step in unmet(drawn):
        listed = {change.fact.id for change in changes(one, step.id)}
        for name, current in one.answers.items():
            fact = one.world.rulebook.facts[name]
            if not isinstance(fact, Fact) or not fact.changeable or name in listed or not isinstance(current, int):
                continue
            options: set[int] = set()
            match fact.type:
                case "choice" | "yes_no":
                    options |= set(range(len(fact.domain.ids) if fact.domain else 2))
                case "date":
                    options |= {day + step for day in one.world.days for step in (-1, 0, 1)}
                case _:
                    limits = one.world.limits(fact, one.answers)
                    options |= {0, fact.highest, *(limit + step for limit in limits for step in (-1, 0, 1))}
            for value in {option for option in options if _possible(fact, option)} - {current}:
                tried += 1
                assert status_with(one, step.id, fact, value) is not Status.MET, (step.id, name, value)
    assert tried > 500


def _possible(fact: Fact, value: int) -> bool:
    return fact.type in ("choice", "yes_no") or fact.lowest <= value <= fact.highest


MUCH_REVENUE = (
    "Revenue (the year 2029) must be below 2,000 × 10,000 yuan, now 2,500 × 10,000 yuan, 500 × 10,000 yuan too many"
)


@pytest.mark.parametrize(
    ("programme", "applicant", "criterion", "zh", "en"),
    [
        (
            "town/rent",
            {"employees": 105, "revenue": 2500},
            "small",
            [
                "2029年末从业人员须少于 100 人，现 105 人，多 5 人",
                "2029年营业收入须少于 2,000 万元，现 2,500 万元，多 500 万元",
            ],
            [
                "Employees (end of 2029) must be below 100 people, now 105 people, 5 people too many",
                MUCH_REVENUE,
            ],
        ),
        (
            "town/rent",
            {"employees": 100, "revenue": "not_available"},
            "small",
            [],  # unknown: the revenue that does not exist could be small
            [],
        ),
        (
            "town/rent",
            {"employees": 100, "revenue": 2000},
            "small",
            [
                "2029年末从业人员须少于 100 人，现 100 人，恰好等于这个数",
                "2029年营业收入须少于 2,000 万元，现 2,000 万元，恰好等于这个数",
            ],
            [
                "Employees (end of 2029) must be below 100 people, now 100 people, exactly that",
                "Revenue (the year 2029) must be below 2,000 × 10,000 yuan, now 2,000 × 10,000 yuan, exactly that",
            ],
        ),
        (
            "town/grant",
            {"employees": 1},
            "enough",
            ["2029年末从业人员须达到 3 人，现 1 人，少 2 人"],
            ["Employees (end of 2029) must reach 3 people, now 1 person, 2 people too few"],
        ),
        (
            "town/grant",
            {"applied_on": "2030-10-01"},
            "in-time",
            ["申请日须不晚于 2030-09-30，现为 2030-10-01，晚 1 天"],
            ["Day of application must be no later than 2030-09-30, now 2030-10-01, 1 day too late"],
        ),
        (
            "town/grant",
            {"plan": "none"},
            "plan",
            ["申报方案须为基本方案或完整方案，现为不申报"],
            ["Plan must be Basic plan or Full plan, now None"],
        ),
        (
            "town/service",
            {"registered": False},
            "registered",
            ["在本区注册须为“是”，现为“否”"],
            ["Registered here must be yes, now no"],
        ),
    ],
)
def test_words(
    town: Engine, programme: str, applicant: dict[str, object], criterion: str, zh: list[str], en: list[str]
) -> None:
    step = next(step for step in case(town, programme, applicant).criteria if step.id == criterion)
    assert [change.text.zh for change in step.changes] == zh
    assert [change.text.en for change in step.changes] == en


def test_all_choices_that_would_do_are_named(drawn: list[Drawn]) -> None:
    texts = {change.text.zh for one, step in unmet(drawn) for change in step.changes if change.fact == "applicant.plan"}
    assert texts == {"申报方案须为基本方案或完整方案，现为不申报"}


def test_changes_stand_in_declared_order_and_only_for_changeable_facts(drawn: list[Drawn]) -> None:
    for one, step in unmet(drawn):
        names = [change.fact for change in step.changes]
        declared = [f.id for f in one.world.rulebook.facts.values() if isinstance(f, Fact) and f.changeable]
        assert names == [name for name in declared if name in names]


def test_criteria_that_are_met_or_unknown_have_no_changes(drawn: list[Drawn]) -> None:
    for one in drawn:
        for step in one.explanation.criteria:
            assert step.changes == () or step.status is Status.UNMET


def test_margins_are_no_advice(drawn: list[Drawn]) -> None:
    texts = [change.text for _, step in unmet(drawn) for change in step.changes]
    assert len(texts) > 50
    for text in texts:
        assert re.fullmatch(r".+须(为|少于 |达到 |不晚于 |不早于 ).+，现.+", text.zh), text.zh
        assert re.fullmatch(r".+ must (be|reach) .+, now .+", text.en), text.en
