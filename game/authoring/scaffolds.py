"""New files for authors: commented, and playable as they stand."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from ..loader import ROOT

TEMPLATES = Path(__file__).with_name("scaffold")
KINDS = ("character", "scenario", "puzzles")
HOST = "keeper"  # whom a new story casts until its author has written somebody
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def is_name(name: str) -> bool:
    """Whether something can be an id and a file's name."""
    return bool(_NAME.fullmatch(name))


def place(kind: str, name: str, language: str, folder: Path) -> Path:
    """Where a new file belongs."""
    return (
        folder / ("characters" if kind == "character" else "scenarios") / f"{name}.{language}.yaml"
    )


def begun(kind: str, name: str, language: str, title: str = "") -> str:
    """What a new file says."""
    text = (TEMPLATES / f"{kind}.{language}.yaml").read_text(encoding="utf-8")
    # A title in double quotes is text whatever is in it: JSON's strings are YAML's, too.
    named = json.dumps(title, ensure_ascii=False) if title else ""
    words = {"TITLE": named or name.replace("_", " ").capitalize(), "NAME": name, "HOST": HOST}
    return re.sub(r"\b(TITLE|NAME|HOST)\b", lambda found: words[found[0]], text)


def write(kind: str, name: str, language: str, folder: Path) -> Path:
    """Writes a new file; raises FileExistsError where there is one."""
    path = place(kind, name, language, folder)
    text = begun(kind, name, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(f"# yaml-language-server: $schema={_schema(kind, path)}\n{text}")
    return path


def _schema(kind: str, path: Path) -> str:
    """The schema as an editor finds it from a file: by a relative path, or else by its address."""
    schema = ROOT / "schemas" / f"{kind}.schema.json"
    try:
        return Path(os.path.relpath(schema, path.resolve().parent)).as_posix()
    except ValueError:  # on another drive
        return schema.as_uri()
