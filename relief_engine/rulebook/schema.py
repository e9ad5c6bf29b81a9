"""Rulebook stage: the JSON Schema of every kind of rulebook file, for editors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from relief_engine.rulebook import shapes as s

_KINDS: Mapping[str, tuple[type[BaseModel], str]] = {
    "sources": (s.SourcesFile, "sources.yaml"),
    "facts": (s.FactsFile, "facts/*.yaml"),
    "code_list": (s.CodeListFile, "standards/*.yaml (kind: code_list)"),
    "class_map": (s.ClassMapFile, "standards/*.yaml (kind: class_map)"),
    "size_table": (s.SizeTableFile, "standards/*.yaml (kind: size_table)"),
    "programme": (s.ProgrammeFile, "*/*.yaml"),
}


def file_schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema (draft 2020-12) of every kind of rulebook file, by kind."""
    return {kind: _schema(shape, title) for kind, (shape, title) in _KINDS.items()}


def _schema(shape: type[BaseModel], title: str) -> dict[str, Any]:
    schema = shape.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}
