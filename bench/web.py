"""The page under load, a JSON line each: `python -m bench.web [players|piece|start|playable]`.

* players: 50 players at reading speed, for 40 seconds, on a server of its own
* piece: what a streamed piece costs the server after 10 turns and after 400
* start: from the process's start to the first answer, against `python -c "import gradio"`
* playable: from the address to a page that can be played, against an empty Blocks page (Chromium)
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CONTENT = ROOT / "tests" / "content"
PLAYERS, SECONDS = 50, 40.0
LINES = ("hello", "awful weather tonight", "let me carry those crates", "what is in the cellar")
EMPTY = """
import gradio
with gradio.Blocks(analytics_enabled=False) as page:
    pass
page.launch(server_port={port}, quiet=True, run_history=False)
"""


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(command: list[str], port: int) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """A process that serves, and how long it took to answer 200."""
    import httpx

    begun = time.perf_counter()
    env = {**os.environ, "GRADIO_ANALYTICS_ENABLED": "False"}
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    try:
        while True:
            try:
                if httpx.get(f"http://127.0.0.1:{port}/", timeout=5).status_code == 200:
                    break
            except httpx.HTTPError:
                time.sleep(0.01)
        yield process, time.perf_counter() - begun
    finally:
        process.terminate()
        process.wait(20)


def game_command(port: int, saves: str) -> list[str]:
    return [sys.executable, "-m", "game", "web", "--port", str(port), "--lang", "en",
            "--saves", saves, "--content", str(CONTENT)]  # fmt: skip


def memory(pid: int) -> float:
    """Megabytes a process holds."""
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(text.split("VmRSS:")[1].split()[0]) / 1024


# --- players -------------------------------------------------------------------------------------


class Player:
    """Plays the tea house as a page does: a stream to look on, requests to speak."""

    def __init__(self, url: str, part: int) -> None:
        import httpx

        self.http = httpx.AsyncClient(base_url=url, timeout=30)
        self.part, self.game = part, ""
        self.first: list[float] = []
        self.failures: list[str] = []
        self.spoken = asyncio.Event()
        self.still = asyncio.Event()

    async def ask(self, do: str, **fields: Any) -> dict[str, Any]:
        body = {"data": {"do": do, "lang": "en", "speed": "normal", "game": self.game, **fields},
                "component_id": self.part, "fn_name": "ask", "session_hash": "x"}  # fmt: skip
        answer = (await self.http.post("/gradio_api/component_server", json=body)).json()
        if not answer.get("ok"):
            self.failures.append(str(answer)[:200])
        return dict(answer)

    async def look(self) -> None:
        async with self.http.stream("GET", "/play/tail", params={"game": self.game}) as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data:"):
                    self.see(json.loads(line[5:]))

    def see(self, update: dict[str, Any]) -> None:
        kinds = [row["kind"] for row in update["rows"]]
        if update["speaking"] or {"character", "narration", "aside", "ask"} & set(kinds):
            self.spoken.set()
        if update["busy"]:
            self.still.clear()
        else:
            self.still.set()

    async def play(self, until: float, dice: random.Random) -> None:
        await asyncio.sleep(dice.random() * 5)
        await self.http.get("/")
        begun = time.perf_counter()
        self.game = (await self.ask("new", scenario="tea"))["game"]
        looking = asyncio.create_task(self.look())
        await asyncio.wait_for(self.spoken.wait(), 20)
        self.first.append(time.perf_counter() - begun)
        while time.monotonic() < until:
            await asyncio.wait_for(self.still.wait(), 40)
            await asyncio.sleep(dice.uniform(2, 6))
            self.spoken.clear()
            begun = time.perf_counter()
            await self.ask("say", line=dice.choice(LINES))
            await asyncio.wait_for(self.spoken.wait(), 20)
            self.first.append(time.perf_counter() - begun)
        looking.cancel()
        await self.http.aclose()


async def crowd(url: str) -> tuple[list[float], list[str]]:
    import httpx

    parts = httpx.get(f"{url}/config").json()["components"]
    part = next(one["id"] for one in parts if one["type"] == "html")
    players = [Player(url, part) for _ in range(PLAYERS)]
    until = time.monotonic() + SECONDS
    plays = [one.play(until, random.Random(number)) for number, one in enumerate(players)]
    ended = await asyncio.gather(*plays, return_exceptions=True)
    failures = [repr(one) for one in ended if one is not None]
    failures += [one for player in players for one in player.failures]
    return [one for player in players for one in player.first], failures


def players() -> dict[str, Any]:
    port = free_port()
    with tempfile.TemporaryDirectory() as saves, server(game_command(port, saves), port) as (up, _):
        before = memory(up.pid)
        waits, failures = asyncio.run(crowd(f"http://127.0.0.1:{port}"))
        grown = memory(up.pid) - before
    waits.sort()
    return {
        "players": PLAYERS, "lines": len(waits), "failures": len(failures),
        "first_text_p50_s": round(statistics.median(waits), 3),
        "first_text_p95_s": round(waits[int(len(waits) * 0.95)], 3),
        "memory_per_player_mb": round(grown / PLAYERS, 2), "seen": failures[:3],
    }  # fmt: skip


# --- one piece -----------------------------------------------------------------------------------


def piece() -> dict[str, Any]:
    """Microseconds from a piece that is spoken to the bytes a page is sent."""
    from game.app import App
    from game.events import Delta
    from game.loader import Library
    from game.options import Options
    from game.ui.web.art import Gallery
    from game.ui.web.live import LiveGame, Seen

    app = App(Options(language="en", seed=1))
    app._store = None
    with tempfile.TemporaryDirectory() as saves:
        app.options.saves = Path(saves)
        app.library = Library([CONTENT])
        costs = {turns: _cost(app, turns, LiveGame, Gallery, Seen, Delta) for turns in (10, 400)}
        app.store.close()
    return {"piece_us_at_10": round(costs[10], 1), "piece_us_at_400": round(costs[400], 1),
            "ratio": round(costs[400] / costs[10], 2)}  # fmt: skip


def _cost(app: Any, turns: int, live: Any, gallery: Any, seen_type: Any, delta: Any) -> float:
    session = app.new("tea", "en")
    for _ in session.resume():
        pass
    for number in range(turns):
        for _ in session.play(f"thought number {number}"):
            pass
    game, seen = live(session, "key", "en", gallery()), seen_type()
    game.set_speed("off")
    game.update(seen)
    times = []
    for _ in range(40):
        begun = time.perf_counter()
        for _ in range(20):
            game._speak(delta("ann", "a few words "))
            json.dumps(game.update(seen), ensure_ascii=False)
        times.append((time.perf_counter() - begun) / 20)
        game._spoken = ""
    return statistics.median(times) * 1e6


# --- starting ------------------------------------------------------------------------------------


def start() -> dict[str, Any]:
    """Medians of three, so that one hiccup of the machine decides nothing."""
    imports, answers = [], []
    for _ in range(3):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import gradio"], check=True)
        imports.append(time.perf_counter() - begun)
        port = free_port()
        with (
            tempfile.TemporaryDirectory() as saves,
            server(game_command(port, saves), port) as (_, took),
        ):
            answers.append(took)
    one, other = statistics.median(imports), statistics.median(answers)
    return {"import_gradio_s": round(one, 2), "http_200_s": round(other, 2),
            "ratio": round(other / one, 2)}  # fmt: skip


def playable() -> dict[str, Any]:
    """From the address to what a visitor can click, each in a browser that has seen nothing."""
    port, other = free_port(), free_port()
    empty = [sys.executable, "-c", EMPTY.format(port=other)]
    with (
        tempfile.TemporaryDirectory() as saves,
        server(game_command(port, saves), port),
        server(empty, other),
    ):
        ours = _visits(port, ".card")
        theirs = _visits(other, ".gradio-container")
    return {"playable_s": round(ours, 2), "empty_blocks_s": round(theirs, 2),
            "ratio": round(ours / theirs, 2)}  # fmt: skip


def _visits(port: int, ready: str, times: int = 7) -> float:
    from playwright.sync_api import sync_playwright

    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update",
             "--disable-sync"]  # fmt: skip
    found = []
    with sync_playwright() as playwright:
        path = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        for _ in range(times):
            context = browser.new_context()
            page = context.new_page()
            begun = time.perf_counter()
            page.goto(f"http://127.0.0.1:{port}/", wait_until="commit")
            page.wait_for_selector(ready, state="visible")
            found.append(time.perf_counter() - begun)
            context.close()
        browser.close()
    return statistics.median(found)


MEASURES = {"players": players, "piece": piece, "start": start, "playable": playable}


def main() -> None:
    wanted = sys.argv[1:] or list(MEASURES)
    for name, measure in MEASURES.items():
        if name in wanted:
            print(json.dumps({"bench": f"web.{name}", **measure()}), flush=True)


if __name__ == "__main__":
    main()
