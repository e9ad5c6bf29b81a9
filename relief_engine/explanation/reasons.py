"""Explanation stage: conditions in words: what was read and where, what is asked, and by how much it is missed."""

from __future__ import annotations

from fractions import Fraction

from relief_engine.decision import Status
from relief_engine.errors import Location
from relief_engine.explanation import say
from relief_engine.explanation.arithmetic import Arithmetic, Span
from relief_engine.explanation.reason import Mood, Reason
from relief_engine.explanation.sizes import size_reason
from relief_engine.explanation.trace import Trace
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.facts import AnyFact, ClassFact, SizeFact
from relief_engine.text import Text, joined

_JOINED: dict[tuple[Mood, bool], Text] = {
    ("asked", True): Text("以下各项都须满足", "all of these are needed"),
    ("asked", False): Text("以下各项至少满足一项", "at least one of these is needed"),
    ("stated", True): Text("以下各项都成立", "all of these hold"),
    ("stated", False): Text("以下各项至少一项成立", "at least one of these holds"),
}


class Reasons:
    """Puts the conditions of one decision into words."""

    def __init__(self, trace: Trace, arithmetic: Arithmetic) -> None:
        self.trace = trace
        self.arithmetic = arithmetic

    def asked(self, expr: ex.Expr) -> Reason:
        """The reason for a condition that the applicant must meet."""
        return self.reason(expr, "asked", wanted=True)

    def stated(self, expr: ex.Expr, *, wanted: bool = True) -> Reason:
        """The reason for a condition that only says what is the case."""
        return self.reason(expr, "stated", wanted=wanted)

    def reason(self, expr: ex.Expr, mood: Mood, *, wanted: bool) -> Reason:
        """The reason for a condition, or for its opposite where that is what is wanted."""
        match expr:
            case ex.Not(operand=operand):
                return self.reason(operand, mood, wanted=not wanted)
            case ex.AllOf(parts=parts) | ex.AnyOf(parts=parts):
                every = isinstance(expr, ex.AllOf) == wanted
                found = tuple(self.reason(part, mood, wanted=wanted) for part in parts)
                status = self.trace.condition(expr, wanted=wanted)
                return Reason(status, _JOINED[mood, every], parts=found, join="all" if every else "any")
            case ex.Flag(fact=fact):
                needed = Text("须为“是”", "must be yes") if wanted else Text("须为“否”", "must be no")
                status = self.trace.condition(expr, wanted=wanted)
                return self.about(fact, status, needed, plain=mood == "stated" or status is Status.MET)
            case ex.Member():
                return self.member(expr, mood, wanted=wanted)
            case ex.Compare():
                return self.compare(expr, mood, wanted=wanted)
            case _:
                raise TypeError(f"not a condition: {expr}")

    def about(self, fact: AnyFact, status: Status, needed: Text, *, plain: bool) -> Reason:
        """The reason for a condition on one fact; ``plain`` leaves out what is needed."""
        value = self.trace.value(fact)
        text = say.titled(say.label(fact), value)
        if not plain:
            text = Text(f"{text.zh}，{needed.zh}", f"{text.en}; {needed.en}")
        return Reason(status, text, fact.id, value, needed, place=self.trace.place(fact))

    # --- choices and classes ------------------------------------------------------------------------------------

    def member(self, expr: ex.Member, mood: Mood, *, wanted: bool) -> Reason:
        """The reason for a test that a choice or class is one of some."""
        fact = expr.subject.fact
        kind = expr.subject.type
        if not isinstance(kind, ex.ChoiceType):
            raise TypeError("a membership test needs a choice")
        status = self.trace.condition(expr, wanted=wanted)
        named, citations = self.named(expr, kind)
        labels = [kind.domain.labels[index] for index in named]
        listed = expr.name is not None
        needed = _listed(labels, wanted=wanted) if listed else _among(labels, wanted=wanted)
        # A choice that is the only one wanted says so by its value; so does one that is only stated.
        plain = mood == "stated" or (status is Status.MET and wanted and len(labels) == 1)
        if isinstance(fact, SizeFact):
            classes = frozenset(named) if wanted else frozenset(range(len(kind.domain.ids))) - frozenset(named)
            return size_reason(self.trace, fact, classes, needed, status, mood)
        if isinstance(fact, ClassFact):
            return self.code_class(fact, status, needed, plain=plain)
        found = self.about(fact, status, needed, plain=plain)
        if mood == "stated" and listed:
            words = joined(labels)
            among = Text(f"在{words.zh}之列", f"which is among {words.en}")
            if not wanted:
                among = Text(f"不在{words.zh}之列", f"which is not among {words.en}")
            found = found._replace(text=Text(f"{found.text.zh}，{among.zh}", f"{found.text.en}, {among.en}"))
        return found._replace(citations=citations)

    def named(self, expr: ex.Member, kind: ex.ChoiceType) -> tuple[list[int], tuple[str, ...]]:
        """The positions of the values that a test names, in the domain's order, and the clauses that name them."""
        names: set[str] = set(expr.values)
        citations: tuple[str, ...] = ()
        if expr.name is not None:
            parameter = self.trace.parameter(expr.name)
            names = set(parameter.value) if isinstance(parameter.value, tuple | dict) else set()
            citations = say.cited(parameter.citations)
        return [index for index, name in enumerate(kind.domain.ids) if name in names], citations

    def code_class(self, fact: ClassFact, status: Status, needed: Text, *, plain: bool) -> Reason:
        """The reason for a condition on the class of a code."""
        code_fact = self.trace.facts[fact.code]
        code = self.trace.known(code_fact)
        classes = self.trace.standards.class_maps[fact.standard]
        value = self.trace.value(code_fact)
        if isinstance(code, int):
            candidates = [classes.domain.labels[c] for c in classes.of(code)]
            found = say.either(candidates)
            if len(candidates) == 1:
                value = Text(f"{value.zh}，属{found.zh}", f"{value.en}, {found.en}")
            else:
                value = Text(f"{value.zh}太粗，可能属{found.zh}", f"{value.en} is too coarse, it may be {found.en}")
        text = say.titled(say.label(code_fact), value)
        if not plain:
            text = Text(f"{text.zh}，{needed.zh}", f"{text.en}; {needed.en}")
        place = self.trace.place(code_fact)
        return Reason(status, text, code_fact.id, value, needed, place=place, citations=say.cited(classes.citations))

    # --- comparisons --------------------------------------------------------------------------------------------

    def compare(self, expr: ex.Compare, mood: Mood, *, wanted: bool) -> Reason:
        """The reason for a comparison of two figures or days."""
        op = expr.op if wanted else say.OPPOSITE[expr.op]
        days = isinstance(expr.left.type, ex.DateType)
        words = (say.COMPARED_DAYS if days else say.COMPARED)[op]
        status = self.trace.condition(expr, wanted=wanted)
        a, b = self.arithmetic.span(expr.left), self.arithmetic.span(expr.right)
        left, right = self.shown(expr.left, a, expr.right), self.shown(expr.right, b, expr.left)
        title, limit = self.side(expr.left), self.limit(expr.right, right)
        relation = say.behind(words, limit)
        needed = Text(f"须{relation.zh}", f"must be {relation.en}")
        text = left if title is None else say.titled(title, left)
        if mood == "asked":
            text = Text(f"{text.zh}，{needed.zh}", f"{text.en}; {needed.en}")
        else:
            text = Text(f"{text.zh}，{relation.zh}", f"{text.en}, {relation.en}")
        margin = None
        if status is Status.UNMET and op not in ("==", "!=") and a is not None and b is not None:
            margin = self.margin(expr, a, b)
        facts = [part.fact.id for part in ex.walk(expr.left) if isinstance(part, ex.FactRef)]
        return Reason(
            status, text, facts[0] if len(facts) == 1 else None, left, needed, margin,
            self.place(expr), self.citations(expr),
        )  # fmt: skip

    def margin(self, expr: ex.Compare, a: Span, b: Span) -> Text | None:
        """By how much the left side lies off the right one."""
        if a[0] != a[1] or b[0] != b[1]:
            return None
        difference = a[0] - b[0]
        if isinstance(expr.left.type, ex.DateType):
            return say.margin_in_days(int(difference))
        unit = expr.left.type.unit if isinstance(expr.left.type, ex.NumberType) else None
        return say.margin_of(difference, say.figure(abs(difference), unit))

    def limit(self, expr: ex.Expr, shown: Text) -> Text:
        """The right side: its value, with its name where that says more."""
        title = self.side(expr)
        if title is None or title == shown:
            return shown
        return Text(f"{title.zh}（{shown.zh}）", f"{title.en[:1].lower()}{title.en[1:]} ({shown.en})")

    def side(self, expr: ex.Expr) -> Text | None:
        """What one side of a comparison is called; None for a plain value."""
        match expr:
            case ex.FactRef(fact=fact):
                return say.label(fact)
            case ex.LetRef(name=name):
                return self.trace.programme.lets[name].title
            case ex.AsOf():
                return Text("判定日", "Day of the decision")
            case ex.Entry(key=key):
                title = say.label(key.fact)
                return Text(f"{title.zh}列入的日期", f"Day listed for the {title.en[:1].lower()}{title.en[1:]}")
            case ex.Arith():
                return self.arithmetic.written(expr)
            case _:
                return None

    def shown(self, expr: ex.Expr, span: Span | None, other: ex.Expr) -> Text:
        """The value of one side of a comparison."""
        if isinstance(expr, ex.Entry):
            return self.entry(expr)
        if isinstance(expr, ex.FactRef):
            return self.trace.value(expr.fact)
        if isinstance(expr, ex.Number) and isinstance(other.type, ex.NumberType):
            return say.figure(Fraction(expr.value), other.type.unit)
        return self.arithmetic.words(expr, span)

    def entry(self, expr: ex.Entry) -> Text:
        """The entry of a table for the choice that was read."""
        table = self.trace.parameter(expr.name)
        value, kind = self.trace.known(expr.key.fact), expr.key.type
        if not isinstance(table.value, dict) or not isinstance(kind, ex.ChoiceType) or not isinstance(value, int):
            return say.UNKNOWN
        entry = table.value.get(kind.domain.ids[value])
        return Text("没有列入", "not listed") if entry is None else say.both(str(entry))

    def place(self, expr: ex.Compare) -> Location | None:
        """Where the first of its facts was read."""
        return next((place for fact in self.facts(expr) if (place := self.trace.place(fact)) is not None), None)

    def facts(self, expr: ex.Expr) -> list[AnyFact]:
        """The facts that an expression reads, also through named figures."""
        found: list[AnyFact] = []
        for part in ex.walk(expr):
            if isinstance(part, ex.FactRef):
                found.append(part.fact)
            elif isinstance(part, ex.LetRef):
                found += self.facts(self.trace.programme.lets[part.name].value)
        return found

    def citations(self, expr: ex.Expr) -> tuple[str, ...]:
        """The clauses of the parameters that stand in an expression itself."""
        names = [part.name for part in ex.walk(expr) if isinstance(part, ex.ParamRef | ex.Entry)]
        return tuple(dict.fromkeys(c for name in names for c in say.cited(self.trace.parameter(name).citations)))


def _among(labels: list[Text], *, wanted: bool) -> Text:
    words = say.either(labels)
    if wanted:
        return Text(f"须为{words.zh}", f"must be {words.en}")
    return Text(f"不得为{words.zh}", f"must not be {words.en}")


def _listed(labels: list[Text], *, wanted: bool) -> Text:
    words = joined(labels)
    if wanted:
        return Text(f"须在{words.zh}之列", f"must be one of {words.en}")
    return Text(f"不得在{words.zh}之列", f"must not be one of {words.en}")
