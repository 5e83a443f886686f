"""The authors' corner as its authors use it, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import House, Tab, looking
from .test_corner_files import STORY, Author, with_keeper
from .test_page import XSS, harmless

Visit = Callable[..., Tab]


@pytest.fixture
def desk(open_house: Callable[..., House], visit: Visit, tmp_path: Path) -> Iterator[Visit]:
    """Opens the corner in browsers: `desk(lang=…)`."""
    with_keeper(tmp_path / "library")
    house = open_house()

    def open_tab(where: str = "#write", **how: Any) -> Tab:
        tab = visit(url=house.url, **how)
        tab.page.goto(f"{house.url}/{where}")
        tab.page.wait_for_selector(".author-shelf, #yaml")
        return tab

    yield open_tab


def begin(tab: Tab, title: str = "The Clock", kind: str = "Story") -> Tab:
    """A new file from the scaffold, looked at once."""
    tab.page.locator(".kind", has_text=kind).first.click()
    tab.page.fill("#new-title", title)
    tab.page.locator("dialog .primary").click()
    tab.page.wait_for_selector("#yaml")
    return checked(tab)


def checked(tab: Tab, how: str = "fine") -> Tab:
    """Waits until lint has said `fine`, `warning` or `error` of the text as it is."""
    tab.page.wait_for_selector(
        f".pane.lint:not(.checking) .summary.{how}", state="attached", timeout=60_000
    )
    return tab


def text_of(tab: Tab) -> str:
    return str(tab.page.input_value("#yaml"))


def change(tab: Tab, old: str, new: str) -> Tab:
    """Types `new` where `old` stands, as an author would."""
    place = text_of(tab).index(old)
    tab.page.evaluate(
        "([at, n]) => { const t = document.querySelector('#yaml'); t.focus();"
        " t.setSelectionRange(at, at + n); }",
        [place, len(old)],
    )
    tab.page.keyboard.insert_text(new)
    return tab


def played(tab: Tab) -> Tab:
    tab.page.wait_for_selector(".stage .chip, .ending-page", timeout=30_000)
    return tab


def in_log(tab: Tab, text: str) -> None:
    tab.page.wait_for_function(
        "text => document.querySelector('.log')?.innerText.includes(text)", arg=text
    )


def test_a_newcomer_writes_a_story(desk: Visit, tmp_path: Path) -> None:
    tab = desk()
    page = tab.page
    with looking(tab):
        begin(tab)
        change(tab, "effects: {trust", "effect: {trust")
        checked(tab, "error")
        assert page.locator(".unsaved").get_attribute("data-dirty") == "true"
        assert "unknown key" in page.locator(".finding").inner_text()
        fault = page.locator(".ln.error")
        line = 1 + text_of(tab)[: text_of(tab).index("effect: {trust")].count("\n")
        assert fault.count() == 1 and "effect: {trust" in fault.inner_text()
        page.locator(".finding").click()
        start = page.evaluate("document.querySelector('#yaml').selectionStart")
        assert 1 + text_of(tab)[:start].count("\n") == line
        page.get_by_role("button", name="About unknown_key").click()
        page.wait_for_selector(".rule-page pre")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Save", exact=True).click()
        tab.wait_for("It can’t be played yet; “Check” says why.")
        change(tab, "effect: {trust", "effects: {trust")
        checked(tab)
        assert page.locator(".ln.error").count() == 0
        page.keyboard.press("Control+s")
        page.wait_for_selector(".unsaved[data-dirty=false]")
        saved = (tmp_path / "library/scenarios/the_clock.en.yaml").read_text(encoding="utf-8")
        assert saved == text_of(tab)
        # Played, and changed while it is played.
        page.locator(".desk .try").click()
        played(tab)
        page.locator(".chip", has_text="Can I help").click()
        tab.wait_for("Trust 5/10")
        played(tab)
        change(tab, "For the room upstairs. Take it.", "It winds the clock.")
        checked(tab)
        tab.wait_for("your next line is played with it")
        page.locator(".chip", has_text="What is that key").click()
        in_log(tab, "It winds the clock.")
        assert "Played as the text stands" in page.locator(".pane.play .state").inner_text()
        assert "connection" not in page.locator(".toast").inner_text()
        # Why, for each turn.
        played(tab)
        whys = page.locator(".row.player [aria-expanded]")
        assert whys.count() == 2
        whys.nth(0).click()
        tab.wait_for("trust: 3 → 5")
        whys.nth(1).click()
        tab.wait_for("key: false → true")
        assert page.locator(".turn-why").count() == 2
        whys.nth(0).click()
        assert page.locator(".turn-why").count() == 1
        # The map, and a playtest.
        page.locator(".tab[data-tab=map]").click()
        page.wait_for_function("document.querySelector('.board img').naturalWidth > 0")
        before = page.locator(".board img").evaluate("one => one.width")
        page.get_by_role("button", name="Larger").click()
        assert page.locator(".board img").evaluate("one => one.width") > before
        page.get_by_role("button", name="Play it through").click()
        page.wait_for_selector(".report .passed", timeout=60_000)
        assert "endings met: 2 of 2" in page.locator(".report").inner_text()
        # From another scene, with other values.
        page.locator(".tab[data-tab=play]").click()
        page.get_by_text("Values at the start").click()
        page.select_option("#value-key", "true")
        page.select_option("#try-from", "upstairs")
        in_log(tab, "Somebody has slept here")
        page.locator(".stage .bar .icon-button", has=page.locator("[aria-hidden]")).nth(-2).click()
        tab.wait_for("Find out what the key is for.")
        assert page.locator(".panel .items").inner_text() == "Key"
        assert "connection" not in page.locator(".toast").inner_text()


def test_a_reload_keeps_the_draft_the_game_and_the_place(desk: Visit) -> None:
    tab = desk()
    begin(tab)
    page = tab.page
    page.locator(".desk .try").click()
    played(tab)
    change(tab, "A table, two chairs", "One chair")
    page.wait_for_timeout(400)
    page.reload()
    page.wait_for_selector("#yaml")
    tab.wait_for("Here is what you had not saved")
    assert "One chair" in text_of(tab)
    page.locator(".tab[data-tab=play]").click()
    in_log(tab, "A table, two chairs")  # the game goes on, with the text it was begun with
    assert page.locator(".stage").count() == 1
    page.get_by_role("button", name="Back to the saved text").click()
    page.locator("dialog .primary").click()
    assert "A table, two chairs" in text_of(tab)
    page.locator("#yaml").focus()
    page.keyboard.press("Control+z")
    assert "One chair" in text_of(tab)  # nothing that was typed is lost


def test_a_file_that_changes_on_disk_is_noticed(desk: Visit, tmp_path: Path) -> None:
    tab = desk()
    begin(tab)
    file = tmp_path / "library/scenarios/the_clock.en.yaml"
    theirs = file.read_text(encoding="utf-8").replace("two chairs", "three chairs")
    file.write_text(theirs, encoding="utf-8")
    change(tab, "two chairs", "four chairs")
    tab.page.keyboard.press("Control+s")
    tab.wait_for("The file has changed meanwhile")
    assert file.read_text(encoding="utf-8") == theirs
    tab.page.get_by_role("button", name="Take theirs").click()
    tab.page.wait_for_selector(".unsaved[data-dirty=false]")
    assert text_of(tab) == theirs
    tab.page.keyboard.press("Control+z")
    assert "four chairs" in text_of(tab)
    tab.page.keyboard.press("Control+s")
    tab.page.wait_for_selector(".unsaved[data-dirty=false]")
    assert "four chairs" in file.read_text(encoding="utf-8")
    file.unlink()
    change(tab, "four chairs", "no chairs")
    tab.page.keyboard.press("Control+s")
    tab.wait_for("It was deleted since you opened it")
    tab.page.get_by_role("button", name="Save mine over it").click()
    tab.page.wait_for_selector(".unsaved[data-dirty=false]")
    assert "no chairs" in file.read_text(encoding="utf-8")


def test_keys_of_the_editor(desk: Visit) -> None:
    tab = desk()
    begin(tab)
    page = tab.page
    page.locator("#yaml").fill("a:\n  b: 1\nc: 2")
    page.keyboard.press("Control+Home")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("new: x")
    assert text_of(tab) == "a:\n  new: x\n  b: 1\nc: 2"  # a line below a key begins further in
    page.keyboard.press("Control+a")
    page.keyboard.press("Tab")
    assert text_of(tab) == "  a:\n    new: x\n    b: 1\n  c: 2"
    page.keyboard.press("Shift+Tab")
    assert text_of(tab) == "a:\n  new: x\n  b: 1\nc: 2"
    page.keyboard.press("Control+z")
    assert text_of(tab).startswith("  a:")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") != "yaml"
    lines = page.locator(".under .ln")
    page.locator("#yaml").fill("one\ntwo " * 40)
    assert lines.count() == 41
    heights = "one => Math.round(one.getBoundingClientRect().height)"
    assert page.locator("#yaml").evaluate(heights) == page.locator(".under").evaluate(heights)


def test_twins_are_written_side_by_side(desk: Visit, tmp_path: Path) -> None:
    tab = desk()
    begin(tab)
    page = tab.page
    page.locator(".twin", has_text="+").click()
    page.locator("dialog .primary").click()
    page.wait_for_function("location.hash.endsWith('.zh')")
    page.wait_for_selector(".twin[aria-pressed=true][lang=zh-CN]")
    change(tab, "title: ", "title: 钟 # ")
    page.keyboard.press("Control+s")
    page.wait_for_selector(".unsaved[data-dirty=false]")
    change(tab, "id: go_up", "id: go_up")
    page.locator(".twin[lang=en]").click()
    page.wait_for_function("location.hash.endsWith('.en')")
    place = page.evaluate("document.querySelector('#yaml').selectionStart")
    assert text_of(tab)[:place].rpartition("\n")[2].strip() in ("", "- id: go_up", "-")
    assert "go_up" in text_of(tab)[place : place + 20]
    assert (tmp_path / "library/scenarios/the_clock.zh.yaml").exists()


def test_shipped_ones_are_read_and_copied(desk: Visit) -> None:
    tab = desk()
    page = tab.page
    with looking(tab):
        page.locator(".file", has=page.get_by_text("The Gate", exact=True)).click()
        page.wait_for_selector("#yaml")
        assert page.locator("#yaml").get_attribute("readonly") is not None
        assert not page.get_by_role("button", name="Save", exact=True).is_visible()
        page.locator(".desk .try").click()
        played(tab)
        page.get_by_role("button", name="Make a copy").click()
        page.fill("#copy-id", "my_gate")
        page.locator("dialog .primary").click()
        page.wait_for_function("location.hash.includes('my_gate')")
        assert page.locator("#yaml").get_attribute("readonly") is None
        page.go_back()
        page.wait_for_function("location.hash.includes('/gate')")


def test_what_authors_type_is_text(desk: Visit) -> None:
    tab = desk()
    begin(tab, "<img src=x onerror=window.pwned=1>")
    page = tab.page
    evil = STORY.replace("title: Mine", "title: \"<img src=x onerror='window.pwned=1'>\"")
    evil = evil.replace("cast: [ann]", "cast: [keeper]").replace("ann", "keeper")
    evil = evil.replace("room:", '"<svg onload=window.pwned=1>":').replace(
        "start: room", 'start: "<svg onload=window.pwned=1>"'
    )
    for text in (
        evil,
        "\n".join(f"- {one}" for one in XSS),
        "title: '" + XSS[0] + "\nx: !!<script>",
    ):
        page.locator("#yaml").fill(text)
        page.wait_for_selector(".pane.lint.checking", state="attached")
        page.wait_for_selector(".pane.lint:not(.checking)", state="attached", timeout=60_000)
        harmless(tab)
    page.locator("#yaml").fill(STORY.replace("ann", "keeper").replace("Rain.", XSS[1]))
    checked(tab)
    page.locator(".desk .try").click()
    played(tab)
    page.locator(".chip").first.click()
    page.wait_for_selector(".row.player, .ending-page")
    page.locator(".tab[data-tab=map]").click()
    page.wait_for_function("document.querySelector('.board img').naturalWidth > 0")
    harmless(tab)
    page.goto(tab.url + "/#write")
    page.wait_for_selector(".author-shelf")
    harmless(tab)


def test_a_character_is_talked_to_and_taken_along(desk: Visit) -> None:
    tab = desk()
    begin(tab, "Wren", "Character")
    page = tab.page
    assert not page.locator(".tab[data-tab=map]").is_visible()
    page.locator(".desk .try").click()
    page.wait_for_selector(".stage #line")
    page.fill("#line", "hello")
    page.press("#line", "Enter")
    page.wait_for_selector(".row.player")
    page.locator(".desk .top .icon-button").last.click()
    with page.expect_download() as download:
        page.get_by_role("button", name="As a card").click()
    raw = Path(download.value.path()).read_bytes()
    assert raw.startswith(b"\x89PNG") and b"chara" in raw and b"ccv3" in raw
    page.locator(".desk .top .icon-button").last.click()
    with page.expect_download() as text:
        page.get_by_role("button", name="Download the text").click()
    assert text.value.suggested_filename == "wren.en.yaml"
    page.locator(".desk .top .icon-button").last.click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.locator("dialog .primary").click()
    page.wait_for_selector(".author-shelf")
    assert page.locator(".file", has_text="Wren").count() == 0


@pytest.mark.parametrize("lang", ["en-US", "zh-CN"])
def test_no_word_is_missing(desk: Visit, lang: str) -> None:
    tab = desk(lang=lang)
    page = tab.page
    texts = [page.content()]
    page.locator(".kind").first.click()
    texts.append(page.content())
    page.fill("#new-title", "T9")
    page.fill("#new-id", "t9")
    page.locator("dialog .primary").click()
    checked(tab)
    page.locator(".desk .try").click()
    played(tab)
    page.locator(".chip").first.click()
    page.wait_for_selector(".row.player [aria-expanded]")
    page.locator(".row.player [aria-expanded]").click()
    page.wait_for_selector(".turn-why")
    page.locator(".desk .top .icon-button").last.click()
    texts.append(page.content())
    assert not re.findall(r"\b(?:web|turns|why)\.[a-z_.]+\b", " ".join(texts).replace("web/", ""))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(desk: Visit, theme: str) -> None:
    pytest.importorskip("axe_playwright_python")
    from axe_playwright_python.sync_playwright import Axe

    def serious(tab: Tab) -> list[Any]:
        found = Axe().run(tab.page, context=".curtain").response["violations"]
        return [
            (one["id"], [node["html"][:120] for node in one["nodes"][:3]])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]

    tab = desk(color_scheme=theme)
    assert serious(tab) == []
    begin(tab)
    change(tab, "effects: {trust", "effect: {trust")
    checked(tab, "error")
    assert serious(tab) == []
    change(tab, "effect: {trust", "effects: {trust")
    checked(tab)
    tab.page.locator(".desk .try").click()
    played(tab)
    tab.page.locator(".chip").first.click()
    tab.page.wait_for_selector(".row.player [aria-expanded]")
    tab.page.locator(".row.player [aria-expanded]").click()
    tab.page.wait_for_selector(".turn-why")
    played(tab)
    assert serious(tab) == []
    tab.page.locator(".tab[data-tab=map]").click()
    tab.page.wait_for_function("document.querySelector('.board img').naturalWidth > 0")
    assert serious(tab) == []


def test_on_a_phone_each_view_is_one_tap_away(desk: Visit) -> None:
    tab = desk(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = tab.page
    page.locator(".kind").first.click()
    page.fill("#new-title", "The Clock")
    page.locator("dialog .primary").click()
    checked(tab)
    assert page.locator("#yaml").is_visible() and not page.locator(".panes").is_visible()
    for name in ("lint", "play", "map", "write"):
        page.locator(f".tab[data-tab={name}]").tap()
        assert page.locator(f".pane.{name}").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator(".desk .try").tap()
    played(tab)
    for one in page.locator(".desk button:visible").all():
        box = one.bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 391


def test_a_guest_of_an_open_server_finds_no_corner(
    open_house: Callable[..., House], visit: Visit
) -> None:
    house = open_house(names=("play.example",))
    tab = visit(url=house.url)
    tab.page.goto(f"{house.url}/#write")
    tab.page.wait_for_selector(".home")
    assert tab.page.get_by_role("button", name="Write your own").count() == 0
    assert Author(house.url).http.post("/play/corner", json={}).status_code in (404, 405)
