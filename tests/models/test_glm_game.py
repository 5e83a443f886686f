"""A whole game with a local model: it learned a story's lines, speaks them and judges by them.

What is to be learned is recorded first, by playing the story with a scripted model: so the model
is asked in the game for exactly what it was taught, however prompts are put together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import torch
from tiny_glm import CONFIG, make_tokenizer, random_weights, save_checkpoint, train

from game.cast.authored import AuthoredNarrator
from game.cast.guarded import Manner
from game.cast.judge import AuthoredJudge
from game.cast.likelihood import LikelihoodJudge
from game.cast.modelled import ModelActor
from game.events import ActorSpoke, BeatHappened, Event, TurnJudged
from game.loader import Library
from game.models.base import ChatModel, Sampling
from game.models.glm.model import load_glm
from game.models.scripted import ScriptedModel
from game.prompts import Prompt
from game.prompts.composing import Composer
from game.rules import begin
from game.session import Session
from game.story import Story

torch.set_num_threads(1)
pytestmark = pytest.mark.xdist_group("taught")

CHARACTER = """
name: 兰三娘
identity: 边城客栈的老板娘
asides: [（她只当没听见。）]
"""
SCENARIO = """
title: 雨夜客栈
player: {name: 沈舟, info: 路过的镖师}
cast: [lan]
state: {helped: {type: bool}}
start: hall
scenes:
  hall:
    present: [lan]
    beats:
      - id: help
        hears: [我来帮你搬酒]
        label: 帮她搬酒
        effects: {helped: true}
        direction: 她递来钥匙。
        says: 拿着吧。
      - id: room
        hears: [请问还有空房吗]
        label: 问空房
        direction: 她说只剩一间。
        says: 只剩一间。
endings: [{id: done, when: turns >= 9, text: 完。}]
"""
# What the player types (in words that no author wrote), what it is, and what is answered.
TURNS = [
    ("那几坛子瞧着沉，交给我就是", "帮她搬酒", "嘴上说不用，手里却递来钥匙。"),
    ("外头雨大，今晚能歇在这儿么", "问空房", "楼上还有一间，先说好不赊账。"),
]


@dataclass
class Recorder:
    """Plays both parts as they are to be learned, and notes what was asked and answered."""

    spoken: list[tuple[Prompt, str]] = field(default_factory=list)
    judged: list[tuple[Prompt, str, str]] = field(default_factory=list)
    model: ScriptedModel = field(init=False)

    def __post_init__(self) -> None:
        self.model = ScriptedModel(self._line, scores=self._scores)

    def _turn(self, prompt: Prompt) -> tuple[str, str, str] | None:
        last = [one.text for one in prompt.messages if one.role == "player"][-1]
        return next((turn for turn in TURNS if turn[0] == last), None)

    def _line(self, prompt: Prompt) -> str:
        turn = self._turn(prompt)
        assert turn is not None
        self.spoken.append((prompt, turn[2]))
        return turn[2]

    def _scores(self, prompt: Prompt, question: str, options: Sequence[str]) -> list[float]:
        turn = self._turn(prompt)
        if turn is None:  # the line that says nothing: every answer is as likely
            self.judged += [(prompt, question, option) for option in options]
            return [-1.0 for _ in options]
        self.judged.append((prompt, question, turn[1]))
        return [-0.1 if option == turn[1] else -9.0 for option in options]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    root = tmp_path_factory.mktemp("content")
    for path, text in (("characters/lan", CHARACTER), ("scenarios/inn", SCENARIO)):
        (root / path).parent.mkdir(exist_ok=True)
        (root / f"{path}.zh.yaml").write_text(text, encoding="utf-8")
    return Library([root]).load("inn", "zh")


def _game(story: Story, model: ChatModel) -> Session:
    composer, authored = Composer(), AuthoredJudge()
    actor = ModelActor(model, composer, Manner(Sampling(temperature=0, max_tokens=60)))
    judge = LikelihoodJudge(model, composer, authored)
    game = Session(story, [begin(story, 1)], actor, AuthoredNarrator(), judge, authored)
    list(game.resume())
    return game


def _played(game: Session) -> list[Event]:
    events: list[Event] = []
    for typed, _, _ in TURNS:
        events += [one for one in game.play(typed) if isinstance(one, Event.__args__)]  # type: ignore[attr-defined]
    return events


@pytest.fixture(scope="module")
def taught(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint that has learned what the recorder plays."""
    recorder = Recorder()
    _played(_game(story, recorder.model))
    assert len(recorder.spoken) == 2 and len(recorder.judged) >= 5
    text = [
        part
        for prompt, line in recorder.spoken
        for part in (
            prompt.persona.bot_info,
            prompt.aside,
            line,
            *(one.text for one in prompt.messages),
        )
    ]
    text += [part for _, question, option in recorder.judged for part in (question, option)]
    folder = tmp_path_factory.mktemp("glm") / "taught"
    folder.mkdir()
    make_tokenizer(folder / "tokenizer.model", "\n".join([*text, "[兰三娘]", "[沈舟]"]), 1000)
    config = {**CONFIG, "padded_vocab_size": 1024}
    save_checkpoint(folder, random_weights(config), config=config)
    codec = load_glm(str(folder)).codec
    examples = []
    for prompt, line in recorder.spoken:
        ids = codec.prompt_ids(prompt, lambda text: None)
        examples.append((ids, [*codec.option_ids(line), 13]))
    for prompt, question, option in recorder.judged:
        ids = codec.question_ids(prompt, question, lambda text: None)
        examples.append((ids, codec.option_ids(option)))
    train(folder, examples, steps=75)
    return folder


def test_a_model_plays_a_whole_story_and_judges_it(story: Story, taught: Path) -> None:
    model = load_glm(str(taught), device="cpu", format="float32")
    events = _played(_game(story, model))
    judged = [one for one in events if isinstance(one, TurnJudged)]
    assert [(one.by, one.beat) for one in judged] == [("model", "help"), ("model", "room")]
    assert [one.beat for one in events if isinstance(one, BeatHappened)] == ["help", "room"]
    said = [(one.who, one.text) for one in events if isinstance(one, ActorSpoke)]
    assert said == [("lan", line) for _, _, line in TURNS]


def test_a_turn_taken_back_and_played_again_is_the_same(story: Story, taught: Path) -> None:
    game = _game(story, load_glm(str(taught), device="cpu", format="float32"))
    first = _played(game)
    game.undo()
    typed, _, line = TURNS[1]
    again = [one for one in game.play(typed) if isinstance(one, ActorSpoke)]
    assert [one.text for one in again] == [line]
    assert [one.text for one in first if isinstance(one, ActorSpoke)][-1] == line
