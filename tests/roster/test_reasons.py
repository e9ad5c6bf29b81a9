"""The sentence that masks give is the sentence of the whole decision, wherever the masks hold as much."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
import yaml

from relief_engine.compiled import ir
from relief_engine.decision import Decision, MissingFacts, Outcome
from relief_engine.explanation.answer import answer as whole
from relief_engine.roster.answers import Answer, answer_of
from relief_engine.roster.masks import citations
from relief_engine.roster.reasons import Reasons
from relief_engine.rulebook.load import shipped_rules
from relief_engine.testing import find_cases, load_cases
from relief_engine.text import Text
from tests.roster.screenings import DAY, PROFILES, RENT, REVENUE, engine, profile, tenant


def examples() -> list[Decision]:
    """The decisions of all examples, without what people answered: that stands in columns of its own."""
    paths = [path for path in sorted(PROFILES.glob("*.yaml")) if not path.name.endswith(".cases.yaml")]
    profiles = [replace(engine().read_profile(path), resolutions=()) for path in paths]
    return [d for profile in profiles for d in engine().decide(profile).decisions]


def cases() -> list[Decision]:
    found: list[Decision] = []
    for path in find_cases(shipped_rules()):
        for case in load_cases(path, engine().rulebook):
            day = case.as_of
            found += engine().decide(case.profile, as_of=day, programmes=[case.programme]).decisions
    return [d for d in found if d.index is not None or d.programme.subject == "applicant" or d.program is None]


def told_by_masks(decision: Decision) -> bool:
    """Whether the masks hold every referral: one that stays unknown, as its figures do not exist, has no bit."""
    values, program = decision.values, decision.program
    return program is None or all(
        any(values[r.node] == ir.MET for r in program.referrals if i in r.replaces)
        for i, criterion in enumerate(decision.criteria)
        if criterion.replaced
    )


def agrees(decision: Decision) -> None:
    assert Reasons(decision.as_of).reason(answer_of(decision)) == whole(decision), decision.profile.source


def test_every_example_says_the_same_as_check() -> None:
    decisions = examples()
    assert {Outcome.ELIGIBLE, Outcome.REFERRED, Outcome.INELIGIBLE, Outcome.UNDETERMINED} <= {
        d.outcome for d in decisions
    }
    for decision in decisions:
        agrees(decision)


def test_every_worked_case_says_the_same_as_check() -> None:
    """Among them figures that do not exist, ranges, rates, deferrals and programmes that are not in force."""
    decisions = cases()
    assert {d.outcome for d in decisions} == set(Outcome)
    assert any(d.not_available for d in decisions)
    unseen = [decision for decision in decisions if not told_by_masks(decision)]
    assert 0 < len(unseen) < 10
    for decision in decisions:
        if decision in unseen:
            # Nothing else is said instead: only which referral it is.
            assert whole(decision).zh.endswith(Reasons(decision.as_of).reason(answer_of(decision)).zh)
        else:
            agrees(decision)


def row(outcome: Outcome | None = None, **changes: object) -> Answer:
    """The answer for the usual tenant with some cells changed."""
    (decision,) = engine().decide(profile(tenant(**changes)), as_of=DAY, programmes=[RENT]).decisions
    assert outcome is None or decision.outcome is outcome
    return answer_of(decision)


def test_a_criterion_that_a_referral_replaces_is_no_reason() -> None:
    reasons = Reasons(DAY)
    changes = {"产权单位性质": "集体企业", "行业代码": "3011", "从业人员": 5.0}
    refused = row(Outcome.INELIGIBLE, **changes)
    assert reasons.reason(refused) == Text("未满足“所从事行业为服务业”", "not met: The business is a service")
    assert reasons.clauses(refused) == "通政办发〔2022〕12号 附件1 一（二）、附录4"


@pytest.mark.parametrize(
    ("outcome", "changes", "clauses"),
    [
        (Outcome.ELIGIBLE, {}, "通政办发〔2022〕12号 一、二、附件1 二"),
        (Outcome.REFERRED, {"合同含免租期": "是"}, "通政办发〔2022〕12号 二、附件1 二"),
        (Outcome.UNDETERMINED, {"在京注册": None}, "通政办发〔2022〕12号 一、附件1 一（三）"),
    ],
)
def test_clauses_are_those_that_decided(outcome: Outcome, changes: dict[str, object], clauses: str) -> None:
    assert Reasons(DAY).clauses(row(outcome, **changes)) == clauses


def test_what_is_missing_is_named() -> None:
    reasons = Reasons(DAY)
    assert reasons.missing(row()) == Text("", "")
    several = row(Outcome.UNDETERMINED, 在京注册=None, 合同含免租期=None)
    assert reasons.missing(several).zh == "在京注册、在京纳税、因疫情经营困难、提出减租诉求、合同含免租期"
    coarse = row(Outcome.UNDETERMINED, 行业代码="59", 从业人员=150.0, **{REVENUE: 250000000.0})
    assert reasons.missing(coarse).zh == "所属行业（代码不够细）、列入小微企业名录"


def test_where_nobody_searched_it_says_so() -> None:
    unsearched = row(Outcome.UNDETERMINED, 在京注册=None)._replace(missing=None)
    reasons = Reasons(DAY)
    assert reasons.reason(unsearched).zh == "还不能确定是否满足“在京注册或在京纳税”"
    assert reasons.missing(unsearched).zh == "没有逐项查找缺哪些资料；不能确定的条件：在京注册或在京纳税"
    figure = row(Outcome.UNDETERMINED, 月租金=None)._replace(missing=None)
    assert reasons.reason(figure).zh == "算出数额的资料不全"
    assert reasons.missing(figure).zh == "没有逐项查找缺哪些资料"


def test_a_search_that_was_cut_short_is_marked() -> None:
    found = row(Outcome.UNDETERMINED, 在京注册=None)
    assert found.missing is not None
    cut = found._replace(missing=MissingFacts(found.missing.facts, exact=False))
    assert Reasons(DAY).missing(cut).zh == "在京注册、在京纳税、因疫情经营困难、提出减租诉求（不一定每一项都有影响）"


def test_not_in_force() -> None:
    early = dt.date(2022, 1, 1)
    (decision,) = engine().decide(profile(tenant()), as_of=early, programmes=[RENT]).decisions
    assert Reasons(early).reason(answer_of(decision)).zh == "自 2022-05-13 起才可适用，判定日 2022-01-01 在此之前"


def test_what_is_open_behind_an_unmet_criterion_is_cited() -> None:
    """A chain that is too large is open only because its outlet may count: the clauses are of both."""
    large: Any = yaml.safe_load((PROFILES / "restaurant.yaml").read_text(encoding="utf-8"))
    large["applicant"] |= {"employees": 160, "revenue": 3100, "in_small_micro_directory": False}
    report = engine().decide(large, as_of=dt.date(2022, 6, 20), programmes=[RENT])
    answer = answer_of(report.decisions[0])
    assert answer.summary["outcome"] == "undetermined"
    cited = [str(citation) for citation in citations(answer)]
    assert any("15号" in one for one in cited)
    assert any("附录2" in one for one in cited)
