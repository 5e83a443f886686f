"""The interface's words: `text(lang, key, **data)`, from zh.yaml and en.yaml beside this file.

Keys are dotted paths. A leaf is a sentence with `{blanks}`, or `{one: …, other: …}`, chosen by
the blank `n`. Story text never lives here; both files have the same keys (a test holds them to it).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

LANGUAGES = ("zh", "en")
_PLURAL = frozenset({"one", "other"})
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Blanks(dict[str, Any]):
    """A blank nobody filled shows as an ellipsis: a missing word must never end a game."""

    def __missing__(self, key: str) -> str:
        return "…"


def text(lang: str, key: str, /, **data: Any) -> str:
    """The sentence under `key`, its blanks filled; the key itself where there is none."""
    leaf = table(lang).get(key, key)
    if isinstance(leaf, Mapping):
        leaf = leaf["one" if data.get("n") == 1 else "other"]
    return str(leaf).format_map(_Blanks(data))


def has(lang: str, key: str) -> bool:
    """Whether there is a sentence under this key."""
    return key in table(lang)


def language(wanted: str) -> str:
    """The language to use for a wish such as `zh_CN.UTF-8`, `en` or an empty string."""
    short = wanted.strip().lower()[:2]
    return short if short in LANGUAGES else "en"


@cache
def table(lang: str) -> Mapping[str, Any]:
    """Every sentence of a language by its dotted key."""
    path = Path(__file__).with_name(f"{language(lang)}.yaml")
    flat: dict[str, Any] = {}
    _flatten("", yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader), flat)
    return flat


def _flatten(prefix: str, node: Any, flat: dict[str, Any]) -> None:
    if not isinstance(node, dict) or set(node) == _PLURAL:
        flat[prefix[:-1]] = node
        return
    for key, value in node.items():
        _flatten(f"{prefix}{key}.", value, flat)
