"""Who plays: models are shared while they play, and a server's key goes with its last game."""

from __future__ import annotations

import gc
import threading
import weakref
from typing import Any

from game.app import App
from game.cast.judge import AuthoredJudge
from game.models.openai import OpenAIModel
from game.options import Options
from game.settings import Key, Settings
from game.troupe import Models, build_troupe
from tests.conftest import CONTENT
from tests.models.contract import PROMPT, SETTINGS
from tests.models.openai_server import OpenAIServer


def wanted(url: str, key: str = "sk-abcdef0123456789") -> Settings:
    role = "openai:some-model"
    return Settings(actor=role, narrator=role, base_url=url, keys={"openai": Key(key)})


def test_games_share_a_server_as_long_as_one_plays_with_it() -> None:
    models, fallback = Models(), AuthoredJudge()
    with OpenAIServer() as server:
        one, other = (build_troupe(wanted(server.url), models, fallback) for _ in range(2))
        actor: Any = one.actor
        again: Any = other.actor
        assert actor.model is again.model and len(models._servers) == 1
        assert "".join(actor.model.stream(PROMPT, SETTINGS, threading.Event())) == "Good evening."
        client, gone = actor.model._client, weakref.ref(actor.model)
        del one, actor
        gc.collect()
        assert gone() is again.model and not client.is_closed()
        del other, again
        gc.collect()
    assert gone() is None and len(models._servers) == 0
    assert client.is_closed()


def test_other_settings_let_the_old_server_and_its_key_go(tmp_path: Any) -> None:
    app = App(Options(content=(CONTENT,), saves=tmp_path))
    session = app.new("tea", "en")
    for number in range(5):
        wishes = {"actor": "openai:m", "base_url": f"https://192.0.2.{number}/v1"}
        app.cast(session, {**wishes, "key": Key(f"sk-{number}-abcdef0123")})
    gc.collect()
    known = [one.key.reveal() for one in app.models._servers]
    assert known == ["sk-4-abcdef0123"]
    app.cast(session, {})
    gc.collect()
    assert len(app.models._servers) == 0
    app.models.close()


def test_closing_lets_all_go() -> None:
    models = Models()
    with OpenAIServer() as server:
        model = models.chat(wanted(server.url), "actor")
        assert isinstance(model, OpenAIModel)
        "".join(model.stream(PROMPT, SETTINGS, threading.Event()))
        client = model._client
        models.close()
        assert client.is_closed() and len(models._servers) == 0
