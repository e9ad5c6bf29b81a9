"""Roster stage: what looks like a slip in a row that gets something: no refusal, but a word to whoever grants it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from relief_engine.decision import Outcome
from relief_engine.engine.sizing import size_fact
from relief_engine.errors import UnknownName
from relief_engine.profile.model import Profile
from relief_engine.roster.answers import Answer
from relief_engine.roster.counts import cents
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.model import Rulebook
from relief_engine.text import Text, joined

_ELIGIBLE = Outcome.ELIGIBLE.value
_NOTHING = Text("金额为 0，请核对所填数据", "the amount is 0; please check the figures")


class Doubts:
    """Looks at the rows of one screening."""

    def __init__(self, rulebook: Rulebook) -> None:
        try:
            names = [name for _, name in size_fact(rulebook).indicators]
        except UnknownName:
            names = []
        #: The figures by which an applicant is small or not.
        self.sizes = [fact for name in names if isinstance(fact := rulebook.facts.get(name), Fact)]

    def hints(self, profile: Profile, answers: Sequence[Answer]) -> Iterator[Text]:
        """What to say of a row; nothing where no answer is eligible."""
        granted = [answer for answer in answers if answer.summary["outcome"] == _ELIGIBLE]
        if not granted:
            return
        if any(cents(answer) == (0, 0) for answer in granted):
            yield _NOTHING
        given = [fact for fact in self.sizes if fact.id in profile.applicant.values]
        if len(given) > 1 and not any(profile.applicant.values[fact.id] for fact in given):
            labels = joined([fact.label for fact in given])
            yield Text(f"{labels.zh}都是 0，请核对", f"all 0: {labels.en}; please check")
