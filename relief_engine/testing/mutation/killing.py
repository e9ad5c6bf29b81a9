"""Testing stage, mutation: the worked cases are run against mutants, each until one case notices.

Profiles are read once. A case that noticed a mutant often notices the next one, made a line further down: the cases
of a programme are tried in the order in which they last noticed anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from relief_engine.compiled import ir
from relief_engine.compiled.layout import Value
from relief_engine.decision import MissingFacts
from relief_engine.engine import Engine
from relief_engine.profile.model import Profile
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.load import load_rulebook
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.record import Record
from relief_engine.testing.case_files import Case, find_cases, load_cases
from relief_engine.testing.cases import run_case
from relief_engine.testing.mutation import Kind, Mutant, mutants

#: How many mutants a worker process gets at a time.
_CHUNK = 40


class Killed(Record):
    """What became of one mutant: the case that noticed it, or None.

    ``refused`` says why the mutated rules can't be used at all: they would not have loaded, which is noticing too.
    """

    mutant: Mutant
    case: Case | None
    refused: str | None = None

    @property
    def survived(self) -> bool:
        """Whether nothing noticed it."""
        return self.case is None and self.refused is None


class Prepared(Record):
    """A case with its profile as the engine reads it, and the codes in it; None among them if one is unknown."""

    case: Case
    profile: Profile
    codes: frozenset[int | None]


class _Postponed(Exception):
    """What is missing would have to be looked for, which takes longer than everything else."""


class _Hasty(Engine):
    """An engine that puts off what takes long, while it is ``hasty``: most mutants are noticed by other cases."""

    hasty = True

    def missing(
        self,
        program: ir.Program,
        vector: Sequence[Value],
        values: Sequence[int | None],
        profile: Profile,
        index: int | None,
        subject: str,
    ) -> tuple[MissingFacts, tuple[Fact, ...]]:
        if self.hasty:
            raise _Postponed
        return super().missing(program, vector, values, profile, index, subject)


class Bench:
    """The cases of a rulebook, ready to be run against its mutants."""

    def __init__(self, rulebook: Rulebook, cases: Iterable[Case]) -> None:
        self.rulebook = rulebook
        self.engine = Engine(rulebook)
        self.cases: dict[str, list[Prepared]] = {name: [] for name in rulebook.programmes}
        for case in cases:
            self.add(case)

    def add(self, case: Case) -> None:
        """Take one more case, first in the order of its programme."""
        profile = self.engine.reader.read_mapping(case.profile)
        self.cases[case.programme].insert(0, Prepared(case, profile, self._codes(case.programme, profile)))

    def failing(self) -> list[Case]:
        """The cases that fail on the rules as they are: until they pass nothing can be said of mutants."""
        return [
            prepared.case
            for listed in self.cases.values()
            for prepared in listed
            if not run_case(self.engine, prepared.case, prepared.profile).passed
        ]

    def outcome(self, mutant: Mutant) -> Killed:
        """Run the cases of the programmes that the mutant touches until one fails."""
        engine = _Hasty(mutant.rulebook(self.rulebook))
        codes = self._affected(mutant)
        try:
            for programme in mutant.touched:
                listed = [p for p in self.cases[programme] if codes is None or not codes.isdisjoint(p.codes)]
                postponed = []
                for prepared in listed:
                    try:
                        passed = run_case(engine, prepared.case, prepared.profile).passed
                    except _Postponed:
                        postponed.append(prepared)
                    else:
                        if not passed:
                            return self._noticed(mutant, prepared)
                engine.hasty = False
                for prepared in postponed:
                    if not run_case(engine, prepared.case, prepared.profile).passed:
                        return self._noticed(mutant, prepared)
                engine.hasty = True
        except (LookupError, ValueError) as error:
            # What loading would have refused, such as a day on which a parameter has no version.
            return Killed(mutant, None, f"{type(error).__name__}: {error}")
        return Killed(mutant, None)

    def _noticed(self, mutant: Mutant, prepared: Prepared) -> Killed:
        listed = self.cases[prepared.case.programme]
        listed.remove(prepared)
        listed.insert(0, prepared)
        return Killed(mutant, prepared.case)

    def _affected(self, mutant: Mutant) -> frozenset[int | None] | None:
        """The codes of which a mutated standard says something else than the right one; None where any may matter."""
        if mutant.standards is None:
            return None
        right, wrong = self.rulebook.standards, mutant.standards
        if mutant.kind is Kind.LIMIT:
            editions = right.size_tables[mutant.owner].values(), wrong.size_tables[mutant.owner].values()
            changed: set[int] = set()
            for table, other in zip(*editions, strict=True):
                changed |= {index for index, row in enumerate(other.rows) if row is not table.rows[index]}
            found = {code for code, rows in enumerate(table.sectors.candidates) if not changed.isdisjoint(rows)}
            return frozenset({*found, None})
        before, after = right.class_maps[mutant.owner], wrong.class_maps[mutant.owner]
        pairs = zip(before.candidates, after.candidates, strict=True)
        found = {code for code, (one, other_) in enumerate(pairs) if one != other_}
        return frozenset(found if before.all_candidates == after.all_candidates else {*found, None})

    def _codes(self, programme: str, profile: Profile) -> frozenset[int | None]:
        """The codes that a profile gives where the programme may read one, and None if it leaves one unknown."""
        kind = self.rulebook.programmes[programme].subject
        known = (profile.applicant, *(profile.subjects(kind) or ()))
        wanted = [
            fact for fact in self.rulebook.facts.values() if isinstance(fact, Fact) and fact.type == "industry_code"
        ]
        return frozenset(
            value if isinstance(value := part.values.get(fact.id), int) else None
            for fact in wanted
            for part in known
            if fact.subject in ("applicant", kind) and (part is profile.applicant) == (fact.subject == "applicant")
        )


def cases_of(rulebook: Rulebook, programmes: Sequence[str] = ()) -> list[Case]:
    """The worked cases beside a rulebook, of all its programmes or of some; raises ``RulebookError``."""
    found = [case for path in find_cases(rulebook.root) for case in load_cases(path, rulebook)]
    return [case for case in found if not programmes or case.programme in programmes]


def killed(
    rulebook: Rulebook, cases: Sequence[Case], programmes: Sequence[str] = (), kinds: Sequence[Kind] = (),
    jobs: int = 1, matching: str = "",
) -> Iterator[Killed]:  # fmt: skip
    """What becomes of every mutant, in their order.

    Args:
        rulebook: the rules, loaded from a folder.
        cases: the cases, all of which pass on the rules.
        programmes: ids; only mutants that these may notice.
        kinds: only mutants of these kinds.
        jobs: how many processes work at the same time; each loads the rulebook from its folder.
        matching: only mutants that have this text in their id, their words or their place.
    """
    if jobs <= 1:
        bench = Bench(rulebook, cases)
        yield from (bench.outcome(mutant) for mutant in mutants(rulebook, programmes, kinds, matching))
        return
    from concurrent.futures import ProcessPoolExecutor

    made = list(mutants(rulebook, programmes, kinds, matching))
    starts = range(0, len(made), _CHUNK)
    numbers = {(case.where.file, case.where.line): case for case in cases}
    arguments = (rulebook.root, tuple(programmes), tuple(kinds), matching)
    with ProcessPoolExecutor(jobs, initializer=_start, initargs=arguments) as pool:
        for start, found in zip(starts, pool.map(_chunk, starts), strict=True):
            for mutant, (place, refused) in zip(made[start : start + _CHUNK], found, strict=True):
                yield Killed(mutant, None if place is None else numbers[place], refused)


#: In a worker process: its bench and its mutants, which are the same ones in the same order.
_worker: dict[str, tuple[Bench, list[Mutant]]] = {}

#: Where a case stands that noticed a mutant, or None, and why the mutant was refused, or None.
_Found = tuple[tuple[str, int] | None, str | None]


def _start(root: Path, programmes: Sequence[str], kinds: Sequence[Kind], matching: str) -> None:
    rulebook = load_rulebook(root)
    bench = Bench(rulebook, cases_of(rulebook, programmes))
    _worker["it"] = bench, list(mutants(rulebook, programmes, kinds, matching))


def _chunk(start: int) -> list[_Found]:
    bench, made = _worker["it"]
    found: list[_Found] = []
    for mutant in made[start : start + _CHUNK]:
        outcome = bench.outcome(mutant)
        place = None if outcome.case is None else (outcome.case.where.file, outcome.case.where.line)
        found.append((place, outcome.refused))
    return found
