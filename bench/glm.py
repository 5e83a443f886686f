"""Local models, measured: ratios within one run, on a small random GLM or (--gpu) on the 6B shape.

python -m bench.glm              about two minutes on two cores
python -m bench.glm --quick      a smaller network: whether it runs, not how fast
python -m bench.glm --gpu        needs a CUDA device with 16 GiB; --format bfloat16 int8 int4
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
from transformers import TextIteratorStreamer

from bench.random_glm import build
from game.models.base import Sampling
from game.models.glm.tokenizer import GlmTokenizer
from game.models.local.cache import KeptCache, shared_length
from game.models.local.device import Placement
from game.models.local.model import LocalModel
from game.prompts import Message, Persona, Prompt

NEVER = threading.Event()
WHO = Persona(
    "兰三娘", "边城客栈的老板娘，外冷内热，嘴上不饶人。" * 6, "沈舟", "路过的镖师，话不多。"
)
LINES = ["老板娘，可有空房？雨下得这么大。", "我来帮你搬酒吧。", "楼上还有人住吗？", "那就里面请？"]
TURNS, REPLY, SESSION = 30, 36, "bench"
ASIDES = 12  # turns with a direction each: every reply is read once more, so it takes long
PARTS = ["game", "speed", "players", "aside"]
OPTIONS = ["是", "否", "无关", "住店", "搬酒", "空房"]
QUESTION = "他说的是哪一件事？是、否、无关、住店、搬酒、空房。答："


class Report:
    """Prints each figure beside its bar, and remembers whether all were met."""

    def __init__(self) -> None:
        self.missed = 0

    def figure(self, name: str, value: float, unit: str = "") -> None:
        """A figure that is only reported."""
        print(f"  {name:<58}{value:>10.3g} {unit}", flush=True)

    def ratio(self, name: str, value: float, bar: float, at_least: bool) -> None:
        """A figure with a bar."""
        met = value >= bar if at_least else value <= bar
        self.missed += not met
        sign = "≥" if at_least else "≤"
        print(f"  {name:<58}{value:>10.3g} {sign} {bar:g}  {'ok' if met else 'MISSED'}", flush=True)


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """The best of a few runs."""
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def cache_of(model: LocalModel) -> KeptCache:
    """The cache of the game that is measured, left where it is."""
    key = (WHO.bot_name, SESSION)
    kept = model.shelf.take(key)
    model.shelf.put(key, kept)
    return kept


def first_word(model: LocalModel, prompt: Prompt, session: str) -> None:
    """Speak until there is something to see."""
    stream = model.stream(prompt, Sampling(max_tokens=REPLY, seed=1), NEVER, session)
    next(stream)
    stream.close()  # type: ignore[attr-defined]


def speak(model: LocalModel, prompt: Prompt, tokens: int, session: str = SESSION) -> str:
    """Speak a line of so many tokens."""
    return "".join(model.stream(prompt, Sampling(max_tokens=tokens, seed=1), NEVER, session))


def chat(turns: int) -> Prompt:
    """A conversation in words that the tokenizer knows, up to the player's last line."""
    messages: list[Message] = []
    for turn in range(turns):
        messages.append(Message("player", WHO.user_name, LINES[turn % 4]))
        messages.append(
            Message("character", WHO.bot_name, "（擦着柜台）客官里面请，楼上还有一间。")
        )
    return Prompt(WHO, "", tuple(messages[:-1]))


def play(model: LocalModel, aside: str, turns: int) -> tuple[list[Message], int]:
    """A game up to the player's last line; how many ids were read and could have been kept."""
    messages: list[Message] = []
    twice = 0
    for turn in range(turns):
        messages.append(Message("player", WHO.user_name, f"{LINES[turn % 4]}（第{turn}次）"))
        if turn == turns - 1:
            break
        prompt = Prompt(WHO, "", tuple(messages), aside)
        stable = model.codec.prompt_ids(Prompt(WHO, "", tuple(messages)), cache_of(model).reply_ids)
        before = cache_of(model)
        known, fed = shared_length(before.ids, stable), before.fed
        said = speak(model, prompt, REPLY)
        spoken = len(cache_of(model).reply_ids(said) or ())
        if not aside:
            twice += max(0, cache_of(model).fed - fed - spoken - (len(stable) - known))
        messages.append(Message("character", WHO.bot_name, said))
    return messages, twice


def kept_cache(model: LocalModel, report: Report, aside: str = "", turns: int = TURNS) -> Prompt:
    """A long game: the first word with what was kept, against reading everything again."""
    print(f"\nA game of {turns} turns{', each with a direction of its own' if aside else ''}")
    model.shelf.clear()
    messages, twice = play(model, aside, turns)
    prompt, kept = Prompt(WHO, "", tuple(messages), aside), cache_of(model)
    ids = model.codec.prompt_ids(prompt, kept.reply_ids)
    length, fed = len(kept.ids), kept.fed
    start = time.perf_counter()
    first_word(model, prompt, SESSION)
    warm = time.perf_counter() - start
    for _ in range(3):
        kept.crop(length if not aside else length - REPLY)
        if aside:  # as it stood: the reply was read after a direction that is gone now
            kept.ids[-1] = -1
        start = time.perf_counter()
        first_word(model, prompt, SESSION)
        warm = min(warm, time.perf_counter() - start)
    whole = torch.tensor([ids], device=model.network.device)
    network = model.network.model

    def at_once() -> None:
        with torch.inference_mode():
            network(input_ids=whole, use_cache=True, logits_to_keep=1).logits[0, -1].argmax().item()

    times = 1 if aside else 2  # the costliest part; with asides nothing is held to it
    cold = min(seconds(lambda: _fresh(model, prompt), times), seconds(at_once, times))
    report.figure("ids in the last prompt", len(ids))
    report.figure("first word, kept", warm * 1000, "ms")
    report.figure("first word, everything read again", cold * 1000, "ms")
    sent = sum(range(len(ids) // turns, len(ids) + 1, len(ids) // turns))
    report.figure("ids read, as a share of ids in all prompts", fed / sent)
    if not aside:
        report.ratio("first word at the last turn, times faster", cold / warm, 12, True)
        report.ratio("ids of the stable prefix read twice", twice, 0, False)
    else:
        report.figure("first word at the last turn, times faster", cold / warm)
    return prompt


def _fresh(model: LocalModel, prompt: Prompt) -> None:
    model.shelf.take((WHO.bot_name, "fresh"))
    first_word(model, prompt, "fresh")


def judging(model: LocalModel, prompt: Prompt, report: Report) -> None:
    """A judgement by likelihood, against a reply of 60 tokens at the same length."""
    print("\nJudging by likelihood")
    before = Prompt(prompt.persona, "", prompt.messages[:-1])
    reply = seconds(lambda: speak(model, prompt, 60), 2) - seconds(
        lambda: speak(model, prompt, 1), 2
    )
    encoded = [model.codec.option_ids(option) for option in OPTIONS]
    tails = [option[:-1] for option in encoded if len(option) > 1]
    whole = float("inf")
    for _ in range(3):
        speak(model, before, 1)
        start = time.perf_counter()
        model.score(prompt, QUESTION, OPTIONS, SESSION)
        whole = min(whole, time.perf_counter() - start)
    kept = cache_of(model)
    scoring = seconds(lambda: model.network.branches(kept, tails)) if tails else 0.0
    report.figure("a reply of 60 tokens", reply * 1000, "ms")
    report.figure(f"scoring {len(OPTIONS)} options", scoring * 1000, "ms")
    report.ratio("scoring, as a share of the reply", scoring / reply, 0.05, False)
    report.ratio("the whole judgement, as a share of the reply", whole / reply, 0.5, False)


class _Decoder:
    """What TextIteratorStreamer asks of a tokenizer."""

    def __init__(self, tokenizer: GlmTokenizer) -> None:
        self._tokenizer = tokenizer

    def decode(self, ids: Any, **options: Any) -> str:
        return self._tokenizer.decode([int(token) for token in ids])


def generated(model: LocalModel, ids: list[int], tokens: int) -> Iterator[str]:
    """The usual way: `generate` in a thread, its text through a streamer."""
    streamer = TextIteratorStreamer(_Decoder(model.codec.tokenizer), skip_prompt=True, timeout=60)  # type: ignore[attr-defined,arg-type]
    batch = torch.tensor([ids], device=model.network.device)
    options: dict[str, Any] = {
        "input_ids": batch, "attention_mask": torch.ones_like(batch), "streamer": streamer,
        "max_new_tokens": tokens, "do_sample": True, "top_p": 0.8, "temperature": 0.9,
        "eos_token_id": None, "top_k": 0,
    }  # fmt: skip
    thread = threading.Thread(target=model.network.model.generate, kwargs=options)
    thread.start()
    yield from streamer
    thread.join()


def speed(model: LocalModel, report: Report, tokens: int = 60) -> float:
    """Tokens per second against `generate` with a streamer; ours are returned."""
    print("\nSpeed of speaking")
    short = chat(8)
    ids = model.codec.prompt_ids(short, lambda text: None)
    ours = theirs = float("inf")
    for _ in range(3):
        ours = min(ours, _decoding(lambda n: speak(model, short, n, "speed"), tokens))
        theirs = min(theirs, _decoding(lambda n: list(generated(model, ids, n)), tokens))
    report.figure("tokens per second", tokens / ours)
    report.figure("tokens per second of generate + TextIteratorStreamer", tokens / theirs)
    report.ratio("times as fast", theirs / ours, 1.0, True)
    return tokens / ours


def _decoding(speaks: Callable[[int], object], tokens: int) -> float:
    """Seconds for `tokens` tokens beyond the first."""
    speaks(1)
    start = time.perf_counter()
    speaks(1)
    middle = time.perf_counter()
    speaks(tokens + 1)
    return time.perf_counter() - middle - (middle - start)


def two_players(model: LocalModel, report: Report) -> None:
    """The first word for one player while another one is told a long story."""
    print("\nTwo players")
    short, long = chat(4), chat(20)
    cancel, going = threading.Event(), threading.Event()

    def story() -> None:
        for _ in model.stream(long, Sampling(max_tokens=4000, seed=2), cancel, "story"):
            going.set()

    alone = _median_first_word(model, short)
    teller = threading.Thread(target=story)
    teller.start()
    going.wait(60)
    together = _median_first_word(model, short)
    still = teller.is_alive()
    cancel.set()
    start = time.perf_counter()
    teller.join(60)
    report.figure("first word, alone", alone * 1000, "ms")
    report.figure(
        f"first word, beside a long story{'' if still else ' (ended early)'}", together * 1000, "ms"
    )
    report.ratio("times as long", together / alone, 3.0, False)
    report.ratio("seconds until a stopped reply ends", time.perf_counter() - start, 0.3, False)


def _median_first_word(model: LocalModel, prompt: Prompt) -> float:
    taken = []
    for attempt in range(5):
        start = time.perf_counter()
        first_word(model, prompt, f"short {time.perf_counter()} {attempt}")
        taken.append(time.perf_counter() - start)
    return sorted(taken)[2]


def bandwidth(device: str) -> float:
    """Bytes per second that a device reads and writes when it copies."""
    block = torch.empty(2**30, dtype=torch.uint8, device=device)
    target = torch.empty_like(block)

    def copy() -> None:
        target.copy_(block)
        if device.startswith("cuda"):
            torch.cuda.synchronize()

    copy()
    return 2 * block.numel() / seconds(copy, 5)


def on_gpu(device: str, shape: str, formats: list[str]) -> None:
    """The 6B shape: speed as a share of what the memory allows, and the first word."""
    report, limit = Report(), bandwidth(device)
    report.figure("memory bandwidth", limit / 1e9, "GB/s")
    for format in formats:
        print(f"\n{shape}, {format}")
        model = build(shape, Placement(device, format))
        parameters = model.network.model.parameters()
        size = sum(p.numel() * p.element_size() for p in parameters)
        prompt = kept_cache(model, report)
        rate = speed(model, report, 128)
        report.figure("weights", size / 2**30, "GiB")
        report.figure("share of what the bandwidth allows (aim 0.7)", rate * size / limit)
        judging(model, prompt, report)
        model.close()
        if device.startswith("cuda"):
            torch.cuda.empty_cache()


def main() -> int:
    """Measure, and tell by the exit status whether every bar was met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--gpu", action="store_true")
    parser.add_argument("--device", default="cuda", help="for --gpu")
    parser.add_argument("--format", nargs="+", default=["bfloat16"], help="for --gpu")
    parser.add_argument("--part", nargs="+", default=PARTS, choices=PARTS, help="only some of it")
    args = parser.parse_args()
    if args.gpu:
        on_gpu(args.device, "quick" if args.quick else "6B", args.format)
        return 0
    report = Report()
    model = build("quick" if args.quick else "100M", Placement("cpu", "float32"))
    if "game" in args.part:
        judging(model, kept_cache(model, report), report)
    if "speed" in args.part:
        speed(model, report)
    if "players" in args.part:
        two_players(model, report)
    if "aside" in args.part:
        kept_cache(model, report, "她今天心情很好，却不肯承认。", ASIDES)
    return 1 if report.missed and not args.quick else 0


if __name__ == "__main__":
    sys.exit(main())
