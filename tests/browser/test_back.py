"""The browser's Back and Forward: what they ask for is shown, however soon they are pressed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from moeviz.ui.checker.page import HOMOGENEITY
from tests.browser.lab import Lab, walk
from tests.browser.test_checker import button


def crowded(wait: int) -> object:
    """A wait that others stand for; `make studies` takes it too."""
    return pytest.param(wait, marks=pytest.mark.crowd)


LATE = 1000
"""Milliseconds after which an echo of an address that is still on its way would have come."""

SOON = [crowded(0), crowded(50), 150, crowded(400), crowded(1000), crowded(3500)]
"""Milliseconds between a change and Back."""


def guesses(lab: Lab):
    # While the form is set anew, the old widget is there for a moment beside the new one.
    return lab.page.get_by_role("spinbutton", name=re.compile("^● cosine")).last


def said(value: int) -> str:
    return f"{value / 100:.2f}"


def address(value: int) -> re.Pattern[str]:
    return re.compile(rf"guess={value / 100:g}(%2C|&|$)")


def enter(lab: Lab, value: int) -> None:
    guesses(lab).fill(said(value))
    guesses(lab).press("Enter")


def change(lab: Lab, value: int) -> None:
    enter(lab, value)
    expect(lab.page).to_have_url(address(value))


@pytest.fixture
def form(lab: Lab) -> Lab:
    """The lab with its predictions open, on an address of its own making."""
    lab.open("cosine-exact", guess="1")
    lab.open_predictions()
    expect(lab.page).to_have_url(re.compile("v="))
    guesses(lab).wait_for()
    lab.settle()
    return lab


@pytest.mark.parametrize("wait", SOON)
def test_back_soon_after_a_change_undoes_it(form, wait):
    change(form, 101)
    change(form, 102)
    form.page.wait_for_timeout(wait)
    form.page.go_back()
    form.page.wait_for_timeout(LATE)
    form.settle()
    expect(form.page).to_have_url(address(101))
    expect(guesses(form)).to_have_value(said(101))


@pytest.mark.parametrize("wait", [crowded(0), 30, crowded(100), crowded(250)])
def test_back_before_a_change_has_reached_the_address_agrees_with_the_form(form, wait):
    change(form, 101)
    enter(form, 102)
    form.page.wait_for_timeout(wait)
    form.page.go_back()
    form.page.wait_for_timeout(LATE)
    form.settle()
    shown = round(100 * float(guesses(form).input_value()))
    assert shown in (100, 101)
    expect(form.page).to_have_url(address(shown))


def test_back_and_forward_through_several_changes(form):
    for value in (101, 102, 103):
        change(form, value)
    walk = [(False, 102), (False, 101), (True, 102), (True, 103), (False, 102), (False, 101)]
    for forward, value in [*walk, (False, 100), (True, 101), (True, 102), (True, 103)]:
        form.page.go_forward() if forward else form.page.go_back()
        expect(form.page).to_have_url(address(value))
        expect(guesses(form)).to_have_value(said(value))
    form.settle()
    expect(form.page).to_have_url(address(103))


def test_back_leaves_the_page_and_forward_returns_to_what_it_showed(server, visit):
    lab = Lab(visit(), server.url)
    lab.page.goto(server.url)
    walk(lab.page, "Decide", "Symbolic checker")
    button(lab.page).wait_for()
    lab.settle()
    home = lab.page.get_by_role("heading", name="Does the gate see how long β is?", level=1)

    def step(towards: str) -> None:
        getattr(lab.page, towards)()
        lab.page.wait_for_timeout(LATE)
        lab.settle()

    # A page that completes its address may have added an entry or replaced its own.
    backs = 0
    while not home.is_visible() and backs < 3:
        step("go_back")
        backs += 1
    expect(home).to_be_visible()
    for _ in range(backs):
        step("go_forward")
    expect(lab.page.get_by_role("heading", name=HOMOGENEITY, level=1)).to_be_visible()
    expect(button(lab.page)).to_be_visible()


def test_a_change_after_back_is_kept(form):
    change(form, 101)
    form.page.go_back()
    expect(guesses(form)).to_have_value(said(100))
    form.settle()
    change(form, 107)
    form.page.wait_for_timeout(700)
    expect(guesses(form)).to_have_value(said(107))
    form.page.go_back()
    expect(guesses(form)).to_have_value(said(100))


def test_back_undoes_what_was_set_in_the_drawer_and_what_was_picked(lab):
    lab.open("cosine-exact", seed=100)
    expect(lab.page).to_have_url(re.compile("v="))
    lab.open_settings().get_by_role("spinbutton", name="Seed of the data").fill("101")
    lab.close_settings()
    expect(lab.page).to_have_url(re.compile("seed=101(&|$)"))
    lab.choose("router", "Linear router")
    expect(lab.chip("router")).to_have_text(re.compile("linear$"))
    lab.page.go_back()
    expect(lab.chip("router")).to_have_text(re.compile("cosine . perturbed cosine$"))
    expect(lab.page).to_have_url(re.compile("seed=101(&|$)"))
    lab.page.go_back()
    expect(lab.page).to_have_url(re.compile("seed=100(&|$)"))
    lab.settle()
    seed = lab.open_settings().get_by_role("spinbutton", name="Seed of the data")
    expect(seed).to_have_value("100")


@pytest.mark.parametrize("wait", SOON)
def test_back_soon_after_a_change_of_the_checker_undoes_it(
    server, visit: Callable[..., Page], wait
):
    page = visit()
    page.goto(f"{server.url}/checker?claim=C1.d2")
    title = page.get_by_role("heading", level=1)
    expect(page).to_have_url(re.compile("claim=C1.d2&v="))
    page.get_by_role("button", name="Set it up").click()
    expect(page).to_have_url(re.compile("compose=1"))
    page.wait_for_timeout(wait)
    page.go_back()
    page.wait_for_timeout(LATE)
    expect(page).to_have_url(re.compile("claim=C1.d2"))
    expect(title).to_have_text(HOMOGENEITY)
    page.go_forward()
    page.wait_for_timeout(LATE)
    expect(page).to_have_url(re.compile("compose=1"))
    expect(page.get_by_role("combobox", name="Router")).to_be_visible()
