"""Reading a checkpoint's tensors one after the other, so that little more than they is in memory.

safetensors files are read with plain reads, not mapped: a mapped file would count, and weigh,
beside the weights made from it. Older .bin files are unpickled with weights_only, which runs no
code, and their tensors are let go as they are handed on.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from io import FileIO
from pathlib import Path
from typing import Any

import torch

from game.errors import ModelError

Tensors = Iterator[tuple[str, torch.Tensor]]

_DTYPES = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
    "I64": torch.int64, "I32": torch.int32, "I16": torch.int16, "I8": torch.int8,
    "U8": torch.uint8, "BOOL": torch.bool,
}  # fmt: skip
_HEADER_LIMIT = 100_000_000
_INDEXES = ("model.safetensors.index.json", "pytorch_model.bin.index.json")
_SINGLES = ("model.safetensors", "pytorch_model.bin")


def weight_files(folder: Path) -> list[Path]:
    """The files that hold a checkpoint's weights, in order; all of them are there."""
    for index, single in zip(_INDEXES, _SINGLES, strict=True):
        if (folder / index).is_file():
            return _indexed(folder, index)
        if (folder / single).is_file():
            return [folder / single]
    raise ModelError("missing", f"no model.safetensors or pytorch_model.bin in {folder}")


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file of a checkpoint."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError("missing", f"{path.name}: {error}") from error
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError("malformed", f"{path.name}: {error}") from error
    if not isinstance(data, dict):
        raise ModelError("malformed", f"{path.name} holds no JSON object")
    return data


def read_tensors(path: Path, keep: torch.dtype | None = None) -> Tensors:
    """Every tensor of one file with its name, in the order in which they lie there.

    Only tensors of the type `keep` may be kept as they are: the others stand in memory that the
    next one takes over.
    """
    try:
        if path.suffix == ".safetensors":
            yield from _safetensors(path, keep)
        else:
            yield from _unpickled(path)
    except (OSError, LookupError, AttributeError, TypeError, ValueError, RuntimeError) as error:
        raise ModelError("malformed", f"{path.name}: {error}"[:500]) from error


def _indexed(folder: Path, index: str) -> list[Path]:
    placed = read_json(folder / index).get("weight_map")
    if not isinstance(placed, dict):
        raise ModelError("malformed", f"{index} has no weight_map")
    names = sorted(set(map(str, placed.values())))
    if outside := [name for name in names if Path(name).name != name]:
        raise ModelError("malformed", f"{index} names a file outside: {outside[0]}")
    if absent := [name for name in names if not (folder / name).is_file()]:
        raise ModelError("missing", f"{', '.join(absent)} not in {folder}")
    return [folder / name for name in names]


def _unpickled(path: Path) -> Tensors:
    from pickle import UnpicklingError

    try:
        tensors = torch.load(path, map_location="cpu", weights_only=True)
    except (UnpicklingError, EOFError) as error:
        raise ValueError(f"not only weights: {error}") from error
    for name in list(tensors):
        yield name, tensors.pop(name)


def _safetensors(path: Path, keep: torch.dtype | None) -> Tensors:
    size = path.stat().st_size
    with path.open("rb", buffering=0) as file:
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= min(_HEADER_LIMIT, size - 8):
            raise ValueError("no safetensors header")
        header = json.loads(file.read(length))
        header.pop("__metadata__", None)
        entries = [(name, _Entry(data, 8 + length, size)) for name, data in header.items()]
        passing = [entry.bytes for _, entry in entries if entry.dtype != keep]
        scratch = torch.empty(max(passing, default=0), dtype=torch.uint8)
        for name, entry in sorted(entries, key=lambda pair: pair[1].begin):
            own = entry.dtype == keep
            room = torch.empty(entry.bytes, dtype=torch.uint8) if own else scratch[: entry.bytes]
            _fill(file, entry.begin, room)
            yield name, room.view(entry.dtype).view(entry.shape)


class _Entry:
    """Where a tensor lies in a file, as its header says; refuses what can't be."""

    def __init__(self, data: Mapping[str, Any], base: int, size: int) -> None:
        self.dtype, self.shape = _DTYPES[data["dtype"]], [int(side) for side in data["shape"]]
        self.begin, end = (base + int(offset) for offset in data["data_offsets"])
        self.bytes = end - self.begin
        if min(self.shape, default=0) < 0 or not base <= self.begin <= end <= size:
            raise ValueError("a tensor lies outside the file")
        if math.prod(self.shape) * self.dtype.itemsize != self.bytes:
            raise ValueError("a tensor's shape and size differ")


def _fill(file: FileIO, begin: int, room: torch.Tensor) -> None:
    file.seek(begin)
    left: Any = memoryview(room.numpy().data) if len(room) else b""
    while left:
        got = file.readinto(left)
        if not got:
            raise ValueError("the file ends too early")
        left = left[got:]
