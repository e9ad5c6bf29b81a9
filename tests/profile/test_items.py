"""Leases and loans with names of their own: an answer that names one stays with it wherever it stands."""

import datetime as dt
import json
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from relief_engine.decision import State
from relief_engine.engine import Engine
from relief_engine.errors import ProfileError
from relief_engine.explanation.records import report_record
from relief_engine.profile.items import at_its_place
from relief_engine.profile.model import Profile
from relief_engine.profile.words import plain
from relief_engine.recording.reading import read_record
from relief_engine.recording.record import record_of
from relief_engine.recording.replay import replay
from relief_engine.rulebook.load import load_rulebook
from relief_engine.testing.holding import known
from relief_engine.testing.written import to_yaml
from tests.recording.town import LEASE as LEASE_FACTS
from tests.recording.town import edited

RENT = "beijing-tongzhou/rent-reduction-2022"
#: Referred for its rent-free period alone: 8,000 yuan for six months.
LEASE: Mapping[str, Any] = {
    "owner_kind": "district_state_owned_enterprise", "owner_is_listed_company": False, "tenancy": "direct",
    "premises_district": "通州区", "start": "2022-01-01", "end": "2023-06-30", "monthly_rent": 8000,
    "has_rent_free_period": True,
}  # fmt: skip
APPLICANT = {"kind": "individual_business", "industry": "6210", "registered_in_beijing": True}
ANSWER: Mapping[str, Any] = {
    "programme": RENT, "subject": "leases[id=A-12]", "referral": "rent-free-period", "granted": True, "amount": 30000,
    "on": "2022-07-03", "by": "减免专班",
}  # fmt: skip


@cache
def engine() -> Engine:
    return Engine(load_rulebook())


def profile(*ids: Any, answers: Any = (ANSWER,), **more: Any) -> dict[str, Any]:
    leases = [{**LEASE, **({} if one is None else {"id": one})} for one in ids]
    return {"applicant": APPLICANT, "leases": leases, "resolutions": [*answers], **more}


def read(*ids: Any, **more: Any) -> Profile:
    return engine().profile(profile(*ids, **more))


def refused(*ids: Any, **more: Any) -> list[tuple[str, str]]:
    with pytest.raises(ProfileError) as caught:
        read(*ids, **more)
    return [(finding.code, str(finding.where).removeprefix("profile:")) for finding in caught.value.findings]


def granted(*ids: Any, **more: Any) -> list[bool]:
    """Of each lease whether people's answer to it counts."""
    report = engine().decide(profile(*ids, **more), as_of=dt.date(2022, 8, 1), programmes=[RENT])
    return [d.resolution is not None and d.resolution.state is State.GRANTED for d in report.decisions]


def test_an_answer_stays_with_its_lease_wherever_it_stands() -> None:
    assert granted("A-12", "B-3") == [True, False]
    assert granted("B-3", "A-12") == [False, True]
    assert granted(None, "B-3", "A-12") == [False, False, True]


def test_a_place_and_full_width_and_blanks_mean_the_same() -> None:
    for subject in ("leases[0]", "leases[id=A-12]", " leases[id = A-12] ", "leases[id=Ａ-12]"):
        assert granted("Ａ-12 ", None, answers=[{**ANSWER, "subject": subject}]) == [True, False]
    assert granted(12, None, answers=[{**ANSWER, "subject": "leases[id=12]"}]) == [True, False]


def test_a_letter_and_its_marks_are_one_name_however_they_are_kept() -> None:
    """Two names that look alike would be two leases, and nobody could tell which one an answer is about."""
    one, other = "Caf\u00e9", "Cafe\u0301"
    assert refused(one, other, answers=[]) == [("item-id-twice", "leases[1].id")]
    for id_, subject in ((one, other), (other, one)):
        answer = {**ANSWER, "subject": f"leases[id={subject}]"}
        assert granted(None, id_, answers=[answer]) == [False, True]
        assert (
            at_its_place(answer["subject"], plain(read(None, id_, answers=[answer]), engine().rulebook)) == "leases[1]"
        )
    # Hebrew letters that are two in the one form: what is kept can be read again.
    assert refused("\ufb1d" * 60, answers=[]) == [("too-long", "leases[0].id")]
    assert refused("A", answers=[{**ANSWER, "subject": "leases[id=" + "\ufb1d" * 60 + "]"}]) == [
        ("resolution-subject", "resolutions[0].subject")
    ]


def test_who_names_a_lease_like_a_day_is_told_to_quote_it() -> None:
    with pytest.raises(ProfileError, match="像日期、小数的加引号"):
        engine().decide(profile(dt.date(2022, 6, 1), answers=[]), as_of=dt.date(2022, 8, 1), programmes=[RENT])
    assert granted("2022-06-01", answers=[{**ANSWER, "subject": "leases[id=2022-06-01]"}]) == [True]


def test_what_is_wrong_with_names() -> None:
    assert refused("A-12", None, "A-12") == [("item-id-twice", "leases[2].id")]
    assert refused("A]12", answers=[]) == [("item-id", "leases[0].id")]
    assert refused(True, answers=[]) == [("text", "leases[0].id")]
    assert refused(10**5000, answers=[]) == [("text", "leases[0].id")]
    assert refused(1.5, answers=[]) == [("text", "leases[0].id")]
    assert refused("A\nB", answers=[]) == [("item-id", "leases[0].id")]
    assert refused("x" * 61, answers=[]) == [("too-long", "leases[0].id")]
    with pytest.raises(ProfileError, match="没有“id”这一项"):
        engine().profile({"applicant": {**APPLICANT, "id": "A"}})
    assert read("", answers=[]).lists["lease"][0].id is None


def test_an_answer_about_a_lease_that_is_not_there() -> None:
    assert refused("A-21") == [("resolution-subject", "resolutions[0].subject")]
    with pytest.raises(ProfileError, match="是否想写“A-21”"):
        read("A-21")
    assert refused(None) == [("resolution-subject", "resolutions[0].subject")]
    with pytest.raises(ProfileError, match=r"资料中没有 leases\[7\]，可用 leases\[0\] – leases\[1\]"):
        read(None, None, answers=[{**ANSWER, "subject": "leases[7]"}])


def test_many_wrong_names_do_not_take_long() -> None:
    answers = [{**ANSWER, "subject": f"leases[id=name-{number}]"} for number in range(3000)]
    ids = [f"item-{number}" for number in range(1000)]
    before = time.process_time()
    assert len(refused(*ids, answers=answers)) == 3000
    assert time.process_time() - before < 5


def test_one_lease_is_answered_once_under_whatever_name() -> None:
    both = [ANSWER, {**ANSWER, "subject": "leases[1]"}]
    assert refused(None, "A-12", answers=both) == [("resolution-twice", "resolutions[1].referral")]
    assert granted("A-12", None, answers=both) == [True, True]


def test_names_are_kept_and_read_again() -> None:
    known_ = read("A-12", None)
    again = engine().profile(plain(known_, engine().rulebook))
    assert [item.id for item in again.lists["lease"]] == ["A-12", None]
    assert again.digest == known_.digest
    written = json.loads(json.dumps(plain(known_, engine().rulebook)))
    assert written["resolutions"][0]["subject"] == "leases[id=A-12]"
    assert next(iter(written["leases"][0])) == "id"


def test_a_name_is_part_of_what_is_known_and_profiles_without_are_as_they_were() -> None:
    assert read(None, answers=[]).digest != read("A-12", answers=[]).digest
    assert read("", answers=[]).digest == read(None, answers=[]).digest
    # What it was before there were names.
    before = "sha256:b9c1fb4e385abf07850dab6d92690eb26a202d1e87473a9dc170d7f3b61806bf"
    assert read(None, answers=[]).digest == before


def test_a_file_of_yaml(tmp_path: Path) -> None:
    path = tmp_path / "资料.yaml"
    path.write_text(to_yaml(profile("A-12", "B-3")), encoding="utf-8")
    assert [item.id for item in engine().read_profile(path).lists["lease"]] == ["A-12", "B-3"]
    path.write_text(to_yaml(profile("B-3", "B-3", answers=[])), encoding="utf-8")
    with pytest.raises(ProfileError) as caught:
        engine().read_profile(path)
    (finding,) = caught.value.findings
    lines = path.read_text(encoding="utf-8").splitlines()
    second = [number for number, line in enumerate(lines, 1) if "id: B-3" in line][1]
    assert (finding.code, finding.where.line) == ("item-id-twice", second)


def test_reports_and_records_show_them() -> None:
    report = engine().decide(profile("A-12", None), as_of=dt.date(2022, 8, 1), programmes=[RENT])
    found = report_record(report, engine(), "zh", "0")["decisions"]
    assert [(one["subject"], one.get("subject_id")) for one in found] == [("leases[0]", "A-12"), ("leases[1]", None)]
    assert [one["explanation"]["subject"] for one in found] == ["第1份租约（A-12）", "第2份租约"]
    made = record_of(report, engine(), "zh", made_at=dt.datetime(2022, 8, 1, tzinfo=dt.UTC), asked=[RENT])
    record = read_record(made.data, "r.json")
    assert record.document["profile"]["leases"][0]["id"] == "A-12"
    assert replay(record, engine()).verdict == "same"


def test_the_schema_knows_them() -> None:
    schema = engine().reader.json_schema()
    assert "id" in schema["$defs"]["lease"]["properties"]
    assert "id" not in schema["$defs"]["applicant"]["properties"]


def test_a_name_is_no_fact_that_could_be_hidden() -> None:
    assert "leases[0].start" in known(profile("A-12"))
    assert "leases[0].id" not in known(profile("A-12"))


def test_no_rulebook_declares_a_fact_that_is_called_so() -> None:
    with pytest.raises(AssertionError, match=r"no fact may be called so.*name-collision"):
        edited((LEASE_FACTS, "  - id: address\n", "  - id: id\n"))


def test_a_place_is_found_in_a_plain_profile() -> None:
    there = profile("B-3", "A-12")
    assert at_its_place("leases[id=A-12]", there) == "leases[1]"
    for other in ("leases[0]", "leases[id=C]", "loans[id=A-12]", "applicant", "leases[id="):
        assert at_its_place(other, there) == other
    # A name of blanks is that of no lease, and least of all of those without one.
    assert at_its_place("leases[id=  ]", profile(None, "A-12")) == "leases[id=  ]"
