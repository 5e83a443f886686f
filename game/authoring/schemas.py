"""JSON Schemas of what authors write, generated from the types, so that editors complete and check.

`python -m game schemas` writes them to schemas/; a test keeps the files true.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..loader import ROOT

if TYPE_CHECKING:
    from pydantic import BaseModel

FOLDER = ROOT / "schemas"


def generate() -> dict[str, str]:
    """Each schema's file name and text."""
    from ..story import Character, PuzzlePack, Scenario

    kinds: dict[str, type[BaseModel]] = {
        "character": Character, "scenario": Scenario, "puzzles": PuzzlePack,
    }  # fmt: skip
    found = {}
    for name, kind in kinds.items():
        schema = _told(_loose(kind.model_json_schema()))
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
        found[f"{name}.schema.json"] = json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
    return found


def _told(schema: dict[str, Any]) -> dict[str, Any]:
    """With what each field is for, in both languages: editors show it where one types."""
    from .reference import description

    for block in (schema, *schema["$defs"].values()):
        for name, field in block.get("properties", {}).items():
            lines = [description(block["title"], name, language) for language in ("en", "zh")]
            field["description"] = "\n".join(lines)
    return schema


def _loose(node: Any) -> Any:
    """YAML lets an author write one line where a list may stand, a number where an expression may,
    and a plain text for a variant or narration: an editor must not call that a mistake."""
    if isinstance(node, list):
        return [_loose(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: _loose(value) for key, value in node.items()}
    if node.get("type") == "array" and "items" in node:
        # `[x]` may be written as `x`; a variant may also be a line or an exchange.
        return {"anyOf": [node, node["items"]]}
    if node.get("type") == "string" and "maxLength" in node and "pattern" not in node:
        return {**node, "type": ["string", "number", "boolean"]}
    if node.get("$ref") in SHORT:
        return {"anyOf": [node, *SHORT[node["$ref"]]]}
    return node


_LINE = {"$ref": "#/$defs/Line"}
_TEXT = {"type": "string"}
_SAID = {
    "type": "object",
    "required": ["text"],
    "additionalProperties": False,
    "properties": {"when": _TEXT, "who": _TEXT, "text": _TEXT},
}
# What may stand for a block in short: see the validators of `story`.
SHORT: dict[Any, list[Any]] = {
    "#/$defs/Variant": [_TEXT, _SAID, {"type": "array", "items": _LINE}],
    "#/$defs/Narration": [_TEXT],
    "#/$defs/Presence": [_TEXT],
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=FOLDER, metavar="DIR")


def run(args: argparse.Namespace) -> int:
    args.out.mkdir(parents=True, exist_ok=True)
    for name, text in generate().items():
        (args.out / name).write_text(text, encoding="utf-8")
        print(args.out / name)
    return 0
