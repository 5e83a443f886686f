"""Wires options, stories, saves and a cast into sessions: the one place that knows them all."""

from __future__ import annotations

import copy
import random
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import ContentError, SaveDamaged, SaveError, SaveUnwritable
from .events import ContentChanged, Event, GameStarted, LanguageChanged
from .loader import ROOT, TALK, Library, own_folder
from .options import Options

if TYPE_CHECKING:
    from .cast.judge import AuthoredJudge
    from .saves import SaveHead, Store
    from .session import Session
    from .settings import Settings
    from .story import Persona, Story
    from .troupe import Models, Troupe

OWNER = "local"
KEPT_STORIES = 16
SOLVED = "solved"  # a puzzle's good ending, as `rules` names it


@dataclass
class App:
    """Opens games: new ones, saved ones, and branches of them."""

    options: Options = field(default_factory=Options)
    library: Library = field(init=False)
    _store: Store | None = field(default=None, init=False)
    _troupe: Troupe | None = field(default=None, init=False)
    # Stories that saves were begun with, as read from their kept texts.
    _stories: dict[tuple[str, str, str, str], Story] = field(default_factory=dict, init=False)
    store_failure: SaveUnwritable | None = field(default=None, init=False)
    wishes: Mapping[str, Any] = field(default_factory=dict, init=False)  # of /model

    def __post_init__(self) -> None:
        self.library = Library((*self.options.content, ROOT, self.own))

    @property
    def own(self) -> Path:
        """The folder of what this player has imported."""
        if self.options.own or self.options.saves is None:
            return self.options.own or own_folder()
        return self.options.saves / "library"

    def with_library(self, library: Library) -> App:
        """The same saves and models over other shelves: the house as one of its players sees it."""
        _ = self.store, self.models, self._authored  # made now, so that they are shared
        seen = copy.copy(self)
        seen.library = library
        return seen

    @property
    def store(self) -> Store:
        """The saves; in memory where the disk refuses, which `store_failure` then tells."""
        if self._store is None:
            from .saves import Store, default_path

            path = self.options.saves / "saves.db" if self.options.saves else default_path()
            try:
                self._store = Store(path)
            except SaveUnwritable as error:
                self.store_failure = error
                self._store = Store(None)
        return self._store

    @property
    def troupe(self) -> Troupe:
        """Who plays, made when first needed; raises SettingsError, ModelError."""
        if self._troupe is None:
            self._troupe = self.troupe_for()
        return self._troupe

    def settings_for(
        self, wishes: Mapping[str, Any] | None = None, trusted: bool = True
    ) -> Settings:
        """The settings that count once a player's wishes (of a page, or /model) are added."""
        from .wishes import read_file, resolve

        file = read_file(self.options.settings)
        asked = self.wishes if wishes is None else wishes
        return resolve(self.options.models, asked, file, trusted=trusted)

    def troupe_for(self, wishes: Mapping[str, Any] | None = None, trusted: bool = True) -> Troupe:
        """Who plays for a player's wishes; `trusted` where the player owns this machine."""
        from .troupe import build_troupe

        return build_troupe(self.settings_for(wishes, trusted), self.models, self._authored)

    def prefer(self, wishes: Mapping[str, Any], dropped: Collection[str] = ()) -> None:
        """What the one at this machine chose in play, for this game and for later ones.

        It comes before the command line, which was typed earlier; what is `dropped` no longer
        counts there, either. Raises SettingsError, ModelError, and then nothing has changed.
        """
        named = {*wishes, *dropped}
        models = {name: one for name, one in self.options.models.items() if name not in named}
        before = self.options, self.wishes
        self.options, self.wishes = replace(self.options, models=models), dict(wishes)
        try:
            self._troupe = self.troupe_for()
        except Exception:
            self.options, self.wishes = before
            raise

    def cast(self, session: Session, wishes: Mapping[str, Any], trusted: bool = True) -> None:
        """Gives a game the cast its player wishes for; what they should know is told with it.

        Raises SettingsError, ModelError, and then leaves the cast as it is.
        """
        troupe = self.troupe_for(wishes, trusted)
        session.actor, session.narrator = troupe.actor, troupe.narrator
        session.judge, session.fallback = troupe.judge, troupe.fallback
        session.notices = list(troupe.notices)

    @cached_property
    def models(self) -> Models:
        """The models of this process, shared by all games."""
        from .troupe import Models

        return Models()

    @cached_property
    def _authored(self) -> AuthoredJudge:
        from .cast.judge import AuthoredJudge

        return AuthoredJudge()

    # --- games -------------------------------------------------------------------------------

    def new(
        self,
        scenario: str,
        language: str = "",
        seed: int | None = None,
        puzzle: str = "",
        owner: str = OWNER,
        persona: Persona | None = None,
    ) -> Session:
        """A new game, saved from its first event on; raises ContentError, SaveError."""
        language = language or self.options.language
        return self.begin(self._story(scenario, language, puzzle, persona), seed, owner, persona)

    def begin(
        self,
        story: Story,
        seed: int | None = None,
        owner: str = OWNER,
        persona: Persona | None = None,
        parent: tuple[str, int] | None = None,
        events: Sequence[Event] = (),
        keep: bool = True,
    ) -> Session:
        """A game of a story that is at hand; `events` and `parent` make it a branch.

        One that is not kept (an author trying a draft) lives in memory only.
        """
        from .rules import begin

        if not events:
            seed = self._seed() if seed is None else seed
            found = self.store.endings(owner, story.id)
            name, info = (persona.name, persona.info) if persona else ("", "")
            events = [begin(story, seed, found, name, info)]
        if not keep:
            return self._session(story, events, "", owner, kept=False)
        save, kept = "", True
        try:
            save = self.store.create(
                owner, story.id, story.language, title_of(story), story.digest, parent,
                sources=story.sources, events=events,
            )  # fmt: skip
        except SaveUnwritable as error:
            self.store_failure, kept = error, False
        return self._session(story, events, save, owner, kept)

    def open(self, save: str, owner: str = OWNER) -> Session:
        """A saved game with the content it was begun with; raises SaveError, ContentError."""
        events = self.store.events(save, owner)
        started = events[0] if events else None
        if not isinstance(started, GameStarted):
            raise SaveDamaged(save, "it doesn't begin with GameStarted")
        from .state import live

        language, digest = started.language, started.digest
        for event in live(events):
            if isinstance(event, LanguageChanged):
                language = event.language
            if isinstance(event, (LanguageChanged, ContentChanged)):
                digest = event.digest
        return self._session(self._kept(started, language, digest), events, save, owner)

    def newer(self, session: Session) -> Story | None:
        """The story as its author has it now, where that is not what this game goes on with.

        None, too, where the present scene or puzzle is gone from it, or it doesn't load.
        """
        story = session.story
        puzzle = story.puzzle.id if story.puzzle else ""
        try:
            fresh = self._story(story.id, story.language, puzzle, self._persona(session))
        except ContentError:
            return None
        here = session.state.scene
        scenes = getattr(fresh.scenario, "scenes", {fresh.puzzle.id} if fresh.puzzle else ())
        return fresh if fresh.digest != story.digest and here in scenes else None

    def branch(self, session: Session, seq: int) -> Session:
        """A new save that shares the first `seq` events and goes its own way from there."""
        events = list(session.events[:seq])
        parent = (session.save_id, seq) if session.save_id else None
        return self.begin(session.story, owner=session.owner, parent=parent, events=events)

    def restart(self, session: Session) -> Session:
        """The same story (or puzzle) from its start, as `clear` asks for; the old save stays."""
        story = session.story
        persona = self._persona(session)
        if story.id.startswith(TALK) or not self.library.languages(story.id):
            return self.begin(story, owner=session.owner, persona=persona)
        puzzle = story.puzzle.id if story.puzzle else ""
        return self.new(story.id, story.language, None, puzzle, session.owner, persona)

    def another(self, session: Session) -> Session:
        """A new game, as `finish` asks for: the next puzzle of a pack, or the story again."""
        if session.story.puzzle is None:
            return self.restart(session)
        puzzle = self.next_puzzle(session.story, session.owner)
        return self.new(session.story.id, session.story.language, None, puzzle, session.owner)

    def next_puzzle(self, pack: Story, owner: str = OWNER) -> str:
        """A puzzle of a pack that was not played yet, or else the one played longest ago."""
        from .story import PuzzlePack

        assert isinstance(pack.scenario, PuzzlePack)
        ids = [one.id for one in pack.scenario.puzzles]
        played = self.played_puzzles(pack.id, owner)
        fresh = [one for one in ids if one not in played]
        return fresh[0] if fresh else min(ids, key=played.index)

    def played_puzzles(self, scenario: str, owner: str = OWNER) -> list[str]:
        """The puzzles an owner has begun in a pack, the longest ago first."""
        begun: dict[str, None] = {}
        for head in reversed(self.store.list(owner)):
            if head.scenario == scenario and not head.damaged:
                with suppress(SaveError):  # a damaged save tells nothing, and stops nothing
                    started = self.store.started(head.id, owner)
                    if isinstance(started, GameStarted):
                        begun.pop(started.puzzle, None)
                        begun[started.puzzle] = None
        return list(begun)

    def translate(self, session: Session, language: str) -> Story | None:
        """The story's twin in another language, or None if its author wrote none."""
        story = session.story
        puzzle = story.puzzle.id if story.puzzle else ""
        try:
            twin = self._story(story.id, language, puzzle)
        except ContentError:
            return None
        self.keep_content(session, twin)
        return twin

    def keep_content(self, session: Session, story: Story) -> None:
        """Keeps a story's texts with a save that will go on with them."""
        if session.save_id and not session.in_memory:
            with suppress(SaveUnwritable):  # which the session will notice, too
                self.store.put_content(story.digest, story.sources, session.save_id, session.owner)

    def saves(self, owner: str = OWNER) -> list[SaveHead]:
        """The owner's saved games, newest first."""
        return list(self.store.list(owner))

    def note_ending(self, session: Session) -> None:
        """Remembers an ending that was met (in a pack: by which puzzle)."""
        ending = session.state.ending
        if ending and not session.in_memory:
            if session.story.puzzle:
                ending = f"{session.story.puzzle.id}:{ending}"
            self.store.note_ending(session.owner, session.story.id, ending)

    def solved_puzzles(self, pack: str, owner: str = OWNER) -> frozenset[str]:
        """The puzzles of a pack an owner has solved."""
        met = (one.partition(":") for one in self.store.endings(owner, pack))
        return frozenset(puzzle for puzzle, _, ending in met if ending == SOLVED)

    # --- pieces --------------------------------------------------------------------------------

    def _story(
        self, scenario: str, language: str, puzzle: str = "", persona: Persona | None = None
    ) -> Story:
        if scenario.startswith(TALK):
            return self.library.free_talk(scenario.removeprefix(TALK), language, persona)
        return self.library.load(scenario, language, puzzle)

    def _kept(self, started: GameStarted, language: str, digest: str) -> Story:
        from .loader import load_sources

        key = (digest, started.scenario, language, started.puzzle)
        story = self._stories.get(key)
        if story is None:
            story = load_sources(self.store.content(digest), key[1], language, started.puzzle)
            while len(self._stories) >= KEPT_STORIES:
                self._stories.pop(next(iter(self._stories)), None)
            self._stories[key] = story
        return story

    def _persona(self, session: Session) -> Persona:
        from .story import Persona

        return Persona(name=session.state.player_name, info=session.state.player_info)

    def _seed(self) -> int:
        given = self.options.seed
        return random.SystemRandom().randrange(2**31) if given is None else given

    def _session(
        self, story: Story, events: Sequence[Event], save: str, owner: str, kept: bool = True
    ) -> Session:
        from .session import Session

        troupe = self.troupe
        session = Session(
            story, events, troupe.actor, troupe.narrator, troupe.judge, troupe.fallback,
            self.store if kept else None, save, owner,
        )  # fmt: skip
        session.notices = list(troupe.notices)
        return session


def title_of(story: Story) -> str:
    """What a game is called in a list: its story's title, or its puzzle's."""
    return story.puzzle.title if story.puzzle else story.scenario.title


def daily_puzzle(ids: Sequence[str], day: int) -> str:
    """The puzzle of a day (counted from any fixed date): each comes once before any comes again."""
    round_, place = divmod(day, len(ids))
    return random.Random(f"daily/{round_}").sample(list(ids), len(ids))[place]
