"""A server with the tests' own stories, and a real Chromium to visit it."""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

pytest.importorskip("gradio")

from game.app import App
from game.loader import Library
from game.options import Options
from game.ui.web.games import Games
from game.ui.web.limits import Limits
from game.ui.web.options import WebOptions, free_port
from game.ui.web.server import application, places_of

CONTENT = Path(__file__).parent.parent / "content"
# Where the tests of cards make files of every format.
sys.path.append(str(Path(__file__).parents[1] / "authoring"))
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


class House:
    """A running server; `games` is what it has open."""

    def __init__(
        self,
        saves: Path,
        port: int,
        limits: Limits | None = None,
        content: Sequence[Path] = (),
        **options: Any,
    ) -> None:
        import uvicorn

        self.app = App(Options(language="en", seed=3, saves=saves))
        self.app.library = Library([CONTENT, Path(__file__).with_name("content"), *content])
        asked = WebOptions(port=port, **options)
        self.games = Games(self.app, limits, places_of(asked, self.app))
        self.url = f"http://127.0.0.1:{port}"
        asgi = application(self.games, asked)
        config = uvicorn.Config(
            asgi, host="127.0.0.1", port=port, log_level="error", ws="none",
            timeout_graceful_shutdown=2,
        )  # fmt: skip
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        until = time.monotonic() + 30
        while not self.server.started and time.monotonic() < until:
            time.sleep(0.02)

    def stop(self) -> None:
        self.games.close_doors()
        self.server.should_exit = True
        self.thread.join(10)
        self.app.store.close()


class Caller:
    """Asks the server as a page does, without one."""

    def __init__(self, url: str, **headers: str) -> None:
        self.http = httpx.Client(base_url=url, headers=headers, timeout=20)
        self.page = self.http.get("/")
        if self.page.status_code == 200:
            parts = self.http.get("/config").json()["components"]
            self.part = next(one["id"] for one in parts if one["type"] == "html")

    def ask(self, do: str, **fields: Any) -> dict[str, Any]:
        body = {
            "data": {"do": do, "lang": "en", "speed": "off", **fields}, "component_id": self.part,
            "fn_name": "ask", "session_hash": "x",
        }  # fmt: skip
        return dict(self.http.post("/gradio_api/component_server", json=body).json())

    def begin(self, scenario: str = "tea", **fields: Any) -> str:
        return str(self.ask("new", scenario=scenario, **fields)["game"])

    def bring(self, *files: tuple[str, bytes], into: str = "", lang: str = "en") -> Any:
        """Sends files as the page does; the answer with its status."""
        head = {"x-bring": "yes"}
        return self.http.post(
            "/play/bring", params={"lang": lang}, headers=head, content=parcel(*files, into=into)
        )


def parcel(*files: tuple[str, bytes], into: str = "") -> bytes:
    """A body of `POST /play/bring`."""
    said = {"into": into, "files": [[name, len(raw)] for name, raw in files]}
    return b"".join([json.dumps(said).encode(), b"\n", *(raw for _, raw in files)])


def settled(house: House, key: str) -> Any:
    """A live game once nothing is being spoken."""
    game = next(one for (_, name), one in house.games._open.items() if name == key)
    assert game.settle(10)
    return game


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("saves"), free_port("127.0.0.1", 7900 + os.getpid() % 900))
    yield made
    made.stop()


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    """Further servers, on the same saves: `open_house(limits=…)`."""
    made: list[House] = []

    def make(port: int = 0, **options: Any) -> House:
        port = port or free_port("127.0.0.1", 8900 + os.getpid() % 900)
        made.append(House(tmp_path, port, **options))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def caller(house: House) -> Caller:
    return Caller(house.url)


# --- the browser ---------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        path = None
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs Chromium and playwright")
        pytest.skip("no Chromium, or no playwright")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


class Tab:
    """A page as a player uses it; what it asks of other hosts, and its errors, are collected."""

    def __init__(self, context: Any, url: str) -> None:
        self.context, self.url = context, url
        self.page = context.new_page()
        self.page.set_default_timeout(15_000)
        self.outside: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", self._asked)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.url, "data:", "blob:", "about:")):
            self.outside.append(request.url)

    def home(self) -> Tab:
        self.page.goto(self.url)
        self.page.wait_for_selector(".home")
        return self

    def begin(self, title: str = "The Tea House") -> Tab:
        self.home().page.locator(".card", has_text=title).click()
        return self.ready()

    def ready(self) -> Tab:
        """Waits until the player can speak, or the play is over."""
        self.page.wait_for_selector(".stage .choices button, .ending-page", timeout=30_000)
        return self

    def say(self, line: str) -> Tab:
        turns = self.page.locator(".row.player").count()
        self.page.fill("#line", line)
        self.page.press("#line", "Enter")
        self.page.wait_for_function(f"document.querySelectorAll('.row.player').length > {turns}")
        return self.ready()

    @property
    def log(self) -> str:
        return str(self.page.locator(".log").inner_text())

    def wait_for(self, text: str) -> Tab:
        self.page.wait_for_function(
            "text => document.querySelector('.curtain')?.innerText.includes(text)", arg=text
        )
        return self


@pytest.fixture
def visit(chromium: Any, house: House) -> Iterator[Callable[..., Tab]]:
    """Opens browsers of their own: `visit(speed="off", lang="en-US", url=…, **context)`."""
    contexts: list[Any] = []

    def open_tab(speed: str = "off", lang: str = "en-US", url: str = "", **how: Any) -> Tab:
        how.setdefault("viewport", {"width": 1280, "height": 800})
        context = chromium.new_context(locale=lang, **how)
        look = f"JSON.stringify({{speed: '{speed}'}})"
        context.add_init_script(
            f"'curtain.look' in localStorage || localStorage.setItem('curtain.look', {look})"
        )
        contexts.append(context)
        return Tab(context, url or house.url)

    yield open_tab
    for one in contexts:
        one.close()


@contextmanager
def looking(tab: Tab) -> Iterator[None]:
    """Nothing went wrong in the page and nothing left for another host."""
    yield
    assert tab.errors == []
    assert tab.outside == []
