"""What stands on the screen: the home page, links, predictions, themes, access for all."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.asked import Asked
from tests.browser.lab import Lab, walk

AT_REST = """() => new Promise((resolve) => requestAnimationFrame(() => {
    const ends = (each) => each.effect?.getComputedTiming().endTime < 1e9;
    const fades = (each) => each.playState === "running" && ends(each);
    resolve(!document.getAnimations().some(fades));
}))"""
"""Whether nothing fades any more: Streamlit fades what is being redrawn."""

SMALL = {"sizes": "300,1000", "replicates": 4, "candidates": 8, "seed": 41}


@pytest.fixture(scope="module")
def finished(server, pages):
    """The address of a small finished study, with a prediction."""
    with pages.open() as page:
        lab = Lab(page, server.url)
        lab.open(**SMALL, guess="-0.5,,0")
        lab.run()
        lab.wait_until_finished()
        return page.url


def test_the_home_page_shows_a_gauge_at_a_touch(server, visit):
    page = visit()
    page.goto(server.url)
    said = page.locator(".moeviz-plane[data-draws] .plane-said")
    expect(said).to_contain_text("Cosine router: no weight moved (less than 0.0005)")
    expect(said).to_contain_text("β₁ is 2.0 times as long as at the start")
    vector = page.get_by_role("slider", name=re.compile("^β₁.*, Linear router"))
    vector.focus()
    for _ in range(3):
        vector.press("+")
    expect(said).to_contain_text("β₁ is 2.7 times as long as at the start")
    expect(said).to_contain_text("Cosine router: no weight moved (less than 0.0005)")
    expect(said).to_contain_text("Linear router: weights moved by up to 0.4")
    expect(page).to_have_url(re.compile(r"/\?beta="))
    # Each press is told; the address of the last one is that which stays.
    Asked(page, rested=True)
    page.reload()
    expect(said).to_contain_text("β₁ is 2.7 times as long as at the start")
    hardware = page.get_by_text(re.compile(r"^Fits run on this machine: \d+ worker"))
    expect(hardware).to_be_visible(timeout=30_000)


def test_the_home_page_leads_to_the_lab_and_asks_no_other_host(server, visit):
    page = visit()
    asked = Asked(page)
    page.goto(server.url)
    page.locator(".moeviz-plane[data-draws]").wait_for()
    page.get_by_role("link", name=re.compile("^Run it")).click()
    lab = Lab(page, server.url)
    lab.run_button.wait_for()
    lab.settle()
    expect(page).to_have_url(re.compile(r"/convergence\?.*preset=cosine-exact"))
    assert asked.elsewhere(server.url) == []
    assert any("/moeviz/plotly-" in url for url in asked.all)


def test_a_link_restores_the_screen_and_locks_the_prediction(finished, visit):
    page = visit()
    page.goto(finished)
    expect(page.get_by_text(re.compile("^Finished: "))).to_be_visible()
    lab = Lab(page, "")
    expect(lab.tab("Data").get_by_role("columnheader", name="Our guess")).to_be_visible()
    expect(page.locator(".meter").first).to_contain_text("you −0.50")
    guess = lab.open_predictions().get_by_role("spinbutton").first
    expect(guess).to_be_disabled()
    expect(guess).to_have_value("-0.50")
    page.keyboard.press("Escape")
    drawer = lab.open_settings()
    expect(drawer.get_by_role("textbox", name="Sample sizes")).to_have_value(SMALL["sizes"])
    lab.close_settings()
    page.get_by_role("button", name="Share").click()
    shown = page.get_by_role("textbox", name="Link to this screen").input_value()
    other = visit()
    other.goto(shown)
    expect(other.get_by_text(re.compile("^Finished: "))).to_be_visible()
    expect(other.locator(".meter").first).to_contain_text("you −0.50")


def test_a_job_alone_brings_its_form_along(finished, server, visit):
    job = re.search(r"job=([0-9a-f]{16})", finished).group(1)
    page = visit()
    page.goto(f"{server.url}/convergence?{urlencode({'job': job})}")
    expect(page.get_by_text(re.compile("^Finished: "))).to_be_visible()
    drawer = Lab(page, "").open_settings()
    expect(drawer.get_by_role("textbox", name="Sample sizes")).to_have_value(SMALL["sizes"])


def test_the_form_survives_a_walk_to_the_home_page_and_back(finished, visit):
    page = visit()
    page.goto(finished)
    expect(page.get_by_text(re.compile("^Finished: "))).to_be_visible()
    walk(page, "See", "Home")
    page.get_by_role("slider").first.wait_for()
    walk(page, "Measure", "Convergence lab")
    expect(page.get_by_text(re.compile("^Finished: "))).to_be_visible()
    expect(page).to_have_url(re.compile("job="))


def test_the_figure_is_saved_under_a_telling_name(finished, visit):
    page = visit()
    page.goto(finished)
    page.locator(".moeviz-canvas[data-redraws]").wait_for()
    for kind in ("SVG", "PNG"):
        with page.expect_download() as caught:
            page.get_by_role("button", name=f"Save {kind}").click()
        name = caught.value.suggested_filename
        assert re.fullmatch(rf"moeviz-cosine-exact-[0-9a-f]{{16}}\.{kind.lower()}", name)


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.crowd)])
def test_no_serious_barrier_in_the_lab(finished, server, visit, scheme):
    page = visit(scheme=scheme)
    lab = Lab(page, server.url)
    lab.open()
    page.locator(".moeviz-canvas[data-redraws]").wait_for()
    lab.chip("gate").click()
    lab.picker("gate").wait_for()
    found = {"first view with a picker": barriers(page)}
    page.keyboard.press("Escape")
    lab.open_settings().get_by_role("textbox", name="Sample sizes").wait_for()
    found["drawer"] = barriers(page)
    page.goto(finished)
    page.locator(".moeviz-canvas[data-redraws]").wait_for()
    page.get_by_role("button", name="Export").wait_for()
    lab.tab("Replay").get_by_role("button", name="Play").wait_for()
    found["finished study with its replay"] = barriers(page)
    lab.open_predictions().wait_for()
    found["predictions"] = barriers(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Share").click()
    page.get_by_role("dialog", name="Share this screen").wait_for()
    found["share"] = barriers(page)
    assert found == {key: [] for key in found}


@pytest.mark.crowd
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_follow_the_theme(finished, visit, scheme):
    page = visit(scheme=scheme)
    page.goto(finished)
    page.locator(".moeviz-canvas[data-redraws]").wait_for()
    ground = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    paper = page.evaluate(
        "getComputedStyle(document.querySelector('.moeviz-canvas .main-svg')).backgroundColor"
    )
    assert paper == ground
    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(0, 0, 0)"}[scheme]


def test_a_figure_follows_when_the_theme_is_switched(finished, visit):
    page = visit()
    page.goto(finished)
    page.locator(".moeviz-canvas[data-redraws]").wait_for()
    Lab(page, "").settle()
    page.get_by_role("button", name="Main menu").click()
    page.get_by_role("menuitemradio", name="Dark").click()
    ground = page.locator(".moeviz-canvas .main-svg").first
    expect(ground).to_have_css("background-color", "rgb(0, 0, 0)", timeout=30_000)


@pytest.mark.crowd
def test_a_range_of_less_than_a_decade_can_be_read_off_its_axis(finished, visit):
    page = visit()
    page.goto(finished)
    lab = Lab(page, "")
    lab.wait_for_points(0)
    lab.settle()
    labels = page.locator(".moeviz-canvas .ytick text")
    whole = labels.all_text_contents()
    for _ in range(4):
        low, high = lab.ranges()[2:]
        page.get_by_role("button", name="Zoom in").click()
        page.wait_for_function(
            "(was) => { const r = document.querySelector('.moeviz-canvas')._fullLayout.yaxis.range;"
            " return r[1] - r[0] < 0.9 * was; }",
            arg=high - low,
        )
        expect(labels.nth(1)).to_be_attached()
    low, high = lab.ranges()[2:]
    assert high - low < 1
    page.get_by_role("button", name="Whole plot").click()
    expect(labels).to_have_text(whole)


@pytest.mark.parametrize("width", [pytest.param(1280, marks=pytest.mark.crowd), 1000])
def test_the_choice_of_a_study_stands_under_the_button_whatever_is_said(server, visit, width):
    page = visit(width=width, height=900)
    lab = Lab(page, server.url)
    lab.open("lab", routers="linear", gates="top-softmax", top=1)
    expect(lab.alerts.first).to_contain_text("no fit can move them")
    lab.settle()
    chosen = lab.chip("study").bounding_box()
    button = lab.run_button.bounding_box()
    assert 0 < chosen["y"] - (button["y"] + button["height"]) < 60
    assert chosen["y"] < lab.alerts.first.bounding_box()["y"]


@pytest.mark.parametrize(("width", "height", "projector"), [(1280, 800, "0"), (1920, 1080, "1")])
def test_plot_axis_and_takeaway_lie_on_the_first_screen(finished, visit, width, height, projector):
    page = visit(width, height)
    page.goto(f"{finished}&projector={projector}")
    takeaway = page.locator(".watch-summary")
    expect(takeaway).to_contain_text("theory")
    lab = Lab(page, "")
    lab.wait_for_points(0)
    lab.settle()
    lab.plot_rests()
    axis = page.locator(".moeviz-canvas .xtitle").bounding_box()
    said = takeaway.bounding_box()
    assert axis["y"] + axis["height"] <= said["y"] + 1
    assert said["y"] + said["height"] <= height


def test_an_example_in_place_of_a_study_says_so(server, visit):
    lab = Lab(visit(), server.url)
    said = lab.page.get_by_text("An example, not your study: “Cosine against perturbed cosine”")
    lab.open("lab")
    expect(said).to_be_visible()
    lab.open()
    expect(lab.page.get_by_text(re.compile("^Pale: kept full-size result"))).to_be_visible()
    expect(said).to_be_hidden()


def test_a_narrow_screen_does_not_scroll_sideways(finished, visit):
    page = visit(width=390, height=844)
    page.goto(finished)
    page.locator(".moeviz-canvas[data-redraws]").wait_for()
    overflow = page.evaluate(
        "(() => { const m = document.querySelector('[data-testid=stMain]');"
        " return m.scrollWidth - m.clientWidth; })()"
    )
    assert overflow <= 0
    box = page.locator(".moeviz-canvas").bounding_box()
    assert box["width"] <= 390


def clear_of(words, below):
    """Return whether words end, blank below them aside, where what stands below begins."""
    end = words.evaluate("""each => each.getBoundingClientRect().bottom
        - parseFloat(getComputedStyle(each).paddingBottom)""")
    return end <= below.bounding_box()["y"] + 0.5


def barriers(page) -> list[str]:
    """What axe-core calls serious or critical, with the places."""
    Lab(page, "").settle()
    page.wait_for_function(AT_REST)
    # Of what holds one place is enough: to name all of them takes most of the time.
    response = Axe().run(page, options={"resultTypes": ["violations"]}).response
    kept = len(response["passes"])
    said = [f"{v['id']} ({v['impact']})" for v in response["violations"]]
    print(f"\naxe-core: {kept} rules hold, {len(said)} do not: {', '.join(said)}")
    assert kept > 10
    return [
        f"{violation['id']}: {node['target']} {node['html'][:160]}"
        for violation in response["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
