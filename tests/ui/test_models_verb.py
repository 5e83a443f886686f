"""`python -m game models`: what would play, tried once, in sentences; the judge by meaning, got."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from game.__main__ import main
from game.lab.models import Tried
from tests.models.hub import Hub
from tests.models.openai_server import BODIES, STATUS, OpenAIServer, Request
from tests.models.test_embed import folder as folder  # a tiny model

ROOT = Path(__file__).parents[2]
DEAD = "http://127.0.0.1:9"  # nobody listens there
SLOW = ("hangs", "forever", "slow")
SECRET = "sk-models-0123456789abcdef"


def reply(request: Request) -> str:
    return '{"pick": "room"}' if "response_format" in request else "There is one, if you snore not."


def ran(capsys: pytest.CaptureFixture[str], *line: str, lang: str = "en") -> tuple[int, str]:
    status = main(["models", *line, "--lang", lang])
    shown = capsys.readouterr()
    assert "Traceback" not in shown.out + shown.err and "Error(" not in shown.out + shown.err
    return status, shown.out + shown.err


@pytest.fixture(autouse=True)
def no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("game.ui.models_cli.default_file", lambda: tmp_path / "none.yaml")
    monkeypatch.setattr("game.wishes.default_file", lambda: tmp_path / "none.yaml")
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "DEEPSEEK_API_KEY", "STORY_JUDGE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(("lang", "said"), [("en", "No model is asked for"), ("zh", "没有要用的")])
def test_with_nothing_asked_for_it_says_so(
    capsys: pytest.CaptureFixture[str], lang: str, said: str
) -> None:
    status, shown = ran(capsys, lang=lang)
    assert status == 0 and said in shown and "none.yaml" in shown
    assert ran(capsys, "check", lang=lang) == (0, shown)


def test_servers_are_listed_with_where_their_key_comes_from(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEEPSEEK_API_KEY", SECRET)
    status, shown = ran(capsys, "list")
    assert status == 0 and SECRET not in shown
    lines = {line.split()[0]: line for line in shown.splitlines()[1:]}
    assert "key from DEEPSEEK_API_KEY" in lines["deepseek"]
    assert "OPENAI_API_KEY is not set" in lines["openai"] and "no key needed" in lines["ollama"]
    assert ran(capsys, "presets") == (0, shown)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_dead_server_is_a_sentence(capsys: pytest.CaptureFixture[str], lang: str) -> None:
    line = ("check", "--actor", "openai", "--base-url", f"{DEAD}/v1")
    status, shown = ran(capsys, *line, lang=lang)
    assert status == 1 and ("can’t be reached" in shown or "连不上" in shown)


def test_a_living_server_is_timed_and_its_judge_tried(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    with OpenAIServer(reply) as server:
        roles = ["--actor", "openai:a", "--narrator", "openai:b", "--judge", "openai:c"]
        status, shown = ran(capsys, "check", *roles, "--base-url", server.url)
    assert status == 0 and SECRET not in shown and "key set" in shown
    assert shown.count("first text after") == 3 and "keeps to a closed set" in shown
    assert {one["model"] for one in server.requests} == {"a", "b", "c"}


def test_a_judge_that_does_not_pick_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with OpenAIServer(lambda request: "I would rather talk.") as server:
        line = ("check", "--judge", "openai:c", "--base-url", server.url)
        status, shown = ran(capsys, *line)
    assert status == 1 and "does not keep to a closed set" in shown


@pytest.mark.parametrize("failure", [*STATUS, *(one for one in BODIES if one not in SLOW)])
def test_every_failure_is_a_sentence_without_the_key(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, failure: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    with OpenAIServer(reply, [failure] * 4) as server:
        status, shown = ran(capsys, "check", "--actor", "openai:a", "--base-url", server.url)
    assert status == 1 and SECRET not in shown and shown.count("\n") == 6


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (("--actor", "deepseek"), "DEEPSEEK_API_KEY is not set"),
        (("--actor", "nobody"), "is none of authored"),
        (("--actor", "embed"), "embed only judges"),
        (("--judge", "embed:/nowhere"), "no folder and no hub id"),
        (("embed", "/nowhere"), "no folder and no hub id"),
    ],
)
def test_what_can_not_play_is_said(
    capsys: pytest.CaptureFixture[str], wish: tuple[str, ...], said: str
) -> None:
    status, shown = ran(capsys, *wish)
    assert status == 1 and said in shown


def test_speed_is_told_only_where_it_can_be() -> None:
    assert Tried("x" * 50, 0.5, 1.0).speed == pytest.approx(100)
    assert Tried("x" * 50, 0.5, 0.5001).speed == 0.0


# --- the judge by meaning, from a hub -------------------------------------------------------------


def hub(tmp_path: Path, url: str, *line: str) -> subprocess.CompletedProcess[str]:
    """The verb in a process of its own, whose hub is at `url` and whose cache is here."""
    kept = {"PATH", "SYSTEMROOT", "PYTHONPATH", "HOME"}
    own = {"PYTHONPATH": str(ROOT), "HF_ENDPOINT": url, "HF_HOME": str(tmp_path / "hub")}
    environment = {key: value for key, value in os.environ.items() if key in kept} | own
    return subprocess.run(
        [sys.executable, "-m", "game", "models", *line, "--lang", "en"],
        capture_output=True, encoding="utf-8", env=environment, timeout=90, check=False,
    )  # fmt: skip


def test_it_is_fetched_once_and_then_needs_no_network(folder: Path, tmp_path: Path) -> None:
    pooling = tmp_path / "model"
    shutil.copytree(folder, pooling)
    (pooling / "1_Pooling").mkdir()
    (pooling / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))
    with Hub(pooling) as running:
        done = hub(tmp_path, running.url, "embed", "owner/tiny")
        assert done.returncode == 0, done.stderr
        assert "dimensions" in done.stdout
        assert {"tokenizer.json", "1_Pooling/config.json", "onnx/model.onnx"} <= set(running.asked)
        running.asked.clear()
        done = hub(tmp_path, running.url, "check", "--judge", "embed:owner/tiny")
        assert done.returncode == 0 and running.asked == []
    done = hub(tmp_path, DEAD, "check", "--judge", "embed:owner/tiny")
    assert done.returncode == 0, done.stdout


def test_a_download_that_broke_off_is_taken_up_again(folder: Path, tmp_path: Path) -> None:
    with Hub(folder, breaks="onnx/model.onnx") as running:
        done = hub(tmp_path, running.url, "embed", "owner/tiny")
        assert done.returncode == 1 and "Traceback" not in done.stderr
    with Hub(folder) as running:
        assert hub(tmp_path, running.url, "embed", "owner/tiny").returncode == 0


def test_a_model_of_a_dead_hub_is_a_sentence(tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    done = hub(tmp_path, DEAD, "check", "--narrator", "hf:owner/chat")
    assert done.returncode == 1 and "can’t be reached" in done.stdout and not done.stderr


def test_a_dead_hub_and_an_empty_one_are_sentences(tmp_path: Path) -> None:
    done = hub(tmp_path, DEAD, "embed", "owner/tiny")
    assert done.returncode == 1 and "can’t be reached" in done.stderr
    assert "Traceback" not in done.stderr
    (tmp_path / "empty").mkdir()
    with Hub(tmp_path / "empty") as running:
        done = hub(tmp_path, running.url, "embed", "owner/none")
    assert done.returncode == 1 and "no tokenizer.json" in done.stderr
