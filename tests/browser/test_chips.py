"""The strip of chips in a browser: a picker by keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.asked import Asked
from tests.browser.lab import Lab


def test_a_choice_is_made_by_keyboard_and_takes_with_it_what_it_needs(server, visit):
    lab = Lab(visit(), server.url)
    lab.open("multinomial-exact")
    page = lab.page
    asked = Asked(page, rested=True)
    chip = page.locator('[data-chip="gate"]')
    chip.press("Enter")
    picker = page.get_by_role("dialog", name="Choose: gate")
    expect(picker.get_by_role("button", pressed=True)).to_be_focused()
    assert all("/moeviz/cards-" in url for url in asked.questions)
    takes = picker.get_by_role("button", name=re.compile("^Sigmoid gate: takes"))
    while not takes.evaluate("button => button === document.activeElement"):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("gates=sigmoid.*output=regression"))
    expect(picker).to_be_hidden()
    expect(chip).to_be_focused()
    expect(chip).to_contain_text("sigmoid")


@pytest.fixture(scope="module")
def still(server, pages):
    """A lab that is as it was opened."""
    with pages.open() as page:
        lab = Lab(page, server.url)
        lab.open()
        lab.settle()
        yield lab


def test_escape_leaves_everything_as_it_was(still):
    lab = still
    before = lab.page.url
    chip = lab.page.locator('[data-chip="router"]')
    chip.press("Enter")
    expect(lab.page.get_by_role("dialog", name="Choose: router")).to_be_visible()
    lab.page.keyboard.press("Escape")
    expect(chip).to_be_focused()
    assert lab.page.url == before


def test_a_symbol_says_what_it_is_to_who_walks_there(still):
    lab = still
    symbols = lab.page.locator(".moeviz-equations .moeviz-symbol[role=button]")
    symbols.first.focus()
    said = lab.page.locator(".moeviz-bubble")
    expect(said).to_have_text("response: 1 number")
    lab.page.keyboard.press("ArrowRight")
    expect(said).to_contain_text("k = 2")
