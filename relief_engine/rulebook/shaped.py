"""Rulebook stage: one parsed file is held against its Pydantic shape; errors come back with file, line and column."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from relief_engine.errors import did_you_mean, nearest
from relief_engine.rulebook.source import Document, Path_
from relief_engine.text import Text, joined

M = TypeVar("M", bound=BaseModel)

_WORDS: dict[str, Text] = {
    "string_too_short": Text("不能为空", "must not be empty"),
    "string_too_long": Text("文字过长", "the text is too long"),
    "too_short": Text("至少要有一项", "at least one item is needed"),
}
_NUMBER, _WHOLE = Text("数字", "a number"), Text("整数", "a whole number")
_YES_NO, _DAY = Text("true 或 false", "true or false"), Text("日期（YYYY-MM-DD）", "a date (YYYY-MM-DD)")
_MAPPING = Text("键值对", "a mapping")
#: What was expected, by the kind of error that says so.
_NOUNS: dict[str, Text] = {
    "string_type": Text("文字", "text"),
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "bool_type": _YES_NO,
    "bool_parsing": _YES_NO,
    "date_type": _DAY,
    "list_type": Text("列表", "a list"),
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
}


def shaped(document: Document, shape: type[M]) -> M | None:
    """The file as its shape; mistakes become findings of the document.

    What is wrong is cut out (the key, the list item or the named entry around it) and the rest is read again, so that
    one run reports the mistakes of all stages; the names that were cut are kept in ``document.broken``.
    """
    for _attempt in range(4):
        try:
            return shape.model_validate(document.value)
        except ValidationError as error:
            details = error.errors(include_url=False)
            cuts: set[Path_] = set()
            reported: set[tuple[Path_, str]] = set()
            missing = {(_existing(document, d["loc"]), str(d["loc"][-1])) for d in details if d["type"] == "missing"}
            # A misspelt key is one mistake, not an unknown and a missing one.
            renamed = {wrong: right for d in details for wrong, right in _meant(document, d, shape, missing)}
            meant = {(wrong[:-1], right) for wrong, right in renamed.items()}
            for detail in details:
                path = _existing(document, detail["loc"])
                last = str(detail["loc"][-1]) if detail["loc"] else ""
                if detail["type"] == "missing" and (path, last) in meant:
                    continue
                mark = (path, last if detail["type"] in ("missing", "extra_forbidden") else "")
                inside = any(cut and path[: len(cut)] == cut and cut != path for cut in cuts)
                if mark not in reported and not inside:
                    reported.add(mark)
                    _report(document, path, detail, shape, _alternatives(document, path, details))
                if detail["type"] == "literal_error":
                    # What such a word decides is not known, but the rest of the file can still be read with another.
                    choices = _literals(detail)
                    document.put(path, next(iter(nearest(str(detail["input"]), choices)), choices[0]))
                elif path not in renamed:
                    cuts.add(path if detail["type"] == "extra_forbidden" else _item(path))
            for wrong, right in renamed.items():
                document.rename(wrong, right)
            if () in cuts:
                return None
            for cut in sorted(cuts, key=lambda c: [(isinstance(s, str), s) for s in c], reverse=True):
                document.cut(cut)
    return None


def _meant(
    document: Document, detail: ErrorDetails, shape: type[BaseModel], missing: set[tuple[Path_, str]]
) -> list[tuple[Path_, str]]:
    """An unknown key with the missing one that it is most likely meant to be."""
    if detail["type"] != "extra_forbidden":
        return []
    path = _existing(document, detail["loc"])
    found = nearest(str(detail["loc"][-1]), known_keys(shape, path[:-1]))
    return [(path, right) for right in found if (path[:-1], right) in missing]


def _alternatives(document: Document, path: Path_, details: list[ErrorDetails]) -> list[str]:
    """The kinds of value that a value could have been; more than one where the shape allows several."""
    here = [detail for detail in details if _existing(document, detail["loc"]) == path]
    return list(dict.fromkeys(detail["type"] for detail in here if detail["type"] in _NOUNS))


def _literals(detail: ErrorDetails) -> list[str]:
    """The words that a value may be, out of the words of Pydantic."""
    return [part.strip(" '") for part in str(detail["ctx"]["expected"]).replace(" or ", ", ").split(",")]


def _item(path: Path_) -> Path_:
    """The smallest part around a path that can be left out: a list's item, or an entry of a mapping of names."""
    for end in range(len(path), 0, -1):
        step = path[end - 1]
        if isinstance(step, int) or (end >= 2 and path[end - 2] in ("parameters", "let")):
            return path[:end]
    return ()


def _existing(document: Document, loc: tuple[int | str, ...]) -> Path_:
    """The longest path of real keys: union and model names that Pydantic puts in between are left out."""
    path: Path_ = ()
    value: Any = document.value
    for step in loc:
        inside = step < len(value) if isinstance(value, list) and isinstance(step, int) else False
        if inside or (isinstance(value, dict) and step in value):
            path = (*path, step)
            value = value[step]
    return path


def _report(document: Document, path: Path_, detail: ErrorDetails, shape: type[BaseModel], kinds: list[str]) -> None:
    kind = detail["type"]
    last = detail["loc"][-1] if detail["loc"] else ""
    if kind == "extra_forbidden":
        known = known_keys(shape, path[:-1])
        hint = did_you_mean(str(last), known)
        listed = "、".join(known)
        document.report(
            "shape-unknown-key",
            path,
            Text(
                f"没有键“{last}”{hint.zh or f'；可用：{listed}'}",
                f"unknown key {str(last)!r}{hint.en or '; known: ' + ', '.join(known)}",
            ),
            key=True,
        )
        return
    if kind == "missing":
        document.report("shape-missing-key", path, Text(f"缺少键“{last}”", f"the key {str(last)!r} is missing"))
        return
    if kind == "literal_error":
        choices = _literals(detail)
        hint = did_you_mean(str(detail["input"]), choices)
        document.report(
            "shape-value",
            path,
            Text(
                f"“{detail['input']}”不在可用值之内：{'、'.join(choices)}{hint.zh}",
                f"expected one of {', '.join(choices)}{hint.en}",
            ),
        )
        return
    context = detail.get("ctx", {})
    if kinds and kind in _NOUNS:
        nouns = [_NOUNS[k] for k in kinds]
        nouns = [noun for index, noun in enumerate(nouns) if noun not in nouns[:index]]
        wanted = joined(nouns, zh="、", en=" or ")
        document.report("shape-value", path, Text(f"应为{wanted.zh}", f"expected {wanted.en}"))
    elif kind == "string_pattern_mismatch":
        pattern = str(context.get("pattern"))
        document.report("shape-value", path, Text(f"写法应符合 {pattern}", f"must be written like {pattern}"))
    elif kind in ("greater_than_equal", "less_than_equal"):
        least, most = context.get("ge"), context.get("le")
        words = Text(f"应不小于 {least}", f"must be at least {least}")
        if least is None:
            words = Text(f"应不大于 {most}", f"must be at most {most}")
        document.report("shape-value", path, words)
    else:
        document.report("shape-value", path, _WORDS.get(kind) or Text(f"值不合要求（{detail['msg']}）", detail["msg"]))


def known_keys(shape: type[BaseModel], path: Path_) -> list[str]:
    """The keys that a shape allows at a path."""
    models: list[type[BaseModel]] = [shape]
    for step in path:
        if isinstance(step, int):
            continue
        found = [
            inner
            for model in models
            for name, info in model.model_fields.items()
            if step in (name, info.alias)
            for inner in _models(info.annotation)
        ]
        models = found or models
    keys: list[str] = []
    for model in models:
        keys.extend(k for k in (info.alias or name for name, info in model.model_fields.items()) if k not in keys)
    return keys


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in getattr(annotation, "__args__", ()) for model in _models(argument)]
