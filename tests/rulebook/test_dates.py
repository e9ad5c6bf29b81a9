"""Versions in time: on each day the right one, on border days too, and nothing where nothing is written."""

import datetime as dt
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relief_engine.errors import Finding, Location
from relief_engine.rulebook.building import Desk
from relief_engine.rulebook.dating import Calendar, Version
from relief_engine.rulebook.load import load_rulebook
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.periods import FIRST, LAST, Dated, Period
from relief_engine.rulebook.shapes import Dated as Dates
from relief_engine.rulebook.source import Document
from relief_engine.rulebook.sources import Citation, Source
from relief_engine.text import Text
from tests.rulebook.building import HERE, made

DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def rulebook(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    return load_rulebook(made(HERE / "good" / "dates", tmp_path_factory.mktemp("dates")))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("on", "value"),
    [
        ("2022-01-09", None), ("2022-01-10", 30), ("2022-02-28", 30), ("2022-03-01", 40), ("2022-04-30", 40),
        ("2022-05-01", 50), ("2024-02-29", 50), ("9999-12-31", 50),
    ],
)  # fmt: skip
def test_a_parameter_on_its_border_days(rulebook: Rulebook, on: str, value: int | None) -> None:
    version = rulebook.programmes["city/rent"].parameters["days_to_pay"].versions.on(day(on))
    assert (version.value if version else None) == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("on", "criterion", "widened", "referral"),
    [
        ("2022-01-09", False, False, False), ("2022-01-10", True, False, True), ("2022-05-31", True, False, True),
        ("2022-06-01", True, True, True), ("2022-06-30", True, True, True), ("2022-07-01", True, True, False),
        ("2022-08-31", True, True, False), ("2022-09-01", True, True, True), ("2022-12-31", True, True, True),
        ("2023-01-01", False, True, False),
    ],
)  # fmt: skip
def test_elements_on_their_border_days(
    rulebook: Rulebook, on: str, criterion: bool, widened: bool, referral: bool
) -> None:
    programme = rulebook.programmes["city/rent"]
    near, _, service = programme.criteria
    assert (near.versions.on(day(on)) is not None) == criterion
    worded = service.versions.on(day(on))
    assert (worded is not None and worded.citations[0].source.id == "plan") == widened
    # The second wording of the referral also ends with a document that expires.
    assert (programme.referrals[0].versions.on(day(on)) is not None) == referral


def test_days_of_change(rulebook: Rulebook) -> None:
    programme = rulebook.programmes["city/rent"]
    days = programme.change_days()
    assert [str(changed) for changed in days] == [
        "2022-01-10", "2022-02-01", "2022-02-02", "2022-03-01", "2022-05-01", "2022-06-01", "2022-07-01", "2022-09-01",
        "2023-01-01",
    ]  # fmt: skip
    for first, following in zip(days, [*days[1:], None], strict=False):
        stretch = programme.stretch(first)
        assert stretch.first == first
        assert stretch.last == (LAST if following is None else following - DAY)
        assert programme.stretch(stretch.last) == stretch


# --- versions against a reckoning day by day --------------------------------------------------------------------

START = dt.date(2022, 1, 1)
offsets = st.integers(0, 40)
POLICY = Source(
    "s", "policy", "1号", Text("甲", "a"), Text("乙", "b"), dt.date(2000, 1, 1), START + 30 * DAY, {}, Location("f")
)


@st.composite
def dates(draw: st.DrawFn) -> Dates:
    first, length = draw(st.none() | offsets), draw(st.none() | st.integers(0, 15))
    begins = None if first is None else START + first * DAY
    last = None if length is None else (begins or START) + length * DAY
    return Dates.model_validate({"from": begins, "to": last, "outlives_source": draw(st.sampled_from([None, "why"]))})


@given(st.lists(st.tuples(dates(), st.booleans()), max_size=4), offsets, st.integers(0, 60))
def test_versions_agree_with_a_reckoning_by_days(written: list[tuple[Dates, bool]], first: int, length: int) -> None:
    around = Period(START + first * DAY, START + (first + length) * DAY)
    dated, findings = versions([Version(d, (i,), cites(c), i) for i, (d, c) in enumerate(written)], around)
    periods = list(dated.periods())
    assert all(period.first <= period.last for period in periods)
    assert all(a.last < b.first for a, b in pairwise(periods))
    if findings:
        return
    for shift in range(-5, 120):
        asked = START + shift * DAY
        assert dated.on(asked) == reckoned([(d, c) for d, c in written], asked, around)


def cites(cited: bool) -> list[Citation]:
    return [Citation(POLICY, "一")] if cited else []


def versions(items: list[Version[int]], around: Period) -> tuple[Dated[int], list[Finding]]:
    desk = Desk()
    dated = Calendar(Document("f"), desk).versions(items, around)
    # That nothing outlives the document is told beside, and changes no dates.
    return dated, [finding for finding in desk.findings if finding.code != "outlives-nothing"]


def reckoned(written: list[tuple[Dates, bool]], asked: dt.date, around: Period) -> int | None:
    """The version that began last, if it has not ended, on a day that belongs to the whole."""
    begun = [(d.from_ or FIRST, i) for i, (d, _) in enumerate(written) if (d.from_ or FIRST) <= asked]
    if not begun or not around.holds(asked):
        return None
    dated, cited = written[max(begun)[1]]
    ends = [dated.to or LAST, *([POLICY.expires or LAST] if cited and not dated.outlives_source else [])]
    return max(begun)[1] if asked <= min(ends) else None


@given(offsets, offsets, offsets, offsets)
def test_periods(a: int, b: int, c: int, d: int) -> None:
    one, other = (Period(START + min(x, y) * DAY, START + max(x, y) * DAY) for x, y in ((a, b), (c, d)))
    cut = one.cut(other)
    for shift in range(41):
        asked = START + shift * DAY
        assert (cut is not None and cut.holds(asked)) == (one.holds(asked) and other.holds(asked))


def test_the_path_of_a_rulebook_says_nothing_about_its_days(rulebook: Rulebook, tmp_path: Path) -> None:
    again = load_rulebook(made(HERE / "good" / "dates", tmp_path))
    assert again.digest == rulebook.digest
    assert again.programmes["city/rent"].change_days() == rulebook.programmes["city/rent"].change_days()
