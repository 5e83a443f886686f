"""Sentence embeddings: a text as a vector, by a small model that runs on any CPU.

A folder or hub id with `tokenizer.json` and an ONNX file runs in onnxruntime, without torch; one
that has only `model.safetensors` runs in transformers, where that is installed.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from game.errors import ModelError
from game.models.embed_files import locate

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]

# Both languages, about 120 MB; small enough for any machine.
DEFAULT = "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2"
KEPT, LONGEST, TOGETHER = 6_000, 128, 64

Forward = Callable[["Array", "Array"], "Array"]  # ids and mask → a vector for each token


@dataclass(frozen=True, slots=True)
class Meant:
    """A text as vectors of length one: the whole of it, and each of its words where it stands."""

    whole: Array
    words: Array


class Embedder:
    """Reads texts as vectors; keeps those it has read. Safe to be used by several games."""

    def __init__(self, name: str, tokenizer: Any, forward: Forward, first_token: bool) -> None:
        """`first_token`: the first token stands for the text, else the mean of all."""
        self.name = name
        self._tokenizer, self._forward, self._first = tokenizer, forward, first_token
        self._kept: OrderedDict[str, Meant] = OrderedDict()
        self._lock = Lock()

    def vectors(self, texts: Sequence[str]) -> Array:
        """One row for each text."""
        import numpy as np

        return np.stack([one.whole for one in self.read(texts)]) if texts else np.zeros((0, 1))

    def read(self, texts: Sequence[str]) -> list[Meant]:
        """What each text means."""
        with self._lock:
            missing = [one for one in dict.fromkeys(texts) if one not in self._kept]
            for start in range(0, len(missing), TOGETHER):
                group = missing[start : start + TOGETHER]
                self._kept.update(zip(group, self._made(group), strict=True))
            found = [self._kept[one] for one in texts]
            for one in texts:
                self._kept.move_to_end(one)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found

    def _made(self, texts: Sequence[str]) -> list[Meant]:
        import numpy as np

        encoded = self._tokenizer.encode_batch(list(texts))
        ids = np.array([one.ids for one in encoded], dtype=np.int64)
        mask = np.array([one.attention_mask for one in encoded], dtype=np.int64)
        tokens = self._forward(ids, mask)
        if self._first:
            pooled = tokens[:, 0]
        else:
            weight = mask[:, :, None].astype(tokens.dtype)
            pooled = (tokens * weight).sum(1) / np.maximum(weight.sum(1), 1)
        found = []
        for one, whole, every in zip(encoded, pooled, tokens, strict=True):
            real = np.array(one.attention_mask, dtype=bool)
            words = real & (np.array(one.special_tokens_mask) == 0)
            said = every[words if words.any() else real]
            found.append(Meant(_unit(whole), _unit(said).astype(np.float16)))
        return found


def _unit(vectors: Array) -> Array:
    """Vectors scaled to length one."""
    import numpy as np

    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    found: Array = (vectors / np.maximum(length, 1e-9)).astype(np.float32)
    return found


def load_embedder(source: str = "") -> Embedder:
    """The model in a folder, or from the hub or its cache; raises ModelError."""
    source = source or DEFAULT
    try:
        folder, weights = locate(source)
        tokenizer = _tokenizer(folder)
        forward = _onnx(weights) if weights.suffix == ".onnx" else _torch(folder)
    except ImportError as error:
        raise ModelError("missing", f"a package is not installed: {error.name}", source) from None
    return Embedder(source, tokenizer, forward, _takes_first_token(folder))


def _tokenizer(folder: Path) -> Any:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # the library raises a bare Exception
        raise ModelError("malformed", f"tokenizer.json: {error}", str(folder)) from None
    tokenizer.enable_truncation(LONGEST)
    pad = _json(folder / "config.json").get("pad_token_id") or 0
    tokenizer.enable_padding(pad_id=int(pad))
    return tokenizer


def _onnx(weights: Path) -> Forward:
    import numpy as np
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(
            str(weights), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # of many classes of its own
        raise ModelError("malformed", f"{weights.name}: {error}"[:300], str(weights)) from None
    taken = {one.name for one in session.get_inputs()}

    def forward(ids: Array, mask: Array) -> Array:
        every = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        tokens: Array = session.run(None, {k: v for k, v in every.items() if k in taken})[0]
        return tokens

    return forward


def _torch(folder: Path) -> Forward:
    import torch
    from transformers import AutoModel

    try:
        loader: Any = AutoModel
        model = loader.from_pretrained(folder, trust_remote_code=False, dtype=torch.float32).eval()
    except (OSError, ValueError, KeyError) as error:
        raise ModelError("malformed", str(error)[:300], str(folder)) from None

    def forward(ids: Array, mask: Array) -> Array:
        with torch.inference_mode():
            found = model(input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask))
        tokens: Array = found.last_hidden_state.numpy()
        return tokens

    return forward


def _takes_first_token(folder: Path) -> bool:
    return bool(_json(folder / "1_Pooling" / "config.json").get("pooling_mode_cls_token"))


def _json(path: Path) -> Mapping[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}
