"""Draws a story's map as SVG: scenes as columns of frames, endings to the right, no program needed.

Only ways forward are drawn as curves; a beat that leads back names its scene, so that the picture
stays legible where a story goes to and fro. Widths are estimated: a Chinese character takes twice
the room of a Latin letter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from rich.cells import cell_len, set_cell_size

from .chart import Box, Chart, Frame, Row

WIDTH, GAP, MARGIN = 330, 90, 30
HEAD, LINE, PAD, SPACE = 40, 17, 10, 36
CELL = 6.6  # pixels of a cell at 12 px
TEXT_CELLS = int((WIDTH - 52) / CELL)
SMALL_CELLS = int((WIDTH - 44) / 6.5)  # the conditions' smaller letters are all as wide

_KINDS = {"good": "#2e7d4f", "bad": "#b23a3a", "neutral": "#6b7280", "secret": "#7a4fb5",
          "timeout": "#a8742a"}  # fmt: skip
_HERE = "#d9862b"
_STYLE = """
text{font-family:system-ui,-apple-system,"Segoe UI","Noto Sans","Noto Sans CJK SC","PingFang SC",
"Microsoft YaHei",sans-serif;font-size:12px;fill:#1f2430}
.h{font-size:15px;font-weight:600}.t{font-size:22px;font-weight:700}
.w{font-size:10.5px;fill:#6a7080;font-family:ui-monospace,"DejaVu Sans Mono",Menlo,monospace}
.go{fill:#1d5fa8;font-size:11px}.n{fill:#8a8f9c;font-size:10.5px}.inv{fill:#fff}
"""


def svg(chart: Chart, words: Mapping[str, str], here: frozenset[str] = frozenset()) -> str:
    """The picture; `words` are the interface's, for the legend, and `here` says where a game is,
    as `scene x` and `beat x`."""
    places, height = _placed(chart)
    last = max(frame.column for frame in chart.frames) + 1
    width = MARGIN * 2 + (last + 1) * WIDTH + last * GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label="{escape(chart.title)}">',
        f"<style>{_STYLE}</style>",
        f'<rect width="{width}" height="{height}" fill="#fbfaf7"/>',
        _text(MARGIN, MARGIN + 20, chart.title, "t"),
        *_legend(MARGIN, MARGIN + 46, words),
    ]
    parts += _leads(chart, places)  # below the frames, whose text they would cross
    for frame in chart.frames:
        parts += _frame(frame, places, {one.id: one.title for one in chart.frames})
        parts += _here(frame, places, here)
    parts += _boxes(chart, places, words)
    parts += _ways(chart, places)
    return "\n".join([*parts, "</svg>"]) + "\n"


Places = dict[str, tuple[float, float]]


def _placed(chart: Chart) -> tuple[Places, int]:
    """The left upper corner of every frame, row and box, and the height of it all."""
    places: Places = {}
    bottoms: dict[int, float] = {}
    top = MARGIN + 76
    for frame in chart.frames:
        x = MARGIN + frame.column * (WIDTH + GAP)
        y = bottoms.get(frame.column, top)
        places[f"scene {frame.id}"] = (x, y)
        y += HEAD
        for row in frame.rows:
            places[f"beat {row.id}"] = (x, y)
            y += _row_height(row)
        bottoms[frame.column] = y + PAD + SPACE
    last = max(frame.column for frame in chart.frames) + 1
    x, y = MARGIN + last * (WIDTH + GAP), float(top)
    for kind, boxes in (("goal", chart.goals), ("ending", chart.endings)):
        y += 26 if boxes else 0
        for box in boxes:
            places[f"{kind} {box.id}"] = (x, y)
            y += _box_height(box) + 10
        y += 16
    return places, int(max(y, *bottoms.values()) + MARGIN)


def _row_height(row: Row) -> int:
    lines = len(_wrapped(row.label, TEXT_CELLS)) + len(_conditions(row)) + bool(row.go)
    return lines * LINE + PAD


def _box_height(box: Box) -> int:
    lines = len(_wrapped(box.title, TEXT_CELLS)) + len(_wrapped(box.when, SMALL_CELLS))
    return lines * LINE + PAD * 2


def _conditions(row: Row) -> list[str]:
    return _wrapped(row.when, SMALL_CELLS) + ([row.roll] if row.roll else [])


# --- pieces --------------------------------------------------------------------------------------


def _frame(frame: Frame, places: Places, titles: Mapping[str, str]) -> Iterator[str]:
    x, y = places[f"scene {frame.id}"]
    height = HEAD + sum(map(_row_height, frame.rows)) + PAD
    unmet = frame.met == 0
    border = "#b23a3a" if unmet else "#c9c5ba"
    dash = ' stroke-dasharray="6 4"' if unmet else ""
    yield (f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{height}" rx="10" fill="#fff" '
           f'stroke="{border}" stroke-width="1.5"{dash}/>')  # fmt: skip
    yield f'<path d="M{x} {y + 32}h{WIDTH}" stroke="{border}"/>'
    yield _text(x + 14, y + 22, set_to(frame.title, 36), "h")
    yield _text(x + WIDTH - 12, y + 22, _times(frame.met) or frame.id, "n", "end")
    for row in frame.rows:
        yield from _row(row, *places[f"beat {row.id}"], titles)


def _here(frame: Frame, places: Places, here: frozenset[str]) -> Iterator[str]:
    """A broad frame around the scene a game is in, and a band behind the beat that came last."""
    if f"scene {frame.id}" in here:
        x, y = places[f"scene {frame.id}"]
        height = HEAD + sum(map(_row_height, frame.rows)) + PAD
        yield (f'<rect class="here" x="{x - 5}" y="{y - 5}" width="{WIDTH + 10}" '
               f'height="{height + 10}" rx="14" fill="none" stroke="{_HERE}" '
               'stroke-width="4"/>')  # fmt: skip
    for row in frame.rows:
        if f"beat {row.id}" in here:
            x, y = places[f"beat {row.id}"]
            yield (f'<rect class="here" x="{x + 4}" y="{y - 2}" width="{WIDTH - 8}" '
                   f'height="{_row_height(row) - 4}" rx="6" fill="{_HERE}" '
                   'fill-opacity="0.16"/>')  # fmt: skip


def _row(row: Row, x: float, y: float, titles: Mapping[str, str]) -> Iterator[str]:
    yield f"<g><title>{escape(row.id)}{' ↻' if row.repeat else ''}</title>"
    yield _mark(row, x + 17, y + 11)
    line = y + 15
    for text in _wrapped(row.label, TEXT_CELLS):
        yield _text(x + 30, line, text)
        line += LINE
    for text in _conditions(row):
        yield _text(x + 30, line, text, "w")
        line += LINE
    if row.go:
        there = ", ".join(titles.get(one, one) for one in row.go)
        yield _text(x + 30, line, f"→ {set_to(there, TEXT_CELLS - 2)}", "go")
    if count := _times(row.met):
        yield _text(x + WIDTH - 8, y + 15, count, "n", "end")
    yield "</g>"


def _mark(row: Row, x: float, y: float) -> str:
    """A dot for a beat, a diamond for one that happens by itself; hollow where it was never met."""
    colour = "#8a8f9c" if row.met is None else "#2e7d4f" if row.met else "#b23a3a"
    fill = "#fff" if row.met == 0 else colour
    if row.auto:
        return f'<path d="M{x} {y - 6}l6 6l-6 6l-6 -6z" fill="{fill}" stroke="{colour}"/>'
    return f'<circle cx="{x}" cy="{y}" r="4.5" fill="{fill}" stroke="{colour}" stroke-width="1.5"/>'


def _boxes(chart: Chart, places: Places, words: Mapping[str, str]) -> Iterator[str]:
    for kind, boxes in (("goal", chart.goals), ("ending", chart.endings)):
        if boxes:
            x, y = places[f"{kind} {boxes[0].id}"]
            yield _text(x, y - 10, words[f"{kind}s"], "h")
        for box in boxes:
            yield from _box(box, *places[f"{kind} {box.id}"])


def _box(box: Box, x: float, y: float) -> Iterator[str]:
    colour = _KINDS.get(box.kind, "#3a6ea5")
    dash = ' stroke-dasharray="6 4"' if box.met == 0 else ""
    yield f"<g><title>{escape(box.id)}</title>"
    yield (f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{_box_height(box)}" rx="8" fill="#fff" '
           f'stroke="{colour}" stroke-width="1.5"{dash}/>')  # fmt: skip
    yield f'<rect x="{x}" y="{y}" width="6" height="{_box_height(box)}" rx="3" fill="{colour}"/>'
    line = y + 22
    for text in _wrapped(box.title, TEXT_CELLS):
        yield _text(x + 18, line, text)
        line += LINE
    for text in _wrapped(box.when, SMALL_CELLS):
        yield _text(x + 18, line, text, "w")
        line += LINE
    if count := _times(box.met):
        yield _text(x + WIDTH - 10, y + 20, count, "n", "end")
    yield "</g>"


def _ways(chart: Chart, places: Places) -> Iterator[str]:
    """Curves from a beat to the scene it leads to, forward only."""
    columns = {frame.id: frame.column for frame in chart.frames}
    for frame in chart.frames:
        for row in frame.rows:
            for target in row.go:
                if columns.get(target, 0) > frame.column:
                    yield _curve(places[f"beat {row.id}"], places[f"scene {target}"],
                                 _row_height(row) - 9, "#1d5fa8", 0.75)  # fmt: skip


def _leads(chart: Chart, places: Places) -> Iterator[str]:
    """Thin curves to each ending from the beats it most often comes right after."""
    for box in chart.endings:
        for beat in box.after:
            if f"beat {beat}" in places:
                start, end = places[f"beat {beat}"], places[f"ending {box.id}"]
                yield _curve(start, end, 11, _KINDS.get(box.kind, "#6b7280"), 0.4)


def _curve(
    start: tuple[float, float], end: tuple[float, float], down: float, colour: str, opacity: float
) -> str:
    x, y = start[0] + WIDTH, start[1] + down
    to_x, to_y = end[0], end[1] + 18
    bend = max(40.0, min((to_x - x) / 2, 140.0))
    return (f'<path d="M{x} {y:.0f}C{x + bend:.0f} {y:.0f} {to_x - bend:.0f} {to_y:.0f} '
            f'{to_x - 5} {to_y:.0f}" fill="none" stroke="{colour}" stroke-opacity="{opacity}" '
            f'stroke-width="1.6"/><path d="M{to_x} {to_y:.0f}l-7 -4v8z" fill="{colour}" '
            f'fill-opacity="{opacity}"/>')  # fmt: skip


def _legend(x: float, y: float, words: Mapping[str, str]) -> Iterator[str]:
    marks = [
        (Row("", "", met=1), "met"), (Row("", "", met=0), "unmet"), (Row("", ""), "unknown"),
        (Row("", "", auto=True), "auto"),
    ]  # fmt: skip
    for row, key in marks:
        yield _mark(row, x + 6, y - 4)
        yield _text(x + 18, y, words[key], "n")
        x += 44 + cell_len(words[key]) * 6
    for key in ("roll", "go"):
        yield _text(x, y, words[key], "n")
        x += 26 + cell_len(words[key]) * 6


def _times(met: int | None) -> str:
    return f"×{met}" if met and met > 1 else ""


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    held = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{x:g}" y="{y:g}"{named}{held}>{escape(text)}</text>'


def set_to(text: str, cells: int) -> str:
    """A text cut to so many cells."""
    return text if cell_len(text) <= cells else set_cell_size(text, cells - 1).rstrip() + "…"


def _wrapped(text: str, cells: int, most: int = 3) -> list[str]:
    """A text in lines of so many cells, broken at blanks or between wide characters."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(" ".join(text.split())):
        if line and cell_len(line + piece.rstrip()) > cells:
            lines.append(line.rstrip())
            line = ""
        line += piece
    lines += [line.rstrip()] if line.strip() else []
    if len(lines) > most:
        lines = [*lines[: most - 1], set_to(f"{lines[most - 1]} …", cells)]
    return lines


def _pieces(text: str) -> Iterator[str]:
    word = ""
    for char in text:
        word += char
        if char == " " or cell_len(char) > 1:
            yield word
            word = ""
    yield word
