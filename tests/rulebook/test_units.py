"""Units multiply, divide and compare as in school, and are written as people write them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relief_engine.rulebook.units import KNOWN_UNITS, PURE, Unit, UnitError, parse_unit

units = st.lists(st.sampled_from(KNOWN_UNITS), min_size=1, max_size=3).map(
    lambda names: parse_unit("/(".join(["·".join(names[:-1]) or "1", "·".join(names[-1:]) + ")"]))
)


@pytest.mark.parametrize(
    ("text", "scale", "dimensions"),
    [
        ("元", 1, {"元": 1}),
        ("万元", 10_000, {"元": 1}),
        ("亿元", 100_000_000, {"元": 1}),
        ("元/月", 1, {"元": 1, "月": -1}),
        ("元/㎡/天", 1, {"元": 1, "㎡": -1, "天": -1}),
        ("元/(㎡·天)", 1, {"元": 1, "㎡": -1, "天": -1}),
        ("元/平方米·天", 1, {"元": 1, "㎡": -1, "天": 1}),
        ("1/万元", Fraction(1, 10_000), {"元": -1}),
        ("%", Fraction(1, 100), {}),
        ("元·天/元", 1, {"天": 1}),
    ],
)
def test_written_units(text: str, scale: Fraction, dimensions: dict[str, int]) -> None:
    unit = parse_unit(text)
    assert (unit.scale, dict(unit.dimensions), str(unit)) == (scale, dimensions, text)


@pytest.mark.parametrize("text", ["", " ", "圆", "元/", "/元", "元//月", "(元", "元)", "元月", "元·", "()", "元/(月"])
def test_units_that_can_not_be_read(text: str) -> None:
    with pytest.raises(UnitError):
        parse_unit(text)


@given(units, units, units)
def test_algebra(a: Unit, b: Unit, c: Unit) -> None:
    assert (a * b) == (b * a)
    assert ((a * b) * c) == (a * (b * c))
    assert (a * b / b).same_kind(a)
    assert (a / a).same_kind(PURE)
    assert a.same_kind(a * PURE)
    assert a.same_kind(b) == b.same_kind(a)


@given(units)
def test_products_are_spelled_so_that_they_can_be_read(unit: Unit) -> None:
    product = unit * PURE
    if "^" not in product.symbol and product.symbol:
        assert parse_unit(product.symbol).same_kind(product)


@given(st.text("元万亿月天年㎡·/()1% x", max_size=12))
def test_any_text_is_a_unit_or_refused(text: str) -> None:
    try:
        parse_unit(text)
    except UnitError:
        return


def test_a_pure_number_has_words_too() -> None:
    assert (PURE.words.zh, PURE.words.en) == ("无单位", "no unit")
    assert parse_unit("元/月").words.en == "元/月"
