"""LiveGame: one game that is being played in browsers.

Its reply belongs to a worker thread, which plays the session on and writes a log; pages only look
at the log. So a reload, a lost connection or a second tab shows the rest of a reply, and Stop ends
it for all of them.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from ...errors import GameError, SaveBusy
from ...events import Delta, Ended, Event, Notice
from ...state import GameState, fold
from ..closing import closing
from ..problems import error_text, notice_text
from ..segments import segments, settled
from ..view import Row, clean, history, mood, name_of, rows
from . import drawn
from .pace import SPEEDS, Pace

if TYPE_CHECKING:
    from ...session import Session, Stream
    from .art import Gallery

log = logging.getLogger(__name__)
WINDOW = 40  # turns a page is sent at first
_EVENTS = get_args(Event)


@dataclass
class Seen:
    """How much of a game a page has been sent."""

    epoch: str = ""
    rows: int = 0
    line: int = -1
    tableau: drawn.Data | None = None


class LiveGame:
    """A session, the log of what it has shown, and those who look at it."""

    def __init__(
        self, session: Session, key: str, lang: str, gallery: Gallery,
        ended: Callable[[Session], None] = lambda session: None,
    ) -> None:  # fmt: skip
        self.session, self.key, self.lang, self.gallery = session, key, lang, gallery
        self.speed = "normal"
        self.turn = threading.Lock()  # held by whoever changes the game
        self.gone = False  # set when another program plays the save: it must be opened anew
        self.used = time.monotonic()
        self._ended = ended
        self._name = secrets.token_hex(4)
        self._number = 0
        self._guard = threading.Condition()
        self._watchers: set[Callable[[], None]] = set()
        self._busy = False
        self._rewording: threading.Event | None = None  # ends it; while there is one
        self._failed = False
        self._pace = Pace("off")
        self._who, self._spoken, self._piece = "", "", 0
        self._known = 0
        self._tableau: tuple[GameState, tuple[Any, ...], drawn.Data] | None = None
        self._log: list[drawn.Data] = []
        self.redraw()

    # --- the reply -----------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether a reply is being spoken."""
        return self._busy

    def begin(self, stream: Stream) -> bool:
        """Has a worker play this out; False while another reply is being spoken."""
        with self._guard:
            if self._busy or self._rewording:
                return False
            self._busy, self._failed = True, False
            self._pace = Pace(self.speed)
        threading.Thread(target=self._work, args=(stream,), name="reply", daemon=True).start()
        self.poke()
        return True

    def stop(self) -> None:
        """Ends the reply; what was said so far stays."""
        self.session.stop()
        self._pace.hurry()
        with self._guard:
            if self._rewording:
                self._rewording.set()

    def hurry(self) -> None:
        """The rest of the reply appears at once."""
        self._pace.hurry()

    def settle(self, seconds: float) -> bool:
        """Waits for the reply to end; whether it has. Nothing is worded anew after this."""

        def over() -> bool:
            if self._rewording:
                self._rewording.set()
            return not (self._busy or self._rewording)

        with self._guard:
            return self._guard.wait_for(over, seconds)

    def _work(self, stream: Stream) -> None:
        try:
            self._play(stream)
        except SaveBusy as error:
            self.gone = True
            self.note(error_text(self.lang, error))
        except GameError as error:
            self.note(error_text(self.lang, error))
        except Exception as error:
            log.exception("a reply broke off")
            self.note(error_text(self.lang, error))
        finally:
            cancel = threading.Event() if self.session.narrator.rewords else None
            with self._guard:
                self._busy, self._spoken, self._rewording = False, "", cancel
            self.poke()
            if cancel:
                self._reword(cancel)

    def _reword(self, cancel: threading.Event) -> None:
        """What can be picked in other words, while the page shows it as it was written."""
        try:
            self._play(self.session.reword(cancel))
        except SaveBusy:
            self.gone = True
        except Exception:  # the suggestions stay as they are
            log.exception("nothing was worded anew")
        finally:
            with self._guard:
                self._rewording = None
            self.poke()

    def _play(self, stream: Stream) -> None:
        before = self.session.state
        for item in stream:
            if len(self.session.events) > self._known + isinstance(item, _EVENTS):
                before = self._went_back(isinstance(item, _EVENTS))
            if isinstance(item, Delta):
                self._speak(item)
            elif isinstance(item, Notice):
                self._failed = self._failed or item.code == "model_failed"
                self.note(notice_text(self.lang, item))
            else:
                self._show(before, item)
            before = self.session.state

    def _went_back(self, told: bool) -> GameState:
        """The stream has rewound the game: the log anew, up to the event that came now."""
        self.redraw(without_last=told)
        events = list(self.session.events)
        return fold(events[: len(events) - told]) or self.session.state

    def _speak(self, piece: Delta) -> None:
        with self._guard:
            if piece.who != self._who:
                self._who, self._spoken = piece.who, ""
            self._spoken += piece.text
            self._piece += 1
        self.poke()
        self._pace.wait(piece.text)

    def _show(self, before: GameState, event: Event) -> None:
        session = self.session
        shown = rows(session.story, before, session.state, event, self.lang)
        with self._guard:
            self._known = len(session.events)
            self._log += [drawn.row(one) for one in shown]
            self._spoken, self._who = "", ""
            self._piece += 1
        if isinstance(event, Ended):
            self._ended(session)
        self.poke()

    # --- the log -------------------------------------------------------------------------------

    def note(self, text: str) -> None:
        """Something said by the game itself; gone after a reload."""
        with self._guard:
            self._log += [drawn.row(Row("system", text=line)) for line in text.split("\n")]
        self.poke()

    def redraw(self, without_last: bool = False) -> None:
        """The log anew from the events, after going back or in another language."""
        events = list(self.session.events)
        shown = history(self.session.story, events[:-1] if without_last else events, self.lang)
        with self._guard:
            self._log = [drawn.row(one) for one in shown]
            self._number += 1
            self._known = len(events) - without_last
            self._spoken = ""
        self.poke()

    def earlier(self, before: int) -> tuple[int, list[drawn.Data]]:
        """The rows of some turns before a place in the log, and where they begin."""
        with self._guard:
            first = self._window(before)
            return first, self._log[first:before]

    def _window(self, end: int) -> int:
        turns = 0
        for index in range(end - 1, -1, -1):
            turns += self._log[index]["kind"] == "player"
            if turns >= WINDOW:
                return index
        return 0

    # --- looking on ------------------------------------------------------------------------------

    def watch(self, call: Callable[[], None]) -> Callable[[], None]:
        """Has `call` called at each change, from any thread; returns what ends that."""
        self._watchers.add(call)

        def leave() -> None:
            self._watchers.discard(call)
            self.used = time.monotonic()

        return leave

    @property
    def watched(self) -> bool:
        """Whether any page looks on."""
        return bool(self._watchers)

    def poke(self) -> None:
        """Has everyone who looks on look again."""
        with self._guard:
            self._guard.notify_all()
        for call in list(self._watchers):
            call()

    def update(self, seen: Seen) -> drawn.Data | None:
        """What a page has not been sent yet, or None; notes in `seen` that it has."""
        with self._guard:
            epoch = f"{self._name}-{self._number}"
            data: drawn.Data = {"busy": self._busy, "failed": self._failed}
            if seen.epoch != epoch or seen.rows > len(self._log):
                first = self._window(len(self._log))
                data |= {"fresh": True, "first": first}
                seen.epoch, seen.rows, seen.line, seen.tableau = epoch, first, -1, None
            news = self._log[seen.rows :]
            line = self._piece * 2 + self._busy
            shown = self._beside()
            if not news and line == seen.line and shown is seen.tableau:
                return None
            data |= {"epoch": epoch, "rows": news, "end": len(self._log)}
            data["speaking"] = self._speaking()
            if shown is not seen.tableau:
                data["tableau"] = shown
            seen.rows, seen.line, seen.tableau = len(self._log), line, shown
        return data

    def _speaking(self) -> drawn.Data | None:
        if not self._spoken:
            return None
        story, state = self.session.story, self.session.state
        said = clean(self._spoken)
        data: drawn.Data = {"kind": "character" if self._who else "narration"}
        data["text"] = segments(said[: settled(said)])
        if self._who:
            data |= {"who": self._who, "name": name_of(story, state, self._who)}
            data["mood"] = mood(story, state, self._who)
        return data

    def _beside(self) -> drawn.Data:
        """The tableau, made once for each state of the game."""
        session = self.session
        key = (session.story.language, session.in_memory, self._number)
        made = self._tableau
        if made is None or made[0] is not session.state or made[1] != key:
            state = session.state
            shown = drawn.tableau(session, self.gallery)
            if shown["over"] and (page := closing(session.story, session.events, self.lang)):
                shown["closing"] = drawn.closing_data(page)
            made = self._tableau = (state, key, shown)
        return made[2]

    def set_speed(self, speed: str) -> None:
        """How fast lines appear, from the next reply on; `off` hurries this one, too."""
        if speed in SPEEDS:
            self.speed = speed
            if speed == "off":
                self.hurry()
