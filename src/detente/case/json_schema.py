"""The shapes of a case's files as JSON Schema, for editors."""

import math
from typing import Any

from detente.case.layout import ACCOUNT, CASE, SCENARIO
from detente.case.shape import (
    DATE,
    NAME,
    Amount,
    AnyOf,
    Anything,
    Date,
    Either,
    Flag,
    Formula,
    Listing,
    Name,
    OneOf,
    Record,
    Shape,
    Table,
    Text,
    Version,
)


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of case.yaml, accounts/*.yaml and scenarios/*.yaml."""
    shapes = {"case": CASE, "account": ACCOUNT, "scenario": SCENARIO}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Files of a case of Detente: case.yaml, accounts/*.yaml, scenarios/*.yaml",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in shapes],
        "$defs": {name: schema_of(shape) for name, shape in shapes.items()},
    }


def schema_of(shape: Shape) -> dict[str, Any]:
    """JSON Schema of one shape."""
    match shape:
        case Text() | Formula():
            return {"type": ["string", "number", "boolean"]}
        case OneOf(choices):
            return {"enum": list(choices)}
        case Flag():
            return {"type": "boolean"}
        case Version(number):
            return {"const": number}
        case Amount(low, open_low):
            if math.isinf(low):
                return {"type": "number"}
            return {"type": "number", "exclusiveMinimum" if open_low else "minimum": low}
        case Name():
            return {"type": ["string", "boolean"], "pattern": f"^{NAME.pattern}$"}
        case Date():
            return {"type": "string", "pattern": f"^{DATE.pattern}$"}
        case Listing(item, single, least):
            many: dict[str, Any] = {"type": "array", "items": schema_of(item), "minItems": least}
            return {"anyOf": [many, schema_of(item)]} if single else many
        case Table(item, keys):
            result = {"type": "object", "additionalProperties": schema_of(item)}
            patterns = {"name": NAME.pattern, "date": DATE.pattern}
            return {**result, "propertyNames": {"pattern": f"^{patterns[keys]}$"}} if keys in patterns else result
        case Record():
            return _record(shape)
        case Either(record, table):
            return {"anyOf": [schema_of(record), schema_of(table)]}
        case AnyOf(shapes):
            return {"anyOf": [schema_of(s) for s in shapes]}
        case Anything():
            return {}


def _record(shape: Record) -> dict[str, Any]:
    result: dict[str, Any] = {
        "type": "object",
        "properties": {key: {**schema_of(f.shape), "description": f.doc} for key, f in shape.fields.items()},
        "additionalProperties": False if shape.extra is None else schema_of(shape.extra),
    }
    required = [key for key, f in shape.fields.items() if f.required]
    return {**result, "required": required} if required else result
