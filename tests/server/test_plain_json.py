"""JSON is read strictly and exactly: what could be read in two ways is refused with its place."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relief_engine.errors import InputError
from relief_engine.server.plain_json import read_json, written
from relief_engine.server.problems import pointer


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (b"", ["body empty"]),
        (b" \n", ["body empty"]),
        (b'{"a": 1,\n "a": 2, "b": {"c.d": 1, "c.d": 1}}', ["body:a duplicate-key", "body:b.c.d duplicate-key"]),
        (b'{"a": [1, {"b": "\\ud800"}]}', ["body:a[1].b surrogate"]),
        (b'{"\\udc00": 1}', ["body:\\udc00 surrogate"]),
        (b"[" * 100_000, ["body:1:8 nesting"]),
        (b'{"a":\n [[[[[[[[1]]]]]]]]}', ["body:2:8 nesting"]),
        (b'{"a": NaN}', ["body json-number"]),
        (b'{"a": -Infinity}', ["body json-number"]),
        (b'{"a": 1E9999999999999999999999}', ["body json-number"]),
        (b'{"a": "\xff"}', ["body:1:8 file-encoding"]),
        ('{"a": 1}'.encode("utf-16"), ["body:1:1 file-encoding"]),
        (b'{"a":\n }', ["body:2:2 json"]),
        (b'{"a": 01}', ["body:1:8 json"]),
        (b'{"a": 1} {"a": 2}', ["body:1:10 json"]),
        (b'{"a": "x\ny"}', ["body:1:9 json"]),
        (b"{'a': 1}", ["body:1:2 json"]),
    ],
)
def test_what_is_refused(text: bytes, places: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        read_json(text, nesting=7)
    assert [f"{finding.where} {finding.code}" for finding in caught.value.findings] == places


def test_numbers_are_exact() -> None:
    found = read_json(b'{"a": 0.1, "b": 1e2, "c": 12345678901234567890123, "d": ' + b"9" * 5000 + b"}", nesting=3)
    assert found == {"a": Decimal("0.1"), "b": Decimal(100), "c": 12345678901234567890123, "d": Decimal("9" * 5000)}
    assert not any(isinstance(value, float) for value in found.values())


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_what_is_written_reads_the_same(value: Any) -> None:
    data = written(value)
    assert read_json(data, nesting=50) == value
    assert json.loads(data) == value


def test_what_is_written_steers_no_terminal() -> None:
    data = written({"a": "x\u202ey\u200b\x1b[2J\u2028\x7f\U000e0041", "b": "中文 ok"})
    assert data.decode().isprintable()
    assert "中文" in data.decode()


BODY: dict[str, Any] = {
    "profile": {"applicant": {"a.b": {"c": 1}, "a": 1, "x[0]": 2, "~/": 1}, "leases": [{}, {"start": 1}]},
    "profiles": [{"applicant": {}}],
}


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("body", ""),
        ("body:as_of", "/as_of"),
        ("profile", "/profile"),
        ("profile:leases[1].start", "/profile/leases/1/start"),
        ("profile:leases[7].start", "/profile/leases/7/start"),
        ("profile:applicant.a.b", "/profile/applicant/a.b"),
        ("profile:applicant.a.b.c", "/profile/applicant/a.b/c"),
        ("profile:applicant.a", "/profile/applicant/a"),
        ("profile:applicant.x[0]", "/profile/applicant/x[0]"),
        ("profile:applicant.~/", "/profile/applicant/~0~1"),
        ("profiles[0]:applicant.kind", "/profiles/0/applicant/kind"),
        ("query:as_of", None),
        ("租户.xlsx", None),
    ],
)
def test_a_pointer_leads_to_the_place(place: str, expected: str | None) -> None:
    assert pointer(place, BODY) == expected if not place.endswith(".xlsx") else pointer(place, None) is None


@given(st.text(max_size=40), values)
def test_no_place_breaks_a_pointer(place: str, body: Any) -> None:
    found = pointer(place, body)
    assert found is None or isinstance(found, str)
