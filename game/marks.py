"""Where the templates and expressions of a file's models are, each with its path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, get_args

from pydantic import BaseModel

from .story import ExprMark, TemplateMark
from .yamlfile import Path


def strings(model: BaseModel, path: Path = ()) -> Iterator[tuple[Path, type, str]]:
    """Every template and expression in a model: its path, TemplateMark or ExprMark, its source."""
    for name, mark in _marks(type(model)).items():
        yield from _leaves(getattr(model, name), (*path, name), mark)


def _leaves(value: Any, path: Path, mark: type | None) -> Iterator[tuple[Path, type, str]]:
    if isinstance(value, str):
        if mark and value:
            yield path, mark, value
    elif isinstance(value, BaseModel):
        yield from strings(value, path)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, (*path, key), mark)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index), mark)


@lru_cache(maxsize=64)
def _marks(model: type[BaseModel]) -> dict[str, type | None]:
    return {
        name: _mark((spec.annotation, *spec.metadata)) for name, spec in model.model_fields.items()
    }


def _mark(parts: Iterable[Any]) -> type | None:
    for part in parts:
        if isinstance(part, (TemplateMark, ExprMark)):
            return type(part)
        if found := _mark((*get_args(part), *getattr(part, "__metadata__", ()))):
            return found
    return None
