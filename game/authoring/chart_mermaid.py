"""Writes a story's map as Mermaid text, which many sites draw by themselves."""

from __future__ import annotations

from collections.abc import Iterator

from .chart import Chart, Row


def mermaid(chart: Chart) -> str:
    """A flowchart: scenes as subgraphs, beats as nodes, ways and endings as arrows."""
    return "\n".join(_lines(chart)) + "\n"


def _lines(chart: Chart) -> Iterator[str]:
    yield "flowchart LR"
    for frame in chart.frames:
        yield f'  subgraph s_{frame.id}["{_quoted(frame.title)}"]'
        for row in frame.rows:
            yield f"    b_{row.id}{_shape(row)}"
        yield "  end"
    for box in chart.endings:
        yield f'  e_{box.id}(["{_quoted(box.title)}"])'
    for frame in chart.frames:
        for row in frame.rows:
            yield from (f"  b_{row.id} --> s_{target}" for target in row.go)
    for box in chart.endings:
        yield from (f"  b_{beat} -.-> e_{box.id}" for beat in box.after)
    unmet = [f"b_{row.id}" for frame in chart.frames for row in frame.rows if row.met == 0]
    unmet += [f"e_{box.id}" for box in chart.endings if box.met == 0]
    if unmet:
        yield "  classDef unmet stroke:#b23a3a,stroke-dasharray:5 4"
        yield f"  class {','.join(unmet)} unmet"


def _shape(row: Row) -> str:
    text = _quoted(row.label) + (f"<br/><i>{_quoted(row.when)}</i>" if row.when else "")
    if row.roll:
        text += f"<br/>{_quoted(row.roll)}"
    return f'{{{{"{text}"}}}}' if row.auto else f'["{text}"]'


def _quoted(text: str) -> str:
    """Text that can't end its quotes or begin markup."""
    plain = " ".join(text.split())
    return (
        plain.replace("&", "#amp;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")
    )
