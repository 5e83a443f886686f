"""Makes docs/images/*.png by real play: `python docs/screenshots.py`. Needs Chromium, playwright.

A server of its own is started on a folder of its own; every picture is of a game that was played to
that point by typing and clicking.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
PORT = 7997
URL = f"http://127.0.0.1:{PORT}/"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update",
         "--disable-sync"]  # fmt: skip
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2,
                         "is_mobile": True, "has_touch": True}  # fmt: skip


class Visitor:
    """Someone who plays in a browser of their own."""

    def __init__(self, browser: Any, lang: str, **how: Any) -> None:
        self.page = browser.new_context(locale=lang, **how).new_page()
        self.page.add_init_script("localStorage.setItem('curtain.look', '{\"speed\": \"off\"}')")
        self.page.goto(URL)
        self.page.wait_for_selector(".home")

    def begin(self, title: str, where: str = ".card") -> Visitor:
        self.page.locator(where, has_text=title).first.click()
        return self.ready()

    def ready(self) -> Visitor:
        self.page.wait_for_selector(".stage .choices button, .ending-page", timeout=30_000)
        self.page.wait_for_timeout(500)
        return self

    def say(self, *lines: str) -> Visitor:
        """Says each line, until the play is over."""
        for line in lines:
            if self.page.locator(".ending-page").count():
                break
            before = self.page.locator(".row.player").count()
            self.page.fill("#line", line)
            self.page.press("#line", "Enter")
            self.page.wait_for_function(
                f"document.querySelectorAll('.row.player').length > {before}"
            )
            self.ready()
        return self

    def press(self, name: str) -> Visitor:
        self.page.get_by_role("button", name=name, exact=True).first.click()
        return self

    def shot(self, name: str) -> None:
        self.page.mouse.move(1, 1)
        self.page.wait_for_timeout(1500)  # pictures are fetched, what moves has settled
        self.page.screenshot(path=IMAGES / f"{name}.png")
        self.page.context.close()


def lines_of(play: str) -> list[str]:
    """What the player says in a recorded play (tests/plays)."""
    text = (ROOT / "tests" / "plays" / f"{play}.play").read_text(encoding="utf-8")
    return [line[2:] for line in text.splitlines() if line.startswith("> ")]


SHOTS: dict[str, Callable[[Any], None]] = {}


def shot(make: Callable[[Any], Visitor]) -> None:
    """A picture, named after the function that plays up to it."""
    name = make.__name__
    SHOTS[name] = lambda browser: make(browser).shot(name)


@shot
def home_zh(browser: Any) -> Visitor:
    return Visitor(browser, "zh-CN", **DESKTOP)


@shot
def home_en_dark(browser: Any) -> Visitor:
    return Visitor(browser, "en-US", color_scheme="dark", **DESKTOP)


@shot
def play_zh(browser: Any) -> Visitor:
    visitor = Visitor(browser, "zh-CN", **DESKTOP).begin("九步")
    return visitor.say(*lines_of("rain_inn/nine_typed.zh")[:4])


@shot
def play_en(browser: Any) -> Visitor:
    visitor = Visitor(browser, "en-US", color_scheme="dark", **DESKTOP).begin("The Last Door")
    return visitor.say("Hello, I'm the door-talker.", "Why won't you open this door?")


@shot
def panel_zh(browser: Any) -> Visitor:
    visitor = Visitor(browser, "zh-CN", **DESKTOP).begin("最后一扇门")
    return visitor.say("为什么今晚非开不可？", "你为什么不开这扇门？").press("面板")


@shot
def puzzle_zh(browser: Any) -> Visitor:
    visitor = Visitor(browser, "zh-CN", **DESKTOP).begin("随便开", ".riddles button")
    return visitor.say("他是想回家吗？", "他认识司机吗？")


@shot
def ending_en(browser: Any) -> Visitor:
    visitor = Visitor(browser, "en-US", **DESKTOP).begin("Nine Paces")
    return visitor.say(*lines_of("rain_inn/nine_typed.en"))


@shot
def phone_zh(browser: Any) -> Visitor:
    return Visitor(browser, "zh-CN", **PHONE).begin("九步").say("掌柜的，先来碗热的。")


@shot
def phone_en_dark(browser: Any) -> Visitor:
    visitor = Visitor(browser, "en-US", color_scheme="dark", **PHONE).begin("The Last Door")
    return visitor.say("Why won't you open this door?")


def _written(browser: Any, lang: str, corner: str, title: str, name: str) -> Any:
    """A page in the authors' corner, with a copy of a story that ships."""
    page = Visitor(browser, lang, **DESKTOP).press(corner).page
    page.get_by_role("button", name=title, exact=False).last.click()
    page.fill("#copy-id", name)
    page.locator("dialog .primary").click()
    page.wait_for_selector(".pane.lint:not(.checking) .summary.fine", timeout=60_000)
    return page


@shot
def corner_en(browser: Any) -> Visitor:
    page = _written(browser, "en-US", "Write your own", "Make a copy Lost Property", "umbrella")
    page.evaluate("document.querySelector('.editor').scrollTop = 560")
    page.locator(".desk .try").click()
    page.wait_for_selector(".stage .chip")
    page.locator(".chip").first.click()
    page.wait_for_selector(".row.player [aria-expanded]")
    page.wait_for_selector(".stage .chip")
    page.locator(".row.player [aria-expanded]").click()
    page.wait_for_selector(".turn-why")
    return _of(page)


@shot
def corner_zh(browser: Any) -> Visitor:
    page = _written(browser, "zh-CN", "创作角", "抄一份 失物招领", "xun_san")
    page.evaluate(
        "() => { const t = document.querySelector('#yaml'); t.focus();"
        " const at = t.value.indexOf('asked: true'); t.setSelectionRange(at, at + 5); }"
    )
    page.keyboard.insert_text("askd")
    page.wait_for_selector(".summary.error", timeout=60_000)
    page.locator(".finding").first.click()
    return _of(page)


def _of(page: Any) -> Visitor:
    visitor = Visitor.__new__(Visitor)
    visitor.page = page
    return visitor


def main() -> None:
    from playwright.sync_api import sync_playwright

    IMAGES.mkdir(exist_ok=True)
    wanted = sys.argv[1:] or list(SHOTS)
    with tempfile.TemporaryDirectory() as saves:
        command = [sys.executable, "-m", "game", "web", "--port", str(PORT), "--saves", saves]
        server = subprocess.Popen([*command, "--seed", "7"], cwd=ROOT)
        try:
            until = time.monotonic() + 60
            while time.monotonic() < until and not _answers():
                time.sleep(0.3)
            with sync_playwright() as playwright:
                path = shutil.which("chromium")
                browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
                for name in wanted:
                    SHOTS[name](browser)
                    print(name, flush=True)
                browser.close()
        finally:
            server.terminate()
            server.wait(20)


def _answers() -> bool:
    try:
        return bool(urllib.request.urlopen(f"{URL}health", timeout=2).status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    main()
