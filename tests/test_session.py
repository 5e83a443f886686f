"""Session: what is committed is durable, what fails leaves a way on, what is undone is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from game.cast import Take
from game.errors import ContentError, IllegalEvent, ModelError, SaveUnwritable
from game.events import (
    ActorSpoke,
    AskedBack,
    BeatHappened,
    Candidate,
    ContentChanged,
    Cue,
    Delta,
    Event,
    Notice,
    PlayerSpoke,
    Rewound,
    TurnJudged,
)
from game.loader import load_sources
from game.session import MAX_LINE, Session
from game.state import GameState, Phase
from game.story import Story
from tests.conftest import CONTENT, events_of

Start = Callable[..., Session]


TWO_ROOMS = """
title: X
player: {name: Sam}
cast: [ann]
start: room
state: {n: {type: int}, left: {type: bool}}
scenes:
  room: {present: ann, beats: [{id: down, suggest: Down., says: Mind. The step., go: cellar}]}
  cellar:
    narration: Dark.
    present: ann
    beats: [{id: leave, suggest: Leave., says: Go. Now., effects: {left: true}}]
endings: [{id: out, when: left, text: The road takes you.}]
"""


def story_of(scenario: str, language: str = "en") -> Story:
    """A story from a scenario's text, with Ann."""
    ann = (CONTENT / "characters" / "ann.en.yaml").read_text(encoding="utf-8")
    sources = {"scenarios/x": scenario + f"# {language}\n", "characters/ann": ann}
    return load_sources(sources, "x", language)


class Kept:
    """A store that keeps events in a list, and fails when told to."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.full = False

    def append(self, save: str, owner: str, seq: int, event: Event) -> None:
        if self.full:
            raise SaveUnwritable(save)
        assert seq == len(self.events) + 1  # GameStarted went in with the save
        self.events.append(event)


def test_each_event_is_durable_before_it_is_handed_out(start: Start, tea: Story) -> None:
    game = start(tea)
    game.store, game.in_memory = Kept(), False
    for piece in game.resume():
        if not isinstance(piece, (Delta, Notice)):
            assert game.store.events[-1] == piece
    assert game.store.events == list(game.events[1:])


def test_a_full_disk_lets_the_game_go_on_in_memory(start: Start, tea: Story) -> None:
    game = start(tea)
    store = Kept()
    game.store, game.in_memory = store, False
    events_of(game.resume())
    store.full = True
    events_of(game.choose("offer_help"))
    assert game.in_memory and "offer_help" in game.state.happened
    kept = len(store.events)
    store.full = False
    events_of(game.choose("ask_cellar"))
    assert len(store.events) == kept, "a gap is never written"


def test_an_illegal_event_changes_nothing(start: Start, tea: Story) -> None:
    game = start(tea)
    events_of(game.resume())
    before = (game.state, len(game.events))
    with pytest.raises(IllegalEvent):
        game._commit(TurnJudged("model", beat="offer_help"))
    assert (game.state, len(game.events)) == before


def test_what_is_not_offered_cannot_be_chosen(start: Start, tea: Story) -> None:
    game = start(tea)
    events_of(game.resume())
    for choice in ("go_down", "nothing", ""):
        with pytest.raises(IllegalEvent):
            events_of(game.choose(choice))


def test_undo_redo_and_rewind(start: Start, tea: Story) -> None:
    game = start(tea)
    assert not game.undo() and not game.redo()
    events_of(game.resume())
    states = [game.state]
    for choice in ("offer_help", "ask_cellar", "go_down"):
        events_of(game.choose(choice))
        states.append(game.state)
    assert game.undo() and game.state == states[2]
    assert game.undo() and game.state == states[1]
    assert game.redo() and game.state == states[2]
    assert game.redo() and game.state == states[3]
    assert not game.redo()
    assert game.undo(2) and game.state == states[1]
    events_of(game.choose("ask_cellar"))
    assert not game.redo(), "a new line closes the way forward"
    assert game.undo(99) and game.state == states[0]


def test_undo_across_a_change_of_the_story_can_be_taken_back(start: Start, tea: Story) -> None:
    game = start(tea)
    events_of(game.resume())
    events_of(game.choose("offer_help"))
    events_of(game.change_content(replace(tea, digest="newer")))
    events_of(game.choose("ask_cellar"))
    after = game.state
    assert game.undo(2) and isinstance(game.events[-1], ContentChanged)
    assert game.state.digest == "newer" and game.state.happened == ()
    assert game.undo() is False
    assert game.redo() and game.state == after
    assert not game.redo()
    assert game.undo() and game.undo() and game.redo() and game.redo() and game.state == after
    game.undo(2)
    events_of(game.choose("ask_cellar"))
    assert not game.redo()


FAMILY, FLAG, HEART = "👨\u200d👩\u200d👧", "🏳\ufe0f\u200d🌈", "❤\ufe0f\u200d🔥"


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (f"we are {FAMILY}!", f"we are {FAMILY}!"),
        (f"{FLAG} {HEART} 👍🏽", f"{FLAG} {HEART} 👍🏽"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("ig\u200dnore", "ig nore"),
        ("\u200d👍\u200d \u200d", "👍"),
        ("👍\u200dx 你\u200d好", "👍 x 你 好"),
        ("a\u202eb\u2066c\x1b[2Jd\x00e\ud800", "a b c [2Jd e"),
        ("🏴\U000e0067\U000e0062\U000e007f", "🏴"),
    ],
)
def test_joiners_stay_where_writing_needs_them(
    start: Start, tea: Story, line: str, kept: str
) -> None:
    game = start(tea)
    events_of(game.resume())
    said = next(one for one in game.play(line) if isinstance(one, PlayerSpoke))
    assert said.text == kept


@pytest.mark.parametrize("line", ["I love you ❤\ufe0f", f"we are {FAMILY}"])
def test_an_emoji_is_no_order_to_the_game(line: str) -> None:
    from game.cast.attempts import speaks_to_the_game

    assert not speaks_to_the_game(line)
    assert speaks_to_the_game("hel\u202elo")


def test_undo_takes_back_an_ending(start: Start, tea: Story) -> None:
    game = start(tea)
    events_of(game.resume())
    events_of(game.choose("leave"))
    assert game.phase is Phase.OVER
    assert game.undo() and game.phase is Phase.PLAYER and game.options()


def test_retry_says_it_in_other_words(start: Start, tea: Story) -> None:
    game = start(tea)
    events_of(game.resume())
    events_of(game.play("hello"))
    said = {game.state.transcript[-1].text}
    events_of(game.retry())
    said.add(game.state.transcript[-1].text)
    assert said == {"Evening.", "You again."}
    assert game.state.turns == 1


def test_an_answer_to_what_was_asked_back_is_the_same_turn(start: Start, tea: Story) -> None:
    class Doubtful:
        def judge(self, story: Story, state: GameState, take: Take) -> AskedBack:
            found = (Candidate("beat", "offer_help", 0.4), Candidate("beat", "leave", 0.3))
            return AskedBack(found, "ann", "You mean…")

    game = start(tea)
    events_of(game.resume())
    game.judge = Doubtful()
    events_of(game.play("hm, well"))
    assert [one.id for one in game.options()] == ["offer_help", "leave"]
    with pytest.raises(IllegalEvent):
        events_of(game.choose("ask_cellar"))
    events_of(game.choose("offer_help"))
    assert game.state.vars["helped"] and game.state.turns == 1
    assert game.undo() and game.state.spoken == 0


def test_a_new_line_drops_the_question(start: Start, tea: Story) -> None:
    class Doubtful:
        def judge(self, story: Story, state: GameState, take: Take) -> AskedBack:
            return AskedBack((Candidate("beat", "offer_help", 0.4),), "ann", "You mean…")

    game = start(tea)
    events_of(game.resume())
    clear = game.judge
    game.judge = Doubtful()
    events_of(game.play("hm, well"))
    game.judge = clear
    events_of(game.play("hello"))
    assert game.state.asked == () and game.state.last_topic == "ann/hello"


def test_stop_keeps_what_was_said_and_owes_nothing(start: Start, tea: Story) -> None:
    game = start(tea)
    events_of(game.resume())
    spoken = ""
    for piece in game.choose("ask_cellar"):
        if isinstance(piece, Delta):
            spoken += piece.text
            game.stop()
    last = game.state.transcript[-1]
    assert last.text == spoken.strip() == "Nothing."
    assert game.phase is Phase.PLAYER and game.state.to_speak == ()


def test_a_stopped_reply_swallows_neither_the_next_scene_nor_the_ending(start: Start) -> None:
    game = start(story_of(TWO_ROOMS))
    events_of(game.resume())
    for choice, last in (("down", "Dark."), ("leave", "The road takes you.")):
        pieces = iter(game.choose(choice))
        while not isinstance(next(pieces), Delta):
            pass
        game.stop()
        events_of(pieces)
        lines = [one.text for one in game.state.transcript]
        assert "Mind. The step." not in lines and lines[-1] == last
    assert game.phase is Phase.OVER


def test_an_ending_that_is_stopped_is_told_all_the_same(start: Start) -> None:
    game = start(story_of(TWO_ROOMS.replace("says: Go. Now., ", "")))
    events_of(game.resume())
    events_of(game.choose("down"))
    for piece in game.choose("leave"):
        if isinstance(piece, BeatHappened):
            game.stop()
    assert game.state.transcript[-1].text == "The road takes you."


def test_a_fault_met_while_playing_ends_no_game(start: Start) -> None:
    fault = "{id: odd, suggest: Odd., when: 10 // (1 - n) > 2, says: Ha.}"
    game = start(story_of(TWO_ROOMS.replace("beats: [", f"beats: [{fault}, ", 1)))
    events_of(game.resume())
    assert len(game.options()) == 2
    events_of(game.choose("down"))
    game.undo()
    game.state = replace(game.state, vars={**game.state.vars, "n": 1})
    assert game.options() == ()
    with pytest.raises(ContentError):
        events_of(game.play("hello"))
    assert game.phase is Phase.JUDGE and game.undo() and game.phase is Phase.PLAYER


@pytest.mark.parametrize("value", ["'many'", "[1]"])
def test_a_number_that_is_none_is_the_files_fault(start: Start, value: str) -> None:
    effect = f'"1 if turns == 0 else {value}"'  # what is tried on loading is a number
    beat = "{id: odd, suggest: Odd., effects: {n: " + effect + "}, says: Ha.}"
    roll = "{id: die, suggest: D., roll: {dice: 1d6, target: " + effect + "}, says: Ha.}"
    game = start(story_of(TWO_ROOMS.replace("beats: [", f"beats: [{beat}, {roll}, ", 1)))
    events_of(game.resume())
    for choice in ("odd", "die"):
        with pytest.raises(ContentError) as caught:
            events_of(game.choose(choice))
        assert caught.value.diagnostics[0].line == 8
        assert game.undo() and game.phase is Phase.PLAYER


def test_nothing_is_retried_past_a_change_of_content(start: Start) -> None:
    game = start(story_of(TWO_ROOMS))
    events_of(game.resume())
    events_of(game.choose("down"))
    events_of(game.change_content(story_of(TWO_ROOMS.replace("Dark.", "Darker."))))
    before = len(game.events)
    assert events_of(game.retry()) == [] and len(game.events) == before
    assert game.undo() and game.phase is Phase.PLAYER


def test_a_language_outlives_an_undo_to_before_it(start: Start) -> None:
    game = start(story_of(TWO_ROOMS))
    events_of(game.resume())
    events_of(game.play("hello"))
    events_of(game.change_language(story_of(TWO_ROOMS, "zh")))
    game.undo()
    events_of(game.play("hello"))
    assert (game.state.language, game.state.digest) == ("zh", game.story.digest)


def test_a_line_of_nothing_visible_is_no_line(start: Start, tea: Story) -> None:
    game = start(tea)
    events_of(game.resume())
    assert events_of(game.play("\u200b\x1b \u202e")) == []


class Broken:
    """An actor, narrator and judge whose model fails."""

    free = True

    def speak(
        self, story: Story, state: GameState, cue: Cue, take: Take
    ) -> Iterator[Delta | ActorSpoke]:
        yield Delta(cue.who, "half a wo")
        raise ModelError("timeout")

    def judge(self, story: Story, state: GameState, take: Take) -> TurnJudged:
        raise ModelError("quota")


def test_a_failing_actor_leaves_a_way_on(start: Start, tea: Story) -> None:
    game = start(tea)
    events_of(game.resume())
    voice, game.actor = game.actor, Broken()
    told = events_of(game.choose("offer_help"))
    assert [one.code for one in told if isinstance(one, Notice)] == ["model_failed"]
    assert game.phase is Phase.ACTOR and game.state.vars["helped"]
    assert not any("half a wo" in entry.text for entry in game.state.transcript)
    told = events_of(game.resume())
    assert [one.code for one in told if isinstance(one, Notice)] == ["model_failed"]
    events_of(game.speak_authored())
    assert game.phase is Phase.PLAYER and game.state.goals == ("get_key",)
    game.actor = voice
    assert game.undo() and not game.state.vars["helped"]


def test_a_failing_judge_is_replaced_for_this_turn(start: Start, tea: Story) -> None:
    game = start(tea)
    events_of(game.resume())
    game.judge = Broken()
    told = events_of(game.play("hello"))
    assert [one.code for one in told if isinstance(one, Notice)] == ["judge_failed"]
    assert game.state.last_topic == "ann/hello"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("two\nlines\r\nhere", "two lines here"),
        ("\x1b[31mred\x07", "[31mred"),
        ("  a \u202e b \u0000 c ", "a b c"),
        ("x" * 5000, "x" * MAX_LINE),
    ],
)
def test_a_line_is_one_clean_line(start: Start, tea: Story, typed: str, kept: str) -> None:
    game = start(tea)
    events_of(game.resume())
    said = next(one for one in events_of(game.play(typed)) if isinstance(one, PlayerSpoke))
    assert said.text == kept


def test_an_empty_line_is_no_turn(start: Start, tea: Story) -> None:
    game = start(tea)
    events_of(game.resume())
    for line in ("", "   ", "\n\t"):
        assert events_of(game.play(line)) == []


def test_a_crash_between_any_two_events_changes_nothing(start: Start, tea: Story) -> None:
    """Broken off after each event and taken up again, a game is the same game."""
    whole = start(tea)
    events_of(whole.resume())
    events_of(whole.choose("ask_cellar"))
    events_of(whole.choose("offer_help"))
    for cut in range(1, len(whole.events)):
        again = Session(
            tea, whole.events[:cut], whole.actor, whole.narrator, whole.judge, whole.judge
        )
        events_of(again.resume())
        for choice in ("ask_cellar", "offer_help"):
            if choice not in again.state.happened:
                events_of(again.choose(choice))
        assert list(again.events) == list(whole.events)


def test_puzzle_ends_when_every_essential_fact_is_found(start: Start, lamp: Story) -> None:
    game = start(lamp)
    events_of(game.resume())
    events_of(game.ask("q_sea"))
    events_of(game.ask("q_house"))
    assert game.phase is Phase.PLAYER and game.state.facts == ("keeper",)
    events_of(game.ask("q_fog"))
    assert (game.phase, game.state.ending) == (Phase.OVER, "solved")
    assert "lighthouse" in game.state.transcript[-1].text


def test_giving_up_is_an_answer_to_what_was_asked_back(start: Start, lamp: Story) -> None:
    class Doubtful:
        def judge(self, story: Story, state: GameState, take: Take) -> AskedBack:
            return AskedBack((Candidate("question", "q_sea", 0.4),), "ann", "You mean…")

    game = start(lamp)
    events_of(game.resume())
    game.judge = Doubtful()
    events_of(game.play("hm, well"))
    events_of(game.give_up())
    assert (game.phase, game.state.ending) == (Phase.OVER, "given_up")


def test_braces_in_a_puzzle_are_only_braces(start: Start, lamp: Story) -> None:
    assert lamp.puzzle
    puzzle = lamp.puzzle.model_copy(update={"surface": "{{ x", "bottom": "{% y {{ turns }}"})
    game = start(replace(lamp, puzzle=puzzle))
    events_of(game.resume())
    assert game.state.transcript[-1].text == "{{ x"
    events_of(game.give_up())
    assert game.state.transcript[-1].text == "{% y {{ turns }}"


def test_giving_up_tells_the_bottom_and_a_story_has_nothing_to_give_up(
    start: Start, lamp: Story, tea: Story
) -> None:
    game = start(lamp)
    events_of(game.resume())
    events_of(game.give_up())
    assert (game.state.ending, game.state.ending_kind) == ("given_up", "neutral")
    story = start(tea)
    events_of(story.resume())
    assert events_of(story.give_up()) == []


def test_hints_come_one_by_one_and_fit_the_moment(start: Start, tea: Story) -> None:
    game = start(tea)
    events_of(game.resume())
    assert [one.text for one in events_of(game.hint())] == ["Her arms are full."]  # type: ignore[union-attr]
    assert [one.code for one in events_of(game.hint())] == ["no_more_hints"]  # type: ignore[union-attr]
    events_of(game.choose("offer_help"))
    assert [one.text for one in events_of(game.hint())] == ["A key fits a door."]  # type: ignore[union-attr]


def test_nothing_is_cut_from_the_record(start: Start, tea: Story) -> None:
    game = start(tea)
    events_of(game.resume())
    events_of(game.choose("offer_help"))
    before = list(game.events)
    game.undo()
    assert list(game.events[:-1]) == before and isinstance(game.events[-1], Rewound)
