"""The append-only store of games: what was acknowledged is there, and nothing is overwritten.

`database` opens or refuses the file, `records` turns rows into events and back, `upgrades` brings
old events to today's format, `transfer` reads and writes JSONL, and `store` is what others call.
"""

from .database import default_path
from .records import SaveHead
from .store import Store

__all__ = ["SaveHead", "Store", "default_path"]
