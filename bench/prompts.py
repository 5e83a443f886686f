"""What a prompt and its lore cost: `python -m bench.prompts`.

Prints, from one run: building a prompt at 50 and 400 turns, under the limit and over it, and the
ratio to what is sent; counting and rendering everything anew for each line that falls out, as a
ratio; and lore of 10,000 keys against 4,000 characters, beside a search for each key.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median

from game.loader import Library
from game.lore import Lore
from game.prompts.composing import Composer, message
from game.prompts.history import Limits, estimate
from game.rules import begin
from game.state import Entry, GameState, apply
from game.story import LoreEntry, Scenario, Story

LINE = "我在这条船上走了一圈，四十扇门都开着，只有这一扇不开，你说说看这是为什么呢？"


def story_and_cast() -> tuple[Story, str]:
    """The first story that ships, and someone in it."""
    library = Library()
    for head in library.heads("zh"):
        story = library.load(head.id, "zh")
        if isinstance(story.scenario, Scenario):
            return story, next(iter(story.cast))
    raise SystemExit("no story to measure with")


def after(story: Story, turns: int) -> GameState:
    """A game so many turns on: the player, a character and the narrator by turns."""
    who = next(iter(story.cast))
    entries = []
    for turn in range(turns):
        entries.append(Entry("player", "", f"{LINE}{turn}", turn))
        entries.append(Entry("character", who, f"{LINE}……{turn}", turn))
        if turn % 4 == 0:
            entries.append(Entry("narrator", "", f"灯暗了半格。{turn}", turn))
    state = apply(None, begin(story, 1))
    assert isinstance(story.scenario, Scenario)
    scene = story.scenario.start
    return replace(state, scene=scene, transcript=tuple(entries), turns=turns, turns_in_scene=turns)


def milliseconds(call: Callable[[], object], times: int = 30) -> float:
    """The median of several calls."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return 1000 * median(taken)


def one_more(story: Story, who: str, turns: int, limits: Limits) -> tuple[float, int, int]:
    """Building the prompt of the next turn in a game that is being played."""
    composer, state = Composer(limits), after(story, turns)
    composer.actor(story, state, who, "", "s")
    count, sent = 0, 0

    def build() -> None:
        nonlocal state, count, sent
        lines = (Entry("player", "", LINE, turns), Entry("character", who, LINE, turns))
        state = replace(state, transcript=state.transcript + lines)
        prompt = composer.actor(story, state, who, "她犹豫了一下。", "s").prompt
        sent, count = len(prompt.messages), composer.history(story, state, "s", who).counted

    return milliseconds(build), sent, count


def anew(story: Story, turns: int, limits: Limits) -> float:
    """The naive way: everything rendered and counted again for each line that falls out."""
    state = after(story, turns)

    def build() -> None:
        entries = state.transcript
        while True:
            made = [message(story, "沈舟", one) for one in entries]
            if sum(estimate(one.text) + 4 for one in made) <= limits.history:
                return
            entries = entries[1:]

    return milliseconds(build, 1)


def lore(story: Story, who: str) -> None:
    entries = [LoreEntry(keys=(f"词{n}条", f"key{n}"), text="一条") for n in range(5000)]
    known = story.cast[who].model_copy(update={"lore": tuple(entries)})
    big = replace(story, cast={**story.cast, who: known})
    start = time.perf_counter()
    found = Lore(big, who)
    built = 1000 * (time.perf_counter() - start)
    text = ("门外的雨一直下个不停，key77与词4321条都在账上。" * 200)[:4000]
    state = replace(after(story, 0), transcript=(Entry("player", "", text, 0),))
    quick = milliseconds(lambda: found.found(state))
    keys = [key.casefold() for one in entries for key in one.keys]
    slow = milliseconds(lambda: [key for key in keys if key in text.casefold()], 3)
    print(f"lore, 10,000 keys, 4,000 characters: {quick:.2f} ms (built once in {built:.0f} ms);")
    print(f"  a search for each key: {slow:.1f} ms, {slow / quick:.0f} x")


def main() -> None:
    story, who = story_and_cast()
    base = None
    for turns, limit in ((50, 3000), (50, 200_000), (400, 3000), (400, 200_000)):
        cost, sent, counted = one_more(story, who, turns, Limits(limit))
        base = base or cost / sent
        kind = "over the limit" if limit == 3000 else "within it"
        print(
            f"{turns} turns, {kind}: {cost:.3f} ms, {sent} lines sent, {counted} counted in all,"
            f" cost a line {cost / sent / base:.2f} x that of the first row"
        )
    slow, quick = anew(story, 400, Limits(8192)), one_more(story, who, 400, Limits(8192))[0]
    print(f"rendering and counting anew for each line dropped: {slow:.0f} ms, {slow / quick:.0f} x")
    lore(story, who)


if __name__ == "__main__":
    main()
