"""What a page can ask for, by name: one short function each, found in ACTIONS."""

from __future__ import annotations

from collections.abc import Mapping

from . import back, keep, mind, own, play, shelf, typed
from .request import Action

ACTIONS: Mapping[str, Action] = {
    "hello": shelf.hello,
    "home": shelf.home,
    "new": shelf.new,
    "fields": shelf.fields,
    "talk": shelf.talk,
    "pick": play.pick,
    "questions": play.questions,
    "stop": play.stop,
    "skip": play.skip,
    "hint": play.hint,
    "again": play.again,
    "authored": play.authored,
    "undo": back.undo,
    "redo": back.redo,
    "edit": back.edit,
    "branch": back.branch,
    "rewind": back.rewind,
    "clear": back.clear,
    "finish": back.finish,
    "language": back.language,
    "saves": keep.saves,
    "rename": keep.rename,
    "delete": keep.delete,
    "delete_all": keep.delete_all,
    "earlier": keep.earlier,
    "why": keep.why,
    "pin": mind.pin,
    "unpin": mind.unpin,
    "prefs": keep.prefs,
    "settings": keep.settings,
    "set_settings": keep.set_settings,
    "clear_settings": keep.clear_settings,
    "say": typed.say,
    "open": shelf.open_game,
    "ask": play.ask_question,
    "giveup": play.give_up,
    "forms": own.forms,
    "remove": own.remove,
}
