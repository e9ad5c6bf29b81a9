"""Testing stage: expectations that a pytest run accepted, in whatever process, are written at its end by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from relief_engine.errors import InputError
from relief_engine.testing.accepting import Accepted
from relief_engine.testing.collecting import ACCEPTED
from relief_engine.testing.settings import language_of
from relief_engine.testing.writing import prepared
from relief_engine.text import Language, Text


class Gathering:
    """A plugin of the process that the user started: it hears of every test, and writes each file once."""

    def __init__(self, config: pytest.Config) -> None:
        self.language: Language = language_of(config)
        self.base = config.invocation_params.dir
        self.found: dict[Path, list[Accepted]] = {}
        self.digests: dict[Path, set[str]] = {}
        self.lines: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a case handed over."""
        if report.when != "call" or not report.passed:
            return
        for name, value in report.user_properties:
            if name == ACCEPTED and isinstance(value, dict):
                entries = tuple((key, text) for key, text in value["entries"])
                one = Accepted(value["index"], value["name"], entries)
                path = Path(value["file"])
                self.found.setdefault(path, []).append(one)
                self.digests.setdefault(path, set()).add(value["digest"])

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the files; one that can't be written fails the run."""
        for path, cases in sorted(self.found.items()):
            label = path.relative_to(self.base).as_posix() if path.is_relative_to(self.base) else path.as_posix()
            try:
                file = prepared(path, cases, label, self.digests[path])
                file.write()
            except InputError as error:
                self.lines += [finding.in_(self.language) for finding in error.findings]
                if session.exitstatus == pytest.ExitCode.OK:
                    session.exitstatus = pytest.ExitCode.TESTS_FAILED
            else:
                self.lines.append(file.said.in_(self.language))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was written, and what could not be."""
        if self.lines:
            terminalreporter.section(Text("算例的预期结果", "expectations of worked cases").in_(self.language))
            for line in self.lines:
                terminalreporter.write_line(line)
