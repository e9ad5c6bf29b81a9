"""Comparing stage: the records of single edits between two rulebooks."""

from __future__ import annotations

from enum import StrEnum

from relief_engine.errors import Location
from relief_engine.rulebook.periods import Period
from relief_engine.rulebook.record import Value
from relief_engine.text import Text


class Reach(StrEnum):
    """How far an edit can reach: a decision, the reading of an input, what is shown beside a decision, or words only.

    What a programme cites and what people read are words. ``answer`` says that an edit *can* change a decision; whether
    it does is another question, which :mod:`relief_engine.comparing.effects` answers.
    """

    ANSWER = "answer"
    READING = "reading"
    SHOWN = "shown"
    WORDING = "wording"


class Home(StrEnum):
    """The kind of thing that an edited element belongs to."""

    PROGRAMME = "programme"
    STANDARD = "standard"
    FACTS = "facts"
    SOURCE = "source"
    FORM = "form"


class Part(StrEnum):
    """The kind of an edited element."""

    PROGRAMME = "programme"
    PARAMETER = "parameter"
    LET = "let"
    CRITERION = "criterion"
    REFERRAL = "referral"
    NOT_AVAILABLE = "not_available"
    BENEFIT = "benefit"
    DEADLINE = "deadline"
    WAY = "way"
    CHECK_BY_HAND = "check_by_hand"
    REMARK = "remark"
    SUBJECT = "subject"
    FACT = "fact"
    CHOICE = "choice"
    DERIVED = "derived"
    RELATION = "relation"
    STANDARD = "standard"
    CLASS = "class"
    CODE = "code"
    ROW = "row"
    LIMIT = "limit"
    SOURCE = "source"
    CLAUSE = "clause"
    FORM = "form"
    COLUMN = "column"
    NOTE = "note"
    PROPERTY = "property"


class Aspect(StrEnum):
    """What of an element was edited."""

    VALUE = "value"
    UNIT = "unit"
    CONDITION = "condition"
    DATES = "dates"
    CITATIONS = "citations"
    TITLE = "title"
    WORDS = "words"
    KIND = "kind"
    PAYER = "payer"
    IN_PLACE_OF = "in_place_of"
    AMOUNT = "amount"
    CEILING = "ceiling"
    RATE = "rate"
    PAYABLE = "payable"
    UNTIL = "until"
    ROUNDING = "rounding"
    ORDER = "order"
    NAMES = "names"
    TYPE = "type"
    LIMITS = "limits"
    SETTING = "setting"
    CLASSES = "classes"


class Owner(Value):
    """What an edited element belongs to: a programme, a standard, the facts of a subject, a document or a form."""

    home: Home
    id: str
    title: Text


class Written(Value):
    """What one side says: in words as a person would write them, where it stands, and the clauses that it cites."""

    text: Text
    where: Location | None
    citations: tuple[str, ...] = ()


class Edit(Value):
    """One edit. ``title`` names the element; ``period`` are the days that it concerns, None if all of its own."""

    owner: Owner
    part: Part
    id: str
    title: Text
    period: Period | None
    reach: Reach

    @property
    def effect(self) -> bool:
        """Whether the edit can change an answer or how an input is read; False if only what is shown or worded."""
        return self.reach in (Reach.ANSWER, Reach.READING)


class Added(Edit):
    """An element that only the new rulebook has, or has on these days."""

    after: Written


class Removed(Edit):
    """An element that only the old rulebook has, or has on these days."""

    before: Written


class Changed(Edit):
    """An element that both have, and that says something else now."""

    aspect: Aspect
    before: Written
    after: Written


AnyEdit = Added | Removed | Changed


def certain(edit: AnyEdit) -> bool:
    """Whether an edit is a difference in effect by itself, which no search for profiles would show.

    So is how an input is read: the same profile, once read, is decided alike. So is who gives a benefit and of which
    kind it is: outcome and figures are the same. So is the referral for figures that do not exist,
    which no search draws.
    """
    if edit.reach is Reach.READING:
        return True
    if edit.part is Part.NOT_AVAILABLE:
        return not isinstance(edit, Changed) or edit.aspect is Aspect.NAMES
    return isinstance(edit, Changed) and edit.part is Part.BENEFIT and edit.aspect in (Aspect.PAYER, Aspect.KIND)


def before(edit: AnyEdit) -> Written | None:
    """What the old rulebook says, if it has the element."""
    return None if isinstance(edit, Added) else edit.before


def after(edit: AnyEdit) -> Written | None:
    """What the new rulebook says, if it has the element."""
    return None if isinstance(edit, Removed) else edit.after


def place(edit: AnyEdit) -> Location:
    """Where to look: in the new rulebook, or in the old one for what was removed."""
    said = before(edit) if isinstance(edit, Removed) else after(edit)
    return Location("") if said is None or said.where is None else said.where
