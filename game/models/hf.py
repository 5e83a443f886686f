"""Any chat model that transformers knows, through its own chat template; never remote code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from game.errors import ModelError
from game.models.local.codec import Replies
from game.models.local.device import Placement, cache_limit, check_memory, choose
from game.models.local.lines import dialogue, system_text
from game.models.local.model import LocalModel
from game.models.local.network import Network
from game.models.local.source import locate
from game.models.local.weights import read_json
from game.prompts import Prompt

Turn = dict[str, str]


class TemplateCodec:
    """Chat messages, written out by a tokenizer's template."""

    replace: Mapping[str, str] = {}

    def __init__(self, tokenizer: Any, stops: Sequence[int]) -> None:
        self.tokenizer = tokenizer
        self.stops = frozenset(stops)
        self._marks = sorted(_special_texts(tokenizer), key=len, reverse=True)

    def prompt_ids(self, prompt: Prompt, replies: Replies) -> list[int]:
        """The messages and what opens the next reply."""
        return self._ids(self._turns(prompt, aside=True))

    def question_ids(self, prompt: Prompt, question: str, replies: Replies) -> list[int]:
        """The question at the end of the last message, and what opens the answer."""
        turns = self._turns(prompt, aside=False)
        turns[-1]["content"] = f"{turns[-1]['content']}\n\n{self._plain(question)}".strip()
        return self._ids(turns)

    def option_ids(self, option: str) -> list[int]:
        """The answer as a reply begins."""
        ids: list[int] = self.tokenizer.encode(self._plain(option), add_special_tokens=False)
        return ids

    def text(self, ids: list[int]) -> str:
        """What was said."""
        text: str = self.tokenizer.decode(
            ids, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return text

    def _turns(self, prompt: Prompt, aside: bool) -> list[Turn]:
        """System, user, assistant, user …: strictly by turns, and the user's the last."""
        turns = [{"role": "system", "content": self._plain(system_text(prompt))}]
        for spoken in dialogue(prompt, aside):
            role = "user" if spoken.voice == "user" else "assistant"
            if role == turns[-1]["role"]:
                turns[-1]["content"] += "\n" + self._plain(spoken.text)
                continue
            if role == "assistant" and turns[-1]["role"] == "system":
                turns.append({"role": "user", "content": "…"})
            turns.append({"role": role, "content": self._plain(spoken.text)})
        if turns[-1]["role"] != "user":
            turns.append({"role": "user", "content": "…"})
        return turns

    def _ids(self, turns: list[Turn]) -> list[int]:
        text = self._rendered(turns)
        ids: list[int] = self.tokenizer.encode(text, add_special_tokens=False)
        return ids

    def _rendered(self, turns: list[Turn]) -> str:
        from jinja2 import TemplateError

        options: dict[str, Any] = {
            "tokenize": False, "add_generation_prompt": True, "enable_thinking": False,
        }  # fmt: skip
        try:
            return str(self.tokenizer.apply_chat_template(turns, **options))
        except (TemplateError, ValueError):
            pass  # some templates know no system message: it opens the first of the user's
        system, first, *rest = turns
        joined = {"role": "user", "content": f"{system['content']}\n\n{first['content']}"}
        try:
            return str(self.tokenizer.apply_chat_template([joined, *rest], **options))
        except (TemplateError, ValueError) as error:
            raise ModelError("malformed", f"the chat template fails: {error}") from error

    def _plain(self, text: str) -> str:
        """`text` without anything that the tokenizer would take for a special token."""
        before = None
        while before != text:
            before = text
            for mark in self._marks:
                text = text.replace(mark, "")
        return text


def load_hf(
    source: str,
    *,
    device: str = "auto",
    format: str = "auto",
    cache_bytes: int | None = None,
) -> LocalModel:
    """A chat model from a folder or the hub (`owner/name@revision`), ready to speak."""
    folder = locate(source)
    config = _config(folder, source)
    tokenizer = _tokenizer(folder, source)
    size = _parameters(config)
    stored = str(getattr(config, "dtype", "") or "").removeprefix("torch.")
    place = choose(size, stored, device, format)
    check_memory(size, place)
    model = _weights(folder, place, source)
    stops = _stop_ids(model, tokenizer)
    limit = cache_limit(place.device) if cache_bytes is None else cache_bytes
    codec = TemplateCodec(tokenizer, stops)
    return LocalModel(f"hf:{source}", Network(model, place.device), codec, limit)


def _config(folder: Path, source: str) -> Any:
    from transformers import AutoConfig

    if read_json(folder / "config.json").get("model_type") == "chatglm":
        raise ModelError("malformed", "a checkpoint in ChatGLM's layout: load it as glm:", source)
    try:
        return AutoConfig.from_pretrained(folder, trust_remote_code=False)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError("malformed", str(error)[:500], source) from error


def _tokenizer(folder: Path, source: str) -> Any:
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise ModelError("malformed", str(error)[:500], source) from error
    if not tokenizer.chat_template:
        raise ModelError("malformed", "its tokenizer has no chat template", source)
    return tokenizer


def _parameters(config: Any) -> int:
    import torch
    from transformers import AutoModelForCausalLM

    with torch.device("meta"):
        auto: Any = AutoModelForCausalLM
        outline = auto.from_config(config, trust_remote_code=False)
    return sum(parameter.numel() for parameter in outline.parameters())


def _weights(folder: Path, place: Placement, source: str) -> Any:
    from transformers import AutoModelForCausalLM

    options: dict[str, Any] = {"dtype": place.dtype, "device_map": {"": place.device}}
    if place.format in ("int8", "int4"):
        import transformers

        quantized: Any = transformers.BitsAndBytesConfig
        options["quantization_config"] = quantized(
            load_in_8bit=place.format == "int8",
            load_in_4bit=place.format == "int4",
            bnb_4bit_quant_type="nf4",
            bnb_4bit_compute_dtype=place.dtype,
        )
    try:
        model: Any = AutoModelForCausalLM.from_pretrained(
            folder, trust_remote_code=False, **options
        )
    except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
        raise ModelError("malformed", str(error)[:500], source) from error
    return model.eval()


def _stop_ids(model: Any, tokenizer: Any) -> list[int]:
    listed = model.generation_config.eos_token_id
    ids = listed if isinstance(listed, list) else [listed]
    return [token for token in {*ids, tokenizer.eos_token_id} if token is not None]


def _special_texts(tokenizer: Any) -> set[str]:
    texts = set(tokenizer.all_special_tokens)
    for token in tokenizer.added_tokens_decoder.values():
        if token.special or token.content.startswith(("<", "[")):
            texts.add(token.content)
    return {text for text in texts if text.strip()}
