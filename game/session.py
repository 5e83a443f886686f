"""Session: one game being played. The only place that commits events.

`play`, `choose` and `resume` are synchronous generators of `Event | Delta | Notice`: each event is
applied, made durable and only then handed out. Whatever a crash left owing is paid by `resume`.
A model's failure leaves the phase as it is, so that the player can try again, take the authored
line, or undo.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from . import dice
from .cast import Actor, Judge, Narrator, Take
from .cast.authored import AuthoredActor, AuthoredNarrator, narration
from .errors import ContentError, IllegalEvent, ModelError, SaveUnwritable
from .events import (
    ActorSpoke,
    BeatChosen,
    Cue,
    Delta,
    Ended,
    Event,
    GaveUp,
    HintGiven,
    LanguageChanged,
    Narrated,
    Notice,
    Pinned,
    PlayerSpoke,
    Reworded,
    Rewound,
    Rolled,
    Summarised,
    TurnJudged,
    Unpinned,
)
from .history import last_reply, live_indices, turn_starts, undone_to
from .rules import NeedRoll, changed_content, next_event, settle
from .stage import Option, next_hint, options
from .state import LONGEST_PIN, Phase, apply, fold
from .story import Story
from .typed import typed

MAX_LINE = 2_000
REWORDING = 6.0  # seconds that other words for what can be picked are waited for

Stream = Iterator[Event | Delta | Notice]


class Record(Protocol):
    """Where a session's events are kept; see `saves.Store`."""

    def append(self, save: str, owner: str, seq: int, event: Event) -> None: ...


class Session:
    """One game: a story, its events so far, and the cast that plays it.

    Not to be driven from two threads at once; only `stop` may be called from another.
    """

    def __init__(
        self,
        story: Story,
        events: Sequence[Event],
        actor: Actor,
        narrator: Narrator,
        judge: Judge,
        fallback: Judge,
        store: Record | None = None,
        save_id: str = "",
        owner: str = "local",
    ) -> None:
        state = fold(events)
        if state is None:
            raise IllegalEvent("a game begins with GameStarted")
        self.story, self.state = story, state
        self.actor, self.narrator, self.judge, self.fallback = actor, narrator, judge, fallback
        self.store, self.save_id, self.owner = store, save_id, owner
        self.in_memory = store is None  # nothing is kept: told to the player for as long as it is
        self.notices: list[Notice] = []  # told when the game next goes on
        self._events = list(events)
        self._cancel = threading.Event()
        self._avoid: frozenset[str] = frozenset()

    # --- reading ---------------------------------------------------------------------------

    @property
    def events(self) -> Sequence[Event]:
        """Every event of the save, rewound ones included."""
        return self._events

    @property
    def phase(self) -> Phase:
        """What the game waits for."""
        return self.state.phase

    def live(self) -> list[Event]:
        """The events that count."""
        return [self._events[index] for index in live_indices(self._events)]

    def options(self) -> tuple[Option, ...]:
        """What the player can pick now; nothing where the story's own fault forbids to tell.

        The next line then raises that fault, and can be undone.
        """
        try:
            return options(self.story, self.state)
        except ContentError:
            return ()

    def turn_starts(self) -> list[int]:
        """Positions in `events` of the player's lines that count."""
        return turn_starts(self._events)

    # --- playing ---------------------------------------------------------------------------

    def play(self, line: str, choice: str = "") -> Stream:
        """The player's line, or a suggested reply with the id of its beat or question."""
        yield from self.resume()
        line = typed(line, MAX_LINE)
        worded = self.state.reworded.items()
        choice = choice or next((beat for beat, text in worded if text == line), "")
        if self.phase is Phase.PLAYER and line:
            if self.state.language != self.story.language:  # undone to before the change
                yield self._commit(LanguageChanged(self.story.language, self.story.digest))
            yield self._commit(PlayerSpoke(line, choice))
            yield from self.resume()

    def choose(self, option_id: str) -> Stream:
        """One of `options`: a suggested reply, or the answer to a question asked back.

        Raises IllegalEvent if it is not among them.
        """
        picked = next((one for one in self.options() if one.id == option_id), None)
        if picked is None:
            raise IllegalEvent(f"{option_id} is not offered")
        if self.state.asked:
            yield self._commit(BeatChosen(option_id))
            yield from self.resume()
        else:
            yield from self.play(picked.text, option_id)

    def ask(self, question_id: str) -> Stream:
        """One of a puzzle's authored questions, asked by its id at any time."""
        questions = self.story.puzzle.answers if self.story.puzzle else ()
        picked = next((one for one in questions if one.id == question_id), None)
        if picked is None:
            raise IllegalEvent(f"{question_id} is no question of this puzzle")
        yield from self.play(picked.ask, question_id)

    def resume(self) -> Stream:
        """Everything that follows by itself, until the player must speak or the game is over."""
        self._cancel.clear()
        while self.notices:
            yield self.notices.pop(0)
        while True:
            needed = next_event(self.story, self.state)
            if isinstance(needed, NeedRoll):
                yield self._commit(self._roll(needed))
            elif isinstance(needed, Ended):
                yield from self._tell_ending(needed)
            elif needed is not None:
                yield self._commit(needed)
            elif self.phase is Phase.ACTOR:
                if not (yield from self._pay(self.state.to_speak[0])):
                    return
            elif self.phase is Phase.JUDGE:
                yield from self._judge()
            else:
                self._avoid = frozenset()
                return

    def reword(self, cancel: threading.Event) -> Stream:
        """What can be picked in the narrator's words, where a model tells the story.

        For when all was shown and nobody has spoken yet. It waits for the model, so it is driven
        apart from `play`: `cancel` ends it at once, as does its own deadline, and then, or where
        the model fails, everything stays as its author wrote it.
        """
        state, narrator = self.state, self.narrator
        if self.story.puzzle or state.asked or state.reworded:
            return
        if not (narrator.rewords and self.options()):
            return
        from .cast.rewording import understood  # with all that models need

        deadline = threading.Timer(REWORDING, cancel.set)
        deadline.daemon = True
        deadline.start()
        try:
            texts = narrator.reword(self.story, state, cancel)
            texts = understood(self.story, state, texts, self.fallback)
        except ContentError:  # a fault of the story's, told where it is played
            return
        finally:
            deadline.cancel()
        if texts and not cancel.is_set() and state is self.state:
            yield self._commit(Reworded(texts))

    def speak_authored(self) -> Stream:
        """Pays the line that a model failed to speak with the author's, then goes on."""
        if self.phase is Phase.ACTOR:
            cue = self.state.to_speak[0]
            yield from self._stream(cue, AuthoredActor(), AuthoredNarrator())
        yield from self.resume()

    def stop(self) -> None:
        """Ends the reply being spoken; what was said so far stays. Safe from any thread."""
        self._cancel.set()

    def hint(self) -> Stream:
        """Help with what can be done now, or a notice that there is none left."""
        found = next_hint(self.story, self.state) if self.phase is Phase.PLAYER else None
        if found is None:
            yield Notice("no_more_hints" if self.state.hints else "no_hint")
        else:
            yield self._commit(HintGiven(*found))

    def give_up(self) -> Stream:
        """Asks for a puzzle's solution."""
        if self.story.puzzle and self.phase is Phase.PLAYER:
            yield self._commit(GaveUp())
            yield from self.resume()

    def pin(self, text: str) -> Stream:
        """Something the player wants kept in mind; raises IllegalEvent where there are too many."""
        if line := typed(text, LONGEST_PIN):
            yield self._commit(Pinned(line))

    def unpin(self, number: int) -> Stream:
        """Takes a pin off, by its number from 1; raises IllegalEvent where there is none."""
        yield self._commit(Unpinned(number))

    def change_language(self, twin: Story) -> Stream:
        """Later lines come from the story's twin in another language."""
        if self.phase is not Phase.PLAYER:
            raise IllegalEvent("the language changes between turns")
        before, self.story = self.story, twin
        try:
            yield self._commit(LanguageChanged(twin.language, twin.digest))
        except Exception:
            self.story = before
            raise

    def change_content(self, story: Story) -> Stream:
        """The game goes on, at the same point, with a newer version of its story."""
        if self.phase not in (Phase.PLAYER, Phase.OVER):
            raise IllegalEvent("the content changes between turns")
        before, self.story = self.story, story
        try:
            yield self._commit(changed_content(story, self.state))
        except Exception:
            self.story = before
            raise
        yield from self.resume()

    # --- going back --------------------------------------------------------------------------

    def undo(self, turns: int = 1) -> bool:
        """Takes back the last turns; whether there was anything to take back."""
        starts = self.turn_starts()
        if not starts or turns < 1:
            return False
        return self._rewind(starts[max(0, len(starts) - turns)])

    def redo(self) -> bool:
        """Takes back an undo; only possible right after it."""
        to = undone_to(self._events)
        return False if to is None else self._rewind(to)

    def retry(self) -> Stream:
        """The last reply once more, in other words if there are any."""
        start = last_reply(self._events)
        if start is not None:
            spoken = [self._events[n] for n in live_indices(self._events) if n >= start]
            self._rewind(start)
            self._avoid = frozenset(
                one.variant for one in spoken if isinstance(one, (ActorSpoke, Narrated))
            )
            yield from self.resume()

    def _rewind(self, to: int) -> bool:
        self._commit(Rewound(to))
        state = self.state
        if state.digest != self.story.digest and state.language == self.story.language:
            # What was played before the story's file changed goes on with the file as it is now.
            self._commit(changed_content(self.story, state))
        return True

    # --- what must follow ----------------------------------------------------------------------

    def _commit(self, event: Event) -> Event:
        """Applies an event, makes it durable, and only then lets it count."""
        if isinstance(event, Rewound):
            after = fold([*self._events, event])
            if after is None:
                raise IllegalEvent("a game can't be rewound to before its start")
        else:
            after = apply(self.state, event)
        if self.store and not self.in_memory:
            try:
                self.store.append(self.save_id, self.owner, len(self._events), event)
            except SaveUnwritable:
                self.in_memory = True  # the game goes on; the interface keeps saying so
        self._events.append(event)
        self.state = after
        return event

    def _take(self) -> Take:
        return Take(len(self._events), self._cancel, self._avoid, self.save_id)

    def _roll(self, need: NeedRoll) -> Rolled:
        faces = dice.throw(dice.parse(need.dice), self.state.seed, self.state.turns, need.beat)
        total = sum(faces) + need.bonus
        return Rolled(need.beat, need.dice, faces, total, need.target, total >= need.target)

    def _judge(self) -> Stream:
        try:
            found = self.judge.judge(self.story, self.state, self._take())
            if isinstance(found, TurnJudged):
                found = settle(self.story, self.state, found)
        except ModelError as error:
            yield Notice("judge_failed", {"kind": error.kind})
            found = self.fallback.judge(self.story, self.state, self._take())
        yield self._commit(found)

    def _pay(self, cue: Cue) -> Generator[Event | Delta | Notice, None, bool]:
        """Has a line spoken; returns whether it was."""
        try:
            yield from self._stream(cue, self.actor, self.narrator)
        except ModelError as error:
            yield Notice("model_failed", {"kind": error.kind, "who": cue.who})
            return False
        return True

    def _stream(self, cue: Cue, actor: Actor, narrator: Narrator) -> Stream:
        take = self._take()
        kind, _, answers = cue.source.partition(":")
        if kind == "aside" and answers and actor.free:
            cue = Cue(answers, "aside")
        if cue.who:
            said: Iterator[Delta | ActorSpoke | Narrated | Summarised]
            said = actor.speak(self.story, self.state, cue, take)
        else:
            said = narrator.tell(self.story, self.state, cue, take)
        for piece in said:
            if isinstance(piece, Delta):
                yield piece
                continue
            if not isinstance(piece, Summarised) and piece.cut:
                self._cancel.clear()  # this reply was stopped, not what follows from it
            yield self._commit(piece)

    def _tell_ending(self, ended: Ended) -> Stream:
        """An ending is told before it counts, so that a failing narrator can't swallow it."""
        cue = Cue("", f"ending:{ended.ending}")
        text = ""
        try:
            for piece in self.narrator.tell(self.story, self.state, cue, self._take()):
                if isinstance(piece, Delta):
                    yield piece
                elif isinstance(piece, Summarised):
                    yield self._commit(piece)
                else:
                    text = piece.text
        except ModelError as error:
            yield Notice("narrator_failed", {"kind": error.kind})
        if not text:  # a narrator that failed, or was stopped before its first word
            text, _ = narration(self.story, self.state, cue, self._take())
        yield self._commit(replace(ended, text=text))
