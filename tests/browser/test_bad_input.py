"""Bad input gives one clear sentence; nothing is computed, nothing crashes."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from moeviz.engine import Store
from moeviz.engine.listing import kept_jobs
from moeviz.study import FIELDS_VERSION, PRESETS
from moeviz.ui.checker.page import HOMOGENEITY
from moeviz.ui.crowd.visitor import visiting
from tests.browser.server import finished

BAD_LINKS = {
    "no samples": ({"sizes": "0"}, "sizes"),
    "far too many samples": ({"sizes": "1000,1000000000000"}, "sizes"),
    "too much work": ({"sizes": "10000000", "replicates": "400"}, "at most"),
    "a negative perturbation": ({"tau1": "-0.5"}, "tau1"),
    "not a number": ({"noise": "nan"}, "noise"),
    "a size that is no number": ({"sizes": "nan"}, "sizes"),
    "a size beyond all": ({"sizes": "1e12"}, "sizes"),
    "a negative size": ({"sizes": "-5"}, "sizes"),
    "fewer experts than true ones": ({"true_atoms": "3", "atoms": "2"}, "k = 2"),
    "an unknown router": ({"routers": "banana"}, "banana"),
    "a plus that became a space": (
        {"routers": "custom", "score_formula": "b1*x1 b2*x2"},
        "write %2B",
    ),
    "an unknown preset": ({"preset": "nonsense"}, "nonsense"),
    "another version": ({"v": "99"}, "99"),
    "a broken job": ({"job": "xyz"}, "hexadecimal"),
    "an unknown job": ({"job": "0123456789abcdef"}, "0123456789abcdef"),
    "markup": ({"routers": "<b>x</b>"}, "<b>x</b>"),
}


def test_a_bad_link_gives_one_sentence(server):
    before = studies(server)
    screens = finished(shown_for_each(server, [params for params, _ in BAD_LINKS.values()]))
    for (name, (_, word)), shown in zip(BAD_LINKS.items(), screens, strict=True):
        (said,) = [element.alert.body for element in shown if element.WhichOneof("type") == "alert"]
        assert word in said.replace("\\", ""), (name, said)
        assert re.fullmatch(r".+\.", said), (name, said)
        assert "exception" not in {element.WhichOneof("type") for element in shown}, name
        assert "Traceback" not in str(shown), name
        buttons = {element.button.label for element in shown}
        assert "Cancel" not in buttons, name
        assert "size" not in name or "Run" not in buttons, name
    assert studies(server) == before


async def shown_for_each(server, links: Sequence[dict[str, str]]) -> list[list[object]]:
    """What the lab shows to several who come at once."""
    return await asyncio.gather(*(shown_for(server, params) for params in links))


async def shown_for(server, params: dict[str, str]) -> list[object]:
    """What the lab shows to who comes by a link, without a browser."""
    async with visiting(server.url, polls=False, **params) as visitor:
        return list(visitor.elements)


def test_markup_in_a_link_is_shown_as_it_was_written(server, visit):
    params, word = BAD_LINKS["markup"]
    page = visit()
    page.goto(f"{server.url}/convergence?{urlencode(params)}")
    alert = page.get_by_test_id("stAlert")
    expect(alert).to_have_count(1)
    expect(alert).to_contain_text(word)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)


@pytest.mark.crowd
def test_there_is_a_way_out_of_a_bad_link(server, visit):
    page = visit()
    page.goto(f"{server.url}/convergence?preset=nonsense")
    page.get_by_role("button", name="Start again").click()
    page.get_by_role("button", name="Run", exact=True).wait_for()
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
    page.goto(f"{server.url}/convergence?preset=lab&job=0123456789abcdef")
    page.get_by_role("button", name="Take it off the screen").click()
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("job="))


def test_an_address_that_has_no_page_and_a_link_that_is_too_long_say_so(server, visit):
    page = visit()
    for address, word in {
        "/convergence/x": "This address has no page.",
        "/checker/x/y?claim=C1.d2": "This address has no page.",
        "/convergence?" + "&".join(["seed=1"] * 1001): "at most 1,000 parameters",
    }.items():
        page.goto(server.url + address)
        expect(page.get_by_role("main")).to_contain_text(word)
        page.get_by_role("link", name="Go to the page").click()
        asks = "Does the cosine router really learn slowly?"
        title = HOMOGENEITY if "checker" in address else asks
        expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()


def test_a_field_that_stands_twice_in_a_link_is_refused(server, visit):
    page = visit()
    page.goto(f"{server.url}/convergence?seed=1&seed=2")
    expect(page.get_by_test_id("stAlert")).to_contain_text("'seed' 2 times")
    page.get_by_role("button", name="Start again").click()
    page.get_by_role("button", name="Run", exact=True).wait_for()


def test_a_bad_value_in_the_form_is_refused(lab):
    lab.open(sizes="300,1000", replicates=3)
    for text in ("0", "1000,,x"):  # Others come by links above, and are read in the same way.
        lab.open_settings().get_by_role("textbox", name="Sample sizes").fill(text)
        lab.close_settings()
        expect(lab.alerts).to_contain_text("sizes")
        expect(lab.alerts).to_have_count(1)
        expect(lab.run_button).to_have_count(0)
    lab.open_settings().get_by_role("textbox", name="Sample sizes").fill("300, 1000")
    lab.close_settings()
    lab.run_button.wait_for()
    expect(lab.page.get_by_test_id("stAlertContentError")).to_have_count(0)


BROKEN_FILES = {
    "cut short": (b"{not json", "JSON"),
    "another thing": (b"[1, 2]", "specification"),
    "too deep": (b"[" * 60_000, "JSON"),
    "a number of 309 digits": (
        b'{"schema": %d, "preset": "lab", "fields": {"noise": %s}}' % (FIELDS_VERSION, b"9" * 309),
        "digits",
    ),
    "half a character": (
        b'{"schema": %d, "preset": "\\ud800", "fields": {}}' % FIELDS_VERSION,
        "whole characters",
    ),
    "fields missing": (
        b'{"schema": %d, "preset": "lab", "fields": {}}' % FIELDS_VERSION,
        "missing",
    ),
}


@pytest.mark.crowd
def test_a_broken_file_is_refused(lab):
    lab.open(sizes="300,1000", replicates=3)
    lab.open_settings()
    for name, (content, word) in BROKEN_FILES.items():
        upload(lab, content)
        alert = lab.page.get_by_test_id("stAlertContentError")
        expect(alert, name).to_contain_text(word)
        expect(alert, name).to_have_count(1)
        expect(lab.page.get_by_test_id("stException"), name).to_have_count(0)
    expect(lab.page.get_by_role("textbox", name="Sample sizes")).to_have_value("300,1000")
    lab.close_settings()
    expect(lab.run_button).to_be_visible()


def test_a_good_file_sets_the_form(lab):
    spec = PRESETS["cosine-over"].build({"sizes": (400, 800), "replicates": 5, "noise": 0.2})
    lab.open()
    lab.open_settings()
    upload(lab, json.dumps(spec.to_json()).encode())
    expect(lab.chip("study")).to_have_text(re.compile("One expert too many$"))
    expect(lab.settings).to_have_count(0)
    drawer = lab.open_settings()
    expect(drawer.get_by_role("textbox", name="Sample sizes")).to_have_value("400,800")
    expect(drawer.get_by_role("spinbutton", name="Noise")).to_have_value("0.2")


def studies(server) -> set[str]:
    """The studies in the server's store."""
    return {job.name.hash for job in kept_jobs(Store(server.home)) if job.name.kind == "studies"}


def upload(lab, content: bytes) -> None:
    lab.page.locator("input[type=file]").set_input_files(
        {"name": "specification.json", "mimeType": "application/json", "buffer": content}
    )
