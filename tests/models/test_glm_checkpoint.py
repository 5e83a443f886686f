"""Checkpoints: the same numbers as the layout's own computation, little memory, clear refusals."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_glm import CONFIG, random_weights, reference_logits, save_checkpoint

from game.errors import ModelError
from game.models.glm.model import load_glm
from game.models.local import device
from game.models.local.source import locate
from game.models.local.weights import read_tensors

torch.set_num_threads(1)
IDS = [601, 603, *range(20, 90, 3), 13, 5, 300, 299]


def _logits(folder: Path, ids: list[int] = IDS) -> torch.Tensor:
    model = load_glm(str(folder), device="cpu", format="float32")
    with torch.inference_mode():
        logits: torch.Tensor = model.network.model(input_ids=torch.tensor([ids])).logits[0]
    return logits


@pytest.mark.parametrize("kind", ["safetensors", "bin"])
@pytest.mark.parametrize("files", [1, 3])
def test_logits_are_those_of_the_reference(tmp_path: Path, kind: str, files: int) -> None:
    weights = random_weights(seed=files)
    folder = save_checkpoint(tmp_path / "m", weights, files=files, kind=kind)
    assert (_logits(folder) - reference_logits(weights, IDS)).abs().max() <= 1e-5


@pytest.mark.parametrize("change", [
    {"rope_ratio": 2.5},
    {"multi_query_attention": False, "multi_query_group_num": 4},
    {"kv_channels": 8, "num_attention_heads": 6},
])  # fmt: skip
def test_other_shapes_of_the_layout(tmp_path: Path, change: dict[str, Any]) -> None:
    config = {**CONFIG, **change}
    weights = random_weights(config)
    folder = save_checkpoint(tmp_path / "m", weights, config=config)
    assert (_logits(folder) - reference_logits(weights, IDS, config)).abs().max() <= 1e-5


def test_half_precision_keeps_its_rotary_frequencies_whole(tmp_path: Path) -> None:
    weights = {name: tensor.half() for name, tensor in random_weights().items()}
    folder = save_checkpoint(tmp_path / "m", weights, config={**CONFIG, "torch_dtype": "float16"})
    model = load_glm(str(folder), device="cpu", format="bfloat16").network.model
    assert {p.dtype for p in model.parameters()} == {torch.bfloat16}
    exact = 10_000.0 ** (-torch.arange(0, 8, 2) / 8)
    assert torch.allclose(model.model.rotary_emb.inv_freq, exact, rtol=1e-6)
    whole = {name: tensor.float() for name, tensor in weights.items()}
    assert (_logits(folder) - reference_logits(whole, IDS)).abs().max() <= 1e-5


def test_progress_grows_to_the_whole(tmp_path: Path) -> None:
    folder = save_checkpoint(tmp_path / "m", random_weights(), files=2)
    seen: list[tuple[int, int]] = []
    load_glm(str(folder), progress=lambda done, total: seen.append((done, total)))
    done = [step for step, _ in seen]
    total = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    assert done == sorted(done) and done[-1] > 0.9 * total
    assert {whole for _, whole in seen} == {total}


MEASURE = """
import sys
from pathlib import Path
from game.models.glm.model import load_glm

def status(field):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))

load_glm(sys.argv[2])  # everything is imported, the allocators are warm
before = status("VmRSS")
Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here on
model = load_glm(sys.argv[1], device="cpu", format=sys.argv[3])
size = sum(p.numel() * p.element_size() for p in model.network.model.parameters())
print((status("VmHWM") - before) / size)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="measured by the kernel's own peak")
@pytest.mark.parametrize(
    ("kind", "format"),
    [("safetensors", "float32"), ("safetensors", "bfloat16"), ("bin", "float32")],
)
def test_peak_memory_is_little_more_than_the_weights(
    tmp_path: Path, checkpoint: Path, kind: str, format: str
) -> None:
    """A layer in ten: one tensor of it weighs about as much of the whole as in the 6B model."""
    config = {**CONFIG, "hidden_size": 768, "ffn_hidden_size": 2048, "num_layers": 14}
    weights = {name: tensor.half() for name, tensor in random_weights(config).items()}
    folder = save_checkpoint(tmp_path / "m", weights, config=config, files=2, kind=kind)
    here = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(folder), str(checkpoint), format],
        env={"PYTHONPATH": f"{here}:{here.parents[1]}", "OMP_NUM_THREADS": "1"},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert 0.9 <= float(done.stdout) <= 1.15


def test_memory_is_checked_before_anything_is_read(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device, "free_memory", lambda where: 400_000)
    read: list[int] = []
    with pytest.raises(ModelError) as caught:
        load_glm(str(checkpoint), device="cpu", progress=lambda done, total: read.append(done))
    assert caught.value.kind == "memory" and read == []
    assert "free on cpu" in caught.value.detail


def _broken(tmp_path: Path, checkpoint: Path) -> Path:
    return Path(shutil.copytree(checkpoint, tmp_path / "broken"))


@pytest.mark.parametrize("cut", [4, 100, 5000, 400_000])
def test_a_cut_file_is_refused(tmp_path: Path, checkpoint: Path, cut: int) -> None:
    folder = _broken(tmp_path, checkpoint)
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:cut])
    with pytest.raises(ModelError) as caught:
        load_glm(str(folder))
    assert caught.value.kind == "malformed"


@pytest.mark.parametrize("entry", [
    {"dtype": "F32", "shape": [10**12], "data_offsets": [0, 4]},
    {"dtype": "F32", "shape": [1], "data_offsets": [0, 10**15]},
    {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]},
    {"dtype": "X", "shape": [1], "data_offsets": [0, 4]},
    {"dtype": "F32", "shape": "1", "data_offsets": [-8, -4]},
    {"shape": [1]},
    [],
])  # fmt: skip
def test_a_hostile_header_is_refused(tmp_path: Path, entry: Any) -> None:
    header = json.dumps({"a": entry}).encode()
    file = tmp_path / "x.safetensors"
    file.write_bytes(len(header).to_bytes(8, "little") + header + b"\0" * 4)
    with pytest.raises(ModelError) as caught:
        list(read_tensors(file))
    assert caught.value.kind == "malformed"


class _Runs:
    def __reduce__(self) -> Any:
        return exec, ("raise SystemExit('code was run')",)


def test_a_pickle_that_runs_code_is_refused(tmp_path: Path, checkpoint: Path) -> None:
    folder = _broken(tmp_path, checkpoint)
    (folder / "model.safetensors").unlink()
    torch.save({"a": _Runs()}, folder / "pytorch_model.bin")
    with pytest.raises(ModelError) as caught:
        load_glm(str(folder))
    assert caught.value.kind == "malformed"


@pytest.mark.parametrize(("field", "value"), [
    ("rmsnorm", False), ("num_layers", -1), ("num_layers", "two"), ("hidden_size", 10**9),
    ("add_bias_linear", True), ("num_layers", 3), ("padded_vocab_size", 700),
    ("model_type", "llama"),
])  # fmt: skip
def test_a_config_that_does_not_fit_is_refused(
    tmp_path: Path, checkpoint: Path, field: str, value: Any
) -> None:
    folder = _broken(tmp_path, checkpoint)
    config = {**CONFIG, field: value}
    if field == "model_type":
        del config["padded_vocab_size"]
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError) as caught:
        load_glm(str(folder))
    assert caught.value.kind == "malformed"


@pytest.mark.parametrize("gone", ["config.json", "model.safetensors", "tokenizer.model"])
def test_a_missing_file_is_named(tmp_path: Path, checkpoint: Path, gone: str) -> None:
    folder = _broken(tmp_path, checkpoint)
    (folder / gone).unlink()
    with pytest.raises(ModelError, match=gone) as caught:
        load_glm(str(folder))
    assert caught.value.kind == "missing"


def test_an_index_may_not_leave_its_folder(tmp_path: Path, checkpoint: Path) -> None:
    folder = _broken(tmp_path, checkpoint)
    index = {"weight_map": {"a": "../model.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(ModelError, match="outside"):
        load_glm(str(folder))


def test_a_hub_id_in_the_cache_needs_no_network(tmp_path: Path, checkpoint: Path) -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    repository = tmp_path / "models--someone--tiny-glm"
    shutil.copytree(checkpoint, repository / "snapshots" / commit)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit)
    expected = repository / "snapshots" / commit
    assert locate("someone/tiny-glm", tmp_path) == expected
    assert locate(f"someone/tiny-glm@{commit}", tmp_path) == expected
    assert locate(str(checkpoint)) == checkpoint


def test_neither_folder_nor_hub_id() -> None:
    with pytest.raises(ModelError) as caught:
        locate("no/such/folder")
    assert caught.value.kind == "missing"


def test_an_unknown_device_or_format() -> None:
    for wish in ({"device": "tpu"}, {"device": "cpu", "format": "float7"}):
        with pytest.raises(ModelError) as caught:
            device.choose(10, **wish)
        assert caught.value.kind == "missing"


def test_a_large_model_on_a_cpu_takes_half_the_space() -> None:
    assert device.choose(10**8, device="cpu").format == "float32"
    assert device.choose(6 * 10**9, "float16", device="cpu").format == "bfloat16"
