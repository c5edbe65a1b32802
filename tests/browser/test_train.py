"""Training in a browser: run, cancel, go on, reload, hand in a text of one's own."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from moeviz.train.text import own_text
from tests.browser.test_screens import barriers

TINY = {
    "seeds": 2, "steps": 20, "points": 4, "batch": 2, "layers": 1, "width": 8, "heads": 1,
    "context": 16, "experts": 4, "top": 2, "hidden": 4, "projection": 2,
}  # fmt: skip
LONG = {**TINY, "steps": 5000, "points": 20, "seed": 3}
TEXT = b"".join(b"line %d says something else.\n" % number for number in range(200))
FINISH_MS = 60_000


@pytest.fixture
def opened(server, visit):
    def at(screen=(1280, 800), scheme="light", **fields):
        page = visit(*screen, scheme=scheme)
        page.goto(f"{server.url}/train?{urlencode(fields)}")
        page.get_by_role("heading", name="Which expert").wait_for()
        return page

    return at


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def ended(page):
    expect(button(page, "Download")).to_be_visible(timeout=FINISH_MS)


def test_a_run_is_started_watched_and_found_again(opened):
    page = opened(**TINY, scheme="dark", seed=11)
    page.get_by_role("group", name="Methods to compare").get_by_role("button", name="XMoE").click()
    expect(page).to_have_url(re.compile("xmoe"))
    button(page, "Run").click()
    expect(page).to_have_url(re.compile("job=[0-9a-f]{16}"))
    ended(page)
    assert barriers(page) == []
    address = page.url
    page.reload()
    ended(page)
    assert page.url == address
    job = re.search("job=([0-9a-f]{16})", address)[1]
    tokens = page.evaluate(
        "async (path) => await (await fetch(new URL(path, document.baseURI))).json()",
        f"moeviz/training/{job}/tokens.json",
    )
    assert {len(row) for row in tokens["rows"]} == {TINY["context"]}


def test_a_run_is_cancelled_and_found_again_where_it_stopped(opened):
    page = opened(**LONG)
    button(page, "Run").click()
    button(page, "Cancel").click()
    expect(button(page, "Continue")).to_be_visible()
    expect(button(page, "Run")).to_be_visible()
    expect(page.get_by_text("Training begins")).to_have_count(0)
    expect(page.get_by_text("waits for its first checkpoint")).to_have_count(0)
    page.reload()
    expect(button(page, "Continue")).to_be_visible()
    expect(button(page, "Cancel")).to_have_count(0)


def test_who_reloads_is_the_same_visitor_and_cancels_at_once(opened):
    page = opened(**{**LONG, "seed": 4})
    button(page, "Run").click()
    expect(button(page, "Cancel")).to_be_visible()
    page.reload()
    button(page, "Cancel").click()
    expect(button(page, "Continue")).to_be_visible()
    expect(page.get_by_text("Somebody else wants")).to_have_count(0)


def test_a_text_of_ones_own_is_handed_in_and_what_is_none_is_refused(opened):
    page = opened(**TINY)
    button(page, "Text: Python reference").click()
    chooser = page.get_by_test_id("stFileUploaderDropzoneInput")
    alert = page.get_by_test_id("stPopoverBody").get_by_test_id("stAlert")
    for content, words in (
        (b"", "the file is empty"),
        (b"a", "but got 1;"),
        (b"\x89PNG\xff" * 800, "UTF-8"),
    ):
        chooser.set_input_files({"name": "mine.txt", "mimeType": "text/plain", "buffer": content})
        expect(alert).to_contain_text(words)
    large = {"name": "large.txt", "mimeType": "text/plain", "buffer": b"x" * 10_000_000}
    chooser.set_input_files(large)
    expect(alert).to_contain_text("at most 2 MB, but got one of 10.0 MB")
    expect(alert).not_to_contain_text("UTF-8")
    chooser.set_input_files({"name": "mine.txt", "mimeType": "text/plain", "buffer": TEXT})
    expect(page).to_have_url(re.compile(f"text={own_text(TEXT).digest}"))
    expect(button(page, "Text: your own")).to_be_visible()
    page.keyboard.press("Escape")
    button(page, "Run").click()
    ended(page)


def test_a_phone_has_it_all_without_going_sideways(opened):
    page = opened(**TINY, screen=(390, 844))
    expect(button(page, "Run")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
