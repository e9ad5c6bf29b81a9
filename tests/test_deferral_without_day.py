"""A deferral of which the text names no last day."""

import datetime as dt

from relief_engine.decision import Outcome
from relief_engine.engine import Engine
from relief_engine.explanation.build import explain
from relief_engine.text import Text
from tests.books import shipped_book

PENSION = "beijing-tongzhou/pension-deferral-2022"
RESTAURANT = {"kind": "enterprise", "industry": "6210", "hard_hit_recognised": True}


def test_a_deferral_without_a_day_is_granted_and_says_none() -> None:
    """13号 names the months that may be deferred; only 15号 names a day."""
    engine = Engine(shipped_book())
    found = {}
    for day in (dt.date(2022, 6, 14), dt.date(2022, 6, 15)):
        (decision,) = engine.decide({"applicant": RESTAURANT}, as_of=day, programmes=[PENSION]).decisions
        assert decision.outcome is Outcome.ELIGIBLE
        found[day.day] = (decision.until, explain(decision, engine).headline)
    without = Text("符合：准予缓缴，由社会保险经办机构办理", "eligible: may be deferred, handled by social insurance")
    assert found[14] == (None, without)
    until = "缓缴至 2022-12-31", "deferred until 2022-12-31"
    named = Text(f"符合：{until[0]}，由社会保险经办机构办理", f"eligible: {until[1]}, handled by social insurance")
    assert found[15] == (dt.date(2022, 12, 31), named)
