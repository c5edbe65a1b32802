"""Protocol maps in a browser: drawn at once, walked by mouse and keys, without barriers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from moeviz.study import PRESETS
from moeviz.study.protocol_kept import kept_map, map_names
from moeviz.text import signed
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


def test_the_cursor_shows_a_cell_without_choosing_it_and_says_nothing_aloud(opened):
    page = opened("?at=1.1", width=1280, height=800)
    said, panel = page.locator(".plane-said"), page.locator(".plane-panel")
    chosen = said.text_content()
    handle = page.get_by_role("slider").first
    words = handle.get_attribute("aria-valuetext")
    label = panel.first.locator("svg").get_attribute("aria-label")
    asked = page.locator(".moeviz-plane").get_attribute("data-asked")
    box = panel.first.locator("svg").bounding_box()
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + box["height"] - 20)
    expect(said).to_contain_text("Full batches from starts 1·n^(−1/2) away")
    expect(panel.last).to_contain_text("under the cursor")
    expect(page.locator(".plane-looked")).to_have_count(2)
    assert float(page.locator(".moeviz-plane").get_attribute("data-milliseconds")) < 200
    assert said.get_attribute("aria-live") is None
    assert handle.get_attribute("aria-valuetext") == words
    assert panel.first.locator("svg").get_attribute("aria-label") == label
    assert chosen in panel.last.locator("svg").get_attribute("aria-label")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] + 120)
    expect(said).to_have_text(chosen)
    expect(panel.last).to_contain_text("Loss against n here")
    expect(page.locator(".plane-looked")).to_have_count(0)
    expect(said).to_have_attribute("aria-live", "polite")
    assert page.locator(".moeviz-plane").get_attribute("data-asked") == asked, "nobody was asked"
    assert "at=1.1" in page.url


def test_a_finger_chooses_a_cell_and_looks_at_none(server, phone):
    page = phone
    page.goto(f"{server.url}/protocols?at=1.1")
    page.locator(".moeviz-plane[data-draws]").wait_for()
    box = page.locator(".plane-panel").first.locator("svg").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] - 20, box["y"] + box["height"] - 20)
    expect(page.locator(".plane-said")).to_contain_text("Full batches from starts 1·n^(−1/2) away")
    expect(page).to_have_url(re.compile(r"at=6\.12"))
    expect(page.locator(".plane-looked")).to_have_count(0)


def test_a_figure_without_a_map_shows_what_is_printed_and_no_dashes(opened):
    name = next(name for name in map_names() if kept_map(name) is None)
    page = opened(f"?figure={name}", width=1280, height=800)
    expect(page.locator(".plane-panel").last).to_contain_text("What is printed")
    words = page.locator(".plane-panel svg text").all_text_contents()
    assert "–" not in words
    for one in PRESETS[name].published:
        assert any(text.endswith(signed(one.slope)) for text in words)
    assert barriers(page) == []


def test_what_rounding_leaves_of_starts_at_the_truth_is_not_drawn(opened):
    kept = kept_map("sigmoid-fig2b")
    assert 0 < max(kept.result.start(0, 0).mean) < 1e-12
    page = opened("?figure=sigmoid-fig2b&at=1.1", width=1280, height=800)
    panel = page.locator(".plane-panel").last
    expect(panel).to_contain_text("ReLU")
    words = panel.locator("svg text").all_text_contents()
    assert "starts" not in words
    assert not [text for text in words if "e-" in text or ("10⁻¹" in text and text != "10⁻¹")]


def test_the_page_has_no_barriers_and_its_numbers_can_be_read(opened):
    page = opened("?figure=multinomial-fig2a", width=1280, height=800)
    assert barriers(page) == []
    page.get_by_text("Data", exact=True).click()
    expect(page.get_by_role("columnheader", name="predicted slope").first).to_be_visible()
