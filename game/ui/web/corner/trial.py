"""A draft is tried: a game of what its author has typed, which goes on as they write on.

Such a game is kept in memory only. It goes on with a newer text at the point where it is, as
`play FILE --watch` does; where it can't, it stays with the version before and says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from ....authoring.drafts import Draft
from ....events import BeatHappened
from ....loader import TALK
from ....story import Scenario, Variable
from ...turns import turn_why
from ...view import clean
from ...watching import Watch
from ..asked.request import Data, Refused, Request, begins, prefer, ready, speed
from .job import load

if TYPE_CHECKING:
    from ....story import Story
    from .corner import Corner

LARGEST = 10**9


def begun(ask: Request, corner: Corner, draft: Draft, language: str) -> Data:
    """A new game of a draft, from its start or from a scene of it; raises ContentError."""
    story = _placed(ask, load(draft, language, ask.text("puzzle", 60)))
    begins(ask)
    session = ask.app.begin(story, owner=ask.owner, keep=False)
    game = ask.games.admit(session, ask.lang, speed(ask))
    corner.tries(ask.owner, game)
    return {"game": game.key, "here": here(ask.with_fields(game=game.key))}


def _placed(ask: Request, story: Story) -> Story:
    """The story as it begins in the scene, and with the values, that were asked for.

    Elsewhere than at its start its opening is not told.
    """
    scene, scenario = ask.text("scene", 80), story.scenario
    if not isinstance(scenario, Scenario):
        return story
    there: Data = {"state": {**scenario.state, **_values(ask, story)}}
    if scene and scene != scenario.start:
        if scene not in scenario.scenes:
            raise Refused(ask.word("watching.no_scene", scene=scene))
        there |= {"start": scene, "opening": ""}
    return replace(story, scenario=scenario.model_copy(update=there))


def _values(ask: Request, story: Story) -> dict[str, Variable]:
    """Variables that begin with other values, as an author would write them in the file."""
    asked = ask.fields.get("state")
    found: dict[str, Variable] = {}
    for name, value in asked.items() if isinstance(asked, Mapping) else ():
        variable = story.variables.get(name)
        if variable is not None:  # else the text has changed since
            try:
                found[name] = _begins(variable, value)
            except ValueError:  # pydantic's errors are such, too
                said = ask.word(
                    "web.corner.bad_value", name=clean(name), value=clean(str(value)[:40])
                )
                raise Refused(said) from None
    return found


def _begins(variable: Variable, value: object) -> Variable:
    if not isinstance(value, str) or len(value) > 200:
        raise ValueError
    made = Variable.model_validate({**variable.model_dump(), "start": value})
    start = made.initial
    if type(start) is int:
        start = variable.clamped(max(-LARGEST, min(LARGEST, start)))
    elif variable.values and start not in variable.values:
        raise ValueError
    return made.model_copy(update={"start": start})


def gone_on(ask: Request, draft: Draft) -> Data:
    """The game goes on with the draft as it is now; `stays` says why it could not."""
    game = ask.game()
    with game.turn:
        ready(ask, game)
        prefer(ask, game)
        session = game.session
        if session.story.id != draft.name.subject:
            raise Refused(ask.word("web.bad_request"))
        report = Watch(draft, session.story, lambda: ask.lang).look(session)
        if report is None:
            return {"game": game.key, "stays": []}
        if report.story is None:
            return {"game": game.key, "stays": report.problems}
        if not session.in_memory:
            ask.app.keep_content(session, report.story)
        game.begin(session.change_content(report.story))
    return {"game": game.key, "changes": report.changes}


def why(ask: Request) -> Data:
    """What the author wants to know of one turn."""
    session = ask.game().session
    found = turn_why(session.story, list(session.events), ask.number("turn"), ask.lang)
    if found is None:
        raise Refused(ask.word("why.none"))
    return {
        "read": list(found.read),
        "possible": [[one.id, one.label, one.taken] for one in found.possible],
        "changes": list(found.changes),
        "lore": list(found.lore),
        "beats": not session.story.puzzle and not session.story.id.startswith(TALK),
    }


def here(ask: Request) -> list[str]:
    """Where a game is, as its map names it: the scene, and the beat that came last."""
    if not ask.text("game", 80):
        return []
    session = ask.game().session
    beats = (one.beat for one in reversed(session.live()) if isinstance(one, BeatHappened))
    return [f"scene {session.state.scene}", *(f"beat {one}" for one in islice(beats, 1))]
