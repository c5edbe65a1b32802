"""The page of gates in a browser: handles by mouse, touch and keys, and numbers that keep step."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlparse

import pytest
import torch
from playwright.sync_api import Page, expect

from moeviz.charts.gates import STARTS, Setup
from moeviz.charts.gates_formula import library_weights
from moeviz.ui.gates.link import GATES_PAGE, setup_of
from tests.browser.asked import Asked
from tests.browser.hand import centre, touched
from tests.browser.test_screens import barriers

DRAWN = ".moeviz-plane[data-draws]"
DRAWN_AGAIN = """(draws) =>
  Number(document.querySelector(".moeviz-plane").dataset.draws) > draws"""
ROWS = """(table) => [...table.querySelectorAll("tbody tr")].map(
  (row) => [...row.querySelectorAll("td")].map((cell) => Number(cell.dataset.value)))"""

WORDS = """(texts) => texts.map((text) => {
  const { left, right } = text.getBoundingClientRect();
  return [text.textContent, [left, right]];
})"""


def open_gates(page: Page, server, link: str = "") -> Page:
    page.goto(f"{server.url}/gates{link}")
    page.locator(DRAWN).wait_for()
    return page


def handle(page: Page, name: str, panel: str = ", Cosine router"):
    return page.get_by_role("slider", name=re.compile(f"^{name}.*{panel}"))


def rows(page: Page, caption: str) -> torch.Tensor:
    """Numbers of a table of the page's own data."""
    if not page.locator(".plane-data[open]").count():
        page.locator(".plane-data summary").click()
    table = page.locator(".plane-data table").filter(has_text=re.compile(f"^{caption}"))
    return torch.tensor(table.evaluate(ROWS), dtype=torch.float64)


def assert_numbers_are_the_librarys(page: Page, setup: Setup) -> None:
    """The weights in the page's table are those of the vectors in the page's table."""
    vectors = [tuple(row[:2].tolist()) for row in rows(page, "Vectors")]
    titles = page.locator(".plane-data caption").all_inner_texts()[1:]
    for panel, title in enumerate(titles):
        table = rows(page, re.escape(title))
        points = [tuple(row[:2].tolist()) for row in table]
        wanted = library_weights(setup, panel, vectors, points)
        found = table[:, 2 : 2 + len(vectors)].T
        torch.testing.assert_close(found, wanted, rtol=1e-12, atol=1e-13, equal_nan=True)


def linked(page: Page) -> Setup:
    said = parse_qs(urlparse(page.url).query)
    return setup_of(GATES_PAGE.read({name: texts[0] for name, texts in said.items()}))


def test_a_vector_is_dragged_by_the_mouse(server, visit):
    page = open_gates(visit(1280, 800), server, "?right=perturbed-cosine&beta=0.9,0.25")
    expect(page.locator(".plane-said")).to_contain_text("answers for x with weight")
    x, y = centre(handle(page, "β₁"))
    draws = int(page.locator(DRAWN).get_attribute("data-draws"))
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 11):
        page.mouse.move(x + 14 * step, y - 14 * step * 0.25 / 0.9)
        if step < 5:
            page.wait_for_function(DRAWN_AGAIN, arg=draws)
            draws = int(page.locator(DRAWN).get_attribute("data-draws"))
    said = page.locator(".plane-said")
    expect(said).to_contain_text("Cosine router: no weight moved (less than 0.0005)")
    expect(said).to_contain_text(re.compile(r"β₁ is 2\.\d times as long as at the start"))
    expect(said).to_contain_text(
        re.compile("Perturbed cosine router: weights moved by up to 0.0[1-9]")
    )
    assert "beta=" in page.url
    assert linked(page).vectors[0] == (0.9, 0.25)
    page.mouse.up()
    expect(page).to_have_url(re.compile("beta=(1|2)"))
    first = linked(page).vectors[0]
    assert tuple(rows(page, "Vectors")[0, :2].tolist()) == pytest.approx(first, abs=1e-4)
    assert_numbers_are_the_librarys(page, linked(page))
    moved = page.locator(".plane-said").inner_text()
    page.reload()
    page.locator(DRAWN).wait_for()
    expect(page.locator(".plane-said")).to_have_text(moved)


def test_a_vector_is_moved_by_keys_and_says_where_it_is(server, visit):
    page = open_gates(visit(1280, 800), server)
    vector = handle(page, "β₂", ", Linear router")
    vector.focus()
    expect(vector).to_have_attribute("aria-valuetext", "(−0.60, 0.75), length 0.96")
    vector.press("ArrowLeft")
    vector.press("Shift+ArrowUp")
    expect(vector).to_have_attribute("aria-valuetext", re.compile(r"^\(−0\.70, 1\.25\)"))
    vector.press("+")
    expect(vector).to_have_attribute("aria-valuetext", re.compile(r"^\(−0\.77, 1\.38\)"))
    expect(page).to_have_url(re.compile("beta=.*-0.77%2C1.375"))
    assert linked(page).vectors[1] == pytest.approx((-0.77, 1.375), abs=1e-3)
    assert_numbers_are_the_librarys(page, linked(page))


def test_a_vector_is_dragged_by_a_finger_on_a_phone(server, visit):
    page = visit(390, 844)
    with touched(page) as finger:
        open_gates(page, server, "?beta=0.9,0.25")
        vector = handle(page, "β₃")
        box = vector.bounding_box()
        assert min(box["width"], box["height"]) >= 44
        finger.drag(vector, [(8 * step, -2 * step) for step in range(1, 9)])
        expect(page).to_have_url(re.compile("beta=0.9%2C0.25%2C"))
        assert linked(page).vectors[2][0] > STARTS[2][0] + 0.5
        assert_numbers_are_the_librarys(page, linked(page))
        assert page.evaluate("window.scrollY") == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize(
    "link",
    [
        "?left=quadratic&right=partial-quadratic&experts=5&right_gate=top-sigmoid&view=2",
        pytest.param(
            "?left=competition&right=competition-bare&expert=ffn&left_gate=top-softmax&offsets=1,0,-1",
            marks=pytest.mark.crowd,
        ),
        "?left=competition&right=competition&left_gate=winners-share&affinity=relu&temperature=0.5",
        "?left=custom&score_formula=tanh(b1*x1)*x2&right=modified-log&along=line&view=sum",
    ],
)
def test_numbers_are_the_librarys_for_other_models(server, visit, link):
    page = open_gates(visit(1280, 800), server, link)
    assert_numbers_are_the_librarys(page, linked(page))


def test_one_vector_for_all_and_what_to_try(server, visit):
    page = open_gates(visit(1280, 800), server)
    page.get_by_role("button", name="Add one vector to every expert").click()
    said = page.locator(".plane-said")
    expect(said).to_contain_text("Linear router: no weight moved (less than 0.0005)")
    expect(said).to_contain_text("Perturbed cosine router: no weight moved (less")
    added = handle(page, "v", ", Linear router")
    added.focus()
    for _ in range(4):
        added.press("Shift+ArrowRight")
    expect(said).to_contain_text("u + v leaves the unit ball")
    page.get_by_role("button", name="Only the two best count").click()
    expect(said).to_contain_text("across the dashed seams a weight jumps by up to")


def test_pictures_are_saved_with_title_sentence_and_link(server, visit, tmp_path):
    page = open_gates(visit(1280, 800), server)
    for kind in ("SVG", "PNG"):
        with page.expect_download() as caught:
            page.get_by_role("button", name=f"Save {kind}").click()
        path = tmp_path / f"picture.{kind}"
        caught.value.save_as(path)
        assert caught.value.suggested_filename == f"moeviz-gates.{kind.lower()}"
        assert path.stat().st_size > 10_000
    text = (tmp_path / "picture.SVG").read_text(encoding="utf-8")
    for words in ("Who answers for this input?", "times as long", "/gates", "Cosine router"):
        assert words in text


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.crowd)])
def test_no_barrier_and_no_other_host(server, visit, scheme):
    page = visit(1280, 800, scheme)
    asked, said = Asked(page), []
    page.on("console", lambda message: said.append(message.text))
    open_gates(page, server, "?along=line&left=competition&right_gate=winners-share")
    page.locator(".plane-data summary").click()
    assert barriers(page) == []
    assert asked.elsewhere(server.url) == []
    assert said == []


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_each_of_eight_regions_is_named_and_every_vector(server, visit, width, height):
    page = open_gates(visit(width, height), server, "?experts=8&beta=0.9,0.25")
    for panel in page.locator(".plane-panels svg").all()[:2]:
        texts = panel.locator("text").evaluate_all(WORDS)
        size = panel.bounding_box()
        for expert in range(1, 9):
            name = str(expert) if width < 640 else f"expert {expert}"
            for words in (f"β{'₀₁₂₃₄₅₆₇₈'[expert]}", name):
                boxes = [box for said, box in texts if said == words]
                assert boxes, words
                assert all(size["x"] <= left for left, _ in boxes)
                assert all(right <= size["x"] + size["width"] for _, right in boxes)
