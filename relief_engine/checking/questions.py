"""Checking stage: what is asked of a programme: whether each of its parts can do what it is there for.

A question is settled by one profile. What no profile settles is a part without effect, and a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from relief_engine.checking.extending import Extension
from relief_engine.compiled import ir
from relief_engine.errors import Location
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.record import Record, changed
from relief_engine.text import Text

#: Names a question among those of all stretches of days: its code, its place, what is asked there, and of which part
#: of those that begin there.
Key = tuple[str, Location, str, str]


class Question(Record):
    """Whether some profile gives a node a value.

    ``sought`` says in words what the profile would do. With ``pair``, a condition and the same without a part, the node
    says that they differ on a profile that is filled in; that the condition alone is known on another settles it too.
    ``near`` is a node that holds on a profile which shows the trouble. ``grave`` is whether it is an error although
    nothing is proven, ``certain`` whether it is one if it is. ``within`` are the questions about what it is a part of:
    if no profile settles one of those, nothing is said of the part. ``part`` tells parts that begin in one place.
    """

    code: str
    where: Location
    sought: Text
    node: int
    value: int = ir.MET
    pair: tuple[int, int] | None = None
    near: int | None = None
    grave: bool = False
    certain: bool = True
    within: tuple[Key, ...] = ()
    part: str = ""

    @property
    def key(self) -> Key:
        """The same for the same question in another stretch of days."""
        return self.code, self.where, self.sought.en, self.part

    def nodes(self) -> tuple[int, ...]:
        """The nodes that it is about."""
        return (self.node,) if self.pair is None else (self.node, *self.pair)

    def renumbered(self, numbers: Mapping[int, int]) -> Question:
        """The same question of a program in which its nodes have other numbers; nothing is known of its neighbour."""
        pair = None if self.pair is None else (numbers[self.pair[0]], numbers[self.pair[1]])
        return changed(self, node=numbers[self.node], pair=pair, near=None)

    def settled(self, values: tuple[int | None, ...] | list[int | None]) -> bool:
        """Whether the values of the nodes settle it."""
        if self.pair is not None:
            whole, without = (values[node] for node in self.pair)
            # A part that only keeps the whole unknown is no use.
            return whole not in (without, ir.UNKNOWN)
        return values[self.node] == self.value


def questions(extension: Extension) -> Iterator[Question]:
    """All questions about a programme in one stretch of days; their nodes are added to its program."""
    for ask in _ASKED:
        yield from ask(extension)


def _criteria(extension: Extension, passes: Question) -> Iterator[Question]:
    program = extension.base
    for place, compiled in enumerate(program.criteria):
        name, where, node = compiled.criterion.id, compiled.wording.where, compiled.node
        others = extension.every(c.node for index, c in enumerate(program.criteria) if index != place)
        met = Text(f"满足条件“{name}”", f"meets the criterion {name!r}")
        yield Question("criterion-never-met", where, met, node, near=others, grave=True)
        failed = Text(f"不满足条件“{name}”", f"fails the criterion {name!r}")
        fails = Question("criterion-never-fails", where, failed, node, ir.UNMET, near=node, grave=True)
        yield fails
        passed = [
            c.node if c.in_place is None else extension.some([c.node, c.in_place])
            for index, c in enumerate(program.criteria) if index != place
        ]  # fmt: skip
        sought = Text(f"只因条件“{name}”而不符合", f"fails for the criterion {name!r} alone")
        only = extension.every([extension.no(node), *passed])
        yield Question("criterion-never-decides", where, sought, only, certain=False, within=(passes.key, fails.key))


def _referrals(extension: Extension) -> Iterator[Question]:
    program = extension.base
    for compiled in program.referrals:
        name, where = compiled.referral.id, compiled.wording.where
        sought = Text(f"属于转人工情形“{name}”", f"makes the referral {name!r} hold")
        holds = Question("referral-never-holds", where, sought, compiled.node, grave=True)
        yield holds
        for place in compiled.replaces:
            criterion = program.criteria[place]
            node = extension.every([compiled.node, extension.no(criterion.node)])
            other = criterion.criterion.id
            sought = Text(
                f"不满足条件“{other}”而属于转人工情形“{name}”",
                f"fails the criterion {other!r} and makes the referral {name!r} hold in its place",
            )
            yield Question("referral-never-stands-in", where, sought, node, near=compiled.node, within=(holds.key,))


def _whole(extension: Extension) -> Iterator[Question]:
    program = extension.base
    where = program.programme.where
    sought = Text("满足全部条件（或由转人工情形代替）", "passes every criterion, or has a referral stand in for it")
    anybody = extension.fixed(ir.MET)
    passes = Question("programme-never-open", where, sought, program.open, near=anybody, grave=True)
    yield passes
    known = [extension.equal(figure.low, figure.high) for figure in program.figures]
    eligible = extension.every([program.open, extension.no(program.refer), *known])
    sought = Text("直接符合、不需人工认定", "is eligible without anybody deciding")
    near, within = program.open, (passes.key,)
    yield Question("programme-never-eligible", where, sought, eligible, near=near, certain=False, within=within)
    yield from _criteria(extension, passes)


def _beside(extension: Extension) -> Iterator[Question]:
    for listed in extension.base.remarks.values():
        for remark, node in listed:
            if node is not None and remark.condition is not None:
                sought = Text(f"会显示说明“{remark.id}”", f"is shown the remark {remark.id!r}")
                yield Question("remark-never-shown", remark.condition.where, sought, node, certain=False)
    for compiled in extension.base.deadlines:
        guards = [guard for guard, _ in compiled.entries if guard is not None]
        there = [] if len(guards) < len(compiled.entries) else [extension.some(guards)]
        conditions = [*there, *([] if compiled.condition is None else [compiled.condition])]
        if conditions:
            name = compiled.deadline.id
            sought = Text(f"会显示期限“{name}”", f"is shown the deadline {name!r}")
            where = (compiled.deadline.condition or compiled.deadline.date).where
            yield Question("deadline-never-shown", where, sought, extension.every(conditions), certain=False)


def _branches(extension: Extension) -> Iterator[Question]:
    for root in _roots(extension.base):
        yield from _on_the_way(extension, root, (), ())


def _on_the_way(
    extension: Extension, expr: ex.Expr, way: tuple[int, ...], within: tuple[Key, ...]
) -> Iterator[Question]:
    """The branches of an expression; ``way`` holds what must be met to come to it."""
    if not isinstance(expr, ex.IfElse) or not extension.compiled(expr.condition):
        for part in ex.children(expr):
            yield from _on_the_way(extension, part, way, within)
        return
    yield from _on_the_way(extension, expr.condition, way, within)
    condition = extension.node(expr.condition)
    branches = (("then", expr.then, condition), ("else", expr.otherwise, extension.no(condition)))
    for side, branch, holds in branches:
        sought = Text("走到这一分支", "comes to this branch")
        near = extension.every([*way, extension.no(holds)])
        node = extension.every([*way, holds])
        # The branch of an outer choice begins where that of an inner one does.
        which = f"{side} {expr.condition.where}"
        taken = Question("branch-never-taken", branch.where, sought, node, near=near, within=within, part=which)
        yield taken
        yield from _on_the_way(extension, branch, (*way, holds), (*within, taken.key))


def _parts(extension: Extension) -> Iterator[Question]:
    for whole in _conditions(extension):
        yield from _inside(extension, whole, whole, ())


def _inside(extension: Extension, whole: ex.Expr, part: ex.Expr, within: tuple[Key, ...]) -> Iterator[Question]:
    """What is asked of the parts of a part of a condition: whether the condition would be another without them."""
    match part:
        case ex.AllOf(parts=parts) | ex.AnyOf(parts=parts):
            every = isinstance(part, ex.AllOf)
            sought = Text("因条件的这一部分而结果不同", "comes out otherwise for this part of the condition")
            for each in parts:
                without = extension.with_part(whole, each, extension.fixed(ir.MET if every else ir.UNMET))
                own = extension.node(each)
                asked = Question(
                    "part-never-matters", each.where, sought, extension.differs(extension.node(whole), without),
                    pair=(extension.node(whole), without), near=extension.no(own) if every else own, certain=False,
                    within=within, part=str(len(within)),
                )  # fmt: skip
                yield asked
                yield from _inside(extension, whole, each, (*within, asked.key))
        case ex.Not(operand=operand):
            yield from _inside(extension, whole, operand, within)
        case ex.Member():
            yield from _members(extension, whole, part, within)


def _members(extension: Extension, whole: ex.Expr, test: ex.Member, within: tuple[Key, ...]) -> Iterator[Question]:
    """The same of each value that a test names, if it names several."""
    values, ids = extension.values(test)
    for value in sorted(values) if len(values) > 1 else ():
        without = extension.with_part(whole, test, extension.member(test, values - {value}))
        name = ids[value]
        sought = Text(f"因“{name}”在列而结果不同", f"comes out otherwise for {name!r} being among these")
        yield Question(
            "member-never-matters", test.where, sought, extension.differs(extension.node(whole), without),
            pair=(extension.node(whole), without), near=extension.member(test, frozenset({value})), certain=False,
            within=within,
        )  # fmt: skip


def _roots(program: ir.Program) -> Iterator[ex.Expr]:
    """Every expression of a programme that holds in the stretch of days of its program."""
    programme, benefit = program.programme, program.benefit.wording
    yield from (let.value for let in programme.lets.values())
    yield from (compiled.wording.condition for compiled in program.criteria)
    yield from (compiled.wording.condition for compiled in program.referrals)
    figures = (benefit.amount, benefit.ceiling, benefit.rate, benefit.payable, benefit.until)
    yield from (figure for figure in figures if figure is not None)
    for compiled in program.deadlines:
        yield compiled.deadline.date
        if compiled.deadline.condition is not None:
            yield compiled.deadline.condition
    for listed in program.remarks.values():
        yield from (remark.condition for remark, _ in listed if remark.condition is not None)


def _conditions(extension: Extension) -> Iterator[ex.Expr]:
    """Every condition that stands by itself: a wording, or what a figure is chosen by."""
    for root in _roots(extension.base):
        if isinstance(root.type, ex.BoolType) and extension.compiled(root):
            yield root
        for part in ex.walk(root):
            if isinstance(part, ex.IfElse) and extension.compiled(part.condition):
                yield part.condition


_ASKED: tuple[Callable[[Extension], Iterator[Question]], ...] = (
    _whole, _referrals, _beside, _branches, _parts,
)  # fmt: skip
