"""Plain mappings: what is absent, what is refused, how places are written, and what a profile gives."""

import types
from collections import OrderedDict
from dataclasses import replace
from typing import Any

import pytest

from relief_engine.compiled.layout import layout_of
from relief_engine.errors import Location, ProfileError
from relief_engine.profile.mistakes import MAX_FINDINGS
from relief_engine.profile.read import ProfileReader, spelled
from relief_engine.profile.shape import MAX_SUBJECTS
from relief_engine.rulebook.model import Rulebook


def mistakes(reader: ProfileReader, mapping: Any) -> list[str]:
    with pytest.raises(ProfileError) as caught:
        reader.read_mapping(mapping)
    return [finding.in_("zh") for finding in caught.value.findings]


def test_unknown_facts_are_simply_absent(reader: ProfileReader) -> None:
    profile = reader.read_mapping({"applicant": {"kind": None, "name": "", "employees": "无", "revenue": 1}})
    assert profile.applicant.values == {"applicant.revenue": 1_000_000}
    assert profile.applicant.not_available == {"applicant.employees"}


def test_an_absent_list_is_unknown_and_an_empty_one_means_none(reader: ProfileReader) -> None:
    profile = reader.read_mapping({"applicant": {}, "leases": []})
    assert profile.subjects("lease") == ()
    assert profile.subjects("loan") is None
    assert reader.read_mapping({"applicant": {}, "leases": None}).subjects("lease") is None
    mappings: list[dict[str, object]] = [{}, {"leases": []}, {"loans": []}]
    digests = {reader.read_mapping({"applicant": {}, **more}).digest for more in mappings}
    assert len(digests) == 3


@pytest.mark.parametrize(
    "mapping",
    [
        types.MappingProxyType({"applicant": types.MappingProxyType({"employees": 30}), "leases": ()}),
        OrderedDict(applicant=OrderedDict(employees=30), leases=[]),
    ],
)
def test_any_mapping_will_do(mapping: Any, reader: ProfileReader) -> None:
    assert reader.read_mapping(mapping).applicant.values == {"applicant.employees": 30}


def test_places_are_paths(reader: ProfileReader) -> None:
    lease = {"start": "x", "rent_steps": [{"from": "2021-01-01", "monthly_rent": 1}, {"from": "2022-01-01"}]}
    assert mistakes(reader, {"applicant": {"a": 1}, "leases": [{}, lease]}) == [
        "profile:applicant.a: 没有“a”这一项，可用的项见 relief facts [unknown-key]",
        "profile:leases[1].rent_steps[1]: 分段月租金的每项都要写 monthly_rent [steps]",
        "profile:leases[1].start: 起租日应为日期（如 2022-06-01），实为“x” [date]",
    ]


def test_a_label_stands_for_the_file(reader: ProfileReader) -> None:
    with pytest.raises(ProfileError) as caught:
        reader.read_mapping({}, "第 3 行")
    assert str(caught.value) == "第 3 行:applicant: 缺少 applicant（申请方） [missing]"


def test_relations_are_checked_beside_other_mistakes(reader: ProfileReader) -> None:
    lease = {"start": "2022-01-01", "end": "2021-01-01", "annual_rent": 1, "monthly_rent": 2, "area": -1, "bogus": 0}
    found = mistakes(reader, {"applicant": {}, "leases": [lease, {"start": "2022-01-01", "end": "2021-01-01"}]})
    assert [said.rpartition(" ")[2] for said in found] == [
        "[two-forms]", "[negative]", "[unknown-key]", "[end-before-start]", "[end-before-start]",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lease", "codes"),
    [
        ({"start": "2022-01-01", "end": "2022-01-01"}, []),
        ({"start": "2022-01-01", "end": "open"}, []),
        ({"start": "2022-01-01", "end": None}, []),
        ({"monthly_rent": 1, "annual_rent": 2}, ["two-forms"]),
        ({"monthly_rent": None, "annual_rent": 2}, []),
        ({"monthly_rent": 1, "annual_rent": 2, "daily_rent_per_m2": 3}, ["two-forms", "two-forms"]),
        ({"monthly_rent": 1, "annual_rent": 1}, ["two-forms"]),
        ({"daily_rent_per_m2": 1, "area": 2}, []),
        ({"monthly_rent": 1, "area": 2}, []),
    ],
)  # fmt: skip
def test_relations(lease: dict[str, object], codes: list[str], reader: ProfileReader) -> None:
    mapping = {"applicant": {}, "leases": [lease]}
    found = mistakes(reader, mapping) if codes else []
    if not codes:
        reader.read_mapping(mapping)
    assert [said.rpartition(" ")[2] for said in found] == [f"[{code}]" for code in codes]


@pytest.mark.parametrize(
    ("days", "gap"),
    [
        ({"start": "2021-01-01"}, None),
        ({"start": "2022-02-15"}, "2022-02-15 至 2022-02-15"),
        ({"start": "2021-01-01", "end": "2022-01-31"}, "2022-01-01 至 2022-01-31"),
        ({"start": "2021-01-01", "end": "open"}, "2022-01-01 至 2022-02-28"),
        ({"end": "2022-01-31"}, "2022-01-31 至 2022-01-31"),
        ({"start": "2022-03-01"}, None),
        ({"start": "2021-01-01", "end": "2021-12-31"}, None),
        ({"start": "2023-01-01"}, None),
        ({"end": "2022-12-31"}, None),
        ({"end": "2023-12-31"}, None),
        ({}, None),
    ],
)
def test_the_rent_before_the_first_step(days: dict[str, str], gap: str | None, reader: ProfileReader) -> None:
    lease = {**days, "rent_steps": [{"from": "2022-03-01", "monthly_rent": 1}]}
    if gap is None:
        reader.read_mapping({"applicant": {}, "leases": [lease]})
        return
    where = "profile:leases[0].rent_steps"
    assert mistakes(reader, {"applicant": {}, "leases": [lease]}) == [
        f"{where}: 分段月租金（rent_steps）缺少第一段之前的租金（{gap}） [steps-gap]"
    ]


@pytest.mark.parametrize(
    "mapping",
    [
        None,
        [],
        "x",
        5,
        {1: 2},
        {None: {}},
        {"applicant": {("a",): 1}},
        {"applicant": {"\ud800": 1}},
        {"applicant": {}, "leases": "x"},
        {"applicant": {}, "leases": {1, 2}},
        {"applicant": {}, "leases": ({} for _ in range(10**9))},
    ],
)
def test_shapes_that_are_refused(mapping: Any, reader: ProfileReader) -> None:
    assert all("[shape]" not in said for said in mistakes(reader, mapping))


def test_a_thousand_deep(reader: ProfileReader) -> None:
    deep: Any = {}
    for _ in range(100_000):
        deep = {"a": deep}
    assert mistakes(reader, {"applicant": {"employees": deep, "name": deep}, "x": deep}) == [
        "profile:applicant.employees: 从业人员应为整数（人），实为一组键值对 [number]",
        "profile:applicant.name: 单位名称应为文字，实为一组键值对 [text]",
        "profile:x: 没有“x”这一项，可用的项见 relief facts [unknown-key]",
    ]
    while deep:  # taken apart by hand: freeing it at once would overflow the stack
        deep = deep.pop("a", None)


def test_a_mapping_in_a_circle(reader: ProfileReader) -> None:
    circle: dict[str, Any] = {"applicant": {}}
    circle["leases"] = [circle]
    assert len(mistakes(reader, circle)) == 2


def test_no_more_subjects_than_allowed(reader: ProfileReader) -> None:
    assert (
        len(reader.read_mapping({"applicant": {}, "leases": [{}] * MAX_SUBJECTS}).subjects("lease") or ())
        == MAX_SUBJECTS
    )
    found = mistakes(reader, {"applicant": {}, "leases": [{"start": 1}] * (MAX_SUBJECTS + 1)})
    assert found == ["profile:leases: leases 最多 1000 项 [too-many]"]


def test_a_thousand_bad_leases_are_listed(reader: ProfileReader) -> None:
    assert len(mistakes(reader, {"applicant": {}, "leases": [{"start": 1}] * MAX_SUBJECTS})) == MAX_FINDINGS


def test_a_rulebook_without_facts_about_applicants(rulebook: Rulebook) -> None:
    area = rulebook.facts["lease.area"]
    small = replace(rulebook, subjects={"lease": rulebook.subjects["lease"]}, facts={area.id: area})
    reader = ProfileReader(small)
    assert reader.read_mapping({"applicant": {}, "leases": [{"area": 1}]}).subjects("loan") is None
    assert mistakes(reader, {"applicant": {"name": 1}, "loans": []}) == [
        "profile:applicant.name: 没有“name”这一项，可用的项见 relief facts [unknown-key]",
        "profile:loans: 没有“loans”这一项，是否想写“leases”？ [unknown-key]",
    ]
    assert reader.json_schema()["$defs"]["applicant"]["additionalProperties"] is False


def test_a_path_as_people_write_it() -> None:
    assert spelled(("leases", 0, "rent_steps", 1, "from")) == "leases[0].rent_steps[1].from"
    assert spelled(()) == ""
    assert spelled(("a\nb",)) == "a\\nb"


def test_a_profile_says_where_its_facts_stand(reader: ProfileReader) -> None:
    profile = reader.read_bytes("applicant:\n  name: 运河小馆\nleases:\n  - start: 2022-01-01\n".encode(), "p.yaml")
    assert profile.source == "p.yaml"
    assert str(profile.locate(("leases", 0, "start"))) == "p.yaml:4:12"
    assert str(profile.locate(("leases", 0, "end"))) == "p.yaml:4:5"
    plain = reader.read_mapping({"applicant": {}})
    assert plain.locate(("leases", 0, "start")) == Location("profile:leases[0].start")
    assert plain.locate(()) == Location("profile")


def test_vectors_hold_the_applicant_and_one_subject(reader: ProfileReader, rulebook: Rulebook) -> None:
    layout = layout_of(rulebook, "lease")
    profile = reader.read_mapping(
        {"as_of": "2022-06-01", "applicant": {"employees": 30, "name": "x"}, "leases": [{"area": 1}, {"area": 2}]}
    )
    assert profile.as_of is not None
    vectors = [profile.vector(layout, "lease", index, profile.as_of) for index in (0, 1, None)]
    area, employees = layout.slots["lease.area"], layout.slots["applicant.employees"]
    assert [(vector[area], vector[employees]) for vector in vectors] == [(100, 30), (200, 30), (None, 30)]
    assert all(vector[0] == profile.as_of.toordinal() for vector in vectors)


def test_a_figure_that_does_not_exist_is_known_of_a_subject_and_its_applicant(reader: ProfileReader) -> None:
    profile = reader.read_mapping({"applicant": {"revenue": "无"}, "leases": [{}, {"outlet_revenue": "无"}]})
    assert profile.not_available("lease", 1) == {"applicant.revenue", "lease.outlet_revenue"}
    assert profile.not_available("lease", 0) == profile.not_available("applicant", None) == {"applicant.revenue"}
