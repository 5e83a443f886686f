"""Playing: a line, a pick, a question, a hint; stopping, and trying again."""

from __future__ import annotations

from ....state import Phase
from .. import drawn
from .request import PATIENCE, Data, Refused, Request, counted, ready


def line(ask: Request, said: str) -> Data:
    """A line of the player's own."""
    game = ask.game()
    with game.turn:
        ready(ask, game)
        if game.session.phase is Phase.OVER:
            raise Refused(ask.word("notices.over"))
        if said:
            counted(ask, game)
            game.begin(game.session.play(said))
    return {}


def pick(ask: Request) -> Data:
    """A suggested reply, or what was meant, by its id."""
    game, wanted = ask.game(), ask.text("id", 100)
    with game.turn:
        ready(ask, game)
        if not any(one.id == wanted for one in game.session.options()):
            raise Refused(ask.word("web.not_offered"))
        counted(ask, game)
        game.begin(game.session.choose(wanted))
    return {}


def ask_question(ask: Request) -> Data:
    """One of a puzzle's own questions."""
    game, wanted = ask.game(), ask.text("id", 100)
    with game.turn:
        ready(ask, game)
        story = game.session.story
        if not any(one.id == wanted for one in (story.puzzle.answers if story.puzzle else ())):
            raise Refused(ask.word("web.not_offered"))
        counted(ask, game)
        game.begin(game.session.ask(wanted))
    return {}


def questions(ask: Request) -> Data:
    """What who is stuck at a puzzle could ask."""
    session = ask.game().session
    return {"questions": drawn.questions(session.story, session.state)}


def stop(ask: Request) -> Data:
    """Ends the reply being spoken."""
    ask.game().stop()
    return {}


def skip(ask: Request) -> Data:
    """Shows the rest of the reply at once."""
    ask.game().hurry()
    return {}


def hint(ask: Request) -> Data:
    """A hint, if there is one."""
    game = ask.game()
    with game.turn:
        ready(ask, game)
        given = len(game.session.state.hints)
        game.begin(game.session.hint())
        game.settle(PATIENCE)
    return {"panel": len(game.session.state.hints) > given}


def give_up(ask: Request) -> Data:
    """A puzzle's solution."""
    game = ask.game()
    with game.turn:
        ready(ask, game)
        if game.session.story.puzzle is None:
            raise Refused(ask.word("notices.not_a_puzzle"))
        counted(ask, game)  # a model may tell the ending
        game.begin(game.session.give_up())
    return {}


def again(ask: Request) -> Data:
    """The last reply once more; or the one that a model failed to give."""
    game = ask.game()
    with game.turn:
        ready(ask, game)
        owing = game.session.phase is not Phase.PLAYER
        if not owing and not game.session.turn_starts():
            raise Refused(ask.word("notices.nothing_to_retry"))
        if owing and game.session.phase is not Phase.OVER:
            game.begin(game.session.resume())
        else:
            counted(ask, game)  # a model is asked once more
            game.begin(game.session.retry())
    return {}


def authored(ask: Request) -> Data:
    """The author's line where a model failed."""
    game = ask.game()
    with game.turn:
        ready(ask, game)
        game.begin(game.session.speak_authored())
    return {}
