"""Testing stage: the words by which a worked case is found."""

from __future__ import annotations

from relief_engine.testing.case_files import Case


def words(case: Case) -> tuple[str, ...]:
    """What a case may be asked for by: its name in both languages, its programme, its clauses, and its file."""
    cited = [word for citation in case.citations for word in (str(citation), f"{citation.source.id} {citation.clause}")]
    return case.name.zh, case.name.en, case.programme, *cited, case.where.file.rpartition("/")[2]


def fits(case: Case, asked: str) -> bool:
    """Whether one of its words holds what was asked for, in upper or lower case."""
    wanted = asked.casefold().strip()
    return any(wanted in word.casefold() for word in words(case))
