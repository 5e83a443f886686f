"""A checkpoint's config.json as a `GlmConfig`: ChatGLM2's layout, or transformers' own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from transformers import GlmConfig

from game.errors import ModelError

PAD, BOS, EOS, NEWLINE = 0, 1, 2, 13

# What GlmForCausalLM can't express: field, and the only value it may have.
_REQUIRED = {
    "rmsnorm": True,
    "add_bias_linear": False,
    "post_layer_norm": True,
    "apply_residual_connection_post_layernorm": False,
    "pre_seq_len": None,
}


def is_chatglm(data: Mapping[str, Any]) -> bool:
    """Whether a config.json describes ChatGLM2's layout (CharacterGLM's, ChatGLM3's too)."""
    return data.get("model_type") == "chatglm" or "padded_vocab_size" in data


def glm_config(data: Mapping[str, Any]) -> GlmConfig:
    """The configuration of the same network as a `GlmForCausalLM`."""
    try:
        if is_chatglm(data):
            return _from_chatglm(data)
        if data.get("model_type") != "glm":
            raise ValueError(f"model_type {data.get('model_type')!r} is no GLM")
        return GlmConfig.from_dict(dict(data))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError("malformed", f"config.json: {error!r}") from error


def stored_format(data: Mapping[str, Any]) -> str:
    """The number format a checkpoint was saved in, as far as it says."""
    return str(data.get("dtype") or data.get("torch_dtype") or "").removeprefix("torch.")


def _from_chatglm(data: Mapping[str, Any]) -> GlmConfig:
    for field, value in _REQUIRED.items():
        if data.get(field, value) != value:
            raise ValueError(f"{field} is {data[field]!r}, only {value!r} is known")
    heads, layers = _count(data, "num_attention_heads"), _count(data, "num_layers")
    width, hidden = _count(data, "kv_channels"), _count(data, "hidden_size")
    shared = bool(data.get("multi_query_attention"))
    if hidden > 2**16 or layers > 2**10:
        raise ValueError("larger than any such model")
    return GlmConfig(
        vocab_size=_count(data, "padded_vocab_size"),
        hidden_size=hidden,
        intermediate_size=_count(data, "ffn_hidden_size"),
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=_count(data, "multi_query_group_num") if shared else heads,
        head_dim=width,
        attention_bias=bool(data.get("add_qkv_bias", True)),
        rms_norm_eps=float(data.get("layernorm_epsilon", 1e-5)),
        max_position_embeddings=int(data.get("seq_length", 32_768)),
        pad_token_id=PAD,
        bos_token_id=BOS,
        eos_token_id=[EOS, NEWLINE],
        tie_word_embeddings=False,
        rope_parameters=_rope(float(data.get("rope_ratio", 1.0))),
    )


def _rope(ratio: float) -> dict[str, Any]:
    rope = {"rope_type": "default", "rope_theta": 10_000.0, "partial_rotary_factor": 0.5}
    return rope if ratio == 1.0 else {**rope, "rope_type": "linear", "factor": ratio}


def _count(data: Mapping[str, Any], field: str) -> int:
    value = data[field]
    if not isinstance(value, int) or not 0 < value < 2**31:
        raise ValueError(f"{field} is {value!r}")
    return value
