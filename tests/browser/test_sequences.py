"""Slow sequences in a browser: drawn at once, moved by mouse and keys, without barriers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from moeviz.charts.sequences import sequence_document
from tests.browser.hand import touched
from tests.browser.test_screens import barriers

STAGES = {stage["name"]: stage for stage in sequence_document("flat-tanh")["stages"]}


@pytest.fixture
def opened(server, visit):
    def at(query="", **options):
        page = visit(**options)
        page.goto(f"{server.url}/sequences{query}")
        page.locator(".moeviz-plane[data-draws]").wait_for()
        return page

    return at


def said(page):
    return page.locator(".plane-said")


def plain(sentence):
    return sentence.replace("*", "")


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_the_three_pictures_are_drawn_at_once(opened, width, height):
    page = opened(width=width, height=height)
    expect(page.locator(".plane-panel")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.locator(".plane-panel").last.bounding_box()
    assert box["y"] + box["height"] <= height + (40 if width < 640 else 0)


def test_keys_and_mouse_walk_along_the_sequence(opened):
    page = opened(width=1280, height=800)
    handle = page.get_by_role("slider", name=re.compile("ε, smaller to the right"))
    expect(handle).to_have_attribute("aria-valuetext", "ε = 2⁻²")
    handle.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(said(page)).to_have_text(plain(STAGES["ε = 2⁻⁴"]["sentence"]))
    expect(page).to_have_url(re.compile(r"at=4(&|$)"))
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(5000, y, steps=4)
    expect(said(page)).to_have_text(plain(STAGES["ε = 2⁻¹⁴"]["sentence"]))
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"at=14(&|$)"))


def test_a_finger_walks_along_the_sequence_on_a_phone(opened):
    page = opened(width=390, height=844)
    handle = page.get_by_role("slider", name=re.compile("ε, smaller to the right"))
    with touched(page) as finger:
        finger.drag(handle, [(8 * step, step) for step in range(1, 9)])
    expect(page).to_have_url(re.compile(r"at=[3-9](&|$)"))
    step = handle.get_attribute("aria-valuetext")
    assert STAGES[step]["numbers"] != STAGES["ε = 2⁻²"]["numbers"]
    expect(said(page)).to_have_text(plain(STAGES[step]["sentence"]))


def test_the_table_has_the_librarys_numbers(opened):
    page = opened("?at=6")
    page.get_by_text("Data", exact=True).click()
    row = page.get_by_role("row", name=re.compile("^ε = 2⁻⁶ "))
    expect(row.locator("td")).to_have_count(len(STAGES["ε = 2⁻⁶"]["numbers"]))
    cells = row.locator("td").evaluate_all("found => found.map(cell => Number(cell.dataset.value))")
    assert cells == pytest.approx(STAGES["ε = 2⁻⁶"]["numbers"], rel=1e-12)


def test_the_proof_is_one_step_away(opened):
    page = opened()
    page.get_by_role("link", name=re.compile("^Decide it: Theorem 4")).click()
    expect(page).to_have_url(re.compile(r"/checker\?claim=C8\.over\.tanh"))


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.crowd)])
def test_no_barrier_and_a_silent_console(opened, visit, scheme):
    page = opened(scheme=scheme)
    spoken = []
    page.on("console", lambda message: spoken.append(message.text))
    handle = page.get_by_role("slider", name=re.compile("ε"))
    handle.focus()
    page.keyboard.press("ArrowRight")
    expect(handle).to_have_attribute("aria-valuetext", re.compile("2⁻²·⁵"))
    assert barriers(page) == []
    assert spoken == []
