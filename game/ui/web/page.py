"""The page: a Gradio Blocks shell around one HTML component, the house the stage stands in.

What is on it is drawn by `static/js` from the data that `desk` and `tail` send, as soon as the
browser has it; the component takes it in once Gradio has set up. The page asks through the
component's server function, which goes past Gradio's queue.
"""

from __future__ import annotations

import html
import os
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread

from .desk import Desk
from .owners import owner_of, token_in

THREADS = 200
BASE = "play/static/"
# What the start page needs.
FIRST = ("main", "early", "prefs", "words", "dom", "files", "link", "home")

_MARKUP = '<div class="house"></div>'
_ON_LOAD = """import(new URL('{base}js/main.js', document.baseURI).href).then(
  (main) => main.adopt(element.querySelector('.house'), server));"""
_HEAD = """<link rel="stylesheet" href="{base}stage.css">
<script type="module" src="{base}js/main.js"></script>
<meta name="game-language" content="{lang}"{named}>
<link rel="icon" href="{base}art/favicon.svg" type="image/svg+xml">
<meta name="color-scheme" content="light dark">"""


def blocks(desk: Desk, title: str) -> Any:
    """The Gradio application."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    import gradio

    threads = anyio.CapacityLimiter(THREADS)

    async def ask(payload: Any, request: gradio.Request) -> Any:
        owner = owner_of(token) if (token := token_in(request.headers.get("cookie", ""))) else ""
        return await anyio.to_thread.run_sync(desk.ask, owner, payload, limiter=threads)

    # Postponed annotations are strings, and Gradio looks for the type itself.
    ask.__annotations__["request"] = gradio.Request
    # Numbered anew, so that a page that was open before the server began again can go on asking.
    gradio.context.Context.id = 0
    with gradio.Blocks(title=title, fill_width=True, analytics_enabled=False) as page:
        gradio.HTML(
            html_template=_MARKUP,
            js_on_load=_ON_LOAD.format(base=BASE),
            apply_default_css=False,
            server_functions=[ask],
        )
    return page


def head(lang: str, named: bool = False) -> str:
    """What stands in the page's head: our style and script, from this server.

    `lang` is the language of who has not chosen one; where it was not asked for by name, a
    browser's own comes first.
    """
    import gradio

    # Gradio's part that draws HTML would else be fetched only once the rest has set up.
    parts = Path(gradio.__file__).parent / "templates" / "frontend" / "assets"
    scripts = [f"{BASE}js/{name}.js" for name in FIRST]
    scripts += [f"assets/{path.name}" for path in parts.glob("HTML-*.js")]
    links = [f'<link rel="modulepreload" href="{name}">' for name in scripts]
    mark = ' data-named="yes"' if named else ""
    return "\n".join([_HEAD.format(base=BASE, lang=html.escape(lang), named=mark), *links])
