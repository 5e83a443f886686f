"""Builds frozen dataclasses from plain JSON data, strictly: exactly what their hints say.

Data from a save or a file may be damaged or hostile. Whatever doesn't fit (unknown or missing
fields, another type, a number that is none, too much of anything) raises ValueError and says
where. One table per class, made from its type hints on first use, drives it all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache, partial
from math import isfinite
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

LONGEST_TEXT = 200_000
MOST_ITEMS = 2_000
LARGEST_INT = 2**63 - 1

Reader = Callable[[Any, str], Any]


def build(kind: Any, data: Any, where: str) -> Any:
    """The record of class `kind` that plain `data` describes; ValueError names what is wrong."""
    if not isinstance(data, dict):
        raise ValueError(f"{where}: an object is needed")
    readers, required = _table(kind)
    for name in data:
        if name not in readers:
            raise ValueError(f"{where}: unknown field {str(name)[:40]!r}")
    if missing := required - data.keys():
        raise ValueError(f"{where}: missing {', '.join(sorted(missing))}")
    return kind(**{name: readers[name](value, f"{where}.{name}") for name, value in data.items()})


@cache
def _table(kind: type[Any]) -> tuple[dict[str, Reader], frozenset[str]]:
    """How each field of a class is read, and which fields can't be left out."""
    hints = get_type_hints(kind)
    readers = {spec.name: _reader(hints[spec.name]) for spec in fields(kind)}
    required = {
        spec.name
        for spec in fields(kind)
        if spec.default is MISSING and spec.default_factory is MISSING
    }
    return readers, frozenset(required)


def _reader(hint: Any) -> Reader:
    origin, args = get_origin(hint), get_args(hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return partial(build, hint)
    if origin is tuple:
        return partial(_read_list, _reader(args[0]))
    if origin is Mapping:
        return partial(_read_mapping, _reader(args[1]))
    if origin is Literal:
        return partial(_read_word, args)
    return partial(_read_scalar, args if origin in (Union, UnionType) else (hint,))


def _read_list(reader: Reader, value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise ValueError(f"{where}: a list is needed")
    if len(value) > MOST_ITEMS:
        raise ValueError(f"{where}: more than {MOST_ITEMS} items")
    return tuple(reader(item, f"{where}[{index}]") for index, item in enumerate(value))


def _read_mapping(reader: Reader, value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{where}: an object is needed")
    if len(value) > MOST_ITEMS:
        raise ValueError(f"{where}: more than {MOST_ITEMS} items")
    return {_read_scalar((str,), k, where): reader(v, f"{where}.{k:.40}") for k, v in value.items()}


def _read_word(words: tuple[str, ...], value: Any, where: str) -> str:
    if not isinstance(value, str) or value not in words:
        raise ValueError(f"{where}: one of {', '.join(words)} is needed")
    return value


def _read_scalar(kinds: tuple[type, ...], value: Any, where: str) -> Any:
    """Exact types only: a bool is no int; but some programs write 1.0 as 1."""
    kind = type(value)
    if kind is int and kinds == (float,):
        kind, value = float, float(max(-LARGEST_INT, min(value, LARGEST_INT)))
    if kind not in kinds:
        raise ValueError(f"{where}: {' or '.join(one.__name__ for one in kinds)} is needed")
    if kind is str and len(value) > LONGEST_TEXT:
        raise ValueError(f"{where}: longer than {LONGEST_TEXT} characters")
    if kind is int and not -LARGEST_INT <= value <= LARGEST_INT:
        raise ValueError(f"{where}: a number out of range")
    if kind is float and not isfinite(value):
        raise ValueError(f"{where}: not a number")
    return value
