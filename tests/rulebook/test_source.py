"""YAML as values with places: what scalars mean, and where everything stands."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relief_engine.errors import Location
from relief_engine.rulebook.source import Path_, parse


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("", None), ("~", None), ("null", None), ("Null", None), ("true", True), ("false", False),
        ("yes", "yes"), ("NO", "NO"), ("True", "True"), ("on", "on"),
        ("0", 0), ("-7", -7), ("+7", 7), ("012", "012"), ("0x1F", "0x1F"), ("1_000", "1_000"), ("0o7", "0o7"),
        ("0.10", Decimal("0.10")), ("-2.5", Decimal("-2.5")), ("1.", "1."), (".5", ".5"), ("1e3", "1e3"),
        (".inf", ".inf"),
        ("1:30", "1:30"), ("9" * 31, int("9" * 31)), ("9" * 32, "9" * 32), ("１２", "１２"),
        ("2022-06-01", dt.date(2022, 6, 1)), ("2022-06-31", "2022-06-31"), ("2022-6-1", "2022-6-1"),
        ("2022-06-01 10:00:00", "2022-06-01 10:00:00"), ("通州区", "通州区"), ("01", "01"), ("=", "="), ("<<", "<<"),
    ],
)  # fmt: skip
def test_plain_scalars(written: str, value: object) -> None:
    document = parse(f"a: {written}", "f")
    assert document.findings == []
    assert document.value == {"a": value}
    assert type(document.value["a"]) is type(value)


def test_quoted_scalars_are_text() -> None:
    assert parse("""{a: "1", b: '2022-06-01', c: "", d: 'null'}""", "f").value == {
        "a": "1", "b": "2022-06-01", "c": "", "d": "null",
    }  # fmt: skip


TEXT = """\
# 注释
名称: 运河小馆
list:
  - a: 1
    bb: {c: [x, yy]}
  -
    - 三
"""


@pytest.mark.parametrize(
    ("path", "line", "column", "key"),
    [
        ((), 2, 1, False), (("名称",), 2, 5, False), (("名称",), 2, 1, True), (("list",), 4, 3, False),
        (("list",), 3, 1, True), (("list", 0), 4, 5, False), (("list", 0, "bb"), 5, 9, False),
        (("list", 0, "bb"), 5, 5, True), (("list", 0, "bb", "c", 1), 5, 17, False), (("list", 1, 0), 7, 7, False),
        # Where there is no such part, the nearest one around it.
        (("nothing",), 2, 1, False), (("list", 0, "zz"), 4, 5, True), (("list", 9), 4, 3, False),
        (("list", 0, "bb", "c", 1, "deep", 3), 5, 17, False),
    ],
)  # fmt: skip
def test_places(path: Path_, line: int, column: int, key: bool) -> None:
    assert parse(TEXT, "f").where(path, key=key) == Location("f", line, column)


def test_spans_hold_the_source_text() -> None:
    document = parse("""a: 'x ''y'''\nb: |\n  一\n  二\nc: 甲\n  乙\n""", "f")
    assert document.span(("a",)).raw == "'x ''y'''"
    assert document.span(("b",)).raw.startswith("|\n  一\n  二")
    assert document.span(("c",)).raw == "甲\n  乙"
    assert document.span(()).raw == ""


def test_a_document_without_content() -> None:
    document = parse("# 只有注释\n", "f")
    assert (document.value, document.findings, document.complete) == (None, [], True)
    assert document.where(("a",)) == Location("f")


def test_the_later_of_two_equal_keys_is_kept_and_told() -> None:
    document = parse("a: {b: 1}\nc: 2\na: [3]\n", "f")
    assert document.value == {"a": [3], "c": 2}
    assert [finding.in_("en") for finding in document.findings] == [
        "f:3:1: the key 'a' appears twice [yaml-duplicate-key]"
    ]
    assert document.where(("a", 0)) == Location("f", 3, 5)


yaml_text = st.text(st.sampled_from("ab1-: ,[]{}#&*!|>'\"%@`?\n\t \\。中0.~\r\x85\u2028\ufeff\x07"), max_size=60)


@given(st.one_of(yaml_text, st.text(max_size=40)))
def test_any_text_is_read_or_refused(text: str) -> None:
    document = parse(text, "f")
    assert document.complete or document.findings
    for finding in document.findings:
        assert finding.where.file == "f"
        assert finding.where.line <= text.count("\n") + text.count("\r") + text.count("\x85") + text.count("\u2028") + 2


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.dates(), st.text("ab 中:#-'\"\\", max_size=8)
)
keys = st.text("abc中", min_size=1, max_size=3)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=12
)


@given(values)
def test_what_is_written_plainly_is_read_back(value: object) -> None:
    document = parse(written(value), "f")
    assert document.findings == []
    assert document.value == value


def written(value: object) -> str:
    """A value in YAML's flow style, with all text in double quotes."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int() | dt.date():
            return str(value)
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case list():
            return "[" + ", ".join(written(item) for item in value) + "]"
        case dict():
            return "{" + ", ".join(f"{written(key)}: {written(item)}" for key, item in value.items()) + "}"
        case _:
            raise TypeError(value)
