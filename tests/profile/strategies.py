"""What Hypothesis draws: any data whatever, and values of facts with the ways to write them."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from relief_engine.profile.days import OPEN
from relief_engine.profile.words import code_list, value_text
from relief_engine.profile.written import NOT_AVAILABLE
from relief_engine.rulebook.facts import FIRST_DAY, LAST_DAY, OPEN_END, Encoded, Fact
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.terms import Subject
from relief_engine.rulebook.units import PURE


class Word(str):
    """Text that is not exactly ``str``, as enumerations and NumPy have it."""

    __slots__ = ()


class Whole(int):
    """A number that is not exactly ``int``."""


# --- any data -----------------------------------------------------------------------------------------------------

_huge = st.tuples(st.sampled_from([1, -1]), st.integers(1, 6000)).map(lambda drawn: drawn[0] * 10 ** drawn[1])
_text = (
    st.text(max_size=8)
    | st.text(st.characters(), max_size=4)  # lone surrogates too
    | st.sampled_from(["是", "无", "open", "30 人", "800万元", "-5", "1,000", "2022-02-30", "6210", "通州", "1" * 300])
)
scalars: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), _huge, st.floats(), st.decimals(), st.fractions(), st.complex_numbers(),
    _text, _text.map(Word), st.binary(max_size=4), st.dates(), st.datetimes(), st.datetimes(timezones=st.timezones()),
    st.times(), st.timedeltas(), st.just(NOT_AVAILABLE), st.builds(object), st.just(Ellipsis), st.just(len),
    st.sampled_from([Decimal("1E+999999999"), Decimal("1E-999999999"), Decimal("-0E+99"), Decimal("sNaN"), -0.0]),
)  # fmt: skip
_hashable = st.none() | st.booleans() | st.integers() | _text | st.tuples(st.integers()) | st.binary(max_size=2)


def data(keys: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Nested lists, tuples, sets and mappings of anything, whose keys are often those given."""
    return st.recursive(
        scalars,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.lists(inner, max_size=3).map(tuple),
            st.frozensets(_hashable, max_size=3),
            st.dictionaries(keys | _hashable, inner, max_size=6),
        ),
        max_leaves=12,
    )


# --- values of facts ----------------------------------------------------------------------------------------------


def encoded(fact: Fact, rulebook: Rulebook) -> st.SearchStrategy[Encoded | str]:
    """The values that a fact can have, encoded."""
    match fact.type:
        case "text":
            return st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=20)
        case "credit_code":
            return st.sampled_from(["91110000600037341L", "91350100M000100Y43"])
        case "yes_no":
            return st.integers(0, 1)
        case "choice":
            assert fact.domain is not None
            return st.integers(0, len(fact.domain.ids) - 1)
        case "industry_code":
            codes = code_list(rulebook)
            assert codes is not None
            return st.integers(0, len(codes.codes) - 1)
        case "date":
            days: st.SearchStrategy[int] = st.integers(FIRST_DAY, LAST_DAY)
            return days | st.just(OPEN_END) if fact.open_ended else days
        case "steps":
            days = st.integers(FIRST_DAY, LAST_DAY)
            steps = st.dictionaries(days, st.integers(0, 10**8), min_size=1, max_size=4)
            return steps.map(lambda found: tuple(sorted(found.items())))
        case _:
            return st.integers(0, fact.highest) | st.integers(0, 10**6)


def spellings(fact: Fact, value: Encoded | str, rulebook: Rulebook) -> list[object]:
    """Ways to write a value of a fact, the usual one first."""
    words = value_text(fact, value, "zh", code_list(rulebook))
    if isinstance(value, str):
        return [value, f"  {value}\t", Word(value)]
    if isinstance(value, tuple):
        steps = [{"from": dt.date.fromordinal(day), "monthly_rent": figure(fact, amount)} for day, amount in value]
        return [steps, tuple(reversed(steps)), words]
    found: list[object] = []
    match fact.type:
        case "yes_no":
            found = [bool(value), words, *(["yes", "Y", "TRUE"] if value else ["no", "n", "False"])]
        case "choice":
            assert fact.domain is not None
            names = [name for name, position in fact.names.items() if position == value]
            found = [fact.domain.ids[value], words, *names, *(name.upper() for name in names)]
        case "industry_code":
            codes = code_list(rulebook)
            assert codes is not None
            found = [codes.codes[value].id, codes.codes[value].id.lower()]
        case "date" if value == OPEN_END:
            found = [*OPEN, words, "OPEN"]
        case "date":
            day = dt.date.fromordinal(value)
            found = [words, day, dt.datetime.combine(day, dt.time()), f"{day.year:04}-{day.month}-{day.day}"]
        case _:
            number = figure(fact, value)
            found = [number, words, words.replace(",", ""), f"{number:f}", f"{number:f}{fact.unit}"]
            if number == int(number):
                found += [int(number), Whole(number)]
            if value < 10**15:  # no more digits than a float holds
                found += [float(number), float(number) * (1 + 2**-52)]
    texts = [one for one in found if isinstance(one, str)]
    return [*found, *map(Word, texts), *map(full_width, texts)]


def figure(fact: Fact, value: int) -> Decimal:
    """An encoded figure as a decimal in the fact's unit."""
    number = Fraction(value, fact.denominator) / (fact.unit or PURE).scale
    return Decimal(number.numerator) / Decimal(number.denominator)


def full_width(text: str) -> str:
    """The text in full-width digits, letters and marks, with blanks around it."""
    return f"　{''.join(chr(ord(c) + 0xFEE0) if '!' <= c <= '~' else c for c in text)} "


#: Facts of which a drawn subject has at most one; the relations between them have tests of their own.
_APART = (
    ("annual_rent", "daily_rent_per_m2", "monthly_rent", "rent_steps"),
    ("rent_steps", "start"),
    ("rent_steps", "end"),
    ("start", "end"),
    ("contract_on", "disbursed_on"),
)
_DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


@st.composite
def subjects(draw: st.DrawFn, rulebook: Rulebook, subject: Subject) -> dict[str, Any]:
    """A mapping of some facts of one subject, each written in some way, that fit together."""
    names = draw(st.lists(st.sampled_from([fact.name for fact in rulebook.subjects[subject].facts]), max_size=5))
    for group in _APART:
        names = [name for name in names if name not in group or name == next(n for n in names if n in group)]
    mapping: dict[str, Any] = {}
    for name in dict.fromkeys(names):
        fact = rulebook.facts[f"{subject}.{name}"]
        assert isinstance(fact, Fact)
        ways = spellings(fact, draw(encoded(fact, rulebook)), rulebook)
        mapping[name] = draw(st.sampled_from([*ways, "无"] if fact.not_available else ways))
    return mapping


@st.composite
def profiles(draw: st.DrawFn, rulebook: Rulebook) -> Mapping[str, Any]:
    """A plain mapping that is a good profile."""
    mapping: dict[str, Any] = {"applicant": draw(subjects(rulebook, "applicant"))}
    if draw(st.booleans()):
        mapping["leases"] = draw(st.none() | st.lists(subjects(rulebook, "lease"), max_size=2))
    if draw(st.booleans()):
        mapping["loans"] = draw(st.lists(subjects(rulebook, "loan"), max_size=1))
    if draw(st.booleans()):
        mapping["as_of"] = draw(_DAYS | _DAYS.map(str))
    return mapping
