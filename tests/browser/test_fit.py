"""One fit in a browser: drawn at once, played, dragged, equal to the library, without barriers."""

from __future__ import annotations

import re

import pytest
import torch
from playwright.sync_api import expect

from moeviz.kernels import tensors_only
from moeviz.study.one_fit import one_fit
from moeviz.text import signed
from moeviz.ui.fit.link import FIT_PAGE, asked_of
from tests.browser.asked import Asked
from tests.browser.hand import touched
from tests.browser.test_cells import TABLES
from tests.browser.test_screens import barriers


@pytest.fixture
def opened(server, visit):
    def at(query="", **options):
        page = visit(**options)
        page.goto(f"{server.url}/fit{query}")
        page.locator(".moeviz-plane[data-draws]").wait_for()
        return page

    return at


def found_of(page):
    """What the library finds for the page's address, the way that the server computes."""
    query = re.findall(r"[?&]([a-z_]+)=([^&]*)", page.url)
    with tensors_only():
        return one_fit(asked_of(FIT_PAGE.read({n: v.replace("%2C", ",") for n, v in query})))


def tables(page):
    details = page.locator(".plane-data")
    if details.get_attribute("open") is None:
        details.locator("summary").click()
        details.locator("table").first.wait_for()
    page.locator('.moeviz-plane[data-fine="true"]').wait_for()
    return page.evaluate(TABLES)


def fitted(found, place):
    """The function at the data, as the library has it."""
    mixture = found.model.mixture(found.asked.noise)
    theta = found.walk.atoms[place].reshape(1, -1)
    return mixture.predict(theta, mixture.features(found.x.reshape(1, 1, -1)))[0].tolist()


def ended(page):
    expect(page.get_by_role("button", name="Play")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_picture_control_and_sentence_are_on_the_first_screen(opened, width, height):
    page = opened(width=width, height=height)
    expect(page.locator(".plane-panel")).to_have_count(3 if width < 640 else 4)
    words = re.compile(r"Least squares ends after \d+ steps")
    expect(page.locator(".plane-said")).to_contain_text(words)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.locator(".plane-said").bounding_box()
    assert box["y"] + box["height"] <= height


def test_it_is_played_without_asking_and_keys_take_a_step(opened):
    page = opened(width=1280, height=800)
    asked = Asked(page, rested=True)
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".plane-step")).to_have_text(re.compile(r"^step [2-9] of \d+"))
    page.get_by_role("button", name="Pause").click()
    assert asked.questions == []
    expect(page).to_have_url(re.compile(r"at=\d"))
    slider = page.get_by_role("slider", name="Step", exact=True)
    slider.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".plane-said")).to_contain_text(re.compile(r"After 1 of \d+ steps"))
    expect(page).to_have_url(re.compile(r"at=1(&|$)"))
    found, rows = found_of(page), tables(page)
    names = [row[0] for row in rows["Atoms at step 1"]]
    assert [row[1:] for row in rows["Atoms at step 1"][:2]] == found.walk.atoms[1].tolist()
    assert names[:2] == ["fitted 1", "fitted 2"]
    assert [row[3] for row in rows["Data"]] == pytest.approx(fitted(found, 1), rel=1e-12)
    steps = rows["Steps of least squares"]
    assert [row[2] for row in steps] == list(found.walk.cost)
    assert [row[3] for row in steps] == list(found.walk.loss)


def test_a_start_follows_the_hand_and_the_fit_begins_there(opened):
    page = opened(width=1280, height=800)
    page.emulate_media(reduced_motion="reduce")
    handle = page.get_by_role("slider", name="start of atom 1")
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 120, y + 60, steps=4)
    expect(page.locator(".plane-said")).to_contain_text("A start of your own. Its cost is")
    page.mouse.up()
    expect(page).to_have_url(re.compile("from="))
    ended(page)
    found = found_of(page)
    expect(page.locator(".plane-step")).to_have_text(re.compile(f"of {found.walk.steps[-1]}$"))
    rows = tables(page)
    last = found.walk.steps[-1]
    theta = [row[1:] for row in rows[f"Atoms at step {last}"][:2]]
    assert torch.allclose(torch.tensor(theta).double(), found.walk.atoms[-1], atol=1e-5)
    assert [row[2] for row in rows["Steps of least squares"]] == pytest.approx(found.walk.cost)
    handle.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".plane-said")).not_to_contain_text("A start of your own")


def test_a_start_follows_a_finger_on_a_phone(opened):
    page = opened(width=390, height=844)
    page.emulate_media(reduced_motion="reduce")
    handle = page.get_by_role("slider", name="start of atom 1")
    with touched(page) as finger:
        finger.drag(handle, [(5 * step, -2 * step) for step in range(1, 9)])
    expect(page).to_have_url(re.compile("from="))
    ended(page)
    found, at = found_of(page), handle.get_attribute("aria-valuetext")
    start = found.walk.atoms[0][0].tolist()
    assert at == f"({signed(start[2])}, {signed(start[3])})"
    assert [row[2] for row in tables(page)["Steps of least squares"]] == pytest.approx(
        found.walk.cost
    )


@pytest.mark.parametrize("link", ["?atoms=3&start=random&start_seed=4", "?model=cosine&atoms=1"])
def test_more_and_fewer_atoms_than_are_true_are_drawn(opened, link):
    page = opened(link)
    found, rows = found_of(page), tables(page)
    last = len(found.walk.steps) - 1
    assert [row[3] for row in rows["Data"]] == pytest.approx(fitted(found, last), rel=1e-9)


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.crowd)])
def test_no_barrier_and_a_silent_console(opened, scheme):
    page = opened("?model=gaussian&method=em", scheme=scheme)
    spoken = []
    page.on("console", lambda message: spoken.append(message.text))
    page.get_by_role("slider", name="step of EM").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".plane-step")).to_have_text(re.compile("^step 14 of 15"))
    assert barriers(page) == []
    assert spoken == []
