"""What a page is sent: rows, the stage and the closing page as plain data.

Text travels as data and is put on the page as text nodes, so that nothing a player, a card or a
model says can ever be markup.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from ... import stage
from ...errors import ContentError
from ...state import GameState, Phase
from ..closing import Closing
from ..panel import Panel, panel
from ..segments import segments
from ..view import Row, clean, mood, name_of

if TYPE_CHECKING:
    from ...session import Session
    from ...story import Story
    from .art import Gallery

Data = dict[str, Any]

_SPOKEN = frozenset({"character", "aside", "ask", "player", "narration", "ending"})
_KEPT = ("turn", "chosen", "answer", "answer_text", "question", "success", "title", "scene")


def row(drawn: Row) -> Data:
    """A row as data."""
    spoken = drawn.kind in _SPOKEN
    text = segments(drawn.text) if spoken else [("speech", drawn.text)]
    data: Data = {"kind": drawn.kind, "text": text}
    if drawn.name:
        data["name"] = drawn.name
    if drawn.who:
        data["who"], data["mood"] = drawn.who, drawn.mood
    if drawn.data.get("cut"):
        data["cut"] = True
    data.update({key: drawn.data[key] for key in _KEPT if key in drawn.data})
    if drawn.kind == "ending":
        data["ending"] = drawn.data.get("kind", "")
    return data


def hue(name: str) -> int:
    """A colour of its own for whoever has no portrait: an angle that never changes."""
    return zlib.crc32(name.encode()) % 360


def person(story: Story, state: GameState, who: str, gallery: Gallery) -> Data:
    """Someone on stage: name, mood, and a portrait if there is one."""
    character = story.cast[who]
    feeling = mood(story, state, who)
    portrait = character.portrait
    file = {"warm": portrait.warm, "cold": portrait.cold}.get(feeling) or portrait.calm
    return {
        "who": who,
        "name": name_of(story, state, who),
        "mood": feeling,
        "portrait": gallery.address(file),
        "hue": hue(who),
    }


def tableau(session: Session, gallery: Gallery) -> Data:
    """Everything beside the log: who is present, what can be picked, the panel."""
    story, state = session.story, session.state
    return {
        "story": clean(story.scenario.title),
        "scenario": story.id,
        "title": clean(story.puzzle.title if story.puzzle else story.scenario.title),
        "scene": _scene_title(story, state),
        "background": gallery.address(_background(story, state)),
        "hue": hue(state.scene or story.id),
        "present": _present(story, state, gallery),
        "options": [[one.id, clean(one.text)] for one in session.options()],
        "asked": bool(state.asked),
        "over": state.phase is Phase.OVER,
        "turns": state.turns,
        "lines": len(session.turn_starts()),
        "language": story.language,
        "panel": panel_data(panel(story, state)),
        "puzzle": bool(story.puzzle),
        "goals": bool(getattr(story.scenario, "goals", ())),
        "talk": story.id.startswith("talk:"),
        "kept": not session.in_memory,
    }


def _present(story: Story, state: GameState, gallery: Gallery) -> list[Data]:
    try:
        return [person(story, state, who, gallery) for who in stage.present(story, state)]
    except ContentError:  # a fault in an author's condition is told where it is played
        return []


def _scene_title(story: Story, state: GameState) -> str:
    return "" if story.puzzle else clean(stage.scene_of(story, state).title)


def _background(story: Story, state: GameState) -> str:
    scene = stage.scene_of(story, state)
    return scene.background or getattr(story.scenario, "background", "")


def panel_data(shown: Panel) -> Data:
    """The panel as data."""
    return {
        "goals": [[one.text, one.done] for one in shown.goals],
        "meters": [[one.label, one.value, one.least, one.most] for one in shown.meters],
        "items": list(shown.items),
        "hints": list(shown.hints),
        "facts": list(shown.facts),
        "facts_in_all": shown.facts_in_all,
        "lore": list(shown.lore),
        "surface": shown.surface,
    }


def closing_data(page: Closing) -> Data:
    """The closing page as data."""
    return {
        "heading": page.heading,
        "kind": page.kind,
        "text": segments(page.text),
        "turns": page.turns,
        "reached": list(page.reached),
        "missed": list(page.missed),
        "facts": list(page.facts),
        "items": list(page.items),
        "fork": page.fork,
        "fork_turn": page.fork_turn,
        "found": page.found,
        "endings": page.endings,
        "new": page.new,
        "result": page.result,
    }


def questions(story: Story, state: GameState) -> list[list[str]]:
    """A few authored questions for who is stuck at a puzzle."""
    if story.puzzle is None or state.phase is not Phase.PLAYER:
        return []
    return [[one.id, clean(one.text)] for one in stage.puzzle_options(story, state)]
