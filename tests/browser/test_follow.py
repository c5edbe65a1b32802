"""Follow in a browser: what is set runs at once, one study at a time, and the plot follows."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.asked import Asked
from tests.browser.lab import FINISH_MS, Lab, leave, seconds_until
from tests.browser.test_screens import barriers

SMALL = {"sizes": "300,1000", "replicates": 4, "candidates": 8}
LONG = {"sizes": "1000,10000,100000,316228", "replicates": 120, "candidates": 8}
OLD = re.compile(
    r"^These curves belong to .* and are \d+ (s|min) old; the new ones are on their way"
)


def switch(page: Page):
    return page.get_by_role("switch", name="Follow")


def followed(lab: Lab, **fields) -> None:
    """Arrive by a link with the switch on; what is set runs, and there is no Run to press."""
    query = urlencode({"preset": "cosine-exact", "follow": 1, **fields})
    lab.page.goto(f"{lab.url}/convergence?{query}")
    switch(lab.page).wait_for()


def tau(page: Page):
    return page.get_by_role("slider", name=re.compile("Perturbation of the gate"))


def said(page: Page, name: str) -> str:
    """What the address says."""
    return parse_qs(urlsplit(page.url).query).get(name, [""])[0]


def answered(lab: Lab) -> None:
    """Wait for an answer that says its age."""
    expect(lab.page.get_by_text(re.compile(r"^This answer is \d+ "))).to_be_visible(
        timeout=FINISH_MS
    )
    lab.wait_until_finished()


def test_a_chip_and_a_key_run_the_study_that_is_set(server, visit):
    lab = Lab(visit(1280, 800), server.url)
    page = lab.page
    lab.open(**SMALL, seed=81)
    expect(switch(page)).to_have_attribute("aria-checked", "false")
    switch(page).press("Enter")
    answered(lab)
    expect(switch(page)).to_be_focused()
    first = lab.job
    assert said(page, "follow") == "1"
    lab.choose("gate", "Sigmoid gate")
    expect(page).not_to_have_url(re.compile(f"job={first}"))
    answered(lab)
    second = lab.job
    assert said(page, "gates") == "sigmoid"
    asked = Asked(page, rested=True)
    tau(page).focus()
    with server.held():
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        expect(page).to_have_url(re.compile("tau1=5"))
        expect(page.get_by_text(OLD)).to_be_visible()
    answered(lab)
    expect(tau(page)).to_be_focused()
    expect(tau(page)).to_have_attribute("aria-valuetext", "5")
    jobs = set(re.findall(r"/live/([0-9a-f]{16})", " ".join(asked.all)))
    assert jobs == {lab.job}  # Three keys are one wish.
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile(f"job={second}"))
    answered(lab)
    assert barriers(page) == []
    link = page.url
    leave(page)
    page.goto(link)
    answered(lab)
    expect(switch(page)).to_have_attribute("aria-checked", "true")
    assert lab.job == second


def test_the_study_before_is_withdrawn_and_its_curves_stay_pale(server, visit):
    lab = Lab(visit(1280, 800), server.url)
    page = lab.page
    followed(lab, **LONG, seed=82)
    lab.wait_for_points(0)
    first = lab.job
    with server.held():
        tau(page).press("ArrowRight")
        expect(page.get_by_text(OLD)).to_be_visible()
        assert lab.points() == 0  # Those that are drawn are of the study before.
        assert lab.plot.evaluate("(c) => c.data.some((t) => t.visible && t.opacity < 0.5)")
        expect(page.get_by_text(re.compile("^Cancelled after"))).to_have_count(0)
    second = lab.job
    assert first != second
    lab.wait_for_points(0)
    expect(page.get_by_text(OLD)).to_be_hidden()
    assert state(page, first) == "cancelled"
    assert state(page, second) in ("waiting", "running", "done")
    cancel = page.get_by_role("button", name="Cancel")
    if cancel.is_visible():
        cancel.click()
        expect(switch(page)).to_have_attribute("aria-checked", "false")
        seconds_until(lambda: state(page, second) != "running", 20.0)


def test_nothing_but_what_is_set_is_drawn_once_a_point_is_there(server, visit):
    lab = Lab(visit(1280, 800), server.url)
    followed(lab, **SMALL, seed=85)
    answered(lab)
    faint = "(c) => c.data.some((t) => t.visible && t.opacity < 0.5 && t.meta.part === 'mean')"
    assert not lab.plot.evaluate(faint)
    expect(lab.page.get_by_role("button", name=re.compile("^kept full-size"))).to_have_count(0)


def test_a_prediction_is_kept_and_says_what_it_was_made_for(server, visit):
    lab = Lab(visit(1280, 800), server.url)
    page = lab.page
    followed(lab, **SMALL, seed=86, guess="-0.35")
    answered(lab)
    you, words = page.get_by_text("you −0.35"), page.get_by_text("Your prediction was made for")
    expect(you).to_be_visible()
    expect(words).to_be_hidden()
    tau(page).press("ArrowRight")
    expect(words).to_have_text("Your prediction was made for τ₁ = 0.5.")
    expect(you).to_be_visible()
    answered(lab)
    expect(you).to_be_visible()


def test_one_study_follows_a_visitor_in_all_tabs_and_ends_with_its_tab(server, visit):
    one, other = (Lab(visit(1280, 800), server.url) for _ in range(2))
    followed(one, **LONG, seed=87)
    one.wait_for_points(0)
    first = one.job
    followed(other, **LONG, seed=88)
    other.wait_for_points(0)
    second = other.job
    assert state(one.page, first) == "cancelled"
    expect(one.page.get_by_text("a newer study of yours in another tab")).to_be_visible()
    other.page.goto("about:blank")
    seconds_until(lambda: state(one.page, second) == "cancelled", 15.0)


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.crowd)])
def test_it_follows_on_a_phone(server, visit, scheme):
    lab = Lab(visit(390, 844, scheme), server.url)
    page = lab.page
    followed(lab, **SMALL, seed=84)
    answered(lab)
    first = lab.job
    tau(page).press("ArrowRight")
    expect(page).not_to_have_url(re.compile(f"job={first}"))
    answered(lab)
    shown = [lab.plot, page.get_by_text(re.compile("^This answer is")), switch(page)]
    shown += [page.get_by_text(re.compile("^Finished: "))]
    for each in shown:
        box = each.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 844
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    lab.chip("estimator").scroll_into_view_if_needed()
    box = switch(page).bounding_box()  # The chips go by behind it.
    assert 0 <= box["x"] < 60
    assert tau(page).bounding_box()["width"] >= 60
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def state(page: Page, job: str) -> str:
    """How a job stands, as the server tells who asks."""
    found: str = page.evaluate(
        """async (job) => {
            const address = new URL(`moeviz/live/${job}.json?theme=light`, document.baseURI);
            return (await (await fetch(address)).json()).state;
        }""",
        job,
    )
    return found
