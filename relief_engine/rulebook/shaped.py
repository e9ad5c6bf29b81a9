"""Rulebook stage: one parsed file is held against its Pydantic shape; errors come back with file, line and column."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from relief_engine.errors import did_you_mean
from relief_engine.rulebook.salvage import Salvage, literals
from relief_engine.rulebook.shape_paths import existing, known_keys, misspelt
from relief_engine.rulebook.source import Document, Path_
from relief_engine.text import Text

M = TypeVar("M", bound=BaseModel)

#: The most mistakes of shape that are told of one file.
MOST = 100
_SLUG = Text(
    "应以小写字母或数字开头，只含小写字母、数字和连字符“-”",
    "begins with a lower-case letter or digit and has only those and hyphens",
)
_PATTERNS: dict[str, Text] = {
    r"^[a-z][a-z0-9_]*$": Text(
        "应以小写字母开头，只含小写字母、数字和下划线“_”",
        "begins with a lower-case letter and has only those, digits and underscores",
    ),
    r"^[a-z0-9][a-z0-9-]*$": _SLUG,
    r"^[a-z0-9-]+(/[a-z0-9-]+)+$": Text(
        "应为“地区/项目”，各段只含小写字母、数字和连字符“-”",
        "expected region/programme, each part of lower-case letters, digits and hyphens",
    ),
    r"^(applicant|lease|loan)\.[a-z][a-z0-9_]*$": Text(
        "应为 applicant、lease 或 loan 的事实，如 applicant.kind",
        "expected a fact of applicant, lease or loan, such as applicant.kind",
    ),
    r"^[^\W\d]\w*$": Text(
        "应以文字或字母开头，不含空格和标点", "begins with a letter and has no spaces and no punctuation"
    ),
}
_WORDS: dict[str, Text] = {
    "string_type": Text(
        "应为文字（数字和日期作文字用时请加引号）", "expected text (quote a number or date that is text)"
    ),
    "string_too_short": Text("不能为空", "must not be empty"),
    "string_too_long": Text("文字过长", "the text is too long"),
    "too_short": Text("至少要有一项", "at least one item is needed"),
    "decimal_type": Text("应为数字", "expected a number"),
    "decimal_parsing": Text("应为数字", "expected a number"),
    "int_type": Text("应为整数", "expected a whole number"),
    "int_parsing": Text("应为整数", "expected a whole number"),
    "int_from_float": Text("应为整数", "expected a whole number"),
    "bool_type": Text("应为 true 或 false", "expected true or false"),
    "bool_parsing": Text("应为 true 或 false", "expected true or false"),
    "date_type": Text("应为日期（YYYY-MM-DD）", "expected a date (YYYY-MM-DD)"),
    "date_from_datetime_parsing": Text("应为日期（YYYY-MM-DD）", "expected a date (YYYY-MM-DD)"),
    "date_parsing": Text("应为日期（YYYY-MM-DD）", "expected a date (YYYY-MM-DD)"),
    "list_type": Text("应为列表", "expected a list"),
    "tuple_type": Text("应为列表", "expected a list"),
    "dict_type": Text("应为键值对", "expected a mapping"),
    "model_type": Text("应为键值对", "expected a mapping"),
    "model_attributes_type": Text("应为键值对", "expected a mapping"),
}


def shaped(document: Document, shape: type[M]) -> M | None:
    """The file as its shape; mistakes become findings of the document.

    What is wrong is mended by guess or left out, and the rest is read again, so that one run reports the mistakes of
    all stages; the names that were left out are kept in ``document.broken``.
    """
    if not isinstance(document.value, dict):
        if document.value is None:
            document.report("shape-value", (), Text("文件是空的", "the file is empty"))
        else:
            document.report(
                "shape-value", (), Text("文件应为键值对（键: 值）", "the file must be a mapping (key: value)")
            )
        return None
    for _attempt in range(4):
        try:
            return shape.model_validate(document.value)
        except ValidationError as error:
            details = error.errors(include_url=False)
        _report(document, details, shape)
        rest = Salvage(document, details, shape)
        if () in rest.cuts:
            return None
        rest.take_out()
    return None


# --- what to say ------------------------------------------------------------------------------------------------


def _report(document: Document, details: list[ErrorDetails], shape: type[BaseModel]) -> None:
    """Report each mistake once, at its place."""
    missing: dict[Path_, list[str]] = {}
    # A misspelt key would otherwise be reported twice: as unknown, and as missing.
    excused = {(path[:-1], name) for path, name in misspelt(document, details, shape).items()}
    wrong: dict[tuple[Path_, bool], dict[Text, None]] = {}
    for detail in details[:MOST]:
        kind, loc = detail["type"], detail["loc"]
        path = existing(document, loc)
        if kind == "too_short" and path in document.kept:
            # Too little is left because the rest was wrong, and is told.
            continue
        if kind == "missing":
            missing.setdefault(path, []).append(str(loc[-1]))
        elif kind == "extra_forbidden":
            _unknown_key(document, path, loc, shape)
        else:
            path, message = _wrong_value(path, detail)
            wrong.setdefault((path, loc[-1:] == ("[key]",)), {})[message] = None
    for (path, in_key), messages in wrong.items():
        document.report("shape-value", path, _any_of(list(messages)), key=in_key)
    for path, names in missing.items():
        told = [name for name in names if (path, name) not in excused]
        if told:
            zh = "”、“".join(told)
            document.report("shape-missing-key", path, Text(f"缺少键“{zh}”", f"missing: {', '.join(told)}"))
    if len(details) > MOST:
        more = len(details) - MOST
        document.report("shape-more", (), Text(f"这个文件还有 {more} 处类似错误", f"{more} more mistakes of this kind"))


def _unknown_key(document: Document, path: Path_, loc: tuple[int | str, ...], shape: type[BaseModel]) -> None:
    """Report a key that the shape does not have."""
    last = str(loc[-1])
    known = known_keys(shape, loc[:-1])
    hint = did_you_mean(last, known)
    zh = hint.zh or f"；可用：{'、'.join(known)}"
    en = hint.en or f"; known: {', '.join(known)}"
    document.report(
        "shape-unknown-key", path, Text(f"没有键“{_short(last)}”{zh}", f"unknown key {_short(last)!r}{en}"), key=True
    )


def _wrong_value(path: Path_, detail: ErrorDetails) -> tuple[Path_, Text]:
    """Where a value is wrong and what was expected."""
    kind, context, given = detail["type"], detail.get("ctx", {}), detail["input"]
    words = _WORDS.get(kind)
    if kind == "text":
        path, words = (*path, *context["path"]), context["text"]
    elif kind == "string_pattern_mismatch":
        pattern = context["pattern"]
        expected = _PATTERNS.get(pattern, Text(f"应符合 {pattern}", f"must match {pattern}"))
        words = Text(f"“{_short(given)}”不合要求：{expected.zh}", f"{_short(given)!r} does not fit: {expected.en}")
    elif kind == "literal_error":
        words = _one_of(given, literals(detail))
    elif kind in ("union_tag_invalid", "union_tag_not_found"):
        words = Text("看不出是哪一种，请对照文档中的写法", "can't tell which form this is; see the documentation")
    elif kind in ("greater_than_equal", "less_than_equal"):
        limit = context.get("ge", context.get("le"))
        bound = Text("不能小于", "at least") if kind == "greater_than_equal" else Text("不能大于", "at most")
        words = Text(f"{bound.zh} {limit}", f"must be {bound.en} {limit}")
    return path, words or Text(f"值不合要求（{detail['msg']}）", detail["msg"])


def _any_of(messages: list[Text]) -> Text:
    """One message for a value that is none of several things."""
    if len(messages) == 1:
        return messages[0]
    return Text(
        "应为" + "，或".join(message.zh.removeprefix("应为") for message in messages),
        "expected " + ", or ".join(message.en.removeprefix("expected ") for message in messages),
    )


def _one_of(given: object, choices: list[str]) -> Text:
    if not isinstance(given, str):
        return Text(f"应为以下之一：{'、'.join(choices)}", f"expected one of {', '.join(choices)}")
    hint = did_you_mean(given, choices)
    return Text(
        f"“{_short(given)}”不在可用值之内：{'、'.join(choices)}{hint.zh}",
        f"expected one of {', '.join(choices)}{hint.en}",
    )


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:40]}…"
