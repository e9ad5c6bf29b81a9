"""Rulebook stage: the JSON Schema of every kind of file, for editors that complete and underline while one types.

The schemas say no more than the shapes do: what names and expressions mean is checked by loading alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from relief_engine.rulebook.form_shapes import FormFile
from relief_engine.rulebook.ledger_shapes import LedgerFile
from relief_engine.rulebook.programme_shapes import ProgrammeFile
from relief_engine.rulebook.shapes import FactsFile, RulebookFile, SourcesFile
from relief_engine.rulebook.standard_shapes import ClassMapFile, CodeListFile, SizeTableFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: The kinds of files with their shapes.
FILES: dict[str, type[BaseModel]] = {
    "about": RulebookFile,
    "sources": SourcesFile,
    "ledger": LedgerFile,
    "facts": FactsFile,
    "code_list": CodeListFile,
    "class_map": ClassMapFile,
    "size_table": SizeTableFile,
    "form": FormFile,
    "programme": ProgrammeFile,
}
#: Which files of a rulebook have which schema: the first glob that fits, from the rulebook's folder.
PLACES: dict[str, str] = {
    "rulebook.yaml": "about",
    "sources.yaml": "sources",
    "ledger.yaml": "ledger",
    "facts/**/*.yaml": "facts",
    "standards/**/*.yaml": "standards",
    "forms/**/*.yaml": "form",
    "**/*.yaml": "programme",
}


def file_schemas(beside: Mapping[str, type[BaseModel]] | None = None) -> dict[str, dict[str, Any]]:
    """The JSON Schema of each kind of file by name; each stands alone. ``beside`` are files that stand beside rules.

    Beside the kinds of :data:`FILES` there is ``standards``, any file of that folder, and ``rulebook``, any file of a
    rulebook, for editors that can map one schema only.
    """
    shapes = {**FILES, **(beside or {})}
    schemas = {name: _described(name, shape.model_json_schema(by_alias=True)) for name, shape in shapes.items()}
    schemas["standards"] = _any_of(
        "standards", "A code list or a classification.", ("code_list", "class_map", "size_table")
    )
    schemas["rulebook"] = _any_of("rulebook", "Any file of a rulebook.", tuple(FILES))
    return schemas


def _any_of(name: str, description: str, kinds: tuple[str, ...]) -> dict[str, Any]:
    """The schema of a file of one of several kinds."""
    _, schema = models_json_schema([(FILES[kind], "validation") for kind in kinds], by_alias=True)
    refs = [{"$ref": f"#/$defs/{FILES[kind].__name__}"} for kind in kinds]
    return _described(name, {"description": description, "anyOf": refs, **schema})


def _described(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A schema whose descriptions are the docstrings and whose titles are their first sentences."""
    for part in (schema, *schema.get("$defs", {}).values()):
        description = part.get("description")
        if description is not None:
            part["description"] = " ".join(description.replace("``", "`").split())
            part["title"] = part["description"].partition(". ")[0].rstrip(".")
        for value in part.get("properties", {}).values():
            # Pydantic's own titles only repeat the key.
            value.pop("title", None)
    return {"$schema": DIALECT, "$id": f"urn:relief-engine:rulebook:{name}", **schema}
