"""What the terminal game puts out: drawn for a person, or one JSON object a line for a program.

Both take the same things: what a session streams, rows to tell again, options, and notices.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TextIO

from ..events import ActorSpoke, Delta, Ended, Event, Narrated, Notice, encode
from ..session import Session
from ..state import GameState
from . import view
from .cli_screen import Screen
from .closing import Closing, closing
from .export import closing_rows
from .flow import Flow
from .problems import notice_text
from .segments import segments, settled

NARRATION, ACTION = "dim", "dim italic"


class Output(Protocol):
    """Where a game is shown."""

    def begin(self, session: Session) -> None: ...
    def title(self, session: Session) -> None: ...
    def show(self, session: Session, before: GameState, item: Event | Delta | Notice) -> None: ...
    def speaking(self) -> bool: ...
    def rows(self, rows: Sequence[view.Row]) -> None: ...
    def options(self, shown: Sequence[str]) -> None: ...
    def notice(self, name: str, text: str, **data: Any) -> None: ...
    def table(self, name: str, heading: str, rows: Sequence[tuple[str, str]]) -> None: ...


class JsonLines:
    """Stored events as they are stored; everything else that is said as {"type": "notice"}."""

    def __init__(self, stream: TextIO, screen: Screen) -> None:
        self._stream, self._screen = stream, screen  # the screen knows the interface's language

    def begin(self, session: Session) -> None:
        if len(session.events) == 1:  # the event a new game is created with was never streamed
            self._line(encode(session.events[0]))

    def title(self, session: Session) -> None:
        """GameStarted says it all."""

    def show(self, session: Session, before: GameState, item: Event | Delta | Notice) -> None:
        if isinstance(item, Notice):
            self.notice(item.code, notice_text(self._screen.lang, item), **item.data)
        elif not isinstance(item, Delta):
            self._line(encode(item))

    def speaking(self) -> bool:
        return False

    def rows(self, rows: Sequence[view.Row]) -> None:
        self.notice("recap", "\n".join(row.text for row in rows))

    def options(self, shown: Sequence[str]) -> None:
        """Options are asked for with /options; unasked they would be no output of a command."""

    def notice(self, name: str, text: str, **data: Any) -> None:
        self._line({"type": "notice", "name": name, "text": text, **data})

    def table(self, name: str, heading: str, rows: Sequence[tuple[str, str]]) -> None:
        text = "\n".join(f"{left}  {right}".rstrip() for left, right in rows)
        self.notice(name, text, heading=heading, rows=[list(row) for row in rows])

    def _line(self, data: dict[str, Any]) -> None:
        self._stream.write(json.dumps(data, ensure_ascii=False) + "\n")
        self._stream.flush()


class _Line:
    """A line being spoken or told: pieces come in, settled parts go out in their style."""

    def __init__(self, flow: Flow, who: str, narrated: bool) -> None:
        self.who, self.text = who, ""
        self._flow, self._narrated, self._shown = flow, narrated, 0

    def more(self, piece: str, last: bool = False) -> None:
        self.text += view.clean(piece) if piece else ""
        stable = len(self.text) if last else settled(self.text)
        if self._narrated:
            self._feed([("narration", self.text)])
        else:
            self._feed(segments(self.text[:stable]))
        if last:
            self._flow.close()

    def _feed(self, parts: Sequence[tuple[str, str]]) -> None:
        at = 0
        for style, part in parts:
            fresh = part[max(0, self._shown - at) :]
            at += len(part)
            drawn = NARRATION if style == "narration" else ACTION if style == "action" else ""
            self._flow.feed(fresh, drawn)
        self._shown = max(self._shown, at)


class Drawn:
    """The game drawn on a screen; `met` tells which endings a player has seen in other games."""

    def __init__(
        self, screen: Screen, met: Callable[[Session], Iterable[str]] = lambda session: ()
    ) -> None:
        self.screen, self._met = screen, met
        self._open: _Line | None = None

    def begin(self, session: Session) -> None:
        story, state = session.story, session.state
        names = [(who, view.name_of(story, state, who)) for who in story.cast]
        self.screen.cast([*names, ("", view.clean(state.player_name))])

    def title(self, session: Session) -> None:
        """What is played, and whom the player plays."""
        story, state, screen = session.story, session.state, self.screen
        screen.blank()
        screen.out(f"  {story.scenario.title}", "bold")
        if story.puzzle is None and not story.id.startswith("talk:"):
            role = screen.word("prompt.role", name=view.clean(state.player_name))
            info = view.rendered(story, state, state.player_info)
            space = "" if screen.lang == "zh" else " "
            screen.paragraph(f"{role}{space}{info}", "bright_black")

    def show(self, session: Session, before: GameState, item: Event | Delta | Notice) -> None:
        if isinstance(item, Delta):
            if before.to_speak:  # an ending's text is told on its closing page
                self._piece(session, item)
            return
        streamed = self._close(item)
        if isinstance(item, Notice):
            self.screen.warn(notice_text(self.screen.lang, item))
        elif isinstance(item, Ended):
            met = self._met(session)
            page = closing(session.story, session.events, self.screen.lang, met)
            if page:
                self._closing(page)
        else:
            for row in view.rows(session.story, before, session.state, item, self.screen.lang):
                if not (streamed and row.kind in ("character", "aside", "narration")):
                    self._row(row, typed=True)

    def speaking(self) -> bool:
        return self._open is not None

    def rows(self, rows: Sequence[view.Row]) -> None:
        for row in rows:
            self._row(row, typed=False)

    def options(self, shown: Sequence[str]) -> None:
        self.screen.options(shown)

    def notice(self, name: str, text: str, **data: Any) -> None:
        if name == "error":
            self.screen.warn(text)
        else:
            self.screen.notice(text)

    def table(self, name: str, heading: str, rows: Sequence[tuple[str, str]]) -> None:
        self.screen.table(heading, rows)

    # --- lines as they are spoken ----------------------------------------------------------------

    def _piece(self, session: Session, delta: Delta) -> None:
        if self._open and self._open.who != delta.who:
            self._close(None)
        if self._open is None:
            name = view.name_of(session.story, session.state, delta.who) if delta.who else ""
            self._open = self._begin_line(delta.who, name, typed=True)
        self._open.more(delta.text)

    def _begin_line(self, who: str, name: str, typed: bool) -> _Line:
        screen = self.screen
        if name:
            screen.name(who, name)
            return _Line(screen.flowing(screen.column, typed), who, narrated=False)
        screen.blank()
        screen.out("  ", end="")
        return _Line(screen.flowing(2, typed), who, narrated=True)

    def _close(self, item: Event | Notice | None) -> bool:
        """Ends the line being spoken; whether it was this event's."""
        line, self._open = self._open, None
        if line is None:
            return False
        spoken = isinstance(item, (ActorSpoke, Narrated))
        if isinstance(item, (ActorSpoke, Narrated)):
            whole = view.clean(item.text)
            line.more(whole[len(line.text) :] if whole.startswith(line.text) else "")
        line.more("", last=True)
        self.screen.out()
        return spoken

    def _row(self, row: view.Row, typed: bool) -> None:
        if row.kind == "scene":
            if row.text:
                self.screen.heading(row.text)
        elif row.kind in ("character", "aside", "narration", "player", "ask"):
            line = self._begin_line(row.who, row.name, typed and row.kind != "player")
            line.more(row.text)
            line.more("", last=True)
            self.screen.out()
        elif row.kind == "ending":
            self.screen.heading(str(row.data["title"]))
            self.screen.paragraph(row.text)
        else:
            self.screen.note(row.kind, row.text)

    def _closing(self, page: Closing) -> None:
        screen = self.screen
        screen.heading(page.heading)
        screen.paragraph(page.text, typed=True)
        turns = screen.word("endings.turns", n=page.turns)
        screen.table(f"{page.kind}  {turns}", closing_rows(page, screen.lang))
        if page.result:
            screen.blank()
            screen.out("  " + screen.word("endings.copy"), "bright_black")
            screen.out("  " + page.result, "bold")
        screen.blank()
