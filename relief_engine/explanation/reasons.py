"""Explanation stage: conditions in words: what was read and where, what is required, by how much it is missed."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from relief_engine.compiled import ir
from relief_engine.compiled.layout import Value
from relief_engine.decision import Decision, Status, status
from relief_engine.explanation import say
from relief_engine.explanation.arithmetic import Arithmetic
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.facts import ClassFact, Fact, SizeFact
from relief_engine.rulebook.standards import ClassMap, Limit, Row, SizeTable
from relief_engine.text import Text, joined


@dataclass(frozen=True, slots=True)
class Reason:
    """One node of the tree of reasons. ``margin`` says by how much an unmet limit is missed."""

    status: Status
    text: Text
    margin: Text | None = None
    place: str | None = None
    citations: tuple[str, ...] = ()
    parts: tuple[Reason, ...] = ()


ANY = Text("以下至少一项", "at least one of")
ALL = Text("以下全部", "all of")


class Reasons:
    """Renders the conditions of one decision."""

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        self.arithmetic = Arithmetic(decision)
        self.program: ir.Program = self.arithmetic.program
        self.codes = say.code_list(decision)
        self.tables: dict[str, SizeTable] = {}
        self.maps: dict[str, ClassMap] = {}
        for node in self.program.nodes:
            if isinstance(node, ir.SizeIs):
                self.tables[node.table.id] = node.table
                self.maps[node.table.sectors.id] = node.table.sectors
            elif isinstance(node, ir.ClassIs):
                self.maps[node.table.id] = node.table

    def reason(self, expr: ex.Expr, *, wanted: bool = True) -> Reason:
        """The reason for a condition, or for its opposite where that is what is wanted."""
        match expr:
            case ex.Not(operand=operand):
                return self.reason(operand, wanted=not wanted)
            case ex.AllOf(parts=parts) | ex.AnyOf(parts=parts):
                every = isinstance(expr, ex.AllOf) == wanted
                found = tuple(self.reason(part, wanted=wanted) for part in parts)
                return Reason(self.status(expr, wanted), ALL if every else ANY, parts=found)
            case ex.Flag(fact=fact):
                needed = Text("须为“是”", "must be yes") if wanted else Text("须为“否”", "must be no")
                return self.fact_reason(expr, fact, needed, wanted)
            case ex.Member():
                return self.member(expr, wanted)
            case ex.Compare():
                return self.compare(expr, wanted)
            case _:
                raise TypeError(f"not a condition: {expr}")

    def status(self, expr: ex.Expr, wanted: bool) -> Status:  # noqa: FBT001
        node = self.program.node_of[id(expr)]
        value = self.decision.values[node]
        return status(value if wanted or value is None else ir.negated(value))

    def read(self, fact: Fact | object) -> Text:
        """What was read for a fact; a figure that does not exist says so."""
        found = say.known(self.decision, fact)  # type: ignore[arg-type]
        if found is None and isinstance(fact, Fact):
            absent = self.decision.profile.not_available(self.decision.programme.subject, self.decision.index)
            if fact.id in absent:
                return say.NOT_AVAILABLE
        return say.value(fact, found, self.codes)  # type: ignore[arg-type]

    def fact_reason(self, expr: ex.Expr, fact: object, needed: Text, wanted: bool) -> Reason:  # noqa: FBT001
        title = say.label(fact)  # type: ignore[arg-type]
        read = self.read(fact)
        text = Text(f"{title.zh}：{read.zh}；{needed.zh}", f"{title.en}: {read.en}; {needed.en}")
        return Reason(self.status(expr, wanted), text, place=say.place(self.decision, fact))  # type: ignore[arg-type]

    # --- choices and classes ------------------------------------------------------------------------------------

    def member(self, expr: ex.Member, wanted: bool) -> Reason:  # noqa: FBT001
        fact = expr.subject.fact
        kind = expr.subject.type
        if not isinstance(kind, ex.ChoiceType):
            raise TypeError("a membership test needs a choice")
        names = self.named(expr)
        citations: tuple[str, ...] = ()
        if expr.name is not None:
            value = self.arithmetic.programme.parameters[expr.name].versions.on(self.decision.as_of)
            citations = say.cited(value.citations) if value is not None else ()
        labels = joined([kind.domain.labels[i] for i in names])
        needed = (
            Text(f"须为 {labels.zh}", f"must be {labels.en}") if wanted else Text(f"须不是 {labels.zh}", f"must not be {labels.en}")
        )
        if isinstance(fact, SizeFact):
            return self.size(expr, fact, needed, wanted)
        if isinstance(fact, ClassFact):
            return self.code_class(expr, fact, needed, wanted)
        found = self.fact_reason(expr, fact, needed, wanted)
        return Reason(found.status, found.text, place=found.place, citations=citations)

    def named(self, expr: ex.Member) -> list[int]:
        """The positions of the values that a test names, in the domain's order."""
        kind = expr.subject.type
        if not isinstance(kind, ex.ChoiceType):
            return []
        names = set(expr.values)
        if expr.name is not None:
            found = self.arithmetic.programme.parameters[expr.name].versions.on(self.decision.as_of)
            value = found.value if found is not None else ()
            names = set(value) if isinstance(value, tuple | dict) else set()
        return [index for index, name in enumerate(kind.domain.ids) if name in names]

    def code(self, code_fact: str) -> tuple[Fact, Value]:
        fact = self.arithmetic.programme.facts[code_fact]
        if not isinstance(fact, Fact):
            raise TypeError("a code is a fact")
        return fact, say.known(self.decision, fact)

    def code_class(self, expr: ex.Member, fact: ClassFact, needed: Text, wanted: bool) -> Reason:  # noqa: FBT001
        code_fact, code = self.code(fact.code)
        classes = self.maps[fact.standard]
        candidates = classes.of(code if isinstance(code, int) else None)
        labels = joined([classes.domain.labels[c] for c in candidates], zh="或", en=" or ")
        read = self.read(code_fact)
        title = say.label(code_fact)
        if code is None:
            text = Text(f"{title.zh}：{read.zh}；{needed.zh}", f"{title.en}: {read.en}; {needed.en}")
        else:
            text = Text(f"{title.zh}：{read.zh}，属{labels.zh}；{needed.zh}", f"{title.en}: {read.en}, that is {labels.en}; {needed.en}")
        return Reason(self.status(expr, wanted), text, place=say.place(self.decision, code_fact), citations=say.cited(classes.citations))

    # --- sizes --------------------------------------------------------------------------------------------------

    def size(self, expr: ex.Member, fact: SizeFact, needed: Text, wanted: bool) -> Reason:  # noqa: FBT001
        table = self.tables[fact.standard]
        code_fact, code = self.code(fact.code)
        known = code if isinstance(code, int) else None
        candidates = table.sectors.of(known)
        outcome = self.status(expr, wanted)
        title = fact.label
        if known is None:
            text = Text(f"{title.zh}：行业不明，无法对照划型标准；{needed.zh}", f"{title.en}: the industry is unknown; {needed.en}")
            return Reason(outcome, text)
        read = self.read(code_fact)
        if len(candidates) > 1:
            rows = joined([table.sectors.domain.labels[c] for c in candidates], zh="或", en=" or ")
            text = Text(f"{title.zh}：{read.zh} 可能适用{rows.zh}标准；{needed.zh}", f"{title.en}: {read.en} may fall under {rows.en}; {needed.en}")
            return Reason(outcome, text, place=say.place(self.decision, code_fact))
        row = table.row(candidates[0])
        if row is None:
            text = Text(f"{title.zh}：{read.zh} 没有划型标准；{needed.zh}", f"{title.en}: no standard covers {read.en}; {needed.en}")
            return Reason(outcome, text, place=say.place(self.decision, code_fact), citations=say.cited(table.citations))
        slots = dict(fact.indicators)
        parts = tuple(self.indicator(table, row, limit, slots.get(limit.indicator), expr, wanted) for limit in row.limits)
        if outcome is Status.MET and 0 in self.named(expr) and wanted:
            # One low indicator settles it, whatever those that are unknown would say.
            parts = tuple(part for part in parts if part.status is not Status.UNKNOWN)
        result = self.size_words(table, row, slots)
        text = Text(
            f"{title.zh}：{result.zh}（{row.label.zh}标准，取各指标中最低的一档）；{needed.zh}",
            f"{title.en}: {result.en} (standard for {row.label.en}, the lowest class of all indicators); {needed.en}",
        )
        return Reason(outcome, text, place=say.place(self.decision, code_fact), citations=say.cited(row.citations), parts=parts)

    def size_words(self, table: SizeTable, row: Row, slots: dict[str, str]) -> Text:
        """The class, or the classes that are still possible."""
        low, high = 0, len(table.domain.ids) - 2
        for limit in row.limits:
            fact_id = slots.get(limit.indicator)
            value = say.known(self.decision, self.arithmetic.programme.facts[fact_id]) if fact_id else None
            if isinstance(value, int):
                high = min(high, class_of(limit, value))
            else:
                low = -1
        if low < 0:
            if high == len(table.domain.ids) - 2:
                return Text("还不能确定", "not yet known")
            return joined([table.domain.labels[i] for i in range(high + 1)], zh="或", en=" or ")
        return table.domain.labels[high]

    def indicator(self, table: SizeTable, row: Row, limit: Limit, fact_id: str | None, expr: ex.Member, wanted: bool) -> Reason:  # noqa: FBT001
        """One indicator of a row: its value, the class it gives, and the limit that it misses."""
        fact = self.arithmetic.programme.facts[fact_id] if fact_id else None
        name = table.indicators[limit.indicator]
        if not isinstance(fact, Fact):
            return Reason(Status.UNKNOWN, Text(f"{name.zh}：没有这项数据", f"{name.en}: not asked for"))
        value = say.known(self.decision, fact)
        title = say.label(fact)
        wanted_classes = set(self.named(expr)) if wanted else set(range(len(table.domain.ids))) - set(self.named(expr))
        top = max((c for c in wanted_classes if c != table.uncovered), default=-1)
        needed: Text | None = None
        limit_words: Text | None = None
        if 0 <= top < len(limit.bounds):
            limit_words = say.figure(limit.printed[top] * limit.unit.scale, limit.unit)
            needed = Text(f"须少于 {limit_words.zh}", f"must be below {limit_words.en}")
        read = self.read(fact)
        if not isinstance(value, int):
            tail = Text(f"，{needed.zh}", f", {needed.en}") if needed else Text("", "")
            return Reason(Status.UNKNOWN, Text(f"{title.zh}：{read.zh}{tail.zh}", f"{title.en}: {read.en}{tail.en}"), citations=say.cited(row.citations))
        index = class_of(limit, value)
        size = table.domain.labels[index]
        inside = index <= top
        band = self.band(limit, index)
        margin = None
        if not inside and needed is not None:
            over = say.value(fact, value - limit.bounds[top], None)
            margin = Text(f"{needed.zh}，多 {over.zh}", f"{needed.en}, {over.en} too many")
        text = Text(f"{title.zh}：{read.zh}，属{size.zh}（{band.zh}）", f"{title.en}: {read.en}, {size.en} ({band.en})")
        return Reason(
            Status.MET if inside else Status.UNMET, text, margin=margin,
            place=say.place(self.decision, fact), citations=say.cited(row.citations),
        )  # fmt: skip

    @staticmethod
    def band(limit: Limit, index: int) -> Text:
        """The band of values of a class: 100 人以上、不足 300 人."""
        low = say.figure(limit.printed[index - 1] * limit.unit.scale, limit.unit) if index > 0 else None
        high = say.figure(limit.printed[index] * limit.unit.scale, limit.unit) if index < len(limit.bounds) else None
        if low is None and high is not None:
            return Text(f"不足 {high.zh}", f"below {high.en}")
        if high is None and low is not None:
            return Text(f"{low.zh}以上", f"{low.en} or more")
        if low is None or high is None:
            return Text("", "")
        return Text(f"{low.zh}以上、不足 {high.zh}", f"{low.en} or more, below {high.en}")

    # --- comparisons --------------------------------------------------------------------------------------------

    def compare(self, expr: ex.Compare, wanted: bool) -> Reason:  # noqa: FBT001
        op = expr.op if wanted else say.OPPOSITE[expr.op]
        days = say.is_day(expr.left.type)
        words = (say.COMPARED_DAYS if days else say.COMPARED)[op]
        left, right = self.side(expr.left), self.side(expr.right)
        a, b = self.arithmetic.span(expr.left), self.arithmetic.span(expr.right)
        left_words, right_words = self.shown(expr.left, a, expr.right), self.shown(expr.right, b, expr.left)
        limit = Text(
            right_words.zh if right.zh in (right_words.zh, "") else f"{right.zh}（{right_words.zh}）",
            right_words.en if right.en in (right_words.en, "") else f"{right.en} ({right_words.en})",
        )
        text = Text(f"{left.zh}：{left_words.zh}；须{words.zh} {limit.zh}", f"{left.en}: {left_words.en}; must be {words.en} {limit.en}")
        outcome = self.status(expr, wanted)
        margin = None
        if outcome is Status.UNMET and a is not None and b is not None and a[0] != b[0]:
            margin = self.margin(expr, a[0] - b[0], days=days)
        return Reason(outcome, text, margin=margin, place=self.place(expr))

    def margin(self, expr: ex.Compare, difference: Fraction, *, days: bool) -> Text:
        if days:
            number = abs(int(difference))
            return Text(f"相差 {number} 天", f"{number} days apart")
        unit = expr.left.type.unit if isinstance(expr.left.type, ex.NumberType) else None
        words = say.figure(abs(difference), unit)
        if difference > 0:
            return Text(f"多 {words.zh}", f"{words.en} too many")
        return Text(f"少 {words.zh}", f"{words.en} too few")

    def side(self, expr: ex.Expr) -> Text:
        """What one side of a comparison is called."""
        match expr:
            case ex.FactRef(fact=fact):
                return say.label(fact)
            case ex.LetRef(name=name):
                return self.arithmetic.programme.lets[name].title
            case ex.AsOf():
                return Text("判定日", "the day of the decision")
            case ex.Entry(key=key):
                title = say.label(key.fact)
                return Text(f"{title.zh}对应的日期", f"the day listed for the {title.en.lower()}")
            case ex.Arith():
                return self.arithmetic.written(expr)
            case _:
                return Text("", "")

    def shown(self, expr: ex.Expr, span: tuple[Fraction, Fraction] | None, other: ex.Expr) -> Text:
        """The value of one side of a comparison."""
        if isinstance(expr, ex.Entry):
            return self.entry(expr)
        if isinstance(expr, ex.Number) and isinstance(other.type, ex.NumberType):
            return say.figure(Fraction(expr.value), other.type.unit)
        return self.arithmetic.words(expr, span)

    def entry(self, expr: ex.Entry) -> Text:
        found = self.arithmetic.programme.parameters[expr.name].versions.on(self.decision.as_of)
        value = say.known(self.decision, expr.key.fact)
        kind = expr.key.type
        if found is None or not isinstance(found.value, dict) or not isinstance(kind, ex.ChoiceType) or not isinstance(value, int):
            return say.UNKNOWN
        entry = found.value.get(kind.domain.ids[value])
        return Text("没有列入", "not listed") if entry is None else say.both(str(entry))

    def place(self, expr: ex.Compare) -> str | None:
        for part in ex.walk(expr):
            if isinstance(part, ex.FactRef):
                found = say.place(self.decision, part.fact)
                if found is not None:
                    return found
            if isinstance(part, ex.LetRef):
                for inner in ex.walk(self.arithmetic.programme.lets[part.name].value):
                    if isinstance(inner, ex.FactRef):
                        found = say.place(self.decision, inner.fact)
                        if found is not None:
                            return found
        return None


def class_of(limit: Limit, value: int) -> int:
    """The class that one indicator gives: how many of its lower limits the value reaches."""
    return sum(value >= bound for bound in limit.bounds)
