"""Who a browser is: an unguessable cookie that scripts can't read, and the owner it stands for."""

from __future__ import annotations

import hashlib
import re
import secrets
from http.cookies import CookieError, SimpleCookie

COOKIE = "curtain_owner"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_LIFETIME = 400 * 24 * 3600  # browsers keep no cookie longer


def new_token() -> str:
    """A secret for a browser that has none."""
    return secrets.token_urlsafe(32)


def token_in(header: str) -> str:
    """The secret in a Cookie header; empty if there is none that we could have given."""
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel and _TOKEN.fullmatch(morsel.value) else ""


def owner_of(token: str) -> str:
    """The owner's name in the saves: whoever reads the saves still can't pose as the player."""
    return "web-" + hashlib.sha256(token.encode()).hexdigest()[:40]


def set_cookie(token: str, secure: bool) -> str:
    """The header that gives a browser its secret."""
    kept = f"{COOKIE}={token}; Path=/; Max-Age={_LIFETIME}; HttpOnly; SameSite=Lax"
    return kept + "; Secure" if secure else kept
