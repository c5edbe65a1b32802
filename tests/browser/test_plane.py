"""Pictures in a browser: names stand apart, a phone's first screen is whole, files too."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from xml.etree import ElementTree

import pytest
from playwright.sync_api import expect

from moeviz.charts.gates import FIRST, STARTS, Setup, gates_document
from moeviz.errors import SpecificationError
from moeviz.model import ROUTINGS, SCORES
from moeviz.text import json_text
from moeviz.ui.shared.scripts import script_path
from tests.browser.test_formulas import TYPED_SCORES
from tests.ui.test_gates import STRANGEST

DRAWN = ".moeviz-plane[data-draws]"

BOXES = """(panel) => [...panel.querySelectorAll('text[font-weight="700"]')].map((text) => {
  const { left, top, right, bottom } = text.getBoundingClientRect();
  return [text.textContent, left, top, right, bottom];
})"""

PICTURES = """async ([paths, documents]) => {
  const [{ scene }, ...kit] = await Promise.all(
    paths.map((path) => import(new URL(path, document.baseURI))));
  return documents.map((text) => {
    const made = JSON.parse(text);
    const positions = new Map(made.handles.map((handle) => [handle.id, handle.at]));
    const shown = scene(made, Object.assign({}, ...kit)).picture(positions, false);
    const cells = shown.panels.map(({ heat }) => heat?.index.length);
    return [shown.sentence, cells, shown.tables.map(({ rows }) => rows.length)];
  });
}"""


def covered(boxes):
    """Names that lie over each other."""
    return [
        (one[0], other[0])
        for at, one in enumerate(boxes)
        for other in boxes[:at]
        if one[1] < other[3] and other[1] < one[3] and one[2] < other[4] and other[2] < one[4]
    ]


@pytest.mark.parametrize("address", ["gates", "cells", "sequences", "information"])
def test_a_phones_first_screen_holds_the_picture_and_what_it_says(server, phone, address):
    phone.goto(f"{server.url}/{address}")
    phone.locator(DRAWN).wait_for()
    picture = phone.locator(".plane-panels").bounding_box()
    said = phone.locator(".plane-said").bounding_box()
    assert picture["y"] > phone.locator("h1").bounding_box()["y"]
    assert picture["height"] <= 0.58 * 844
    assert picture["y"] + picture["height"] <= said["y"] + 1
    assert said["y"] + said["height"] <= 844
    for later in phone.locator(".plane-later .plane-panel").all():
        assert later.bounding_box()["y"] >= said["y"] + said["height"]
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_finger_beside_a_handle_moves_it_and_not_the_page(server, phone):
    phone.goto(f"{server.url}/cells")
    phone.locator(DRAWN).wait_for()
    handle = phone.locator('[data-handle="f4"]')
    before = handle.get_attribute("aria-valuetext")
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2 + 18, box["y"] + box["height"] / 2 + 18
    session = phone.context.new_cdp_session(phone)
    for kind, shift in (
        ("touchStart", 0),
        *(("touchMove", 8 * k) for k in range(1, 9)),
        ("touchEnd", None),
    ):
        points = [] if shift is None else [{"x": x - shift / 4, "y": y + shift}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(handle).not_to_have_attribute("aria-valuetext", before)
    expect(phone).to_have_url(re.compile("active=4"))
    assert phone.locator('[data-testid="stMain"]').evaluate("(main) => main.scrollTop") == 0


def test_handles_on_one_spot_share_a_name_and_names_stay_apart(server, visit):
    page = visit(1280, 800)
    page.goto(f"{server.url}/cells")
    page.locator(DRAWN).wait_for()
    page.get_by_role("button", name="Split a true atom in two").click()
    panel = page.locator(".plane-panel").first
    expect(panel.locator("text", has_text="fit 1, fit 2")).to_be_visible()
    names = [box[0] for box in panel.evaluate(BOXES)]
    assert sorted(names) == ["fit 1, fit 2", "fit 3", "fit 4"]
    for beta in ("1,0.3,0.8,0.35,0.9,0.1", "2.9,1.9,2.6,1.9,-2.9,-1.9"):
        page.goto(f"{server.url}/gates?beta={beta}&x=1.1,0.2&right=competition")
        page.locator(DRAWN).wait_for()
        for panel in page.locator(".plane-panel").all():
            assert covered(panel.evaluate(BOXES)) == []


def test_a_saved_picture_holds_the_whole_address_inside_its_border(server, visit, tmp_path):
    page = visit(900, 800)
    vectors = "beta=1.234,-0.567,0.891,0.234,-1.5,0.333&start=0.1,0.2,0.3,0.4&offsets=0.5,1,-1"
    models = "along=line&left_gate=top-softmax&right=perturbed-cosine&ends=-2,1,2,1"
    page.goto(f"{server.url}/gates?{vectors}&{models}")
    page.locator(DRAWN).wait_for()
    with page.expect_download() as caught:
        page.get_by_role("button", name="Save SVG").click()
    path = tmp_path / "picture.svg"
    caught.value.save_as(path)
    root = ElementTree.parse(path).getroot()
    (shown,) = root.findall("{*}a")
    assert "".join(line.text for line in shown) == page.url.replace("%2C", ",")
    assert shown.get("href") == page.url
    page.set_content(path.read_text(encoding="utf-8"))
    ends = page.evaluate(
        "() => [...document.querySelectorAll('svg > text, svg > a > text')].map("
        "(text) => text.getBBox().x + text.getBBox().width)"
    )
    assert len(ends) >= 8
    assert max(ends) <= float(root.get("width"))


def documents_of_all() -> list[str]:
    """Every router with every gate, then the typed formulas that are not refused."""
    found = []

    def add(**changes) -> None:
        found.append(json_text(gates_document(Setup(**changes))))

    for router in SCORES:
        for gate in ROUTINGS:
            atoms = 2 + len(found) % 4
            own = {"vectors": FIRST[:atoms], "start": STARTS[:atoms], "offsets": (0.0,) * atoms}
            add(models=((router, gate), ("linear", gate)), **own)
    for text in {*TYPED_SCORES, *STRANGEST}:
        with suppress(SpecificationError):
            formula = {"score_formula": text}
            add(models=(("custom", "softmax"), ("linear", "softmax")), constants=formula)
    return found


def test_every_router_gate_and_strange_formula_makes_a_picture_or_a_sentence(server, visit):
    """No scene stumbles over any of them, and what is no number is said to be none."""
    documents = documents_of_all()
    assert len(documents) >= len(SCORES) * len(ROUTINGS) + 20
    page = visit()
    page.goto(f"{server.url}/gates")
    page.locator(DRAWN).wait_for()
    paths = [script_path(name)[1:] for name in ("gates", "surface", "formulas")]
    found = page.evaluate(PICTURES, [paths, documents])
    for (sentence, cells, rows), text in zip(found, documents, strict=True):
        model = json.loads(text)["models"][0]["title"]
        assert not re.search("NaN|undefined|null|Infinity", sentence), model
        assert sentence.count("*") % 2 == 0
        assert re.search("answers for x with weight|no weight is a number at x", sentence), model
        assert cells == [96 * 64] * 2
        assert min(rows) >= 2
