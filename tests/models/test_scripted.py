"""The scripted model: the contract, and what it is for."""

from __future__ import annotations

import threading

import pytest
from contract import PROMPT, SETTINGS, ChatModelContract

from game.errors import ModelError
from game.models.base import ChatModel
from game.models.scripted import ScriptedModel


class TestScripted(ChatModelContract):
    @pytest.fixture
    def model(self) -> ChatModel:
        return ScriptedModel(
            lambda prompt: f"  {prompt.persona.bot_name}看了看你，没有说话。" * 3,
            scores=lambda prompt, question, options: [-float(len(o)) for o in options],
        )


class TestScriptedWithoutScores(ChatModelContract):
    judges = False

    @pytest.fixture
    def model(self) -> ChatModel:
        return ScriptedModel(lambda prompt: "客官里面请，楼上还有一间。")


def test_lines_and_failures_come_in_their_turn() -> None:
    model = ScriptedModel(["一", ModelError("timeout"), "二"])

    def line() -> str:
        return "".join(model.stream(PROMPT, SETTINGS, threading.Event()))

    assert line() == "一"
    with pytest.raises(ModelError) as caught:
        line()
    assert caught.value.kind == "timeout"
    assert line() == "二"
    with pytest.raises(ModelError) as caught:
        line()
    assert caught.value.kind == "missing"
    assert model.prompts == [PROMPT] * 4
