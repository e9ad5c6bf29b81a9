"""Testing stage: what is said of a property that does not hold: the profile in YAML, and what is decided and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial

from relief_engine.engine import Engine
from relief_engine.errors import ProfileError
from relief_engine.testing.written import to_yaml
from relief_engine.text import DEFAULT_LANGUAGE, Language, Text
from relief_engine.version import VERSION

#: Profiles in YAML, each with what is decided for it and why.
Story = tuple[tuple[str, Text], ...]

#: The width of a page of explanations.
_WIDTH = 100


class PropertyFailed(AssertionError):
    """A property of a rulebook does not hold.

    ``property`` is its id, ``message`` what is wrong, ``profiles`` the profiles in YAML, each with its decision and
    explanation in ``decisions``. What is decided is explained when it is first asked for: while a profile shrinks,
    hundreds of failures are made of which one is read.
    """

    def __init__(self, property_: str, message: Text, tell: Callable[[], Story] = tuple) -> None:
        super().__init__(property_, message)
        self.property = property_
        self.message = message
        self._tell = tell

    def __reduce__(self) -> tuple[type[PropertyFailed], tuple[object, ...]]:
        """Failures cross process borders whole."""
        return type(self), (self.property, self.message, partial(tuple, self._story))

    @cached_property
    def _story(self) -> Story:
        return self._tell()

    @property
    def profiles(self) -> tuple[str, ...]:
        """The profiles that show it, in YAML."""
        return tuple(profile for profile, _ in self._story)

    @property
    def decisions(self) -> tuple[Text, ...]:
        """What is decided for each of them, and why."""
        return tuple(decision for _, decision in self._story)

    def __str__(self) -> str:
        return self.report(DEFAULT_LANGUAGE)

    def report(self, language: Language = DEFAULT_LANGUAGE) -> str:
        """The whole story in one language."""
        parts = [f"{self.property}: {self.message.in_(language)}"]
        for profile, decision in self._story:
            parts += [profile.rstrip(), decision.in_(language).rstrip()]
        return "\n\n".join(parts)


def failed(
    property_: str, message: Text, engine: Engine, profiles: Sequence[Mapping[str, object]], programme: str | None,
    as_of: dt.date | None = None,
) -> PropertyFailed:  # fmt: skip
    """The failure of a property on one or more profiles, each with what the engine says of it."""

    def tell() -> Story:
        return tuple([(to_yaml(profile), explained(engine, profile, programme, as_of)) for profile in profiles])

    return PropertyFailed(property_, message, tell)


def explained(
    engine: Engine, profile: Mapping[str, object], programme: str | None, as_of: dt.date | None = None
) -> Text:
    """What is decided for a profile, and why, as ``relief check`` prints it."""
    from relief_engine.explanation.sheet import sheet
    from relief_engine.explanation.terminal import render

    try:
        report = engine.decide(profile, as_of=as_of, programmes=None if programme is None else [programme])
    except ProfileError as error:
        return Text(str(error), "\n".join(finding.in_("en") for finding in error.findings))
    zh, en = (
        render(sheet(report, engine, language, VERSION, full=programme is not None), width=_WIDTH)
        for language in ("zh", "en")
    )
    return Text(zh, en)
