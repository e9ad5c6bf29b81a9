"""Command line stage: what the options of several commands are, and how their values are read."""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Optional

import typer

from relief_engine.cli.usage import WrongUsage
from relief_engine.text import Text


class Lang(StrEnum):
    """The languages of the output."""

    ZH = "zh"
    EN = "en"


class CheckFormat(StrEnum):
    """The forms of a decision."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"


class TextOrJson(StrEnum):
    """The forms of a list."""

    TEXT = "text"
    JSON = "json"


class DiffFormat(StrEnum):
    """The forms of what is different between two rulebooks."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


class EngineName(StrEnum):
    """What decides a roster."""

    AUTO = "auto"
    DIRECT = "direct"
    DUCKDB = "duckdb"
    SPARK = "spark"


class SqlDialect(StrEnum):
    """The databases that a query is written for."""

    DUCKDB = "duckdb"
    SPARK = "spark"
    POSTGRES = "postgres"


class MutantKind(StrEnum):
    """The kinds of mistakes that mutation makes, as ``relief_engine.testing.mutation.Kind`` has them."""

    FIGURE = "figure"
    DAY = "day"
    LISTED = "listed"
    COMPARISON = "comparison"
    NEGATION = "negation"
    CONNECTIVE = "connective"
    PART = "part"
    BRANCH = "branch"
    EXTREME = "extreme"
    RANGE = "range"
    CRITERION = "criterion"
    REFERRAL = "referral"
    LINK = "link"
    DEADLINE = "deadline"
    DATE = "date"
    ROUNDING = "rounding"
    LIMIT = "limit"
    CLASS = "class"


RulesOption = Annotated[
    Optional[Path],  # noqa: UP045 - typer reads the annotation at run time
    typer.Option(
        "--rules", metavar="DIR", help="规则目录，不写则用随附的规则\nThe rulebook; the shipped one by default"
    ),
]
RulesArgument = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Argument(metavar="DIR", help="规则目录，不写则为随附的规则\nThe rulebook; the shipped one by default"),
]
LangOption = Annotated[Lang, typer.Option("--lang", help="输出语言\nLanguage of the output")]
ListFormat = Annotated[TextOrJson, typer.Option("--format", help="输出格式\nForm of the output")]


def day_of(value: str | None, option: str = "--as-of") -> dt.date | None:
    """The day that an option names; raises :class:`WrongUsage` for what is none."""
    if value is None:
        return None
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        try:
            found = dt.date.fromisoformat(value)
        except ValueError:
            pass
        else:
            if 1900 <= found.year <= 2100:
                return found
    raise WrongUsage(
        Text(
            f"{option} 应为 1900 至 2100 年间的日期（如 2022-06-01），实为“{value}”",
            f"{option} must be a date from 1900 to 2100, such as 2022-06-01, got {value!r}",
        )
    )
