"""One engine for all threads, in asyncio and after a fork: every answer is the one that the engine gives alone."""

import asyncio
import datetime as dt
import gc
import json
import multiprocessing
import os
import random
import signal
import sys
import threading
import tracemalloc
import weakref
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from relief_engine import Engine, Profile, load_rulebook
from relief_engine.engine import verify as verification
from relief_engine.engine.verify import Verifier
from relief_engine.explanation.records import report_record
from relief_engine.locks import ForkedLock
from relief_engine.routes.chaining import ChainingRoute, unavailable
from relief_engine.rulebook import load as loading
from relief_engine.rulebook.model import Rulebook
from tests.books import shipped_book

RENT = "beijing-tongzhou/rent-reduction-2022"
DAY = dt.date(2022, 7, 1)
THREADS = 8
EXAMPLES = Path(__file__).parent.parent / "examples" / "profiles"
PROFILES = [path for path in sorted(EXAMPLES.glob("*.yaml")) if not path.name.endswith(".cases.yaml")]
#: What is known of an applicant bit by bit: most of it is undetermined, and searched for what is missing.
APPLICANT: dict[str, Any] = {
    "kind": "enterprise", "industry": "6210", "employees": 30, "revenue": 800, "registered_in_beijing": True,
}  # fmt: skip
LEASE: dict[str, Any] = {
    "owner_kind": "district_state_owned_enterprise", "owner_is_listed_company": False, "tenancy": "direct",
    "premises_district": "通州区", "start": "2021-01-01", "end": "2023-12-31", "monthly_rent": 30000,
    "has_rent_free_period": False,
}  # fmt: skip

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
needs_second_route = pytest.mark.skipif(unavailable() is not None, reason="durable-rules does not run here")
# Python 3.12 warns of what these tests are about.
forks_with_threads = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return shipped_book()


def mappings() -> list[dict[str, Any]]:
    """Profiles that lack one fact or several, others each time."""
    found = []
    for number in range(12):
        draw = random.Random(number)
        applicant = {name: value for name, value in APPLICANT.items() if draw.random() > number / 15}
        lease = {name: value for name, value in LEASE.items() if draw.random() > number / 15}
        found.append({"applicant": applicant, "leases": [lease]})
    return found


def work(engine: Engine) -> list[tuple[Profile, list[str] | None]]:
    """What is asked of an engine: the examples for all programmes, and unfinished profiles for the rent."""
    asked: list[tuple[Profile, list[str] | None]] = [(engine.read_profile(path), None) for path in PROFILES[::3]]
    return asked + [(engine.profile(mapping), [RENT]) for mapping in mappings()]


def answered(engine: Engine, profile: Profile, programmes: list[str] | None) -> str:
    """The whole report with its explanation."""
    report = engine.decide(profile, as_of=DAY, programmes=programmes)
    return json.dumps(report_record(report, engine, "zh", "0"), ensure_ascii=False)


@pytest.fixture(scope="module")
def alone(rulebook: Rulebook) -> list[str]:
    """The answers one by one, each by an engine that was asked nothing before."""
    engine = Engine(rulebook)
    asked = work(engine)
    return [answered(Engine(rulebook), profile, programmes) for profile, programmes in asked]


@contextmanager
def switching_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def together(tasks: Sequence[Callable[[], Any]]) -> list[Any]:
    """What tasks give that start at one moment, each in a thread of its own."""
    ready = threading.Barrier(len(tasks))

    def run(task: Callable[[], Any]) -> Any:
        ready.wait()
        return task()

    with switching_often(), ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


# --- threads and asyncio ----------------------------------------------------------------------------------------


def test_threads_on_a_cold_engine_give_the_answers_of_one(rulebook: Rulebook, alone: list[str]) -> None:
    engine = Engine(rulebook)
    asked = work(engine)

    def in_some_order(seed: int) -> list[str]:
        order = list(range(len(asked)))
        random.Random(seed).shuffle(order)
        found = {index: answered(engine, *asked[index]) for index in order}
        return [found[index] for index in range(len(asked))]

    for found in together([partial(in_some_order, seed) for seed in range(THREADS)]):
        assert found == alone


def test_threads_make_each_shared_thing_once(rulebook: Rulebook) -> None:
    programme = rulebook.programme(RENT)
    for _ in range(3):
        engine = Engine(rulebook)

        def made(engine: Engine = engine) -> tuple[object, ...]:
            program = engine.program(programme, DAY)
            return program, engine.layout("lease"), engine.cells(program), engine.witnesses(program)

        assert len(set(together([made] * THREADS))) == 1


def test_what_threads_learn_stays_whole(rulebook: Rulebook) -> None:
    """Several threads try, move up and drop the same pairs."""
    engine = Engine(rulebook)
    asked = [profile for profile, programmes in work(engine) if programmes]
    expected = [engine.decide(profile, as_of=DAY, programmes=[RENT]).decisions[0].missing for profile in asked]

    def again(seed: int) -> None:
        draw = random.Random(seed)
        for _ in range(60):
            index = draw.randrange(len(asked))
            (decision,) = engine.decide(asked[index], as_of=DAY, programmes=[RENT]).decisions
            assert decision.missing == expected[index]

    together([partial(again, seed) for seed in range(THREADS)])


def test_asyncio_hands_decisions_to_threads(rulebook: Rulebook, alone: list[str]) -> None:
    engine = Engine(rulebook)

    async def all_at_once() -> list[str]:
        return await asyncio.gather(*(asyncio.to_thread(answered, engine, *one) for one in work(engine)))

    with switching_often():
        assert asyncio.run(all_at_once()) == alone


@needs_second_route
def test_the_second_route_in_threads(rulebook: Rulebook) -> None:
    engine = Engine(rulebook, verify_with=ChainingRoute())
    asked = [profile for profile, programmes in work(engine) if programmes]
    plain = Engine(rulebook)
    expected = [plain.decide(profile, as_of=DAY, programmes=[RENT]).decisions[0].values for profile in asked]

    def each() -> list[object]:
        return [engine.decide(profile, as_of=DAY, programmes=[RENT]).decisions[0].values for profile in asked]

    for found in together([each] * THREADS):
        assert found == expected


# --- forks ------------------------------------------------------------------------------------------------------


def in_a_child(task: Callable[[], object], patience: int = 30) -> int:
    """The exit status of a forked process that runs a task: 0 if it ends in time and raises nothing."""
    child = os.fork()
    if child == 0:
        try:
            signal.alarm(patience)
            task()
        except BaseException as error:  # noqa: BLE001 - nothing of the test run may go on here
            os.write(2, f"in the child: {error!r}\n".encode())
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@contextmanager
def busy(task: Callable[[], object]) -> Iterator[None]:
    """Threads that do something all the while."""
    ended = threading.Event()

    def run() -> None:
        while not ended.is_set():
            task()

    threads = [threading.Thread(target=run) for _ in range(3)]
    with switching_often():
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            ended.set()
            for thread in threads:
                thread.join()


@needs_fork
@forks_with_threads
def test_a_fork_beside_busy_threads_answers_alike(rulebook: Rulebook, alone: list[str]) -> None:
    engine = Engine(rulebook)
    asked = work(engine)
    some = range(0, len(asked), 4)

    def cold() -> None:
        answered(Engine(rulebook), *asked[-1])
        answered(engine, *asked[-1])

    def check() -> None:
        if any(answered(engine, *asked[index]) != alone[index] for index in some):
            raise AssertionError("another answer")

    with busy(cold):
        for _ in range(4):
            assert in_a_child(check) == 0


@needs_fork
@forks_with_threads
def test_a_lock_held_during_a_fork_is_open_in_the_child(rulebook: Rulebook) -> None:
    engine, route = Engine(rulebook), ChainingRoute()
    locks = [engine._lock, route._lock, Verifier(rulebook)._lock]
    assert all(isinstance(lock, ForkedLock) for lock in locks)
    held, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        with locks[0], locks[1], locks[2]:
            held.set()
            go_on.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()

    def use() -> None:
        for lock in locks:
            with lock:
                pass
        engine.decide({"applicant": {}, "leases": [{}]}, as_of=DAY, programmes=[RENT])

    try:
        assert in_a_child(use, patience=15) == 0
    finally:
        go_on.set()
        thread.join()


@needs_fork
@needs_second_route
@forks_with_threads
def test_the_second_route_after_a_fork(rulebook: Rulebook) -> None:
    route = ChainingRoute()
    engine = Engine(rulebook, verify_with=route)
    asked = [profile for profile, programmes in work(engine) if programmes]

    def all_of_them() -> None:
        for profile in asked:
            engine.decide(profile, as_of=DAY, programmes=[RENT])

    all_of_them()
    with busy(all_of_them):
        for _ in range(4):
            assert in_a_child(all_of_them) == 0
    all_of_them()


def _decided_in_a_process(place: Path) -> str:
    (decision,) = _SHARED.decide(_SHARED.read_profile(place), programmes=[RENT]).decisions
    return f"{decision.outcome} {decision.amount}"


_SHARED: Engine


@needs_fork
@forks_with_threads
def test_processes_of_a_pool_share_the_engine_they_were_forked_with(rulebook: Rulebook) -> None:
    global _SHARED
    _SHARED = Engine(rulebook)
    place = next(path for path in PROFILES if path.stem == "restaurant")
    expected = _decided_in_a_process(place)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(_decided_in_a_process, [place] * 4) == [expected] * 4


@needs_fork
@needs_second_route
@forks_with_threads
def test_a_forked_process_has_a_verifier_of_its_own_and_leaves_the_parents_alone(rulebook: Rulebook) -> None:
    engine = Engine(rulebook)
    report = engine.decide({"applicant": APPLICANT, "leases": [LEASE]}, as_of=DAY, programmes=[RENT])
    with Verifier(rulebook) as verifier:
        assert verifier.verify(report)
        before = list(verifier._pool._processes) if verifier._pool else []

        def check() -> None:
            if not verifier.verify(report):
                raise AssertionError("not verified")
            verifier.close()

        assert in_a_child(check) == 0
        assert verifier.verify(report)
        assert verifier._pool is not None
        assert list(verifier._pool._processes) == before


@needs_fork
@forks_with_threads
def test_a_fork_while_rules_are_loaded_leaves_the_collector_on() -> None:
    def check() -> None:
        if not gc.isenabled():
            raise AssertionError("the collector would rest for ever")

    with loading._collector_at_rest():
        assert not gc.isenabled()
        assert in_a_child(check) == 0
    assert gc.isenabled()


# --- verification in threads --------------------------------------------------------------------------------------


@needs_second_route
def test_one_verifier_serves_threads(rulebook: Rulebook) -> None:
    engine = Engine(rulebook)
    reports = [engine.decide(mapping, as_of=DAY, programmes=[RENT]) for mapping in mappings()]
    with Verifier(rulebook) as verifier:
        for found in together([lambda: [bool(verifier.verify(report)) for report in reports]] * THREADS):
            assert found == [True] * len(reports)


@needs_second_route
def test_a_worker_that_one_thread_gives_up_costs_no_other_its_new_one(
    rulebook: Rulebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine(rulebook)
    report = engine.decide({"applicant": APPLICANT, "leases": [LEASE]}, as_of=DAY, programmes=[RENT])
    with Verifier(rulebook) as verifier:
        assert verifier.verify(report)
        old = verifier._pool
        assert old is not None
        verifier.close()
        assert verifier.verify(report)
        new = verifier._pool
        verifier._end(old)  # as a thread does that was still waiting for the old one
        assert verifier._pool is new
        monkeypatch.setattr(verification, "PATIENCE", 30.0)
        assert verifier.verify(report)


# --- memory -----------------------------------------------------------------------------------------------------


def test_an_engine_that_is_replaced_goes_away() -> None:
    rulebook = load_rulebook()
    engine = Engine(rulebook)
    for profile, programmes in work(engine):
        answered(engine, profile, programmes)
    program = engine.program(rulebook.programme(RENT), DAY)
    gone: list[weakref.ref[Any]] = [weakref.ref(engine), weakref.ref(program), weakref.ref(engine.cells(program))]
    del engine, program, profile, rulebook
    gc.collect()
    assert [ref() for ref in gone] == [None, None, None]


def _grown(rulebook: Rulebook, rounds: int, warm: int) -> int:
    """By how many bytes memory grows over rounds of decisions with explanations, once warm."""
    engine = Engine(rulebook)
    draw = random.Random(1)

    def one() -> None:
        applicant = {**APPLICANT, "employees": draw.randrange(400), "revenue": draw.randrange(40_000)}
        lease = {**LEASE, "monthly_rent": draw.randrange(1_000_000)}
        for part in (applicant, lease):
            if draw.random() < 0.4:
                del part[draw.choice(list(part))]
        answered(engine, engine.profile({"applicant": applicant, "leases": [lease]}), [RENT])

    for _ in range(warm):
        one()
    gc.collect()
    tracemalloc.start()
    try:
        for _ in range(rounds):
            one()
        gc.collect()
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


@pytest.mark.engines
def test_memory_stays_flat(rulebook: Rulebook) -> None:
    """What is kept of one decision would show: its record alone is some 20 kB."""
    assert _grown(rulebook, 60, 60) < 150_000


@pytest.mark.soak
@needs_second_route
def test_memory_stays_flat_for_long(rulebook: Rulebook) -> None:
    """20,000 decisions with explanations, and as many verifications by threads that come and go."""
    assert _grown(rulebook, 20_000, 2_000) < 3_000_000
    route = ChainingRoute()
    engine = Engine(rulebook, verify_with=route)
    asked = [profile for profile, programmes in work(engine) if programmes]

    def some() -> None:
        for profile in asked:
            engine.decide(profile, as_of=DAY, programmes=[RENT])

    def resident() -> int:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def in_threads(rounds: int) -> None:
        for _ in range(rounds):
            together([some] * 4)

    in_threads(40)
    before = resident()
    in_threads(20_000 // (4 * len(asked)))
    assert resident() - before < 30_000_000
