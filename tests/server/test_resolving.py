"""People's answers to a record when the rules have lost some of what it holds: nothing is left out unseen."""

import json
from typing import Any

from relief_engine.recording.reading import read_record
from relief_engine.server import recorded as _tasks  # noqa: F401 - its tasks enter themselves
from relief_engine.server.exchange import Answer, Job
from relief_engine.server.settings import Limits
from relief_engine.server.tasks import Desk, perform
from tests.comparing.books import Change
from tests.recording.town import FEE, RENT, edited, recorded, without

LEASE = {
    "address": "东街1号",
    "owner": "state",
    "ward": "东街",
    "start": "2030-01-01",
    "end": "2031-01-01",
    "monthly_rent": "1000",
}
EARLIER = {
    "programme": "town/rent", "subject": "leases[0]", "referral": "rent-free", "granted": True, "amount": 100,
    "on": "2030-07-01", "by": "专班",
}  # fmt: skip
PROFILE = {
    "as_of": "2030-07-15",
    "applicant": {"kind": "shop", "industry": "62", "registered": True, "fee": 10},
    "leases": [{**LEASE, "rent_free": True}, {**LEASE, "rent_free": True}],
    "resolutions": [EARLIER],
}
ANSWER = {**EARLIER, "subject": "leases[1]", "on": "2030-07-03"}
FREE_OF_RENT: Change = (RENT, "  - id: rent-free\n", "  - id: free-of-rent\n")


def resolved(
    *edits: Change, asked: list[str] | None = None, answer: Any = None, profile: Any = None, **query: str
) -> tuple[Answer, Any]:
    record = recorded(profile=profile or PROFILE, asked=asked)
    job = Job(
        "resolve", "a-request", "en", Limits(), tuple(query.items()), json.dumps(answer or [ANSWER]).encode(),
        document=record.data, ledger=True,
    )  # fmt: skip
    found = perform(Desk(edited(*edits)), job)
    return found, json.loads(found.body)


def programmes(answer: Answer) -> set[str]:
    """What the new record decided."""
    assert answer.record is not None
    return {one["programme"] for one in read_record(answer.record, "record").document["report"]["decisions"]}


def test_by_the_same_rules_nothing_is_left_out() -> None:
    answer, found = resolved()
    assert (answer.status, found["follows"]["left_out"], found["follows"]["unanswered"]) == (200, [], [])
    assert found["total_by_people"] == "200.00"
    assert {"town/rent", "town/fee"} < programmes(answer)


def test_a_lost_programme_is_named_and_nothing_is_recorded() -> None:
    for asked in (None, ["town/rent", "town/fee"]):
        answer, found = resolved(without(FEE), asked=asked)
        assert (answer.status, answer.problem, answer.record) == (409, "rules-changed", None)
        assert [(e["code"], e["where"]) for e in found["errors"]] == [("unknown-programme", "record:town/fee")]
        assert "town/fee (费率优惠)" in found["errors"][0]["message"]
    answer, _ = resolved(without(FEE), asked=["town/rent"])
    assert answer.status == 200


def test_whoever_names_the_programmes_is_told_what_the_new_record_lacks() -> None:
    answer, found = resolved(without(FEE), programme="town/rent")
    assert answer.status == 200
    assert programmes(answer) == {"town/rent"}
    assert "town/fee" in found["follows"]["left_out"]
    assert "town/rent" not in found["follows"]["left_out"]
    assert found["total_by_people"] == "200.00"
    answer, found = resolved(without(FEE), programme="town/fee")
    assert (answer.status, found["errors"][0]["code"]) == (422, "unknown-programme")


def test_an_earlier_answer_to_a_lost_referral_is_named_too() -> None:
    now = [{**ANSWER, "referral": "free-of-rent"}]
    answer, found = resolved(FREE_OF_RENT, answer=now)
    assert (answer.status, answer.record) == (409, None)
    assert [e["code"] for e in found["errors"]] == ["unknown-referral"]
    assert "town/rent leases[0] rent-free" in found["errors"][0]["message"]
    answer, found = resolved(FREE_OF_RENT, answer=now, programme="town/rent")
    assert found["follows"]["unanswered"] == [
        {"programme": "town/rent", "subject": "leases[0]", "referral": "rent-free"}
    ]
    assert found["total_by_people"] == "100.00"


def test_a_lease_is_the_same_by_its_place_and_by_its_name() -> None:
    """A later answer takes the place of an earlier one to the same lease, whichever way either names it."""
    named = {**PROFILE, "leases": [{**LEASE, "rent_free": True, "id": "甲-1"}, {**LEASE, "rent_free": True}]}
    place, name = "leases[0]", "leases[id=甲-1]"
    for before, now in [(place, name), (name, place), (name, "leases[id = 甲-1]")]:
        profile = {**named, "resolutions": [{**EARLIER, "subject": before}]}
        answer, found = resolved(answer=[{**ANSWER, "subject": now, "amount": 70}], profile=profile)
        assert (answer.status, found["total_by_people"]) == (200, "70.00"), found
        assert [one["subject"] for one in found["decisions"] if one.get("subject_id") == "甲-1"] == ["leases[0]"]


def test_what_the_rules_no_longer_read_stands_in_the_record_and_not_in_the_body() -> None:
    answer, found = resolved(("facts/lease.yaml", "  - id: address\n", "  - id: place\n"))
    assert answer.status == 422
    assert all(not error["where"].startswith("body") for error in found["errors"])
