"""Testing stage, mutation: a profile as a worked case, ready to paste into a file of cases.

What the case expects is what the rules say now. That may be wrong, which is why the case says that a person must check
it against the clause, and why the sum is left for that person to write.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from relief_engine.decision import Decision
from relief_engine.engine import Engine
from relief_engine.profile.model import Profile
from relief_engine.profile.words import plain
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.record import Record
from relief_engine.rulebook.sources import Citation
from relief_engine.testing.case_files import Case
from relief_engine.testing.cases import read_off, run_case
from relief_engine.testing.mutation.mutant import Mutant
from relief_engine.text import Text

#: Keys that a case compares whenever it names an outcome, so that they are left out where they are null.
_ALWAYS = ("amount", "amount_if_granted", "amount_range")
#: What every suggestion expects, where the decision has it.
_FIRST = ("outcome", *_ALWAYS, "unmet", "referrals")
_CHECK = (
    "# 以下预期是规则现在的结论，须由人对照条款核对；有金额的补写 arithmetic。",
    "# The rules say this now; a person must check it against the clause, and write `arithmetic` for an amount.",
)


class Suggestion(Record):
    """A case that tells a mutant from the rules, and how it is written in a file of cases."""

    case: Case
    written: str


def suggestion(mutant: Mutant, programme: str, profile: Profile, right: Engine, wrong: Engine) -> Suggestion | None:
    """The case that a profile makes; None if the mutant would pass it."""
    day = profile.as_of
    if day is None:
        raise ValueError("the profile has no day")
    mapping = plain(profile, right.rulebook)
    del mapping["as_of"]
    decisions = [engine.decide(profile, as_of=day, programmes=[programme]).decisions for engine in (right, wrong)]
    if not decisions[0] or not decisions[1]:
        return None
    expected = _expected(decisions[0][0], decisions[1][0])
    name = _name(mutant)
    citations = mutant.citations or right.rulebook.programmes[programme].citations
    case = Case(name, mutant.where, programme, decisions[0][0].subject, day, mapping, citations, None, expected)
    if run_case(wrong, case, profile).passed or not run_case(right, case, profile).passed:
        return None
    return Suggestion(case, _written(case))


def _name(mutant: Mutant) -> Text:
    """A name that no other suggestion has."""
    mark = mutant.id.removeprefix(f"{mutant.owner}:")
    element, label = mutant.element, mutant.kind.label
    return Text(f"{element.zh}，{label.zh}（{mark}）", f"{element.en}, {label.en} ({mark})")


def _expected(right: Decision, wrong: Decision) -> Mapping[str, Any]:
    """What the rules say: the outcome with what goes with it, and everything else that the mutant says otherwise."""
    says, other = read_off(right), read_off(wrong)
    found: dict[str, Any] = {}
    for key, value in says.items():
        if key in ("figures", "deadlines"):
            named = {name: _decimal(part) for name, part in value.items() if other[key].get(name) != part}
            named = {name: part for name, part in named.items() if part is not None}
            if key == "deadlines":
                named |= dict.fromkeys(name for name in other[key] if name not in value)
            if named:
                found[key] = named
        elif (key in _FIRST or value != other[key]) and (value is not None or key not in _FIRST):
            exact = _decimal(value)
            if value is None or exact is not None:
                found[key] = exact
    for key in _ALWAYS:  # as a case that was read from a file has them
        found.setdefault(key, None)
    return found


def _decimal(value: Any) -> Any:
    """A value as a case file can hold it; None for a figure that no decimal gives."""
    match value:
        case bool() | str() | dt.date() | None:
            return value
        case tuple() | list():
            parts = tuple(_decimal(part) for part in value)
            return None if None in parts else parts
        case int() | Decimal():
            return value if isinstance(value, Decimal) else Decimal(value)
        case Fraction():
            for places in range(12):
                if (value * 10**places).denominator == 1:
                    return Decimal(int(value * 10**places)).scaleb(-places)
            return None
        case _:
            return str(value)


# --- writing ----------------------------------------------------------------------------------------------------------


def _written(case: Case) -> str:
    """The case as an item of ``cases``."""
    lines = [
        f"- name: {{zh: {_scalar(case.name.zh)}, en: {_scalar(case.name.en)}}}",
        f"  cite: [{', '.join(_cited(citation) for citation in case.citations)}]",
        f"  as_of: {case.as_of}",
        *_block("profile", case.profile, "  "),
        *(f"  {line}" for line in _CHECK),
        "  expect:",
    ]
    for key, value in case.expected.items():
        if isinstance(value, Mapping):
            lines.append(f"    {key}: {{{', '.join(f'{name}: {_flow(part)}' for name, part in value.items())}}}")
        elif value is not None or key not in _ALWAYS:
            lines.append(f"    {key}: {_flow(value)}")
    return "".join(f"  {line}\n" for line in lines)


def _cited(citation: Citation) -> str:
    return f"{{source: {citation.source.id}, clause: {_scalar(citation.clause)}}}"


def _block(key: str, value: object, indent: str) -> list[str]:
    """A part of a profile in block style, one fact a line."""
    if isinstance(value, Mapping):
        if not value:
            return [f"{indent}{key}: {{}}"]
        return [f"{indent}{key}:", *(line for k, v in value.items() for line in _block(str(k), v, indent + "  "))]
    if isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        lines = [f"{indent}{key}:"]
        for item in value:
            parts = [line for k, v in item.items() for line in _block(str(k), v, indent + "    ")]
            lines += [f"{indent}  - {parts[0].lstrip()}", *parts[1:]] if parts else [f"{indent}  - {{}}"]
        return lines
    return [f"{indent}{key}: {_flow(value)}"]


def _flow(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case None:
            return "null"
        case Decimal():
            return format(value, "f")
        case tuple() | list():
            return f"[{', '.join(_flow(part) for part in value)}]"
        case str():
            return _scalar(value)
        case _:
            return str(value)


def _scalar(text: str) -> str:
    """A text as YAML: plain where it reads as the same text, a day as it is, else in quotes."""
    import yaml

    try:
        if dt.date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    return yaml.safe_dump([text], allow_unicode=True, default_flow_style=True, width=10_000).strip()[1:-1]


def file_of(rulebook: Rulebook, programme: str, suggestions: Sequence[Suggestion]) -> str:
    """A whole file of cases for one programme."""
    title = rulebook.programmes[programme].title
    head = (
        f"# {title.zh}：没有算例发现的改动，各以一个算例补上；放到别的算例文件时只取 cases 以下各项。",
        f"# {title.en}: a case for each mistake that none notices; elsewhere paste what is below `cases`.",
        f"programme: {programme}",
        "",
        "cases:",
    )
    return "\n".join(head) + "\n" + "".join(found.written for found in suggestions)
