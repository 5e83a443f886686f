"""What the player wants kept in mind by who speaks: `/pin` and `/unpin`, here and on the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..events import Pinned
from ..session import Session
from ..state import LONGEST_PIN, MOST_PINS, Phase
from .locale import text
from .view import clean

MOST_CHANGES = 200  # in one game, so that nobody can fill a save with them


@dataclass(frozen=True)
class Change:
    """What came of `/pin` or `/unpin`: what to say, and what is still to be played."""

    said: str
    stream: Iterable[Any] = ()
    done: bool = False


def pin(session: Session, wanted: str, lang: str) -> Change:
    """Pins something."""
    wanted = " ".join(wanted.split())
    if not wanted:
        return Change(text(lang, "pins.usage", most=MOST_PINS))
    if len(wanted) > LONGEST_PIN:
        return Change(text(lang, "pins.too_long", n=LONGEST_PIN))
    changes = sum(isinstance(one, Pinned) for one in session.events)
    if len(session.state.pins) >= MOST_PINS or changes >= MOST_CHANGES:
        return Change(text(lang, "pins.full", most=MOST_PINS))
    if refused := _not_now(session, lang):
        return refused
    said = text(lang, "pins.pinned", n=len(session.state.pins) + 1)
    return Change(f"{said}{_kept_for_later(session, lang)}", session.pin(wanted), True)


def unpin(session: Session, number: str, lang: str) -> Change:
    """Takes a pin off, by its number."""
    pins = session.state.pins
    if not pins:
        return Change(text(lang, "pins.none"))
    place = int(number) if number.isdecimal() and len(number) < 4 else 0
    if not 1 <= place <= len(pins):
        return Change(text(lang, "pins.which", n=len(pins)))
    if refused := _not_now(session, lang):
        return refused
    return Change(text(lang, "pins.unpinned", n=place), session.unpin(place), True)


def listed(session: Session) -> list[str]:
    """What is pinned now."""
    return [clean(one) for one in session.state.pins]


def _not_now(session: Session, lang: str) -> Change | None:
    return None if session.phase is Phase.PLAYER else Change(text(lang, "pins.wait"))


def _kept_for_later(session: Session, lang: str) -> str:
    """Without a model nobody reads a pin yet."""
    if session.actor.free or session.narrator.rewords:
        return ""
    return ("" if lang == "zh" else " ") + text(lang, "pins.authored")
