"""The words that models are addressed in: plain data, one file for each language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@lru_cache(maxsize=2)
def _table(language: str) -> Mapping[str, Any]:
    import yaml

    data = yaml.safe_load((FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
    assert isinstance(data, dict)
    return data


def word(language: str, key: str, **parts: str) -> str:
    """The words for a dotted key, its blanks filled in."""
    return str(_found(language, key)).format(**parts).strip()


def words(language: str, key: str) -> tuple[str, ...]:
    """A list of words for a dotted key."""
    return tuple(_found(language, key))


def _found(language: str, key: str) -> Any:
    found: Any = _table(language if language in ("zh", "en") else "en")
    for part in key.split("."):
        found = found[part]
    return found
