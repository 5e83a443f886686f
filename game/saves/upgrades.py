"""Numbered upgrades: events that an older version of the game has saved, brought up to today.

Every stored event carries the format it was written in. `UPGRADES[n]` turns the plain data of one
event of format n into format n + 1. An upgrade never adds, drops or reorders events, because
`Rewound` counts them; and nothing in the database is rewritten: old rows stay as they were.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..events import FORMAT

UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


def upgrade(data: dict[str, Any], version: int) -> dict[str, Any]:
    """One event's data in today's format; ValueError where no upgrade leads there."""
    for step in range(version, FORMAT):
        if step not in UPGRADES:
            raise ValueError(f"nothing is known about format {step}")
        data = UPGRADES[step](data)
    return data
