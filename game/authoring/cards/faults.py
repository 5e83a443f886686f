"""What can be wrong with a file from elsewhere: mended and told (Repair), or refused (CardError).

Codes name sentences of the interface (`cards.repairs.<code>`, `cards.refused.<code>`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...errors import GameError

MOST_TOLD = 40


@dataclass(frozen=True)
class Repair:
    """Something that was mended or set aside while reading; nothing is lost by it."""

    code: str
    data: Mapping[str, Any] = field(default_factory=dict)


class CardError(GameError):
    """A file that can't be taken in; `code` says why."""

    def __init__(self, code: str, **data: Any) -> None:
        self.code, self.data = code, data
        super().__init__(f"{code} {data}".strip())


class Repairs(list[Repair]):
    """The repairs of one file, each told once."""

    def note(self, code: str, **data: Any) -> None:
        """Adds a repair unless it is there, or there are too many to read."""
        one = Repair(code, data)
        if one not in self and len(self) < MOST_TOLD:
            self.append(one)
