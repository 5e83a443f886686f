"""Tries a model once: time to its first text, speed, memory, and whether it picks from a set."""

from __future__ import annotations

import importlib
import json
import threading
import time
from dataclasses import dataclass
from typing import Any

from ..models.base import Answering, ChatModel, Sampling
from ..prompts import Message, Persona, Prompt

PROMPTS = {
    "zh": Prompt(
        Persona("兰三娘", "边城客栈的老板娘，嘴硬心软。", "沈舟", "过路的镖师。"),
        "你扮演兰三娘，只说她此刻说的一两句话。",
        (Message("player", "沈舟", "掌柜的，可还有空房？"),),
    ),
    "en": Prompt(
        Persona("Ann", "Keeps a tea house at the river; blunt and kind.", "Sam", "A traveller."),
        "You play Ann. Say one or two sentences, as she would.",
        (Message("player", "Sam", "Have you a room left for the night?"),),
    ),
}
CODES = ("room", "meal", "none")
PICK = 'Answer with one JSON object only, {"pick": "room"}, "meal" or "none": what is asked for?'
AT_ONCE = 0.05  # seconds; an answer that comes in less of them tells nothing of a speed


@dataclass(frozen=True)
class Tried:
    """How one line went; `speed` is characters a second, 0 where it came all at once."""

    text: str
    first: float
    total: float

    @property
    def speed(self) -> float:
        taken = self.total - self.first
        return len(self.text) / taken if taken > AT_ONCE else 0.0


def measured(model: ChatModel, prompt: Prompt) -> Tried:
    """One line of a model, timed; raises ModelError."""
    start = time.perf_counter()
    first, text = 0.0, ""
    for piece in model.stream(prompt, Sampling(max_tokens=60, seed=1), threading.Event(), "check"):
        first = first or time.perf_counter() - start
        text += piece
    return Tried(text, first, time.perf_counter() - start)


def picks(model: Answering, question: str) -> bool:
    """Whether a model can be asked to pick from a closed set, as a judge is; raises ModelError."""
    picked = {"type": "string", "enum": list(CODES)}
    schema = {
        "type": "object", "properties": {"pick": picked}, "required": ["pick"],
        "additionalProperties": False,
    }  # fmt: skip
    said = model.answer(PICK, question, schema, threading.Event())
    start, end = said.find("{"), said.rfind("}")
    try:
        found = json.loads(said[start : end + 1])
    except ValueError:
        return False
    return isinstance(found, dict) and found.get("pick") in CODES


def warm_up(model: Any) -> None:
    """Has what a server's client needs in memory, so that it counts as no delay of the server's."""
    if hasattr(model, "where"):
        importlib.import_module("openai")


def megabytes() -> int:
    """The memory of this process; 0 where nothing here can tell."""
    try:
        import psutil
    except ImportError:
        return 0
    return int(psutil.Process().memory_info().rss / 2**20)
