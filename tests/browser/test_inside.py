"""Inside a trained network in a browser: it writes, a vector is stretched, a router is opened."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.browser.test_screens import barriers

TINY = {
    "preset": "cosine-lm", "seeds": 1, "steps": 30, "points": 2, "batch": 4, "layers": 1,
    "width": 16, "heads": 1, "context": 16, "experts": 4, "top": 2, "hidden": 8, "projection": 4,
    "seed": 23,
}  # fmt: skip
WRITTEN = 40


@pytest.mark.crowd
def test_what_stands_inside_a_network(server, visit):
    page = visit(1280, 800)
    page.goto(f"{server.url}/train?{urlencode(TINY)}")
    page.get_by_role("button", name="Run", exact=True).click()
    write = page.get_by_role("button", name="Write", exact=True)
    expect(write).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Download", exact=True)).to_be_visible(timeout=60_000)
    page.get_by_label("Characters").fill(str(WRITTEN))
    page.get_by_label("How it begins").fill("The import statement")
    write.click()
    tokens = page.locator(".written-token")
    expect(tokens).to_have_count(len("The import statement") + WRITTEN)
    tokens.nth(25).hover()
    said = page.locator(".written-said")
    expect(said).to_contain_text(re.compile(r"was read first by expert [1-4] of layer 1"))
    page.mouse.move(5, 5)
    page.locator(".written-text").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text("“h” was read first")

    sentence = page.locator(".plane-said").first
    expect(sentence).to_contain_text("2.00 times")
    expect(sentence).to_contain_text("XMoE: the loss")
    handle = page.locator(".moeviz-plane").first.get_by_role("slider")
    handle.focus()
    page.keyboard.press("ArrowRight")
    expect(sentence).not_to_contain_text("2.00 times")
    assert barriers(page) == []

    page.get_by_text("Open it on the gates picture").click()
    expect(page.get_by_role("heading", name="Who answers for this input?")).to_be_visible()
    said = page.locator(".plane-said")
    expect(said).to_contain_text(
        re.compile("Perturbed cosine router: .* answers for x with weight")
    )
