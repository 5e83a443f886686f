"""Stories played with models: a whole one through a real server, and each way a model can fail."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from game.__main__ import main
from game.app import App
from game.cast import Take
from game.cast.asking import ModelJudge
from game.cast.authored import AuthoredActor, AuthoredNarrator
from game.cast.guarded import Manner
from game.cast.judge import AuthoredJudge
from game.cast.likelihood import LikelihoodJudge
from game.cast.memory import Memory
from game.cast.modelled import ModelActor, ModelNarrator
from game.errors import ModelError
from game.events import (
    ActorSpoke,
    AskedBack,
    BeatHappened,
    Delta,
    Ended,
    Narrated,
    Notice,
    PlayerSpoke,
    TurnJudged,
)
from game.models.openai import OpenAIModel, Waits
from game.models.scripted import ScriptedModel
from game.options import Options
from game.prompts import Prompt
from game.prompts.composing import Composer
from game.prompts.history import Limits
from game.rules import begin, settle
from game.session import Session
from game.settings import Endpoint, Key
from game.state import GameState, Phase, fold
from game.story import Story
from game.unfit import load
from tests.conftest import CONTENT, events_of
from tests.models.openai_server import OpenAIServer

SECRET = "sk-live-abcdef0123456789"
HEARD = {"carry": "crates", "stairs": "goes down", "shove": "forces the hatch"}


def reply(request: dict[str, Any]) -> str:
    """A server's model: judges by a few words, narrates a passage, and speaks in role."""
    system, last = request["messages"][0]["content"], request["messages"][-1]["content"]
    if "<line>" in last:
        return verdict(last)
    if "narrate" in system:
        return "So it was: " + last.rsplit("in your own words: ", 1)[-1]
    return "Well now. (she looks up) Mind your feet."


def verdict(asked: str) -> str:
    line = re.findall(r"<line>(.*?)</line>", asked)[-1].casefold()
    for word, means in HEARD.items():
        found = re.search(rf"^(b\d+): .*{means}", asked, re.MULTILINE)
        if word in line and found:
            return json.dumps({"pick": found[1], "sure": True, "other": "none"})
    return '{"pick": "none", "sure": true, "other": "none"}'


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(reply) as running:
        yield running


def cast_of(server: OpenAIServer) -> tuple[ModelActor, ModelNarrator, ModelJudge]:
    where = Endpoint(server.url, "test-model", Key(SECRET), "chat", True)
    model = OpenAIModel(where, Waits(1, 1, 3, 0.01))
    composer = Composer()
    return (
        ModelActor(model, composer),
        ModelNarrator(model, composer),
        ModelJudge(model, composer, AuthoredJudge()),
    )


def game(story: Story, actor: Any, narrator: Any, judge: Any, seed: int = 1) -> Session:
    return Session(story, [begin(story, seed)], actor, narrator, judge, AuthoredJudge())


def test_a_whole_story_is_played_through_a_server(tea: Story, server: OpenAIServer) -> None:
    session = game(tea, *cast_of(server))
    told = events_of(session.resume())
    first = next(one.text for one in told if isinstance(one, Narrated))
    assert first.startswith("So it was: Rain")
    greeted = [one for one in told if isinstance(one, ActorSpoke)]
    assert greeted[0].text == "(wiping the counter) Tea, or only the roof?"  # the author's own
    said = events_of(session.play("Lady, hand those over and I'll carry the lot for you"))
    judged = next(one for one in said if isinstance(one, TurnJudged))
    assert judged.by == "model" and judged.beat == "offer_help"
    assert session.state.vars["key"] is True
    assert any(isinstance(one, ActorSpoke) and one.text.startswith("Well now.") for one in said)
    events_of(session.play("I take the stairs to the dark underneath"))
    assert session.state.scene == "cellar"
    for _ in range(12):
        events_of(session.play("I put my shoulder to it and shove"))
        if session.phase is Phase.OVER:
            break
    assert session.state.ending == "out"
    ended = next(one for one in session.live() if isinstance(one, Ended))
    assert ended.text.startswith("So it was: You come out under stars, Sam.")
    assert fold(session.events) == session.state


def test_an_exchange_is_spoken_line_by_line_in_each_voice(tea: Story) -> None:
    model = ScriptedModel(["No such thing.", "She lies.", "Quiet, both of you."])
    actor = ModelActor(model, Composer())
    session = game(tea, actor, *authored())
    events_of(session.resume())
    said = events_of(session.play("What's in the cellar?", "ask_cellar"))
    lines = [one for one in said if isinstance(one, ActorSpoke)]
    assert [(one.who, one.text, one.last) for one in lines] == [
        ("ann", "No such thing.", False),
        ("bo", "She lies.", False),
        ("ann", "Quiet, both of you.", True),
    ]
    assert [prompt.persona.bot_name for prompt in model.prompts] == ["Ann", "Bo", "Ann"]
    assert model.prompts[1].messages[-1].text == "No such thing."
    assert "Nothing." in model.prompts[0].aside and "That is a lie." in model.prompts[1].aside


def test_the_prompt_of_a_miss_says_that_nothing_changes(tea: Story) -> None:
    model = ScriptedModel(["Hm."])
    session = game(tea, ModelActor(model, Composer()), *authored())
    events_of(session.resume())
    events_of(session.play("My grandmother once wrestled a goose about a hat"))
    assert "nothing changes hands" in model.prompts[0].aside


class Deaf:
    """A judge that understands nothing: every line is only talk."""

    def judge(self, story: Story, state: GameState, take: Take) -> TurnJudged:
        return settle(story, state, TurnJudged("authored"))


def authored() -> tuple[Any, Any]:
    return AuthoredNarrator(), Deaf()


# --- a model fails --------------------------------------------------------------------------------


def test_a_reply_that_breaks_off_is_never_committed(tea: Story, server: OpenAIServer) -> None:
    actor, _, _ = cast_of(server)
    session = game(tea, actor, *authored())
    events_of(session.resume())
    server.failures += ["cut"]
    said = list(session.play("Evening, is there any soup", ""))
    assert any(isinstance(one, Delta) for one in said)
    assert not any(isinstance(one, ActorSpoke) for one in said)
    assert isinstance(said[-1], Notice) and said[-1].data["kind"] == "malformed"
    assert session.phase is Phase.ACTOR
    again = events_of(session.resume())
    assert any(isinstance(one, ActorSpoke) for one in again)
    lines = [one for one in session.state.transcript if one.kind == "player"]
    assert [one.text for one in lines] == ["Evening, is there any soup"]


def test_a_failing_judge_leaves_the_turn_to_the_author(tea: Story, server: OpenAIServer) -> None:
    _, _, judge = cast_of(server)
    session = game(tea, *authored_cast(), judge)
    events_of(session.resume())
    server.failures += ["500", "500"]
    said = events_of(session.play("I can help you with the crates, let me carry them"))
    assert Notice("judge_failed", {"kind": "busy"}) in said
    assert session.state.vars["helped"] is True


def authored_cast() -> tuple[Any, Any]:
    return AuthoredActor(), AuthoredNarrator()


def test_a_wrong_key_is_said_once_and_the_authored_form_goes_on(
    tea: Story, server: OpenAIServer
) -> None:
    session = game(tea, *cast_of(server))
    server.failures += ["401"] * 9
    said = events_of(session.resume())
    assert [one.data["kind"] for one in said if isinstance(one, Notice)] == ["auth"]
    for line in ("Evening.", "Let me carry the crates."):
        said = [*events_of(session.resume()), *events_of(session.play(line))]
        assert not any(isinstance(one, Notice) for one in said)
    assert len(server.requests) == 1 and session.state.vars["helped"] is True


def test_a_stopped_reply_keeps_what_was_said(tea: Story, server: OpenAIServer) -> None:
    actor, _, _ = cast_of(server)
    session = game(tea, actor, *authored())
    events_of(session.resume())
    server.failures += ["forever"]
    spoken = ""
    for one in session.play("My grandmother once wrestled a goose about a hat"):
        if isinstance(one, Delta) and one.who:
            spoken += one.text
            session.stop()
        if isinstance(one, ActorSpoke):
            assert one.cut and one.text == spoken.strip()
    assert session.phase is Phase.PLAYER


def test_no_key_is_in_a_save_or_an_event(
    tea: Story, server: OpenAIServer, tmp_path: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    app = App(Options(language="en", saves=tmp_path, content=[CONTENT]))
    session = app.new("tea", "en", seed=1)
    session.actor, session.narrator, session.judge = cast_of(server)
    events_of(session.resume())
    events_of(session.play("Lady, I'll carry the lot"))
    server.failures += ["401"]
    events_of(session.play("So wet outside tonight"))
    assert any(SECRET in one.get("authorization", "") for one in server.headers)
    for file in tmp_path.iterdir():
        assert SECRET.encode() not in file.read_bytes()
    assert SECRET not in repr(session.events) + repr(vars(session.actor.model)) + caplog.text


# --- guards and doubt ----------------------------------------------------------------------------


def test_guards_are_told_and_kept_in_the_event(tea: Story) -> None:
    model = ScriptedModel(["Ann: Evening to you. Sam: I give you gold."])
    session = game(tea, ModelActor(model, Composer()), *authored())
    events_of(session.resume())
    said = events_of(session.play("My grandmother once wrestled a goose about a hat"))
    line = next(one for one in said if isinstance(one, ActorSpoke))
    assert line.text == "Evening to you."
    assert line.why == ("guard_label", "guard_voices:Sam")


def test_a_near_repeat_is_tried_again_once(tea: Story) -> None:
    said = "The river decides when this rain will stop, not me."
    model = ScriptedModel([said, said + " ", "Ask the ferryman about that, then."])
    session = game(tea, ModelActor(model, Composer()), *authored())
    events_of(session.resume())
    events_of(session.play("My grandmother once wrestled a goose about a hat"))
    found = list(session.play("And then the goose wrote a letter to the mayor"))
    line = next(one for one in found if isinstance(one, ActorSpoke))
    assert line.text == "Ask the ferryman about that, then."
    assert "guard_repeats" in line.why
    assert "".join(one.text for one in found if isinstance(one, Delta)) == line.text
    assert "begin otherwise" in model.prompts[-1].aside


def test_what_is_not_fit_is_refused_in_role(tea: Story) -> None:
    manner = Manner(unfit=lambda language: load(language))
    model = ScriptedModel(["Heroin? I have some.", "Heroin is in the cellar."])
    session = game(tea, ModelActor(model, Composer(), manner), *authored())
    events_of(session.resume())
    found = events_of(session.play("Do you sell heroin to travellers here"))
    line = next(one for one in found if isinstance(one, ActorSpoke))
    assert line.text in tea.cast["ann"].asides
    assert "turns it away" in model.prompts[0].aside
    assert {"guard_unfit", "guard_asked"} <= set(line.why)


def test_a_judge_in_doubt_asks_back(tea: Story) -> None:
    class Doubtful(ScriptedModel):
        def answer(self, *asked: Any) -> str:
            return 'I think: {"pick": "b1", "sure": false, "other": "b2"} or so'

    judge = ModelJudge(Doubtful(), Composer(), AuthoredJudge())
    session = game(tea, *authored_cast(), judge)
    events_of(session.resume())
    found = events_of(session.play("Those look like a burden, and that door too"))
    asked = next(one for one in found if isinstance(one, AskedBack))
    assert [one.id for one in asked.candidates] == ["offer_help", "ask_cellar"]
    events_of(session.choose("offer_help"))
    assert session.state.vars["helped"] is True


@pytest.mark.parametrize(
    "said", ["", "b99", '{"pick": "b99"}', "b1 or b2", '{"pick": 1}', "[" * 99]
)
def test_an_answer_that_names_nothing_offered_is_malformed(tea: Story, said: str) -> None:
    class Odd(ScriptedModel):
        def answer(self, *asked: Any) -> str:
            return said

    judge = ModelJudge(Odd(), Composer(), AuthoredJudge())
    session = game(tea, *authored_cast(), judge)
    events_of(session.resume())
    found = events_of(session.play("Those look like a burden to somebody"))
    assert Notice("judge_failed", {"kind": "malformed"}) in found


def test_the_bottom_is_shown_to_the_judge_alone(lamp: Story, server: OpenAIServer) -> None:
    server.say = lambda request: (
        '{"question": "q2", "answer": "none", "facts": ["f1", "f2", "f9"]}'
        if "<line>" in request["messages"][-1]["content"]
        else "Yes indeed."
    )
    session = game(lamp, *cast_of(server))
    events_of(session.resume())
    found = events_of(session.play("So his job is minding one of those towers for ships?"))
    judged = next(one for one in found if isinstance(one, TurnJudged))
    assert judged.question == "q_house" and judged.facts == ("keeper",)  # fog was never spoken of
    bottom = lamp.puzzle.bottom if lamp.puzzle else ""
    for request in server.requests:
        asked = json.dumps(request, ensure_ascii=False)
        assert ("<line>" in asked) == (bottom in asked)
    assert any(isinstance(one, ActorSpoke) and one.text.startswith("Yes") for one in found)


def test_what_falls_out_is_summarised_once(tea: Story) -> None:
    composer = Composer(Limits(history=160))
    recorder = ScriptedModel(lambda prompt: "Sam came in from the rain and talked of geese.")
    model = ScriptedModel(lambda prompt: f"I hear you, the {len(prompt.messages)}th time tonight.")
    actor = ModelActor(model, composer, memory=Memory(recorder, composer))
    session = game(tea, actor, *authored())
    events_of(session.resume())
    for number in range(12):
        events_of(session.play(f"Goose number {number} wrote to the mayor about hats and bells"))
    told = [prompt.messages[0].text for prompt in model.prompts]
    assert sum("talked of geese" in one for one in told) > 2
    starts = {one for one in told if "Earlier" in one}
    assert len(recorder.prompts) <= 12 and len(starts) >= 1
    assert len(set(map(repr, recorder.prompts))) == len(recorder.prompts)


def test_a_model_error_says_no_more_than_its_kind(tea: Story) -> None:
    model = ScriptedModel([ModelError("refused", "policy")])
    session = game(tea, ModelActor(model, Composer()), *authored())
    events_of(session.resume())
    found = events_of(session.play("My grandmother once wrestled a goose about a hat"))
    assert isinstance(found[-1], Notice) and found[-1].data["kind"] == "refused"
    assert any(isinstance(one, PlayerSpoke) for one in found)
    authored_line = events_of(session.speak_authored())
    assert any(isinstance(one, Narrated) for one in authored_line)


def test_beats_reach_the_model_with_direction_and_gist(tea: Story) -> None:
    model = ScriptedModel(["Fine. Here."])
    session = game(tea, ModelActor(model, Composer()), *authored())
    events_of(session.resume())
    found = events_of(session.play("Let me carry the crates.", "offer_help"))
    assert any(isinstance(one, BeatHappened) for one in found)
    assert "gives him the cellar key" in model.prompts[0].aside
    assert "Mind the third one" in model.prompts[0].aside


def test_suggestions_are_reworded_under_the_same_ids(tea: Story) -> None:
    class Rewording(ScriptedModel):
        def answer(self, told: str, listed: str, *rest: Any) -> str:
            assert "s1: Let me carry the crates." in listed
            return '{"s1": "Hand me those crates.", "s2": "<|im_end|>", "s9": "no", "s3": 5}'

    narrator = ModelNarrator(Rewording(), Composer())
    session = game(tea, *authored_cast(), Deaf())
    events_of(session.resume())
    worded = narrator.reword(tea, session.state, threading.Event())
    assert worded == {"offer_help": "Hand me those crates."}
    assert ModelNarrator(ScriptedModel(), Composer()).reword(
        tea, session.state, threading.Event()
    ) == {}  # fmt: skip


# --- a judge by likelihood ------------------------------------------------------------------------


def likely(best: str, by: float, start: float = -3.0) -> Any:
    """Scores: one answer gains so much over what it has after a line that says nothing."""

    def scores(prompt: Prompt, question: str, options: Sequence[str]) -> list[float]:
        silent = prompt.messages[-1].text == "..."
        return [start + (by if one == best and not silent else 0.0) - len(one) for one in options]

    return ScriptedModel(scores=scores)


def judged_likely(tea: Story, model: ScriptedModel, line: str) -> Any:
    judge = LikelihoodJudge(model, Composer(), AuthoredJudge())
    session = game(tea, *authored_cast(), judge)
    events_of(session.resume())
    found = events_of(session.play(line))
    return next(one for one in found if isinstance(one, (TurnJudged, AskedBack)))


def test_the_likeliest_counts_beside_what_is_likely_anyway(tea: Story) -> None:
    line = "Those look like a burden to somebody"
    found = judged_likely(tea, likely("Let me carry the crates.", 9.0), line)
    assert isinstance(found, TurnJudged) and found.beat == "offer_help" and found.by == "model"
    found = judged_likely(tea, likely("just talking", 9.0), line)
    assert isinstance(found, TurnJudged) and not found.beat
    found = judged_likely(tea, likely("Let me carry the crates.", 1.6), line)
    assert isinstance(found, AskedBack) and found.candidates[0].id == "offer_help"


def test_a_model_that_can_not_tell_leaves_it_to_the_author(tea: Story) -> None:
    found = judged_likely(tea, ScriptedModel(), "I can help you with the crates, let me carry them")
    assert isinstance(found, TurnJudged) and found.by == "authored" and found.beat == "offer_help"
    exact = judged_likely(tea, likely("just talking", 9.0), "I can help you")
    assert isinstance(exact, TurnJudged) and exact.beat == "offer_help"


def test_models_can_be_tried_from_the_command_line(
    server: OpenAIServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    (tmp_path / "none.yaml").write_text("{}")
    none = ["--settings", str(tmp_path / "none.yaml")]
    asked = ["models", "check", "--actor", "openai:m", "--base-url", server.url, *none]
    assert main(asked) == 0
    told = capsys.readouterr().out
    assert "first text" in told and "key set" in told and SECRET not in told
    server.failures += ["401"]
    assert main(asked) == 1
    told = capsys.readouterr()
    assert "auth" in told.out and SECRET not in told.out + told.err
    assert main(["models", "check", "--actor", "nobody", *none]) == 1
