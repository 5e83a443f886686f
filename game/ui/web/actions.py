"""The actions of a page: start, play, go back, look, and everything about saves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...state import Phase
from .. import commands
from ..locale import LANGUAGES
from ..why import why
from . import drawn, home, talk
from .desk import MAX_LINE, Action, Refused, Request, words
from .live import LiveGame
from .model_settings import changed
from .pace import SPEEDS

if TYPE_CHECKING:
    from ...session import Session

Data = dict[str, Any]
PATIENCE = 2.0  # seconds a new line waits for the reply before it to end


# --- the start page ------------------------------------------------------------------------------


def _hello(ask: Request) -> Data:
    return {"words": words(ask.lang), **_home(ask)}


def _home(ask: Request) -> Data:
    wired = ask.games.cast_with is not None
    return {"home": home.home(ask.games, ask.owner, ask.lang), "models": wired}


def _new(ask: Request) -> Data:
    """A new game of a story, or of a puzzle of a pack."""
    scenario, puzzle = ask.text("scenario", 60), ask.text("puzzle", 60)
    known = ask.games.app.library.languages(scenario)
    if not known:
        raise Refused(ask.word("notices.no_scenario", id=scenario))
    lang = ask.lang if ask.lang in known else known[0]
    return _opened(ask, ask.games.app.new(scenario, lang, None, puzzle, ask.owner))


def _fields(ask: Request) -> Data:
    return {"fields": talk.shown(ask.games.app, ask.text("character", 60), ask.lang)}


def _talk(ask: Request) -> Data:
    """A free talk with the fields as the page has them."""
    filled = ask.fields.get("fields")
    filled = filled if isinstance(filled, Mapping) else {}
    story = talk.story_of(ask.games.app, ask.text("character", 60), ask.lang, filled)
    who = talk.persona_of(filled, ask.lang)
    return _opened(ask, ask.games.app.begin(story, owner=ask.owner, persona=who))


def _open(ask: Request) -> Data:
    game = ask.game()
    _prefer(ask, game)
    return {"game": game.key}


def _opened(ask: Request, session: Session) -> Data:
    game = ask.games.admit(session, ask.lang, _speed(ask))
    return {"game": game.key}


def _speed(ask: Request) -> str:
    speed = ask.text("speed", 20)
    return speed if speed in SPEEDS else "normal"


def _prefer(ask: Request, game: LiveGame) -> None:
    game.set_speed(_speed(ask))
    if game.lang != ask.lang:
        game.lang = ask.lang
        game.redraw()


# --- playing -------------------------------------------------------------------------------------


def _say(ask: Request) -> Data:
    """A typed line: for the story, or a command."""
    line = ask.text("line", MAX_LINE).strip()
    command = commands.parse(line, ask.lang)
    if command is None or command.name == "say":
        return _line(ask, line if command is None else command.argument)
    return _command(ask, command)


def _line(ask: Request, line: str) -> Data:
    game = ask.game()
    with game.turn:
        _ready(ask, game)
        if game.session.phase is Phase.OVER:
            raise Refused(ask.word("notices.over"))
        if line:
            _counted(ask, game)
            game.begin(game.session.play(line))
    return {}


def _pick(ask: Request) -> Data:
    """A suggested reply, or what was meant, by its id."""
    game, wanted = ask.game(), ask.text("id", 100)
    with game.turn:
        _ready(ask, game)
        if not any(one.id == wanted for one in game.session.options()):
            raise Refused(ask.word("web.not_offered"))
        _counted(ask, game)
        game.begin(game.session.choose(wanted))
    return {}


def _ask(ask: Request) -> Data:
    """One of a puzzle's own questions."""
    game, wanted = ask.game(), ask.text("id", 100)
    with game.turn:
        _ready(ask, game)
        story = game.session.story
        if not any(one.id == wanted for one in (story.puzzle.answers if story.puzzle else ())):
            raise Refused(ask.word("web.not_offered"))
        _counted(ask, game)
        game.begin(game.session.ask(wanted))
    return {}


def _questions(ask: Request) -> Data:
    session = ask.game().session
    return {"questions": drawn.questions(session.story, session.state)}


def _ready(ask: Request, game: LiveGame) -> None:
    """A new line lets the reply before it end at once; a model's may go on too long."""
    game.hurry()
    if not game.settle(PATIENCE):
        raise Refused(ask.word("notices.busy"))


def _counted(ask: Request, game: LiveGame) -> None:
    which = ask.games.limits.take(ask.owner, len(game.session.turn_starts()))
    if which:
        raise Refused(ask.word(f"web.limit.{which}"))


def _stop(ask: Request) -> Data:
    ask.game().stop()
    return {}


def _skip(ask: Request) -> Data:
    ask.game().hurry()
    return {}


def _hint(ask: Request) -> Data:
    game = ask.game()
    with game.turn:
        _ready(ask, game)
        given = len(game.session.state.hints)
        game.begin(game.session.hint())
        game.settle(PATIENCE)
    return {"panel": len(game.session.state.hints) > given}


def _give_up(ask: Request) -> Data:
    game = ask.game()
    with game.turn:
        _ready(ask, game)
        if game.session.story.puzzle is None:
            raise Refused(ask.word("notices.not_a_puzzle"))
        game.begin(game.session.give_up())
    return {}


def _again(ask: Request) -> Data:
    """The last reply once more; or the one that a model failed to give."""
    game = ask.game()
    with game.turn:
        _ready(ask, game)
        owing = game.session.phase is not Phase.PLAYER
        if not owing and not game.session.turn_starts():
            raise Refused(ask.word("notices.nothing_to_retry"))
        over = game.session.phase is Phase.OVER
        game.begin(game.session.resume() if owing and not over else game.session.retry())
    return {}


def _authored(ask: Request) -> Data:
    """The author's line where a model failed."""
    game = ask.game()
    with game.turn:
        _ready(ask, game)
        game.begin(game.session.speak_authored())
    return {}


# --- going back ----------------------------------------------------------------------------------


def _undo(ask: Request) -> Data:
    game = ask.game()
    with game.turn:
        _ready(ask, game)
        if not game.session.undo():
            raise Refused(ask.word("notices.nothing_to_undo"))
        game.redraw()
        said = ask.word("notices.undone", n=game.session.state.turns)
    return {"said": said}


def _redo(ask: Request) -> Data:
    game = ask.game()
    with game.turn:
        _ready(ask, game)
        if not game.session.redo():
            raise Refused(ask.word("notices.nothing_to_redo"))
        game.redraw()
        game.begin(game.session.resume())
        said = ask.word("notices.redone", n=game.session.state.turns)
    return {"said": said}


def _edit(ask: Request) -> Data:
    """Another line in place of an earlier one: a branch, where it is said; the old game stays."""
    line = ask.text("line", MAX_LINE).strip()
    if not line:
        raise Refused(ask.word("notices.need_text", example=ask.word("commands.edit.usage")))
    session = _branched(ask, ask.number("turn"))
    game = ask.games.admit(session, ask.lang, _speed(ask))
    _line(ask.with_fields(game=game.key), line)
    return {"game": game.key, "said": ask.word("notices.edited")}


def _branch(ask: Request) -> Data:
    """A second game that goes its own way from before a line."""
    turn = ask.number("turn")
    said = ask.word("notices.branched_at", n=turn) if turn else ask.word("notices.branched")
    return {**_opened(ask, _branched(ask, turn)), "said": said}


def _branched(ask: Request, turn: int) -> Session:
    """A child save as it stood before the player's line `turn`, or (0) as it stands."""
    game = ask.game()
    with game.turn:
        _ready(ask, game)
        starts = game.session.turn_starts()
        if turn > len(starts):
            raise Refused(ask.word("notices.no_turn", n=turn, now=len(starts)))
        seq = starts[turn - 1] if turn else len(game.session.events)
        return ask.games.app.branch(game.session, seq)


def _rewind(ask: Request) -> Data:
    game, turn = ask.game(), ask.number("turn")
    with game.turn:
        _ready(ask, game)
        count = len(game.session.turn_starts())
        if not 1 <= turn <= count:
            raise Refused(ask.word("notices.no_turn", n=turn, now=count))
        game.session.undo(count - turn + 1)
        game.redraw()
    return {"said": ask.word("notices.rewound", n=turn)}


def _clear(ask: Request) -> Data:
    session = ask.games.app.restart(ask.game().session)
    return {**_opened(ask, session), "said": ask.word("notices.cleared")}


def _finish(ask: Request) -> Data:
    session = ask.games.app.another(ask.game().session)
    return {**_opened(ask, session), "said": ask.word("notices.started")}


def _language(ask: Request) -> Data:
    """The interface and later lines in the request's language; past lines stay."""
    game = ask.game()
    with game.turn:
        _ready(ask, game)
        session, said = game.session, ""
        if session.story.language != ask.lang and session.phase is Phase.PLAYER:
            twin = ask.games.app.translate(session, ask.lang)
            if twin is None:
                said = ask.word("notices.language_missing_twin")
            else:
                if not session.in_memory:
                    store = ask.games.app.store
                    store.put_content(twin.digest, twin.sources, session.save_id, session.owner)
                for _ in session.change_language(twin):
                    pass
        _prefer(ask, game)
    return {"words": words(ask.lang), "said": said}


# --- saves, looking, settings --------------------------------------------------------------------


def _saves(ask: Request) -> Data:
    heads = ask.games.app.saves(ask.owner)
    return {"saves": [home.save(one) for one in heads[: home.MOST_SAVES]]}


def _rename(ask: Request) -> Data:
    name = " ".join(ask.text("name", 100).split())
    ask.games.app.store.rename(ask.text("save", 80), ask.owner, name)
    return {**_saves(ask), "said": ask.word("notices.saved", name=name)}


def _delete(ask: Request) -> Data:
    save = ask.text("save", 80)
    ask.games.app.store.delete(save, ask.owner)
    ask.games.forget(ask.owner, save)
    return _saves(ask)


def _delete_all(ask: Request) -> Data:
    for head in ask.games.app.saves(ask.owner):
        ask.games.forget(ask.owner, head.id)
    ask.games.app.store.delete_owner(ask.owner)
    return _saves(ask)


def _earlier(ask: Request) -> Data:
    first, rows = ask.game().earlier(ask.number("before"))
    return {"first": first, "rows": rows}


def _why(ask: Request) -> Data:
    session = ask.game().session
    return {"lines": why(session.story, session.events, ask.lang)}


def _prefs(ask: Request) -> Data:
    _prefer(ask, ask.game())
    return {}


def _settings(ask: Request) -> Data:
    return {"set": ask.games.settings(ask.owner).shown()}


def _set_settings(ask: Request) -> Data:
    asked = ask.fields.get("settings")
    settings = changed(ask.games.settings(ask.owner), asked if isinstance(asked, Mapping) else {})
    ask.games.set_settings(ask.owner, settings)
    return {"set": settings.shown(), "said": ask.word("web.settings.kept")}


def _clear_settings(ask: Request) -> Data:
    from .model_settings import ModelSettings

    ask.games.set_settings(ask.owner, ModelSettings())
    return {"set": ModelSettings().shown(), "said": ask.word("web.settings.cleared")}


# --- typed commands ------------------------------------------------------------------------------


def _command(ask: Request, command: commands.Command) -> Data:
    """What a typed command does here; what only a page can do is left to it (`do`)."""
    name, argument = command.name, command.argument
    if name == "pick":
        return _pick_number(ask, int(argument))
    if name == "unknown":
        key = "commands.unknown_near" if command.near else "commands.unknown"
        raise Refused(ask.word(key, name=argument, near=command.near))
    if name in ("edit", "rewind", "branch"):
        return _go_back(ask, name, argument)
    if name == "lang":
        wanted = argument.lower() or next(one for one in LANGUAGES if one != ask.lang)
        if wanted not in LANGUAGES:
            raise Refused(ask.word("notices.bad_language"))
        return {"do": "lang", "argument": wanted}
    if name == "speed" and argument.lower() not in SPEEDS:
        raise Refused(ask.word("notices.bad_speed"))
    if name == "save" and argument:
        return _rename(ask.with_fields(save=ask.game().key, name=argument[:100]))
    if name in _TYPED:
        return _TYPED[name](ask)
    return {"do": name, "argument": argument.lower()}


def _pick_number(ask: Request, number: int) -> Data:
    game = ask.game()
    game.hurry()
    game.settle(PATIENCE)
    offered = game.session.options()
    if number > len(offered):
        raise Refused(ask.word("notices.no_option", n=number))
    return _pick(ask.with_fields(id=offered[number - 1].id))


def _go_back(ask: Request, name: str, argument: str) -> Data:
    first, _, rest = argument.partition(" ")
    count = len(ask.game().session.turn_starts())
    if name == "edit" and not first.isdecimal():
        first, rest = str(count), argument
    if name == "rewind" and not first.isdecimal():
        raise Refused(ask.word("notices.need_number", example=ask.word("commands.rewind.usage")))
    turn = int(first) if first.isdecimal() and len(first) < 6 else 0
    if name == "edit" and not rest.strip():
        return {"do": "edit", "argument": str(turn)}
    return {"edit": _edit, "rewind": _rewind, "branch": _branch}[name](
        ask.with_fields(turn=turn, line=rest)
    )


_TYPED: Mapping[str, Action] = {
    "undo": _undo, "redo": _redo, "retry": _again, "hint": _hint, "giveup": _give_up,
    "finish": _finish, "clear": _clear,
}  # fmt: skip

ACTIONS: Mapping[str, Action] = {
    "hello": _hello, "home": _home, "new": _new, "fields": _fields, "talk": _talk, "open": _open,
    "say": _say, "pick": _pick, "ask": _ask, "questions": _questions, "stop": _stop, "skip": _skip,
    "hint": _hint, "giveup": _give_up, "again": _again, "authored": _authored,
    "undo": _undo, "redo": _redo, "edit": _edit, "branch": _branch, "rewind": _rewind,
    "clear": _clear, "finish": _finish, "language": _language,
    "saves": _saves, "rename": _rename, "delete": _delete, "delete_all": _delete_all,
    "earlier": _earlier, "why": _why, "prefs": _prefs,
    "settings": _settings, "set_settings": _set_settings, "clear_settings": _clear_settings,
}  # fmt: skip

