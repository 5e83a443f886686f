"""Makes the cast that settings ask for: who speaks, tells and judges, with models or without."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from .errors import ModelError
from .events import Notice
from .settings import ROLES, Endpoint, Role, Settings, endpoint, needs_key, parse_role

if TYPE_CHECKING:
    from .cast import Actor, Judge, Narrator
    from .cast.guarded import Manner
    from .cast.judge import AuthoredJudge
    from .models.base import ChatModel
    from .prompts.composing import Composer


@dataclass
class Troupe:
    """The actor, narrator and judge that play; the fallback judges when a model fails.

    `notices` are what the player should be told of the choice, such as that a key is missing.
    """

    actor: Actor
    narrator: Narrator
    judge: Judge
    fallback: Judge
    notices: tuple[Notice, ...] = ()


class Models:
    """The models of this process: each is loaded once and shared by all games.

    What is loaded here stays. A server is known, with its key, only as long as some game plays
    with it.
    """

    def __init__(self) -> None:
        self._servers: WeakValueDictionary[Endpoint, Any] = WeakValueDictionary()
        self._loaded: dict[Hashable, Any] = {}
        self._lock = threading.Lock()

    def chat(self, settings: Settings, part: str) -> ChatModel:
        """The model that plays a part; loads it where need be. Raises ModelError."""
        role = parse_role(getattr(settings, part), part)
        with self._lock:
            if role.kind == "remote":
                return self._server(endpoint(settings, part))
            key = (role.kind, role.source, settings.device, settings.format)
            if key not in self._loaded:
                self._loaded[key] = _load(role, settings)
            model: ChatModel = self._loaded[key]
            return model

    def judge(self, key: Hashable, make: Any) -> Any:
        """A judge that is costly to make, made once."""
        with self._lock:
            if key not in self._loaded:
                self._loaded[key] = make()
            return self._loaded[key]

    def close(self) -> None:
        """Let all models go."""
        with self._lock:
            models = [*self._servers.values(), *self._loaded.values()]
            self._servers.clear()
            self._loaded.clear()
        for model in models:
            close = getattr(model, "close", None)
            if close:
                close()

    def _server(self, where: Endpoint) -> ChatModel:
        from .models.openai import OpenAIModel

        model: ChatModel | None = self._servers.get(where)
        if model is None:
            model = self._servers[where] = OpenAIModel(where)
        return model


def build_troupe(settings: Settings, models: Models, fallback: AuthoredJudge) -> Troupe:
    """The cast that settings ask for; raises ModelError where a local model can't be loaded.

    A part whose server needs a key that nobody has given is played by its authored form.
    """
    from .cast.authored import AuthoredActor, AuthoredNarrator

    troupe = Troupe(AuthoredActor(), AuthoredNarrator(), fallback, fallback)
    keyless = [part for part in ROLES if _keyless(settings, part)]
    wanted = {
        part: parse_role(getattr(settings, part), part) for part in ROLES if part not in keyless
    }
    troupe.notices = tuple(
        Notice("key_missing", {"role": part, "server": endpoint(settings, part).name})
        for part in keyless
    )
    playing = {part for part, role in wanted.items() if role.kind != "authored"}
    if playing:
        _cast(troupe, settings, models, wanted, playing)
    return troupe


def _cast(
    troupe: Troupe,
    settings: Settings,
    models: Models,
    wanted: dict[str, Role],
    playing: set[str],
) -> None:
    from .cast.memory import Memory
    from .cast.modelled import ModelActor, ModelNarrator

    speaking = {part: models.chat(settings, part) for part in playing & {"actor", "narrator"}}
    composer, manner = _composer(settings, speaking), _manner(settings)
    recorder = speaking.get("narrator") if settings.summaries else None
    memory = Memory(recorder, composer) if recorder is not None else None
    if "narrator" in speaking:
        troupe.narrator = ModelNarrator(
            speaking["narrator"], composer, manner, settings.reword, memory
        )
    if "actor" in speaking:
        troupe.actor = ModelActor(speaking["actor"], composer, manner, memory)
    if "judge" in playing:
        _judge(troupe, settings, models, wanted["judge"], composer)


def _judge(
    troupe: Troupe, settings: Settings, models: Models, role: Role, composer: Composer
) -> None:
    from .cast.asking import ModelJudge
    from .cast.judge import AuthoredJudge
    from .cast.likelihood import LikelihoodJudge

    authored = troupe.fallback
    assert isinstance(authored, AuthoredJudge)
    if role.kind == "embed":
        from .cast.embedded import EmbedJudge

        try:
            troupe.judge = models.judge(("embed", role.source), lambda: EmbedJudge(role.source))
        except ModelError as error:  # without it nothing is worse than it was
            troupe.notices += (Notice("embed_missing", {"kind": error.kind}),)
        return
    model: Any = models.chat(settings, "judge")
    asks = role.kind == "remote"
    kind = ModelJudge if asks else LikelihoodJudge
    troupe.judge = kind(model, composer, authored)


def _keyless(settings: Settings, part: str) -> bool:
    role = parse_role(getattr(settings, part), part)
    return role.kind == "remote" and needs_key(endpoint(settings, part))


def _composer(settings: Settings, speaking: dict[str, ChatModel]) -> Composer:
    from .prompts.composing import Composer
    from .prompts.history import Limits

    windows = [getattr(model, "window", None) for model in speaking.values()]
    room = min((window // 2 for window in windows if window), default=settings.history)
    return Composer(Limits(min(settings.history, room), min(settings.lore, room)))


def _manner(settings: Settings) -> Manner:
    from .cast.guarded import Manner
    from .models.base import Sampling
    from .unfit import load

    sampling = Sampling(
        settings.temperature, settings.top_p, settings.repetition_penalty, settings.max_tokens
    )
    return Manner(sampling, settings.guard, lambda language: load(language, settings.unfit))


def _load(role: Role, settings: Settings) -> ChatModel:
    try:
        if role.kind == "glm":
            from .models.glm.model import load_glm

            return load_glm(role.source, device=settings.device, format=settings.format)
        from .models.hf import load_hf

        return load_hf(role.source, device=settings.device, format=settings.format)
    except ImportError as error:
        raise ModelError("missing", f"a package is not installed: {error.name}") from None
