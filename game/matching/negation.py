"""Does a line deny what it names, does it ask, and which opposites (dead, alive) does it name?"""

from __future__ import annotations

import re
from functools import lru_cache

from .features import read_lines

_MASK = {
    "zh": re.compile(
        r"(.)[不没]\1|是不是|没事|没关系|没错|没问题|没想到|没准|不错|不好意思|别客气|不客气|不过|不如|不久|不断"
        r"|不得不|不能不|不妨|不然|不仅|不但|不止|不管|不论|不愧|不幸|不安|不满|不公|不同|不对劲|不舒服|不谢|不见不散"
        r"|对不起|差不多|了不起|说不定|不由得|要不|何不|不会吧|不是吗|忍不住|没忍住|迫不及待|不知(?=道?[谁哪怎能可为什])"
        r"|别谢|别怕|别担心|别哭|别难过|别伤心|别急|别着急|别慌|别紧张|别害怕|别生气|别人|别的|别处|别样|别致|别墅"
        r"|特别|分别|告别|离别|级别|区别|性别|个别|沉没|淹没|埋没|没收|出没|非常|非得|莫非|未来|未必|莫名"
    ),
    "en": re.compile(
        r"\b(?:do not (?:worry|be (?:afraid|scared|sad|shy|upset|mad|angry)|cry|panic|fret)"
        r"|no (?:problem|worries|doubt|wonder|matter|idea)|why not|not bad|not only|never mind"
        r"|can not (?:wait|help)|could not help|if not|not at all"
        r"|(?:is|are|was|were|do|does|did|would|will|can|could|have|has|should)"
        r" not (?:you|it|he|she|they|we|that|there))\b"
    ),
}
_DENIES = {
    "zh": re.compile(
        r"不|没|别|拒绝|懒得|休想|免谈|勿|莫|未|非|毫无|无须|无需|无意|才怪|谁要|谁稀罕|鬼才|傻子才|少来"
        r"|凭什么|哪有|怎么可能|怎么会"
    ),
    "en": re.compile(
        r"\b(?:not|never|no|nor|neither|nobody|nothing|none|without|refus\w*|unwilling|hardly"
        r"|rather die|stop \w+ing|rejects?|declin\w+|hell would i|why (?:should|would) i|as if)\b"
    ),
}
_ALOOF = {  # says outright that it does not matter: holds for questions too
    "zh": re.compile(
        r"[不没](?:怎么)?(?:关心|在乎|在意|稀罕|感兴趣|兴趣|想知道|想听|想看|想问|想管|想谈)|没兴趣|没心情"
        r"|[跟和与]我[没无]关|[跟和与]我没关系|关我什么事|关我屁事|管他|无所谓|懒得"
    ),
    "en": re.compile(
        r"\b(?:(?:do|does|did|could|would) not (?:really )?(?:care|want|wish|feel like)"
        r"|not interested|no interest|none of my|could not care|who cares|no need|never wanted)\b"
    ),
}
_ASKS = {
    "zh": re.compile(
        r"[吗么呢嘛]?[?]|[吗呢]\W*$|(.)[不没]\1|谁|什么|哪|怎么|多少|几[个点时]|有没有|是否"
    ),
    "en": re.compile(
        r"[?]|^(?:who|what|where|when|why|how|which|is|are|was|were|do|does|did|can|could|will|would|may|"
        r"have|has|had|should)\b"
    ),
}
_EN_WORD_COUNT = 12
_ZH_CHAR_COUNT = 20


def asks(text: str, language: str) -> bool:
    """Whether the text is a question."""
    return bool(_ASKS[language].search(text))


def denials(text: str, language: str) -> int:
    """How often the text denies something, set phrases like "no problem" left out."""
    if language == "en":
        text = re.sub(r"^(?:no|yes)\W+", "", text)
    return len(_DENIES[language].findall(_MASK[language].sub(" ", text)))


def denies(text: str, language: str) -> bool:
    """Whether a clause, said to somebody, denies or refuses what it names."""
    if _ALOOF[language].search(text):
        return True
    if denials(text, language) == 0:
        return False
    long = len(text) > _ZH_CHAR_COUNT if language == "zh" else text.count(" ") >= _EN_WORD_COUNT
    return not long and not asks(text, language)


@lru_cache(maxsize=2)
def _opposites(language: str) -> tuple[tuple[str, str], ...]:
    pairs = (line.split(" ") for line in read_lines(f"opposites.{language}.txt"))
    return tuple((pair[0], pair[1]) for pair in pairs)


def sides(text: str, language: str) -> frozenset[tuple[int, int]]:
    """Which sides of which pairs of opposites a text names (English: a text of stems)."""
    spaced = text if language == "zh" else f" {text} "
    found = set()
    for number, pair in enumerate(_opposites(language)):
        for side, word in enumerate(pair):
            if (word if language == "zh" else f" {word} ") in spaced:
                found.add((number, side))
    return frozenset(found)


def opposed(one: frozenset[tuple[int, int]], other: frozenset[tuple[int, int]]) -> bool:
    """Whether two texts stand on opposite sides of a pair that neither names in full."""
    for number, side in one:
        across = (number, 1 - side)
        if across in other and across not in one and (number, side) not in other:
            return True
    return False
