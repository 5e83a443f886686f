"""What can be picked changes above the line being typed, and never makes anyone wait."""

import json
import re
import threading
import time

from inn import WORDS
from test_cli import PROMPT, Person, events, home, terminal_only  # noqa: F401

from tests.models.openai_server import OpenAIServer

SAID = {"我来帮你搬酒。": "酒坛子给我，我来搬。", "付账。": "掌柜的，付账了。"}


def tells(request):
    last = request["messages"][-1]["content"]
    listed = re.findall(r"^(s\d): (.*)$", last, re.MULTILINE)
    if "response_format" in request and listed:
        return json.dumps({code: SAID.get(text, text) for code, text in listed}, ensure_ascii=False)
    return "夜里下着雨。"


def options(server):
    return ["--narrator", "openai:teller", "--base-url", server.url]


@terminal_only
def test_other_words_come_while_the_player_is_free_to_type(home):  # noqa: F811
    read = threading.Event()

    def later(request):
        assert "response_format" not in request or read.wait(20)
        return tells(request)

    with OpenAIServer(later) as server:
        person = Person(home, "--speed", "off", *options(server))
        person.until("我来帮你搬酒")  # at first as it was written
        read.set()
        person.until("酒坛子给我")
        person.types("1\r")
        shown = person.until(PROMPT)
        assert "酒坛子给我，我来搬。" in shown and WORDS["zh"]["thanks"] in shown
        person.types("\x04")
        assert person.status() == 0


@terminal_only
def test_a_line_typed_at_once_waits_for_nobody(home):  # noqa: F811
    hangs = []

    def slow(request):
        if "response_format" in request:
            hangs.append(1)
            server.ending.wait(20)
        return tells(request)

    with OpenAIServer(slow) as server:
        person = Person(home, "--speed", "off", *options(server))
        person.until(PROMPT)
        while not hangs:
            time.sleep(0.01)
        begun = time.monotonic()
        person.types("1\r")
        shown = person.until(WORDS["zh"]["thanks"])
        assert time.monotonic() - begun < 5 and WORDS["zh"]["help"] in shown
        person.until(PROMPT)
        person.types("\x03")  # Ctrl-C: they are let be, and the prompt is there again
        person.until(PROMPT)
        person.types("\x04")
        assert person.status() == 0


def test_a_script_gets_them_as_an_event(home):  # noqa: F811
    with OpenAIServer(tells) as server:
        found = events(home, ["/options", "1", "finish"], *options(server))
        worded = next(one for one in found if one["type"] == "Reworded")
        assert worded["texts"] == {"help": "酒坛子给我，我来搬。", "pay": "掌柜的，付账了。"}
        shown = next(one for one in found if one.get("name") == "options")["options"]
        assert shown[:2] == ["酒坛子给我，我来搬。", "掌柜的，付账了。"]
        said = next(one for one in found if one["type"] == "PlayerSpoke")
        assert (said["text"], said["choice"]) == ("酒坛子给我，我来搬。", "help")
