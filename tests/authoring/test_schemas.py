"""The schemas are what the types say, and agree with the loader on what is shipped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from game.authoring import schemas
from tests.conftest import CONTENT

ROOT = schemas.FOLDER.parent
FILES = [
    path
    for root in (ROOT, CONTENT)
    for folder in ("scenarios", "characters")
    for path in sorted((root / folder).glob("*.yaml"))
]


def test_the_files_are_those_generated() -> None:
    for name, text in schemas.generate().items():
        path = schemas.FOLDER / name
        assert path.read_text(encoding="utf-8") == text, "run: python -m game schemas"


def _schema(path: Path, data: dict[str, Any]) -> dict[str, Any]:
    kind = "character" if path.parent.name == "characters" else data.get("kind", "scenario")
    name = "scenario" if kind == "story" else kind
    found: dict[str, Any] = json.loads(schemas.generate()[f"{name}.schema.json"])
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda one: one.name)
def test_what_loads_is_valid_in_an_editor(path: Path) -> None:
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    schema = _schema(path, data)
    # An editor reads YAML's own types; here all are strings, which the schema must also take.
    errors = list(jsonschema.Draft202012Validator(_as_strings(schema)).iter_errors(data))
    assert not errors, (errors[0].message[:200], list(errors[0].absolute_path))


def _as_strings(node: Any) -> Any:
    if isinstance(node, list):
        return [_as_strings(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("type") in ("integer", "boolean"):
        return {"type": "string"}
    if "const" in node and not isinstance(node["const"], str):
        return {"type": "string"}
    return {key: _as_strings(value) for key, value in node.items()}


def test_a_misspelt_field_is_a_red_squiggle() -> None:
    path = CONTENT / "scenarios" / "tea.en.yaml"
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    validator = jsonschema.Draft202012Validator(_schema(path, data))
    assert not list(validator.iter_errors(data)), "as an editor reads it"
    data["scenes"]["hall"]["beats"][0]["sugest"] = "x"
    assert list(validator.iter_errors(data))


def test_editors_are_told_what_each_field_is_for() -> None:
    for text in schemas.generate().values():
        schema = json.loads(text)
        for block in (schema, *schema["$defs"].values()):
            for name, field in block.get("properties", {}).items():
                english, _, chinese = field["description"].partition("\n")
                assert english and chinese, (block["title"], name)
