"""The JSON Schema for editors says what the program says."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from bank.load import SHIPPED
from bank.schema import SCHEMA_FILE, json_schema, schema_text


@pytest.fixture(scope="module")
def validator() -> Draft7Validator:
    Draft7Validator.check_schema(json_schema())
    return Draft7Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))


def test_the_schema_file_is_fresh() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), "write it anew: tells schema > bank/entry.schema.json"


def test_it_is_draft_07_throughout() -> None:
    def walk(value: Any) -> None:
        if isinstance(value, dict):
            assert not {"$defs", "prefixItems", "unevaluatedProperties"} & set(value)
            assert "$ref" not in value or set(value) == {"$ref"}
            for item in value.values():
                walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    walk(json_schema())
    assert json_schema()["$schema"].startswith("http://json-schema.org/draft-07")


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda p: p.stem)
def test_every_shipped_entry_is_valid(path: Any, validator: Draft7Validator) -> None:
    entry = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert [e.message for e in validator.iter_errors(entry)] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title:", "titel:"),
        ("schema: 1", "schema: 2"),
        ("level: L5", "level: L7"),
        ("id: second", "id: Second_One"),
        ("at_least: 1", "at_least: 0"),
    ],
)
def test_what_the_program_refuses_the_schema_refuses_too(old: str, new: str, sample: str, validator: Draft7Validator) -> None:
    assert validator.is_valid(yaml.safe_load(sample))
    assert not validator.is_valid(yaml.safe_load(sample.replace(old, new, 1)))
