"""Fields as a format asks for them, made from what is met in their place.

A table says each field's kind. A value of another kind is converted where it says the same; what
can't be is set aside under `kept`, so that nothing is lost, and told as a repair.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .faults import Repairs

# Kinds: text, texts (a list), bool, number, id (number or text), mapping, mappings, maybe any.
EMPTY: dict[str, Any] = {
    "text": "", "texts": [], "bool": False, "number": 0, "id": "", "mapping": {}, "mappings": [],
}  # fmt: skip
_TRUE, _FALSE = frozenset({"true", "yes", "1", "on"}), frozenset({"false", "no", "0", "off", ""})


class Fields:
    """Converts one object's fields; `kept` collects what had no place, by its path."""

    def __init__(self, repairs: Repairs) -> None:
        self.repairs = repairs
        self.kept: dict[str, Any] = {}

    def strict(self, value: Any, kinds: Mapping[str, str], where: str, needed: Any) -> Any:
        """An object with all `needed` fields; known ones are of their kind, others stay."""
        source = value if isinstance(value, dict) else {}
        if source is not value and value is not None:
            self._set_aside(where, value)
        found: dict[str, Any] = {}
        for name, one in source.items():
            if name not in kinds:
                found[name] = one
            elif one is None:
                self.repairs.note("null_field", field=f"{where}{name}")
            else:
                converted = self.convert(one, kinds[name], f"{where}{name}")
                if converted is not None:
                    found[name] = converted
        for name, empty in needed.items():
            if name not in found:
                found[name] = [] if empty == [] else {} if empty == {} else empty
        return found

    def convert(self, value: Any, kind: str, where: str) -> Any:
        """A value of this kind; None where it can't be one (it is set aside then)."""
        found = getattr(self, f"_{kind}")(value, where)
        if found is None:
            self._set_aside(where, value)
        elif found != value or type(found) is not type(value):
            self.repairs.note("converted", field=where, kind=kind)
        return found

    def _set_aside(self, where: str, value: Any) -> None:
        self.kept[where] = value
        self.repairs.note("set_aside", field=where)

    # --- kinds -----------------------------------------------------------------------------------

    def _text(self, value: Any, where: str) -> str | None:
        if isinstance(value, str):
            return value
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return self._joined(value)
        return str(value)

    def _joined(self, value: Any) -> str | None:
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return "\n".join(value)
        return None

    def _texts(self, value: Any, where: str) -> list[str] | None:
        if isinstance(value, str):
            return [value] if value else []
        if not isinstance(value, list):
            return None
        found = [one if isinstance(one, str) else self._text(one, where) for one in value]
        if None in found:
            self._set_aside(where, value)
        return [one for one in found if one is not None]

    def _bool(self, value: Any, where: str) -> bool | None:
        if isinstance(value, bool):
            return value
        word = str(value).strip().lower()
        return True if word in _TRUE else False if word in _FALSE else None

    def _number(self, value: Any, where: str) -> int | float | None:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return value
        try:
            found = float(value) if isinstance(value, str) and len(value) < 20 else None
        except ValueError:
            return None
        if found is None or found != found or abs(found) > 1e15:
            return None
        return int(found) if found.is_integer() else found

    def _id(self, value: Any, where: str) -> int | float | str | None:
        if isinstance(value, (int, float, str)) and not isinstance(value, bool):
            return value
        return None

    def _mapping(self, value: Any, where: str) -> dict[str, Any] | None:
        return value if isinstance(value, dict) else {} if value == [] else None

    def _mappings(self, value: Any, where: str) -> list[Any] | None:
        if isinstance(value, dict) and all(isinstance(one, dict) for one in value.values()):
            return list(value.values())
        if not isinstance(value, list):
            return None
        if any(not isinstance(one, dict) for one in value):
            self._set_aside(where, value)
        return [one for one in value if isinstance(one, dict)]
