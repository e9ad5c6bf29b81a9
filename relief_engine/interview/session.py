"""Interview stage: one interview as it goes on, with a way back to every question before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from relief_engine.engine import Engine
from relief_engine.interview.answering import answered
from relief_engine.interview.open import Asked
from relief_engine.interview.prompts import Prompt
from relief_engine.interview.step import Step, step


class Session:
    """An interview of one person. Every answer, and every question passed on, can be taken back.

    Who is meant is asked first: it decides nothing, and may be passed on.
    """

    def __init__(
        self,
        engine: Engine,
        profile: Mapping[str, object],
        *,
        as_of: dt.date | None = None,
        programmes: Iterable[str] | None = None,
    ) -> None:
        self.engine = engine
        self.as_of = as_of
        self.programmes = None if programmes is None else tuple(programmes)
        self.profile: Mapping[str, object] = profile
        self.passed: frozenset[Asked] = frozenset()
        self._before: list[tuple[Mapping[str, object], frozenset[Asked]]] = []
        self.step: Step = self._stepped()

    def _stepped(self) -> Step:
        return step(self.engine, self.profile, as_of=self.as_of, programmes=self.programmes, passed=self.passed)

    @property
    def prompt(self) -> Prompt | None:
        """The question that is asked now; None at the end."""
        who = self.step.identity[0] if self.step.identity else None
        facts = self.engine.rulebook.facts
        told = {*self.step.profile.applicant.values, *(fact for fact, _ in self.passed)}
        if who is None or any(getattr(facts.get(identity), "identifies", False) for identity in told):
            return self.step.prompt
        return who

    @property
    def begun(self) -> bool:
        """Whether there is a question before this one."""
        return bool(self._before)

    def answer(self, value: object, prompt: Prompt | None = None) -> None:
        """Answer the question, or one in its place; raises :class:`ProfileError`, and all is as it was."""
        asked = prompt or self.prompt
        if asked is None:
            raise ValueError("nothing is asked any more")
        self._go_on(answered(self.engine, self.profile, asked, value), self.passed)

    def skip(self) -> None:
        """Pass the question on: nobody knows."""
        asked = self.prompt
        if asked is None:
            raise ValueError("nothing is asked any more")
        self._go_on(self.profile, self.passed | {asked.asked})

    def back(self) -> bool:
        """Take back the last answer, or the last question passed on; False at the beginning."""
        if not self._before:
            return False
        self.profile, self.passed = self._before.pop()
        self.step = self._stepped()
        return True

    def _go_on(self, profile: Mapping[str, object], passed: frozenset[Asked]) -> None:
        before = self.profile, self.passed
        self.profile, self.passed = profile, passed
        self.step = self._stepped()
        self._before.append(before)
