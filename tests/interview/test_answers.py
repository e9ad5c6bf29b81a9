"""Answers as people give them, the questions as data, and the way back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from relief_engine.engine import Engine
from relief_engine.errors import ProfileError
from relief_engine.explanation import say
from relief_engine.interview import FactPrompt, Prompt, SubjectsPrompt, answered, step, step_record
from relief_engine.interview.prompts import other_forms, path_of
from relief_engine.interview.session import Session
from relief_engine.rulebook.facts import Fact
from tests.books import shipped_book
from tests.interview.rules import DAY, RENT

ENGINE = Engine(shipped_book())


def asked(identity: str) -> FactPrompt:
    """The question for a fact of the applicant or of the first lease."""
    fact = ENGINE.rulebook.facts[identity]
    assert isinstance(fact, Fact)
    kind = ENGINE.rulebook.subjects[fact.subject].kind
    own = fact.subject != "applicant"
    about = say.subject(kind, 0 if own else None)
    path = path_of(fact, kind, 0)
    return FactPrompt(fact, kind.name(0), about, path, (), (0, 0), None, other_forms(ENGINE.rulebook, fact))


def reached(fact: str, profile: dict[str, Any]) -> FactPrompt | None:
    """The question for a fact, reached by passing on all others; None where it is not asked."""
    passed: set[tuple[str, str]] = set()
    while True:
        prompt = step(ENGINE, profile, as_of=DAY, programmes=[RENT], passed=passed).prompt
        if prompt is None or (isinstance(prompt, FactPrompt) and prompt.fact.id == fact):
            return prompt
        passed.add(prompt.asked)


@pytest.mark.parametrize(
    ("fact", "typed", "stands"),
    [
        ("lease.owner_kind", "2", "district_state_owned_enterprise"),
        ("lease.owner_kind", "本区国有企业", "district_state_owned_enterprise"),
        ("lease.owner_kind", "private", "private"),
        ("applicant.registered_in_beijing", "是", True),
        ("applicant.registered_in_beijing", "２", False),
        ("lease.start", " 2021-1-5 ", "2021-1-5"),
        ("lease.end", "长期", "open"),
        ("lease.monthly_rent", "3万元/月", "3万元/月"),
        ("applicant.employees", "无", "not_available"),
        ("applicant.chain_kind", "无", "none"),
        ("applicant.industry", "h", "H"),
    ],
)
def test_an_answer_is_read_as_profile_files_are(fact: str, typed: str, stands: object) -> None:
    prompt = asked(fact)
    before: dict[str, Any] = {"leases": [{}]}
    found: Any = answered(ENGINE, before, prompt, typed)
    assert before == {"leases": [{}]}
    holder = found["applicant"] if prompt.path[0] == "applicant" else found["leases"][0]
    assert holder == {prompt.fact.name: stands}
    ENGINE.profile(found)


@pytest.mark.parametrize(
    ("fact", "typed", "code"),
    [
        ("lease.owner_kind", "7", "choice"),
        ("lease.owner_kind", "0", "choice"),
        ("applicant.registered_in_beijing", "3", "yes-no"),
        ("lease.start", "2022-02-30", "date"),
        ("lease.start", "无", "not-available"),
        ("lease.monthly_rent", "-1", "negative"),
        ("lease.monthly_rent", "", "no-answer"),
        ("applicant.industry", "99999", "industry-code"),
    ],
)
def test_a_bad_answer_is_a_mistake_of_that_question(fact: str, typed: str, code: str) -> None:
    prompt = asked(fact)
    with pytest.raises(ProfileError) as caught:
        answered(ENGINE, {"leases": [{}]}, prompt, typed)
    (finding,) = caught.value.findings
    assert (finding.code, finding.where.file.startswith("profile:")) == (code, True)


def test_an_answer_that_contradicts_another_is_refused() -> None:
    known = {"leases": [{"start": "2022-03-01"}]}
    with pytest.raises(ProfileError, match="早于") as caught:
        answered(ENGINE, known, asked("lease.end"), "2022-02-01")
    assert [finding.code for finding in caught.value.findings] == ["end-before-start"]


def test_the_rent_may_be_given_in_another_form() -> None:
    first = reached("lease.monthly_rent", {"leases": [{}]})
    prompt = None if first is None else first.instead_of("年租金")
    assert prompt is not None
    found: Any = answered(ENGINE, {"leases": [{}]}, prompt, "36万元")
    assert found["leases"] == [{"annual_rent": "36万元"}]
    after = step(ENGINE, found, as_of=DAY, programmes=[RENT])
    assert {
        d.program is not None and d.slots[d.program.layout.slots["lease.annual_rent"]] for d in after.decisions
    } == {36_000_000}
    assert reached("lease.monthly_rent", found) is None


def test_a_coarse_code_is_asked_for_below_it() -> None:
    prompt = reached("applicant.industry", {"applicant": {"industry": "59"}, "leases": [{}]})
    assert prompt is not None
    assert prompt.coarse == "59"


def subjects(programmes: list[str] | None) -> SubjectsPrompt:
    prompt = step(ENGINE, {}, as_of=DAY, programmes=programmes).prompt
    assert isinstance(prompt, SubjectsPrompt)
    return prompt


def test_rent_relief_alone_begins_with_one_lease() -> None:
    prompt = subjects([RENT])
    assert [(one.list, one.usual) for one in prompt.offered] == [("leases", 1)]
    assert prompt.question.zh == "有几份租约？"
    assert answered(ENGINE, {}, prompt, "2份") == {"applicant": {}, "leases": [{}, {}]}


@pytest.mark.parametrize(
    "typed", ["{lease} {loan}×2", "租约，贷款*2", "租约 贷款 贷款", "leases loans2", "租约、贷款２"]
)
def test_kinds_of_subject_are_named_in_many_ways(typed: str) -> None:
    prompt = subjects(None)
    lists = [one.list for one in prompt.offered]
    text = typed.format(lease=lists.index("leases") + 1, loan=lists.index("loans") + 1)
    found = answered(ENGINE, {}, prompt, text)
    assert {name: len(listed) for name, listed in found.items() if name != "applicant" and listed} == {  # type: ignore[arg-type]
        "leases": 1,
        "loans": 2,
    }
    assert found["cars"] == []


@pytest.mark.parametrize("typed", ["77", "飞机", "租约×1001", "1×", {"planes": 1}, {"leases": -1}, {"leases": True}])
def test_kinds_of_subject_that_can_not_be_read(typed: object) -> None:
    with pytest.raises(ProfileError):
        answered(ENGINE, {}, subjects(None), typed)


def test_a_step_as_data() -> None:
    known: dict[str, Any] = {"applicant": {"name": "某店"}, "leases": [{"owner_kind": "private"}, {}]}
    record = step_record(step(ENGINE, known, as_of=DAY, programmes=[RENT]), "en")
    assert json.loads(json.dumps(record)) == record
    assert record["schema"] == "relief-interview/1"
    assert record["progress"] == {"decided": 1, "undetermined": 1}
    assert [d["outcome"] for d in record["decisions"]] == ["ineligible", "undetermined"]
    prompt = record["prompt"]
    assert (prompt["kind"], prompt["subject"]) in [("fact", "leases[1]"), ("fact", "applicant")]
    assert prompt["programmes"][0]["id"] == RENT
    assert [one["fact"] for one in record["identity"]] == ["applicant.credit_code"]
    finished = step_record(step(ENGINE, {**known, "leases": known["leases"][:1]}, as_of=DAY, programmes=[RENT]), "zh")
    assert (finished["prompt"], finished["done"], finished["waiting"]) == (None, True, [])


def test_every_answer_can_be_taken_back() -> None:
    session = Session(ENGINE, {}, as_of=DAY, programmes=[RENT])
    seen: list[tuple[Prompt | None, object]] = []

    def note() -> None:
        seen.append((session.prompt, session.profile))

    note()
    session.answer("某店")
    note()
    session.answer("1")
    note()
    session.skip()
    note()
    with pytest.raises(ProfileError):
        session.answer("???")
    for prompt, profile in reversed(seen[:-1]):
        assert session.back()
        assert (session.prompt, session.profile) == (prompt, profile)
    assert not session.back()
    assert not session.passed
