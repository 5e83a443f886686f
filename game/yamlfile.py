"""Safe YAML: a file's text becomes plain strings, lists and dicts that know their lines.

The parser's events are checked before anything is built (no anchors, aliases or tags, bounded
depth and size, no key twice); every scalar stays the string its author typed, and the schema
converts it. `read_head` stops at the first large block, which is how the menu stays quick.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from .errors import ContentError, Diagnostic

MAX_BYTES = 262_144
MAX_DEPTH = 20
MAX_NODES = 20_000
LARGE_BLOCKS = frozenset({"state", "opening", "scenes", "puzzles", "replies", "endings", "lore"})

Path = tuple[str | int, ...]
_Loader: Any = getattr(yaml, "CLoader", yaml.Loader)


@dataclass
class Document:
    """A file's data, and for each node the (line, column) where it stands, counted from 1.

    `blocks` are the paths of block scalars (| and >), whose text starts one line further down.
    """

    file: str
    data: Any = None
    marks: dict[Path, tuple[int, int]] = field(default_factory=dict)
    blocks: set[Path] = field(default_factory=set)

    def mark(self, path: Path) -> tuple[int, int]:
        """Where a node stands; parts that YAML doesn't have (names of types) are passed over."""
        here: Path = ()
        for part in path:
            if (*here, part) in self.marks:
                here = (*here, part)
        return self.marks.get(here, (1, 1))

    def problem(self, code: str, path: Path, **data: Any) -> Diagnostic:
        """A diagnostic that points at a node of this file."""
        line, column = self.mark(path)
        return Diagnostic(code, self.file, line, column, data=data)


def read(text: str, file: str) -> Document:
    """The whole file; raises ContentError with every fault of form that was found."""
    document = Document(file)
    builder = _Builder(document, _events(text, file))
    document.data = builder.document()
    if builder.problems:
        raise ContentError(builder.problems)
    if not isinstance(document.data, dict):
        raise ContentError([Diagnostic("wrong_type", file, data={"expected": "mapping"})])
    return document


def read_head(text: str, file: str) -> dict[str, str]:
    """The top-level scalars before the first large block; raises ContentError."""
    head: dict[str, str] = {}
    depth, key = 0, ""
    for event in _events(text, file):
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth, key = depth + 1, ""
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1
        elif isinstance(event, yaml.ScalarEvent) and depth == 1:
            if key:
                head[key], key = event.value, ""
            elif event.value in LARGE_BLOCKS:
                return head
            else:
                key = event.value
    return head


def _events(text: str, file: str) -> Iterator[Any]:
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise ContentError([Diagnostic("yaml_too_large", file, data={"most": MAX_BYTES // 1024})])
    try:
        yield from yaml.parse(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        reason = error.problem or error.context or ""
        found = Diagnostic("yaml_syntax", file, line, column, data={"reason": reason})
        raise ContentError([found]) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        line = text[: getattr(error, "position", 0)].count("\n") + 1
        found = Diagnostic("yaml_syntax", file, line, data={"reason": str(error)[:100]})
        raise ContentError([found]) from None


class _Builder:
    """Builds plain data from events, node by node, noting faults instead of stopping."""

    def __init__(self, document: Document, events: Iterator[Any]) -> None:
        self.problems: list[Diagnostic] = []
        self._document, self._events = document, events
        self._nodes = 0

    def document(self) -> Any:
        data = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                data = self._node(next(self._events), ())
        return data

    def _node(self, event: Any, path: Path) -> Any:
        self._nodes += 1
        if self._nodes > MAX_NODES or len(path) > MAX_DEPTH:
            code = "yaml_too_deep" if len(path) > MAX_DEPTH else "yaml_too_large"
            raise ContentError([self._found(code, event)])
        mark = event.start_mark
        self._document.marks.setdefault(path, (mark.line + 1, mark.column + 1))
        if isinstance(event, yaml.AliasEvent):
            self.problems.append(self._found("yaml_alias", event))
            return ""
        if event.anchor or event.tag:
            code = "yaml_alias" if event.anchor else "yaml_tag"
            self.problems.append(self._found(code, event))
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        if event.style in ("|", ">"):
            self._document.blocks.add(path)
        return event.value

    def _mapping(self, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        while not isinstance(key := next(self._events), yaml.MappingEndEvent):
            if not isinstance(key, yaml.ScalarEvent):
                raise ContentError([self._found("wrong_type", key, expected="key")])
            if key.value in data:
                self.problems.append(self._found("duplicate_key", key, key=key.value))
            mark: Any = key.start_mark
            where = (*path, key.value)
            self._document.marks[where] = (mark.line + 1, mark.column + 1)
            data[key.value] = self._node(next(self._events), where)
        return data

    def _sequence(self, path: Path) -> list[Any]:
        data: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            data.append(self._node(event, (*path, len(data))))
        return data

    def _found(self, code: str, event: Any, **data: Any) -> Diagnostic:
        mark = event.start_mark
        return Diagnostic(code, self._document.file, mark.line + 1, mark.column + 1, data=data)
