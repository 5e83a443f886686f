"""A small story and a puzzle for the interface's tests, in both languages, and games of them."""

from __future__ import annotations

from game import events as e
from game.loader import load_sources

LAN = """
name: {name}
greeting: "{greeting}"
asides: ["{aside}"]
state: {{trust: {{start: 0}}}}
portrait: {{mood: "'warm' if trust > 5 else 'calm'"}}
small_talk: [{{id: rain, label: "{rain}", hears: ["{rain}"], says: ["{rain}"]}}]
"""

STORY = """
title: {title}
player: {{name: {player}}}
cast: [lan]
state:
  trust: {{type: int, min: 0, max: 10, start: 2, label: {trust}, show: meter}}
  coins: {{type: int, start: 3, label: {coins}, show: item}}
  key: {{type: bool, label: {key}, show: item}}
  secret: {{type: int, start: 0}}
  left: {{type: bool}}
opening: "{opening}"
start: hall
lore:
  - {{keys: ["{cellar}"], text: "{lore}"}}
  - {{keys: ["{cellar}"], when: secret > 3, text: "SPOILER"}}
scenes:
  hall:
    title: {hall}
    present: [lan]
    beats:
      - {{id: help, suggest: "{help}", hears: ["{help}"], who: lan, says: ["{thanks}"],
          effects: {{trust: trust + 2, key: "true", secret: secret + 1}}}}
      - {{id: pay, label: "{pay}", suggest: "{pay}", hears: ["{pay}"], who: lan,
          effects: {{coins: coins - 1}}}}
      - {{id: bluff, suggest: "{bluff}", hears: ["{bluff}"], who: lan,
          roll: {{dice: 1d20 + trust, target: "12"}}}}
      - {{id: leave, suggest: "{leave}", hears: ["{leave}"], effects: {{left: "true"}}}}
goals:
  - {{id: got_key, text: "{goal} {{{{ player.name }}}}", when: key}}
  - {{id: hidden, text: "HIDDEN", when: trust > 9, hidden: true}}
endings:
  - {{id: warm, kind: good, title: {warm}, when: left and key, text: "{bye}", fork: "{fork}"}}
  - {{id: cold, kind: bad, title: COLD, when: left and not key, text: "{bye}"}}
  - {{id: rich, kind: secret, title: RICH, when: left and coins > 9, text: "{bye}"}}
hints: [{{text: "{hint}"}}]
"""

PACK = """
kind: puzzles
title: {pack}
player: {{name: {player}}}
host: lan
replies: {{yes: ["{yes}"], no: ["{no}"], irrelevant: ["-"], unclear: ["?"]}}
puzzles:
  - id: lamp
    title: {puzzle}
    surface: "{surface}"
    bottom: "{bottom}"
    facts:
      - {{id: dark, text: "{dark}", hears: ["{dark}"]}}
      - {{id: storm, text: "{storm}", hears: ["{storm}"]}}
      - {{id: cat, text: "CAT", essential: false, hears: ["CAT"]}}
    answers:
      - {{id: q_dark, ask: "{q_dark}", answer: yes, finds: dark, hears: ["{q_dark}"]}}
      - {{id: q_gold, ask: "{q_gold}", answer: no, hears: ["{q_gold}"]}}
    hints: ["{hint}"]
"""

WORDS = {
    "zh": {
        "name": "兰三娘",
        "greeting": "（擦着柜台）打尖还是住店？",
        "aside": "（她只当没听见。）",
        "rain": "雨真大",
        "title": "边城雨夜",
        "player": "沈舟",
        "trust": "信任",
        "coins": "铜钱",
        "key": "地窖钥匙",
        "opening": "雨夜。",
        "cellar": "地窖",
        "lore": "地窖通向枯井。",
        "hall": "大堂",
        "help": "我来帮你搬酒。",
        "thanks": "多谢。地窖在后头。",
        "pay": "付账。",
        "bluff": "我是官差。",
        "leave": "告辞。",
        "goal": "拿到钥匙的是",
        "warm": "雨停了",
        "bye": "门关上了。",
        "fork": "你替她搬了酒",
        "hint": "问问地窖。",
        "pack": "守夜汤",
        "puzzle": "灭了的灯",
        "surface": "灯灭了，他哭了。",
        "bottom": "他是守灯人。",
        "yes": "是。",
        "no": "不是。",
        "dark": "灯灭了一夜",
        "storm": "那夜有风暴",
        "q_dark": "灯灭了很久吗？",
        "q_gold": "和金子有关吗？",
    },
    "en": {
        "name": "Lan",
        "greeting": "(wiping the counter) A meal or a bed?",
        "aside": "(She hears nothing.)",
        "rain": "What rain",
        "title": "The Border Inn",
        "player": "Shen",
        "trust": "Trust",
        "coins": "coins",
        "key": "cellar key",
        "opening": "A night of rain.",
        "cellar": "cellar",
        "lore": "The cellar leads to a dry well.",
        "hall": "The hall",
        "help": "Let me carry that wine.",
        "thanks": "Thank you. The cellar is at the back.",
        "pay": "I pay.",
        "bluff": "I am the law.",
        "leave": "Farewell.",
        "goal": "The key goes to",
        "warm": "The rain stops",
        "bye": "The door closes.",
        "fork": "You carried her wine",
        "hint": "Ask about the cellar.",
        "pack": "Night Watch",
        "puzzle": "The dark lamp",
        "surface": "The lamp went out and he wept.",
        "bottom": "He kept the lighthouse.",
        "yes": "Yes.",
        "no": "No.",
        "dark": "The lamp was dark all night",
        "storm": "There was a storm",
        "q_dark": "Was it dark for long?",
        "q_gold": "Is it about gold?",
    },
}


def load(lang, puzzle=""):
    words = WORDS[lang]
    name = "night" if puzzle else "inn"
    sources = {
        f"scenarios/{name}": (PACK if puzzle else STORY).format(**words),
        "characters/lan": LAN.format(**words),
    }
    return load_sources(sources, name, lang, puzzle)


def contents():
    """The same as files: path → text."""
    found = {}
    for lang, words in WORDS.items():
        found[f"scenarios/inn.{lang}.yaml"] = STORY.format(**words)
        found[f"scenarios/night.{lang}.yaml"] = PACK.format(**words)
        found[f"characters/lan.{lang}.yaml"] = LAN.format(**words)
    return found


def won(story, player="沈舟"):
    """A game of the inn to its good ending, event by event."""
    words = WORDS[story.language]
    start = {name: one.initial for name, one in story.variables.items()}
    return [
        e.GameStarted("inn", story.language, story.digest, 7, player, variables=start),
        e.SceneEntered("hall", (e.Cue("", "opening"), e.Cue("lan", "greeting")), ("lan",)),
        e.Narrated(words["opening"]),
        e.ActorSpoke("lan", words["greeting"]),
        e.PlayerSpoke("hmm"),
        e.TurnJudged("authored", cues=(e.Cue("lan", "aside"),)),
        e.ActorSpoke("lan", words["aside"]),
        e.PlayerSpoke("help"),
        e.AskedBack((e.Candidate("beat", "help", 0.5), e.Candidate("beat", "pay", 0.4)), "lan", ""),
        e.BeatChosen("help"),
        e.TurnJudged("choice", beat="help"),
        e.BeatHappened(
            "help", changes={"trust": 4, "key": True, "secret": 1},
            cues=(e.Cue("lan", "beat:help"),),
        ),
        e.ActorSpoke("lan", words["thanks"]),
        e.GoalReached("got_key"),
        e.HintGiven(0, words["hint"]),
        e.PlayerSpoke(words["pay"], "pay"),
        e.TurnJudged("choice", beat="pay"),
        e.BeatHappened("pay", changes={"coins": 2}),
        e.PlayerSpoke(words["leave"]),
        e.TurnJudged(
            "authored", beat="leave",
            candidates=(e.Candidate("beat", "leave", 0.91), e.Candidate("topic", "lan/rain", 0.2)),
        ),
        e.BeatHappened("leave", changes={"left": True}),
        e.Ended("warm", "good", words["bye"]),
    ]  # fmt: skip


def solved(story):
    """A game of the puzzle: one question, one guess of one's own, solved."""
    words = WORDS[story.language]
    return [
        e.GameStarted("night", story.language, story.digest, 7, "沈舟", puzzle="lamp"),
        e.SceneEntered("lamp", (e.Cue("", "surface"),)),
        e.Narrated(words["surface"]),
        e.PlayerSpoke(words["q_gold"]),
        e.TurnJudged(
            "authored", question="q_gold", answer="no", cues=(e.Cue("lan", "question:q_gold"),),
            candidates=(e.Candidate("question", "q_gold", 0.9), e.Candidate("fact", "storm", 0.3)),
        ),
        e.ActorSpoke("lan", words["no"]),
        e.HintGiven(0, words["hint"]),
        e.PlayerSpoke("dark, storm"),
        e.TurnJudged("authored", facts=("dark", "storm"), cues=(e.Cue("lan", "facts"),)),
        e.FactFound("dark"),
        e.FactFound("storm"),
        e.ActorSpoke("lan", words["yes"]),
        e.Ended("solved", "good", words["bottom"]),
    ]  # fmt: skip
