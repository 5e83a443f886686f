"""Loading a checkpoint's weights straight into a `GlmForCausalLM`, tensor by tensor.

The network is laid out without memory first; each tensor is converted, placed on the device and
put in as it is read. So the peak is the weights and one tensor.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from transformers import GlmConfig, GlmForCausalLM
from transformers.models.glm.modeling_glm import GlmRotaryEmbedding

from game.errors import ModelError
from game.models.local.device import Placement
from game.models.local.quantize import Quantizer
from game.models.local.weights import Tensors, read_tensors, weight_files

Progress = Callable[[int, int], None]  # bytes done, bytes in all

_TOP = {
    "transformer.embedding.word_embeddings.weight": "model.embed_tokens.weight",
    "transformer.encoder.final_layernorm.weight": "model.norm.weight",
    "transformer.output_layer.weight": "lm_head.weight",
}
_IN_LAYER = {
    "input_layernorm.weight": "input_layernorm.weight",
    "post_attention_layernorm.weight": "post_attention_layernorm.weight",
    "self_attention.dense.weight": "self_attn.o_proj.weight",
    "mlp.dense_h_to_4h.weight": "mlp.gate_up_proj.weight",
    "mlp.dense_4h_to_h.weight": "mlp.down_proj.weight",
}
_LAYERS = "transformer.encoder.layers."


def parameter_count(config: GlmConfig) -> int:
    """How many numbers the network has."""
    return sum(parameter.numel() for parameter in _outline(config).parameters())


def load_network(
    folder: Path, config: GlmConfig, place: Placement, progress: Progress | None = None
) -> GlmForCausalLM:
    """The network with a folder's weights, ready to speak."""
    model, files = _outline(config), weight_files(folder)
    quantizer = Quantizer(place)
    quantizer.prepare(model.model.layers)
    missing = {name for name, _ in model.named_parameters()}
    total, done = sum(file.stat().st_size for file in files), 0
    keep = place.dtype if place.device == "cpu" else None
    for file in files:
        read = 0
        for stored, tensor in read_tensors(file, keep):
            read += tensor.nbytes
            for name, part in glm_tensors(stored, tensor, config):
                _put(model, name, part, place, quantizer)
                missing.discard(name)
            if progress:
                progress(min(done + read, total), total)
        done += file.stat().st_size
        if progress:
            progress(done, total)
    if missing:
        raise ModelError("malformed", f"not in the checkpoint: {', '.join(sorted(missing)[:5])}")
    return _finished(model, place.device)


def glm_tensors(name: str, tensor: torch.Tensor, config: GlmConfig) -> Tensors:
    """A stored tensor under the names it has in `GlmForCausalLM`; in both layouts."""
    if name.endswith("inv_freq"):
        return
    if name in _TOP:
        yield _TOP[name], tensor
    elif name.startswith(_LAYERS):
        layer, _, rest = name.removeprefix(_LAYERS).partition(".")
        yield from _layer_tensors(f"model.layers.{layer}.", rest, tensor, config)
    else:
        yield name, tensor


def _layer_tensors(prefix: str, rest: str, tensor: torch.Tensor, config: GlmConfig) -> Tensors:
    if rest in _IN_LAYER:
        yield prefix + _IN_LAYER[rest], tensor
        return
    kind = rest.removeprefix("self_attention.query_key_value.")
    width, shared = config.head_dim, config.num_key_value_heads
    assert width is not None and shared is not None
    sizes = [config.num_attention_heads * width, shared * width, shared * width]
    if kind not in ("weight", "bias") or tensor.shape[0] != sum(sizes):
        raise ModelError("malformed", f"unknown tensor {prefix}{rest} {tuple(tensor.shape)}")
    for letter, part in zip("qkv", torch.split(tensor, sizes), strict=True):
        yield f"{prefix}self_attn.{letter}_proj.{kind}", part


def _outline(config: GlmConfig) -> GlmForCausalLM:
    with torch.device("meta"):
        return GlmForCausalLM(config)


def _put(
    model: Any, name: str, tensor: torch.Tensor, place: Placement, quantizer: Quantizer
) -> None:
    path, _, attribute = name.rpartition(".")
    try:
        module = model.get_submodule(path)
        expected = module.get_parameter(attribute).shape
    except AttributeError as error:
        raise ModelError("malformed", f"unknown tensor {name}") from error
    if tensor.shape != expected:
        shapes = f"{tuple(tensor.shape)} for {tuple(expected)}"
        raise ModelError("malformed", f"{name} has the wrong shape: {shapes}")
    if attribute == "weight" and quantizer.takes(module):
        quantizer.put(module, tensor)
        return
    made = tensor.to(place.device, place.dtype)
    setattr(module, attribute, torch.nn.Parameter(made, requires_grad=False))


def _finished(model: GlmForCausalLM, device: str) -> GlmForCausalLM:
    """What is computed rather than stored: the rotary frequencies, always in full precision."""
    model.model.rotary_emb = GlmRotaryEmbedding(model.config).to(device)
    model.requires_grad_(False)
    model.train(False)
    return model
