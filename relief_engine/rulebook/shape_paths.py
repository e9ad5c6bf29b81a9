"""Rulebook stage: where in a file a mistake of shape lies, and which keys may stand there."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Tag
from pydantic_core import ErrorDetails

from relief_engine.errors import nearest
from relief_engine.rulebook.source import Document, Path_


def existing(document: Document, loc: tuple[int | str, ...]) -> Path_:
    """The longest path of real keys: the names of variants that Pydantic puts in between are left out."""
    path: Path_ = ()
    value: Any = document.value
    for step in loc:
        inside = step in value if isinstance(value, dict) else isinstance(value, list) and step in range(len(value))
        if inside:
            value = value[step]
            path = (*path, step)
    return path


def misspelt(document: Document, details: list[ErrorDetails], shape: type[BaseModel]) -> dict[Path_, str]:
    """Unknown keys that are probably a key which is missing beside them, by their path."""
    missing = {(existing(document, d["loc"]), str(d["loc"][-1])) for d in details if d["type"] == "missing"}
    found: dict[Path_, str] = {}
    for detail in details:
        if detail["type"] == "extra_forbidden":
            path = existing(document, detail["loc"])
            near = nearest(str(detail["loc"][-1]), known_keys(shape, detail["loc"][:-1]))
            if near and (path[:-1], near[0]) in missing:
                found[path] = near[0]
    return found


def known_keys(shape: type[BaseModel], path: Path_) -> list[str]:
    """The keys that a shape allows at a path; names of variants in the path tell variants apart."""
    models: list[tuple[str, type[BaseModel]]] = [("", shape)]
    for step in path:
        if isinstance(step, int):
            continue
        if any(step == tag for tag, _ in models):
            models = [(tag, model) for tag, model in models if tag == step]
            continue
        found = [
            inner
            for _, model in models
            for name, info in model.model_fields.items()
            if step == (info.alias or name)
            for inner in _models(info.annotation, "")
        ]
        models = found or models
    keys: list[str] = []
    for _, model in models:
        keys.extend(k for k in (info.alias or name for name, info in model.model_fields.items()) if k not in keys)
    return keys


def _models(annotation: Any, tag: str) -> list[tuple[str, type[BaseModel]]]:
    """The models inside an annotation, with the tags that tell them apart."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [(tag, annotation)]
    tag = next((part.tag for part in getattr(annotation, "__metadata__", ()) if isinstance(part, Tag)), tag)
    return [model for argument in getattr(annotation, "__args__", ()) for model in _models(argument, tag)]
