"""The page itself: languages, keyboard, phones, screen readers, and text that would be markup."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .conftest import House, Tab, looking, settled

Visit = Callable[..., Tab]

XSS = [
    "<script>window.pwned=1</script>",
    "<img src=x onerror='window.pwned=1'>",
    "<svg onload=window.pwned=1>",
    "<iframe src='javascript:parent.pwned=1'></iframe>",
    "<form action='https://evil.example'><button>x</button></form>",
    "<div style='position:fixed;inset:0;z-index:99'>over</div>",
    "![x](https://evil.example/x.png)",
    "[x](javascript:window.pwned=1)",
    "<a href='javascript:window.pwned=1'>x</a>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<style>*{display:none}</style>",
    "${window.pwned=1}",
    "{{constructor.constructor('window.pwned=1')()}}",
    "{% for x in range(9) %}{{ x }}{% endfor %}",
    "<noscript><p title='</noscript><img src=x onerror=window.pwned=1>'>",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.pwned=1>",
    "javascript:window.pwned=1",
    "\u202egnp.exe",
    "*<img src=x onerror=window.pwned=1>*",
    "（<img src=x onerror=window.pwned=1>）",
    "</textarea><script>window.pwned=1</script>",
    "&lt;script&gt;window.pwned=1&lt;/script&gt;",
    "<object data='https://evil.example'></object>",
    "<base href='https://evil.example/'>",
    "<video src='https://evil.example/x.mp4' autoplay>",
]


def harmless(tab: Tab) -> None:
    assert tab.page.evaluate("window.pwned") is None
    made = tab.page.locator(
        ".curtain :is(script, iframe, object, form[action], base, meta, link, style, video, math)"
    )
    assert made.count() == 0
    assert tab.page.locator(".curtain .row :is(img, svg:not(.icon), a, table)").count() == 0
    assert tab.outside == [] and tab.errors == []


def test_what_players_say_is_text(visit: Visit, house: House) -> None:
    tab = visit()
    tab.begin("The Gate")
    game = settled(house, str(tab.page.url.rpartition("=")[2]))
    for line in XSS:
        game.begin(game.session.play(line))
        game.settle(5)
    tab.wait_for("evil.example/x.mp4").ready()
    harmless(tab)
    for line in ("<script>window.pwned=1</script>", "${window.pwned=1}"):
        assert line in tab.log
    tab.page.reload()
    tab.ready()
    harmless(tab)


def test_what_models_cards_and_names_say_is_text(visit: Visit) -> None:
    tab = visit()
    tab.home().page.get_by_role("button", name="Someone new").click()
    fill = {
        "bot_name": "<img src=x onerror=window.pwned=1>", "bot_info": "".join(XSS)[:3000],
        "user_name": "<svg onload=window.pwned=1>", "user_info": "{{ 7 * 7 }}{% raw %}",
        "greeting": "{{ 7 * 7 }} {{{{x}}}} {# c #} <img src=x onerror=window.pwned=1>" + XSS[8],
    }  # fmt: skip
    for name, value in fill.items():
        tab.page.fill(f"#talk-{name}", value)
    tab.page.get_by_role("button", name="Begin to talk").click()
    tab.wait_for("7 * 7")
    assert "49" not in tab.log
    tab.page.fill("#line", "hello")
    tab.page.press("#line", "Enter")
    tab.page.wait_for_selector(".row.player")
    harmless(tab)
    tab.home()
    harmless(tab)


def test_injected_markup_would_not_run_either(visit: Visit) -> None:
    """The policy is a second wall: even markup that got onto the page runs nothing."""
    tab = visit()
    tab.home()
    tab.page.evaluate(
        """() => { document.body.insertAdjacentHTML('beforeend',
        '<img src=x onerror="window.pwned=1"><img src="https://evil.example/x.png">');
        const s = document.createElement('script'); s.textContent = 'window.pwned=1';
        document.body.append(s); }"""
    )
    tab.page.wait_for_timeout(300)
    assert tab.page.evaluate("window.pwned") is None


# --- free talk and models ------------------------------------------------------------------------


def test_free_talk_with_the_four_fields(visit: Visit, house: House) -> None:
    tab = visit()
    with looking(tab):
        tab.home().page.locator(".people button", has_text="Ann").click()
        tab.page.wait_for_selector("#talk-bot_name")
        assert tab.page.input_value("#talk-bot_name") == "Ann"
        assert "tea house" in tab.page.input_value("#talk-bot_info")
        tab.page.fill("#talk-user_name", "Robin")
        tab.page.fill("#talk-greeting", "You again, Robin?")
        tab.page.get_by_role("button", name="Begin to talk").click()
        tab.wait_for("You again, Robin?")
        tab.page.fill("#line", "will the rain stop")
        tab.page.press("#line", "Enter")
        tab.wait_for("The river decides")  # what her author wrote is still hers
        assert "Robin" in tab.page.locator(".row.player").inner_text()
        session = settled(house, str(tab.page.url.rpartition("=")[2])).session
        assert session.state.player_name == "Robin"


def test_model_settings_are_taken_and_not_shown_again(visit: Visit) -> None:
    tab = visit()
    with looking(tab):
        tab.home().page.get_by_role("button", name="Models").click()
        tab.page.fill("#model-base_url", "https://models.example/v1")
        tab.page.fill("#model-key", "sk-hidden")
        tab.page.fill("#model-top_p", "7")
        tab.page.get_by_role("button", name="Keep these").click()
        tab.wait_for("can’t be used: Top-p")
        tab.page.fill("#model-top_p", "0.7")
        tab.page.get_by_role("button", name="Keep these").click()
        tab.wait_for("kept for this session")
        assert tab.page.input_value("#model-key") == ""
        assert "set" in str(tab.page.get_attribute("#model-key", "placeholder"))
        tab.page.reload()
        tab.page.wait_for_selector(".home")
        kept = tab.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
        assert "sk-hidden" not in kept + tab.page.content()


# --- languages -----------------------------------------------------------------------------------


def test_the_language_changes_in_mid_game(visit: Visit) -> None:
    tab = visit()
    with looking(tab):
        tab.begin("The Gate").say("I knock").wait_for("There.")
        tab.page.fill("#line", "/lang zh")
        tab.page.press("#line", "Enter")
        tab.wait_for("从这里起改用中文").ready()
        tab.page.wait_for_function("document.documentElement.lang === 'zh-CN'")
        tab.wait_for("Late again.").say("请开门").wait_for("你进来了。")
        tab.page.reload()
        tab.wait_for("结局 · 进门")
    chinese = visit(lang="zh-CN")
    with looking(chinese):
        chinese.home().wait_for("海龟汤")
        chinese.page.locator(".card", has_text="城门").click()
        chinese.ready().say("把门打开").wait_for("你进来了。")


@pytest.mark.parametrize("lang", ["en-US", "zh-CN"])
def test_no_word_is_missing(visit: Visit, lang: str) -> None:
    """A key that has no word would be shown as the key."""
    tab = visit(lang=lang)
    tab.home()
    texts = [tab.page.content()]
    tab.page.locator(".riddles button").first.click()
    tab.page.wait_for_selector(".stage .choices button")
    for picture in (".bar .tools button:last-child", ".bar .tools button:nth-last-child(2)"):
        tab.page.click(picture)
        texts.append(tab.page.content())
        tab.page.keyboard.press("Escape")
    for typed in ("/help", "/saves", "/export", "/giveup"):
        tab.page.fill("#line", typed)
        tab.page.press("#line", "Enter")
        tab.page.wait_for_timeout(400)
        texts.append(tab.page.content())
        tab.page.keyboard.press("Escape")
    import re

    pattern = re.compile(
        r"\b(?:web|menu|panel|endings|saves|notices|commands|prompt|rows)\.[a-z_.]+\b"
    )
    for text in texts:
        body = text[text.index('class="curtain"') :]
        assert pattern.findall(body) == []


# --- keyboard and screen readers -----------------------------------------------------------------


def test_by_keyboard_alone(visit: Visit) -> None:
    tab = visit()
    with looking(tab):
        tab.home()
        for _ in range(30):
            tab.page.keyboard.press("Tab")
            if "The Gate" in tab.page.evaluate("document.activeElement.innerText || ''"):
                break
        tab.page.keyboard.press("Enter")
        tab.ready()
        assert tab.page.evaluate("document.activeElement.id") == "line"
        tab.page.keyboard.type("one")
        tab.page.keyboard.press("Shift+Enter")
        tab.page.keyboard.type("two")
        assert tab.page.input_value("#line") == "one\ntwo"
        tab.page.keyboard.press("Enter")
        tab.page.wait_for_selector(".row.player")
        tab.ready()
        assert tab.page.evaluate("document.activeElement.id") == "line"
        tab.page.keyboard.press("ArrowUp")
        assert "one" in tab.page.input_value("#line")
        tab.page.fill("#line", "")
        for _ in range(8):
            tab.page.keyboard.press("Shift+Tab")
            if "Open the gate" in tab.page.evaluate("document.activeElement.innerText || ''"):
                break
        tab.page.keyboard.press("Enter")
        tab.wait_for("You are in.")
        assert tab.page.evaluate("document.activeElement.className") == "ending-page"
        tab.page.keyboard.press("Tab")
        tab.page.keyboard.press("Enter")  # again from the fork
        tab.page.wait_for_function("!document.querySelector('.ending-page')")


def test_an_input_methods_enter_never_sends(visit: Visit) -> None:
    tab = visit()
    tab.begin("The Gate")
    tab.page.fill("#line", "ni hao")
    for how in ({"isComposing": True}, {"keyCode": 229}):
        tab.page.evaluate(
            """how => document.querySelector('#line').dispatchEvent(new KeyboardEvent('keydown',
            {key: 'Enter', bubbles: true, cancelable: true, ...how}))""",
            how,
        )
    tab.page.wait_for_timeout(200)
    assert tab.page.locator(".row.player").count() == 0
    assert tab.page.input_value("#line") == "ni hao"


def test_lines_are_read_aloud_whole(visit: Visit) -> None:
    tab = visit(speed="normal")
    tab.begin("The Gate")
    aloud = tab.page.locator("[aria-live=polite].unseen")
    assert "Guard: (coughs) Late again." in aloud.inner_text()
    assert tab.page.locator(".row[aria-hidden]").count() == 0


def serious(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, context=".curtain").response["violations"]
    return [
        f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical", "moderate")
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(visit: Visit, theme: str) -> None:
    pytest.importorskip("axe_playwright_python")
    tab = visit(color_scheme=theme, bypass_csp=True, reduced_motion="reduce")
    tab.home()
    found = serious(tab.page)
    tab.page.get_by_role("button", name="Models").click()
    found += serious(tab.page)
    tab.page.keyboard.press("Escape")
    tab.page.get_by_role("button", name="How it looks").click()
    found += serious(tab.page)
    tab.page.keyboard.press("Escape")
    tab.page.locator(".card", has_text="Tea House").click()
    tab.ready().say("let me carry those crates").wait_for("Cellar key").ready()
    found += serious(tab.page)
    tab.page.get_by_role("button", name="Panel").click()
    found += serious(tab.page)
    tab.page.keyboard.press("Escape")
    tab.say("goodbye then").wait_for("The End")
    found += serious(tab.page)
    assert "\n".join(found) == ""


# --- phones --------------------------------------------------------------------------------------


def test_a_phone(visit: Visit) -> None:
    tab = visit(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    with looking(tab):
        tab.home()
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390
        assert tab.page.evaluate("document.querySelector('.view').scrollWidth") <= 390
        tab.page.locator(".card", has_text="Tea House").tap()
        tab.ready()
        for line in ("hello", "let me carry those crates", "x" * 300):
            tab.say(line)
            assert tab.page.evaluate("document.querySelector('.log').scrollWidth") <= 390
            covered = tab.page.evaluate(
                """() => { const box = document.querySelector('#line').getBoundingClientRect();
                const x = box.x + box.width / 2, y = box.y + box.height / 2;
                return [document.elementFromPoint(x, y).id,
                  box.bottom <= innerHeight, box.right <= innerWidth]; }"""
            )
            assert covered == ["line", True, True]
        tab.page.get_by_role("button", name="Panel").tap()
        tab.wait_for("How things stand")
        tab.page.wait_for_timeout(400)  # it slides in
        box = tab.page.locator(".panel").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 391
        tab.page.locator(".panel").get_by_role("button", name="Close").tap()
        tab.page.set_viewport_size({"width": 390, "height": 420})  # a keyboard is open
        shown = tab.page.locator("#line").bounding_box()
        assert shown["y"] + shown["height"] <= 420
        assert tab.page.locator(".log").bounding_box()["height"] > 60


# --- pictures and files --------------------------------------------------------------------------


def test_pictures_and_exports(visit: Visit, house: House, tmp_path: Any) -> None:
    tab = visit()
    tab.begin("The Gate").say("<b>hello</b>")
    for form, part in (("md", "\\<b\\>"), ("html", "&lt;b&gt;"), ("jsonl", "PlayerSpoke")):
        tab.page.fill("#line", "/export")
        tab.page.press("#line", "Enter")
        with tab.page.expect_download() as loading:
            tab.page.locator(f".links a[href*='form={form}']").click()
        file = tmp_path / loading.value.suggested_filename
        loading.value.save_as(file)
        assert file.suffix == f".{form}" and part in file.read_text(encoding="utf-8")
        tab.page.keyboard.press("Escape")


def test_saves_are_renamed_and_deleted(visit: Visit) -> None:
    tab = visit()
    with looking(tab):
        tab.begin("The Gate").say("I knock")
        tab.page.fill("#line", "/save my own gate")
        tab.page.press("#line", "Enter")
        tab.wait_for("now called “my own gate”")
        tab.home().wait_for("my own gate")
        tab.page.get_by_role("button", name="All saves").click()
        tab.page.get_by_role("button", name="Delete my own gate").click()
        tab.page.get_by_role("button", name="Yes").click()
        tab.wait_for("No saves yet.")
        tab.page.reload()
        tab.page.wait_for_selector(".home")
        assert tab.page.locator(".resume").count() == 0


def test_a_server_started_in_a_language_greets_in_it(
    visit: Visit, open_house: Callable[..., House]
) -> None:
    """`web_demo_en.py` is English to a Chinese browser; without a name the browser's own counts."""
    named = visit(lang="zh-CN", url=open_house(language_named=True).url)
    named.home().wait_for("Stories")
    visit(lang="zh-CN").home().wait_for("海龟汤")
