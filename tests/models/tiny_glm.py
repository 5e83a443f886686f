"""Tiny checkpoints in ChatGLM2's layout, with random weights or trained on a few exchanges.

The tokenizer is trained here too, with the same scheme of ids as the real one: bytes from 3 (so
that the line break is 13), special ids after the last piece.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sentencepiece
import torch

HIDDEN, LAYERS, HEADS, GROUPS, WIDTH, INNER, VOCAB = 64, 2, 4, 2, 16, 96, 640

CONFIG: dict[str, Any] = {
    "model_type": "chatglm",
    "add_bias_linear": False,
    "add_qkv_bias": True,
    "apply_residual_connection_post_layernorm": False,
    "ffn_hidden_size": INNER,
    "hidden_size": HIDDEN,
    "kv_channels": WIDTH,
    "layernorm_epsilon": 1e-5,
    "multi_query_attention": True,
    "multi_query_group_num": GROUPS,
    "num_attention_heads": HEADS,
    "num_layers": LAYERS,
    "padded_vocab_size": VOCAB,
    "post_layer_norm": True,
    "rmsnorm": True,
    "seq_length": 4096,
    "torch_dtype": "float32",
}

TEXT = """以下是一段兰三娘和沈舟之间的对话。
关于兰三娘的信息：边城客栈的老板娘，外冷内热，嘴上不饶人。
关于沈舟的信息：路过的镖师，话不多。
[沈舟]老板娘，打尖还是住店？雨下得这么大，可有空房？
[兰三娘]（擦着柜台，头也不抬）客官里面请，楼上还有一间。
The innkeeper wipes the counter. Hello, is there a room left? Yes, upstairs. No.
问：她答应了吗？答：是 否 无关 yes no irrelevant"""


def make_tokenizer(path: Path, text: str = TEXT, size: int = 600) -> None:
    """A small sentencepiece model with byte fallback and no normalization."""
    made = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(text.split("\n") * 20),
        model_writer=made,
        vocab_size=size,
        hard_vocab_limit=False,
        model_type="bpe",
        byte_fallback=True,
        character_coverage=1.0,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        unk_id=0,
        bos_id=1,
        eos_id=2,
        pad_id=-1,
        minloglevel=2,
    )
    path.write_bytes(made.getvalue())


def random_weights(config: Mapping[str, Any] = CONFIG, seed: int = 0) -> dict[str, torch.Tensor]:
    """Every tensor of a checkpoint, by its name in ChatGLM2's layout."""
    torch.manual_seed(seed)
    hidden, inner, vocab = (
        config[k] for k in ("hidden_size", "ffn_hidden_size", "padded_vocab_size")
    )
    rows = config["num_attention_heads"] + 2 * config["multi_query_group_num"]
    made = {
        "transformer.embedding.word_embeddings.weight": torch.randn(vocab, hidden) * 0.3,
        "transformer.rotary_pos_emb.inv_freq": torch.ones(4),
    }
    for layer in range(config["num_layers"]):
        at = f"transformer.encoder.layers.{layer}."
        qkv = at + "self_attention.query_key_value."
        made[at + "input_layernorm.weight"] = 1 + torch.randn(hidden) * 0.1
        made[at + "post_attention_layernorm.weight"] = 1 + torch.randn(hidden) * 0.1
        made[qkv + "weight"] = torch.randn(rows * config["kv_channels"], hidden) * 0.15
        made[qkv + "bias"] = torch.randn(rows * config["kv_channels"]) * 0.1
        heads = config["num_attention_heads"] * config["kv_channels"]
        made[at + "self_attention.dense.weight"] = torch.randn(hidden, heads) * 0.1
        made[at + "mlp.dense_h_to_4h.weight"] = torch.randn(2 * inner, hidden) * 0.1
        made[at + "mlp.dense_4h_to_h.weight"] = torch.randn(hidden, inner) * 0.1
    made["transformer.encoder.final_layernorm.weight"] = 1 + torch.randn(hidden) * 0.1
    made["transformer.output_layer.weight"] = torch.randn(vocab, hidden) * 0.1
    return made


def save_checkpoint(
    folder: Path,
    weights: Mapping[str, torch.Tensor],
    *,
    config: Mapping[str, Any] = CONFIG,
    files: int = 1,
    kind: str = "safetensors",
) -> Path:
    """Write a checkpoint as one file or several, `kind` safetensors or bin."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(dict(config)))
    if not (folder / "tokenizer.model").exists():
        make_tokenizer(folder / "tokenizer.model")
    stem, suffix = ("model", ".safetensors") if kind == "safetensors" else ("pytorch_model", ".bin")
    names = list(weights)
    placed: dict[str, str] = {}
    for part in range(files):
        file = f"{stem}{suffix}" if files == 1 else f"{stem}-{part + 1:05}-of-{files:05}{suffix}"
        chosen = {name: weights[name].contiguous() for name in names[part::files]}
        placed.update(dict.fromkeys(chosen, file))
        if kind == "safetensors":
            save_file(chosen, folder / file)
        else:
            torch.save(chosen, folder / file)
    if files > 1:
        index = {"metadata": {}, "weight_map": placed}
        (folder / f"{stem}{suffix}.index.json").write_text(json.dumps(index))
    return folder


def reference_logits(
    weights: Mapping[str, torch.Tensor], ids: Sequence[int], config: Mapping[str, Any] = CONFIG
) -> torch.Tensor:
    """What ChatGLM2 computes, written out in plain torch: the logits after every id."""
    heads, groups, width = (
        config[k] for k in ("num_attention_heads", "multi_query_group_num", "kv_channels")
    )

    def norm(x: torch.Tensor, name: str) -> torch.Tensor:
        square = x.pow(2).mean(-1, keepdim=True)
        return x / torch.sqrt(square + config["layernorm_epsilon"]) * weights[name]

    def rotated(x: torch.Tensor) -> torch.Tensor:
        """The first half of each head is turned, pair by pair."""
        turned = width // 2
        speed = 10_000.0 ** (-torch.arange(0, turned, 2) / turned)
        angle = torch.arange(len(x))[:, None] / config.get("rope_ratio", 1.0) * speed
        cos, sin = angle.cos()[:, None], angle.sin()[:, None]
        even, odd = x[..., :turned:2], x[..., 1:turned:2]
        pairs = torch.stack([even * cos - odd * sin, odd * cos + even * sin], dim=-1)
        return torch.cat([pairs.flatten(-2), x[..., turned:]], dim=-1)

    x = weights["transformer.embedding.word_embeddings.weight"][list(ids)]
    unseen = torch.ones(len(ids), len(ids)).triu(1).bool()
    for layer in range(config["num_layers"]):
        at = f"transformer.encoder.layers.{layer}."
        qkv = at + "self_attention.query_key_value."
        mixed = norm(x, at + "input_layernorm.weight") @ weights[qkv + "weight"].T
        mixed = (mixed + weights[qkv + "bias"]).view(len(ids), heads + 2 * groups, width)
        q, k, v = mixed.split([heads, groups, groups], dim=1)
        q, k = rotated(q), rotated(k)
        k, v = (part.repeat_interleave(heads // groups, dim=1) for part in (k, v))
        weight = torch.einsum("qhd,khd->hqk", q, k) / width**0.5
        weight = weight.masked_fill(unseen, -torch.inf).softmax(-1)
        seen = torch.einsum("hqk,khd->qhd", weight, v).reshape(len(ids), heads * width)
        x = x + seen @ weights[at + "self_attention.dense.weight"].T
        inner = norm(x, at + "post_attention_layernorm.weight")
        gate, up = (inner @ weights[at + "mlp.dense_h_to_4h.weight"].T).chunk(2, dim=-1)
        gated = torch.nn.functional.silu(gate) * up
        x = x + gated @ weights[at + "mlp.dense_4h_to_h.weight"].T
    x = norm(x, "transformer.encoder.final_layernorm.weight")
    return x @ weights["transformer.output_layer.weight"].T


def train(folder: Path, examples: Sequence[tuple[list[int], list[int]]], steps: int = 120) -> None:
    """Teach the checkpoint in `folder` to follow each list of ids with another one.

    Trained through the reference above, so that nothing under test has a part in it.
    """
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    learned = [name for name in weights if "inv_freq" not in name]
    for name in learned:
        weights[name].requires_grad_(True)
    optimizer = torch.optim.Adam([weights[name] for name in learned], lr=2e-3)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = torch.zeros(())
        for before, after in examples:
            logits = reference_logits(weights, before + after[:-1])[len(before) - 1 :]
            loss = loss + torch.nn.functional.cross_entropy(logits, torch.tensor(after))
        loss.backward()
        optimizer.step()
    save_file(
        {name: tensor.detach() for name, tensor in weights.items()}, folder / "model.safetensors"
    )
