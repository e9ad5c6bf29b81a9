"""Roster stage: what columns of results are called, and how the roster's own are told from them."""

from __future__ import annotations

from collections.abc import Iterable

from relief_engine.text import Language, Text

LANGUAGES: tuple[Language, ...] = ("zh", "en")
#: The column by which people tell answers apart.
OUTCOME = Text("判定结果", "Outcome")
#: Behind a column of the roster that is called like a column of results.
CLASH = Text("（原表）", " (roster)")
#: The column that says which row of the roster it is.
ROW = Text("行号", "Row")
#: The column that says which of several programmes a row of results is about.
PROGRAMME = Text("项目", "Programme")
#: The column that names the facts that are missing, by words that are headers too.
MISSING = Text("缺少的资料", "Missing")
#: The columns of amounts, in yuan.
AMOUNTS: dict[str, Text] = {
    "amount": Text("金额（元）", "Amount (yuan)"),
    "amount_if_granted": Text("如予同意的金额（元）", "Amount if granted (yuan)"),
    "amount_low": Text("最低金额（元）", "Lowest amount (yuan)"),
    "amount_high": Text("最高金额（元）", "Highest amount (yuan)"),
    "ceiling": Text("最高限额（元）", "Ceiling (yuan)"),
    "payable": Text("应付（元）", "Payable (yuan)"),
    "payable_low": Text("应付最低（元）", "Payable, lowest (yuan)"),
    "payable_high": Text("应付最高（元）", "Payable, highest (yuan)"),
}
#: The columns of what people's answers come to, where the roster has columns for them.
PEOPLE: dict[str, Text] = {
    "people": Text("认定情况", "People's answer"),
    "amount_by_people": Text("经人工认定同意金额（元）", "Amount granted by people (yuan)"),
    "people_reason": Text("认定情况说明", "About people's answer"),
}
#: The columns for machines. The digest is the last column of results in every flat table.
MACHINE: dict[str, Text] = {
    "programme_id": Text("项目编号", "Programme id"),
    "outcome_id": Text("结果编号", "Outcome id"),
    "failed": Text("未满足条件的位", "Mask of failed criteria"),
    "unknown": Text("不明条件的位", "Mask of unknown criteria"),
    "referred": Text("人工认定的位", "Mask of referrals"),
    "as_of": Text("判定日", "Day of the decision"),
    "rulebook": Text("规则库摘要", "Rulebook digest"),
}


#: What a parquet result calls its copy of the roster's own column of names, and columns by which such a result is told.
NAME_ID = "name"
_RESULT_IDS = frozenset({"row", "outcome", "programme_id", "outcome_id", "rulebook"})


def of_result(headers: Iterable[str]) -> bool:
    """Whether headers are those of a result that was written as parquet."""
    return _RESULT_IDS.issubset(headers)


def of_missing(header: str) -> bool:
    """Whether a header is that of missing facts, in a result or in a result of a result."""
    return any(_bare(header, CLASH.in_(language)) == MISSING.in_(language) for language in LANGUAGES)


def own_header(header: str, taken: set[str], language: Language) -> str:
    """What a column of the roster is called beside columns of results whose titles are ``taken``.

    A mark is put behind it where it is called like one of them, with or without such marks, so that taking one mark
    away always gives the header back: :func:`roster_header`.
    """
    mark = CLASH.in_(language)
    return header + mark if _bare(header, mark) in taken else header


def roster_header(written: str, taken: set[str], language: Language) -> str:
    """The header that :func:`own_header` was given."""
    mark = CLASH.in_(language)
    return written.removesuffix(mark) if written.endswith(mark) and _bare(written, mark) in taken else written


def _bare(header: str, mark: str) -> str:
    while header.endswith(mark):
        header = header.removesuffix(mark)
    return header
