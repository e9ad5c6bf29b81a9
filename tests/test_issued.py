"""A decision names no document as its basis that did not exist yet on its day."""

import datetime as dt

import pytest

from relief_engine.engine import Engine
from relief_engine.explanation.build import explain
from tests.books import shipped_book

PENSION = "beijing-tongzhou/pension-deferral-2022"


@pytest.mark.parametrize(
    ("day", "basis"),
    [
        (dt.date(2022, 6, 14), ("通政办发〔2022〕13号 第9条",)),
        (dt.date(2022, 6, 15), ("通政办发〔2022〕13号 第9条", "通政办发〔2022〕15号 第2条")),
        # Before anything was issued the whole basis says what is to come.
        (dt.date(2022, 5, 1), ("通政办发〔2022〕13号 第9条", "通政办发〔2022〕15号 第2条")),
    ],
)
def test_the_basis_is_what_was_issued(day: dt.date, basis: tuple[str, ...]) -> None:
    engine = Engine(shipped_book())
    (decision,) = engine.decide({"applicant": {}}, as_of=day, programmes=[PENSION]).decisions
    assert explain(decision, engine).citations == basis
