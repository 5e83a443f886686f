"""Real play in a real browser: endings by typing and by clicking, a puzzle, going back, reloads."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from game.events import Delta
from game.ui.web.pace import SPEEDS

from .conftest import House, Tab, looking, settled

Visit = Callable[..., Tab]


def key_of(tab: Tab) -> str:
    return str(tab.page.url.rpartition("=")[2])


def test_an_ending_by_typing_alone(visit: Visit) -> None:
    tab = visit()
    with looking(tab):
        tab.begin()
        assert "A low room with one lamp." in tab.log
        tab.say("let me carry those crates").wait_for("The crates are heavier")
        tab.say("goodbye then").wait_for("The End")
        page = tab.page.locator(".ending-page")
        assert "The road takes you." in page.inner_text()
        assert "Get the cellar key." in page.inner_text()
        assert "When you turned to the door." in page.inner_text()
        assert "COLD" not in page.inner_text() and "Dawn" not in page.inner_text()


def test_an_ending_by_clicking_alone_and_again_from_the_fork(visit: Visit, house: House) -> None:
    tab = visit()
    with looking(tab):
        tab.begin()
        tab.page.get_by_role("button", name="Let me carry the crates.").click()
        tab.wait_for("Cellar key").ready()
        tab.page.get_by_role("button", name="I'll be going.").click()
        tab.wait_for("The End")
        old = key_of(tab)
        tab.page.get_by_role("button", name="Again from the fork").click()
        tab.page.wait_for_function("old => !location.hash.includes(old)", arg=old)
        tab.ready()
        assert "I'll be going." not in tab.page.locator(".row.player").all_inner_texts()
        assert tab.page.locator(".ending-page").count() == 0
        saves = tab.home().page.locator(".resume")
        assert "All saves (2)" in saves.inner_text()
        assert "1 ending found" in tab.page.locator(".card", has_text="Tea House").inner_text()


def test_a_puzzle_is_solved(visit: Visit) -> None:
    tab = visit()
    with looking(tab):
        tab.home().page.locator(".riddles button", has_text="The Lamp").click()
        tab.ready()
        assert "A man lights his lamp at noon" in tab.page.locator(".surface-card").inner_text()
        tab.say("is he blind?").wait_for("No")
        tab.say("is it a lighthouse").wait_for("Found 1 of 3")
        tab.page.get_by_role("button", name="Stuck?").click()
        tab.page.get_by_role("button", name="Was it foggy?").click()
        tab.wait_for("Solved")
        ending = tab.page.locator(".ending-page").inner_text()
        assert "He keeps the lamp of a lighthouse" in ending and "3 questions" in ending
        tab.page.get_by_role("button", name="The next puzzle").click()
        tab.wait_for("She rings and nobody comes")
        assert (
            "solved" in tab.home().page.locator(".riddles button", has_text="The Lamp").inner_text()
        )


def test_what_was_meant_is_asked_and_picked_by_number(visit: Visit) -> None:
    tab = visit()
    with looking(tab):
        tab.begin()
        before = tab.page.locator(".row.player").count()
        tab.page.fill("#line", "2")
        tab.page.keyboard.press("Enter")
        tab.wait_for("That is a lie.").ready()
        assert tab.page.locator(".row.player").count() == before + 1
        assert "What's in the cellar?" in tab.log


def test_undo_redo_retry_edit_and_branch(visit: Visit) -> None:
    tab = visit()
    with looking(tab):
        tab.begin()
        tab.say("hello")
        tab.say("let me carry those crates").wait_for("Cellar key")
        tab.page.get_by_role("button", name="Undo").click()
        tab.page.wait_for_function("!document.querySelector('.log').innerText.includes('Cellar')")
        tab.page.get_by_role("button", name="Redo").click()
        tab.wait_for("Cellar key").ready()
        first = key_of(tab)
        line = tab.page.locator(".row.player", has_text="hello")
        line.hover()
        line.get_by_role("button", name=re.compile("Change this line")).click()
        tab.page.fill("#edit-line", "awful weather tonight")
        tab.page.get_by_role("button", name="Say this instead").click()
        tab.page.wait_for_function("old => !location.hash.includes(old)", arg=first)
        tab.wait_for("The river decides").ready()
        assert "hello" not in tab.log and "crates are heavier" not in tab.log
        tab.page.goto(f"{tab.url}/#game={first}")
        tab.wait_for("crates are heavier")
        tab.page.fill("#line", "/branch 1")
        tab.page.keyboard.press("Enter")
        tab.wait_for("A second game begins").ready()
        tab.page.wait_for_function("!document.querySelector('.row.player')")


def test_typed_commands(visit: Visit) -> None:
    tab = visit()
    with looking(tab):
        tab.begin()
        for typed, seen in {
            "/hint": "Her arms are full.", "/nothing": "no command /nothing",
            "/why": "line to explain", "/help": "take back the last turn",
            "/saves": "this game", "9": "no number 9",
        }.items():  # fmt: skip
            tab.page.fill("#line", typed)
            tab.page.press("#line", "Enter")
            tab.wait_for(seen)
            tab.page.keyboard.press("Escape")
        tab.say("I can help you").wait_for("Cellar key")
        tab.page.fill("#line", "clear")
        tab.page.press("#line", "Enter")
        tab.page.wait_for_function("document.querySelectorAll('.row.player').length === 0")
        tab.page.fill("#line", "stop")
        tab.page.press("#line", "Enter")
        tab.page.wait_for_selector(".home")


def test_what_is_pinned_is_kept_beside_why(visit: Visit) -> None:
    tab = visit()
    with looking(tab):
        tab.begin()
        tab.page.fill("#line", "/pin my sister is called Hilda")
        tab.page.press("#line", "Enter")
        tab.wait_for("Pinned as number 1")
        tab.page.fill("#line", "/pin")
        tab.page.press("#line", "Enter")
        tab.wait_for("called Hilda")
        tab.page.get_by_label("Something to keep in mind").fill("<b>Odo</b> owes me\u202e a boat")
        tab.page.keyboard.press("Enter")
        tab.page.wait_for_selector(".pins li:nth-child(2)")
        assert tab.page.locator(".pins b").count() == 0
        tab.page.get_by_role("button", name=re.compile("Take off: my sister")).click()
        tab.wait_for("Number 1 is taken off")
        assert tab.page.locator(".pins li").all_inner_texts() == ["<b>Odo</b> owes me a boat"]
        tab.page.keyboard.press("Escape")
        tab.page.fill("#line", "/unpin 9")
        tab.page.press("#line", "Enter")
        tab.wait_for("/unpin 1 to 1")
        tab.page.reload()
        tab.page.wait_for_selector("#line")
        tab.page.fill("#line", "/why")
        tab.page.press("#line", "Enter")
        tab.wait_for("owes me a boat")


def test_a_line_the_game_cannot_take_is_given_back(visit: Visit) -> None:
    tab = visit()
    tab.begin()
    tab.context.set_offline(True)
    tab.page.fill("#line", "hello")
    tab.page.press("#line", "Enter")
    tab.wait_for("connection is lost")
    tab.page.wait_for_function("document.querySelector('#line').value === 'hello'")
    tab.context.set_offline(False)
    tab.page.press("#line", "Enter")
    tab.page.wait_for_function("document.querySelectorAll('.row.player').length === 1")


# --- replies that go on --------------------------------------------------------------------------


def slow(tab: Tab) -> None:
    """Begins a reply of some seconds at the gate."""
    tab.begin("The Gate")
    tab.page.fill("#line", "I knock")
    tab.page.press("#line", "Enter")
    tab.wait_for("Who is it?")


def test_a_reload_in_mid_reply_shows_the_rest(visit: Visit, house: House) -> None:
    tab = visit(speed="slow")
    with looking(tab):
        slow(tab)
        assert "There." not in tab.log
        tab.page.reload()
        tab.wait_for("Who is it?")
        assert next(iter(house.games._open.values())) is not None
        tab.wait_for("The bolt is stiff. There.").ready()
        assert tab.log.count("Who is it?") == 1


def test_stop_ends_the_reply_and_keeps_what_was_said(visit: Visit, house: House) -> None:
    tab = visit(speed="slow")
    with looking(tab):
        slow(tab)
        tab.page.get_by_role("button", name="Stop").click()
        tab.ready()
        game = settled(house, key_of(tab))
        last = game.session.state.transcript[-1]
        assert last.cut and last.text.startswith("Who is it?") and "There." not in last.text
        tab.page.wait_for_function(
            "text => document.querySelector('.log').innerText.replace(/\\s+/g, ' ').includes(text)",
            arg=last.text,
        )


def test_two_tabs_agree(visit: Visit) -> None:
    tab = visit(speed="slow")
    tab.begin("The Gate")
    other = tab.context.new_page()
    other.goto(tab.page.url)
    other.wait_for_selector(".stage .chip")
    tab.page.bring_to_front()
    tab.page.fill("#line", "I knock")
    tab.page.press("#line", "Enter")
    tab.wait_for("I am coming.")
    other.bring_to_front()
    other.wait_for_function("document.querySelector('.log').innerText.includes('There.')")
    tab.page.bring_to_front()
    tab.wait_for("There.").ready()
    texts = [" ".join(page.locator(".log").inner_text().split()) for page in (tab.page, other)]
    assert texts[0] == texts[1]


def test_the_server_starts_anew_in_mid_game(visit: Visit, open_house: Callable[..., House]) -> None:
    house = open_house()
    port = int(house.url.rpartition(":")[2])
    tab = visit(url=house.url)
    tab.begin("The Gate").say("I knock").wait_for("There.")
    house.stop()
    tab.wait_for("connection is lost")
    open_house(port=port)
    tab.wait_for("Connected again.")
    tab.ready().say("open up").wait_for("You are in.")


def test_two_players_at_once(visit: Visit) -> None:
    one, two = visit(), visit()
    one.begin()
    two.begin("The Gate")
    one.say("hello")
    two.say("I knock")
    assert "Ann" in one.log and "Ann" not in two.log
    two.page.goto(one.page.url)  # somebody else's address opens nothing
    two.page.reload()
    two.page.wait_for_selector(".home")
    assert "There is no" in two.page.locator(".toast").inner_text() or two.page.locator(".home")
    assert "All saves (1)" in two.page.locator(".resume").inner_text()


# --- failures ------------------------------------------------------------------------------------


class Failing:
    """An actor whose model says half a line and falls silent."""

    free = True

    def speak(self, story: Any, state: Any, cue: Any, take: Any) -> Any:
        from game.errors import ModelError

        yield Delta(cue.who, "Half a")
        raise ModelError("timeout")


def test_a_model_that_fails_is_a_sentence_and_three_ways_on(visit: Visit, house: House) -> None:
    tab = visit()
    with looking(tab):
        tab.begin()
        game = settled(house, key_of(tab))
        game.session.actor = Failing()
        tab.page.fill("#line", "let me carry those crates")
        tab.page.press("#line", "Enter")
        tab.wait_for("took too long to answer")
        tab.page.wait_for_selector(".chip >> text=Try again")
        assert "Half a" not in tab.log
        tab.page.get_by_role("button", name="Try again").click()
        tab.page.wait_for_function("document.querySelectorAll('.row.system').length >= 2")
        tab.page.get_by_role("button", name="author’s line").click()
        tab.wait_for("third one").ready()
        assert "Let me" not in tab.page.locator("#line").input_value()


def test_a_disk_that_refuses_is_told_and_the_game_goes_on(visit: Visit, house: House) -> None:
    from game.errors import SaveUnwritable

    class Full:
        def append(self, save: str, *_: object) -> None:
            raise SaveUnwritable(save)

    tab = visit()
    tab.begin()
    settled(house, key_of(tab)).session.store = Full()
    tab.say("hello").wait_for("only in memory")
    tab.say("let me carry those crates").wait_for("Cellar key")


def test_another_program_at_the_same_save_is_noticed(visit: Visit, house: House) -> None:
    tab = visit()
    tab.begin()
    key = key_of(tab)
    mine = settled(house, key).session
    theirs = house.app.open(key, mine.owner)
    for _ in theirs.play("hello"):
        pass
    tab.page.fill("#line", "awful weather tonight")
    tab.page.press("#line", "Enter")
    tab.wait_for("hello").ready()  # the page is shown the game as it stands now
    tab.say("awful weather tonight").wait_for("The river decides")


# --- long games ----------------------------------------------------------------------------------


def test_a_long_game_sends_a_window_and_earlier_on_demand(visit: Visit, house: House) -> None:
    tab = visit()
    tab.begin("The Gate")
    game = settled(house, key_of(tab))
    for number in range(60):
        game.begin(game.session.play(f"thought number {number} of mine"))
        game.settle(5)
    tab.page.reload()
    tab.ready()
    assert tab.page.locator(".row.player").count() == 40
    assert "thought number 19 " not in tab.log
    tab.page.get_by_role("button", name="Earlier").click()
    tab.wait_for("thought number 0 of mine")
    assert tab.page.locator(".row.player").count() == 60
    assert tab.page.get_by_role("button", name="Earlier").count() == 0


def test_typing_takes_the_time_the_server_waits(visit: Visit) -> None:
    assert list(SPEEDS) == ["off", "slow", "normal", "fast"]
    tab = visit(speed="slow")
    slow(tab)
    begun = time.monotonic()
    tab.page.locator(".log").click(position={"x": 5, "y": 5})  # a click shows the rest
    tab.wait_for("There.").ready()
    assert time.monotonic() - begun < 3
