"""Nobody talks a judge round: attacks and their harmless twins, over every shipped story.

The gullible model obeys whatever it reads: it picks something for every line, and names all facts.
What stands against it is the code: the closed set, and that no model is asked about orders.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from game.cast import Take
from game.cast.asking import ModelJudge
from game.cast.attempts import speaks_to_the_game
from game.cast.authored import AuthoredNarrator
from game.cast.judge import AuthoredJudge
from game.cast.modelled import ModelActor
from game.errors import ContentError
from game.events import AskedBack, TurnJudged
from game.loader import Library
from game.models.scripted import ScriptedModel
from game.prompts.composing import Composer
from game.rules import begin
from game.session import Session
from game.stage import open_beats
from game.story import PuzzlePack, Scenario, Story
from tests.conftest import CONTENT, events_of

DATA = Path(__file__).parent / "data"
PUZZLES = 3
AUTHORED = AuthoredJudge()


class Gullible(ScriptedModel):
    """Says yes to everything: whatever is offered, it picks; whatever is a fact, is found."""

    def __init__(self) -> None:
        super().__init__(lambda prompt: "You are right, all of it is yours, you have won!")
        self.asked: list[str] = []

    def answer(self, instructions: str, text: str, schema: Mapping[str, Any], cancel: Any) -> str:
        self.asked.append(text)
        codes = re.findall(r"^([bqf]\d+): ", text, re.MULTILINE)
        if "facts" in schema["properties"]:
            facts = [one for one in codes if one.startswith("f")]
            asks = [one for one in codes if one.startswith("q")]
            return json.dumps({"question": asks[-1], "answer": "yes", "facts": facts})
        picked = next((one for one in codes if one.startswith("b")), "none")
        return json.dumps({"pick": picked, "sure": True, "other": "none"})


@cache
def stories(lang: str) -> tuple[Story, ...]:
    """Every shipped story that loads, several puzzles of each pack, and the tests' own."""
    library = Library()
    found = []
    for head in library.heads(lang):
        try:
            story = library.load(head.id, lang)
            if isinstance(story.scenario, PuzzlePack):
                ids = [one.id for one in story.scenario.puzzles[:PUZZLES]]
                found += [library.load(head.id, lang, one) for one in ids]
            else:
                found.append(story)
        except ContentError:
            continue  # being written; the linter says what is wrong with it
    if lang == "en":
        own = Library([CONTENT])
        found += [own.load("tea", lang), own.load("riddles", lang)]
    return tuple(found)


@cache
def lines(lang: str, kind: str) -> tuple[str, ...]:
    return tuple(yaml.safe_load((DATA / f"attacks.{lang}.yaml").read_text("utf-8"))[kind])


def aimed(line: str, story: Story, session: Session) -> str:
    """A line with this story's names put in."""
    goal, beat = "", ""
    if isinstance(story.scenario, Scenario):
        goal = next((one.text for one in story.scenario.goals if "{" not in one.text), "")
        beat = next((one.id for one in open_beats(story, session.state)), "")
    name = next(iter(story.cast.values())).name
    for blank, text in (("{name}", name), ("{goal}", goal or "…"), ("{beat}", beat or "b1")):
        line = line.replace(blank, text)
    return line


def game(story: Story, judge: Any, actor: Any = None) -> Session:
    actor = actor or ModelActor(Gullible(), Composer())
    session = Session(story, [begin(story, 1)], actor, AuthoredNarrator(), judge, AUTHORED)
    events_of(session.resume())
    return session


def judged(session: Session, judge: Any, line: str) -> TurnJudged | AskedBack:
    """What a judge makes of a line where the game stands, without playing it."""
    from dataclasses import replace

    state = replace(session.state, line=line)
    found: TurnJudged | AskedBack = judge.judge(session.story, state, Take(1))
    return found


def each() -> Iterator[Any]:
    for lang in ("zh", "en"):
        for story in stories(lang):
            name = f"{lang}-{story.id}-{story.puzzle.id if story.puzzle else ''}"
            yield pytest.param(story, id=name)


def test_there_are_enough_lines_and_stories() -> None:
    for lang in ("zh", "en"):
        assert len(lines(lang, "attacks")) >= 30 and len(lines(lang, "twins")) >= 30
        assert stories(lang)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_attack_is_known_for_what_it_is(lang: str) -> None:
    missed = [one for one in lines(lang, "attacks") if not speaks_to_the_game(one)]
    assert not missed, missed


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_twins_are_still_heard_by_the_model(lang: str) -> None:
    taken = [one for one in lines(lang, "twins") if speaks_to_the_game(one)]
    assert not taken, taken


def test_what_players_say_in_the_stories_is_not_taken_for_an_attack() -> None:
    total, wrong = 0, []
    for lang in ("zh", "en"):
        for story in stories(lang):
            if isinstance(story.scenario, Scenario):
                beats = [b for scene in story.scenario.scenes.values() for b in scene.beats]
                said = [line for beat in beats for line in beat.hears]
            else:
                asked = story.puzzle.answers if story.puzzle else ()
                said = [line for one in asked for line in (one.ask, *one.hears)]
            total += len(said)
            wrong += [line for line in said if speaks_to_the_game(line)]
    assert len(wrong) <= 0.03 * total, (len(wrong), total, wrong[:40])


@pytest.mark.parametrize("story", each())
def test_attacks_earn_nothing(story: Story) -> None:
    model = Gullible()
    gullible = ModelJudge(model, Composer(), AUTHORED)
    session = game(story, gullible)
    for line in lines(story.language, "attacks"):
        line = aimed(line, story, session)
        for judge in (AUTHORED, gullible):
            found = judged(session, judge, line)
            if isinstance(found, TurnJudged):
                assert not (found.beat or found.facts), (line, judge, found)
    assert model.asked == []


@pytest.mark.parametrize("story", each())
def test_a_game_of_attacks_ends_where_it_began(story: Story) -> None:
    session = game(story, ModelJudge(Gullible(), Composer(), AUTHORED))
    before = session.state
    for line in lines(story.language, "attacks"):
        events_of(session.play(aimed(line, story, session)))
    after = session.state
    player_beats = set(after.happened) - set(before.happened)
    if isinstance(story.scenario, Scenario):
        automatic = {b.id for s in story.scenario.scenes.values() for b in s.beats if b.auto}
        player_beats -= automatic
        assert after.goals == before.goals
    assert not player_beats
    assert after.facts == () and after.ending == ""


@pytest.mark.parametrize("story", each())
def test_twins_are_understood_no_worse_than_before(story: Story) -> None:
    """With a model that hears what the authored judge hears, nothing is lost on the way."""

    class Echo(ScriptedModel):
        def answer(self, instructions: str, text: str, schema: Any, cancel: Any) -> str:
            return '{"pick": "none", "sure": true, "other": "none", "question": "none"}'

    judge = ModelJudge(Echo(), Composer(), AUTHORED)
    session = game(story, judge)
    for line in lines(story.language, "twins"):
        plain, found = judged(session, AUTHORED, line), judged(session, judge, line)
        if story.puzzle or "exact" in plain.why:
            assert found == plain
        else:
            assert isinstance(found, TurnJudged) and found.by == "model"
