"""Does a line deny what it names, does it ask, and which opposites (dead, alive) does it name?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from .features import read_lines

_MASK = {
    "zh": re.compile(
        r"不是不|没有?不|不会不|不可能不|(.)[不没]\1|是不是|没事|没关系|没错|没问题|没想到|没准|不错|不好意思|别客气|不客气|不过|不如|不久|不断"
        r"|不得不|不能不|不妨|不然|不仅|不但|不止|不管|不论|不愧|不幸|不安|不满|不公|不同|不轻|不浅|不小|不少|不远|不晚|不对劲|不舒服|不谢|不见不散"
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
_NOT = {  # the words that turn a statement into its contrary
    "zh": re.compile(r"不|没|别|勿|莫|未|非|毫无|无须|无需|无意"),
    "en": re.compile(r"\b(?:not|never|no|nor|neither|nobody|nothing|none|without)\b"),
}
_REFUSES = {  # and those that refuse without one
    "zh": re.compile(r"拒绝|懒得|休想|免谈|才怪|谁要|谁稀罕|鬼才|傻子才|少来|凭什么|怎么可能"),
    "en": re.compile(
        r"\b(?:refus\w*|unwilling|hardly|rather die|stop \w+ing|rejects?|declin\w+|as if"
        r"|hell would i|why (?:should|would) i)\b"
    ),
}
_SPURNS = {  # does not care, or asks only to refuse: holds in questions too
    "zh": re.compile(
        r"[不没](?:怎么)?(?:关心|在乎|在意|稀罕|感兴趣|兴趣|想知道|想听|想看|想问|想管|想谈)|没兴趣|没心情"
        r"|[跟和与]我[没无]关|[跟和与]我没关系|关我什么事|关我屁事|管他|无所谓|懒得|凭什么|鬼才|傻子才|才怪|谁[要想]|谁稀罕"
        r"|休想|没门"
    ),
    "en": re.compile(
        r"\b(?:(?:do|does|did|could|would) not (?:really )?(?:care|want|wish|feel like)"
        r"|not interested|no interest|none of my|could not care|no need|never wanted"
        r"|who (?:cares|wants to)"
        r"|why (?:should|would|on earth should) i|the hell would i|rather die|as if i)\b"
    ),
}
_REFUSALS = {  # a clause that refuses what another clause names: "Help you? Never!"
    "zh": re.compile(
        r"(?:休想|做梦|想得美|没门|免谈|才怪|不可能|绝不|才不|门都没|[别不]|算了|不行|不干|不了)[啊吧呢哦]*"
    ),
    "en": re.compile(
        r"(?:no|not|never|no way|never mind|not a chance|no chance|forget it|dream on|as if"
        r"|in your dreams|hell no|absolutely not|not happening|i refuse|no thank(?:s| you))"
        r"(?: ever)?"
    ),
}
_ASKS = {
    "zh": re.compile(
        r"[吗么呢嘛]?[?]|[吗呢]\W*$|(.)[不没]\1|谁|什么|哪|怎么|多少|几[个点时]|有没有|是否"
    ),
    "en": re.compile(
        r"[?]|^(?:who|what|where|when|why|how|which)\b"
        r"|^(?:is|are|was|were|do|does|did|can|could|will|would|may|have|has|had|should)"
        r" (?!not (?!you|it|he|she|they|we|that|there))(?!a |an |it |some )"
    ),
}


# "no, he …" answers; "no soup" denies.
_ANSWER = re.compile(
    r"^(?:no|yes)(?:\s*[^\w\s]+\s*|\s+(?=(?:i|you|he|she|it|we|they|that|this|there|please)\b))"
)


def asks(text: str, language: str) -> bool:
    """Whether the text is a question."""
    return bool(_ASKS[language].search(text))


_OPEN = {  # no yes or no answers these
    "zh": re.compile(r"谁|什么|啥|哪|怎么|多少|几[个点时层楼口页]|为何|何时"),
    "en": re.compile(r"^(?:and |so |but )?(?:who|what|where|when|why|how|which)\b"),
}


def asks_openly(text: str, language: str) -> bool:
    """Whether the text asks for more than yes or no."""
    return bool(_OPEN[language].search(text))


def denials(text: str, language: str) -> int:
    """How often the text denies something, set phrases like "no problem" left out."""
    if language == "en":
        text = _ANSWER.sub("", text)
    return len(_NOT[language].findall(_MASK[language].sub(" ", text)))


def denies(text: str, language: str) -> bool:
    """Whether a clause, said to somebody, denies or refuses what it names."""
    if _SPURNS[language].search(text):
        return True
    if denials(text, language) == 0 and not _REFUSES[language].search(text):
        return False
    return not asks(text, language)


@lru_cache(maxsize=2)
def _opposites(language: str) -> tuple[re.Pattern[str], dict[str, tuple[tuple[int, int], ...]]]:
    """The words that stand for a side of a pair, and the sides each stands for."""
    found: dict[str, tuple[tuple[int, int], ...]] = {}
    for number, line in enumerate(read_lines(f"opposites.{language}.txt")):
        for side, names in enumerate(line.split("|")):
            for word in names.split():
                found[word] = (*found.get(word, ()), (number, side))
    body = "|".join(sorted(found, key=len, reverse=True))
    return re.compile(rf"\b(?:{body})\b" if language == "en" else body), found


def refused(clauses: Sequence[str], language: str) -> bool:
    """Whether a line ends by refusing what it named before."""
    return len(clauses) > 1 and bool(_REFUSALS[language].fullmatch(clauses[-1]))


def sides(text: str, language: str) -> frozenset[tuple[int, int]]:
    """Which sides of which pairs of opposites a text names (English: a text of stems)."""
    pattern, found = _opposites(language)
    return frozenset(side for word in pattern.findall(text) for side in found[word])


def opposed(one: frozenset[tuple[int, int]], other: frozenset[tuple[int, int]]) -> bool:
    """Whether two texts stand on opposite sides of a pair that neither names in full."""
    for number, side in one:
        across = (number, 1 - side)
        if across in other and across not in one and (number, side) not in other:
            return True
    return False
