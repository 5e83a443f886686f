"""Plays a few lines of a story and takes a picture of the terminal: terminal_zh.png, _en.png.

    python docs/pictures/draw_terminal.py [path of a Chromium]

Needs playwright with a Chromium, and a monospaced font with Chinese (Noto Sans Mono CJK).
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from rich.console import Console  # noqa: E402
from rich.terminal_theme import TerminalTheme  # noqa: E402

from game.app import App  # noqa: E402
from game.options import Options  # noqa: E402
from game.ui.cli_input import Script  # noqa: E402
from game.ui.cli_terminal import Terminal  # noqa: E402

SCENARIO, SEED = "last_door", 3
LINES = {
    "zh": ["（敲三下）你好，我叫叶叩。", "你不肯开，是在怕什么？"],
    "en": ["(knocks three times) Hello, I'm Kit.", "What are you so afraid of?"],
}
DARK = TerminalTheme(
    (24, 26, 31), (222, 219, 211),
    [(60, 64, 72), (224, 108, 117), (142, 192, 124), (229, 192, 123), (97, 175, 239),
     (198, 140, 221), (86, 182, 194), (222, 219, 211)],
    [(128, 134, 146), (240, 130, 138), (164, 210, 148), (240, 208, 146), (130, 190, 245),
     (214, 165, 235), (115, 204, 214), (245, 243, 238)],
)  # fmt: skip
PAGE = """<!doctype html><meta charset="utf-8"><style>{stylesheet}
body {{ margin: 0; padding: 28px 36px; background: {background}; color: {foreground}; }}
pre {{ margin: 0; font: 17px/1.55 "Noto Sans Mono CJK SC", monospace; }}</style>
<pre>{code}</pre>"""


def played(lang: str) -> str:
    """A page that shows what a player of these lines has seen."""
    os.environ["COLUMNS"] = "80"
    with tempfile.TemporaryDirectory() as saves, open(os.devnull, "w", encoding="utf-8") as nowhere:
        app = App(Options(lang, SCENARIO, SEED, Path(saves)))
        terminal = Terminal(app, Script(LINES[lang]), scripted=True)
        console = Console(
            record=True, width=80, force_terminal=True, color_system="standard", file=nowhere,
            highlight=False, markup=False, emoji=False,
        )  # fmt: skip
        terminal.screen.console = console
        terminal.run()
        app.store.close()
        return console.export_html(theme=DARK, code_format=PAGE)


def main() -> None:
    """Draws both pictures."""
    from playwright.sync_api import sync_playwright

    chromium = sys.argv[1] if len(sys.argv) > 1 else None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        for lang in LINES:
            page = browser.new_page(viewport={"width": 790, "height": 400})
            page.set_content(played(lang))
            page.screenshot(path=str(HERE / f"terminal_{lang}.png"), full_page=True)
        browser.close()


if __name__ == "__main__":
    main()
