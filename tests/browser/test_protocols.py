"""Protocol maps in a browser: drawn at once, walked by mouse and keys, without barriers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_screens import barriers


@pytest.fixture
def opened(server, visit):
    def at(query="", **options):
        page = visit(**options)
        page.goto(f"{server.url}/protocols{query}")
        page.locator(".moeviz-plane[data-draws]").wait_for()
        return page

    return at


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_maps_and_curves_are_drawn_at_once(opened, width, height):
    page = opened(width=width, height=height)
    expect(page.locator(".plane-panel")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width > 640:
        box = page.locator(".plane-said").bounding_box()
        assert box["y"] + box["height"] <= height


def test_keys_and_mouse_walk_over_the_map_and_the_address_follows(opened):
    page = opened("?at=1.1", width=1280, height=800)
    handle = page.get_by_role("slider").first
    expect(handle).to_have_attribute("aria-valuetext", re.compile("^at the truth, "))
    said = page.locator(".plane-said")
    expect(said).to_contain_text("from starts at the truth")
    handle.focus()
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text("from starts 0.01 away")
    expect(page).to_have_url(re.compile(r"at=2\.1"))
    expect(
        page.get_by_role("link", name=re.compile("Open in the lab: .* 0.01 away"))
    ).to_be_visible()
    box = page.locator(".plane-panel").first.locator("svg").bounding_box()
    page.mouse.click(box["x"] + box["width"] - 20, box["y"] + box["height"] - 20)
    expect(said).to_contain_text("Full batches from starts 1·n^(−1/2) away")


def test_the_page_has_no_barriers_and_its_numbers_can_be_read(opened):
    page = opened("?figure=multinomial-fig2a", width=1280, height=800)
    assert barriers(page) == []
    page.get_by_text("Data", exact=True).click()
    expect(page.get_by_role("columnheader", name="predicted slope").first).to_be_visible()
