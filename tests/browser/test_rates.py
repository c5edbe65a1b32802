"""The matrix of rates in a browser: whole on one screen, by keyboard, without barriers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from moeviz.study.rates_table import RATE_ROWS
from tests.browser.lab import Lab
from tests.browser.test_screens import barriers, clear_of

PERTURBED = "cosine.perturbed-cosine.exact.relu"
CLAIMS, OF_FUNCTIONS, OF_COSINE = (
    sum(wanted(row, cell) for row in RATE_ROWS for cell in row.cells)
    for wanted in (
        lambda row, cell: True,
        lambda row, cell: cell.of_function,
        lambda row, cell: row.paper == "cosine",
    )
)


def faces(page):
    return page.locator(".rates-face:visible")


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_the_matrix_stands_whole_on_one_screen(server, visit, width, height):
    page = visit(width, height)
    page.goto(f"{server.url}/rates")
    phone = width < 640
    expect(faces(page)).to_have_count(OF_COSINE if phone else CLAIMS)
    box = page.locator(".rates-frame").bounding_box()
    assert box["y"] + box["height"] <= height
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for paper in ("Cosine", "Multinomial") if phone else ():
        page.get_by_role("button", name=paper, exact=True).click()
        box = page.locator(".rates-frame").bounding_box()
        assert box["y"] + box["height"] <= height


def test_a_cell_opens_by_keyboard_and_leads_to_its_study(server, visit):
    page = visit()
    page.goto(f"{server.url}/rates?paper=cosine")
    grid = page.get_by_role("grid", name="Claimed and measured rates by gate and expert")
    first = grid.get_by_role("button").first
    first.focus()
    for key in ("ArrowRight", "ArrowRight", "End", "Home", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    for key in ("ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    cell = page.locator(f'[data-cell="{PERTURBED}"]')
    expect(cell).to_be_focused()
    before = page.locator(".rates-frame").bounding_box()
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name=re.compile("perturbed cosine router"))
    expect(panel).to_be_visible()
    expect(cell).to_have_attribute("aria-expanded", "true")
    expect(page).to_have_url(re.compile(f"paper=cosine&v=1&cell={PERTURBED}$"))
    assert page.locator(".rates-frame").bounding_box() == before
    with page.context.expect_page() as opened:
        panel.get_by_role("link", name="Run it yourself").press("Enter")
    lab = Lab(opened.value, server.url)
    lab.run_button.wait_for()
    expect(lab.chip("router")).to_contain_text("perturbed cosine")
    page.bring_to_front()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(cell).to_be_focused()
    expect(page).to_have_url(re.compile(r"paper=cosine&v=1$"))


def test_a_link_shows_the_measurement_of_its_cell(server, visit):
    page = visit()
    page.goto(f"{server.url}/rates?cell=sigmoid.sigmoid.dense.relu")
    panel = page.get_by_role("dialog", name=re.compile("sigmoid gate"))
    slope = panel.locator("dd strong", has_text="slope").inner_text()
    expect(panel.locator(".moeviz-word").first).to_be_visible()
    with page.context.expect_page() as opened:
        panel.get_by_role("link", name="See the measurement").press("Enter")
    meters = opened.value.locator(".watch-meters > li")
    expect(meters).to_have_count(1)
    expect(meters).to_contain_text("sigmoid, GELU")
    expect(meters).to_contain_text(slope)


def test_a_phone_shows_contradicted_claims_of_all_papers(server, visit):
    page = visit(390, 844)
    page.goto(f"{server.url}/rates")
    expect(page.get_by_role("status").filter(has_text="claims of the cosine paper")).to_be_visible()
    assert clear_of(page.locator("h1"), page.get_by_role("button", name="Cosine", exact=True))
    page.get_by_role("button", name="Which claims are contradicted?").click()
    expect(page.get_by_role("button", name="All papers")).to_have_attribute("aria-pressed", "true")
    number = faces(page).count()
    said = f"in {number} of {number} claims. "
    expect(page.get_by_role("status").filter(has_text=said)).to_be_visible()


def test_filters_draw_at_once_and_go_into_the_address(server, visit):
    page = visit()
    page.goto(f"{server.url}/rates")
    expect(faces(page)).to_have_count(CLAIMS)
    page.get_by_role("combobox", name="Setting").select_option("density")
    expect(faces(page)).to_have_count(OF_FUNCTIONS)
    page.get_by_role("button", name="samples for error ε").click()
    expect(faces(page).first).to_contain_text("ε")
    expect(page).to_have_url(re.compile("setting=density.*read=samples"))
    expect(
        page.get_by_role("status").filter(has_text=f"none of {OF_FUNCTIONS} claims")
    ).to_be_visible()
    page.get_by_role("button", name="Everything again").click()
    expect(faces(page)).to_have_count(CLAIMS)
    page.go_back()
    expect(faces(page)).to_have_count(OF_FUNCTIONS)


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.crowd)])
def test_no_barrier_with_a_cell_open_or_shut(server, visit, scheme):
    page = visit(scheme=scheme)
    page.goto(f"{server.url}/rates")
    expect(faces(page)).to_have_count(CLAIMS)
    shut = barriers(page) if scheme == "dark" else []  # What is behind an open cell is judged too.
    faces(page).first.click()
    page.get_by_role("dialog").filter(has_text="Claimed").wait_for()
    assert (shut, barriers(page)) == ([], [])
