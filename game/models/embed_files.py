"""Where the files of a sentence model are: in a folder, in the hub's cache, or fetched once.

What lies in the cache is used as it is, without a word to the network: a game starts as fast and
as well where there is none.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from game.errors import ModelError
from game.models import hub

# The quantised files such repositories carry, by what the processor can do; then the plain ones.
ONNX_FILES = ("onnx/model_quint8_avx2.onnx", "onnx/model.onnx", "model.onnx")
ONNX_ARM = ("onnx/model_qint8_arm64.onnx", "onnx/model.onnx", "model.onnx")
SMALL_FILES = ("tokenizer.json", "config.json", "1_Pooling/config.json")
PATIENCE = 5.0  # seconds the hub is waited for

_HUB_ID = re.compile(r"^[\w.-]+/[\w.-]+(@[\w./-]+)?$")


def locate(source: str) -> tuple[Path, Path]:
    """The folder, and the file of weights in it; raises ModelError."""
    folder = Path(source).expanduser()
    names = ONNX_ARM if platform.machine().lower() in ("arm64", "aarch64") else ONNX_FILES
    if folder.is_dir():
        found = [folder / name for name in (*names, "model.safetensors")]
        weights = next((one for one in found if one.is_file()), None)
        if weights is None or not (folder / "tokenizer.json").is_file():
            raise ModelError("missing", "needs tokenizer.json and an ONNX file", source)
        return folder, weights
    if not _HUB_ID.match(source):
        raise ModelError("missing", f"no folder and no hub id: {source}", source)
    return _files(source, names, _kept) or _fetched(source, names)


def _fetched(source: str, names: Sequence[str]) -> tuple[Path, Path]:
    hub.require(source)
    found = _files(source, names, _fetch)
    if found is None:
        raise ModelError("missing", "has no tokenizer.json or no ONNX file", source)
    return found


def _files(
    source: str, names: Sequence[str], get: Callable[[str, str], Path | None]
) -> tuple[Path, Path] | None:
    """What `get` finds; the weights come last, so that where they are everything is."""
    small = [get(source, name) for name in SMALL_FILES]
    if small[0] is None:
        return None
    weights = next((path for name in names if (path := get(source, name))), None)
    return (small[0].parent, weights) if weights else None


def _kept(source: str, name: str) -> Path | None:
    """A file of the cache."""
    from huggingface_hub import try_to_load_from_cache

    repo, _, revision = source.partition("@")
    path = try_to_load_from_cache(repo, name, revision=revision or None)
    return Path(path) if isinstance(path, str) else None


def _fetch(source: str, name: str) -> Path | None:
    """A file of the hub; none where the repository doesn't have it. Raises ModelError."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import (
        EntryNotFoundError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    repo, _, revision = source.partition("@")
    try:
        return Path(hf_hub_download(repo, name, revision=revision or None, etag_timeout=PATIENCE))
    except LocalEntryNotFoundError:  # not in the cache, and the hub can't be reached
        raise ModelError("unreachable", f"{name} can't be fetched", source) from None
    except EntryNotFoundError:
        return None
    except RepositoryNotFoundError as error:
        raise ModelError("missing", str(error)[:300], source) from None
    except Exception as error:  # of the hub's classes, or of any client it may be using
        raise ModelError("unreachable", str(error)[:300], source) from None
