"""Actor and narrator without a model: they say what the author wrote.

Among the variants of a line the ones never used come first; which of them is decided by the game's
seed and the place in its events, so that a line told again after a crash is the same line.
"""

from __future__ import annotations

import re
import threading
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..events import ActorSpoke, Cue, Delta, Narrated
from ..stage import beat_of, holds, names, render, scene_of, topic_of
from ..state import GameState
from ..story import Beat, Outcome, PuzzlePack, Scenario, Story, Variant
from . import Take

# A piece ends after a sentence's closing marks, so that a stopped reply stops between sentences.
_SENTENCE = re.compile(r".+?(?:[。！？…!?.；;]+[”’」』）)\"']*\s*|\n+|$)", re.DOTALL)


@dataclass(frozen=True)
class Script:
    """What an author wrote for a cue: the variant's key, and its lines as (who, template)."""

    variant: str
    lines: tuple[tuple[str, str], ...]


class AuthoredActor:
    """Speaks the authored lines of a cue."""

    free = False

    def speak(
        self, story: Story, state: GameState, cue: Cue, take: Take
    ) -> Iterator[Delta | ActorSpoke]:
        script = actor_script(story, state, cue, take)
        context = names(story, state)
        lines = [(who, render(story, text, context)) for who, text in script.lines]
        lines = lines[state.said :] or [(cue.who, "")]
        for number, (who, text) in enumerate(lines, 1):
            spoken = ""
            for piece in pieces(text):
                if take.cancel.is_set():
                    yield ActorSpoke(who, spoken.strip(), script.variant, cut=True)
                    return
                spoken += piece
                yield Delta(who, piece)
            yield ActorSpoke(who, text, script.variant, last=number == len(lines))


class AuthoredNarrator:
    """Tells the authored text of a cue."""

    def tell(
        self, story: Story, state: GameState, cue: Cue, take: Take
    ) -> Iterator[Delta | Narrated]:
        text, variant = narration(story, state, cue, take)
        told = ""
        for piece in pieces(text):
            if take.cancel.is_set():
                yield Narrated(told.strip(), variant, cut=True)
                return
            told += piece
            yield Delta("", piece)
        yield Narrated(text, variant)

    @property
    def rewords(self) -> bool:
        """Suggestions stay as their author wrote them."""
        return False

    def reword(self, story: Story, state: GameState, cancel: threading.Event) -> Mapping[str, str]:
        return {}


def pieces(text: str) -> list[str]:
    """A text in the pieces it is streamed in; joined they are the text again."""
    return _SENTENCE.findall(text)


# --- what an author wrote for a cue ---------------------------------------------------------------


def narration(story: Story, state: GameState, cue: Cue, take: Take) -> tuple[str, str]:
    """The narrator's text for a cue, rendered, and the key of the variant it is."""
    kind, _, key = cue.source.partition(":")
    if story.puzzle and kind != "opening":  # a puzzle's own texts are no templates
        return story.puzzle.bottom if kind == "ending" else story.puzzle.surface, ""
    context = names(story, state)
    variant = ""
    if kind == "aside":
        asides = scene_of(story, state).asides
        keys = [f"aside:{state.scene}/{number}" for number in range(len(asides))]
        variant = choose(state, keys, take)
        text = asides[keys.index(variant)]
    elif kind == "opening":
        text = story.scenario.opening
    elif kind == "ending":
        assert isinstance(story.scenario, Scenario)
        text = next(one.text for one in story.scenario.endings if one.id == key)
    elif kind in ("scene", "again"):
        assert isinstance(story.scenario, Scenario)
        telling = story.scenario.scenes[key].narration
        text = telling.first if kind == "scene" else telling.again
    else:
        text = block_of(story, state, key).tells
    return render(story, text, context), variant


def actor_script(story: Story, state: GameState, cue: Cue, take: Take) -> Script:
    """The authored lines for a character's cue, not rendered yet; none if there are none."""
    kind, _, key = cue.source.partition(":")
    if kind == "beat":
        return _variant(story, state, cue, take, block_of(story, state, key).says)
    if kind == "topic":
        return _variant(story, state, cue, take, topic_of(story, key).says)
    texts = _texts(story, state, cue)
    if not texts:
        return Script("", ())
    keys = [f"{cue.source}/{cue.who}/{number}" for number in range(len(texts))]
    if kind in ("question", "answer", "facts", "known"):
        keys = [f"reply:{_answer(story, cue)}/{number}" for number in range(len(texts))]
    variant = choose(state, keys, take)
    return Script(variant, ((cue.who, texts[keys.index(variant)]),))


def choose(state: GameState, keys: Sequence[str], take: Take) -> str:
    """One of the variants: the least used, then by the game's seed and the event's place."""
    wanted = [key for key in keys if key not in take.avoid] or list(keys)
    least = min(state.used.get(key, 0) for key in wanted)
    fresh = [key for key in wanted if state.used.get(key, 0) == least]
    return fresh[zlib.crc32(f"{state.seed}/{take.seq}".encode()) % len(fresh)]


def _variant(
    story: Story, state: GameState, cue: Cue, take: Take, variants: Sequence[Variant]
) -> Script:
    keys = [f"{cue.source}/{number}" for number in range(len(variants))]
    if state.speaking in keys:  # an exchange that a crash broke off goes on
        variant = state.speaking
    else:
        variant = choose(state, _fitting(story, state, keys, variants), take) if keys else ""
    if not variant:
        return Script("", ())
    lines = variants[keys.index(variant)].lines
    return Script(variant, tuple((line.who or cue.who, line.text) for line in lines))


def _fitting(
    story: Story, state: GameState, keys: Sequence[str], variants: Sequence[Variant]
) -> list[str]:
    context = names(story, state)
    pairs = list(zip(keys, variants, strict=True))
    special = [key for key, one in pairs if one.when and holds(story, one.when, context)]
    return special or [key for key, one in pairs if not one.when] or list(keys)


def block_of(story: Story, state: GameState, key: str) -> Beat | Outcome:
    """What an author wrote for `beat` or `beat:outcome`."""
    beat_id, _, outcome = key.partition(":")
    beat = beat_of(story, state, beat_id)
    if not outcome or beat.roll is None:
        return beat
    return beat.roll.success if outcome == "success" else beat.roll.failure


def _texts(story: Story, state: GameState, cue: Cue) -> Sequence[str]:
    character = story.cast[cue.who]
    if cue.source == "greeting":
        own = scene_of(story, state).greetings.get(cue.who)
        return [own] if own else [one for one in (character.greeting, *character.greetings) if one]
    if cue.source == "aside":
        return character.asides
    assert isinstance(story.scenario, PuzzlePack)
    replies = {str(key): texts for key, texts in story.scenario.replies.items()}
    return replies.get(_answer(story, cue)) or replies.get("yes", ())


def _answer(story: Story, cue: Cue) -> str:
    kind, _, key = cue.source.partition(":")
    if kind == "question" and story.puzzle:
        return next(one.answer for one in story.puzzle.answers if one.id == key)
    return {"facts": "found", "known": "known"}.get(kind, key)
