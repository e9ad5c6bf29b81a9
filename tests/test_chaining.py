"""The forward-chaining route agrees with the direct one at every node, fails loudly, and frees what it took."""

import dataclasses
import datetime as dt
import gc
import itertools
import random
import sys
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from relief_engine.compiled import ir
from relief_engine.compiled.layout import AS_OF_SLOT, Layout, Value, layout_of
from relief_engine.compiled.lowering import compile_programme
from relief_engine.errors import RouteUnavailable
from relief_engine.routes.chaining import _AWAKE, ChainingRoute, RouteFailed, unavailable
from relief_engine.routes.chaining.engine import Engine, Machine, load_engine
from relief_engine.routes.chaining.network import network_of
from relief_engine.routes.direct import DirectRoute
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.model import Rulebook
from tests.books import shipped_book

needs_engine = pytest.mark.skipif(unavailable() is not None, reason="durable-rules does not run here")

#: On both sides of each change of the rent programme.
DAYS = [dt.date(2022, 5, 13), dt.date(2022, 5, 20), dt.date(2022, 6, 15), dt.date(2023, 2, 1)]
#: Beyond what the engine's numbers hold, where a comparison must still be exact.
HUGE = (2**53 - 1, 2**53, 2**53 + 1, 2**63 - 1, 2**63, 10**30)


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    return shipped_book()


def rent_programs(rulebook: Rulebook) -> dict[dt.date, ir.Program]:
    programme = rulebook.programme("beijing-tongzhou/rent-reduction-2022")
    layout = layout_of(rulebook, programme.subject)
    return {day: compile_programme(programme, rulebook.standards, layout, day) for day in DAYS}


@pytest.fixture(scope="session")
def programs(rulebook: Rulebook) -> dict[dt.date, ir.Program]:
    return rent_programs(rulebook)


@pytest.fixture(scope="session")
def some(programs: dict[dt.date, ir.Program]) -> ir.Program:
    return programs[DAYS[0]]


# --- drawing vectors --------------------------------------------------------------------------------------------


class Drawing:
    """Vectors of facts: unknown, anywhere, and on and beside every limit and border."""

    def __init__(self, rulebook: Rulebook, layout: Layout, seed: int) -> None:
        self.random = random.Random(seed)
        self.layout = layout
        codes = rulebook.standards.code_lists["industry-codes"]
        table = next(rulebook.standards.size_tables["enterprise-size"].values())
        self.codes = len(codes.codes)
        self.coarse = [i for i in range(self.codes) if len(table.sectors.candidates[i]) > 1]
        self.limits = [bound for row in table.rows for limit in row.limits for bound in limit.bounds]
        borders = [dt.date(y, m, d) for y in (2021, 2022, 2023) for m, d in ((1, 1), (3, 30), (6, 30), (12, 31))]
        self.days = [day.toordinal() + shift for day in borders for shift in (-1, 0, 1)]

    def vector(self, day: dt.date) -> list[Value]:
        values: list[Value] = [None] * self.layout.size
        values[AS_OF_SLOT] = day.toordinal()
        unknown = self.random.choice((0.0, 0.1, 0.3, 0.3, 0.6, 1.0))
        for slot, fact in enumerate(self.layout.facts):
            if isinstance(fact, Fact) and self.random.random() >= unknown:
                values[slot] = self.value(fact)
        self.layout.derive(values)
        return values

    def value(self, fact: Fact) -> Value:
        chance = self.random
        match fact.type:
            case "industry_code":
                return chance.choice(self.coarse) if chance.random() < 0.2 else chance.randrange(self.codes)
            case "count" | "amount" | "number":
                near = chance.choice(self.limits) + chance.choice((-1, 0, 1))
                return chance.choice((near, near, 0, 1, chance.randrange(10**12), *HUGE[:3]))
            case "date":
                return chance.choice(self.days)
            case "steps":
                days = sorted(chance.sample(self.days, chance.randint(1, 3)))
                return tuple((day, chance.randrange(10**7)) for day in days)
            case _:
                return chance.randrange(2 if fact.domain is None else len(fact.domain.ids))


def difference(program: ir.Program, direct: Sequence[int | None], chained: Sequence[int | None]) -> list[object]:
    """The nodes on which two routes differ; empty if they agree."""
    both = zip(program.nodes, direct, chained, strict=True)
    return [(index, node, a, b) for index, (node, a, b) in enumerate(both) if a != b]


# --- small programs ---------------------------------------------------------------------------------------------


def small(like: ir.Program, nodes: Sequence[ir.Node], slots: int = 4) -> ir.Program:
    """A program of these nodes over yes/no facts and figures."""
    layout = Layout("applicant", (None,) * slots, {}, (), ())
    return dataclasses.replace(like, nodes=tuple(nodes), layout=layout)


def agree(program: ir.Program, vectors: Iterator[tuple[Value, ...]]) -> None:
    direct, chained = DirectRoute(), ChainingRoute()
    for vector in vectors:
        found = difference(program, direct.run(program, vector), chained.run(program, vector))
        assert not found, vector


def truths(slots: int) -> Iterator[tuple[Value, ...]]:
    return itertools.product((None, 0, 1), repeat=slots)


ATOMS = tuple(ir.Is(slot, frozenset({1})) for slot in range(4))


# --- agreement --------------------------------------------------------------------------------------------------


@needs_engine
@pytest.mark.parametrize("day", DAYS, ids=str)
def test_agrees_with_the_direct_route_at_every_node(
    day: dt.date, programs: dict[dt.date, ir.Program], rulebook: Rulebook
) -> None:
    program = programs[day]
    drawing = Drawing(rulebook, program.layout, seed=day.toordinal())
    direct, chained = DirectRoute(), ChainingRoute()
    seen: set[tuple[int, int | None]] = set()
    for _ in range(1500):
        vector = drawing.vector(day)
        expected = direct.run(program, vector)
        assert not difference(program, expected, chained.run(program, vector)), vector
        seen.update(enumerate(expected))
    conditions = [index for index, node in enumerate(program.nodes) if isinstance(node, ir.CONDITIONS)]
    never = [(c, v) for c in conditions for v in (ir.MET, ir.UNMET, ir.UNKNOWN) if (c, v) not in seen]
    # Derived choices and comparisons with the day of the decision are never unknown.
    assert len(never) < 0.1 * len(conditions), never


@needs_engine
def test_all_and_any_have_the_truth_tables_of_kleene(some: ir.Program) -> None:
    nodes: list[ir.Node] = [
        *ATOMS,
        ir.AllOf((0, 1)), ir.AnyOf((0, 1)), ir.AllOf((0, 1, 2, 3)), ir.AnyOf((0, 1, 2, 3)),
        ir.AllOf((5, 2)), ir.AnyOf((4, 8, 3)), ir.AllOf((9, 9, 0)), ir.AnyOf((2,)), ir.AllOf((3,)),
    ]  # fmt: skip
    agree(small(some, nodes), truths(4))


@needs_engine
@pytest.mark.parametrize("fixed", [ir.UNMET, ir.UNKNOWN, ir.MET])
def test_conditions_that_the_rulebook_fixes(some: ir.Program, fixed: int) -> None:
    agree(small(some, [ir.Const(fixed), ATOMS[0], ir.AllOf((0, 1)), ir.AnyOf((0, 1)), ir.AllOf((0,))]), truths(4))


@needs_engine
@pytest.mark.parametrize("width", [17, 70])
def test_more_parts_than_a_frame_of_the_engine_holds(some: ir.Program, width: int) -> None:
    nodes: list[ir.Node] = [ir.Is(slot, frozenset({1})) for slot in range(width)]
    nodes += [ir.AllOf(tuple(range(width))), ir.AnyOf(tuple(range(width)))]
    chance = random.Random(width)
    most: list[Value] = [1] * (width - 1)
    vectors: list[list[Value]] = [[1] * width, [0] * width, [None] * width, [*most, 0], [*most, None]]
    vectors += [[chance.choice((None, 0, 1)) for _ in range(width)] for _ in range(20)]
    agree(small(some, nodes, slots=width), map(tuple, vectors))


@needs_engine
def test_a_chain_is_followed_to_its_end(some: ir.Program) -> None:
    nodes: list[ir.Node] = list(ATOMS)
    for link in range(60):
        nodes.append((ir.AllOf if link % 2 else ir.AnyOf)((len(nodes) - 1, link % 3)))
    agree(small(some, nodes), truths(4))


@needs_engine
@pytest.mark.parametrize("op", ["<", "<=", "==", "!=", ">=", ">"])
def test_comparisons_are_exact_however_large(some: ir.Program, op: ir.Order) -> None:
    nodes: list[ir.Node] = [ir.FactValue(0), ir.FactValue(1), ir.Fixed(-7)]
    nodes += [ir.Compare(op, 0, 1), ir.Compare(op, 0, 2), ir.Compare(op, 2, 1)]
    numbers = [None, 0, 1, *(sign * n for sign in (1, -1) for n in (7, 8, *HUGE))]
    agree(small(some, nodes), ((a, b, None, None) for a in numbers for b in numbers))


@needs_engine
def test_figures_wait_for_conditions_and_conditions_for_figures(some: ir.Program) -> None:
    nodes: list[ir.Node] = [
        *ATOMS,
        ir.Fixed(2), ir.Fixed(5), ir.FactValue(4),
        ir.Pick(0, 4, 6), ir.Compare("<", 7, 5), ir.AllOf((8, 1)),
        ir.Pick(9, 7, 5), ir.Sum(10, 6), ir.Compare(">=", 11, 5), ir.AnyOf((12, 2)),
        ir.Pick(13, 11, 4), ir.Difference(14, 6), ir.Extreme(True, (7, 11, 15)), ir.Compare("==", 16, 4),
        ir.AllOf((17, 3)), ir.Product(6, 6), ir.Days(6, 5, 3, 9), ir.Months(19, 1),
    ]  # fmt: skip
    agree(small(some, nodes, slots=5), ((*t, n) for t in truths(4) for n in (None, 2, 5, 700_000)))


@needs_engine
def test_figures_alone_need_no_condition(some: ir.Program) -> None:
    agree(small(some, [ir.FactValue(0), ir.Fixed(2), ir.Product(0, 1)]), iter([(3,), (None,)]))


@needs_engine
def test_any_set_of_size_classes_and_of_classes(some: ir.Program, rulebook: Rulebook) -> None:
    table = next(rulebook.standards.size_tables["enterprise-size"].values())
    classes = rulebook.standards.class_maps["three-sectors"]
    indicators = (("employees", 1), ("revenue", 2), ("assets", 3))

    def subsets(width: int) -> Iterator[frozenset[int]]:
        for size in range(1, width):
            yield from map(frozenset, itertools.combinations(range(width), size))

    nodes: list[ir.Node] = [ir.ClassIs(0, classes, values) for values in subsets(len(classes.domain.ids))]
    nodes += [ir.SizeIs(0, table, indicators, values) for values in subsets(len(table.domain.ids))]
    nodes += [ir.SizeIs(0, table, indicators[:1], frozenset({0, 2})), ir.AnyOf((0, 9, 12)), ir.AllOf((2, 11, 7))]
    program = small(some, nodes)
    drawing = Drawing(rulebook, program.layout, seed=3)
    chance = drawing.random

    def vectors() -> Iterator[tuple[Value, ...]]:
        for code in [None, *drawing.coarse, *(chance.randrange(drawing.codes) for _ in range(300))]:
            row = chance.choice(table.rows)
            near: dict[str, Value] = {name: chance.choice((None, 0, 10**13, -5, 10**20)) for name, _ in indicators}
            near |= {limit.indicator: chance.choice(limit.bounds) + chance.choice((-1, 0, 1)) for limit in row.limits}
            yield code, *(None if chance.random() < 0.2 else near[name] for name, _ in indicators)

    agree(program, vectors())


# --- failure is loud --------------------------------------------------------------------------------------------


@needs_engine
@pytest.mark.parametrize(
    ("nodes", "vector"),
    [
        (ATOMS[:1], (2,)),
        (ATOMS[:1], (-1,)),
        (ATOMS[:1], ("1",)),
        (ATOMS[:1], (1.0,)),
        (ATOMS[:1], (((1, 2),),)),
    ],
)
def test_a_value_that_can_not_be_is_refused(some: ir.Program, nodes: Sequence[ir.Node], vector: tuple[Value]) -> None:
    program, route = small(some, nodes), ChainingRoute()
    with pytest.raises(RouteFailed) as caught:
        route.run(program, vector)
    assert caught.value.message.zh
    assert caught.value.message.en
    assert route.run(program, (1,)) == (ir.MET,), "the route recovers"


class Broken:
    """The engine, with one function that answers wrongly once it has been called often enough."""

    def __init__(self, function: str, calls: int, answer: Callable[[], object]) -> None:
        self.function, self.calls, self.answer = function, calls, answer
        self.engine = load_engine()
        self.seen = 0

    def __getattr__(self, name: str) -> object:
        if name == self.function:
            self.seen += 1
            if self.seen > self.calls:
                return lambda *_: self.answer()
        return getattr(self.engine, name)


def out_of_order() -> object:
    raise load_engine().error("Could not assert fact, error code: 303")


@needs_engine
@pytest.mark.parametrize(
    ("function", "calls", "answer"),
    [
        ("create_ruleset", 0, out_of_order),
        ("assert_fact", 0, out_of_order),
        ("assert_fact", 0, lambda: (1, 1)),
        ("assert_fact", 1, out_of_order),
        ("assert_fact", 2, lambda: (2, 1)),
        ("start_action_for_state", 1, out_of_order),
        ("complete_and_start_action", 1, out_of_order),
        ("complete_and_start_action", 2, lambda: '{"p0":{}}'),
        ("complete_and_start_action", 1, itertools.repeat('{"begin":{}}').__next__),
        ("retract_facts", 0, lambda: (2, 1)),
        ("retract_facts", 0, out_of_order),
        ("get_facts", 0, lambda: '[{"id":"b","begin":1},{"id":0}]'),
    ],
)
def test_whatever_the_engine_does_wrong_is_an_error(
    some: ir.Program, monkeypatch: pytest.MonkeyPatch, function: str, calls: int, answer: Callable[[], object]
) -> None:
    program, route = small(some, [*ATOMS, ir.AllOf((0, 1))]), ChainingRoute()
    with monkeypatch.context() as patch:
        broken = Broken(function, calls, answer)
        patch.setattr("relief_engine.routes.chaining.load_engine", lambda: broken)
        with pytest.raises(RouteFailed):
            route.run(program, (0, 1, 1, 1))
    assert route.run(program, (1, 1, None, None))[4] == ir.MET, "the route starts anew"


@needs_engine
@pytest.mark.parametrize(
    "nodes",
    [
        [ir.Is(slot, frozenset({1})) for slot in range(500)],
        [*ATOMS, *(ir.AllOf((part,)) for part in (0, 1) for _ in range(600))],
    ],
    ids=["facts", "conditions"],
)
def test_a_program_too_large_for_the_engine_is_refused(some: ir.Program, nodes: Sequence[ir.Node]) -> None:
    with pytest.raises(RouteUnavailable, match="容量") as caught:
        ChainingRoute().run(small(some, nodes, slots=500), [1] * 500)
    assert "too large" in caught.value.message.en


@needs_engine
def test_too_many_tests_of_one_fact_are_refused(some: ir.Program) -> None:
    district = some.layout.slots["lease.premises_district"]
    tests = [ir.Is(district, frozenset(pair)) for pair in itertools.combinations(range(some.layout.width(district)), 2)]
    with pytest.raises(RouteUnavailable):
        ChainingRoute().run(dataclasses.replace(some, nodes=tuple(tests)), [None] * some.layout.size)


@needs_engine
def test_a_program_that_just_fits(some: ir.Program) -> None:
    nodes: list[ir.Node] = [ir.Is(slot, frozenset({1})) for slot in range(350)]
    nodes += [ir.AllOf((n, n + 1, n + 2)) for n in range(340)]
    program = small(some, [*nodes, ir.AnyOf(tuple(range(350, 690)))], slots=350)
    chance = random.Random(5)
    agree(program, (tuple(chance.choice((None, 0, 1, 1, 1)) for _ in range(350)) for _ in range(20)))


# --- where it can't run -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("platform", "version", "words"),
    [
        ("win32", (3, 12), ("Windows", "Windows")),
        ("linux", (3, 13), ("3.13", "3.13")),
        ("linux", (3, 12), ("没有安装", "no working")),
    ],
)
def test_without_the_engine_it_says_why(
    some: ir.Program, monkeypatch: pytest.MonkeyPatch, platform: str, version: tuple[int, int], words: tuple[str, str]
) -> None:
    class Version(tuple[int, ...]):
        major, minor = version

    monkeypatch.setitem(sys.modules, "durable_rules_engine", None)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(sys, "version_info", Version(version))
    reason = unavailable()
    assert reason is not None
    assert words[0] in reason.zh
    assert words[1] in reason.en
    with pytest.raises(RouteUnavailable, match=words[0]):
        ChainingRoute().run(some, [None] * some.layout.size)


@needs_engine
def test_with_the_engine_there_is_no_reason() -> None:
    assert unavailable() is None


# --- threads and memory -----------------------------------------------------------------------------------------


@needs_engine
def test_threads_do_not_disturb_each_other(programs: dict[dt.date, ir.Program], rulebook: Rulebook) -> None:
    direct, chained = DirectRoute(), ChainingRoute()
    start = threading.Barrier(3)

    def work(seed: int) -> int:
        start.wait()
        drawing = Drawing(rulebook, programs[DAYS[0]].layout, seed)
        for turn in range(300):
            day = DAYS[turn % len(DAYS)]
            vector = drawing.vector(day)
            assert chained.run(programs[day], vector) == direct.run(programs[day], vector)
        return seed

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(work, range(3))) == [0, 1, 2]


@needs_engine
def test_machines_that_were_put_to_sleep_wake_up(some: ir.Program) -> None:
    route = ChainingRoute()
    programs = [small(some, [ATOMS[0], ir.Const(n % 2 * 3), ir.AllOf((0, 1))]) for n in range(2 * _AWAKE)]
    for turn in range(3):
        for n, program in enumerate(programs):
            expected = ir.MET if n % 2 and turn != 1 else ir.UNMET
            assert route.run(program, (int(turn != 1),))[2] == expected


@pytest.fixture
def freed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was deleted in the engine, in order."""
    found: list[str] = []

    class Watched:
        def __getattr__(self, name: str) -> object:
            if name.startswith("delete_"):
                found.append(name)
            return getattr(load_engine(), name)

    engine = Watched()
    monkeypatch.setattr("relief_engine.routes.chaining.load_engine", lambda: engine)
    return found


@needs_engine
def test_what_a_program_took_is_freed_with_it(some: ir.Program, freed: list[str]) -> None:
    route, program = ChainingRoute(), small(some, ATOMS)
    route.run(program, (1, 0, None, 1))
    gone = weakref.ref(program)
    del program
    gc.collect()
    assert gone() is None
    assert freed == ["delete_state", "delete_ruleset"]


@needs_engine
def test_what_a_thread_took_is_freed_with_it(some: ir.Program, freed: list[str]) -> None:
    route, program = ChainingRoute(), small(some, ATOMS)
    thread = threading.Thread(target=lambda: route.run(program, (1, 0, None, 1)))
    thread.start()
    thread.join()
    gc.collect()
    assert freed == ["delete_state", "delete_ruleset"]


@needs_engine
def test_a_machine_is_empty_after_each_evaluation(some: ir.Program) -> None:
    engine: Engine = load_engine()
    machine = Machine(engine, network_of(small(some, ATOMS)).rules.text)
    with machine:
        machine.tell('"f0":1,"f1":0')
        assert len(machine.drain()) == 2
        machine.forget()
        assert machine.told == 0
        assert machine.drain() == []
    assert not machine.closed
    machine.close()
    machine.close()
    assert machine.closed
