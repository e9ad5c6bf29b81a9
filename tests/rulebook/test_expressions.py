"""Expressions: whatever is written is typed or refused at its place; nothing is ever evaluated."""

import datetime as dt
import os
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from relief_engine.errors import Finding, Location
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.facts import AnyFact
from relief_engine.rulebook.load import load_rulebook
from relief_engine.rulebook.source import Span
from relief_engine.rulebook.syntax import MAX_LENGTH
from relief_engine.rulebook.typecheck import Scope, check_expression, describe, parameter_type
from relief_engine.rulebook.units import parse_unit
from tests.rulebook.building import BASE

FACTS: dict[str, AnyFact] = dict(load_rulebook(BASE).facts)
PARAMETERS: dict[str, ex.Type] = {
    "year": parameter_type(Decimal(2022), parse_unit("年")),
    "day": parameter_type(dt.date(2022, 4, 1), None),
    "three": parameter_type(Decimal(3), parse_unit("月")),
    "days": parameter_type(Decimal(10), parse_unit("天")),
    "share": parameter_type(Decimal("0.5"), None),
    "near": parameter_type(["东区"], None),
    "one": parameter_type("东区", None),
    "table": parameter_type({"东区": Decimal(1)}, parse_unit("元/月")),
}


def typed(text: str, expected: type[ex.Type] | None = None) -> tuple[ex.Expr | None, list[Finding]]:
    # No plain value of YAML begins like this: it would be the mark of a block or a quoted text.
    raw = "" if text[:1] in ("|", ">", "'", '"') else text
    return check_expression("f", Span(1, 1, raw), text, Scope(FACTS, PARAMETERS), expected)


def words(text: str) -> str:
    expr, findings = typed(text)
    assert expr is not None, findings
    return describe(expr.type).zh


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("lease.monthly_rent * three", "数（元）"),
        ("lease.annual_rent / lease.monthly_rent", None),
        ("lease.annual_rent - lease.annual_rent", "数（元/年）"),
        ("lease.end - lease.start", "数（天）"),
        ("lease.start + days", "日期"),
        ("as_of", "日期"),
        ("lease.monthly_rent * three / year", "数（元/年）"),
        ("share * share", "数（无单位）"),
        ("applicant.kind", "选项（applicant.kind）"),
        ("not applicant.registered", "条件（是/否）"),
        ("overlap_days(lease.start, lease.end, year=year)", "数（天）"),
        ("overlap_days(lease.start, lease.end, day, day)", "数（天）"),
        ("overlap_months(lease.start, as_of, day, day)", "数（月）"),
        ("lease.monthly_rent * overlap_months(lease.start, lease.end, day, day)", "数（元）"),
        ("lease.start + overlap_days(lease.start, lease.end, day, day)", "日期"),
        ("lease.start + overlap_months(lease.start, lease.end, day, day)", None),
        ("overlap_months(lease.start, lease.end, as_of, day)", None),
        ("overlap_days(lease.start, lease.end, day)", None),
        ("between(0, share)", "数（无单位）"),
        ("max(0, lease.monthly_rent)", "数（元/月）"),
        ("table[lease.district] > lease.monthly_rent", "条件（是/否）"),
        ("0.0", "数（无单位）"),
    ],
)
def test_types(text: str, kind: str | None) -> None:
    if kind is None:
        assert typed(text)[0] is None
    else:
        assert words(text) == kind


def test_signs_and_open_figures_are_followed() -> None:
    def kind(text: str) -> ex.NumberType:
        expr, _ = typed(text)
        assert expr is not None
        assert isinstance(expr.type, ex.NumberType)
        return expr.type

    assert kind("lease.annual_rent - lease.annual_rent").signed
    assert not kind("max(0, lease.annual_rent - lease.annual_rent)").signed
    assert kind("min(0, lease.annual_rent - lease.annual_rent)").signed
    assert kind("between(0, share) * lease.monthly_rent").interval
    assert not kind("overlap_months(lease.end, lease.start, day, day)").signed
    assert typed("between(0, share) * (lease.monthly_rent - lease.monthly_rent)")[0] is None


def test_a_name_that_is_broken_is_passed_over_in_silence() -> None:
    scope = Scope(FACTS, PARAMETERS, broken=frozenset({"gone", "lease.lost"}), broken_subjects=frozenset({"loan"}))
    for text in ("gone > 0", "lease.lost > 0", "loan.amount > 0", "lease.lost == east", "lease.district in gone"):
        assert check_expression("f", Span(1, 1, text), text, scope, ex.BoolType) == (None, [])
    both = "lease.lost > 0 and lease.lots > 0"
    assert len(check_expression("f", Span(1, 1, both), both, scope, ex.BoolType)[1]) == 1


def test_names_of_an_expression_with_a_mistake_count_as_used() -> None:
    for text in ("days + (", "share == near", "lambda: days", "0 < share < days"):
        scope = Scope(FACTS, PARAMETERS)
        assert check_expression("f", Span(1, 1, text), text, scope, None)[1]
        assert scope.used_parameters >= {"days"} & set(text.split())


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')", "().__class__.__bases__", "open(as_of)", "(lambda x: x)(year)", "f'{year}'",
        "[x for x in near]", "(yield year)", "(await year)", "(year := share)", "*near", "**near", "{}", "{year}",
        "near[0]", "near[0:1]", "year @ year", "year | year", "~year", "+year", "-year", "year // year", "year % year",
        "year ** year", "year << year", "1 .real", "share.real", "lease.start.year > 0", "lease.start()", "max(*near)",
        "max(**near)", "overlap_days(lease.start, lease.end, year=year, year=year)", "year if year", "...", "None",
        "print(as_of)", "as_of; as_of", "as_of\nas_of", "x = 1", "import os", "del year", "0b1", "0_0", "1j", "'a'",
        "a\\",
        "\x00", "\u3000as_of", "as_of\u00a0", "年 > 0", "ｙｅａｒ > 0",
    ],
)  # fmt: skip
def test_what_python_allows_beyond_the_language_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "system", lambda _: pytest.fail("evaluated"))
    expr, findings = typed(text)
    assert expr is None
    assert findings


LONG = [
    "(" * 5000, "not " * 900 + "applicant.registered", "-" * 3000 + "1", "a" + ".b" * 1900, "+".join(["share"] * 600),
    " or ".join(["applicant.registered"] * 180), "max(" * 900, "year if applicant.registered else " * 110 + "year",
    "[" * 2000 + "]" * 2000, "0" * 4000,
    "a" * (MAX_LENGTH + 1), "1." * 1900, "lease." * 600, "share * (" * 400,
]  # fmt: skip


@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
def test_long_and_deep_expressions(text: str) -> None:
    expr, findings = typed(text)
    assert (expr is None) == bool(findings)


characters = st.text(st.sampled_from("ax.0195_()[],+-*/<>=! \n\t'\"#\\:;@{}&|~^%$年区（，≥\u3000\r\x85"), max_size=50)
WORDS = """and or not in if else is ( ) [ ] , + - * / < <= > >= == != = as_of year three days share near one table
    lease.start lease.end lease.district lease.monthly_rent applicant.kind applicant.registered applicant.employees
    enterprise 东区 max min between overlap_days overlap_months add_months 0 1 2 lambda yield None"""
tokens = st.lists(st.sampled_from([*WORDS.split(), "\n"]), max_size=25).map(" ".join)


@given(st.one_of(tokens, characters, st.text(max_size=30)))
@example("lease.start + days * (lease.end - lease.start)")
@example("overlap_days(lease.start, lease.end, year=year)")
@example(">")
def test_anything_is_typed_or_refused_at_a_place_inside(text: str) -> None:
    lines = (
        text.replace("\r\n", "\n")
        .replace("\r", "\n")
        .replace("\x85", "\n")
        .replace("\u2028", "\n")
        .replace("\u2029", "\n")
        .split("\n")
    )
    expr, findings = typed(text)
    assert (expr is None) == bool(findings)
    for finding in findings:
        assert 1 <= finding.where.line <= len(lines)
        assert 1 <= finding.where.column <= len(lines[finding.where.line - 1]) + 1
        assert finding.message.zh
        assert finding.message.en
    for part in ex.walk(expr) if expr is not None else ():
        assert 1 <= part.where.line <= len(lines)


@pytest.mark.parametrize(
    ("raw", "value", "line", "column"),
    [
        # plain, over lines, with Chinese before the mistake: columns count characters
        ("lease.district == 东区 and wrong", None, 5, 35),
        ("lease.district == 东区\n      and wrong", None, 6, 11),
        ("'lease.district == 东区 and wrong'", None, 5, 36),
        ('"lease.district == 东区 and\n  wrong"', "lease.district == 东区 and wrong", 6, 3),
        ("|\n  lease.district == 东区\n  and wrong\n", "lease.district == 东区\nand wrong\n", 7, 7),
        (">-\n\n  lease.district == 东区 and\n    wrong", "lease.district == 东区 and wrong", 8, 5),
        # escapes hide where the characters are: the beginning is all that can be told
        ('"lease.district == \\u4e1c区 and wrong"', "lease.district == 东区 and wrong", 5, 10),
        ("", "lease.district == 东区 and wrong", 5, 10),
    ],
)
def test_places_in_every_style(raw: str, value: str | None, line: int, column: int) -> None:
    text = raw.strip("'\"") if value is None else value
    _, (finding,) = check_expression("f", Span(5, 10, raw), text, Scope(FACTS, PARAMETERS), None)
    assert finding.where == Location("f", line, column)
