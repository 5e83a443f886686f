"""What can go wrong with a server, as one of the kinds of ModelError; no key is ever in it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from game.errors import ModelError, ModelFailure

RETRIED: frozenset[ModelFailure] = frozenset({"busy", "timeout", "malformed", "unreachable"})
LONGEST_DETAIL = 300

_SECRETS = re.compile(
    r"\b(?:sk|pk|rk|key|or|ak)[-_][\w*.-]{6,}|\b[0-9a-f]{32}\.\w{8,}|(?<=bearer )\S+|://[^/\s@]+@"
    r"|(?<=[?&]key=)[^&\s]+",
    re.IGNORECASE,
)
_NO_MONEY = re.compile(
    r"insufficient_(?:quota|balance)|insufficient balance|billing|arrears|欠费|余额"
)
_NO_MONEY_CODES = {
    "insufficient_quota",
    "billing_hard_limit_reached",
    "1113",
    "insufficient_balance",
}
_UNFIT = re.compile(r"content[_ ](?:filter|policy)|data_inspection_failed|moderation|敏感|不安全")
_UNFIT_CODES = {"content_filter", "content_policy_violation", "data_inspection_failed", "1301"}


def translated(error: BaseException, model: str, key: str = "") -> ModelError:
    """Any exception of the client as a ModelError whose detail is safe to log."""
    import openai

    def told(kind: ModelFailure, detail: object = "") -> ModelError:
        return ModelError(kind, redacted(str(detail) or type(error).__name__, key), model)

    if isinstance(error, ModelError):
        return error
    if isinstance(error, openai.APITimeoutError):
        return told("timeout", "no answer in time")
    if isinstance(error, openai.APIStatusError):
        return told(_of_status(error.status_code, _fields(error.body)), _said(error))
    if isinstance(error, openai.APIConnectionError):
        return told("unreachable", error.__cause__ or error)
    if isinstance(error, openai.APIError):  # an error told within a stream
        fields = _fields(error.body)
        return told(_of_status(_number(fields.get("code")), fields), _said(error))
    if isinstance(error, (json.JSONDecodeError, UnicodeDecodeError, TypeError, AttributeError)):
        return told("malformed", f"not the protocol: {type(error).__name__}")
    if isinstance(error, (MemoryError, RecursionError)):
        return told("malformed", "an answer without end")
    if isinstance(error, OSError):
        return told("unreachable", error)
    return told("malformed", f"{type(error).__name__}: {error}")


def redacted(text: str, key: str = "") -> str:
    """A text without anything that looks like a key, and of bounded length."""
    if len(key) >= 4:
        text = text.replace(key, "…")
    return _SECRETS.sub("…", " ".join(text.split()))[:LONGEST_DETAIL]


def parameter(error: BaseException, known: Mapping[str, Any]) -> str:
    """The optional parameter that a server doesn't take, as far as it says so."""
    import openai

    if not isinstance(error, (openai.BadRequestError, openai.UnprocessableEntityError)):
        return ""
    named = str(_fields(error.body).get("param") or "").partition(".")[0]
    if named in known:
        return named
    said = str(error)
    words = {"response_format": ("response_format", "json_schema", "json_object"), "max_tokens": ()}
    for name in known:
        if any(word in said for word in (name, *words.get(name, ()))):
            return name
    return ""


def _of_status(status: int, fields: Mapping[str, Any]) -> ModelFailure:
    code = str(fields.get("code") or fields.get("type") or "")
    said = f"{code} {fields.get('message', '')}".lower()
    if code in _UNFIT_CODES or _UNFIT.search(said):
        return "refused"
    if status == 402 or code in _NO_MONEY_CODES or _NO_MONEY.search(said):
        return "quota"
    exact: dict[int, ModelFailure] = {
        401: "auth", 403: "auth", 404: "missing", 408: "timeout", 504: "timeout", 409: "busy",
        425: "busy", 429: "busy",
    }  # fmt: skip
    if status in exact:
        return exact[status]
    return "busy" if status >= 500 else "malformed"


def _fields(body: object) -> Mapping[str, Any]:
    if isinstance(body, Mapping):
        inner = body.get("error")
        return inner if isinstance(inner, Mapping) else body
    return {}


def _said(error: Any) -> str:
    status = getattr(error, "status_code", "")
    message = _fields(error.body).get("message") or getattr(error, "message", "")
    return f"{status} {message}".strip()


def _number(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        return 500
