"""Words that open their meaning: by pointer, by keyboard and by a tap, once on a page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from moeviz.ui.shared.scripts import script_path
from tests.browser.asked import Asked
from tests.browser.test_screens import barriers

GAUGE = "What gauge means"


@pytest.fixture(scope="module")
def home(server, pages):
    """The first page, on which each test shuts again what it has opened."""
    with pages.open(1280, 800) as page:
        page.goto(server.url)
        word(page).wait_for()
        yield page


def word(page):
    return page.get_by_role("button", name="gauge", exact=True).first


def box(page, name: str = GAUGE):
    return page.get_by_role("dialog", name=name)


def test_a_pointer_opens_the_meaning_and_may_go_into_it(home):
    expect(home.get_by_text(re.compile("^Fits run"))).to_be_visible(timeout=30_000)
    home.locator(".moeviz-plane[data-draws]").wait_for()
    word(home).hover()
    expect(box(home)).to_contain_text("no amount of data can tell them apart")
    box(home).hover()
    home.wait_for_timeout(400)
    expect(box(home)).to_be_visible()
    home.mouse.move(5, 400)
    expect(box(home)).to_be_hidden()
    word(home).click()
    home.mouse.move(5, 400)
    home.wait_for_timeout(400)
    expect(box(home)).to_be_visible()
    assert barriers(home) == []
    word(home).click()
    expect(box(home)).to_be_hidden()


def test_by_keyboard_a_word_says_what_it_means_and_leads_on(home):
    home.get_by_role("slider").last.press("Tab")
    home.keyboard.press("Tab")
    while not word(home).evaluate("word => word === document.activeElement"):
        home.keyboard.press("Tab")
    expect(box(home)).to_be_visible()
    expect(word(home)).to_have_accessible_description(re.compile("leave the whole function"))
    home.keyboard.press("Tab")
    expect(box(home).get_by_role("link", name="See what it costs")).to_be_focused()
    box(home).get_by_role("button", name="gauge pinned").press("Enter")
    expect(box(home, "What gauge pinned means")).to_contain_text("the last true atom")
    expect(home.locator(".moeviz-meaning-title")).to_be_focused()
    home.keyboard.press("Escape")
    expect(home.get_by_role("dialog")).to_have_count(0)
    expect(word(home)).to_be_focused()
    expect(word(home)).to_have_attribute("aria-expanded", "false")


@pytest.mark.parametrize("projector", ["", "?projector=1"])
def test_on_a_phone_the_meaning_stays_on_the_screen(server, visit, projector):
    page = visit(width=390, height=844, scheme="dark")
    page.goto(f"{server.url}/{projector}")
    word(page).click()
    at = box(page).bounding_box()
    assert at["x"] >= 0
    assert at["y"] >= 0
    assert at["x"] + at["width"] <= 390
    assert at["y"] + at["height"] <= 844
    page.get_by_role("heading").first.click()
    expect(box(page)).to_be_hidden()


def test_a_page_marks_a_word_once_where_it_says_it_first(home):
    marked = home.locator(".moeviz-term button")
    first = marked.count()
    home.evaluate(
        """async (module) => {
          const said = document.createElement("span");
          said.className = "moeviz-term";
          said.dataset.term = "gauge";
          said.textContent = "gauges, said before";
          document.querySelector("h1").after(said);
          const { settle } = await import(new URL(module, document.baseURI));
          settle();
        }""",
        script_path("meanings")[1:],
    )
    expect(marked.first).to_have_text("gauges, said before")
    assert marked.count() == first
    expect(home.get_by_role("button", name="gauge", exact=True)).to_have_count(0)


def test_the_meanings_are_fetched_once(server, visit):
    page = visit()
    asked = Asked(page)
    page.goto(server.url)
    word(page).wait_for()
    handle = page.get_by_role("slider").first
    place = handle.get_attribute("aria-valuetext")
    handle.press("ArrowRight")
    expect(handle).not_to_have_attribute("aria-valuetext", place)
    word(page).click()
    assert len([url for url in asked.all if "/moeviz/glossary-" in url]) == 1
    assert asked.elsewhere(server.url) == []
