"""Engine stage: the size class of a firm from figures as people write them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from relief_engine.engine.sizing import Sizing, classify, size_fact
from relief_engine.errors import Finding, Location, ProfileError
from relief_engine.profile.values import BadValue, reader
from relief_engine.profile.words import code_list
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.model import Rulebook
from relief_engine.text import Text

#: Gives the place of ``industry`` or of an indicator in the input.
Place = Callable[[str], Location]


def sized(
    rulebook: Rulebook, industry: object, figures: Mapping[str, object], day: dt.date | None, place: Place
) -> Sizing:
    """Classify a firm; ``figures`` are by indicator, read like the facts of a profile.

    Raises:
        ProfileError: a figure can't be used, or the industry is missing; every mistake in one error.
        UnknownName: the rulebook has no size standard.
    """
    fact = size_fact(rulebook)
    findings: list[Finding] = []
    code = _read(rulebook, fact.code, industry, place("industry"), findings)
    values: dict[str, int] = {}
    for indicator, fact_id in fact.indicators:
        written = figures.get(indicator)
        value = None if written is None else _read(rulebook, fact_id, written, place(indicator), findings)
        if value is not None:
            values[fact_id] = value
    if code is None and not findings:
        findings.append(Finding("empty", place("industry"), Text("缺少行业代码", "the industry code is missing")))
    if findings or code is None:
        raise ProfileError(findings)
    return classify(rulebook, code, values, day or dt.date.today())


def _read(rulebook: Rulebook, fact_id: str, written: object, where: Location, findings: list[Finding]) -> int | None:
    """A value as it is encoded; None for one that is empty, not available or wrong (a finding)."""
    fact = rulebook.facts[fact_id]
    if not isinstance(fact, Fact):
        return None
    try:
        value = reader(fact, code_list(rulebook))(written)
    except BadValue as bad:
        findings.append(Finding(bad.code, where, bad.message))
        return None
    return value if isinstance(value, int) else None
