"""Turns, pieces of text and choices of tokens: the small parts of a local model."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from glm_play import WHO

from game.models.base import Sampling
from game.models.glm.model import load_glm
from game.models.hf import load_hf
from game.models.local.model import LocalModel
from game.models.local.sampling import Sampler
from game.models.local.text import Cleaner
from game.models.local.turns import Turns
from game.prompts import Message, Prompt

torch.set_num_threads(1)
NEVER = threading.Event()


def test_turns_are_taken_in_the_order_of_asking() -> None:
    turns, order = Turns(), list[str]()

    def worker(name: str) -> None:
        for _ in range(5):
            with turns.step(NEVER) as mine:
                assert mine
                order.append(name)
                time.sleep(0.005)

    threads = [threading.Thread(target=worker, args=(name,)) for name in "abc"]
    with turns.step(NEVER):
        for thread in threads:
            thread.start()
        time.sleep(0.05)  # all three are waiting now
    for thread in threads:
        thread.join(10)
    rounds = [set(order[at : at + 3]) for at in range(0, 15, 3)]
    assert rounds == [set("abc")] * 5


def test_waiting_ends_when_cancelled_and_nothing_stays_locked() -> None:
    turns, cancel = Turns(), threading.Event()
    got: list[bool] = []

    def wait() -> None:
        with turns.step(cancel) as mine:
            got.append(mine)

    with turns.step(NEVER):
        thread = threading.Thread(target=wait)
        thread.start()
        cancel.set()
        thread.join(5)
    assert got == [False]
    with turns.step(NEVER) as mine:
        assert mine


def _long_play(model: LocalModel, session: str, cancel: threading.Event) -> Iterator[str]:
    prompt = Prompt(WHO, "", (Message("player", WHO.user_name, f"讲个长长的故事 {session}"),))
    return model.stream(prompt, Sampling(max_tokens=3000, seed=5), cancel, session)


def test_a_long_reply_does_not_hold_up_anothers_first_word(checkpoint: Path) -> None:
    """While one speaks on and on, another's first word takes a few times its usual time."""
    model, cancel, lengths = load_glm(str(checkpoint)), threading.Event(), [0]

    def speak() -> None:
        for piece in _long_play(model, "long", cancel):
            lengths[0] += len(piece)

    thread = threading.Thread(target=speak)
    thread.start()
    try:
        while not lengths[0]:
            time.sleep(0.001)
        before = lengths[0]
        stream = _long_play(model, "short", NEVER)
        next(stream)
        meanwhile = lengths[0] - before
        assert thread.is_alive() and meanwhile < 40
        for _ in range(20):
            next(stream)
        assert lengths[0] - before > meanwhile  # and the long one was not held up either
    finally:
        cancel.set()
        thread.join(10)


def test_reading_a_long_prompt_can_be_stopped(checkpoint: Path) -> None:
    model, cancel = load_glm(str(checkpoint)), threading.Event()
    prompt = Prompt(WHO, "", (Message("player", WHO.user_name, "客官里面请" * 300),))
    threading.Timer(0.02, cancel.set).start()
    start = time.perf_counter()
    said = "".join(model.stream(prompt, Sampling(max_tokens=3000, seed=1), cancel, "s"))
    assert time.perf_counter() - start < 0.32
    cancel.clear()
    assert len(said) < len("".join(model.stream(prompt, Sampling(max_tokens=900, seed=1), cancel)))


@pytest.mark.parametrize("raw", ["😀好", "  a b  ", "a[[训练时间]]b", "x[[", "[[训练时间", "é\n"])
def test_pieces_are_whole_and_never_taken_back(raw: str) -> None:
    cleaner, shown = Cleaner({"[[训练时间]]": "2023年"}), ""
    data = raw.encode()
    for length in range(len(data) + 1):
        piece = cleaner.push(data[:length].decode(errors="replace"), final=length == len(data))
        assert "\ufffd" not in piece
        shown += piece
    assert shown == raw.replace("[[训练时间]]", "2023年").strip() == cleaner.shown


def _sampler(stops: tuple[int, ...] = (), seen: tuple[int, ...] = (), **wish: float) -> Sampler:
    return Sampler(Sampling(seed=1, **wish), seen, stops)  # type: ignore[arg-type]


def test_zero_temperature_takes_the_likeliest() -> None:
    logits = torch.tensor([0.0, 3.0, 2.0])
    sampler = _sampler(temperature=0)
    assert [sampler.choose(logits) for _ in range(3)] == [1, 1, 1]


def test_a_reply_does_not_end_before_it_began() -> None:
    sampler = _sampler(stops=(1,), temperature=0)
    logits = torch.tensor([0.0, 3.0, 2.0])
    assert [sampler.choose(logits), sampler.choose(logits)] == [2, 1]


@pytest.mark.parametrize("top_p", [0.0, 0.3, 0.55, 0.9])
@pytest.mark.parametrize("size", [40, 4000])
def test_the_nucleus_is_the_smallest_set_that_reaches_top_p(top_p: float, size: int) -> None:
    torch.manual_seed(0)
    logits = torch.randn(size) * (3 if size < 100 else 0.5)
    chances, order = logits.softmax(-1).sort(descending=True)
    count = int((chances.cumsum(0) - chances < top_p).sum()) or 1
    sampler = _sampler(top_p=top_p, temperature=1.0)
    drawn = {sampler.choose(logits) for _ in range(400)}
    assert drawn <= set(order[:count].tolist())
    assert len(drawn) > min(count, 100) / 2


def test_repetition_is_penalized_as_transformers_does() -> None:
    from transformers import RepetitionPenaltyLogitsProcessor

    torch.manual_seed(0)
    seen = (3, 5, 7)
    for _ in range(20):
        logits = torch.randn(12)
        processor = RepetitionPenaltyLogitsProcessor(penalty=1.6)
        expected = processor(torch.tensor([seen]), logits[None].clone())[0]
        sampler = _sampler(seen=seen, temperature=0, repetition_penalty=1.6)
        assert sampler.choose(logits) == int(expected.argmax())


def test_a_sliding_windows_end_is_not_taken_back(sliding_folder: Path, chat_folder: Path) -> None:
    assert not load_hf(str(sliding_folder)).network.new_cache().croppable
    assert load_hf(str(chat_folder)).network.new_cache().croppable
