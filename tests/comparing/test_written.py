"""Expressions back in the language of rules: what is written reads back as the same, in all the shipped rules."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.check_programme import expressions
from relief_engine.rulebook.expression_text import written
from relief_engine.rulebook.load import load_rulebook
from relief_engine.rulebook.normal_form import alike
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.source import Span
from relief_engine.rulebook.typecheck import Scope, check_expression
from tests.comparing.books import unchanged

ROOT = Path(__file__).resolve().parents[2]


def read(text: str, programme: Programme) -> ex.Expr:
    """An expression of a programme from its text."""
    scope = Scope(
        programme.facts,
        {name: parameter.type for name, parameter in programme.parameters.items()},
        {name: let.value.type for name, let in programme.lets.items()},
    )
    expr, findings = check_expression("test", Span(1, 1, text), text, scope, None)
    assert expr is not None, (text, findings)
    return expr


def programmes() -> Iterator[Programme]:
    for folder in (ROOT / "rules", ROOT / "examples" / "rulebooks" / "wenzhou"):
        yield from load_rulebook(folder).programmes.values()


def test_every_expression_of_the_shipped_rules_reads_back() -> None:
    count = 0
    for programme in programmes():
        for expr in expressions(programme):
            # Without its context a name in a list and a table's parameter have no type of their own.
            if isinstance(expr.type, ex.NamesType | ex.TableType):
                continue
            text = written(expr)
            again = read(text, programme)
            assert alike(expr, again), text
            assert written(again) == text
            count += 1
    assert count > 1000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("((applicant.registered))", "applicant.registered"),
        ("not (applicant.registered)", "not applicant.registered"),
        ("not applicant.registered and lease.district==东区", "not applicant.registered and lease.district == 东区"),
        ("not (applicant.registered and lease.district==东区)",
         "not (applicant.registered and lease.district == 东区)"),
        ("applicant.registered or applicant.kind != other and lease.district in near",
         "applicant.registered or applicant.kind != other and lease.district in near"),
        ("(applicant.registered or applicant.kind != other) and lease.district not in near",
         "(applicant.registered or applicant.kind != other) and lease.district not in near"),
        ("not (not applicant.registered)", "not not applicant.registered"),
        ("months_listed-(months_elsewhere-months_listed)-months_elsewhere",
         "months_listed - (months_elsewhere - months_listed) - months_elsewhere"),
        ("(months_listed + months_elsewhere) * (days / days_in_year)",
         "(months_listed + months_elsewhere) * (days / days_in_year)"),
        ("(months if applicant.registered else months_listed) * 1",
         "(months if applicant.registered else months_listed) * 1"),
        ("months if applicant.registered else (months_listed if lease.district in near else months_elsewhere)",
         "months if applicant.registered else months_listed if lease.district in near else months_elsewhere"),
        ("(months if applicant.registered else months_listed) if lease.district in near else months_elsewhere",
         "(months if applicant.registered else months_listed) if lease.district in near else months_elsewhere"),
        ("max(min(months, months_listed), months_elsewhere)", "max(min(months, months_listed), months_elsewhere)"),
    ],
)  # fmt: skip
def test_brackets_stand_where_they_are_needed(text: str, expected: str) -> None:
    programme = unchanged().programmes["city/rent"]
    expr = read(text, programme)
    assert written(expr) == expected
    assert alike(expr, read(expected, programme))
