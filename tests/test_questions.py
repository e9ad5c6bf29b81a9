"""Which open question comes first: one whose answers really settle as many decisions as is said."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from relief_engine.decision import Outcome
from relief_engine.engine import Engine
from relief_engine.engine.outcome import outcome_of
from relief_engine.engine.questions import Question, open_questions
from relief_engine.profile.words import plain
from relief_engine.rulebook.facts import Fact
from tests.books import shipped_book

DAY = dt.date(2022, 7, 1)
#: About so many questions are tried, spread over all of them.
TRIED = 8
ENGINE = Engine(shipped_book())
PROFILES: list[dict[str, Any]] = [
    {"applicant": {}},
    {"applicant": {"kind": "enterprise"}, "leases": [{"owner_kind": "district_state_owned_enterprise"}, {}]},
    {"applicant": {"kind": "enterprise", "industry": "6210"}, "leases": [{"tenancy": "direct"}], "loans": [{}]},
]


def questions(profile: dict[str, Any]) -> list[Question]:
    return open_questions(ENGINE, ENGINE.decide(profile, as_of=DAY).decisions)


def answered(profile: dict[str, Any], question: Question, value: object) -> dict[str, Any]:
    """The profile with one question answered, as a user would write it."""
    name = question.fact.name
    if question.subject == "applicant":
        return {**profile, "applicant": {**profile["applicant"], name: value}}
    key, _, rest = question.subject.partition("[")
    index = int(rest.rstrip("]"))
    listed = [{**item, name: value} if i == index else item for i, item in enumerate(profile[key])]
    return {**profile, key: listed}


def options(fact: Fact) -> Iterator[object]:
    if fact.type == "yes_no":
        yield from ("yes", "no")
    elif fact.domain is not None:
        yield from fact.domain.ids


@pytest.mark.engines
@pytest.mark.parametrize("profile", PROFILES, ids=["nothing", "leases", "loan"])
def test_answers_settle_as_many_decisions_as_is_said(profile: dict[str, Any]) -> None:
    tried = 0
    found = [question for question in questions(profile) if any(True for _ in options(question.fact))]
    for question in found[:: len(found) // TRIED or 1]:
        keys = {(d.programme.id, d.subject) for d in question.decisions}
        counts = []
        for value in options(question.fact):
            asked = sorted({programme for programme, _ in keys})
            report = ENGINE.decide(answered(profile, question, value), as_of=DAY, programmes=asked)
            after = {(d.programme.id, d.subject): d.outcome for d in report.decisions}
            counts.append(sum(after[key] is not Outcome.UNDETERMINED for key in keys))
        if counts:
            tried += 1
            assert (min(counts), max(counts)) == (question.least, question.most), question.fact.id
    assert tried > 0 or not questions(profile)


def test_values_that_a_size_table_does_not_tell_apart_are_tried_once_and_count_alike() -> None:
    """What is said of a number of employees holds for every value on, beside and between the limits of the table."""
    decisions = ENGINE.decide(PROFILES[1], as_of=DAY).decisions
    tried = 0
    for question in open_questions(ENGINE, decisions):
        if question.fact.type not in ("count", "money") or question.fact.subject != "applicant":
            continue
        values: set[int] = set()
        for decision in question.decisions:
            assert decision.program is not None
            steps = ENGINE.cells(decision.program).steps.get(decision.program.layout.slots[question.fact.id], [])
            values |= {value for step in steps for value in (step - 1, step, step + 1)}
        counts = []
        for value in sorted(values):
            settled = 0
            for decision in question.decisions:
                assert decision.program is not None
                vector = list(decision.slots)
                vector[decision.program.layout.slots[question.fact.id]] = value
                decision.program.layout.derive(vector)
                node_values = ENGINE.evaluator(decision.program)(vector)
                settled += outcome_of(decision.program, node_values) is not Outcome.UNDETERMINED
            counts.append(settled)
        if counts:
            tried += 1
            assert question.least <= min(counts)
            assert max(counts) <= question.most
    assert tried > 0


def test_the_first_question_settles_most_on_average() -> None:
    found = questions(PROFILES[1])
    means = [question.mean for question in found]
    assert means == sorted(means, reverse=True)
    assert means[0] > 0


def test_nothing_is_asked_where_nothing_is_open() -> None:
    profile = {"applicant": {}, "leases": [{"owner_kind": "private", "tenancy": "direct"}]}
    report = ENGINE.decide(profile, as_of=DAY, programmes=["beijing-tongzhou/rent-reduction-2022"])
    assert [d.outcome for d in report.decisions] == [Outcome.INELIGIBLE]
    assert open_questions(ENGINE, report.decisions) == []
    assert plain(report.profile, ENGINE.rulebook)["leases"]
