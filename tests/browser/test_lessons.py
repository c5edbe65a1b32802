"""Lessons and the first page's tiles in a browser."""

from __future__ import annotations

import re

import pytest
import torch
from playwright.sync_api import Page, expect

from moeviz.charts.gates import STARTS
from moeviz.lessons.looks import WINDOW
from tests.browser.asked import Asked
from tests.browser.test_screens import barriers

BEFORE = "Cosine router: no weight moved (less than 0.0005)"


def step(page: Page, number: int, of: int = 5) -> None:
    expect(page.get_by_text(re.compile(f"^{number} of {of}:"))).to_be_visible()


SPREAD = """svg => {
    const frame = svg.querySelector("clipPath rect").getBBox();
    const texts = [...svg.querySelectorAll("text")];
    const words = texts.filter((text) => text.textContent.startsWith("expert "));
    return words.map((text) => {
        const { x, y, width, height } = text.getBBox();
        const across = (at) => (at - frame.x) / frame.width;
        const up = 1 - (y + height / 2 - frame.y) / frame.height;
        const places = [0, 0.5, 1].map((part) => [across(x + part * width), up]);
        return [Number(text.textContent.slice(7)), ...places];
    });
}"""
"""Which experts have a name in a picture, and where it begins, is half way, and ends, as shares."""

WRONG = re.compile("You said both routers.*; it is only the linear router’s", re.DOTALL)


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.crowd)])
def test_a_lesson_from_home_by_keyboard_with_a_wrong_prediction(server, visit, scheme):
    page = visit(1280, 800, scheme)
    asked = Asked(page)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(server.url)
    home = page.locator(".moeviz-home[data-drawn]")
    home.wait_for(timeout=60_000)
    tiles = home.locator(".home-tile")
    assert tiles.count() == home.locator(".plane-panel svg").count() >= 8
    expect(tiles.filter(has_text="Convergence lab")).to_contain_text("−0.51")
    assert barriers(page) == []
    page.get_by_role("link", name="First lesson").press("Enter")

    step(page, 1, 6)
    expect(page).to_have_url(re.compile(r"/lessons\?lesson=gate"))
    page.get_by_role("button", name="All lessons").press("Enter")
    expect(page.get_by_role("button", name="Go on").first).to_be_visible()
    page.get_by_role("button", name="Forget my answers").press("Enter")
    begin = page.get_by_role("button", name="Begin", exact=True)
    expect(begin).to_have_count(9)
    assert barriers(page) == []
    begin.nth(1).press("Enter")
    step(page, 1)
    expect(page).to_have_url(re.compile(r"/lessons\?lesson=gauge"))
    page.locator(".moeviz-plane[data-draws]").wait_for()
    low, high = WINDOW
    named = page.locator(".plane-panel svg").first.evaluate(SPREAD)
    assert [number for number, *_ in named] == [1, 2, 3]
    for number, *places in named:  # The whole name stands where its expert answers.
        points = low + (high - low) * torch.tensor(places, dtype=torch.float64)
        directions = torch.nn.functional.normalize(torch.tensor(STARTS[:3], dtype=torch.float64))
        assert ((points @ directions.T).argmax(dim=1) == number - 1).all()
    assert page.get_by_role("slider").count() == 0  # Nothing to try before the prediction.
    page.get_by_role("button", name="Next").press("Enter")
    step(page, 2)
    commit = page.get_by_role("button", name="That is my prediction")
    expect(commit).to_be_disabled()
    page.get_by_role("radio", name="both routers").press("Space")
    expect(commit).to_be_enabled()
    commit.press("Enter")
    step(page, 3)
    expect(page.locator(".moeviz-text").first).to_contain_text(WRONG)
    expect(page.locator(".plane-said")).to_contain_text(BEFORE)
    vector = page.get_by_role("slider", name=re.compile("^β₁.*, Linear router"))
    vector.press("-")
    expect(page.locator(".plane-said")).to_contain_text("β₁ is 2.7 times as long")
    expect(page.locator(".plane-said")).to_contain_text(BEFORE)
    assert barriers(page) == []
    page.reload()
    step(page, 3)
    expect(page.locator(".moeviz-text").first).to_contain_text(WRONG)
    assert asked.elsewhere(server.url) == []
    assert said == []


def test_a_slope_is_drawn_by_keyboard_on_a_phone_and_stands_beside_the_measured_one(server, visit):
    page = visit(390, 844)
    page.goto(f"{server.url}/lessons?lesson=slow&step=2")
    step(page, 2)
    page.locator(".moeviz-plane[data-draws]").wait_for()
    commit = page.get_by_role("button", name="That is my prediction")
    expect(commit).to_be_enabled()  # Who expects a flat line may say so.
    box = commit.bounding_box()
    assert box["y"] + box["height"] < 844  # Picture and control on the first screen.
    diamond = page.get_by_role("slider", name="slope of your line")
    for _ in range(4):
        diamond.press("ArrowDown")
    expect(page.locator(".plane-said")).to_contain_text("Your slope is −0.20")
    expect(page).to_have_url(re.compile("step=2"))
    commit.click()
    step(page, 3)
    expect(page.get_by_text("You said −0.20; the direction has −0.51.")).to_be_visible()
    expect(page.locator(".plane-said").first).to_contain_text("you −0.20; theory −0.50; measured")
    expect(page.locator(".meter").nth(1)).to_contain_text("you −0.20")
    wide = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert wide <= 390
