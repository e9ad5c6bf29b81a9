"""Interview stage: what a person is asked, as records that a terminal and a page show alike."""

from __future__ import annotations

from relief_engine.profile.shape import MAX_SUBJECTS
from relief_engine.rulebook.facts import Fact, OneFormRelation, SubjectKind
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.record import Value
from relief_engine.rulebook.terms import APPLICANT
from relief_engine.text import Text

#: What the question for the kinds of subject is called where others go by a fact and a subject.
SUBJECTS = ("subjects", APPLICANT)


class Offered(Value):
    """A kind of subject that the applicant may have, and the programmes that are about it.

    ``usual`` is how many there are unless someone says otherwise: one where nothing else is asked about.
    """

    kind: SubjectKind
    programmes: tuple[Programme, ...]
    usual: int
    most: int = MAX_SUBJECTS

    @property
    def list(self) -> str:
        """The key of a profile under which they stand."""
        return self.kind.list or ""


class SubjectsPrompt(Value):
    """The question which leases, loans and so on there are. ``programmes`` are those that wait for the answer."""

    offered: tuple[Offered, ...]

    @property
    def asked(self) -> tuple[str, str]:
        """What to pass on, if nobody knows."""
        return SUBJECTS

    @property
    def programmes(self) -> tuple[Programme, ...]:
        """The programmes that wait for the answer."""
        return tuple(programme for offered in self.offered for programme in offered.programmes)

    @property
    def question(self) -> Text:
        """The question in words."""
        if len(self.offered) == 1:
            kind = self.offered[0].kind
            return Text(f"有几{kind.counter}{kind.label.zh}？", f"{kind.label.en}: how many are there?")
        return Text("申请方有下面哪些？", "Which of these does the applicant have?")


class FactPrompt(Value):
    """The question for one fact of one subject.

    ``path`` is where the answer stands in a profile. ``settles`` are the fewest and the most decisions that an answer
    settles by itself. ``coarse`` is the code that is known and says too little. ``instead`` are facts that may be given
    in place of this one: a rent by the year in place of one by the month. ``programmes`` are those that may turn on it.
    """

    fact: Fact
    subject: str
    about: Text
    path: tuple[str | int, ...]
    programmes: tuple[Programme, ...]
    settles: tuple[int, int]
    coarse: str | None = None
    instead: tuple[Fact, ...] = ()

    @property
    def asked(self) -> tuple[str, str]:
        """What to pass on, if nobody knows."""
        return self.fact.id, self.subject

    @property
    def question(self) -> Text:
        """The question in words."""
        return self.fact.question

    def instead_of(self, name: str) -> FactPrompt | None:
        """The question for a fact that may be given in place of this one, by its label, key or id."""
        for fact in self.instead:
            if name in (fact.id, fact.name, fact.label.zh, fact.label.en):
                path = (*self.path[:-1], fact.name)
                return FactPrompt(fact, self.subject, self.about, path, self.programmes, self.settles)
        return None


Prompt = SubjectsPrompt | FactPrompt


def path_of(fact: Fact, kind: SubjectKind, index: int | None) -> tuple[str | int, ...]:
    """Where a fact stands in a profile: ``("leases", 0, "start")``."""
    if fact.subject == APPLICANT or kind.list is None or index is None:
        return (APPLICANT, fact.name)
    return (kind.list, index, fact.name)


def other_forms(rulebook: Rulebook, fact: Fact) -> tuple[Fact, ...]:
    """The facts that begin another form of what a fact says, such as the rent by the year for the rent by the month."""
    facts = {other.id: other for other in rulebook.subjects[fact.subject].facts}
    for relation in rulebook.subjects[fact.subject].relations:
        if isinstance(relation, OneFormRelation) and any(fact.id in group for group in relation.groups):
            return tuple(facts[other] for group in relation.groups for other in group if other != fact.id)
    return ()
