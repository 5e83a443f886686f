"""From what a player typed to plain text: width, case, script, repeats, contractions and slang.

Also splits a line into what is said and what is done (actions in brackets or asterisks), and into
clauses. Nothing here compares or judges. Any string is survived: only its first part is read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

READ = 600  # characters of a line that are read; a line of play is far shorter

_ACTION = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]|\*([^*]+)\*")
_CLAUSE = re.compile(r"[,.;:!?…~、。,—\n]+|\s-\s")
_SENTENCE = re.compile(r"(?<=[.;!?…。\n])")
_REPEAT = re.compile(r"(\D)\1{2,}")
_HAN = r"\u3400-\u9fff\U00020000-\U000323af"
_SPACE = re.compile(r"\s+")
_HAN_GAP = re.compile(rf"(?<=[{_HAN}]) (?=[{_HAN}])")

_ZH_SLANG = {
    "您": "你", "妳": "你", "咱们": "我们", "咱": "我", "俺": "我", "啥": "什么", "咋": "怎么",
    "木有": "没有", "米有": "没有", "肿么": "怎么", "神马": "什么", "甚么": "什么", "麽": "么",
    "不要": "别", "不用": "别", "甭": "别", "没有": "没", "不晓得": "不知道", "哪儿": "哪里",
    "这儿": "这里", "那儿": "那里", "瞅瞅": "看看", "整点": "来点", "为何": "为什么",
    "為": "为", "给俺": "给我", "有木有": "有没有", "哋": "地",
}  # fmt: skip
_ZH_SLANG_RE = re.compile(
    "有木有|有没有|要不要|用不用|" + "|".join(sorted(_ZH_SLANG, key=len)[::-1])
)

_EN_WORDS = {
    "gonna": "going to", "wanna": "want to", "gotta": "got to", "lemme": "let me",
    "gimme": "give me", "dunno": "do not know", "ain't": "is not", "aint": "is not",
    "won't": "will not", "wont": "will not", "can't": "can not", "cant": "can not",
    "cannot": "can not", "shan't": "shall not", "let's": "let us", "lets": "let us",
    "im": "i am", "ive": "i have", "youre": "you are", "theyre": "they are", "u": "you",
    "ur": "your", "r": "are", "pls": "please", "plz": "please", "thx": "thanks", "ty": "thanks",
    "cuz": "because", "coz": "because", "'cause": "because", "ya": "you", "yer": "your",
    "'em": "them", "em": "them", "nah": "no", "nope": "no", "yeah": "yes", "yep": "yes",
    "yup": "yes", "aye": "yes", "whats": "what is", "wheres": "where is", "whos": "who is",
    "hows": "how is", "thats": "that is", "y'all": "you", "kinda": "kind of", "tho": "though",
    "wat": "what", "wut": "what", "b4": "before", "outta": "out of", "c'mon": "come on",
    "who's": "who is", "what's": "what is", "where's": "where is", "how's": "how is",
    "that's": "that is", "it's": "it is", "he's": "he is", "she's": "she is", "there's": "there is",
    "here's": "here is",
}  # fmt: skip
_EN_TOKEN = re.compile(r"'?[^\W_]+(?:'[^\W_]+)*")
_EN_BARE_NOT = re.compile(
    r"(do|did|does|is|was|are|were|has|have|had|should|would|could|must|need|wo|ca)n'?t"
)
_EN_ENDINGS = (("'ll", " will"), ("'re", " are"), ("'ve", " have"), ("'m", " am"), ("'d", " would"))


@dataclass(frozen=True, slots=True)
class Parts:
    """A line taken apart, every piece already plain."""

    said: str  # what is said; what is done, where nothing is said
    done: str  # the words of actions in brackets or asterisks beside what is said
    sentences: tuple[str, ...]
    clauses: tuple[str, ...]
    notes: tuple[str, ...] = ()  # "action" where nothing is said, "typo" where one was mended

    @property
    def whole(self) -> str:
        """All of it, what is said before what is done."""
        return f"{self.said} , {self.done}" if self.done else self.said


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    """Traditional to simplified characters, from the table that the opencc package carries."""
    spec = find_spec("opencc")
    if spec is None or spec.origin is None:
        return {}
    path = Path(spec.origin).parent / "dictionary" / "TSCharacters.txt"
    table = path.read_text(encoding="utf-8")
    pairs = (line.split("\t") for line in table.splitlines() if "\t" in line)
    return {ord(old): new.split(" ")[0] for old, new in pairs if len(old) == 1}


def _is_simple(text: str) -> bool:
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _drop_marks(text: str) -> str:
    """Without accents and other stacked marks, control and format characters."""
    if text.isascii():
        return "".join(c if c.isprintable() else " " for c in text)
    kept = []
    for char in unicodedata.normalize("NFD", text):
        kind = unicodedata.category(char)
        if kind[0] == "C":
            kept.append(" " if kind == "Cc" else "")
        elif kind[0] != "M":
            kept.append(char)
    return "".join(kept)


def _word(token: str) -> str:
    if token in _EN_WORDS:
        return _EN_WORDS[token]
    bare = _EN_BARE_NOT.fullmatch(token)
    if bare:
        return bare[1] + " not"
    for ending, full in _EN_ENDINGS:
        if token.endswith(ending):
            return token[: -len(ending)] + full
    return token.removesuffix("'s")


def clean(text: str, language: str) -> str:
    """Plain text with its punctuation (in half width) still in it."""
    text = unicodedata.normalize("NFKC", text[:READ])[: 2 * READ]
    text = _drop_marks(text).casefold().replace("\u2019", "'").replace("\u2018", "'")
    text = _REPEAT.sub(r"\1\1", text)
    if language == "zh":
        if not _is_simple(text):
            text = text.translate(_simplified())
        text = _HAN_GAP.sub("", _SPACE.sub(" ", text))
        return _ZH_SLANG_RE.sub(lambda m: _ZH_SLANG.get(m[0], m[0]), text).strip()
    return _SPACE.sub(" ", _EN_TOKEN.sub(lambda m: _word(m[0]), text)).strip()


def has_words(text: str) -> bool:
    """Whether anything in it can be read at all."""
    return any(c.isalnum() for c in text)


def _split(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    return tuple(piece.strip() for piece in pattern.split(text) if has_words(piece))


def parts(line: str, language: str, mend: Callable[[str], str] | None = None) -> Parts:
    """Take a line apart, slips mended where one can; where nothing is said, what is done is it."""
    plain = clean(line, language)
    text = mend(plain) if mend else plain
    notes = () if text == plain else ("typo",)
    done = " ".join(a or b for a, b in _ACTION.findall(text) if has_words(a or b))
    said = _ACTION.sub(" , ", text) if done else text
    if not has_words(said):
        said, done, notes = done, "", (*notes, "action") if done else notes
    return Parts(said, done, _split(_SENTENCE, said)[:8], _split(_CLAUSE, said)[:12], notes)
