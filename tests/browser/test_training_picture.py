"""The picture of training in a browser: tokens, slider, one expert alone, what is saved."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.browser.test_train import TINY, button, ended

LINK = {**TINY, "seed": 11}
SIDES = ("left", "right")


@pytest.fixture(scope="module")
def picture(server, pages):
    """A training that has ended, at its last step; each test goes back there."""
    with pages.open(1280, 800) as page:
        page.goto(f"{server.url}/train?{urlencode(LINK)}")
        button(page, "Run").or_(button(page, "Download")).first.wait_for()
        if button(page, "Download").count() == 0:
            button(page, "Run").click()
        ended(page)
        yield page


@pytest.fixture(autouse=True)
def drawn(picture):
    """Wait until tokens have their experts' colours, at the last step."""
    expect(picture.locator('.training-panel[data-side="left"] .token').first).to_have_class(
        re.compile(r"e\d-\d")
    )
    expect(picture.locator(".training-step")).to_have_text(re.compile("^step 20 of 20"))


def test_tokens_answer_to_hand_and_keys(picture):
    page = picture
    left, right = (page.locator(f'.training-panel[data-side="{side}"]') for side in SIDES)
    left.locator(".token").nth(5).hover()
    card = page.locator(".training-card")
    expect(card).to_contain_text("Router: expert")
    expect(card).to_contain_text("Competition: expert")
    expect(right.locator(".token").nth(5)).to_have_class(re.compile("pointed"))
    left.locator(".tokens").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".training-heard")).to_contain_text("Router: expert")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()

    busiest = left.locator(".training-load button").filter(has_text=re.compile(r"\d")).first
    busiest.click()
    expect(left.locator(".training-note")).to_contain_text("alone")
    busiest.click()
    expect(left.locator(".training-note")).not_to_contain_text("alone")


def test_the_slider_takes_tokens_sentence_and_link_along(picture):
    page = picture
    slider, said = page.get_by_label("Step of training"), page.locator(".training-said")
    before = said.inner_text()
    slider.focus()
    page.keyboard.press("Home")
    step = page.locator(".training-step")
    expect(step).to_have_text(re.compile("^step 2 of 20"))
    expect(said).to_contain_text("Step 2, layer 1")
    assert said.inner_text() != before
    expect(page).to_have_url(re.compile(r"at=2\b"))
    page.get_by_role("button", name="Replay").click()
    expect(step).to_have_text(re.compile("^step 20 of 20"))
    expect(page).not_to_have_url(re.compile(r"at=2\b"))
    expect(page.locator(".board-summary")).to_contain_text("ends at")
    for name in ("Use", "Load", "Competitions Λ"):
        tab = page.get_by_role("tab", name=name, exact=True)
        tab.click()
        expect(tab).to_have_attribute("aria-selected", "true")
        expect(page.locator(".board-panel svg:visible")).to_have_count(1)


def test_a_saved_picture_has_tokens_sentence_and_address(picture):
    page = picture
    with page.expect_download() as download:
        button(page.locator(".board-tools"), "Save SVG").click()
    text = download.value.path().read_text(encoding="utf-8")
    assert "job=" in text
    assert "step 20 of 20" in text
    assert "layer 1" in text
