"""Pictures: which file a name in a story stands for. Names from content never become paths."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

OWN = Path(__file__).with_name("static") / "art"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}(\.(svg|png|webp|jpg|jpeg))?")
TYPES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}


class Gallery:
    """The folders pictures may lie in: an author's `art/` beside their stories, then our own."""

    def __init__(self, roots: Sequence[Path] = ()) -> None:
        self.folders = (*dict.fromkeys(root / "art" for root in roots), OWN)

    def find(self, name: str) -> Path | None:
        """The file of a picture, or None."""
        if not _NAME.fullmatch(name):
            return None
        wanted = name if "." in name else f"{name}.svg"
        return next((path for one in self.folders if (path := one / wanted).is_file()), None)

    def address(self, name: str) -> str:
        """Where a page finds a picture (a changed file has another address); empty for none."""
        path = self.find(name)
        return f"art/{path.name}?v={path.stat().st_mtime_ns // 10**6 % 10**9}" if path else ""
