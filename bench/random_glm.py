"""A GLM of any shape with random weights, to measure with: nothing is downloaded."""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch
from transformers import GlmForCausalLM
from transformers.models.glm.modeling_glm import GlmRotaryEmbedding

from game.models.glm.config import glm_config
from game.models.glm.prompt import CharacterCodec
from game.models.glm.tokenizer import GlmTokenizer
from game.models.local.device import Placement
from game.models.local.model import LocalModel
from game.models.local.network import Network
from game.models.local.quantize import Quantizer

COMMON = {
    "model_type": "chatglm", "multi_query_attention": True, "multi_query_group_num": 2,
    "layernorm_epsilon": 1e-5, "seq_length": 8192,
}  # fmt: skip
SHAPES: dict[str, dict[str, int]] = {
    "quick": {"hidden_size": 128, "ffn_hidden_size": 256, "num_layers": 2,
              "num_attention_heads": 4, "kv_channels": 32, "padded_vocab_size": 2000},
    "100M": {"hidden_size": 768, "ffn_hidden_size": 2048, "num_layers": 12,
             "num_attention_heads": 12, "kv_channels": 64, "padded_vocab_size": 16_000},
    "6B": {"hidden_size": 4096, "ffn_hidden_size": 13_696, "num_layers": 28,
           "num_attention_heads": 32, "kv_channels": 128, "padded_vocab_size": 65_024},
}  # fmt: skip


class VisibleCodec(CharacterCodec):
    """CharacterGLM's prompts; whatever a random network says is a character of its own."""

    def __init__(self, tokenizer: GlmTokenizer) -> None:
        super().__init__(tokenizer)
        self.stops = frozenset()  # random weights would stop at random

    def text(self, ids: list[int]) -> str:
        """One Chinese character for each id."""
        return "".join(chr(0x4E00 + token % 20_000) for token in ids)


def build(shape: str, place: Placement) -> LocalModel:
    """A GLM of some shape with random weights, made on its device part by part."""
    config = glm_config({**COMMON, **SHAPES[shape]})
    with torch.device("meta"):
        network = GlmForCausalLM(config)
    quantizer = Quantizer(place)
    quantizer.prepare(network.model.layers)
    torch.manual_seed(0)
    for module in network.modules():
        for name, parameter in list(module.named_parameters(recurse=False)):
            made = torch.empty(parameter.shape, dtype=place.dtype, device=place.device)
            made = (
                made.fill_(1.0)
                if "norm" in type(module).__name__.lower()
                else made.normal_(0, 0.02)
            )
            if name == "weight" and quantizer.takes(module):
                quantizer.put(module, made)
            else:
                setattr(module, name, torch.nn.Parameter(made, requires_grad=False))
    network.model.rotary_emb = GlmRotaryEmbedding(config).to(place.device)
    codec = VisibleCodec(_tokenizer())
    return LocalModel(f"random {shape}", Network(network.eval(), place.device), codec, 2**40)


def _tokenizer() -> GlmTokenizer:
    from tests.models.tiny_glm import make_tokenizer

    path = Path(tempfile.mkdtemp()) / "tokenizer.model"
    make_tokenizer(path)
    return GlmTokenizer(path)
