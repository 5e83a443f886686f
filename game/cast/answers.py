"""What a model answers when it is asked for JSON, whatever it looks like."""

from __future__ import annotations

import json
import re
from typing import Any, cast

MOST_TRIES = 20


def as_object(said: str) -> dict[str, Any]:
    """The first JSON object in a text, or nothing."""
    decoder = json.JSONDecoder()
    for found in list(re.finditer(r"\{", said))[:MOST_TRIES]:
        try:
            data, _ = decoder.raw_decode(said[found.start() :])
        except (ValueError, RecursionError):
            continue
        if isinstance(data, dict):
            return cast("dict[str, Any]", data)
    return {}
