"""Texts whose words open their meaning: what is drawn, what is left to markdown, where links go."""

from __future__ import annotations

import gzip
import json
from urllib.parse import parse_qsl

import pytest

from moeviz.charts.glossary import GLOSSARY
from moeviz.ui.checker.link import CHECKER
from moeviz.ui.gates.link import GATES_PAGE
from moeviz.ui.lab.link import LAB
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.navigation import ADDRESSES
from moeviz.ui.shared.terms import MEANINGS, drawable
from moeviz.ui.train.link import TRAIN
from tests.support import of_every
from tests.ui.still import texts, visit, words
from tests.ui.test_frame import answer

PAGES = {"convergence": LAB, "checker": CHECKER, "gates": GATES_PAGE, "train": TRAIN}
GAUGE = ["term", "gauge", "gauge"]


def test_words_are_found_within_what_is_bold_and_between_paragraphs():
    assert drawable("The **gauge** and\nits *gauges*.\n\n- a gate\n- `gauge`, [gauge](rates)") == [
        ["p", ["The ", ["b", [GAUGE]], " and its ", ["i", [["term", "gauge", "gauges"]]], "."]],
        ["li", ["a ", ["term", "gate", "gate"]]],
        ["li", [["code", "gauge"], ", ", ["a", "gauge", "rates"]]],
    ]


def test_a_text_can_point_to_a_word_that_is_not_found_by_itself():
    assert drawable("Each cell, or [cell](term:cell), or [cell](term:wibble)") == [
        ["p", ["Each cell, or ", ["term", "cell", "cell"], ", or ", "cell"]]
    ]


@pytest.mark.parametrize("text", ["a_b * <b>c</b> $d$ **e** [f](g) #h :red[i]", "|β₁| ≤ 2 & -1"])
def test_what_a_user_typed_is_shown_letter_by_letter(text):
    assert drawable(plain(text)) == [["p", [text]]]


@pytest.mark.parametrize(
    "text",
    ["$x$", "<b>x</b>", "# x", "| a | b |", "1. x", ":red[x]", "![x](y)", "_x_", "> x", "~~x~~"],
)
def test_what_only_markdown_can_draw_is_left_to_it(text):
    assert drawable(f"A gauge.\n\n{text}") is None


@pytest.mark.parametrize("address", ["javascript:alert`1`", "//elsewhere/x", "data:text/html,x"])
def test_no_link_leads_where_a_script_could_be(address):
    assert drawable(f"[x]({address})") is None


@pytest.mark.parametrize("base", ["", "/lab"])
def test_the_app_serves_what_words_mean(base):
    served = answer(MEANINGS.route(base), f"{base}/{MEANINGS.path()}")
    assert [word["id"] for word in json.loads(gzip.decompress(served.body))] == list(GLOSSARY)
    wrong = answer(MEANINGS.route(base), f"{base}/moeviz/glossary-0.json")
    assert wrong.status_code == 404


@of_every([term for term in GLOSSARY.values() if term.page])
def test_where_a_word_is_seen_is_a_screen_of_the_app(term):
    address, _, query = term.page.partition("?")
    asked = dict(parse_qsl(query))
    assert address in ADDRESSES.values()
    known = set(asked)
    if asked:
        request = PAGES[address].read(asked)
        known = request.own.keys() | request.values.keys()
    assert asked.keys() <= known


def test_the_home_page_has_its_words_marked(still):
    app = visit("pages/lab/home.py")
    marked = {part[1] for text in texts(app) for _, parts in text for part in _flat(parts)}
    assert {"mixture", "gate", "gauge"} <= marked
    assert "and measures what a gauge costs." in words(app)


def _flat(parts):
    for part in parts:
        if part[0] == "term":
            yield part
        elif isinstance(part, list) and part[0] in ("b", "i"):
            yield from _flat(part[1])
