"""Where a checkpoint is: a folder, or a hub id with an optional revision (`owner/name@commit`).

A hub id is downloaded once. What lies in the cache is used as it is until another revision is
asked for by name, so that a game never changes its voice because a repository moved on.
"""

from __future__ import annotations

import re
from pathlib import Path

from game.errors import ModelError
from game.models import hub
from game.models.local.weights import weight_files

_HUB_ID = re.compile(r"^[\w.-]+/[\w.-]+(@[\w./-]+)?$")
_NEEDED = ("*.json", "*.jinja", "tokenizer*", "*.model")


def locate(source: str, cache: Path | None = None) -> Path:
    """The folder of a checkpoint, downloaded where that is needed."""
    folder = Path(source).expanduser()
    if folder.is_dir():
        return folder
    if not _HUB_ID.match(source):
        raise ModelError("missing", f"no folder and no hub id: {source}", source)
    name, _, revision = source.partition("@")
    return _in_cache(name, revision, cache) or _download(name, revision, cache)


def _in_cache(name: str, revision: str, cache: Path | None) -> Path | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        found = snapshot_download(
            name, revision=revision or None, cache_dir=cache, local_files_only=True
        )
    except LocalEntryNotFoundError:
        return None
    try:
        weight_files(Path(found))
    except ModelError:
        return None  # a download that was broken off: it is taken up again
    return Path(found)


def _download(name: str, revision: str, cache: Path | None) -> Path:
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    hub.require(name)
    try:
        files = HfApi().list_repo_files(name, revision=revision or None)
        weights = "*.safetensors" if any(f.endswith(".safetensors") for f in files) else "*.bin"
        wanted = [*_NEEDED, weights]
        return Path(
            snapshot_download(
                name, revision=revision or None, cache_dir=cache, allow_patterns=wanted
            )
        )
    except GatedRepoError as error:
        raise ModelError("auth", str(error)[:300], name) from error
    except RepositoryNotFoundError as error:
        raise ModelError("missing", str(error)[:300], name) from error
    except Exception as error:  # of the hub's classes, or of any client it may be using
        raise ModelError("unreachable", str(error)[:300], name) from error
