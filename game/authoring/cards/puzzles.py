"""A table's puzzles as a pack that can be played at once, and is a draft for an author.

A table has a solution but no facts: each sentence of the solution becomes one, and the longest
are essential. Nothing is asked or answered that the table doesn't say.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...errors import ContentError
from ...loader import Library, load_sources
from .card import Data
from .faults import CardError, Repairs
from .library import CARDS, Kept, Words, as_yaml, id_of, write
from .tables import LONGEST, Row

HOST = "keeper"
MOST_PUZZLES = 120  # a pack's file stays within what is read
MOST_FACTS, ESSENTIAL = 8, 3
_SENTENCE = re.compile(r"[^。！？!?\n]+?(?:[。！？!?]+|\.(?=\s|$)|$)")
_WIDE = re.compile("[\u3400-\u9fff]")


def keep_puzzles(
    rows: Sequence[Row], root: Path, words: Mapping[str, Words], language: str, repairs: Repairs
) -> Kept:
    """Writes a pack of puzzles; its table stays beside it, whole. Raises CardError."""
    wide = sum(bool(_WIDE.search(one.surface)) for one in rows) * 2 >= len(rows)
    language = language or ("zh" if wide else "en")
    fitting = [one for one in rows if len(one.surface) <= LONGEST and len(one.bottom) <= LONGEST]
    if len(fitting) < len(rows):
        repairs.note("row_long", n=len(rows) - len(fitting), most=LONGEST)
    if len(fitting) > MOST_PUZZLES:
        repairs.note("rows_left", most=MOST_PUZZLES)
    if not fitting:
        raise CardError("no_puzzles")
    table = json.dumps([vars(one) for one in rows], ensure_ascii=False, indent=1)
    found = id_of("puzzles", hashlib.sha256(table.encode()).hexdigest())
    data = _pack(fitting[:MOST_PUZZLES], words[language].puzzle)
    _check(data, found, language)
    repairs.note("drafted", n=len(data["puzzles"]))
    write(root / CARDS / f"{found}.json", table.encode("utf-8"))
    path = root / "scenarios" / f"{found}.{language}.yaml"
    write(path, as_yaml(data).encode("utf-8"))
    return Kept(found, str(data["title"]), language, path, repairs)


def _check(data: Data, found: str, language: str) -> None:
    sources = {f"scenarios/{found}": as_yaml(data)}
    host = Library().find("characters", HOST, language)
    if host:
        sources[f"characters/{HOST}"] = host.read_text(encoding="utf-8")
    try:
        load_sources(sources, found, language)
    except ContentError as error:
        raise CardError("unplayable", reason=str(error)[:100]) from None


def _pack(rows: Sequence[Row], words: Mapping[str, str]) -> Data:
    return {
        "kind": "puzzles",
        "title": words["pack"],
        "synopsis": words["about"].format(n=len(rows)),
        "host": HOST,
        "player": {"name": words["name"]},
        "replies": {key: [words[key]] for key in ("yes", "no", "irrelevant", "unclear", "found")},
        "puzzles": [_puzzle(one, number, words) for number, one in enumerate(rows, 1)],
    }


def _puzzle(row: Row, number: int, words: Mapping[str, str]) -> Data:
    found: dict[str, Any] = {
        "id": f"puzzle_{number}",
        "title": row.title[:200] or words["title"].format(n=number),
        "surface": row.surface,
        "bottom": row.bottom,
        "facts": _facts(row.bottom),
        "answers": [{"id": "surface_is_true", "ask": words["question"], "answer": "yes"}],
    }
    if row.hint:
        found["hints"] = [row.hint[:LONGEST]]
    return found


def _facts(bottom: str) -> list[Data]:
    """The sentences of a solution; what is long tells most, and must be found."""
    sentences = [one.strip() for one in _SENTENCE.findall(bottom) if one.strip()] or [bottom]
    while len(sentences) > MOST_FACTS:
        sentences = [" ".join(sentences[n : n + 2]) for n in range(0, len(sentences), 2)]
    longest = sorted(sentences, key=len, reverse=True)[:ESSENTIAL]
    return [
        {"id": f"fact_{number}", "text": one, "hears": [one[:300]], "essential": one in longest}
        for number, one in enumerate(sentences, 1)
    ]
