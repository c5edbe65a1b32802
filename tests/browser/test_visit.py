"""A visitor's whole way through the lab: choose, run, read, pin, compare, replay, take along."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.asked import Asked
from tests.browser.lab import Lab

SMALL = {"sizes": "300,1000", "replicates": 4, "candidates": 8}
WORDS = re.compile(r"(Falls|Rises|Stays|Cannot|falls|level|No slope|slope)")


def test_a_question_is_asked_by_chips_and_answered(server, visit):
    lab = Lab(visit(1280, 800), server.url)
    page = lab.page
    lab.open("lab", **SMALL, seed=51)
    lab.choose("router", "Cosine router")
    lab.choose("gate", "Sigmoid gate")
    lab.choose("regime", "One expert too many")
    expect(page).to_have_url(re.compile("gates=sigmoid"))
    expect(lab.chip("router")).to_have_text(re.compile("cosine$"))
    expect(lab.chip("regime")).to_contain_text("one expert too many, k = 3")
    lab.run()
    lab.wait_until_finished()
    first = lab.job
    meter = page.locator(".meter").first
    expect(meter.locator(".words")).to_have_text(WORDS)
    expect(meter.get_by_role("img", name=re.compile("^measured .* interval"))).to_be_visible()

    page.get_by_role("button", name="Pin", exact=True).click()
    expect(page).to_have_url(re.compile(f"pins={first}"))
    lab.choose("router", "Linear router")
    lab.run()
    expect(page).not_to_have_url(re.compile(f"job={first}"))
    lab.wait_until_finished()
    beside = page.get_by_role("group", name="What is drawn").get_by_role("button", name="cosine")
    expect(beside).to_contain_text("instead of")
    expect(beside).to_have_attribute("aria-pressed", "true")
    drawn = lab.plot.evaluate("(c) => c.data.filter((t) => t.name?.includes('instead of')).length")
    assert drawn > 0
    beside.click()
    expect(beside).to_have_attribute("aria-pressed", "false")

    replay(page, lab.tab("Replay"))
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_role("button", name="Handout (PDF)")).to_be_visible()


def replay(page: Page, player: Locator) -> None:
    """Play, pause, and take steps by the keys of the picture."""
    asked = Asked(page, rested=True)
    said = player.locator(".said")
    step = player.get_by_role("slider")
    expect(said).to_contain_text("Step 0 of")
    player.get_by_role("button", name="Play").click()
    expect(step).not_to_have_value("0")
    pause = player.get_by_role("button", name="Pause")
    if pause.is_visible():
        pause.click()
    player.get_by_role("group", name=re.compile("^Picture")).focus()
    page.keyboard.press("Home")
    expect(step).to_have_value("0")
    page.keyboard.press("ArrowRight")
    expect(step).to_have_value("1")
    expect(said).not_to_contain_text("Step 0 of")
    player.get_by_role("button", name="How points arrived").click()
    page.keyboard.press("End")
    expect(said).to_contain_text(re.compile(r"Block (\d+) of \1:"))
    assert asked.questions == []


def test_the_keyboard_alone_does_it_too(server, visit):
    lab = Lab(visit(1280, 800), server.url)
    page = lab.page
    lab.open("cosine-exact", **SMALL, seed=52)
    lab.settle()
    pick(page, "gate", "Sigmoid gate")
    expect(page).to_have_url(re.compile("gates=sigmoid"))
    reach(page, page.get_by_role("button", name=re.compile("^Settings")))
    page.keyboard.press("Enter")
    lab.settings.wait_for()
    page.keyboard.press("Escape")
    expect(lab.settings).to_have_count(0)
    reach(page, lab.run_button)
    page.keyboard.press("Enter")
    lab.wait_until_finished()
    first = lab.job
    reach(page, page.get_by_role("button", name="Pin", exact=True))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"pins={first}"))
    reach(page, page.get_by_role("tab", name="About"))
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    player = page.get_by_role("tabpanel", name="Replay")
    reach(page, player.get_by_role("button", name="Step forward"))
    page.keyboard.press("Enter")
    expect(player.get_by_role("slider")).to_have_value("1")
    reach(page, page.get_by_role("button", name="Export"), backwards=True)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Handout (PDF)")).to_be_visible()


def pick(page: Page, chip: str, title: str) -> None:
    reach(page, page.locator(f'[data-chip="{chip}"]'))
    page.keyboard.press("Enter")
    picker = page.get_by_role("dialog", name=f"Choose: {chip}")
    picker.wait_for()
    wanted = picker.get_by_role("button", name=re.compile(f"^{title}[.:]"))
    page.keyboard.press("Home")
    reach(page, wanted, key="ArrowDown")
    page.keyboard.press("Enter")
    expect(picker).to_be_hidden()


def reach(page: Page, wanted: Locator, key: str = "Tab", backwards: bool = False) -> None:
    """Press a key until the focus is there."""
    wanted.wait_for()
    for _ in range(80):
        if wanted.evaluate("(node) => node === document.activeElement"):
            return
        page.keyboard.press(f"Shift+{key}" if backwards else key)
    raise AssertionError(f"80 times {key} do not lead to {wanted}")
