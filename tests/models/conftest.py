"""Checkpoints shared by the tests of models; without torch, local models aren't tested."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from game.models.local.model import LocalModel

collect_ignore_glob = [] if importlib.util.find_spec("torch") else ["test_glm_*.py"]


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in ChatGLM2's layout with random weights."""
    from tiny_glm import random_weights, save_checkpoint

    return save_checkpoint(tmp_path_factory.mktemp("glm") / "random", random_weights())


@pytest.fixture(scope="session")
def trained_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in ChatGLM2's layout that has learned the play and its judgements."""
    from glm_play import EXCHANGES, QUESTION, played
    from tiny_glm import random_weights, save_checkpoint, train

    from game.models.glm.model import load_glm

    folder = save_checkpoint(tmp_path_factory.mktemp("glm") / "trained", random_weights())
    codec = load_glm(str(folder)).codec
    examples = []
    for turn, (_, answered, judged) in enumerate(EXCHANGES, start=1):
        before = codec.prompt_ids(played(turn), lambda text: None)
        examples.append((before, [*codec.option_ids(answered), 13]))
        asked = codec.question_ids(played(turn), QUESTION, lambda text: None)
        examples.append((asked, codec.option_ids(judged)))
    train(folder, examples)
    return folder


@pytest.fixture
def trained(trained_folder: Path) -> LocalModel:
    """The model that learned the play, with nothing kept yet."""
    from game.models.glm.model import load_glm

    return load_glm(str(trained_folder), device="cpu", format="float32")


@pytest.fixture(scope="session")
def chat_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chat model with a template, as transformers saves it."""
    from tiny_hf import save_chat_model
    from transformers import LlamaConfig

    config = LlamaConfig(
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=4096,
    )
    return save_chat_model(tmp_path_factory.mktemp("hf") / "llama", config)


@pytest.fixture(scope="session")
def sliding_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chat model whose cache's end can't be taken back, and that knows no system message."""
    from tiny_hf import NO_SYSTEM, TEMPLATE, save_chat_model
    from transformers import MistralConfig

    config = MistralConfig(
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        sliding_window=16,
        max_position_embeddings=4096,
    )
    return save_chat_model(tmp_path_factory.mktemp("hf") / "sliding", config, NO_SYSTEM + TEMPLATE)
