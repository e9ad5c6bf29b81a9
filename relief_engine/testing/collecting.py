"""Testing stage: files of worked cases and the cases in them as pytest collects, runs and reports them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from relief_engine.engine import Engine
from relief_engine.errors import Finding, InputError, Location
from relief_engine.explanation.harmless import one_line
from relief_engine.rulebook.load import load_rulebook, shipped_rules
from relief_engine.rulebook.source import unreadable
from relief_engine.testing.accepting import CannotAccept, accepted
from relief_engine.testing.case_files import Case, load_cases
from relief_engine.testing.cases import run_case
from relief_engine.testing.names import words
from relief_engine.testing.settings import language_of
from relief_engine.testing.telling import told
from relief_engine.testing.writing import content_digest
from relief_engine.text import Language, Text

#: Under this name a case hands what was accepted to the process that writes it.
ACCEPTED = "relief_accepted"


@dataclass(slots=True)
class Rulebooks:
    """The rulebooks of one run, each loaded once; ``broken`` are those that can't be, and the file that told so."""

    base: Path
    loaded: dict[Path, Engine] = field(default_factory=dict)
    broken: dict[Path, tuple[InputError, Path]] = field(default_factory=dict)

    def engine(self, root: Path) -> Engine:
        """An engine for the rulebook of a folder; raises :class:`InputError`."""
        if root in self.broken:
            raise self.broken[root][0]
        if root not in self.loaded:
            self.loaded[root] = Engine(load_rulebook(root))
        return self.loaded[root]

    def near(self, where: Location) -> Location:
        """A place as it is called from the folder in which pytest was started."""
        path = Path(where.file)
        return replace(where, file=path.relative_to(self.base).as_posix()) if path.is_relative_to(self.base) else where


_RULEBOOKS = pytest.StashKey[Rulebooks]()


class CasesModule(pytest.File):
    """A file of worked cases. ``root`` is its rulebook's folder, or None where nobody says which that is."""

    root: Path | None
    language: Language
    rulebooks: Rulebooks
    #: Of the file's content when its cases were read.
    digest: str

    @classmethod
    def of(cls, parent: pytest.Collector, path: Path, root: Path | str | None) -> CasesModule:
        """The node of a file; ``root`` may be a word for the shipped rulebook."""
        made: CasesModule = cls.from_parent(parent, path=path)
        config = parent.config
        made.root = Path(shipped_rules() if isinstance(root, str) else root) if root is not None else None
        made.language = language_of(config)
        made.rulebooks = config.stash.setdefault(_RULEBOOKS, Rulebooks(config.invocation_params.dir))
        return made

    def collect(self) -> Iterator[CaseItem]:
        """The cases of the file; one error with every mistake of the file, or of its rulebook."""
        engine = self.engine()
        try:
            self.digest = content_digest(self.path.read_bytes())
        except OSError as error:
            raise self.CollectError(self.mistakes(InputError([unreadable(self.path.as_posix(), error)]))) from None
        try:
            cases = load_cases(self.path, engine.rulebook)
        except InputError as error:
            raise self.CollectError(self.mistakes(error)) from None
        for case in cases:
            yield CaseItem.of(self, replace(case, where=self.rulebooks.near(case.where)), engine)

    def engine(self) -> Engine:
        """The engine that decides the cases."""
        if self.root is None:
            message = Text(
                "上级目录中没有规则库，不知道算例属于哪一个：用 --relief-rules DIR 或设置 relief_rules 指明",
                "no folder above is a rulebook, so which one is tested? Say so by --relief-rules DIR or the setting "
                "relief_rules",
            )
            error = InputError([Finding("case-rulebook", Location(self.path.as_posix()), message)])
            raise self.CollectError(self.mistakes(error))
        try:
            return self.rulebooks.engine(self.root)
        except InputError as error:
            _, first = self.rulebooks.broken.setdefault(self.root, (error, self.path))
            if first == self.path:
                raise self.CollectError(self.mistakes(error)) from None
            # Of the same mistakes beside every file nobody would find those of the files themselves.
            root = self.rulebooks.near(Location(self.root.as_posix())).file
            other = self.rulebooks.near(Location(first.as_posix())).file
            message = Text(
                f"规则库 {root} 无法使用，共 {len(error.findings)} 处错误，见 {other}",
                f"the rulebook {root} can't be used, mistakes: {len(error.findings)}; see {other}",
            )
            raise self.CollectError(message.in_(self.language)) from None

    def mistakes(self, error: InputError) -> str:
        """Every mistake on a line, with its place."""
        count = len(error.findings)
        last = Text(f"共 {count} 处错误。", f"{count} mistake{'s' if count != 1 else ''}.")
        near = [replace(finding, where=self.rulebooks.near(finding.where)) for finding in error.findings]
        return "\n".join([*(one_line(finding.in_(self.language)) for finding in near), last.in_(self.language)])


class CaseItem(pytest.Item):
    """One worked case. Its keywords are its names in both languages, its programme and its clauses."""

    case: Case
    engine: Engine
    language: Language
    digest: str
    #: What the summary says of a failure, on one line.
    short: str = ""

    @classmethod
    def of(cls, parent: CasesModule, case: Case, engine: Engine) -> CaseItem:
        """The node of a case."""
        # Two colons part the names of a node from each other.
        name = one_line(case.name.in_(parent.language)).replace("::", ": :")
        made: CaseItem = cls.from_parent(parent, name=name)
        made.case, made.engine, made.language, made.digest = case, engine, parent.language, parent.digest
        made.extra_keyword_matches.update(words(case))
        made.add_marker("relief_case")
        return made

    def runtest(self) -> None:
        """Decide the case; a failure is told side by side, with the explanation, and without a traceback."""
        result = run_case(self.engine, self.case)
        if result.passed:
            return
        why = Text("", "")
        if result.awaits and self.config.getoption("relief_accept"):
            try:
                found = accepted(result)
            except CannotAccept as error:
                why = error.message
            else:
                entries = [list(entry) for entry in found.entries]
                record = {
                    "file": str(self.path), "digest": self.digest,
                    "index": found.index, "name": found.name, "entries": entries,
                }  # fmt: skip
                self.user_properties.append((ACCEPTED, record))
                return
        elif result.awaits and not result.differs:
            why = Text("核对后可用 --relief-accept 写入", "--relief-accept writes what the engine says, to be checked")
        self.short = ("；" if self.language == "zh" else "; ").join(d.in_(self.language) for d in result.differences)
        lines = [told(result, self.engine, self.language), why.in_(self.language)]
        pytest.fail("\n\n".join(filter(None, lines)), pytrace=False)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The text of a failure, placed at the case; an error of the engine itself has its traceback."""
        found = super().repr_failure(excinfo, style)
        crash = getattr(found, "reprcrash", None)
        if self.short and crash is not None:
            crash.path, crash.lineno, crash.message = self.case.where.file, self.case.where.line, self.short
        return found

    def reportinfo(self) -> tuple[Path, int, str]:
        """File, line from 0, and name."""
        return self.path, self.case.where.line - 1, self.name
