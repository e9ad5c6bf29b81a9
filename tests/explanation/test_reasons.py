"""Reasons: they agree with the values of the nodes, cite, say where each value was read, and by how much it misses."""

from collections import Counter
from collections.abc import Iterator

import pytest

from relief_engine.decision import Outcome, Status, status
from relief_engine.engine import Engine
from relief_engine.explanation.build import Explanation
from relief_engine.explanation.reason import Reason
from tests.explanation.conftest import Drawn, case

#: Kleene: unmet < unknown < met.
_ORDER = [Status.UNMET, Status.UNKNOWN, Status.MET]


def all_reasons(reason: Reason) -> Iterator[Reason]:
    yield reason
    for part in reason.parts:
        yield from all_reasons(part)


def test_statuses_are_those_of_the_nodes(drawn: list[Drawn]) -> None:
    seen = Counter[Status]()
    for one in drawn:
        program = one.decision.program
        if program is None:
            assert one.explanation.criteria == ()
            continue
        for step, compiled in zip(one.explanation.criteria, program.criteria, strict=True):
            expected = status(one.decision.values[compiled.node])
            assert (step.id, step.status, step.reason.status) == (compiled.criterion.id, expected, expected)
            seen[expected] += 1
    assert min(seen.values()) > 100, seen


def test_parts_make_up_the_whole(drawn: list[Drawn]) -> None:
    joined = 0
    for one in drawn:
        for step in one.explanation.criteria:
            for reason in all_reasons(step.reason):
                if reason.join is None:
                    continue
                parts = [_ORDER.index(part.status) for part in reason.parts]
                whole = min(parts) if reason.join == "all" else max(parts)
                assert reason.status is _ORDER[whole], (one.answers, reason)
                joined += 1
    assert joined > 100


def test_every_criterion_and_referral_cites(drawn: list[Drawn]) -> None:
    for one in drawn:
        explanation = one.explanation
        assert explanation.citations
        assert all(step.citations for step in explanation.criteria)
        assert all(referral.citations for referral in explanation.referrals)


def test_referrals_that_hold_are_stated_and_not_asked(drawn: list[Drawn]) -> None:
    whys = [referral.why for one in drawn for referral in one.explanation.referrals]
    assert any(why is None for why in whys), "a figure that does not exist has no condition"
    for why in whys:
        if why is not None:
            assert why.status is Status.MET
            assert all("须" not in reason.text.zh and "must" not in reason.text.en for reason in all_reasons(why))


def test_what_was_read_has_its_place(drawn: list[Drawn]) -> None:
    placed = 0
    for one in drawn:
        for step in one.explanation.criteria:
            for reason in all_reasons(step.reason):
                if reason.fact in one.answers:
                    assert reason.place is not None, reason
                    assert reason.place.file.rpartition(".")[2] == reason.fact.partition(".")[2], reason
                    placed += 1
    assert placed > 1000


def test_unmet_criteria_say_what_is_needed(drawn: list[Drawn]) -> None:
    for one in drawn:
        for step in one.explanation.criteria:
            leaves = [reason for reason in all_reasons(step.reason) if not reason.parts]
            if step.status is Status.UNMET:
                unmet = [leaf for leaf in leaves if leaf.status is Status.UNMET]
                assert any("须" in leaf.text.zh or "不得" in leaf.text.zh for leaf in unmet), step
            if step.status is Status.UNKNOWN:
                told = [reason.text.zh for reason in all_reasons(step.reason)]
                assert any(word in text for text in told for word in ("不明", "太粗", "没有这项数据")), step


# --- margins ----------------------------------------------------------------------------------------------------------


def margins(explanation: Explanation) -> dict[str, str]:
    """The margins in the reasons of unmet criteria, by fact."""
    unmet = [step.reason for step in explanation.criteria if step.status is Status.UNMET]
    return {
        reason.fact: f"{reason.value}；{reason.needed}；{reason.margin}"
        for whole in unmet
        for reason in all_reasons(whole)
        if reason.margin is not None and reason.fact is not None
    }


@pytest.mark.parametrize(
    ("applicant", "lease", "programme", "expected"),
    [
        (
            {"employees": 105, "revenue": 2000},
            {},
            "town/rent",
            {
                "applicant.employees": "105 人；须少于 100 人；多 5 人",
                "applicant.revenue": "2,000 万元；须少于 2,000 万元；恰好等于这个数",
            },
        ),
        (
            {"employees": 100, "revenue": "20000000.01元"},
            {},
            "town/rent",
            {
                "applicant.employees": "100 人；须少于 100 人；恰好等于这个数",
                "applicant.revenue": "2,000.000001 万元；须少于 2,000 万元；多 0.000001 万元",
            },
        ),
        ({"employees": 99, "revenue": 90000}, {}, "town/rent", {}),
        ({}, {"start": "2031-01-01"}, "town/rent", {"lease.start": "2031-01-01；须不晚于 2030-12-31；晚 1 天"}),
        (
            {},
            {"start": "2029-01-01", "end": "2029-12-30"},
            "town/rent",
            {"lease.end": "2029-12-30；须不早于 2030-01-01；早 2 天"},
        ),
        (
            {"employees": 1, "applied_on": "2030-10-05", "plan": "none"},
            {},
            "town/grant",
            {
                "applicant.employees": "1 人；须不少于 3 人；少 2 人",
                "applicant.applied_on": "2030-10-05；须不晚于 2030-09-30；晚 5 天",
            },
        ),
    ],
)
def test_margins(
    town: Engine, applicant: dict[str, object], lease: dict[str, object], programme: str, expected: dict[str, str]
) -> None:
    assert margins(case(town, programme, applicant, lease)) == expected


def test_sizes_of_a_coarse_code_are_told_row_by_row(town: Engine) -> None:
    coarse = case(town, "town/rent", {"industry": "H", "employees": 200, "revenue": 9000})
    step = next(step for step in coarse.criteria if step.id == "small")
    size = step.reason.parts[1]
    assert size.status is Status.UNMET
    assert "太粗，可能适用住宿业或餐饮业标准" in size.text.zh
    assert [(part.status, part.text.zh) for part in size.parts] == [
        (Status.UNMET, "按住宿业标准，取各指标中最低的一档：中型"),
        (Status.UNMET, "按餐饮业标准，取各指标中最低的一档：中型"),
    ]
    assert [leaf.margin.zh for part in size.parts for leaf in part.parts if leaf.margin] == [
        "多 150 人", "多 8,000 万元", "多 100 人", "多 7,000 万元",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("plan", "outcome", "pending"),
    [(None, Outcome.UNDETERMINED, ["full-plan"]), ("none", Outcome.INELIGIBLE, []), ("full", Outcome.REFERRED, [])],
)
def test_a_referral_that_may_yet_stand_in_is_named(
    town: Engine, plan: str | None, outcome: Outcome, pending: list[str]
) -> None:
    explanation = case(town, "town/rent", {"employees": 200, "revenue": 9000, "plan": plan})
    step = next(step for step in explanation.criteria if step.id == "small")
    assert (explanation.outcome, step.status) == (outcome, Status.UNMET)
    assert [sentence.id for sentence in step.pending] == pending
    assert step.replaced is (plan == "full")
