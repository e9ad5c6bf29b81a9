"""The figures of an explanation are the decision's, to the cent, and what is written out comes to them."""

import re
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest

from relief_engine.decision import Decision, Outcome, yuan
from relief_engine.explanation.calculation import Line
from relief_engine.explanation.records import exact
from tests.explanation.conftest import Drawn

#: A number with thousands separators, as figures are written.
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_SIGNS = {"×": "*", "÷": "/", "+": "+", "−": "-"}


def half_up(value: Fraction, step: Decimal) -> Decimal:
    """Rounded with the decimal module, which the engine does not use for it."""
    many = Decimal(value.numerator * 10**40 // value.denominator).scaleb(-40)
    return (many / step).quantize(Decimal(1), ROUND_HALF_UP) * step


def given(decision: Decision, name: str) -> tuple[Decimal | None, Decimal | None]:
    """What the decision says of a figure: its lowest and highest value in yuan."""
    if name == "amount":
        single = decision.amount if decision.outcome is Outcome.ELIGIBLE else decision.amount_if_granted
        return decision.amount_range or (single, single)
    if name == "payable" and decision.payable_range is not None:
        return decision.payable_range
    single = decision.ceiling if name == "ceiling" else decision.payable
    return single, single


def test_named_figures_are_the_values_of_their_nodes(drawn: list[Drawn]) -> None:
    seen = Counter[str]()
    for one in drawn:
        program = one.decision.program
        for line in one.explanation.lines:
            if program is None or line.name not in program.lets:
                continue
            figure = program.lets[line.name]
            low, high = one.decision.values[figure.low], one.decision.values[figure.high]
            assert low is not None, (one.programme.id, line.name)
            assert high is not None, (one.programme.id, line.name)
            assert (line.low, line.high) == (Fraction(low, figure.denominator), Fraction(high, figure.denominator))
            seen[line.name] += 1
    assert {"months", "leased_days", "rent_of_months", "days", "rent"} <= set(seen)


def test_results_rounded_half_up_are_what_the_decision_says(drawn: list[Drawn]) -> None:
    seen = Counter[str]()
    for one in drawn:
        decision, program = one.decision, one.decision.program
        if program is None:
            continue
        benefit = program.benefit
        for line in one.explanation.lines:
            money = {"amount": benefit.amount, "ceiling": benefit.ceiling, "payable": benefit.payable}.get(line.name)
            if money is not None:
                low, high = half_up(line.low, money.step), half_up(line.high, money.step)
                assert given(decision, line.name) == (low, high), (one.programme.id, line)
                assert (line.rounded is None) == (low == line.low and high == line.high)
                seen[line.name] += 1
            elif line.name == "rate":
                assert (decision.rate_range or (decision.rate, decision.rate)) == (line.low, line.high)
                assert (decision.rate is None) == (line.low != line.high)
                seen["rate" if decision.rate_range is None else "rate_range"] += 1
            elif line.name == "until":
                assert decision.until is not None
                assert decision.until.toordinal() == line.low
                seen[line.name] += 1
    assert min(seen[name] for name in ("amount", "ceiling", "payable", "rate", "until")) > 5, seen
    assert seen["rate_range"] > 2


def test_a_figure_that_is_given_is_always_explained(drawn: list[Drawn]) -> None:
    for one in drawn:
        decision = one.decision
        names = {line.name for line in one.explanation.lines}
        for name, value in {
            "amount": decision.amount or decision.amount_if_granted or decision.amount_range,
            "ceiling": decision.ceiling,
            "payable": decision.payable or decision.payable_range,
            "rate": decision.rate or decision.rate_range,
            "until": decision.until,
        }.items():
            assert value is None or name in names, (one.programme.id, name)


def written_value(text: str) -> Fraction | None:
    """What a calculation comes to as it is written; None where it is not a plain one."""
    if re.search(r"在|中最|约|至|%|不明|\d-\d", text):
        return None
    expression = ""
    for token in re.findall(rf"{_NUMBER.pattern}|[×÷+−()]", text):
        expression += _SIGNS.get(token) or (token if token in "()" else f"Fraction('{token.replace(',', '')}')")
    return Fraction(eval(expression, {"Fraction": Fraction}))


def test_what_is_written_comes_to_the_result(drawn: list[Drawn]) -> None:
    checked = 0
    for one in drawn:
        for line in one.explanation.lines:
            value = written_value(line.written.zh)
            if value is None or not re.search(r"[×÷+−]", line.written.zh):
                continue
            assert abs(value - line.low) < Fraction(1, 1000) * max(Fraction(1), abs(line.low)), line
            if "约" not in line.result.zh and "万" not in line.written.zh:
                assert value == line.low == line.high, line
            checked += 1
    assert checked > 50


def test_every_factor_has_a_source(drawn: list[Drawn]) -> None:
    factors = [factor for one in drawn for line in one.explanation.lines for factor in line.factors]
    assert len(factors) > 100
    for factor in factors:
        assert factor.place is not None or factor.citations, factor


def test_a_branch_says_why_it_applies(drawn: list[Drawn]) -> None:
    lines = [line for one in drawn for line in one.explanation.lines if line.name in ("months", "rent")]
    assert all(len(line.because) == 1 for line in lines if line.name == "rent")
    assert all("须" not in reason.text.zh for line in lines for reason in line.because)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (Fraction(6), 0, "6"),
        (Fraction(6), 2, "6.00"),
        (Fraction(-1, 4), 0, "-0.25"),
        (Fraction(1, 3), 2, "1/3"),
        (Fraction(10**30) + Fraction(1, 8), 2, "1000000000000000000000000000000.125"),
    ],
)
def test_exact_figures_as_text(value: Fraction, decimals: int, text: str) -> None:
    assert exact(value, decimals=decimals) == text
    assert Fraction(text) == value


def test_yuan_are_cents() -> None:
    assert yuan(1) == Decimal("0.01")


def test_lines_are_ordered_as_they_are_calculated(drawn: list[Drawn]) -> None:
    """Whatever a line leans on stands before it."""
    for one in drawn:
        program = one.decision.program
        if program is None:
            continue
        order: list[Line] = list(one.explanation.lines)
        lets = [line.name for line in order if line.name in program.lets]
        assert lets == [name for name in program.lets if name in lets]
        assert [line.name in program.lets for line in order] == sorted(
            (line.name in program.lets for line in order), reverse=True
        )
