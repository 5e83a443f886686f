"""What every `ChatModel` must do, whatever it is made of: applied in test_contract.py."""

from __future__ import annotations

import threading
import time

import pytest

from game.errors import ModelError
from game.models.base import ChatModel, Sampling
from game.prompts import Message, Persona, Prompt

PROMPT = Prompt(
    Persona("兰三娘", "老板娘", "沈舟", "镖师"),
    "Stay in role.",
    (
        Message("character", "兰三娘", "客官里面请。"),
        Message("narrator", "", "雨更大了。"),
        Message("player", "沈舟", "可有空房？"),
    ),
    "她在擦柜台。",
)
SETTINGS = Sampling(max_tokens=40, seed=7)


class ChatModelContract:
    """Subclasses give a fixture `model`; `judges` says whether it can score."""

    judges = True

    def _line(self, model: ChatModel, settings: Sampling = SETTINGS, session: str = "s") -> str:
        return "".join(model.stream(PROMPT, settings, threading.Event(), session))

    def test_is_a_chat_model(self, model: ChatModel) -> None:
        assert isinstance(model, ChatModel)
        assert model.name

    def test_speaks_one_clean_line(self, model: ChatModel) -> None:
        pieces = list(model.stream(PROMPT, SETTINGS, threading.Event(), "s"))
        line = "".join(pieces)
        assert all(pieces) and line
        assert line == line.strip()
        assert not line.endswith("\ufffd")

    def test_a_cancelled_stream_ends_without_an_error(self, model: ChatModel) -> None:
        cancel = threading.Event()
        cancel.set()
        assert list(model.stream(PROMPT, SETTINGS, cancel, "s")) == []

    def test_cancelling_ends_a_stream_soon(self, model: ChatModel) -> None:
        cancel = threading.Event()
        stream = model.stream(PROMPT, Sampling(max_tokens=2000, seed=1), cancel, "s")
        first = next(stream)
        cancel.set()
        start = time.perf_counter()
        assert len("".join(stream)) < 60
        assert first and time.perf_counter() - start < 0.3

    def test_a_stream_can_be_closed_and_asked_again(self, model: ChatModel) -> None:
        stream = model.stream(PROMPT, SETTINGS, threading.Event(), "s")
        next(stream)
        stream.close()  # type: ignore[attr-defined]
        assert self._line(model)

    def test_scores_every_option(self, model: ChatModel) -> None:
        scores = model.score(PROMPT, "他问了房间吗？答：", ["是", "否", "无关紧要"], "s")
        if not self.judges:
            assert scores is None
            return
        assert scores is not None and len(scores) == 3
        assert all(score <= 0 for score in scores)

    def test_scoring_leaves_no_trace(self, model: ChatModel) -> None:
        if not self.judges:
            pytest.skip("does not score")
        asked = model.score(PROMPT, "一？", ["是", "不是"], "s")
        model.score(PROMPT, "另一个问题？", ["好"], "s")
        again = model.score(PROMPT, "一？", ["是", "不是"], "s")
        assert asked is not None and again == pytest.approx(asked, abs=1e-4)

    def test_an_empty_story_can_begin(self, model: ChatModel) -> None:
        prompt = Prompt(Persona("兰", "", "你", ""), "", ())
        assert "".join(model.stream(prompt, SETTINGS, threading.Event(), "s"))

    def test_several_games_at_once(self, model: ChatModel) -> None:
        lines: dict[str, str] = {}

        def play(session: str) -> None:
            lines[session] = self._line(model, session=session)

        threads = [threading.Thread(target=play, args=(str(n),)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert len(lines) == 4 and all(lines.values())


class LocalModelContract(ChatModelContract):
    """What a model with weights in this process does on top."""

    def test_a_seed_repeats_and_another_differs(self, model: ChatModel) -> None:
        warm = Sampling(temperature=1.5, top_p=1.0, max_tokens=12, seed=3)
        first = self._line(model, warm)
        assert self._line(model, warm, session="other") == first
        others = {self._line(model, Sampling(1.5, 1.0, 1.0, 12, seed)) for seed in range(4)}
        assert len(others) > 1

    def test_a_closed_model_says_so(self, model: ChatModel) -> None:
        model.close()
        with pytest.raises(ModelError) as caught:
            self._line(model)
        assert caught.value.kind == "missing"

    def test_a_prompt_longer_than_the_window_is_refused(self, model: ChatModel) -> None:
        long = Prompt(PROMPT.persona, "", (Message("player", "沈舟", "一二三四五" * 2000),))
        with pytest.raises(ModelError) as caught:
            list(model.stream(long, SETTINGS, threading.Event(), "s"))
        assert caught.value.kind == "malformed"
        assert self._line(model)
