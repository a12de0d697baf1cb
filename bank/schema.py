"""The JSON Schema of an entry, for editors: draft-07, which yaml-language-server understands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bank.entry import Entry

SCHEMA_FILE = Path(__file__).parent / "entry.schema.json"
MODELINE = "# yaml-language-server: $schema={}"


def json_schema() -> dict[str, Any]:
    """The schema of one entry's file."""
    drawn: dict[str, Any] = _draft_07(Entry.model_json_schema(by_alias=True))
    return {"$schema": "http://json-schema.org/draft-07/schema#"} | drawn


def schema_text() -> str:
    """The same as it stands in `entry.schema.json`."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"


def modeline(schema: str = SCHEMA_FILE.name) -> str:
    """The first line of an entry that tells an editor where the schema is."""
    return MODELINE.format(schema)


def _draft_07(value: Any) -> Any:
    """2020-12 -> draft-07: `definitions` for `$defs`, and nothing beside a `$ref`, where it would not count."""
    if isinstance(value, list):
        return [_draft_07(item) for item in value]
    if not isinstance(value, dict):
        return value
    renamed = {"definitions" if key == "$defs" else key: _draft_07(item) for key, item in value.items()}
    ref = renamed.get("$ref")
    if not isinstance(ref, str):
        return renamed
    target = {"$ref": ref.replace("#/$defs/", "#/definitions/")}
    beside = {key: item for key, item in renamed.items() if key != "$ref"}
    return {"allOf": [target], **beside} if beside else target
