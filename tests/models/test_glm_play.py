"""A model that learned a play: it plays it, judges it, and keeps what it has read."""

from __future__ import annotations

import importlib.util
import threading
from pathlib import Path

import pytest
import torch
from glm_play import EXCHANGES, QUESTION, WHO, played

from game.errors import ModelError
from game.models.base import Sampling
from game.models.glm.model import load_glm
from game.models.local.cache import KeptCache
from game.models.local.model import LocalModel
from game.prompts import Message, Prompt

torch.set_num_threads(1)
BEST = Sampling(temperature=0)
pytestmark = pytest.mark.xdist_group("trained")


def _line(model: LocalModel, prompt: Prompt, session: str = "s") -> str:
    return "".join(model.stream(prompt, BEST, threading.Event(), session))


def _kept(model: LocalModel, session: str = "s") -> KeptCache:
    """Look at a dialogue's cache, leaving it where it is."""
    cache = model.shelf.take((WHO.bot_name, session))
    model.shelf.put((WHO.bot_name, session), cache)
    return cache


def _fed(model: LocalModel, prompt: Prompt) -> int:
    """How many ids a turn costs beyond the reply itself."""
    before = _kept(model).fed
    said = _line(model, prompt)
    spoken = _kept(model).reply_ids(said)
    assert spoken is not None
    return _kept(model).fed - before - len(spoken)


def test_it_plays_what_it_learned_and_stops_at_the_line_break(trained: LocalModel) -> None:
    for turn, (_, answered, _) in enumerate(EXCHANGES, start=1):
        pieces = list(trained.stream(played(turn), BEST, threading.Event(), "s"))
        assert "".join(pieces) == answered
        assert len(pieces) > 2 and "\ufffd" not in "".join(pieces)


def test_it_is_judged_by_likelihood(trained: LocalModel) -> None:
    options = ["是", "否", "无关"]
    for turn, (_, _, judged) in enumerate(EXCHANGES, start=1):
        scores = trained.score(played(turn), QUESTION, options, "s")
        assert scores is not None
        assert options[scores.index(max(scores))] == judged


def test_scores_are_the_mean_log_probability_per_token(trained: LocalModel) -> None:
    options = ["是", "否", "无关", "yes, upstairs", "嘴上说不用"]
    shared = trained.score(played(2), QUESTION, options, "s")
    codec, network = trained.codec, trained.network
    before = codec.question_ids(played(2), QUESTION, lambda text: None)
    for option, score in zip(options, shared or [], strict=True):
        tail = codec.option_ids(option)
        with torch.inference_mode():
            logits = network.model(input_ids=torch.tensor([before + tail])).logits[0]
        chances = logits.log_softmax(-1)[len(before) - 1 : -1]
        alone = chances[torch.arange(len(tail)), torch.tensor(tail)].mean()
        assert score == pytest.approx(float(alone), abs=1e-4)


def test_only_new_ids_are_read(trained: LocalModel) -> None:
    read = 0
    for turn in (1, 2, 3):
        whole = trained.codec.prompt_ids(played(turn), _kept(trained).reply_ids)
        assert _fed(trained, played(turn)) == len(whole) - read
        spoken = _kept(trained).reply_ids(EXCHANGES[turn - 1][1])
        read = len(whole) + len(spoken or ())
        assert len(_kept(trained).ids) == read


def test_a_retry_undo_or_edit_reads_only_what_differs(trained: LocalModel) -> None:
    whole = len(trained.codec.prompt_ids(played(3), lambda text: None))
    for turn in (1, 2, 3):
        _line(trained, played(turn))
    assert _fed(trained, played(3)) == 1  # the same again: only the last id has to be
    assert _fed(trained, played(1)) == 1  # undone: all of it had been read
    edited = Prompt(WHO, "", (*played(3).messages[:2], Message("player", "沈舟", "借过。")))
    assert _fed(trained, edited) < whole / 2


def test_what_was_of_one_turn_only_is_forgotten(trained: LocalModel) -> None:
    _line(trained, played(1))
    with_aside = _line(trained, played(2, aside="她今天心情很好。"))
    answered = (*played(2).messages, Message("character", WHO.bot_name, with_aside))
    following = Prompt(WHO, "", (*answered, Message("player", WHO.user_name, "多谢。")))
    kept = _line(trained, following)
    text = trained.codec.text(_kept(trained).ids)
    assert "心情" not in text and "多谢。" in text
    assert kept == _line(trained, following, session="never heard of it")


def test_judging_shares_what_the_reply_will_read(trained: LocalModel) -> None:
    _line(trained, played(1))
    trained.score(played(2), QUESTION, ["是", "否"], "s")
    own = len(trained.codec.option_ids("x")) + len(trained.codec.prompt_ids(played(1), _none))
    assert _fed(trained, played(2, aside="她点了点头。")) < own / 2


def _none(text: str) -> None:
    return None


def test_kept_and_fresh_caches_say_the_same(trained: LocalModel) -> None:
    order = [1, 2, 3, 2, 1, 3, 3, 1]
    for at, turn in enumerate(order):
        aside = "她在听。" if at % 2 else ""
        prompt = played(turn, aside)
        assert _line(trained, prompt) == _line(trained, prompt, session=f"fresh {at}")


def test_a_cache_never_differs_from_its_ids(trained: LocalModel) -> None:
    cancel = threading.Event()
    stream = trained.stream(played(2), BEST, cancel, "s")
    next(stream)
    cancel.set()
    list(stream)
    kept = _kept(trained)
    assert kept.past.get_seq_length() == len(kept.ids)
    kept.ids.pop()  # as if something had gone wrong
    assert _line(trained, played(2)) == EXCHANGES[1][1]
    assert kept.past.get_seq_length() == len(kept.ids)


def test_a_stopped_line_keeps_the_ids_of_what_was_shown(trained: LocalModel) -> None:
    stream = trained.stream(played(2), BEST, threading.Event(), "s")
    shown = next(stream) + next(stream)
    stream.close()  # type: ignore[attr-defined]
    ids = _kept(trained).reply_ids(shown)
    assert ids and trained.codec.text(list(ids)) == shown


def test_each_character_and_game_has_its_own_cache(trained: LocalModel) -> None:
    _line(trained, played(1), "a")
    _line(trained, played(1), "b")
    other = Prompt(WHO.__class__("老莫", "", "沈舟", ""), "", (Message("player", "沈舟", "喂"),))
    list(trained.stream(other, Sampling(max_tokens=3, seed=1), threading.Event(), "a"))
    assert len(trained.shelf) == 3


def test_the_least_recently_used_cache_goes_first(trained_folder: Path) -> None:
    model = load_glm(str(trained_folder), cache_bytes=10**9)
    _line(model, played(1), "a")
    size = _kept(model, "a").bytes
    assert size == len(_kept(model, "a").ids) * 2 * 2 * 2 * 16 * 4  # k+v, layers, heads, width, f32
    model.shelf.limit = int(size * 2.5)
    for session in ("b", "a", "c"):
        _line(model, played(1), session)
    assert len(model.shelf) == 2
    before = _kept(model, "a").fed
    _line(model, played(1), "a")
    assert before and _kept(model, "a").fed - before < 40  # it was still there
    assert _kept(model, "b").fed == 0  # it was not


@pytest.mark.parametrize(("format", "share"), [("int8", 0.7), ("int4", 0.5)])
def test_quantized_it_still_plays(trained_folder: Path, format: str, share: float) -> None:
    """Where bitsandbytes is installed."""
    pytest.importorskip("bitsandbytes")
    model = load_glm(str(trained_folder), device="cpu", format=format)
    layer = model.network.model.model.layers[0]
    whole = load_glm(str(trained_folder)).network.model.model.layers[0]
    halved = sum(p.numel() * 2 for p in whole.parameters())
    assert sum(p.numel() * p.element_size() for p in layer.parameters()) < share * halved
    assert _line(model, played(1)) == EXCHANGES[0][1]
    scores = model.score(played(2), QUESTION, ["否", "是"], "s")
    assert scores is not None and scores[1] > scores[0]


def test_without_the_library_quantizing_is_refused(trained_folder: Path) -> None:
    if importlib.util.find_spec("bitsandbytes"):
        pytest.skip("it is installed")
    with pytest.raises(ModelError, match="bitsandbytes") as caught:
        load_glm(str(trained_folder), format="int4")
    assert caught.value.kind == "missing"


def test_a_failure_leaves_the_game_playable(
    trained: LocalModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    _line(trained, played(1))

    def fails(**anything: object) -> None:
        raise torch.OutOfMemoryError("out of memory")

    with monkeypatch.context() as patched:
        patched.setattr(trained.network.model, "forward", fails)
        with pytest.raises(ModelError) as caught:
            _line(trained, played(2))
    assert caught.value.kind == "memory" and caught.value.model == trained.name
    assert _line(trained, played(2)) == EXCHANGES[1][1]
