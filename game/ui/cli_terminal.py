"""One player at a terminal: lines in, a session asked, what follows shown, until they leave."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ..app import App
from ..errors import GameError, SaveBusy
from .cli_input import Ask, Reader
from .cli_menu import Choice, Menu
from .cli_screen import Screen
from .locale import text
from .preferences import keep_speed
from .typing_out import Typewriter

if TYPE_CHECKING:
    from ..session import Session
    from .cli_offers import Offer
    from .cli_output import Output
    from .watching import Watch

RECAP = 8


class Terminal:
    """One player at a terminal (or a script), and the game being played."""

    def __init__(
        self, app: App, reader: Reader, scripted: bool = False, json: bool = False
    ) -> None:
        self.app, self.reader, self.scripted, self.json = app, reader, scripted, json
        self.typewriter = Typewriter("off", keys=not scripted)
        self.screen = Screen(app.options.language, self.typewriter)
        self.show_choices = True
        self.watching = False  # whether an author edits the story while it is played
        self._watch: Watch | None = None
        self._session: Session | None = None
        self._out: Output | None = None
        self._leaving = self._menu = False

    # --- what the commands use ---------------------------------------------------------------

    @property
    def lang(self) -> str:
        """The language of the interface."""
        return self.screen.lang

    @lang.setter
    def lang(self, lang: str) -> None:
        self.screen.lang = lang

    @property
    def session(self) -> Session:
        """The game being played."""
        assert self._session is not None
        return self._session

    @property
    def out(self) -> Output:
        """Where the game is shown; made when first needed, because it imports the story types."""
        if self._out is None:
            from .cli_output import Drawn, JsonLines

            self._out = (
                JsonLines(sys.stdout, self.screen) if self.json else Drawn(self.screen, self._met)
            )
        return self._out

    @property
    def in_memory(self) -> bool:
        """Whether this game is lost when the player leaves."""
        return self.session.in_memory or self.app.store_failure is not None

    def _met(self, session: Session) -> tuple[str, ...]:
        """The endings that were seen in other games of this story."""
        try:
            return tuple(self.app.store.endings(session.owner, session.story.id))
        except GameError:
            return ()

    def word(self, key: str, /, **data: Any) -> str:
        """A word of the interface."""
        return text(self.lang, key, **data)

    def tell(self, key: str, /, **data: Any) -> None:
        """Says something of the interface's own."""
        plain = {
            one: value if isinstance(value, int) else str(value) for one, value in data.items()
        }
        named = {"value" if one == "name" else one: value for one, value in plain.items()}
        self.out.notice(key.rpartition(".")[2], self.word(key, **data), **named)

    def fault(self, message: str) -> None:
        """Says that something went wrong."""
        self.out.notice("error", message)

    def set_speed(self, speed: str, keep: bool = True) -> None:
        """How fast text appears, now and (where it was asked for) in later games."""
        self.typewriter.speed = speed
        if keep and not self.scripted:
            keep_speed(speed, self.app.options.saves)

    def stream(self, stream: Iterable[Any]) -> None:
        """Shows what a session does, until it waits for the player; Ctrl-C ends the reply."""
        from ..events import Ended

        session = self.session
        before, ended = session.state, False
        try:
            with self.typewriter.reply(session.stop):
                for item in self._awaited(stream):
                    self.out.show(session, before, item)
                    before = session.state
                    ended = ended or isinstance(item, Ended)
            if ended:
                self.app.note_ending(session)
        except GameError as error:
            self.failed(error)
        self.show_choices = True
        if ended and session.story.puzzle:
            self._next_puzzle()

    def _awaited(self, stream: Iterable[Any]) -> Iterator[Any]:
        """The stream, with dots on the screen while its next item takes its time."""
        from .cli_waiting import Waiting

        waiting = Waiting(self.screen, lambda: not self.out.speaking(), not self.scripted)
        waiting.begin()
        try:
            for item in stream:
                waiting.over()
                yield item
                waiting.begin()
        finally:
            waiting.over()

    def look_again(self) -> bool:
        """Goes on with the story's files if their author has saved them; whether anything came."""
        report = self._watch.look(self.session) if self._watch else None
        if report is None:
            return False
        for line in report.problems:
            self.fault(line)
        for line in report.changes:
            self.out.notice("changed", line)
        if report.story is not None:
            self.app.keep_content(self.session, report.story)
            self.stream(self.session.change_content(report.story))
        return True

    def go_on(self, session: Session) -> None:
        """Another game takes the stage."""
        self._session = session
        if self.watching:
            from .watching import Watch

            self._watch = Watch(self.app.library, session.story, lambda: self.lang)
        self.out.begin(session)
        self.show_choices = True

    def start(self, make: Callable[[], Session]) -> None:
        """Begins a new game, or says why it can't."""
        try:
            session = make()
        except GameError as error:
            self.failed(error)
            self._menu = self._session is None
            return
        self.go_on(session)
        self.out.title(session)
        self.stream(session.resume())

    def leave(self) -> None:
        """Ends the program once the command is done."""
        self._leaving = True

    def to_menu(self) -> None:
        """Back to the start menu once the command is done."""
        self._menu = True

    def rewound(self, notice: str, done: bool, turn: int = 0) -> None:
        """Says where the game stands after going back, and shows its last lines again."""
        self.tell(f"notices.{notice}", n=turn or len(self.session.turn_starts()) + 1)
        if done:
            self.recap(short=True)

    def no_turn(self, turn: int) -> None:
        """Says that a turn doesn't exist."""
        self.tell("notices.no_turn", n=turn, now=len(self.session.turn_starts()))

    def ask_edit(self, before: str) -> str:
        """The player's new words for an old line."""
        if self.scripted:
            return ""
        ask = Ask(self.word("prompt.edit"), "", self.screen.column, default=before)
        words = (self.reader.read(ask) or "").strip()
        return "" if words == before else words

    def recap(self, short: bool = False) -> None:
        """The last lines again, so that one knows where one is."""
        from . import view

        rows = view.history(self.session.story, self.session.events, self.lang)
        shown = rows[-(3 if short else RECAP) :]
        if not short:
            self.tell("notices.resumed")
        self.out.rows([row for row in shown if row.kind != "ending"] or shown)
        self.show_choices = True

    # --- the loop ----------------------------------------------------------------------------

    def run(self) -> int:
        """Plays until the player leaves; the exit status."""
        scenario = self.app.options.scenario
        try:
            if scenario:
                self.start(lambda: self._new(Choice(scenario)))
                if self._session is None:
                    return 1
            while not self._leaving:
                if self._session is None or self._menu:
                    self._choose()
                else:
                    self._turn()
        except GameError as error:  # the saves can't be opened at all
            self.fault(self._words_of(error))
            self.tell("notices.saves_elsewhere")
            return 1
        self._goodbye()
        return 0

    def _turn(self) -> None:
        from .cli_turn import take_turn  # with the story types, which the menu does without

        take_turn(self)

    def _choose(self) -> None:
        self._menu = False
        lines = self.out if self.json else None
        choice = Menu(self.app, self.screen, self.reader, lines).choose()
        if choice is None:
            self._leaving = True
        elif choice.save:
            try:
                self.go_on(self.app.open(choice.save))
            except GameError as error:
                self.failed(error)
                return
            self.recap()
            self.stream(self.session.resume())  # what a crash left owing
            self._offer_newer()
        else:
            self._session = None
            self.start(lambda: self._new(choice))

    def _offer_newer(self) -> None:
        """Says that the story has a newer version, and what taking it would lose."""
        from ..rules import lost_content

        if fresh := self.app.newer(self.session):
            self.tell("notices.story_updated")
            if lost := lost_content(fresh, self.session.state):
                self.tell("notices.story_loses", names=", ".join(lost[:8]))

    def _new(self, choice: Choice) -> Session:
        persona = None
        if choice.scenario.startswith("talk:"):
            from ..story import Persona

            persona = Persona(name=self._players_name())
        return self.app.new(choice.scenario, self.lang, None, choice.puzzle, persona=persona)

    def _players_name(self) -> str:
        name = self.word("prompt.you")
        if self.scripted:
            return name
        ask = Ask(name, self.word("prompt.your_name", name=name), self.screen.column)
        return " ".join((self.reader.read(ask) or "").split())[:40] or name

    def choices(self) -> list[Offer]:
        """What can be picked by number now."""
        from .cli_offers import offers

        return offers(self)

    def run_command(self, command: str) -> None:
        """Does a command as if it had been typed."""
        from .cli_turn import obey
        from .commands import Command

        name, _, argument = command.partition(" ")
        obey(self, f"/{command}", Command(name, argument))

    def _next_puzzle(self) -> None:
        """The next surface at once, as long as there is one that was not played."""
        from ..story import PuzzlePack

        session = self.session
        pack = session.story.scenario
        played = self.app.played_puzzles(session.story.id)
        if isinstance(pack, PuzzlePack) and any(one.id not in played for one in pack.puzzles):
            self.start(lambda: self.app.another(session))

    def failed(self, error: GameError) -> None:
        """Says what failed; a save that another program went on with is opened again."""
        self.fault(self._words_of(error))
        if isinstance(error, SaveBusy) and self._session is not None:
            self.go_on(self.app.open(self.session.save_id))
            self.recap(short=True)

    def _words_of(self, error: GameError) -> str:
        from .problems import error_text

        return error_text(self.lang, error)

    def _goodbye(self) -> None:
        if self._session is not None and not self.scripted:
            self.screen.blank()
            self.tell("notices.bye_memory" if self.in_memory else "notices.bye")
