"""What a turn costs without disk and model: `python -m bench.turns`.

Prints, from one run: turns a second by chosen replies and by typed lines, and the cost of a turn
late in a long game as a ratio of the cost early in it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median

from game.cast.authored import AuthoredActor, AuthoredNarrator
from game.cast.judge import AuthoredJudge
from game.loader import Library
from game.rules import begin
from game.session import Session
from game.state import Phase
from game.story import Scenario, Story

JUDGE = AuthoredJudge()


def begun(story: Story, seed: int = 1) -> Session:
    game = Session(story, [begin(story, seed)], AuthoredActor(), AuthoredNarrator(), JUDGE, JUDGE)
    for _ in game.resume():
        pass
    return game


def chosen(story: Story, turns: int) -> float:
    """Turns a second by suggested replies, new games begun as stories end."""
    done, seed, game = 0, 1, begun(story)
    started = time.perf_counter()
    while done < turns:
        options = game.options()
        if game.phase is Phase.OVER or not options:
            seed += 1
            game = begun(story, seed)
            continue
        for _ in game.choose(options[(done * 7 + seed) % len(options)].id):
            pass
        done += 1
    return done / (time.perf_counter() - started)


def typed(story: Story, turns: int) -> float:
    """Turns a second by typed lines, each a paraphrase that must be matched."""
    lines = list(_lines(story))
    done, seed, game = 0, 1, begun(story)
    for _ in game.play(lines[0]):  # the first line of a scene prepares its matcher
        pass
    started = time.perf_counter()
    while done < turns:
        if game.phase is Phase.OVER:
            seed += 1
            game = begun(story, seed)
        for _ in game.play(f"well, {lines[(done * 13 + seed) % len(lines)]} then"):
            pass
        done += 1
    return done / (time.perf_counter() - started)


def _lines(story: Story) -> Iterator[str]:
    assert isinstance(story.scenario, Scenario)
    for scene in story.scenario.scenes.values():
        for beat in scene.beats:
            yield from beat.hears
    for character in story.cast.values():
        for topic in character.small_talk:
            yield from topic.hears


def growth(story: Story, late: int = 1000) -> float:
    """The median cost of a turn after `late` over that of one said early, in one long free talk.

    Both are medians of the same lines, each said before: a line costs more the first time.
    """
    game, costs = begun(story), []
    lines = list(_lines(story))
    size = len(lines)
    for turn in range(size * (2 + late // size)):
        started = time.perf_counter()
        for _ in game.play(lines[turn % size]):
            pass
        costs.append(time.perf_counter() - started)
    return median(costs[-size:]) / median(costs[size : 2 * size])


def main() -> None:
    library = Library()
    for language in ("zh", "en"):
        ids = [head.id for head in library.heads(language) if head.kind != "puzzles"]
        for name in ids:
            story = library.load(name, language)
            print(
                f"{name}.{language}: {chosen(story, 2000):.0f} turns/s chosen, "
                f"{typed(story, 1000):.0f} turns/s typed"
            )
        talk = library.free_talk(library.characters(language)[0].id, language)
        print(f"{talk.id}.{language}: turn 1000 costs {growth(talk):.2f} x an early one")


if __name__ == "__main__":
    main()
