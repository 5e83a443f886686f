"""Draws the maps of the shipped stories anew: python docs/maps/draw.py."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def draw() -> None:
    """Writes a picture for each story and language beside this file."""
    sys.path.insert(0, str(HERE.parents[1]))
    from game.__main__ import main
    from game.loader import LANGUAGES, Library

    for language in LANGUAGES:
        for head in Library().heads(language):
            if head.kind != "puzzles":
                picture = HERE / f"{head.id}.{language}.svg"
                main(["map", head.id, "--lang", language, "--svg", str(picture)])


if __name__ == "__main__":
    draw()
