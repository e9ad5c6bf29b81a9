"""People's answers in a profile: what is read of them, and what is wrong with those that can't be used."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from relief_engine.errors import ProfileError
from relief_engine.profile.model import Resolution
from relief_engine.profile.read import ProfileReader
from relief_engine.profile.words import plain
from relief_engine.rulebook.model import Rulebook

RENT = "beijing-tongzhou/rent-reduction-2022"
ANSWER = {
    "programme": RENT,
    "subject": "leases[0]",
    "referral": "rent-free-period",
    "granted": "同意",
    "amount": "3万元",
    "on": "2022-07-03",
    "by": "区国资委减免专班",
    "note": "双方已协商",
}


def profile(*answers: Any, leases: int = 1) -> dict[str, Any]:
    return {"applicant": {}, "leases": [{} for _ in range(leases)], "resolutions": list(answers)}


def problems(reader: ProfileReader, mapping: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(ProfileError) as caught:
        reader.read_mapping(mapping)
    return [(found.where.file.removeprefix("profile:"), found.code) for found in caught.value.findings]


def test_an_answer_is_read(reader: ProfileReader) -> None:
    assert reader.read_mapping(profile(ANSWER)).resolutions == (
        Resolution(
            RENT, "leases[0]", "rent-free-period", True, 3_000_000, dt.date(2022, 7, 3), "区国资委减免专班",
            "双方已协商", 0,
        ),
    )  # fmt: skip
    assert reader.read_mapping({"applicant": {}}).resolutions == ()
    assert reader.read_mapping({"applicant": {}, "resolutions": None}).resolutions == ()


@pytest.mark.parametrize("written", [True, "yes", "是", "同意", " 同意 "])
def test_ways_to_say_yes(reader: ProfileReader, written: object) -> None:
    assert reader.read_mapping(profile({**ANSWER, "granted": written})).resolutions[0].granted is True


@pytest.mark.parametrize("written", [False, "no", "否", "不同意"])
def test_ways_to_say_no(reader: ProfileReader, written: object) -> None:
    answer = {**ANSWER, "granted": written, "amount": None, "note": None}
    (one,) = reader.read_mapping(profile(answer)).resolutions
    assert (one.granted, one.amount, one.note) == (False, None, None)


@pytest.mark.parametrize(
    ("change", "place", "code"),
    [
        ({"programme": "rent-reduction-2022"}, "resolutions[0].programme", "resolution-programme"),
        ({"referral": "rent-free"}, "resolutions[0].referral", "resolution-referral"),
        ({"subject": "leases[1]"}, "resolutions[0].subject", "resolution-subject"),
        ({"subject": "loans[0]"}, "resolutions[0].subject", "resolution-subject"),
        ({"subject": "applicant"}, "resolutions[0].subject", "resolution-subject"),
        ({"subject": None}, "resolutions[0]", "resolution-subject"),
        ({"granted": "也许"}, "resolutions[0].granted", "yes-no"),
        ({"granted": None}, "resolutions[0].granted", "missing"),
        ({"granted": False}, "resolutions[0].amount", "resolution-amount"),
        ({"amount": 0}, "resolutions[0].amount", "resolution-amount"),
        ({"amount": -1}, "resolutions[0].amount", "negative"),
        ({"amount": 0.001}, "resolutions[0].amount", "precision"),
        ({"amount": True}, "resolutions[0].amount", "number"),
        ({"on": "2022-02-30"}, "resolutions[0].on", "date"),
        ({"on": ""}, "resolutions[0].on", "missing"),
        ({"by": " "}, "resolutions[0].by", "missing"),
        ({"by": "长" * 201}, "resolutions[0].by", "too-long"),
        ({"who": "x"}, "resolutions[0].who", "unknown-key"),
    ],
)
def test_a_mistake_is_found_where_it_stands(
    reader: ProfileReader, change: dict[str, Any], place: str, code: str
) -> None:
    assert problems(reader, profile({**ANSWER, **change})) == [(place, code)]


def test_nearest_names_are_told(reader: ProfileReader) -> None:
    with pytest.raises(ProfileError) as caught:
        reader.read_mapping(profile({**ANSWER, "programme": "rent-reduction-2022"}))
    assert f"did you mean '{RENT}'?" in caught.value.findings[0].message.en
    with pytest.raises(ProfileError) as caught:
        reader.read_mapping({"applicant": {}, "resolution": []})
    assert "resolutions" in caught.value.findings[0].message.en


def test_what_is_no_answer_is_told_in_the_words_of_answers(reader: ProfileReader) -> None:
    with pytest.raises(ProfileError) as caught:
        reader.read_mapping(profile({**ANSWER, "granted": "基本同意"}))
    assert [found.message.zh for found in caught.value.findings] == ["是否同意应为 同意 或 不同意，实为“基本同意”"]


def test_all_mistakes_come_at_once_with_those_of_facts(reader: ProfileReader) -> None:
    mapping = profile(ANSWER, {**ANSWER, "granted": False, "amount": None}, {**ANSWER, "subject": "leases[7]"}, 3)
    mapping["applicant"] = {"employees": -1}
    assert problems(reader, mapping) == [
        ("applicant.employees", "negative"),
        ("resolutions[1].referral", "resolution-twice"),
        ("resolutions[2].subject", "resolution-subject"),
        ("resolutions[3]", "not-a-mapping"),
    ]
    assert problems(reader, {"applicant": {}, "resolutions": ANSWER}) == [("resolutions", "not-a-list")]


def test_a_list_of_nothing_but_mistakes_ends(reader: ProfileReader) -> None:
    many = [{**ANSWER, "programme": f"beijing-tongzhou/rent-reduction-{number}"} for number in range(10_000)]
    assert len(problems(reader, profile(*many))) <= 1001
    assert problems(reader, profile(*many, ANSWER)) == [("resolutions", "too-many")]


def test_a_referral_of_an_earlier_wording_is_known(reader: ProfileReader, rulebook: Rulebook) -> None:
    """Chain outlets are referred from 15号 on only; an answer to that is readable whatever the day."""
    referral = next(one for one in rulebook.programmes[RENT].referrals if one.id == "chain-outlet")
    assert referral.versions.on(dt.date(2022, 6, 1)) is None
    mapping = {"as_of": "2022-06-01", **profile({**ANSWER, "referral": "chain-outlet"})}
    assert reader.read_mapping(mapping).resolutions


def test_a_file_gives_lines(reader: ProfileReader, tmp_path: Path) -> None:
    path = tmp_path / "tenant.yaml"
    lines = [f"    {key}: {value}" for key, value in {**ANSWER, "amount": "三万"}.items()]
    text = "applicant: {}\nleases: [{}]\nresolutions:\n" + "\n".join(lines).replace("    p", "  - p", 1) + "\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProfileError) as caught:
        reader.read_file(path)
    (found,) = caught.value.findings
    assert (found.where.line, found.where.column) == (8, 13)


def test_the_digest_covers_answers_and_not_their_order(reader: ProfileReader) -> None:
    without = reader.read_mapping({"applicant": {}, "leases": [{}]})
    empty = reader.read_mapping(profile())
    one, other = ANSWER, {**ANSWER, "referral": "listed-owner"}
    assert without.digest == empty.digest
    both = {reader.read_mapping(profile(*order)).digest for order in ((one, other), (other, one))}
    assert len(both) == 1
    digests = {reader.read_mapping(profile({**one, key: value})).digest for key, value in (
        ("amount", 30001), ("amount", None), ("on", "2022-07-04"), ("by", "另一处"), ("note", None),
    )}  # fmt: skip
    assert len({without.digest, reader.read_mapping(profile(one)).digest, *both, *digests}) == 8


def test_it_is_written_back(reader: ProfileReader, rulebook: Rulebook) -> None:
    read = reader.read_mapping(profile(ANSWER, {**ANSWER, "subject": "leases[1]", "amount": "30000.50"}, leases=2))
    again = reader.read_mapping(plain(read, rulebook))
    assert again.resolutions == read.resolutions
    assert again.digest == read.digest


def test_the_schema_knows_them(reader: ProfileReader) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    valid = jsonschema.Draft202012Validator(reader.json_schema()).is_valid
    assert valid(profile(ANSWER))
    assert not valid(profile({**ANSWER, "programme": "rent"}))
    assert not valid(profile({**ANSWER, "who": "x"}))
    assert not valid(profile({key: value for key, value in ANSWER.items() if key != "by"}))
