"""The models a player of the page asks for, and what a stranger may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from game.app import App
from game.cast.authored import AuthoredActor
from game.cast.modelled import ModelActor
from game.events import Notice
from game.options import Options
from game.ui.web.casting import casting, owned, wishes
from game.ui.web.model_settings import ModelSettings
from game.ui.web.options import WebOptions

CONTENT = Path(__file__).parent.parent / "content"
KEY = "sk-page-0123456789abcdef"


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> App:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-host-0123456789abcdef")
    return App(Options("en", saves=tmp_path, content=[CONTENT], settings=tmp_path / "none.yaml"))


def test_only_what_was_filled_in_is_a_wish() -> None:
    settings = ModelSettings(character="gpt-x", key=KEY, top_p=0.5)
    assert wishes(settings) == {"actor": "gpt-x", "key": KEY, "top_p": 0.5}
    assert wishes(ModelSettings()) == {}


def test_a_player_gets_the_models_they_asked_for(app: App) -> None:
    session = app.new("tea", seed=1)
    cast = casting(app, trusted=True)
    cast(session, ModelSettings(character="gpt-x", key=KEY))
    assert isinstance(session.actor, ModelActor) and session.actor.model.where.key.reveal() == KEY
    cast(session, ModelSettings())
    assert isinstance(session.actor, AuthoredActor)


def test_a_wish_that_can_not_be_met_is_told_and_the_game_goes_on(app: App) -> None:
    session = app.new("tea", seed=1)
    casting(app, trusted=False)(session, ModelSettings(character="glm:/etc"))
    told = [one for one in session.resume() if isinstance(one, Notice)]
    assert [one.code for one in told] == ["bad_setting"]
    casting(app, trusted=True)(session, ModelSettings(character="glm:/nonexistent"))
    told = [one for one in session.resume() if isinstance(one, Notice)]
    assert told == [Notice("model_failed", {"kind": "missing"})]
    assert isinstance(session.actor, AuthoredActor)


def test_strangers_are_those_who_do_not_sit_here(app: App) -> None:
    assert owned(WebOptions()) and owned(WebOptions(host="::1"))
    assert not owned(WebOptions(host="0.0.0.0"))
    assert not owned(WebOptions(share=True)) and not owned(WebOptions(names=("play.example",)))
    session = app.new("tea", seed=1)
    casting(app, trusted=False)(session, ModelSettings(character="gpt-x"))
    assert isinstance(session.actor, AuthoredActor)  # the host's key is not lent for it
