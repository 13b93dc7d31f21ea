"""JSON Schema of users' files from the models that validate them, for editors that complete and underline."""

from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from pydantic_core import core_schema

from detente.files.validate import WrittenFile

DRAFT = "https://json-schema.org/draft/2020-12/schema"


class Generator(GenerateJsonSchema):
    """Writes what the validator does: keys by pattern, members of a union by any fit, no title on every key."""

    def dict_schema(self, schema: core_schema.DictSchema) -> dict[str, Any]:
        """A mapping whose keys follow a pattern takes no other keys."""
        found = super().dict_schema(schema)
        for pattern, inner in found.pop("patternProperties", {}).items():
            found |= {"additionalProperties": inner, "propertyNames": {"pattern": pattern}}
        return found

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> dict[str, Any]:
        """Members that are told apart by the kind of a value may overlap."""
        found = super().tagged_union_schema(schema)
        found["anyOf"] = found.pop("oneOf")
        found.pop("discriminator", None)
        return found

    def nullable_schema(self, schema: core_schema.NullableSchema) -> dict[str, Any]:
        """None stands for a key that is not there, never for a value."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> dict[str, Any]:
        """Defaults stand in the descriptions, in words."""
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: Any) -> bool:
        """The key says it."""
        return False


def json_schema(files: Mapping[str, type[WrittenFile]], title: str) -> dict[str, Any]:
    """JSON Schema (2020-12) of several files at once; which of them a document is follows from its keys.

    Args:
        files: how each is called -> its model.
        title: of the whole.
    """
    order = [(model, "validation") for model in files.values()]
    refs, found = models_json_schema(order, schema_generator=Generator)  # pyright: ignore[reportArgumentType]
    return {
        "$schema": DRAFT,
        "title": title,
        "oneOf": [{**refs[(model, "validation")], "title": name} for name, model in files.items()],
        **found,
    }
