"""What the terminal remembers between starts: how fast text appears, and the lines typed."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from .typing_out import SPEEDS


def file(name: str) -> Path:
    """A file of the terminal's own, in the user's data folder."""
    from ..saves import default_path

    return default_path().with_name(name)


def kept_speed() -> str:
    """The speed of the last game, else the normal one."""
    with suppress(OSError, ValueError, AttributeError):
        kept = json.loads(file("terminal.json").read_text(encoding="utf-8")).get("speed")
        if kept in SPEEDS:
            return str(kept)
    return "normal"


def keep_speed(speed: str) -> None:
    """Remembers a speed; a disk that refuses is no reason to speak of it."""
    with suppress(OSError):
        path = file("terminal.json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"speed": speed}), encoding="utf-8")
