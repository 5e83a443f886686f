"""Loading CharacterGLM, and its relatives, as a `ChatModel`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from game.models.glm.checkpoint import Progress, load_network, parameter_count
from game.models.glm.config import glm_config, stored_format
from game.models.glm.prompt import CharacterCodec, Form, RolesCodec, RoundsCodec, form_of
from game.models.glm.tokenizer import GlmTokenizer
from game.models.local.codec import Codec
from game.models.local.device import cache_limit, check_memory, choose
from game.models.local.model import LocalModel
from game.models.local.network import Network
from game.models.local.source import locate
from game.models.local.weights import read_json

_CODECS: Mapping[str, Callable[[GlmTokenizer], Codec]] = {
    "character": CharacterCodec,
    "rounds": RoundsCodec,
    "roles": RolesCodec,
}


def load_glm(
    source: str,
    *,
    device: str = "auto",
    format: str = "auto",
    form: Form = "auto",
    cache_bytes: int | None = None,
    progress: Progress | None = None,
) -> LocalModel:
    """A checkpoint from a folder or the hub (`owner/name@revision`), ready to speak.

    `format` is float32, bfloat16, float16, int8, int4 or auto; `form` is how its prompts look
    (auto: ChatGLM2 and ChatGLM3 by their names, CharacterGLM's for all else); `cache_bytes`
    bounds the caches that are kept between turns.
    """
    folder = locate(source)
    data = read_json(folder / "config.json")
    config, tokenizer = glm_config(data), GlmTokenizer(folder / "tokenizer.model")
    size = parameter_count(config)
    place = choose(size, stored_format(data), device, format)
    check_memory(size, place)
    network = Network(load_network(folder, config, place, progress), place.device)
    codec = _codec(form, folder, data, tokenizer)
    limit = cache_limit(place.device) if cache_bytes is None else cache_bytes
    return LocalModel(f"glm:{source}", network, codec, limit)


def _codec(form: Form, folder: Path, data: Mapping[str, Any], tokenizer: GlmTokenizer) -> Codec:
    return _CODECS[form_of(data, folder) if form == "auto" else form](tokenizer)
