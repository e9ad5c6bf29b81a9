"""The JSON Schemas for editors cover every kind of file and name its keys as they are written."""

from relief_engine.rulebook.schema import file_schemas


def test_every_kind_of_file_has_a_schema() -> None:
    schemas = file_schemas()
    assert list(schemas) == ["sources", "facts", "code_list", "class_map", "size_table", "programme"]
    for schema in schemas.values():
        assert schema["title"]
        assert schema["type"] == "object"
        assert schema["additionalProperties"] is False
    assert {"from", "to", "criteria", "benefit"} <= set(schemas["programme"]["properties"])
    assert "from_" not in str(schemas)
