"""Converting: transformers' own layout, and a file for llama.cpp that says the same."""

from __future__ import annotations

import argparse
import importlib.util
import shutil
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
import torch
from glm_play import EXCHANGES, played
from tiny_glm import CONFIG, HEADS, VOCAB, WIDTH, random_weights, reference_logits, save_checkpoint

from game.errors import ModelError
from game.models.base import ChatModel
from game.models.convert import add_arguments, convert, convert_command, convert_gguf
from game.models.glm.gguf_file import _encoded, _layout
from game.models.glm.model import load_glm

torch.set_num_threads(1)
IDS = [601, 603, *range(20, 90, 3)]


def test_the_native_layout_computes_the_same(tmp_path: Path, checkpoint: Path) -> None:
    from transformers import AutoModelForCausalLM

    folder = convert(str(checkpoint), tmp_path / "native")
    expected = reference_logits(random_weights(), IDS)
    for model in (
        AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32),
        load_glm(str(folder)).network.model,
    ):
        with torch.inference_mode():
            logits = model(input_ids=torch.tensor([IDS])).logits[0]
        assert (logits - expected).abs().max() <= 1e-5


@pytest.mark.parametrize(
    ("named", "codec"), [("chatglm3-6b", "RolesCodec"), ("x", "CharacterCodec")]
)
def test_the_form_of_prompt_is_kept(tmp_path: Path, named: str, codec: str) -> None:
    config = {**CONFIG, "_name_or_path": f"someone/{named}"}
    folder = save_checkpoint(tmp_path / "m", random_weights(), config=config)
    made = convert(str(folder), tmp_path / "native")
    for place in (folder, made):
        assert type(load_glm(str(place)).codec).__name__ == codec


def _read(file: Path) -> tuple[dict[str, Any], dict[str, np.ndarray[Any, Any]]]:
    reader = gguf.GGUFReader(file)
    fields = {name: field.contents() for name, field in reader.fields.items()}
    tensors = {t.name: gguf.dequantize(t.data, t.tensor_type) for t in reader.tensors}
    return fields, tensors


@pytest.mark.parametrize(("quality", "allowed"), [("F16", 1e-3), ("Q8_0", 1e-2)])
def test_a_gguf_file_holds_every_weight(
    tmp_path: Path, checkpoint: Path, quality: str, allowed: float
) -> None:
    file = convert_gguf(str(checkpoint), tmp_path / "m.gguf", quality)
    fields, tensors = _read(file)
    weights = random_weights()
    layer = "transformer.encoder.layers.1."
    qkv = weights[layer + "self_attention.query_key_value.weight"]
    pairs = {
        "token_embd.weight": weights["transformer.embedding.word_embeddings.weight"],
        "output.weight": weights["transformer.output_layer.weight"],
        "output_norm.weight": weights["transformer.encoder.final_layernorm.weight"],
        "blk.1.attn_q.weight": qkv[: HEADS * WIDTH],
        "blk.1.attn_v.weight": qkv[-2 * WIDTH :],
        "blk.1.ffn_up.weight": weights[layer + "mlp.dense_h_to_4h.weight"],
        "blk.1.ffn_down.weight": weights[layer + "mlp.dense_4h_to_h.weight"],
        "blk.1.ffn_norm.weight": weights[layer + "post_attention_layernorm.weight"],
    }
    for name, expected in pairs.items():
        assert np.abs(tensors[name] - expected.numpy()).max() <= allowed * expected.abs().max()
    assert len(tensors) == 3 + 2 * 11
    assert fields["general.architecture"] == "chatglm"
    assert fields["chatglm.attention.head_count_kv"] == 2
    assert fields["chatglm.rope.dimension_count"] == WIDTH // 2


def test_a_gguf_file_holds_the_vocabulary(tmp_path: Path, checkpoint: Path) -> None:
    fields, _ = _read(convert_gguf(str(checkpoint), tmp_path / "m.gguf", "F16"))
    tokens, kinds = fields["tokenizer.ggml.tokens"], fields["tokenizer.ggml.token_type"]
    assert len(tokens) == len(kinds) == VOCAB
    assert tokens[13] == "<0x0A>" and kinds[13] == gguf.TokenType.BYTE
    assert tokens[601] == "[gMASK]" and tokens[603] == "<sop>"
    assert kinds[601] == kinds[603] == gguf.TokenType.CONTROL
    assert kinds[630] == gguf.TokenType.UNUSED
    assert fields["tokenizer.ggml.eos_token_id"] == 2
    assert fields["tokenizer.ggml.eot_token_id"] == 13
    assert fields["tokenizer.ggml.add_bos_token"] is False


@pytest.mark.parametrize("shape", [(4, 64), (6, 33), (7,)])
@pytest.mark.parametrize("name", ["F16", "Q8_0", "F32"])
def test_the_announced_size_is_the_written_one(shape: tuple[int, ...], name: str) -> None:
    kind = getattr(gguf.GGMLQuantizationType, name)
    if name == "Q8_0" and shape[-1] % 32:
        pytest.skip("not a shape for this format")
    tensor = torch.randn(shape)
    assert _layout(shape, kind)[2] == _encoded(tensor, kind).nbytes


def test_rope_scaling_is_told(tmp_path: Path) -> None:
    config = {**CONFIG, "rope_ratio": 2.5}
    folder = save_checkpoint(tmp_path / "m", random_weights(config), config=config)
    fields, _ = _read(convert_gguf(str(folder), tmp_path / "m.gguf", "F16"))
    assert fields["chatglm.rope.scaling.type"] == "linear"
    assert fields["chatglm.rope.scaling.factor"] == 2.5


def test_without_llama_cpp_four_bits_are_refused_with_the_way_to_them(
    tmp_path: Path, checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="llama-quantize") as caught:
        convert_gguf(str(checkpoint), tmp_path / "m.gguf", "Q4_K_M")
    assert caught.value.kind == "missing"
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_and_nothing_half_is_left(tmp_path: Path, checkpoint: Path) -> None:
    target = tmp_path / "there"
    target.write_text("mine")
    for make in (convert, lambda s, t: convert_gguf(s, t, "F16")):
        with pytest.raises(ModelError):
            make(str(checkpoint), target)
    assert target.read_text() == "mine"
    broken = Path(shutil.copytree(checkpoint, tmp_path / "broken"))
    weights = broken / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100_000])
    for make in (convert, lambda s, t: convert_gguf(s, t, "F16")):
        with pytest.raises(ModelError):
            make(str(broken), tmp_path / "new")
    assert {path.name for path in tmp_path.iterdir()} == {"there", "broken"}


def test_the_command(tmp_path: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    file = tmp_path / "m.gguf"
    asked = parser.parse_args([str(checkpoint), str(file), "--gguf"])
    assert convert_command(asked) == 0
    assert str(file) in capsys.readouterr().out and file.is_file()
    assert convert_command(asked) == 1
    assert "there already" in capsys.readouterr().err


def test_llama_cpp_speaks_as_the_model_does(tmp_path: Path, trained: ChatModel) -> None:
    """Where llama-cpp-python is installed: same ids for the same text, same line, same stop."""
    llama_cpp = pytest.importorskip("llama_cpp")
    codec = trained.codec  # type: ignore[attr-defined]
    source = trained.name.removeprefix("glm:")
    for quality in ("F16", "Q8_0", "Q4_K_M"):
        file = convert_gguf(source, tmp_path / f"{quality}.gguf", quality)
        model = llama_cpp.Llama(str(file), n_ctx=512, n_threads=1, verbose=False)
        ids = codec.prompt_ids(played(2), lambda text: None)
        text = f"[gMASK]<sop>{codec.text(ids)}".encode()
        assert model.tokenize(text, add_bos=False, special=True) == ids
        said = model.create_completion(ids, max_tokens=40, temperature=0)["choices"][0]
        assert (said["text"], said["finish_reason"]) == (EXCHANGES[1][1], "stop")
