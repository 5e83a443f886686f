"""Writing a checkpoint as a file for llama.cpp (its architecture `chatglm`).

F16 and Q8_0 are written here, tensor by tensor. Q4_K_M is made from F16 by llama.cpp itself:
by its Python package where that is installed, or by its program `llama-quantize`.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args

import gguf
import numpy as np
import torch
from transformers import GlmConfig

from game.errors import ModelError
from game.models.glm.checkpoint import Progress, glm_tensors
from game.models.glm.config import BOS, EOS, PAD, glm_config
from game.models.glm.prompt import Form, form_of
from game.models.glm.tokenizer import GlmTokenizer
from game.models.local.weights import read_json, read_tensors, weight_files

Quality = Literal["F16", "Q8_0", "Q4_K_M"]
Q4_K_M_NUMBER = 15  # llama.cpp's own number for this mixture of formats
Q8_BLOCK = 32

_TOP = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}
_IN_LAYER = {
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
_LAYER = re.compile(r"model\.layers\.(\d+)\.(.+)")


def write_gguf(
    folder: Path, target: Path, quality: Quality = "Q8_0", progress: Progress | None = None
) -> Path:
    """Write `target` from a checkpoint's folder; nothing is left there when it fails."""
    if quality not in get_args(Quality):
        known = ", ".join(get_args(Quality))
        raise ModelError("missing", f"no quality {quality!r}; there are {known}")
    if quality == "Q4_K_M":
        return _quantized(folder, target, progress)
    part = target.with_name(target.name + ".part")
    try:
        _write(folder, part, quality, progress)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


def _write(folder: Path, part: Path, quality: Quality, progress: Progress | None) -> None:
    data = read_json(folder / "config.json")
    config, tokenizer = glm_config(data), GlmTokenizer(folder / "tokenizer.model")
    writer = gguf.GGUFWriter(part, gguf.MODEL_ARCH_NAMES[gguf.MODEL_ARCH.CHATGLM])
    try:
        _describe(writer, config, quality, int(data.get("seq_length", 0)))
        _add_vocabulary(writer, tokenizer, config.vocab_size, form_of(data, folder))
        for name, tensor in _tensors(folder, config):
            shape, kind = tuple(tensor.shape), _kind(tensor, quality)
            writer.add_tensor_info(name, *_layout(shape, kind))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        done, total = 0, sum(file.stat().st_size for file in weight_files(folder))
        for _, tensor in _tensors(folder, config):
            writer.write_tensor_data(_encoded(tensor, _kind(tensor, quality)))
            done += tensor.nbytes
            if progress:
                progress(min(done, total), total)
        if progress:
            progress(total, total)
    finally:
        writer.close()


def _tensors(folder: Path, config: GlmConfig) -> Iterator[tuple[str, torch.Tensor]]:
    """Every tensor under llama.cpp's name, in the order of the files."""
    for file in weight_files(folder):
        for stored, tensor in read_tensors(file):
            for name, part in glm_tensors(stored, tensor, config):
                yield _renamed(name), part


def _renamed(name: str) -> str:
    stem, _, ending = name.rpartition(".")
    if stem in _TOP:
        return f"{_TOP[stem]}.{ending}"
    found = _LAYER.fullmatch(stem)
    if not found or found[2] not in _IN_LAYER:
        raise ModelError("malformed", f"unknown tensor {name}")
    return f"blk.{found[1]}.{_IN_LAYER[found[2]]}.{ending}"


def _kind(tensor: torch.Tensor, quality: Quality) -> Any:
    if tensor.dim() < 2:
        return gguf.GGMLQuantizationType.F32
    if quality == "Q8_0" and tensor.shape[-1] % Q8_BLOCK == 0:
        return gguf.GGMLQuantizationType.Q8_0
    return gguf.GGMLQuantizationType.F16


def _layout(shape: tuple[int, ...], kind: Any) -> tuple[Any, Any, int, Any]:
    """Shape, numpy type, bytes and raw type, as the writer wants them beforehand."""
    if kind == gguf.GGMLQuantizationType.Q8_0:
        stored = gguf.quant_shape_to_byte_shape(shape, kind)
        return stored, np.dtype(np.uint8), int(np.prod(stored)), kind
    dtype = np.dtype(np.float32 if kind == gguf.GGMLQuantizationType.F32 else np.float16)
    return shape, dtype, int(np.prod(shape)) * dtype.itemsize, kind


def _encoded(tensor: torch.Tensor, kind: Any) -> Any:
    if kind == gguf.GGMLQuantizationType.F16:
        return tensor.to(torch.float16).contiguous().numpy()
    plain = tensor.float().contiguous().numpy()
    return plain if kind == gguf.GGMLQuantizationType.F32 else gguf.quantize(plain, kind)


def _describe(writer: Any, config: GlmConfig, quality: Quality, context: int) -> None:
    assert config.head_dim is not None and config.rope_parameters is not None
    if config.num_attention_heads * config.head_dim != config.hidden_size:
        raise ModelError("malformed", "llama.cpp knows no such width of the attention heads")
    rope: Any = config.rope_parameters
    writer.add_name("CharacterGLM")
    writer.add_context_length(context or config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_vocab_size(config.vocab_size)
    writer.add_rope_dimension_count(int(config.head_dim * rope["partial_rotary_factor"]))
    writer.add_rope_freq_base(rope["rope_theta"])
    if rope["rope_type"] == "linear":
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(rope["factor"])
    kinds = gguf.LlamaFileType
    writer.add_file_type(kinds.MOSTLY_F16 if quality == "F16" else kinds.MOSTLY_Q8_0)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)


def _add_vocabulary(writer: Any, tokenizer: GlmTokenizer, size: int, form: Form) -> None:
    pieces, special = tokenizer.pieces, {i: name for name, i in tokenizer.special.items()}
    texts, scores, kinds = list[bytes](), list[float](), list[int]()
    for token in range(size):
        in_model = token < tokenizer.size
        text = pieces.id_to_piece(token) if in_model else special.get(token, f"[PAD{token}]")
        # A control token is recognized in any text that is parsed for them: `sop` would be
        # found within words.
        texts.append((f"<{text}>" if text in ("sop", "eop") else text).encode())
        scores.append(pieces.get_score(token) if in_model else 0.0)
        kinds.append(_token_kind(tokenizer, token))
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(texts)
    writer.add_token_scores(scores)
    writer.add_token_types(kinds)
    writer.add_bos_token_id(BOS)
    writer.add_eos_token_id(EOS)
    writer.add_pad_token_id(PAD)
    writer.add_add_bos_token(False)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(True)
    ends: dict[str, int] = {"character": tokenizer.newline, "roles": tokenizer.special["<|user|>"]}
    if form in ends:
        writer.add_eot_token_id(ends[form])


def _token_kind(tokenizer: GlmTokenizer, token: int) -> int:
    kinds, pieces = gguf.TokenType, tokenizer.pieces
    if token >= tokenizer.size:
        known = token < tokenizer.size + len(tokenizer.special)
        return int(kinds.CONTROL if known else kinds.UNUSED)
    for test, kind in (
        (pieces.is_unknown, kinds.UNKNOWN),
        (pieces.is_control, kinds.CONTROL),
        (pieces.is_unused, kinds.UNUSED),
        (pieces.is_byte, kinds.BYTE),
    ):
        if test(token):
            return int(kind)
    return int(kinds.NORMAL)


def _quantized(folder: Path, target: Path, progress: Progress | None) -> Path:
    program = shutil.which("llama-quantize")
    if program is None and importlib.util.find_spec("llama_cpp") is None:
        detail = (
            "Q4_K_M is made by llama.cpp: install the package llama-cpp-python and try again, or"
            f" write F16 and run  llama-quantize F16.gguf {target.name} Q4_K_M"
        )
        raise ModelError("missing", detail)
    whole, part = (target.with_name(f"{target.name}.{end}") for end in ("f16", "part"))
    try:
        write_gguf(folder, whole, "F16", progress)
        _run_quantizer(program, whole, part)
        part.replace(target)
    finally:
        whole.unlink(missing_ok=True)
        part.unlink(missing_ok=True)
    return target


def _run_quantizer(program: str | None, whole: Path, part: Path) -> None:
    if program is not None:
        command = [program, str(whole), str(part), "Q4_K_M"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ModelError("malformed", f"llama-quantize failed: {done.stderr[-400:]}")
        return
    import llama_cpp

    options = llama_cpp.llama_model_quantize_default_params()
    options.ftype = Q4_K_M_NUMBER
    failed = llama_cpp.llama_model_quantize(str(whole).encode(), str(part).encode(), options)
    if failed:
        raise ModelError("malformed", f"llama.cpp could not quantize (code {failed})")
