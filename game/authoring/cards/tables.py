"""Tables of puzzles (xlsx or csv): a row each, with what is told and what lies behind it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import zips
from .faults import CardError, Repairs
from .jsonsafe import clean, decoded

LARGEST_SHEETS = 6 * 2**20
MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 2000, 40, 200_000
HEADER_WITHIN = 10
LONGEST = 2000  # characters of a puzzle's surface or bottom, as `story` has it
_COLUMNS = {
    "surface": ("汤面", "谜面", "题面", "surface", "situation", "question", "puzzle"),
    "bottom": ("汤底", "谜底", "答案", "真相", "bottom", "answer", "solution", "truth"),
    "title": ("标题", "题目", "名称", "title", "name"),
    "hint": ("提示", "hint", "hints", "clue"),
}
_WIDE = re.compile("[\u2e80-\u9fff\uff00-\uffef]")


@dataclass(frozen=True)
class Row:
    """One puzzle of a table; `rest` are its other cells by their column's name."""

    surface: str
    bottom: str
    title: str = ""
    hint: str = ""
    rest: dict[str, str] = field(default_factory=dict)


def read_csv(raw: bytes, repairs: Repairs) -> list[Row]:
    """The puzzles of a table with commas, semicolons or tabs."""
    text = decoded(raw, repairs)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    if text.count(delimiter) + text.count("\n") > MOST_CELLS:
        raise CardError("too_many", most=MOST_CELLS)
    reader = csv.reader(io.StringIO(clean(text, repairs), newline=""), delimiter=delimiter)
    try:
        return _puzzles(reader, repairs)
    except csv.Error as error:
        raise CardError("bad_table", reason=str(error)[:60]) from None


def read_xlsx(raw: bytes, repairs: Repairs) -> list[Row]:
    """The puzzles of the first sheet that has any."""
    _check_parts(raw)
    import openpyxl

    try:
        book = openpyxl.load_workbook(
            io.BytesIO(raw), read_only=True, data_only=True, keep_links=False
        )
        for sheet in book.worksheets[:8]:
            rows = sheet.iter_rows(
                values_only=True, max_row=MOST_ROWS + HEADER_WITHIN, max_col=MOST_COLUMNS
            )
            found = _puzzles((_texts(row, repairs) for row in rows), repairs, needed=False)
            if found:
                return found
    except CardError:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers do
        raise CardError("bad_table", reason=type(error).__name__) from None
    raise CardError("no_columns")


def _check_parts(raw: bytes) -> None:
    """Refuses what no program writes into a workbook: definitions, which can grow without end."""
    with zips.opened(raw, LARGEST_SHEETS) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                part = zips.member(archive, name, LARGEST_SHEETS)
                if b"<!DOCTYPE" in part or b"<!ENTITY" in part or b"\0" in part:
                    raise CardError("bad_table", reason="DOCTYPE")


def _texts(row: Sequence[Any], repairs: Repairs) -> list[str]:
    return ["" if one is None else clean(str(one), repairs) for one in row]


def _puzzles(rows: Iterator[list[str]], repairs: Repairs, needed: bool = True) -> list[Row]:
    columns: dict[str, int] = {}
    header: list[str] = []
    found: list[Row] = []
    for number, row in enumerate(rows, 1):
        row = [one.strip() for one in row[:MOST_COLUMNS]]
        if not columns:
            columns, header = _columns(row), row
            if not columns and number >= HEADER_WITHIN:
                break
        elif len(found) >= MOST_ROWS:
            repairs.note("rows_left", most=MOST_ROWS)
            break
        elif any(row):
            puzzle = _puzzle(row, columns, header)
            if puzzle:
                found.append(puzzle)
            else:
                repairs.note("row_empty", row=number)
    if needed and not columns:
        raise CardError("no_columns")
    if needed and not found:
        raise CardError("no_puzzles")
    return found


def _columns(row: Sequence[str]) -> dict[str, int]:
    """Where the known columns stand; nothing unless both halves of a puzzle are there."""
    cells = [" ".join(one.lower().split()).strip(":： ") for one in row]
    found = {
        kind: place
        for kind, words in _COLUMNS.items()
        if (place := next((cells.index(one) for one in words if one in cells), -1)) >= 0
    }
    return found if {"surface", "bottom"} <= found.keys() else {}


def _puzzle(row: Sequence[str], columns: dict[str, int], header: Sequence[str]) -> Row | None:
    cells = {kind: row[place] if place < len(row) else "" for kind, place in columns.items()}
    if not cells["surface"] or not cells["bottom"]:
        return None
    rest = {
        name or f"column {place + 1}": row[place]
        for place, name in enumerate(header)
        if place not in columns.values() and place < len(row) and row[place]
    }
    return Row(
        joined(cells["surface"]), joined(cells["bottom"]),
        joined(cells.get("title", "")), joined(cells.get("hint", "")), rest,
    )  # fmt: skip


def joined(cell: str) -> str:
    """A cell without its stray line ends; words that need it get a blank between them."""
    parts = [" ".join(one.split()) for one in cell.split("\n")]
    text = ""
    for part in (one for one in parts if one):
        tight = text and (_WIDE.match(text[-1]) or _WIDE.match(part[0]))
        text += part if tight or not text else f" {part}"
    return text
