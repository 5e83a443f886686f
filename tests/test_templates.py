"""Templates: what an author may write works, and what a stranger might try does nothing."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game import templates
from game.templates import TemplateFault, evaluate, render

NAMES = {
    "trust": 3,
    "helped": False,
    "mood": "calm",
    "player": {"name": "沈舟", "info": "客人"},
    "happened": ("hello", "offer_help"),
    "none_yet": (),
}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("plain 文字", "plain 文字"),
        ("{{ player.name }}！", "沈舟！"),
        ("{% if trust > 2 %}熟{% elif trust %}半熟{% else %}生{% endif %}", "熟"),
        ("{% for one in happened %}[{{ one }}]{% endfor %}", "[hello][offer_help]"),
        ("{% set who = player.name %}{{ who }}{{ who | length }}", "沈舟2"),
        ("{{ 'a' ~ trust ~ 'b' }}", "a3b"),
        ("{{ happened | join('、') }}", "hello、offer_help"),
        ("{{ mood | upper }}{{ mood | replace('c', 'p') }}", "CALMpalm"),
        ("{# a remark #}x", "x"),
        ("{% raw %}{{ not this }}{% endraw %}", "{{ not this }}"),
    ],
)
def test_renders(source: str, text: str) -> None:
    assert render(source, NAMES) == text


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("trust + 2 * 3", 9),
        ("trust >= 3 and not helped", True),
        ("'offer_help' in happened", True),
        ("'leave' not in happened", True),
        ("'warm' if trust > 5 else mood", "calm"),
        ("1 < trust < 5", True),
        ("[trust, 1] | max", 3),
        ("-trust % 2", 1),
        ("(trust * 10) | round", 30),
        ("trust // 2", 1),
        ("mood.startswith('ca')", True),
        ("none_yet or helped", False),
    ],
)
def test_evaluates(source: str, value: object) -> None:
    assert evaluate(source, NAMES) == value


FORBIDDEN = [
    "{{ ''.__class__ }}",
    "{{ player.__class__ }}",
    "{{ player['__class__'] }}",
    "{{ ''.join(happened) }}",
    "{{ range(10) }}",
    "{{ happened.index('hello') }}",
    "{{ lipsum() }}",
    "{{ self }}",
    "{{ cycler }}",
    "{{ namespace() }}",
    "{{ trust ** 9 }}",
    "{{ trust / 2 }}",
    "{{ trust | attr('real') }}",
    "{{ happened | map('upper') }}",
    "{{ mood | center(99999999) }}",
    "{{ mood | wordwrap(1) }}",
    "{{ mood | format(1) }}",
    "{{ 'a' * 1000000000 }}",
    "{{ '%1000000000d' % 1 }}",
    "{% include 'x' %}",
    "{% import 'os' as os %}",
    "{% extends 'x' %}",
    "{% block b %}{% endblock %}",
    "{% macro m() %}{% endmacro %}",
    "{% call m() %}{% endcall %}",
    "{% filter upper %}x{% endfilter %}",
    "{% set x %}y{% endset %}",
    "{% set x, y = 1, 2 %}",
    "{% with x = 1 %}{% endwith %}",
    "{% autoescape false %}{% endautoescape %}",
    "{% for a in happened recursive %}{% endfor %}",
    "{% for a in happened if a %}{% endfor %}",
    "{% for a in happened %}{% for b in happened %}{% for c in happened %}x{% endfor %}"
    "{% endfor %}{% endfor %}",
    "{{ undefined_thing }}",
    "{{ {'a': 1} }}",
    "{{ trust is defined }}",
    "{{ trust + mood }}",
    "{{ nowhere.at.all }}",
    "{{ 1000000000000 * 1000000000000 }}",
    "{{ unclosed",
    "{% if trust %}",
    "{{ " + "(" * 3000 + ")" * 3000 + " }}",
    "{{ " + "-" * 3000 + "1 }}",
    "{{ " + "not " * 3000 + "1 }}",
    "x" * 5000 + "{{ trust }}" * 1000,
]


@pytest.mark.parametrize("source", FORBIDDEN, ids=lambda one: one[:40])
def test_refuses(source: str) -> None:
    with pytest.raises(TemplateFault):
        render(source, NAMES)


GROWING = [
    "{% for a in w %}{% for b in w %}{{ a ~ b ~ a ~ b }}{% endfor %}{% endfor %}",
    "{{ long ~ long ~ long ~ long ~ long ~ long }}",
    "{{ long | replace('a', long) }}",
    "{{ w | join(long) }}",
    "{% set x = long ~ long %}{% for a in w %}{% set x = x ~ x %}{% endfor %}{{ x }}",
    "{% for a in w %}{{ long }}{% endfor %}",
]


@pytest.mark.parametrize("source", GROWING)
def test_growth_is_cut_off(source: str) -> None:
    names = {"w": tuple(range(60)), "long": "a" * 5000}
    began = time.process_time()
    with pytest.raises(TemplateFault):
        render(source, names)
    # Not a measure of speed: without the limits these take minutes or all memory.
    assert time.process_time() - began < 5


def test_the_budget_belongs_to_one_rendering() -> None:
    source = "{% for a in w %}{% for b in w %}.{% endfor %}{% endfor %}"
    names = {"w": tuple(range(30))}
    assert [len(render(source, names)) for _ in range(5)] == [900] * 5


def test_a_fault_knows_its_line() -> None:
    with pytest.raises(TemplateFault) as caught:
        render("one\ntwo\n{% macro x() %}{% endmacro %}", NAMES)
    assert (caught.value.code, caught.value.line) == ("template_forbidden", 3)


def test_an_expression_is_one_expression() -> None:
    for source in ("trust }} {{ trust", "trust %}", "{{ trust }}", "a, b = 1", ""):
        with pytest.raises(TemplateFault):
            evaluate(source, NAMES)


def test_the_context_is_left_as_it_was() -> None:
    names = dict(NAMES)
    render("{% set trust = 99 %}{{ trust }}", names)
    assert names == NAMES


def test_free_names_leave_out_what_the_template_sets() -> None:
    source = "{% set x = trust %}{% for one in happened %}{{ one }}{{ x }}{% endfor %}"
    assert templates.template_names(source) == {"trust", "happened"}


def test_what_a_loop_binds_ends_with_it() -> None:
    source = "{% for one in happened %}{% set last = one %}{% endfor %}{{ one }}"
    assert templates.template_names(source) == {"happened", "one"}


@pytest.mark.parametrize(
    "source",
    [
        "{% set a = ['x'] %}" + "{% set a = [a, a] %}" * 300 + "{{ a }}",
        "{% set a = ['x'] %}" + "{% set a = [a, a] %}" * 300 + "{{ a == a }}",
        "{% set s = 'aaaaaaaaaa' %}" + "{% set s = s ~ s %}" * 10
        + "{% for i in happened %}" + "{{ s }}" * 900 + "{% endfor %}",
        "{{ 5 | round(0 - 100000000000) }}",
        "{{ " + "+".join("1" * 3_900) + " }}",
        "{{ player" + ".x" * 3_900 + " }}",
        "{{ mood" + "|trim" * 1_500 + " }}",
    ],
)  # fmt: skip
def test_what_grows_by_doubling_or_runs_deep_is_refused_at_once(source: str) -> None:
    begun = time.perf_counter()
    with pytest.raises(TemplateFault):
        render(source, NAMES)
    assert time.perf_counter() - begun < 2


@given(st.text(max_size=200))
def test_any_text_renders_or_faults(source: str) -> None:
    with contextlib.suppress(TemplateFault):
        render(source, NAMES)


@given(st.text(alphabet="trushaplyn.()[]'\"+-*/%|~<>=! 019", max_size=60))
def test_any_expression_gives_a_value_or_faults(source: str) -> None:
    with contextlib.suppress(TemplateFault):
        evaluate(source, NAMES)


def test_no_other_template_engine_is_made() -> None:
    root = Path(templates.__file__).parent
    for path in root.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert text.count("Environment(") == (path.name == "templates.py"), path
