"""What holds of every interview: it asks what matters, nothing twice, and ends with the answer of the whole profile."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relief_engine.decision import Decision, Outcome
from relief_engine.engine import Engine
from relief_engine.interview import FactPrompt, SubjectsPrompt, step
from relief_engine.rulebook.load import load_rulebook
from relief_engine.testing import profiles
from tests.books import shipped_book
from tests.interview.rules import DAY, RENT, Person, facts_asked, write_small

ENGINE = Engine(shipped_book())
#: Programmes of criteria and referrals over yes/no facts: a and b, ways round c, what hides d, two of one fact.
SMALL: list[tuple[list[str], list[str]]] = [
    (["applicant.a", "applicant.b or applicant.c"], []),
    (["applicant.a or not applicant.d"], ["applicant.c and applicant.d"]),
    (
        ["applicant.kind in [firm, shop]", "applicant.kind in [shop] or applicant.b"],
        ["applicant.a and applicant.kind in [firm]"],
    ),
]
VALUES: dict[str, list[object]] = {"kind": ["firm", "shop", "club"], **{name: [True, False] for name in "abcd"}}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(load_rulebook(write_small(tmp_path_factory.mktemp("small") / "rules", SMALL, "abcd")))


def shown(decision: Decision) -> tuple[object, ...]:
    """What an answer comes to."""
    return (
        decision.outcome, decision.amount, decision.amount_if_granted, decision.amount_range, decision.ceiling,
        decision.payable, decision.rate, decision.until,
    )  # fmt: skip


def answers(
    engine: Engine, profile: dict[str, Any], programmes: list[str] | None = None
) -> dict[tuple[str, str], tuple[object, ...]]:
    """All answers by programme and subject; nothing is asked about programmes that are not in force."""
    report = engine.decide(profile, as_of=DAY, programmes=programmes)
    found = {(d.programme.id, d.subject): shown(d) for d in report.decisions}
    return {at: answer for at, answer in found.items() if answer[0] is not Outcome.NOT_IN_FORCE}


def completions(known: dict[str, object]) -> list[dict[str, object]]:
    open_ = [name for name in VALUES if name not in known]
    return [{**known, **dict(zip(open_, chosen, strict=True))} for chosen in product(*(VALUES[n] for n in open_))]


def matters(engine: Engine, known: dict[str, object], name: str) -> bool:
    """Whether some completion gives two different answers for two values of a fact, tried one by one."""
    for whole in completions(known):
        found = {str(answers(engine, {"applicant": {**whole, name: value}})) for value in VALUES[name]}
        if len(found) > 1:
            return True
    return False


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in VALUES.items()}))
def test_a_question_is_asked_only_if_two_answers_to_it_differ(small: Engine, hidden: dict[str, object]) -> None:
    person = Person(small, {"applicant": hidden}, None)
    last = person.talk()
    for before in person.steps[:-1]:
        assert isinstance(before.prompt, FactPrompt)
        known = {fact.partition(".")[2]: value for fact, value in plain_values(before.profile.applicant.values).items()}
        assert matters(small, known, before.prompt.fact.name), (known, before.prompt.fact.id)
    known = {fact.partition(".")[2]: value for fact, value in plain_values(last.profile.applicant.values).items()}
    left = {name for name in VALUES if name not in known and matters(small, known, name)}
    assert left <= {fact.partition(".")[2] for fact, _ in person.passed}, "a question that matters was not asked"
    assert {prompt.asked[0].partition(".")[2] for prompt in last.waiting} >= left
    assert last.done == (not last.waiting)


def plain_values(values: Any) -> dict[str, object]:
    """Encoded values as a person writes them."""
    return {fact: VALUES["kind"][value] if fact == "applicant.kind" else bool(value) for fact, value in values.items()}


@settings(max_examples=6, deadline=None)
@given(profiles(ENGINE.rulebook, RENT, as_of=DAY))
def test_truthful_answers_end_with_the_answer_of_the_whole_profile(hidden: dict[str, Any]) -> None:
    whole = {"leases": [], **hidden}
    person = Person(ENGINE, whole, [RENT])
    last = person.talk()
    asked = facts_asked(person)
    assert len(set(asked)) == len(asked) or any(getattr(prompt, "coarse", None) for prompt in person.asked)
    found = {(d.programme.id, d.subject): d.outcome for d in last.decisions if d.outcome is not Outcome.NOT_IN_FORCE}
    assert found == {at: answer[0] for at, answer in answers(ENGINE, whole, [RENT]).items()}
    assert answers(ENGINE, dict(person.known), [RENT]) == answers(ENGINE, whole, [RENT])


def test_all_programmes_at_once_end_with_the_answers_of_the_whole_profile() -> None:
    hidden: dict[str, Any] = {
        "applicant": {"kind": "individual_business", "industry": "6210", "registered_in_beijing": True},
        "leases": [{"owner_kind": "private"}],
        "loans": [{"amount": 1000000}],
    }
    person = Person(ENGINE, hidden, None)
    last = person.talk()
    none: dict[str, Any] = {name: [] for name in ENGINE.rulebook.lists}
    assert answers(ENGINE, dict(person.known)) == answers(ENGINE, {**none, **hidden})
    assert isinstance(person.asked[0], SubjectsPrompt)
    subjects = [prompt.subject for prompt in person.asked if isinstance(prompt, FactPrompt)]
    own = [subject for subject in subjects if subject != "applicant"]
    assert own == sorted(own, key=["loans[0]", "leases[0]"].index) or own == sorted(own), (
        "it jumps between leases and loans"
    )
    assert not last.done
    assert len(last.waiting) > 10


def test_whoever_passes_on_everything_is_told_what_is_undetermined() -> None:
    person = Person(ENGINE, {"applicant": {}, "leases": [{}]}, [RENT])
    last = person.talk()
    assert last.prompt is None
    assert [d.outcome for d in last.decisions] == [Outcome.UNDETERMINED]
    missing = last.report().decisions[0].missing
    assert missing.exact
    assert {prompt.asked for prompt in last.waiting} == {(found.fact.id, found.subject) for found in missing.facts}


def test_the_order_does_not_depend_on_what_was_asked_before() -> None:
    hidden = {"applicant": {"kind": "enterprise"}, "leases": [{"owner_kind": "district_public_body"}]}
    first, again = Person(ENGINE, hidden, [RENT]), Person(Engine(ENGINE.rulebook), hidden, [RENT])
    first.talk()
    again.engine.decide({"applicant": {}, "leases": [{}]}, as_of=DAY)  # teaches that engine other witnesses
    again.talk()
    assert [prompt.asked for prompt in first.asked] == [prompt.asked for prompt in again.asked]


def test_what_all_completions_agree_on_and_the_rules_do_not_see_is_asked(tmp_path: Path) -> None:
    """The condition holds whatever c and d are; the rules do not see it, and decide nothing on an unknown fact."""
    unseen = "applicant.c and applicant.d or applicant.c and not applicant.d or not applicant.c"
    engine = Engine(load_rulebook(write_small(tmp_path / "rules", [([unseen], [])], "cd")))
    found = step(engine, {}, as_of=DAY)
    assert isinstance(found.prompt, FactPrompt)
    assert found.prompt.fact.id == "applicant.c"
    assert Person(engine, {"applicant": {"c": True, "d": False}}, None).talk().done
    passed = step(engine, {}, as_of=DAY, passed=[("applicant.c", "applicant"), ("applicant.d", "applicant")])
    assert passed.prompt is None
    assert {prompt.asked[0] for prompt in passed.waiting} == {"applicant.c", "applicant.d"}


def test_small_rules_are_what_they_look_like(tmp_path: Path) -> None:
    rulebook = load_rulebook(write_small(tmp_path / "rules", SMALL, "abcd"))
    assert list(rulebook.programmes) == [f"town/p{number}" for number in range(len(SMALL))]
