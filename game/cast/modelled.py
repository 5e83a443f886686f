"""Actor and narrator that ask a model: the author says what happens, the model how it is said.

What must be exact stays the author's: greetings, and a puzzle's words. While a model rests after
failures the authored lines are spoken.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace

from ..events import ActorSpoke, Cue, Delta, Narrated, Summarised
from ..guards import Guard
from ..models.base import Answering, ChatModel, Sampling, resting
from ..prompts import Prompt
from ..prompts.cleaning import one_line
from ..prompts.composing import Composed, Composer
from ..prompts.describing import is_talk
from ..prompts.history import estimate
from ..prompts.words import word, words
from ..stage import label, names, options, render, topic_of
from ..state import GameState, spoken_line
from ..story import PuzzlePack, Story
from . import Take
from .authored import AuthoredActor, AuthoredNarrator, actor_script, block_of, narration
from .guarded import Manner, Piece, Reply, before, guarded
from .memory import Memory, remembered
from .rewording import reworded

VERBATIM = ("greeting", "question", "answer", "facts", "known")
SILENCE = "……"
TOLD = ("opening", "scene", "again", "beat", "ending")


class ModelActor:
    """Speaks for characters with a model; safe to be shared between games."""

    def __init__(
        self,
        model: ChatModel,
        composer: Composer,
        manner: Manner | None = None,
        memory: Memory | None = None,
    ) -> None:
        self.model, self.composer = model, composer
        self.manner, self.memory = manner or Manner(), memory
        self._authored = AuthoredActor()

    @property
    def free(self) -> bool:
        """Whether the model answers; while it rests, only authored lines are spoken."""
        return not resting(self.model)

    def speak(
        self, story: Story, state: GameState, cue: Cue, take: Take
    ) -> Iterator[Delta | ActorSpoke | Summarised]:
        if cue.source.partition(":")[0] in VERBATIM or resting(self.model):
            yield from self._authored.speak(story, state, cue, take)
            return
        script = actor_script(story, state, cue, take)
        lines = script.lines or ((cue.who, ""),)
        for number in range(min(state.said, len(lines) - 1), len(lines)):
            who, source = lines[number]
            state = yield from remembered(self.memory, story, state, who, take)
            gist = one_line(render(story, source, names(story, state)))
            reply = yield from self._line(story, state, cue, take, who, gist)
            last = number == len(lines) - 1
            yield ActorSpoke(
                who, reply.text, script.variant, reply.cut, last or reply.cut, reply.why
            )
            if reply.cut:
                return
            entry = spoken_line(state, "character", who, reply.text)
            state = replace(state, transcript=(*state.transcript, entry), said=number + 1)

    def _line(
        self, story: Story, state: GameState, cue: Cue, take: Take, who: str, gist: str
    ) -> Generator[Delta, None, Reply]:
        unfit = self.manner.unfit(story.language) if self.manner.switch("unfit") else None
        asked_unfit = bool(unfit and state.spoken and unfit.first(_last_line(state)) is not None)
        directed = "" if asked_unfit else direction(story, state, cue, gist)
        if asked_unfit:
            directed = _word(story, state, "direction.unfit", who)
        composed: list[Composed] = []

        def prompt(attempt: int) -> Prompt:
            again = _word(story, state, "direction.again", who) if attempt else ""
            told = f"{directed}{again}" if story.language == "zh" else f"{directed} {again}".strip()
            composed.append(self.composer.actor(story, state, who, told, take.session))
            return composed[-1].prompt

        def guard() -> Guard:
            switch = self.manner.switch
            return Guard(
                story.cast[who].name, _voices(story, state, who), before(state, who), unfit, switch
            )

        def settings(attempt: int) -> Sampling:
            return self.manner.seeded(state, take.seq, attempt)

        pieces = guarded(self.model, prompt, guard, settings, take.cancel, take.session)
        reply = yield from _deltas(pieces, who)
        why = (
            *composed[-1].lore.why(),
            *reply.why,
            *(("guard_asked",) if asked_unfit else ()),
        )
        if not reply.text and not reply.cut:  # only what is not fit was said: refused in role
            aside = _refusal(story, state, who, take)
            yield Delta(who, aside)
            return Reply(aside, False, why)
        return replace(reply, why=why)


class ModelNarrator:
    """Tells the author's passages in a model's words; a puzzle's are told as they stand."""

    def __init__(
        self,
        model: ChatModel,
        composer: Composer,
        manner: Manner | None = None,
        reword: bool = True,
        memory: Memory | None = None,
    ) -> None:
        self.model, self.composer, self.manner = model, composer, manner or Manner()
        self._reword, self.memory = reword, memory
        self._authored = AuthoredNarrator()

    def tell(
        self, story: Story, state: GameState, cue: Cue, take: Take
    ) -> Iterator[Delta | Narrated | Summarised]:
        verbatim = isinstance(story.scenario, PuzzlePack)
        if verbatim or cue.source.partition(":")[0] not in TOLD or resting(self.model):
            yield from self._authored.tell(story, state, cue, take)
            return
        passage, variant = narration(story, state, cue, take)
        if not passage.strip():
            yield Narrated("", variant)
            return
        state = yield from remembered(self.memory, story, state, "", take)
        prompt = self.composer.narrator(story, state, passage, take.session)
        unfit = self.manner.unfit(story.language)

        def guard() -> Guard:
            others = () if _speaks(story, passage) else _voices(story, state, "")
            own = word(story.language, "narrate.name")
            return Guard(own, others, before(state, ""), unfit, self.manner.switch)

        def settings(attempt: int) -> Sampling:
            own = self.manner.seeded(state, take.seq, attempt)
            return replace(own, max_tokens=2 * estimate(passage) + 120)

        pieces = guarded(
            self.model, lambda attempt: prompt, guard, settings, take.cancel, take.session
        )
        reply = yield from _deltas(pieces, "")
        yield Narrated(reply.text, variant, reply.cut, reply.why)

    @property
    def rewords(self) -> bool:
        """Whether the model can be asked for other words now, and shall be."""
        return self._reword and isinstance(self.model, Answering) and not resting(self.model)

    def reword(self, story: Story, state: GameState, cancel: threading.Event) -> Mapping[str, str]:
        """Suggested replies in the model's words; as written where in doubt."""
        if not self.rewords or state.asked or story.puzzle:
            return {}
        assert isinstance(self.model, Answering)
        return reworded(self.model, story, state, options(story, state), self.manner, cancel)


# --- what is asked of them ---------------------------------------------------------------------


def direction(story: Story, state: GameState, cue: Cue, gist: str) -> str:
    """What a cue makes a character do, and what its author would have it say."""
    kind, _, key = cue.source.partition(":")
    parts = []
    if kind == "beat":
        directed = render(story, block_of(story, state, key).direction, names(story, state))
        if directed:
            parts.append(_word(story, state, "direction.beat", cue.who, direction=directed))
        if gist:
            parts.append(_word(story, state, "direction.gist", cue.who, text=gist))
    elif kind == "topic":
        about = label(story, state, "topic", key) if topic_of(story, key) else ""
        parts.append(_word(story, state, "direction.topic", cue.who, label=about, text=gist))
    else:
        talk = "talk" if is_talk(story) else "aside"
        parts.append(_word(story, state, f"direction.{talk}", cue.who))
    return ("" if story.language == "zh" else " ").join(parts)


def _word(story: Story, state: GameState, key: str, who: str, **parts: str) -> str:
    name = story.cast[who].name if who in story.cast else ""
    known: Mapping[str, str] = {"bot": name, "user": state.player_name, **parts}
    return word(story.language, key, **known)


def _voices(story: Story, state: GameState, who: str) -> tuple[str, ...]:
    """The names that must not begin a line of this voice."""
    cast = [one.name for key, one in story.cast.items() if key != who]
    return (*cast, state.player_name, *words(story.language, "narrators"))


def _speaks(story: Story, passage: str) -> bool:
    """Whether characters speak within a passage, as lines with their names."""
    return any(f"{one.name}{colon}" in passage for one in story.cast.values() for colon in ":：")


def _last_line(state: GameState) -> str:
    """The player's newest line."""
    return next((one.text for one in reversed(state.transcript) if one.kind == "player"), "")


def _refusal(story: Story, state: GameState, who: str, take: Take) -> str:
    """An authored reply that goes on to something else."""
    script = actor_script(story, state, Cue(who, "aside"), take)
    return render(story, script.lines[0][1], names(story, state)) if script.lines else SILENCE


def _deltas(pieces: Piece, who: str) -> Generator[Delta, None, Reply]:
    """The pieces of a reply as deltas of a voice."""
    while True:
        try:
            yield Delta(who, next(pieces))
        except StopIteration as done:
            reply: Reply = done.value
            return reply
