"""The reference of every field, generated from the types: docs/reference.md and its Chinese twin.

`python -m game reference` writes them; a test keeps them true.
"""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ..checks import CONTEXT
from ..loader import LANGUAGES, ROOT
from ..story import Character, ExprMark, PuzzlePack, Scenario, TemplateMark

FOLDER = ROOT / "docs"
_WORDS = {
    "en": {
        "title": "Every field of an author's file",
        "about": "Generated from the types by `python -m game reference`. **Bold** fields are "
        "needed. A *template* may read the story's names in `{{ … }}`; an *expression* is one such "
        "reading without the braces. The names that are always there: ",
        "head": "| field | kind | default | |",
        "template": "template", "expr": "expression", "list": "list of {}", "map": "id → {}",
        "bool": "true or false", "int": "number", "str": "text", "one": "one of {}", "none": "–",
    },
    "zh": {
        "title": "作者文件的每个字段",
        "about": "由 `python -m game reference` 从类型生成。**粗体**字段必须填写。*模板*里可以用"
        " `{{ … }}` 读取故事里的名字；*表达式*就是去掉花括号的这种写法。随时可用的名字：",
        "head": "| 字段 | 类型 | 默认 | |",
        "template": "模板", "expr": "表达式", "list": "{} 的列表", "map": "id → {}",
        "bool": "true 或 false", "int": "数字", "str": "文字", "one": "{} 之一", "none": "–",
    },
}  # fmt: skip


def generate(language: str) -> str:
    """The reference in a language, as Markdown."""
    words = _WORDS[language]
    names = ", ".join(f"`{name}`" for name in CONTEXT)
    parts = [f"# {words['title']}", f"{words['about']}{names}."]
    for model in _models():
        parts += [f"## {model.__name__}", *_about(model, language), _table(model, language)]
    return "\n\n".join(parts) + "\n"


def _about(model: type[BaseModel], language: str) -> list[str]:
    return [inspect.cleandoc(model.__doc__ or "")] if language == "en" else []


def _models() -> Iterator[type[BaseModel]]:
    """Every block an author writes, a block after the one that holds it."""
    waiting: list[type[BaseModel]] = [Scenario, PuzzlePack, Character]
    seen: list[type[BaseModel]] = []
    while waiting:
        model = waiting.pop(0)
        if model not in seen:
            seen.append(model)
            yield model
            for spec in model.model_fields.values():
                waiting += _blocks(spec.annotation)


def _blocks(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _blocks(part)]


def _table(model: type[BaseModel], language: str) -> str:
    rows = [_WORDS[language]["head"], "|---|---|---|---|"]
    for name, spec in model.model_fields.items():
        shown = f"**`{name}`**" if spec.is_required() else f"`{name}`"
        kind = _kind((spec.annotation, *spec.metadata), language)
        told = description(model.__name__, name, language)
        rows.append(f"| {shown} | {kind} | {_default(spec)} | {told} |")
    return "\n".join(rows)


def description(block: str, name: str, language: str) -> str:
    """What a field of a block (a class of `story`) is for."""
    table = _descriptions()
    pair = table.get(f"{block}.{name}") or table[name]
    return pair[LANGUAGES[::-1].index(language)]


@cache
def _descriptions() -> dict[str, list[str]]:
    text = Path(__file__).with_name("fields.yaml").read_text(encoding="utf-8")
    found: dict[str, list[str]] = yaml.safe_load(text)
    return found


def _default(spec: FieldInfo) -> str:
    value = spec.default
    if spec.is_required() or value is None or value == "" or isinstance(value, (tuple, BaseModel)):
        return ""
    if spec.default_factory is not None:
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _kind(parts: tuple[Any, ...], language: str) -> str:
    """A type in words; `parts` are an annotation and what it was annotated with."""
    words = _WORDS[language]
    for part in parts:
        if isinstance(part, (TemplateMark, ExprMark)):
            return words["template" if isinstance(part, TemplateMark) else "expr"]
    annotation = parts[0]
    inner = get_args(annotation)
    name = getattr(annotation, "__name__", str(annotation))
    if hasattr(annotation, "__metadata__"):
        return _kind((inner[0], *annotation.__metadata__), language)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"[{name}](#{name.lower()})"
    if name in ("bool", "int", "str"):
        return words[name]
    if name == "Literal":
        return words["one"].format(", ".join(f"`{one}`" for one in inner))
    if name == "tuple":
        return words["list"].format(_kind((inner[0],), language))
    if name == "Mapping":
        return words["map"].format(_kind((inner[1],), language))
    kept = [one for one in inner if one is not type(None)]
    return " / ".join(dict.fromkeys(_kind((one,), language) for one in kept))


def files() -> dict[Path, str]:
    """The reference's files and what must stand in them."""
    return {FOLDER / "reference.md": generate("en"), FOLDER / "reference_zh.md": generate("zh")}


def arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(args: argparse.Namespace) -> int:
    """Writes the reference."""
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
        print(path)
    return 0
