"""JSON from strangers: bounded before it is parsed, and made of clean text afterwards.

Depth, number of values and length of numbers are checked on the raw bytes, so that no hostile file
costs more than a moment. What can be mended is: other encodings, NaN, endless numbers, halves of
surrogate pairs, control characters.
"""

from __future__ import annotations

import json
import re
from typing import Any

from .faults import CardError, Repairs

LARGEST = 8 * 2**20
MOST_VALUES = 200_000
MOST_STRINGS = 400_000
DEEPEST = 60
LONGEST_INT = 18

_STRING = re.compile(rb'"[^"]*"')
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
# YAML has no place for these either; tabs and line ends stay.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def loads(raw: bytes, repairs: Repairs) -> Any:
    """The value of a JSON text; raises CardError for what is too much or is no JSON."""
    text = decoded(raw, repairs)
    _bounded(text.encode("utf-8", "surrogatepass"))

    def number(digits: str) -> Any:
        if len(digits.lstrip("-")) <= LONGEST_INT:
            return int(digits)
        repairs.note("number", value=short(digits))
        return digits

    def fraction(digits: str) -> Any:
        value = float(digits)
        if abs(value) != float("inf"):
            return value
        repairs.note("number", value=short(digits))
        return digits

    def constant(name: str) -> None:
        repairs.note("number", value=name)

    try:
        value = json.loads(text, parse_int=number, parse_float=fraction, parse_constant=constant)
    except (ValueError, RecursionError) as error:
        raise CardError("no_json", reason=short(str(error))) from None
    return cleaned(value, repairs)


def decoded(raw: bytes, repairs: Repairs) -> str:
    """Text in UTF-8, or in the encodings that are met in its place."""
    if len(raw) > LARGEST:
        raise CardError("too_large", most=LARGEST // 2**20)
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        repairs.note("encoding", name="UTF-16")
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        text = raw.decode("gb18030")
        repairs.note("encoding", name="GB18030")
    except UnicodeDecodeError:
        text = raw.decode("utf-8-sig", "replace")
        repairs.note("encoding", name="?")
    return text


def _bounded(raw: bytes) -> None:
    """Refuses what would take too much to parse, by its brackets and commas alone."""
    bare = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    if bare.count(b'"') > 2 * MOST_STRINGS:
        raise CardError("too_many", most=MOST_VALUES)
    frame = _STRING.sub(b"", bare)
    if sum(frame.count(one) for one in (b",", b"[", b"{", b":")) > MOST_VALUES:
        raise CardError("too_many", most=MOST_VALUES)
    depth = 0
    for one in frame.translate(None, _NOT_BRACKETS):
        depth += 1 if one in b"[{" else -1
        if depth > DEEPEST:
            raise CardError("too_deep", most=DEEPEST)


def cleaned(value: Any, repairs: Repairs) -> Any:
    """The same value with every string made of whole, printable characters."""
    if isinstance(value, str):
        return clean(value, repairs)
    if isinstance(value, list):
        return [cleaned(one, repairs) for one in value]
    if isinstance(value, dict):
        return {clean(key, repairs): cleaned(one, repairs) for key, one in value.items()}
    return value


def clean(text: str, repairs: Repairs) -> str:
    """A text with its line ends as \\n, without control characters and halves of pairs."""
    if not _ODD.search(text):
        return text
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    whole = whole.replace("\r\n", "\n").replace("\r", "\n")
    shown = _CONTROL.sub("", whole)
    if shown != text.replace("\r\n", "\n").replace("\r", "\n"):
        repairs.note("characters")
    return shown


def dumps(value: Any, indent: int | None = None) -> str:
    """JSON as other programs read it best: real characters, no NaN."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)


def short(text: str, most: int = 60) -> str:
    """Enough of a text to know it again, on one line."""
    line = " ".join(text[: most * 4].split())
    return line if len(line) <= most else line[: most - 1] + "…"
