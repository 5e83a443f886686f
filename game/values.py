"""What values may do in a template: operators and filters, each with a check on what can grow.

Values are plain data (bool, int, str, and lists and mappings of them). A text or number that grows
beyond its bound raises TemplateFault; so does an operator that meets the wrong kind of value.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

MAX_OUTPUT = 20_000
MAX_NUMBER = 10**12
MAX_ITEMS = 2_000
MAX_DIGITS = 6


class TemplateFault(Exception):
    """A template or expression is wrong: `code` as in Diagnostic, `line` counted from 1."""

    def __init__(self, code: str, line: int = 1, **data: Any) -> None:
        self.code, self.line, self.data = code, line, data
        super().__init__(f"{code} in line {line}: {data}")


def sized(text: str) -> str:
    if len(text) > MAX_OUTPUT:
        raise TemplateFault("template_runtime", reason="the text grows too long")
    return text


def bounded(value: Any) -> Any:
    if isinstance(value, str):
        return sized(value)
    if isinstance(value, (int, float)) and not -MAX_NUMBER < value < MAX_NUMBER:
        raise TemplateFault("template_runtime", reason="the number grows too large")
    if isinstance(value, (list, tuple)) and len(value) > MAX_ITEMS:
        raise TemplateFault("template_runtime", reason="the list grows too long")
    return value


def shown(value: Any) -> str:
    return "" if value is None else sized(str(value))


def number(value: Any) -> int | float:
    if not isinstance(value, (int, float)):
        raise TypeError(f"{value!r} is not a number")
    return value


def arithmetic(apply: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda left, right: bounded(apply(number(left), number(right)))


def add(left: Any, right: Any) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        return sized(left + right)
    return bounded(number(left) + number(right))


def member(value: Any, key: Any) -> Any:
    if isinstance(value, (Mapping, list, tuple, str)):
        return value[key]
    raise TypeError(f"{value!r} has no {key!r}")


def plain(value: Any) -> Any:
    """An item of a list: lists of lists could double at every step."""
    if isinstance(value, (Mapping, list, tuple)):
        raise TypeError("a list holds no other list")
    return value


def rounded(value: Any, digits: int = 0) -> Any:
    if not 0 <= number(digits) <= MAX_DIGITS:
        raise TypeError(f"{digits!r} digits")
    return round(number(value), digits) if digits else round(number(value))


FILTERS: dict[str, Callable[..., Any]] = {
    "abs": lambda value: abs(number(value)),
    "capitalize": lambda value: str(value).capitalize(),
    "default": lambda value, other="": other if value in (None, "") else value,
    "first": lambda value: value[0] if value else "",
    "int": lambda value: int(number(value)),
    "join": lambda value, glue="": joined(value, glue),
    "last": lambda value: value[-1] if value else "",
    "length": len,
    "lower": lambda value: str(value).lower(),
    "max": max,
    "min": min,
    "replace": lambda value, old, new: replaced(str(value), str(old), str(new)),
    "round": rounded,
    "string": str,
    "title": lambda value: str(value).title(),
    "trim": lambda value: str(value).strip(),
    "upper": lambda value: str(value).upper(),
}


def joined(value: Iterable[Any], glue: Any) -> str:
    parts = [shown(part) for part in value]
    if sum(map(len, parts)) + len(parts) * len(str(glue)) > MAX_OUTPUT:
        raise TemplateFault("template_runtime", reason="the text grows too long")
    return str(glue).join(parts)


def replaced(value: str, old: str, new: str) -> str:
    if len(value) + value.count(old) * len(new) > MAX_OUTPUT:
        raise TemplateFault("template_runtime", reason="the text grows too long")
    return value.replace(old, new)


BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": add,
    "-": arithmetic(operator.sub),
    "*": arithmetic(operator.mul),
    "//": arithmetic(operator.floordiv),
    "%": arithmetic(operator.mod),
}
UNARY: dict[str, Callable[[Any], Any]] = {
    "not": operator.not_,
    "-": lambda value: -number(value),
    "+": number,
}
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
    "in": lambda value, group: value in group,
    "notin": lambda value, group: value not in group,
}
