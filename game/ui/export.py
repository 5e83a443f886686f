"""A game as a file to keep or pass on: Markdown, HTML (one page, nothing loaded), or JSON lines.

Whatever was typed or told is text in all three: marks of Markdown and HTML are escaped.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from .. import events as e
from ..state import fold
from .closing import Closing, closing
from .locale import text as word
from .view import Row, clean, history, segments

if TYPE_CHECKING:
    from ..story import Story

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~])")
_LIST = re.compile(r"^(\s*)([-+]|\d+[.)])(?=\s)", re.MULTILINE)
_ASIDE_KINDS = frozenset({"meter", "item", "roll", "goal", "fact", "answer", "hint", "system"})

STYLE = """
:root { color-scheme: light dark;
  --dim: #6b6257; --line: #d9cfc0; --paper: #fbf7ef; --ink: #2b2622; }
@media (prefers-color-scheme: dark) {
  :root { --dim: #a59b8d; --line: #4a433b; --paper: #1e1b18; --ink: #e9e1d5; }
}
body { margin: 0 auto; max-width: 40rem; padding: 3rem 1.5rem; background: var(--paper);
  color: var(--ink); font: 1.05rem/1.9 "Songti SC", "Noto Serif CJK SC", Georgia, serif; }
h1 { font-weight: 600; text-align: center; } h2 { font-size: 1.05rem; text-align: center;
  color: var(--dim); font-weight: 500; margin: 3rem 0 1.5rem; letter-spacing: .2em; }
p { margin: .8rem 0; white-space: pre-line; } b { font-weight: 600; margin-right: .6em; }
.narration { color: var(--dim); }
.player { padding-left: 1rem; border-left: 3px solid var(--line); }
.note { color: var(--dim); font-size: .88rem; } footer { color: var(--dim); font-size: .85rem;
  border-top: 1px solid var(--line); margin-top: 3rem; padding-top: 1rem; text-align: center; }
.ending { border: 1px solid var(--line); padding: 1rem 1.5rem; margin-top: 3rem; }
""".strip()


def export(
    story: Story, events: Sequence[e.Event], form: str, lang: str = "", date: str = ""
) -> str:
    """A game in one of FORMS; raises KeyError for another."""
    return FORMS[form](story, events, lang or story.language, date)


def _jsonl(story: Story, events: Sequence[e.Event], lang: str, date: str) -> str:
    """Every event of the save, rewound ones included: a complete record."""
    return "".join(json.dumps(e.encode(one), ensure_ascii=False) + "\n" for one in events)


def title_of(story: Story) -> str:
    """What a game is called: the story, and the puzzle where it is one of a pack."""
    name = clean(story.scenario.title)
    return f"{name} · {clean(story.puzzle.title)}" if story.puzzle else name


def _played(story: Story, events: Sequence[e.Event], lang: str, date: str) -> str:
    state = fold(events)
    told = word(lang, f"language.{state.language if state else story.language}")
    return word(lang, "export.played", language=told, date=date)


# --- Markdown ------------------------------------------------------------------------------------


def _markdown(story: Story, events: Sequence[e.Event], lang: str, date: str) -> str:
    parts = [f"# {_md(title_of(story))}", f"*{_md(_played(story, events, lang, date))}*"]
    parts += [shown for row in history(story, events, lang) if (shown := _md_row(row))]
    page = closing(story, events, lang)
    if page:
        parts += [f"- {_md(line)}" for line in closing_lines(page, lang)]
    return "\n\n".join(parts) + "\n"


def _md(text: str) -> str:
    return _LIST.sub(r"\1\\\2", _MARKS.sub(r"\\\1", text))


def _md_row(row: Row) -> str:
    if row.kind == "scene":
        return f"## {_md(row.text)}" if row.text else ""
    if row.kind == "ending":
        return f"---\n\n**{_md(str(row.data['title']))}**\n\n{_md(row.text)}"
    if row.kind == "narration":
        return "\n".join(f"> {_md(line)}" for line in row.text.split("\n"))
    if row.kind in _ASIDE_KINDS:
        return f"*{_md(row.text)}*"
    spoken = "".join(
        f"*{_md(part.strip())}*" if style == "action" and part.strip() else _md(part)
        for style, part in segments(row.text)
    )
    options = "".join(f"\n- {_md(shown)}" for _, shown in row.data.get("options", ()))
    return (f"**{_md(row.name)}**  {spoken}" if row.name else spoken) + options


# --- HTML ----------------------------------------------------------------------------------------


def _html(story: Story, events: Sequence[e.Event], lang: str, date: str) -> str:
    state = fold(events)
    told = state.language if state else story.language
    title = html.escape(title_of(story))
    body = "\n".join(_html_row(row) for row in history(story, events, lang))
    page = closing(story, events, lang)
    end = "".join(f"<p class='note'>{html.escape(one)}</p>" for one in _lines(page, lang))
    code = "zh-CN" if told == "zh" else "en"
    return f"""<!doctype html>
<html lang="{code}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
{STYLE}
</style>
</head>
<body>
<h1>{title}</h1>
{body}
{end}
<footer>{html.escape(_played(story, events, lang, date))}</footer>
</body>
</html>
"""


def _html_row(row: Row) -> str:
    text = html.escape(row.text)
    if row.kind == "scene":
        return f"<h2>{text}</h2>" if text else ""
    if row.kind == "ending":
        return (
            f"<div class='ending'><h2>{html.escape(str(row.data['title']))}</h2><p>{text}</p></div>"
        )
    if row.kind == "narration":
        return f"<p class='narration'>{text}</p>"
    if row.kind in _ASIDE_KINDS:
        return f"<p class='note'>{text}</p>"
    spoken = "".join(
        f"<em>{html.escape(part)}</em>" if style == "action" else html.escape(part)
        for style, part in segments(row.text)
    )
    name = f"<b>{html.escape(row.name)}</b>" if row.name else ""
    options = "".join(f"<br>· {html.escape(shown)}" for _, shown in row.data.get("options", ()))
    style = "player" if row.kind == "player" else "said"
    return f"<p class='{style}'>{name}{spoken}{options}</p>"


# --- the closing page as lines -------------------------------------------------------------------


def closing_rows(page: Closing, lang: str) -> list[tuple[str, str]]:
    """What a closing page tells beneath the ending's text: a heading and its text, row by row."""
    listed = {
        "reached": page.reached,
        "unreached": page.missed,
        "facts": page.facts,
        "carried": page.items,
        "fork": (page.fork,) if page.fork else (),
    }
    rows = [
        (word(lang, f"endings.{key}") if number == 0 else "", one)
        for key, texts in listed.items()
        for number, one in enumerate(texts)
    ]
    if page.endings:
        key = "found_all" if page.found == page.endings else "found"
        rows.append(
            (
                word(lang, "endings.count"),
                word(lang, f"endings.{key}", k=page.found, n=page.endings),
            )
        )
    return rows


def closing_lines(page: Closing, lang: str) -> list[str]:
    """The same as lines of text, a puzzle's result last."""
    colon = "：" if lang == "zh" else ": "
    lines = [f"{left}{colon}{right}" if left else right for left, right in closing_rows(page, lang)]
    return [*lines, page.result] if page.result else lines


def _lines(page: Closing | None, lang: str) -> list[str]:
    return closing_lines(page, lang) if page else []


FORMS: Mapping[str, Callable[[Story, Sequence[e.Event], str, str], str]] = {
    "md": _markdown,
    "html": _html,
    "jsonl": _jsonl,
}
