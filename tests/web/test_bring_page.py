"""Files on the start page in a real browser: dropped, picked, pasted; by keyboard, on a phone."""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import card_files as made
import pytest

from game.loader import ROOT
from game.ui.web.options import free_port

from .conftest import House, Tab, looking, settled
from .test_page import XSS, serious

Visit = Callable[..., Tab]
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True,
}  # fmt: skip
CARD = ("Mirel.png", made.png(made.text_chunk(b"chara", made.v2()), size=(80, 120)))
BOOK = ("lore.json", json.dumps(made.tavern_book()).encode())
CHAT = ("chat.jsonl", made.tavern_chat().encode())
TABLE = ("table.csv", made.csv_text().encode())
# A drop as the browser would make it, on whatever lies under the middle of the page.
DROP = """([files, kinds]) => {
  const data = new DataTransfer();
  for (const [name, packed] of files) {
    const raw = typeof packed === "number" ? new Uint8Array(packed)
      : Uint8Array.from(atob(packed), (one) => one.charCodeAt(0));
    data.items.add(new File([raw], name));
  }
  const target = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
  return kinds.map((kind) => target.dispatchEvent(new DragEvent(kind,
    { bubbles: true, cancelable: true, dataTransfer: data })));
}"""
PASTE = """([[name, packed]]) => {
  const data = new DataTransfer();
  data.items.add(new File([Uint8Array.from(atob(packed), (one) => one.charCodeAt(0))], name));
  document.activeElement.dispatchEvent(new ClipboardEvent("paste",
    { bubbles: true, cancelable: true, clipboardData: data }));
}"""


def packed(*files: tuple[str, bytes]) -> list[list[str]]:
    return [[name, base64.b64encode(raw).decode()] for name, raw in files]


def drop(tab: Tab, *files: tuple[str, bytes]) -> list[bool]:
    kinds = ["dragenter", "dragover", "drop"]
    return list(tab.page.evaluate(DROP, [packed(*files), kinds]))


def say(tab: Tab, line: str) -> None:
    """Says a line in a free talk, which offers no replies."""
    tab.page.fill("#line", line)
    tab.page.press("#line", "Enter")
    tab.wait_for(line)


def results(tab: Tab) -> str:
    tab.page.wait_for_selector(".results")
    return str(tab.page.locator(".results").inner_text())


def pick(tab: Tab, press: Callable[[], None], *files: tuple[str, bytes]) -> None:
    with tab.page.expect_file_chooser() as asked:
        press()
    asked.value.set_files([{"name": name, "mimeType": "", "buffer": raw} for name, raw in files])


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A server with a shelf of its own, and what the game comes with."""
    port = free_port("127.0.0.1", 9900 + os.getpid() % 100)
    made_ = House(tmp_path_factory.mktemp("shipped"), port, content=(ROOT,))
    yield made_
    made_.stop()


@pytest.fixture
def own(shipped: House) -> Iterator[House]:
    """The same, its shelf empty."""
    yield shipped
    shutil.rmtree(shipped.app.own, ignore_errors=True)


@pytest.fixture
def tab(visit: Visit, own: House) -> Iterator[Tab]:
    made = visit(url=own.url)
    with looking(made):
        yield made.home()


def test_dropped_files_come_in_and_play(tab: Tab, own: House) -> None:
    prevented = drop(tab, CARD, BOOK, CHAT, TABLE, ("broken.json", b"[[["))
    assert prevented == [False, False, False]  # the browser doesn't leave for the file
    told = results(tab)
    for words in (
        "Mirel is here", "Mirel knows this lore", "after 2 turns", "is on the shelf",
        "not whole JSON", "2 things were mended",
    ):  # fmt: skip
        assert words in told, words
    assert tab.page.evaluate("document.activeElement.innerText") == "Talk"
    tab.page.keyboard.press("Escape")
    someone = tab.page.locator(".people [data-own]")
    assert "Mirel" in someone.inner_text() and "yours" in someone.inner_text()
    assert tab.page.evaluate("document.activeElement.innerText").startswith("Mirel")
    assert tab.page.locator(".puzzles[data-own] .riddles button").count() == 2
    tab.wait_for("Where you left off")
    tab.page.keyboard.press("Enter")  # one tap: the talk begins
    tab.page.wait_for_selector(".stage")
    tab.wait_for("Mirel")
    picture = tab.page.locator(".figure.painted img")
    picture.wait_for()
    assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") == 80
    session = settled(own, str(tab.page.url.rpartition("=")[2])).session
    assert session.state.player_name == "You"
    assert [one.keys for one in session.story.cast[next(iter(session.story.cast))].lore]


def test_who_the_player_is_stays_known(tab: Tab, own: House) -> None:
    drop(tab, CARD)
    results(tab)
    tab.page.keyboard.press("Escape")
    tab.page.get_by_role("button", name="More: Mirel").click()
    tab.page.get_by_role("button", name="Talk, and choose who you are").click()
    tab.page.fill("#talk-user_name", "Ro")
    tab.page.fill("#talk-greeting", "Ah, {{ 1 }} you.")
    tab.page.get_by_role("button", name="Begin to talk").click()
    tab.wait_for("Ah, ")
    tab.home().page.locator(".people [data-own] button").first.click()
    tab.page.wait_for_selector(".stage")
    tab.wait_for("Mirel")
    assert settled(own, str(tab.page.url.rpartition("=")[2])).session.state.player_name == "Ro"


def test_a_chat_goes_on_where_it_ended(tab: Tab) -> None:
    drop(tab, CARD, CHAT)
    results(tab)
    tab.page.get_by_role("button", name="Continue: Mirel").click()
    tab.wait_for("It can.")
    say(tab, "What time is it?")
    tab.wait_for("Later than you think.")


def test_files_are_picked_by_keyboard(tab: Tab) -> None:
    for _ in range(60):
        tab.page.keyboard.press("Tab")
        if "Bring someone in" in tab.page.evaluate("document.activeElement.innerText || ''"):
            break
    pick(tab, lambda: tab.page.keyboard.press("Enter"), CARD, BOOK)
    assert "Mirel is here" in results(tab)
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector(".stage")
    assert tab.page.evaluate("document.activeElement.id") == "line"


def test_a_file_is_pasted_but_not_into_a_field(tab: Tab) -> None:
    tab.page.get_by_role("button", name="Someone new").click()
    tab.page.focus("#talk-bot_name")
    tab.page.evaluate(PASTE, packed(CARD))
    tab.page.wait_for_timeout(300)
    assert tab.page.locator(".results").count() == 0
    tab.page.keyboard.press("Escape")
    tab.page.evaluate(PASTE, packed(CARD))
    assert "Mirel is here" in results(tab)


def test_lore_finds_someone_afterwards(tab: Tab) -> None:
    drop(tab, CARD)
    results(tab)
    tab.page.keyboard.press("Escape")
    drop(tab, BOOK, ("c.jsonl", made.tavern_chat("Somebody").encode()))
    assert "Whose lore is it?" in results(tab) and "Who is it?" in results(tab)
    assert tab.page.locator(".sheet h2").inner_text() == "For whom"
    lists = tab.page.locator(".results select")
    assert lists.first.locator("option").all_inner_texts() == ["Mirel"]
    assert len(lists.last.locator("option").all_inner_texts()) > 10
    tab.page.get_by_role("button", name="Give it to them").first.click()
    tab.wait_for("Mirel knows this lore now.")
    assert tab.page.locator(".results select").count() == 1  # the other question still stands
    tab.page.locator(".results select").select_option(label="Ann")
    tab.page.get_by_role("button", name="Give it to them").click()
    tab.wait_for("The talk with Ann goes on")
    tab.page.keyboard.press("Escape")
    tab.page.get_by_role("button", name="More: Mirel").click()
    add = tab.page.get_by_role("button", name="Add lore or a chat")
    pick(tab, add.click, ("chat.jsonl", made.tavern_chat("Another").encode()))
    tab.wait_for("The talk with Mirel goes on")


def test_taken_along_and_brought_back(tab: Tab, tmp_path: Path) -> None:
    drop(tab, CARD)
    results(tab)
    tab.page.keyboard.press("Escape")
    tab.page.get_by_role("button", name="More: Mirel").click()
    tab.page.get_by_role("button", name="Take along").click()
    tab.page.locator(".more-forms summary").click()
    assert "Has no place for: " in tab.page.locator(".links a[href*='form=v1']").inner_text()
    assert tab.page.locator(".links a[href*='form=png'] small").count() == 0
    with tab.page.expect_download() as loading:
        tab.page.locator(".links a[href*='form=png']").click()
    file = tmp_path / loading.value.suggested_filename
    loading.value.save_as(file)
    assert file.name.startswith("mirel_") and file.suffix == ".png"
    tab.page.keyboard.press("Escape")
    tab.page.get_by_role("button", name="More: Mirel").click()
    tab.page.get_by_role("button", name="Remove").click()
    tab.page.get_by_role("button", name="Yes").click()
    tab.wait_for("Mirel is gone.")
    assert tab.page.locator(".people [data-own]").count() == 0
    drop(tab, (file.name, file.read_bytes()))
    assert "Mirel is here" in results(tab)


def test_an_authors_character_can_be_taken_along(tab: Tab) -> None:
    tab.page.get_by_role("button", name="More: Ann").click()
    tab.page.wait_for_selector(".sheet .menu button")
    names = tab.page.locator(".sheet .menu button").all_inner_texts()
    assert names == ["Take along…"]
    tab.page.get_by_role("button", name="Take along").click()
    with tab.page.expect_download() as loading:
        tab.page.locator(".links a[href*='form=charx']").click()
    assert loading.value.suggested_filename == "ann.en.charx"


def test_what_files_say_is_text(tab: Tab) -> None:
    evil = made.v1(name=XSS[1], description="".join(XSS), first_mes=XSS[1], tags=[XSS[0]])
    files = [(f"{XSS[1]}.json", json.dumps(evil).encode()), (f"{XSS[2]}.json", b"{")]
    drop(tab, *files)
    assert XSS[1] in results(tab)
    tab.page.keyboard.press("Escape")
    tab.page.locator(".people [data-own] .more").click()
    tab.page.get_by_role("button", name="Take along").click()
    tab.page.wait_for_selector(".links")
    tab.page.keyboard.press("Escape")
    tab.page.locator(".people [data-own] button").first.click()
    tab.wait_for("onerror")
    assert tab.page.evaluate("window.pwned") is None


def test_a_hostile_file_leaves_the_page_as_it_was(tab: Tab) -> None:
    drop(tab, ("deep.json", b"[" * 100_000), ("cut.png", CARD[1][:50]), ("empty.json", b""))
    told = results(tab)
    assert told.count("×") == 3 and "nested too deeply" in told and "empty" in told
    assert tab.page.locator(".sheet h2").inner_text() == "Nothing came in"
    tab.page.keyboard.press("Escape")
    tab.page.evaluate(DROP, [[["large.png", 20 * 2**20 + 1]], ["drop"]])  # said before it is sent
    tab.wait_for("large.png is larger than 20 MB")
    drop(tab, *[(f"{n}.json", b"{}") for n in range(21)])
    tab.wait_for("20 files at most")
    tab.begin("The Gate")
    assert drop(tab, CARD) == [False, False, False]
    tab.wait_for("on the start page")
    assert tab.page.locator(".stage").count() == 1


def test_nothing_to_bring_where_the_host_forbids(
    visit: Visit, open_house: Callable[..., House]
) -> None:
    tab = visit(url=open_house(host="0.0.0.0").url)
    with looking(tab):
        tab.home()
        assert tab.page.get_by_role("button", name="Bring someone in").count() == 0
        drop(tab, CARD)
        tab.wait_for("has not allowed bringing")


def test_two_guests_each_see_their_own(visit: Visit, open_house: Callable[..., House]) -> None:
    house = open_house(host="0.0.0.0", uploads=5)
    ann, eve = visit(url=house.url), visit(url=house.url)
    drop(ann.home(), CARD)
    results(ann)
    eve.home()
    assert eve.page.locator(".people [data-own]").count() == 0 and "Mirel" not in eve.page.content()
    ann.page.keyboard.press("Escape")
    ann.page.get_by_role("button", name="All saves").count()
    assert ann.page.locator(".people [data-own]").count() == 1


def test_the_connection_breaks_off(tab: Tab) -> None:
    tab.page.route("**/play/bring*", lambda route: route.abort())
    tab.errors.clear()
    drop(tab, CARD)
    tab.wait_for("did not arrive whole")
    assert tab.page.locator("dialog").count() == 0
    tab.page.unroute("**/play/bring*")
    drop(tab, CARD)
    assert "Mirel is here" in results(tab)


@pytest.mark.parametrize("lang", ["en-US", "zh-CN"])
def test_on_a_phone(visit: Visit, own: House, lang: str) -> None:
    tab = visit(url=own.url, lang=lang, **PHONE)
    with looking(tab):
        tab.home()
        pick(tab, tab.page.locator(".people .bring").tap, CARD, BOOK, TABLE, ("b.json", b"["))
        results(tab)
        box = tab.page.locator(".sheet").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390
        assert tab.page.evaluate("document.querySelector('.sheet .body').scrollWidth") <= 390
        tab.page.locator(".sheet header button").tap()
        assert tab.page.evaluate("document.querySelector('.view').scrollWidth") <= 390
        for more in tab.page.locator(".more").all()[:2]:
            size = more.bounding_box()
            assert size["width"] >= 40 and size["height"] >= 40
        tab.page.locator(".people [data-own] button").first.tap()
        tab.wait_for("Mirel")
        shown = tab.page.locator(".figure img").bounding_box()
        assert shown["height"] > 80 and shown["x"] >= 0
        say(tab, "What time is it?")
        assert tab.page.evaluate("document.querySelector('.log').scrollWidth") <= 390


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(visit: Visit, own: House, theme: str) -> None:
    pytest.importorskip("axe_playwright_python")
    tab = visit(url=own.url, color_scheme=theme, bypass_csp=True, reduced_motion="reduce")
    tab.home()
    drop(tab, CARD, BOOK, TABLE, ("b.json", b"["), ("lore.json", b"{}"))
    results(tab)
    tab.page.locator(".results summary").first.click()
    found = serious(tab.page)
    tab.page.keyboard.press("Escape")
    found += serious(tab.page)
    tab.page.locator(".people [data-own] .more").click()
    found += serious(tab.page)
    tab.page.get_by_role("button", name="Take along").click()
    tab.page.locator(".more-forms summary").click()
    found += serious(tab.page)
    tab.page.keyboard.press("Escape")
    tab.page.locator(".people [data-own] .more").click()
    tab.page.get_by_role("button", name="Remove").click()
    found += serious(tab.page)
    assert "\n".join(found) == ""
