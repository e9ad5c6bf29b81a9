"""Testing stage: answers become the profile that a user would write, and a profile becomes YAML."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

from relief_engine.profile.natural import STEP_AMOUNT, STEP_DAY
from relief_engine.profile.words import code_list
from relief_engine.rulebook.facts import OPEN_END, Fact
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.terms import APPLICANT, Subject
from relief_engine.testing.borders import Answer, Answers


def mapping(
    rulebook: Rulebook, as_of: dt.date, applicant: Answers, listed: Mapping[Subject, Sequence[Answers]]
) -> dict[str, object]:
    """The profile as a plain mapping.

    Args:
        rulebook: whose facts they are.
        as_of: the day of the decision.
        applicant: what is known about the applicant.
        listed: what is known about each lease, loan and so on, by kind of subject.
    """
    found: dict[str, object] = {"as_of": as_of, APPLICANT: _subject(rulebook, applicant)}
    for name, kind in rulebook.lists.items():
        if kind.id in listed:
            found[name] = [_subject(rulebook, answers) for answers in listed[kind.id]]
    return found


def _subject(rulebook: Rulebook, answers: Answers) -> dict[str, object]:
    return {name.partition(".")[2]: written(rulebook, name, value) for name, value in answers.items()}


def written(rulebook: Rulebook, name: str, value: Answer) -> object:
    """One value as a user writes it: an id, a number in the fact's unit, a day, ``open``."""
    fact = rulebook.facts[name]
    if isinstance(value, str) or not isinstance(fact, Fact):
        return value
    if isinstance(value, tuple):
        return [{STEP_DAY: dt.date.fromordinal(day), STEP_AMOUNT: _figure(fact, rent)} for day, rent in value]
    match fact.type:
        case "yes_no":
            return bool(value)
        case "choice":
            return fact.domain.ids[value] if fact.domain else ""
        case "industry_code":
            codes = code_list(rulebook)
            return codes.codes[value].id if codes is not None else ""
        case "date":
            return "open" if value == OPEN_END else dt.date.fromordinal(value)
        case "count":
            return value
        case _:
            return _figure(fact, value)


def _figure(fact: Fact, value: int) -> int | Decimal:
    """A figure in the fact's unit: a whole number, or one with as many decimals as it needs."""
    scale = fact.unit.scale if fact.unit else 1
    number = Decimal(value) / Decimal(int(scale * fact.denominator))
    return int(number) if number == number.to_integral_value() else number


def to_yaml(profile: Mapping[str, object]) -> str:
    """A profile as a YAML file that ``relief check`` reads, keys in their order, figures exact."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Figures as they are, and no aliases for what stands there twice."""

        def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  # the signature is PyYAML's
            return True

    def decimal(dumper: yaml.SafeDumper, value: Decimal) -> yaml.Node:
        return dumper.represent_scalar("tag:yaml.org,2002:float", format(value, "f"))

    Dumper.add_representer(Decimal, decimal)
    return yaml.dump(dict(profile), Dumper=Dumper, allow_unicode=True, sort_keys=False)
