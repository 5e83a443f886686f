"""Whether the hub that models are fetched from can be reached: asked once, before a long wait."""

from __future__ import annotations

import urllib.error
import urllib.request

from game.errors import ModelError

PATIENCE = 5.0  # seconds; the hub's own client would try again for half a minute


def require(source: str) -> None:
    """Raises ModelError where nobody answers; proxies are the environment's."""
    from huggingface_hub import constants

    try:
        request = urllib.request.Request(constants.ENDPOINT, method="HEAD")
        urllib.request.urlopen(request, timeout=PATIENCE).close()
    except urllib.error.HTTPError:  # somebody answered
        return
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise ModelError("unreachable", f"{constants.ENDPOINT}: {reason}", source) from None
