"""Information and reach in a browser: the picture follows the hand with the library's numbers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from moeviz.charts.designs_seen import FIRST, Moved
from moeviz.charts.information import information_document
from tests.browser.asked import Asked
from tests.browser.hand import centre, touched
from tests.browser.lab import Lab
from tests.browser.test_screens import barriers

ANSWERED = """() => {
  const { asked, answered } = document.querySelector(".moeviz-plane").dataset;
  return asked === answered;
}"""
"""Whether the picture knows of all that the hand has told."""


@pytest.fixture
def opened(server, visit):
    def at(query="", **options):
        page = visit(**options)
        page.goto(f"{server.url}/information{query}")
        page.locator(".moeviz-plane[data-draws]").wait_for()
        return page

    return at


def sentence(**moved):
    return information_document(FIRST, Moved(**moved))["sentence"].replace("*", "")


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_the_pictures_are_drawn_at_once(opened, width, height):
    page = opened(width=width, height=height)
    expect(page.locator(".plane-panel")).to_have_count(3)
    expect(page.locator(".plane-said")).to_have_text(sentence())
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_keys_and_mouse_move_the_reach(opened):
    page = opened(width=1280, height=800)
    handle = page.get_by_role("slider", name=re.compile("^noise"))
    handle.focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".plane-said")).to_have_text(sentence(noise=1.0))
    apart = page.get_by_role("slider", name=re.compile("^distance of two experts"))
    x, y = centre(apart)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(0, y, steps=5)
    expect(page.locator(".plane-note").last).to_contain_text("while the hand moves")
    page.mouse.up()
    expect(page.locator(".plane-said")).to_have_text(sentence(noise=1.0, apart=-4.0))
    expect(page.locator(".plane-note").last).to_have_text("eigenvalues, over 16,384 inputs")
    expect(page).to_have_url(re.compile("noise=1&apart=-4"))


def test_a_hand_that_lets_go_where_it_began_leaves_the_picture_in_full(opened):
    page = opened(width=1280, height=800)
    asked = Asked(page, rested=True)
    x, y = centre(page.get_by_role("slider", name=re.compile("^range of the inputs")))
    note = page.locator(".plane-note").last
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y, steps=4)
    expect(note).to_contain_text("while the hand moves")
    page.mouse.move(x, y, steps=4)
    page.wait_for_function(ANSWERED)
    page.mouse.up()
    expect(note).to_have_text("eigenvalues, over 16,384 inputs")
    expect(page.locator(".plane-said")).to_have_text(sentence())
    assert {url.partition("?")[0] for url in asked.questions} == {
        page.evaluate("new URL('moeviz/information.json', document.baseURI).href")
    }


def test_a_finger_moves_the_reach_on_a_phone(opened):
    page = opened(width=390, height=844)
    noise = page.get_by_role("slider", name=re.compile("^noise"))
    with touched(page) as finger:
        finger.drag(noise, [(8 * step, 2 * step) for step in range(1, 9)])
    expect(page).to_have_url(re.compile("noise="))
    page.wait_for_function(ANSWERED)
    Lab(page, "").settle()
    said = float(re.search(r"noise=([-0-9.]+)", page.url).group(1))
    assert said > 0
    expect(page.locator(".plane-said")).to_have_text(sentence(noise=said))


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.crowd)])
def test_no_barrier_and_a_silent_console(opened, scheme):
    page = opened(scheme=scheme)
    spoken = []
    page.on("console", lambda message: spoken.append(message.text))
    page.get_by_text("Data", exact=True).click()
    expect(page.get_by_role("table").first).to_be_visible()
    assert barriers(page) == []
    assert spoken == []
