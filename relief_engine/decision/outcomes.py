"""Decision stage: the words of an answer: what it says of a case, and of each criterion."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from relief_engine.compiled import ir
from relief_engine.text import Text


class Outcome(StrEnum):
    """What a decision says (contract, design section 5)."""

    ELIGIBLE = "eligible"
    REFERRED = "referred"
    UNDETERMINED = "undetermined"
    INELIGIBLE = "ineligible"
    NOT_IN_FORCE = "not_in_force"

    @property
    def label(self) -> Text:
        """The outcome in words."""
        return _LABELS[self]


_LABELS: Mapping[Outcome, Text] = {
    Outcome.ELIGIBLE: Text("符合", "eligible"),
    Outcome.REFERRED: Text("需人工认定", "referred to a person"),
    Outcome.UNDETERMINED: Text("资料不足", "undetermined"),
    Outcome.INELIGIBLE: Text("不符合", "ineligible"),
    Outcome.NOT_IN_FORCE: Text("当日无适用规定", "not in force"),
}


class Status(StrEnum):
    """Whether a criterion holds."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"

    @property
    def label(self) -> Text:
        """The status in words."""
        return {"met": Text("满足", "met"), "unmet": Text("不满足", "unmet"), "unknown": Text("不明", "unknown")}[
            self.value
        ]


_MET, _UNMET, _UNKNOWN = Status.MET, Status.UNMET, Status.UNKNOWN


def status(value: int | None) -> Status:
    """The status that a condition's value stands for."""
    return _MET if value == ir.MET else _UNMET if value == ir.UNMET else _UNKNOWN
