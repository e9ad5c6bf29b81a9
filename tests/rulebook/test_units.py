"""Units of measure: what can be written, and the algebra that keeps unlike figures apart."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relief_engine.rulebook.units import KNOWN_UNITS, PURE, Unit, UnitError, in_words, parse_unit

NAMES = [name for name in KNOWN_UNITS if name not in ("1", "%")]


@pytest.mark.parametrize(
    ("text", "dimensions", "scale"),
    [
        ("元", {"元": 1}, 1), ("万元", {"元": 1}, 10_000), ("亿元", {"元": 1}, 10**8),
        ("元/月", {"元": 1, "月": -1}, 1),
        ("万元/年", {"元": 1, "年": -1}, 10_000), ("元/(㎡·天)", {"元": 1, "㎡": -1, "天": -1}, 1),
        ("元/㎡/天", {"元": 1, "㎡": -1, "天": -1}, 1), ("元/平方米/日", {"元": 1, "㎡": -1, "天": -1}, 1),
        ("月/年", {"月": 1, "年": -1}, 1), ("%", {}, Fraction(1, 100)), ("1", {}, 1), ("1/月", {"月": -1}, 1),
        ("个月", {"月": 1}, 1), ("m2·月", {"㎡": 1, "月": 1}, 1), (" 元 / 月 ", {"元": 1, "月": -1}, 1),
        ("元/万元", {}, Fraction(1, 10_000)), ("元·元", {"元": 2}, 1),
    ],
)  # fmt: skip
def test_units_that_can_be_written(text: str, dimensions: dict[str, int], scale: Fraction | int) -> None:
    unit = parse_unit(text)
    assert unit.dimensions == tuple(sorted(dimensions.items()))
    assert unit.scale == scale
    assert str(unit) == text


@pytest.mark.parametrize(
    "text",
    ["", " ", "圆", "元月", "元 月", "元/", "/月", "元//月", "元·", "·元", "元/()", "元/(月", "元/月)", "(元)",
     "元/㎡·天", "元/((月))", "元/(月/年)", "元^2", "2", "万", "元/月/", "元,月", "元(月)"],
)  # fmt: skip
def test_units_that_can_not(text: str) -> None:
    with pytest.raises(UnitError):
        parse_unit(text)


@given(st.text(st.sampled_from("元万亿月年天㎡/·()% 1人"), max_size=12))
def test_any_text_is_a_unit_or_not(text: str) -> None:
    try:
        unit = parse_unit(text)
    except UnitError:
        return
    assert unit.scale > 0
    assert all(power for _, power in unit.dimensions)


units = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map(lambda names: parse_unit("/".join(names)))


def kind(unit: Unit) -> tuple[tuple[str, int], ...]:
    return unit.dimensions


@given(units, units, units)
def test_products_form_a_group(a: Unit, b: Unit, c: Unit) -> None:
    assert kind(a * b) == kind(b * a)
    assert kind((a * b) * c) == kind(a * (b * c))
    assert kind(a * PURE) == kind(a / PURE) == kind(a)
    assert kind((a * b) / b) == kind(a)
    assert (a / a).same_kind(PURE)
    assert kind(PURE / (a / b)) == kind(b / a)


@given(units, units)
def test_products_are_in_base_units_and_can_be_written(a: Unit, b: Unit) -> None:
    for unit in (a * b, a / b):
        assert unit.scale == 1
        assert unit.symbol == "" or parse_unit(unit.symbol).same_kind(unit)


@given(units, units)
def test_same_kind_is_an_equivalence_that_ignores_scale(a: Unit, b: Unit) -> None:
    assert a.same_kind(a)
    assert a.same_kind(b) == b.same_kind(a)
    assert parse_unit("万元").same_kind(parse_unit("亿元"))
    assert not parse_unit("元/月").same_kind(parse_unit("元/年"))


def test_units_in_words() -> None:
    assert in_words(PURE).zh == in_words(None).zh == "无单位"
    assert in_words(parse_unit("元/月")).zh == "元/月"
    assert in_words(parse_unit("元") / parse_unit("元")).en == "no unit"
