"""Where a model runs, in which number format, and whether it fits: known before it is loaded."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass

import psutil
import torch

from game.errors import ModelError

# Per weight; embeddings are never quantized.
BYTES = {"float32": 4.0, "bfloat16": 2.0, "float16": 2.0, "int8": 1.1, "int4": 0.7}
SMALL = 4 * 2**30  # a model that takes no more as float32 runs on a CPU as such
SPARE = 256 * 2**20  # for the cache and for working memory
CACHE_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Placement:
    """A device (`cuda`, `cuda:1`, `mps`, `cpu`) and a format (see `BYTES`)."""

    device: str
    format: str

    @property
    def dtype(self) -> torch.dtype:
        """The format in which is computed; int8 and int4 weights are expanded to it."""
        if self.format == "int8":
            return torch.float16  # the library's int8 product knows only this one
        if self.format == "int4":
            return torch.bfloat16 if _has_bfloat16(self.device) else torch.float16
        dtype: torch.dtype = getattr(torch, self.format)
        return dtype


def choose(
    parameters: int, stored: str = "", device: str = "auto", format: str = "auto"
) -> Placement:
    """The best device at hand, and the format that suits it; `stored` is the checkpoint's own."""
    device = _best_device() if device == "auto" else device
    _check_device(device)
    if format == "auto":
        format = _best_format(device, parameters, stored)
    if format not in BYTES:
        raise ModelError("missing", f"no number format {format!r}; there are {', '.join(BYTES)}")
    if format in ("int8", "int4") and importlib.util.find_spec("bitsandbytes") is None:
        raise ModelError("missing", f"{format} needs the package bitsandbytes")
    return Placement(device, format)


def check_memory(parameters: int, place: Placement) -> None:
    """Refuse, before anything is loaded, what can't fit."""
    needed, free = int(parameters * BYTES[place.format]), free_memory(place.device)
    if needed + min(SPARE, needed // 8) > free:
        detail = (
            f"{needed / 2**30:.1f} GiB are needed as {place.format} and {free / 2**30:.1f} GiB"
            f" are free on {place.device}; int8 or int4 on a GPU, or a GGUF file with llama.cpp,"
            " takes less"
        )
        raise ModelError("memory", detail)


def free_memory(device: str) -> int:
    """Bytes that could be taken on a device now."""
    if device.startswith("cuda"):
        return int(torch.cuda.mem_get_info(torch.device(device))[0])
    return int(psutil.virtual_memory().available)


def cache_limit(device: str) -> int:
    """Bytes that kept caches may take, once the weights are loaded."""
    return int(free_memory(device) * CACHE_SHARE)


def _best_device() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _check_device(device: str) -> None:
    kind = device.split(":")[0]
    there = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if not there.get(kind, False):
        raise ModelError("missing", f"no device {device!r} on this machine")


def _best_format(device: str, parameters: int, stored: str) -> str:
    if device == "cpu":
        return "float32" if parameters * BYTES["float32"] <= SMALL else "bfloat16"
    if stored == "float16" or not _has_bfloat16(device):
        return "float16"
    return "bfloat16"


def _has_bfloat16(device: str) -> bool:
    return device == "cpu" or (device.startswith("cuda") and torch.cuda.is_bf16_supported())
