"""What the terminal remembers between starts: how fast text appears, and the lines typed."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from .typing_out import SPEEDS


def file(name: str, folder: Path | None = None) -> Path:
    """A file of the terminal's own, beside the saves."""
    from ..saves import default_path

    return folder / name if folder else default_path().with_name(name)


def kept_speed(folder: Path | None = None) -> str:
    """The speed of the last game, else the normal one."""
    with suppress(OSError, ValueError, AttributeError):
        kept = json.loads(file("terminal.json", folder).read_text(encoding="utf-8")).get("speed")
        if kept in SPEEDS:
            return str(kept)
    return "normal"


def keep_speed(speed: str, folder: Path | None = None) -> None:
    """Remembers a speed; a disk that refuses is no reason to speak of it."""
    with suppress(OSError):
        path = file("terminal.json", folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"speed": speed}), encoding="utf-8")
