"""Rulebook stage: one parsed file is held against its Pydantic shape; errors come back with file, line and column."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from relief_engine.errors import did_you_mean
from relief_engine.rulebook.source import Document, Path_
from relief_engine.text import Text

M = TypeVar("M", bound=BaseModel)

_WORDS: dict[str, Text] = {
    "missing": Text("缺少必填的键", "a required key is missing"),
    "string_type": Text("应为文字", "expected text"),
    "string_too_short": Text("不能为空", "must not be empty"),
    "string_too_long": Text("文字过长", "the text is too long"),
    "too_short": Text("至少要有一项", "at least one item is needed"),
    "decimal_type": Text("应为数字", "expected a number"),
    "decimal_parsing": Text("应为数字", "expected a number"),
    "int_type": Text("应为整数", "expected a whole number"),
    "int_parsing": Text("应为整数", "expected a whole number"),
    "bool_type": Text("应为 true 或 false", "expected true or false"),
    "bool_parsing": Text("应为 true 或 false", "expected true or false"),
    "date_type": Text("应为日期（YYYY-MM-DD）", "expected a date (YYYY-MM-DD)"),
    "date_from_datetime_parsing": Text("应为日期（YYYY-MM-DD）", "expected a date (YYYY-MM-DD)"),
    "date_parsing": Text("应为日期（YYYY-MM-DD）", "expected a date (YYYY-MM-DD)"),
    "list_type": Text("应为列表", "expected a list"),
    "dict_type": Text("应为键值对", "expected a mapping"),
    "model_type": Text("应为键值对", "expected a mapping"),
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
            cuts: set[Path_] = set()
            seen: set[tuple[Path_, str, str]] = set()
            for detail in error.errors(include_url=False):
                path = _existing(document, detail["loc"])
                mark = (path, detail["type"], str(detail["loc"][-1:]))
                if mark not in seen and not any(path[: len(cut)] == cut for cut in cuts if cut != path):
                    seen.add(mark)
                    _report(document, path, detail, shape)
                cuts.add(path if detail["type"] == "extra_forbidden" else _item(path))
            if () in cuts:
                return None
            for cut in sorted(cuts, key=lambda c: [(isinstance(s, str), s) for s in c], reverse=True):
                document.cut(cut)
    return None


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


def _report(document: Document, path: Path_, detail: ErrorDetails, shape: type[BaseModel]) -> None:
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
    if kind in ("literal_error", "union_tag_invalid"):
        expected = str(detail.get("ctx", {}).get("expected") or detail.get("ctx", {}).get("expected_tags"))
        choices = [part.strip(" '") for part in expected.replace(" or ", ", ").split(",")]
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
    words = _WORDS.get(kind)
    if words is None:
        words = Text(f"值不合要求（{detail['msg']}）", detail["msg"])
    document.report("shape-value", path, words)


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
