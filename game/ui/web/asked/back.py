"""Going back, branching off, beginning again, and changing the language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....state import Phase
from ..words import words
from .play import line
from .request import MAX_LINE, Data, Refused, Request, begins, kept, opened, prefer, ready, speed

if TYPE_CHECKING:
    from ....session import Session


def undo(ask: Request) -> Data:
    """Takes the last turn back."""
    game = ask.game()
    with game.turn:
        ready(ask, game)
        if not game.session.undo():
            raise Refused(ask.word("notices.nothing_to_undo"))
        game.redraw()
        said = ask.word("notices.undone", n=game.session.state.turns)
    return {"said": said}


def redo(ask: Request) -> Data:
    """Brings back what was taken back."""
    game = ask.game()
    with game.turn:
        ready(ask, game)
        if not game.session.redo():
            raise Refused(ask.word("notices.nothing_to_redo"))
        game.redraw()
        game.begin(game.session.resume())
        said = ask.word("notices.redone", n=game.session.state.turns)
    return {"said": said}


def edit(ask: Request) -> Data:
    """Another line in place of an earlier one: a branch, where it is said; the old game stays."""
    said = ask.text("line", MAX_LINE).strip()
    if not said:
        raise Refused(ask.word("notices.need_text", example=ask.word("commands.edit.usage")))
    kept(ask)  # the line itself is counted below
    session = _branched(ask, ask.number("turn"))
    game = ask.games.admit(session, ask.lang, speed(ask))
    line(ask.with_fields(game=game.key), said)
    return {"game": game.key, "said": ask.word("notices.edited")}


def branch(ask: Request) -> Data:
    """A second game that goes its own way from before a line."""
    turn = ask.number("turn")
    said = ask.word("notices.branched_at", n=turn) if turn else ask.word("notices.branched")
    begins(ask)
    return {**opened(ask, _branched(ask, turn)), "said": said}


def _branched(ask: Request, turn: int) -> Session:
    """A child save as it stood before the player's line `turn`, or (0) as it stands."""
    game = ask.game()
    with game.turn:
        ready(ask, game)
        starts = game.session.turn_starts()
        if turn > len(starts):
            raise Refused(ask.word("notices.no_turn", n=turn, now=len(starts)))
        seq = starts[turn - 1] if turn else len(game.session.events)
        return ask.app.branch(game.session, seq)


def rewind(ask: Request) -> Data:
    """Back to before a line, in the same save."""
    game, turn = ask.game(), ask.number("turn")
    with game.turn:
        ready(ask, game)
        count = len(game.session.turn_starts())
        if not 1 <= turn <= count:
            raise Refused(ask.word("notices.no_turn", n=turn, now=count))
        game.session.undo(count - turn + 1)
        game.redraw()
    return {"said": ask.word("notices.rewound", n=turn)}


def clear(ask: Request) -> Data:
    """The story from its start, in a new save."""
    game = ask.game()
    begins(ask)
    session = ask.app.restart(game.session)
    return {**opened(ask, session), "said": ask.word("notices.cleared")}


def finish(ask: Request) -> Data:
    """Another game: the next puzzle of a pack, or the story again."""
    game = ask.game()
    begins(ask)
    session = ask.app.another(game.session)
    return {**opened(ask, session), "said": ask.word("notices.started")}


def language(ask: Request) -> Data:
    """The interface and later lines in the request's language; past lines stay."""
    game = ask.game()
    with game.turn:
        ready(ask, game)
        session, said = game.session, ""
        if session.story.language != ask.lang and session.phase is Phase.PLAYER:
            twin = ask.app.translate(session, ask.lang)
            if twin is None:
                said = ask.word("notices.language_missing_twin")
            else:
                for _ in session.change_language(twin):
                    pass
        prefer(ask, game)
    return {"words": words(ask.lang), "said": said}
