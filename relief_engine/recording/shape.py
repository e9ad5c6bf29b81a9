"""Recording stage: what a record must hold for others to lean on it.

A member that no record holds is refused where a record is read by: in the record itself, its report, its decisions and
their traces. What nothing but words is made of, such as explanations, may hold more.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Annotated, Any, NotRequired

from pydantic import AfterValidator, ConfigDict, TypeAdapter, with_config
from typing_extensions import TypedDict

from relief_engine.decision import Outcome, State, Status
from relief_engine.text import Text

_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_SHA256 = re.compile("sha256:[0-9a-f]{64}")


class Unfit(ValueError):
    """A value that no record holds in that place: what was expected, in both languages."""

    def __init__(self, message: Text) -> None:
        self.message = message
        super().__init__(message.en)


def _day(text: str) -> str:
    try:
        good = dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        good = False
    if not good:
        raise Unfit(Text("应为日期（YYYY-MM-DD）", "expected a day (YYYY-MM-DD)"))
    return text


def _moment(text: str) -> str:
    try:
        good = dt.datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        good = False
    if not good:
        raise Unfit(Text("应为带时区的时刻（ISO 8601）", "expected a time with its time zone (ISO 8601)"))
    if not _UTC.fullmatch(text):
        raise Unfit(
            Text(
                "应为到毫秒的 UTC 时刻（如 2022-06-01T01:30:00.000Z）",
                "expected a time in UTC with milliseconds, such as 2022-06-01T01:30:00.000Z",
            )
        )
    return text


def _count(value: int) -> int:
    if value < 0:
        raise Unfit(Text("应为不小于 0 的整数", "expected a whole number that is not below 0"))
    return value


def _digest(text: str) -> str:
    if not _SHA256.fullmatch(text):
        raise Unfit(Text("应为摘要（sha256: 和 64 位十六进制数字）", "expected a digest: sha256: and 64 hex digits"))
    return text


def _among(known: Iterable[str]) -> AfterValidator:
    values = frozenset(known)
    listed = sorted(values)

    def check(text: str) -> str:
        if text not in values:
            raise Unfit(Text(f"应为 {'、'.join(listed)} 之一", f"expected one of {', '.join(listed)}"))
        return text

    return AfterValidator(check)


def _figure(value: object) -> object:
    bounds = value if isinstance(value, list) and len(value) == 2 else [value]
    if any(isinstance(bound, bool) or not isinstance(bound, str | int | None) for bound in bounds):
        raise Unfit(
            Text("应为一个数，或由下限和上限组成的列表", "expected a figure, or a list of the lowest and highest")
        )
    return value


Day = Annotated[str, AfterValidator(_day)]
Moment = Annotated[str, AfterValidator(_moment)]
Sha256 = Annotated[str, AfterValidator(_digest)]
#: JSON has no enumerations.
OutcomeText = Annotated[str, _among(outcome.value for outcome in Outcome)]
StatusText = Annotated[str, _among(status.value for status in Status)]
#: An exact figure, an open one as a pair, or none.
Figure = Annotated[Any, AfterValidator(_figure)]


# A shape that says nothing of itself has the configuration of the one around it.
_CLOSED, _OPEN = ConfigDict(extra="forbid"), ConfigDict(extra="ignore")


@with_config(_CLOSED)
class _Asked(TypedDict):
    as_of: Day
    programmes: list[str] | None


@with_config(_CLOSED)
class _Rulebook(TypedDict):
    digest: Sha256


@with_config(_CLOSED)
class _Engine(TypedDict):
    version: str
    routes: list[str]


@with_config(_CLOSED)
class _Profile(TypedDict):
    digest: Sha256
    source: str


@with_config(_OPEN)
class _Criterion(TypedDict):
    id: str
    title: str
    status: StatusText
    replaced: bool
    citations: list[str]


@with_config(_OPEN)
class _Referral(TypedDict):
    id: str
    title: str
    citations: list[str]


@with_config(_OPEN)
class _Missing(TypedDict):
    fact: str
    subject: str


@with_config(_OPEN)
class _Deadline(TypedDict):
    id: str
    date: Day


@with_config(_OPEN)
class _Resolution(TypedDict):
    state: Annotated[str, _among(state.value for state in State)]
    amount: Figure


@with_config(_OPEN)
class _Explanation(TypedDict):
    title: str
    subject: str
    headline: str
    citations: list[str]


@with_config(_CLOSED)
class _Decision(TypedDict):
    subject_id: NotRequired[Any]
    outcome_label: NotRequired[Any]
    authority: NotRequired[Any]
    in_force: NotRequired[Any]
    missing_is_exact: NotRequired[Any]
    ways: NotRequired[Any]
    check_by_hand: NotRequired[Any]
    remarks: NotRequired[Any]
    programme: str
    subject: str
    outcome: OutcomeText
    benefit: str
    payer: str | None
    amount: Figure
    amount_range: Figure
    amount_if_granted: Figure
    ceiling: Figure
    payable: Figure
    payable_range: Figure
    rate: Figure
    rate_range: Figure
    until: Day | None
    figures: dict[str, Figure]
    criteria: list[_Criterion]
    referrals: list[_Referral]
    missing: list[_Missing]
    deadlines: list[_Deadline]
    resolution: _Resolution | None
    explanation: _Explanation


@with_config(_CLOSED)
class _Skipped(TypedDict):
    programme: str
    reason: str


@with_config(_CLOSED)
class _Report(TypedDict):
    schema: NotRequired[Any]
    questions: NotRequired[Any]
    as_of: Day
    rulebook: _Rulebook
    engine: _Engine
    profile: _Profile
    decisions: list[_Decision]
    skipped: list[_Skipped]
    total: str
    total_by_people: str


@with_config(_CLOSED)
class _Trace(TypedDict):
    rules: NotRequired[Any]
    programme: str
    subject: str
    facts: dict[str, Any]
    criteria: dict[str, StatusText]
    referrals: dict[str, StatusText]
    figures: dict[str, Figure]
    benefit: dict[str, Figure]


@with_config(_CLOSED)
class _Verification(TypedDict):
    verdict: Annotated[str, _among(("agree", "disagree", "unavailable"))]
    reason: str
    compared: NotRequired[Annotated[int, AfterValidator(_count)]]


@with_config(_CLOSED)
class RecordShape(TypedDict):
    """A whole record, version 1, whose schema was looked at before."""

    schema: str
    made_at: Moment
    asked: _Asked
    language: Annotated[str, _among(("zh", "en"))]
    profile: dict[str, Any]
    report: _Report
    trace: list[_Trace]
    rulebook: _Rulebook
    engine: _Engine
    verification: _Verification | None
    digest: Sha256


@cache
def _adapter() -> TypeAdapter[RecordShape]:
    """Made on first use: it takes longer than reading a record."""
    return TypeAdapter(RecordShape)


def hold(document: Mapping[str, Any]) -> None:
    """Hold a document against the shape; raises ``pydantic.ValidationError`` with every mistake."""
    _adapter().validate_python(document, strict=True)
