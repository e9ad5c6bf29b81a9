"""Text in columns: nothing is lost, no line is too long, and no line begins with a closing mark."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relief_engine.explanation.columns import columns, hanging, wrapped
from relief_engine.explanation.harmless import json_text, one_line

TEXT = st.text(
    st.sampled_from(" ab1,.：，（）〔〕“”—×万元个月附录件人至餐饮业×✓…é")
    | st.characters(codec="utf-8", categories=["L", "N", "P", "S", "M"]),
    max_size=120,
).map(one_line)


@settings(max_examples=60)
@given(text=TEXT, width=st.integers(10, 120))
def test_nothing_is_lost_and_no_line_is_too_long(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert lines
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(columns(line) <= width for line in lines)
    assert all(line == line.strip() for line in lines)


@settings(max_examples=60)
@given(text=TEXT, width=st.integers(30, 120), indent=st.integers(0, 8))
def test_hanging_lines_fit_and_hang(text: str, width: int, indent: int) -> None:
    first, *rest = hanging("✓ ", text, indent, width)
    assert first.startswith(" " * indent + "✓ ")
    assert all(line.startswith(" " * (indent + 2)) for line in rest)
    assert all(columns(line.rstrip()) <= width for line in (first, *rest))


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 20, [""]),
        ("须少于 100 人，多 5 人", 12, ["须少于", "100 人，多", "5 人"]),
        ("属小型（10 人以上、不足 100 人）", 20, ["属小型（10 人以上、", "不足 100 人）"]),
        ("不足 2,000 万元", 12, ["不足", "2,000 万元"]),
        ("一二三四五六七八，", 16, ["一二三四五六七", "八，"]),
        ("说“是”", 5, ["说", "“是”"]),
        ("see relief facts", 10, ["see relief", "facts"]),
        ("x" * 25, 10, ["x" * 10, "x" * 10, "x" * 5]),
        ("2022年12月31日起", 12, ["2022年12月31", "日起"]),
    ],
)
def test_where_lines_break(text: str, width: int, lines: list[str]) -> None:
    assert wrapped(text, width) == lines


@pytest.mark.parametrize(("text", "size"), [("abc", 3), ("餐饮", 4), ("é", 1), ("e\u0301", 1), ("（）", 4), ("·", 1)])
def test_columns(text: str, size: int) -> None:
    assert columns(text) == size


@given(st.text(max_size=60))
def test_one_line_is_visible_and_stays_so(text: str) -> None:
    line = one_line(text)
    assert not {unicodedata.category(c) for c in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert line == one_line(line)
    assert "\n" not in line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("大河\n酒楼", "大河 酒楼"),
        ("\x1b[31m红\x1b[0m", "[31m红[0m"),
        ("甲\u202e乙\u200f", "甲乙"),
        ("a\u2028b\tc", "a b c"),
        ("\ud83d坏", "\N{REPLACEMENT CHARACTER}坏"),
        ("\ue000", "\ue000"),  # private characters stand for rare names in old systems
        ("  空  格  ", "空 格"),
    ],
)
def test_what_is_dropped(text: str, line: str) -> None:
    assert one_line(text) == line


@given(st.text(max_size=60))
def test_json_keeps_its_data(text: str) -> None:
    import json

    document = json_text(json.dumps({"name": text, "两": [text]}, ensure_ascii=False, indent=2))
    assert json.loads(document) == {"name": text, "两": [text]}
    assert not {unicodedata.category(c) for c in document.replace("\n", "")} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
