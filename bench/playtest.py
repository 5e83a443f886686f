"""How many turns a second a playtest explores, on one core: python -m bench.playtest [SCENARIO]."""

from __future__ import annotations

import sys
import time

from game.authoring.explore import Explorer
from game.loader import Library

STATES = 8_000


def main() -> None:
    """Prints turns, states and seconds of processor time for each story."""
    library = Library()
    names = sys.argv[1:] or [one.id for one in library.heads("en") if one.kind != "puzzles"]
    for name in names:
        story = library.load(name, "en")
        endings = tuple(one.id for one in story.scenario.endings)
        before = time.process_time()
        atlas = Explorer(story).run(STATES, endings)
        taken = time.process_time() - before
        rate = atlas.turns / taken
        print(f"{name}: {atlas.turns} turns, {len(atlas.nodes)} states in {taken:.2f} s: "
              f"{rate:,.0f} turns a second")  # fmt: skip


if __name__ == "__main__":
    main()
