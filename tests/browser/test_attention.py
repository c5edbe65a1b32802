"""The page of attention in a browser: dragged by mouse, touch and keys, equal to the library."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlparse

import pytest
import torch
from playwright.sync_api import Page, expect

from moeviz.charts.attention import GATES, Setup, looked, raised_weights
from moeviz.charts.primer import vectors
from moeviz.ui.attention.link import ATTENTION_PAGE, setup_of
from tests.browser.asked import Asked
from tests.browser.test_screens import barriers

DRAWN = '.moeviz-plane[data-draws][data-fine="true"]'
ROWS = """(table) => [...table.querySelectorAll("tbody tr")].map(
  (row) => [...row.querySelectorAll("td")].map((cell) => Number(cell.dataset.value)))"""
EIGHT = "?sentence=the+hungry+cat+eats+fish+from+the+sea&wq12=0.7&wv21=-1.3&row=3&word=8"


def open_page(page: Page, server, link: str = "") -> Page:
    page.goto(f"{server.url}/attention{link}")
    page.locator(DRAWN).wait_for()
    return page


def rows(page: Page, caption: str) -> torch.Tensor:
    """Numbers of a table of the page's own data."""
    if not page.locator(".plane-data[open]").count():
        page.locator(".plane-data summary").click()
    table = page.locator(".plane-data table").filter(has_text=re.compile(f"^{caption}"))
    return torch.tensor(table.evaluate(ROWS), dtype=torch.float64)


def linked(page: Page) -> Setup:
    said = parse_qs(urlparse(page.url).query)
    return setup_of(ATTENTION_PAGE.read({name: texts[0] for name, texts in said.items()}))[0]


def assert_numbers_are_the_librarys(page: Page) -> None:
    """All tables are what the library finds for the numbers in the address."""
    setup = linked(page)
    near = {"rtol": 0.0, "atol": 1e-12}
    torch.testing.assert_close(rows(page, "Words"), looked(setup, "softmax").x, **near)
    sums = rows(page, "Row .*: the sum")
    assert sums[:, 2].max() < 1e-12
    gated = rows(page, "Row .*: gates and experts")
    for which, gate in enumerate(GATES):
        found, weights = looked(setup, gate), raised_weights(setup, gate)
        torch.testing.assert_close(rows(page, "Scores"), found.scores, **near)
        torch.testing.assert_close(rows(page, f"Weights: {gate}"), weights, **near)
        own = weights[setup.row]
        torch.testing.assert_close(gated[:, 2 * which], own, **near)
        change = own - found.weights[setup.row]
        torch.testing.assert_close(gated[:, 2 * which + 1], change, **near)
        torch.testing.assert_close(gated[:, 4:], found.values, **near)
        torch.testing.assert_close(sums[which, :2], own @ found.values, **near)


def middle(locator) -> tuple[float, float]:
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def dragged(page: Page, locator, by: tuple[float, float]) -> None:
    x, y = middle(locator)
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(x + by[0] * step / 8, y + by[1] * step / 8)
    page.mouse.up()


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.crowd)])
def test_the_first_view_answers_without_a_barrier_and_fits_the_screen(server, visit, scheme):
    page = visit(1280, 800, scheme)
    asked, heard = Asked(page), []
    page.on("console", lambda message: heard.append(message.text))
    open_page(page, server)
    said = page.locator(".plane-said")
    expect(said).to_contain_text("Yes: a row is a sum of gate × expert")
    expect(said).to_contain_text("all others lose")
    expect(said).to_contain_text("nobody loses (0.000)")
    box = said.bounding_box()
    assert box["y"] + box["height"] < 800
    assert_numbers_are_the_librarys(page)
    assert barriers(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".plane-later figure")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    box = said.bounding_box()
    assert box["y"] + box["height"] <= 850
    assert asked.elsewhere(server.url) == []
    assert heard == []


def test_score_word_and_row_are_moved_by_the_mouse(server, visit):
    page = open_page(visit(1280, 800), server)
    said = page.locator(".plane-said")
    dragged(page, page.locator('[data-handle="raise"]'), (-400, 3))
    expect(page).to_have_url(re.compile("raise=-"))
    expect(said).to_contain_text("all others gain")
    assert linked(page).by < -0.5
    dragged(page, page.locator('[data-handle="w1"]'), (120, -60))
    expect(page).to_have_url(re.compile("vectors=cat"))
    assert linked(page).vector("cat")[0] > vectors()["cat"][0] + 1
    cell = page.locator('[data-handle="cell"]').nth(1)
    x, y = middle(cell)
    page.mouse.click(x - 110, y + 69)  # Two columns to the left, two rows down.
    expect(page).to_have_url(re.compile("word=3"))
    assert (linked(page).row, linked(page).token) == (3, 2)
    expect(said).to_contain_text("Lower “asks” for “the” by")
    assert_numbers_are_the_librarys(page)
    before = said.inner_text()
    page.reload()
    page.locator(DRAWN).wait_for()
    expect(said).to_have_text(before)


def test_every_handle_is_moved_by_keys_and_says_where_it_is(server, visit):
    page = open_page(visit(1280, 800), server, EIGHT)
    cell = page.locator('[data-handle="cell"]').first
    cell.focus()
    expect(cell).to_have_attribute("aria-valuetext", re.compile("^row cat, word sea: softmax 0"))
    cell.press("ArrowUp")
    cell.press("ArrowLeft")
    expect(cell).to_have_attribute("aria-valuetext", re.compile("^row hungry, word the₇"))
    raised = page.locator('[data-handle="raise"]')
    raised.focus()
    raised.press("ArrowRight")
    raised.press("Shift+ArrowRight")
    expect(raised).to_have_attribute("aria-valuetext", "+2.6")
    word = page.get_by_role("slider", name=re.compile("^sea, a word"))
    word.focus()
    word.press("Shift+ArrowRight")
    expect(page).to_have_url(re.compile("vectors=sea"))
    expect(page).to_have_url(re.compile("raise=2.6"))
    setup = linked(page)
    assert (setup.row, setup.token, setup.by) == (1, 6, 2.6)
    assert setup.vector("sea")[0] == pytest.approx(vectors()["sea"][0] + 0.5)
    assert_numbers_are_the_librarys(page)


def test_a_word_and_the_score_follow_a_finger_on_a_phone(server, phone):
    page = open_page(phone, server)
    x, y = middle(page.locator('[data-handle="cell"]').first)
    page.touchscreen.tap(x - 110, y + 57)  # Two columns to the left, three rows down.
    expect(page).to_have_url(re.compile("row=5.*word=3"))
    client = page.context.new_cdp_session(page)
    for name, by in (("raise", (40, 0)), ("w4", (60, 40))):
        handle = page.locator(f'[data-handle="{name}"]')
        handle.scroll_into_view_if_needed()
        box = handle.bounding_box()
        assert min(box["width"], box["height"]) >= 44
        x, y = middle(handle)
        for kind, share in (("touchStart", 0), ("touchMove", 0.5), ("touchMove", 1)):
            point = {"x": x + share * by[0], "y": y + share * by[1]}
            client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
        client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page).to_have_url(re.compile("vectors=sailor"))
    assert linked(page).by > 2.5
    assert linked(page).vector("sailor")[0] > vectors()["sailor"][0] + 0.5
    assert_numbers_are_the_librarys(page)


def test_one_word_and_none_of_the_primer(server, visit):
    page = open_page(visit(1280, 800), server, "?sentence=zebra")
    said = page.locator(".plane-said")
    expect(said).to_contain_text("With one word nobody competes")
    expect(page.get_by_text("The primer does not know “zebra”")).to_be_visible()
    assert_numbers_are_the_librarys(page)
    page.get_by_role("button", name="Every score 0").click()
    expect(said).to_contain_text("softmax 0.20 → 0.65")
    with page.expect_download() as caught:
        page.get_by_role("button", name="Save SVG").click()
    text = caught.value.path().read_text(encoding="utf-8")
    for words in ("Is attention a gate?", "nobody loses", "/attention", "sailor"):
        assert words in text
