"""A record holds all that its decisions rest on, in a form that never changes unseen.

After a change that is meant, write the golden file anew and read what the version control shows of it::

    RELIEF_RENEW=1 python -m pytest tests/recording/test_record.py
"""

import datetime as dt
import hashlib
import json
import os
from dataclasses import replace
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings

from relief_engine.engine import Engine
from relief_engine.engine.verify import Verification
from relief_engine.explanation.records import report_record
from relief_engine.profile.model import Known, Profile
from relief_engine.profile.natural import natural, with_unit
from relief_engine.recording import record as writing
from relief_engine.recording import replay as replaying
from relief_engine.recording.canonical import LARGEST, exact, sealed
from relief_engine.recording.reading import read_record
from relief_engine.recording.record import NotRecorded, base_name, record_of
from relief_engine.recording.replay import replay
from relief_engine.testing import profiles
from relief_engine.text import Text
from relief_engine.version import VERSION
from tests.books import shipped_book
from tests.recording.town import APPLICANT, FEE, GOLDEN, GRANT, MADE_AT, edited, recorded, town


def test_golden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "VERSION", "0.0.0")
    record = recorded()
    actual = json.dumps(record.document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    path = GOLDEN / "record.zh.json"
    if os.environ.get("RELIEF_RENEW", "0") not in ("", "0"):
        path.write_text(actual, encoding="utf-8", newline="\n")
    assert actual == path.read_text(encoding="utf-8")
    # What was kept with other spacing is the same record.
    assert read_record(path.read_bytes(), "golden").data == record.data


def test_the_golden_record_is_decided_the_same_by_this_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    record = read_record((GOLDEN / "record.zh.json").read_bytes(), "golden")
    found = replay(record, town())
    assert (found.verdict, found.version, found.worded) == ("same", ("0.0.0", VERSION), 0)
    for module in (writing, replaying):
        monkeypatch.setattr(module, "VERSION", "0.0.0")
    found = replay(record, town())
    assert (found.verdict, found.broken) == ("same", ())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_bytes_are_canonical_and_the_digest_is_that_of_the_rest(language: Any) -> None:
    record = recorded(language=language)
    assert record.data == rfc8785.dumps(json.loads(record.data)) == rfc8785.dumps(dict(record.document))
    rest = {name: part for name, part in json.loads(record.data).items() if name != "digest"}
    assert record.digest == f"sha256:{hashlib.sha256(rfc8785.dumps(rest)).hexdigest()}" == record.document["digest"]
    assert record.document["language"] == language
    back = read_record(record.data, "record")
    assert (back.data, back.digest, dict(back.document)) == (record.data, record.digest, dict(record.document))


def test_the_report_is_what_check_prints_but_for_places_which_lead_into_the_record() -> None:
    engine = town()
    report = engine.decide(engine.read_profile(GOLDEN / "profile.yaml"))
    printed = json.loads(json.dumps(report_record(report, engine, "zh", VERSION)))
    kept = json.loads(recorded().data)["report"]

    def places(value: Any) -> list[str]:
        """Every place in a report, which are taken out of it."""
        if isinstance(value, dict):
            own = [value.pop("place")] if value.get("place") else []
            return [*own, *(place for part in value.values() for place in places(part))]
        return [place for part in value for place in places(part)] if isinstance(value, list) else []

    assert printed["profile"].pop("source") == str(GOLDEN / "profile.yaml")
    assert kept["profile"].pop("source") == "profile.yaml"
    files, paths = places(printed), places(kept)
    assert kept == printed
    assert len(files) == len(paths) > 20
    assert {"profile:applicant.employees", "profile:leases[0].monthly_rent"} <= set(paths)
    assert all(place.startswith("profile:") for place in paths)


def test_the_trace_holds_what_was_read_and_what_it_came_to() -> None:
    document = json.loads(recorded(asked=["town/rent"]).data)
    assert document["asked"] == {"as_of": "2030-07-15", "programmes": ["town/rent"]}
    assert document["made_at"] == "2030-07-15T01:30:00.000Z"
    first, second, third, fourth = document["trace"]
    assert first["facts"]["applicant.revenue"] == "2500 万元"
    assert first["facts"]["lease.monthly_rent"] == "1001.5 元/月"
    assert first["facts"]["lease.rent_form"] == "monthly"
    assert "lease.address" not in first["facts"]
    assert first["criteria"]["state-owner"] == "met"
    assert first["referrals"] == {
        "rent-free": "unmet", "rent-changes": "unmet", "village-owner": "unmet", "no-standard": "unmet",
        "full-plan": "unmet",
    }  # fmt: skip
    assert (first["figures"]["months"], first["figures"]["days"], first["figures"]["rent"]) == ("4", "302", "4006")
    # 4006 × 302 ÷ 365, before it is rounded
    assert first["benefit"] == {"amount": "1209812/365"}
    assert second["figures"]["rent"] == ["2000", "2400"]
    assert second["facts"]["lease.end"] == "open"
    assert second["facts"]["lease.lowest_step"] == "1000 元/月"
    assert second["referrals"]["village-owner"] == "met"
    assert third["criteria"]["state-owner"] == "unmet"
    assert fourth["facts"]["lease.monthly_rent"] is None
    assert fourth["benefit"] == {"amount": None}


def test_a_programme_that_is_not_in_force_reads_nothing() -> None:
    engine = town()
    report = engine.decide({"applicant": {"kind": "firm"}}, as_of=dt.date(2029, 1, 1), programmes=["town/grant"])
    document = record_of(report, engine, "en", made_at=MADE_AT, asked=["town/grant"]).document
    assert document["report"]["decisions"][0]["outcome"] == "not_in_force"
    (trace,) = document["trace"]
    assert (trace["rules"], trace["facts"], trace["criteria"]) == (None, {}, {})


def test_a_figure_that_does_not_exist_is_recorded_as_such() -> None:
    lease = {
        "owner": "state",
        "ward": "东街",
        "start": "2030-01-01",
        "end": "open",
        "monthly_rent": 1,
        "rent_free": "no",
    }
    firm = {"kind": "firm", "industry": "62", "employees": "无", "revenue": "无", "registered": True}
    record = recorded(profile={"as_of": "2030-07-15", "applicant": firm, "leases": [lease]}, asked=["town/rent"])
    document = json.loads(record.data)
    assert document["profile"]["applicant"]["employees"] == "not_available"
    assert document["trace"][0]["facts"]["applicant.employees"] == "not_available"
    assert [r["id"] for r in document["report"]["decisions"][0]["referrals"]] == ["no-figures"]
    assert replay(read_record(record.data, "r"), town()).verdict == "same"


def test_a_verification_is_kept() -> None:
    engine = town()
    report = engine.decide({"applicant": {"kind": "firm"}}, as_of=dt.date(2030, 6, 1))
    verification = Verification("agree", Text("一致", "they agree"), 4)
    record = record_of(report, engine, "en", made_at=MADE_AT, asked=None, verification=verification)
    kept = read_record(record.data, "r").document["verification"]
    assert kept == {"verdict": "agree", "reason": "they agree", "compared": 4}


def test_what_a_record_can_not_be_made_of() -> None:
    engine = town()
    report = engine.decide({"applicant": {}}, as_of=dt.date(2030, 6, 1))
    with pytest.raises(ValueError, match="time zone"):
        record_of(report, engine, "zh", made_at=dt.datetime(2030, 1, 1), asked=None)
    other = edited((FEE, "value: 0.5", "value: 0.4"))
    with pytest.raises(ValueError, match="rulebook"):
        record_of(report, other, "zh", made_at=MADE_AT, asked=None)


def test_a_profile_that_would_not_read_to_itself_is_not_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = town()
    report = engine.decide({"applicant": {"employees": 30}}, as_of=dt.date(2030, 6, 1), programmes=["town/fee"])

    def wrongly(self: Profile, _: object) -> dict[str, object]:
        return {"applicant": natural(self.applicant.values, frozenset(), self.rulebook, lambda _, n: n + 1)}

    monkeypatch.setattr(Profile, "written", wrongly)
    with pytest.raises(NotRecorded, match="digest"):
        record_of(report, engine, "zh", made_at=MADE_AT, asked=None)
    monkeypatch.setattr(Profile, "written", lambda *_: {"applicant": {"employees": "many"}})
    with pytest.raises(NotRecorded, match=r"applicant\.employees"):
        record_of(report, engine, "zh", made_at=MADE_AT, asked=None)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("a.yaml", "a.yaml"),
        ("/home/someone/a.yaml", "a.yaml"),
        ("C:\\clients\\a.yaml", "a.yaml"),
        ("profile", "profile"),
    ],
)
def test_no_path_of_a_machine_gets_into_a_record(source: str, name: str) -> None:
    assert base_name(source) == name
    engine = town()
    profile = replace(engine.profile({"applicant": {"kind": "firm"}}), source=source)
    record = record_of(engine.decide(profile, as_of=dt.date(2030, 6, 1)), engine, "zh", made_at=MADE_AT, asked=None)
    assert record.document["report"]["profile"]["source"] == name
    assert b"someone" not in record.data
    assert b"clients" not in record.data


# --- numbers ----------------------------------------------------------------------------------------------------------


def test_numbers_that_parsers_round_become_text() -> None:
    large = {"a": [LARGEST, -LARGEST, True, None], "b": ({"c": LARGEST + 1}, -LARGEST - 1)}
    assert exact(large) == {
        "a": [LARGEST, -LARGEST, True, None], "b": [{"c": "9007199254740992"}, "-9007199254740992"],
    }  # fmt: skip
    digest, data = sealed(exact(large))
    assert json.loads(data) == {**exact(large), "digest": digest}


def test_a_figure_beyond_what_json_carries_is_recorded_and_replayed() -> None:
    """More employees than can be: a shown count of them no longer fits a JSON number."""
    limit = "    type: count\n    unit: 人\n    at_most: 90000000000000000\n"
    shown = "let:\n  people: {title: {zh: 人数, en: people}, value: applicant.employees}\ncriteria:\n"
    many = edited(
        (APPLICANT, "    type: count\n    unit: 人\n", limit),
        (GRANT, "criteria:\n", shown),
        (GRANT, "min(applicant.employees * each, cap)", "min(people * each, cap)"),
    )
    firm = {"employees": 2**53 + 1, "applied_on": "2030-03-01", "plan": "full"}
    record = recorded(many, profile={"as_of": "2030-06-01", "applicant": firm}, asked=["town/grant"])
    document = json.loads(record.data)
    assert document["report"]["decisions"][0]["figures"] == {"people": "9007199254740993"}
    assert document["profile"]["applicant"]["employees"] == "9007199254740993 人"
    found = replay(read_record(record.data, "r"), many)
    assert (found.verdict, found.broken) == ("same", ())


# --- any profile ------------------------------------------------------------------------------------------------------

SHIPPED = Engine(shipped_book())


@settings(max_examples=12)
@given(profiles(SHIPPED.rulebook, "beijing-tongzhou/rent-reduction-2022"))
def test_whatever_is_decided_can_be_recorded_read_and_decided_the_same(mapping: Any) -> None:
    asked = ["beijing-tongzhou/rent-reduction-2022", "beijing-tongzhou/first-loan-interest-subsidy-2022"]
    report = SHIPPED.decide(mapping, programmes=asked)
    record = record_of(report, SHIPPED, "zh", made_at=MADE_AT, asked=asked)
    found = replay(read_record(record.data, "r"), SHIPPED)
    assert (found.verdict, found.broken) == ("same", ())
    assert found.total == (f"{report.total:.2f}", f"{report.total:.2f}")


def test_known_is_what_natural_values_are_made_of() -> None:
    """A text that looks like the mark of a figure that does not exist stays a text."""
    engine = town()
    profile = engine.profile({"applicant": {"name": "not_available", "employees": "无"}})
    assert profile.applicant == Known({"applicant.name": "not_available"}, frozenset({"applicant.employees"}))
    again = engine.profile(profile.written(with_unit))
    assert (again.applicant, again.digest) == (profile.applicant, profile.digest)
