"""The contract of models, for everything that runs inside this process."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import torch
from contract import PROMPT, LocalModelContract

from game.models.base import ChatModel, Sampling
from game.models.glm.model import load_glm
from game.models.hf import load_hf

torch.set_num_threads(1)


def test_a_reply_under_way_outlives_the_closing_of_its_model(checkpoint: Path) -> None:
    model = load_glm(str(checkpoint))
    stream = model.stream(PROMPT, Sampling(max_tokens=60, seed=1), threading.Event(), "s")
    first = next(stream)
    model.close()
    assert len(first + "".join(stream)) > len(first)


class TestCharacterGlm(LocalModelContract):
    @pytest.fixture
    def model(self, checkpoint: Path) -> ChatModel:
        return load_glm(str(checkpoint))


class TestChatGlm2(LocalModelContract):
    @pytest.fixture
    def model(self, checkpoint: Path) -> ChatModel:
        return load_glm(str(checkpoint), form="rounds")


class TestChatGlm3(LocalModelContract):
    @pytest.fixture
    def model(self, checkpoint: Path) -> ChatModel:
        return load_glm(str(checkpoint), form="roles")


class TestChatTemplate(LocalModelContract):
    @pytest.fixture
    def model(self, chat_folder: Path) -> ChatModel:
        return load_hf(str(chat_folder))


class TestSlidingWindow(LocalModelContract):
    """A cache whose end can't be taken back: everything still holds, only slower."""

    @pytest.fixture
    def model(self, sliding_folder: Path) -> ChatModel:
        return load_hf(str(sliding_folder))
