"""The page of cells in a browser: dragged by mouse, touch and keys, equal to the library."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from moeviz.charts.closeness_atoms import KINDS
from moeviz.charts.loss_data import loss_of
from tests.browser.hand import centre, touched
from tests.browser.test_screens import barriers

TABLES = """() => Object.fromEntries([...document.querySelectorAll(".plane-tables table")].map(
    (table) => [table.caption.textContent, [...table.tBodies[0].rows].map((row) => [
        row.cells[0].textContent,
        ...[...row.cells].slice(1).map((cell) => Number(cell.dataset.value)),
    ])]))"""


@pytest.fixture
def cells(server, visit):
    """The page, opened by a link, with its data shown."""
    heard = []

    def open_page(query="", width=1280, height=800, scheme="light"):
        page = visit(width, height, scheme)
        page.on("console", lambda message: heard.append(f"{message.type}: {message.text}"))
        page.goto(f"{server.url}/cells{query}")
        page.locator(".moeviz-plane[data-draws]").wait_for()
        return page

    yield open_page
    # A deep link asks for what Streamlit has at its root first.
    assert [each for each in heard if "404" not in each] == []


def handle(page, number):
    return page.locator(f'[data-handle="f{number}"]')


FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def tables(page):
    page.locator('.moeviz-plane[data-fine="true"]').wait_for()
    page.evaluate(FRAMES)
    details = page.locator(".plane-data")
    if details.get_attribute("open") is None:
        details.locator("summary").click()
        details.locator("table").first.wait_for()
    return page.evaluate(TABLES)


def agree(found, kind, names, r=2.0):
    """Check losses and terms of a page's tables against the library, for the atoms they show."""
    fitted = kind.measure([row[1:-1] for row in found["Fitted atoms"]])
    true = kind.measure(kind.truth)
    assert [row[1:-1] for row in found["True atoms"]] == list(map(list, kind.truth))
    for name, (_, value), rows in zip(
        names, found["Losses"], [rows for title, rows in found.items() if "Terms" in title],
        strict=True,
    ):  # fmt: skip
        terms = loss_of(name, r).terms(fitted, true)
        assert value == pytest.approx(float(terms.total()), rel=1e-12)
        keys = ("weight", "distance", "exponent", "value")
        mine = [[row[key] for key in keys] for row in terms.rows()]
        assert [row[1:] for row in rows] == [pytest.approx(row, abs=1e-12) for row in mine]
        assert sum(row[4] for row in rows) == pytest.approx(value, rel=1e-12)


def fit(page, number):
    return tables(page)["Fitted atoms"][number - 1][1:]


def test_the_first_view_is_drawn_and_whole(cells):
    page = cells()
    expect(page.locator(".plane-said")).to_contain_text("from the truth by L₂")
    for part in (".plane-panels", ".plane-said"):
        box = page.locator(part).bounding_box()
        assert box["y"] + box["height"] < 800
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_atom_follows_the_mouse_and_the_numbers_are_the_librarys(cells):
    page = cells()
    before = fit(page, 4)
    x, y = centre(handle(page, 4))
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(x - 25 * step, y + 10 * step)
    # The browser draws before the server hears of it.
    page.evaluate(FRAMES)
    moving = page.evaluate(TABLES)["Fitted atoms"][3]
    page.mouse.up()
    assert moving[1] != before[0]
    after = tables(page)
    agree(after, KINDS["softmax"], ("L2", "L3", "mass"))
    assert after["Fitted atoms"][3][1] < before[0] - 1.0
    assert after["Fitted atoms"][3][3] < before[2]
    expect(page).to_have_url(re.compile("active=4"))
    expect(page.get_by_role("button", name="Split fit 4 in place")).to_be_visible()
    page.reload()
    page.locator(".moeviz-plane[data-draws]").wait_for()
    assert tables(page)["Fitted atoms"] == after["Fitted atoms"]


def test_an_atom_follows_a_finger(cells):
    page = cells(width=390, height=844)
    before = fit(page, 1)
    with touched(page) as finger:
        finger.drag(handle(page, 1), [(20, 10), (60, 30)])
    after = tables(page)
    assert after["Fitted atoms"][0][1] > before[0] + 0.5
    agree(after, KINDS["softmax"], ("L2", "L3", "mass"))


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("query", "kind", "names"),
    [
        ("?loss=D_r&second=L1%2Cr&third=angular&r=2.5", "softmax", ("D_r", "L1,r", "angular")),
        ("?loss=radial&second=gate&third=expert", "softmax", ("radial", "gate", "expert")),
        ("?atoms=sigmoid&third=sigmoid-L2%2Cr&r=2.5", "sigmoid",
         ("sigmoid-L1", "sigmoid-L3", "sigmoid-L2,r")),
        ("?atoms=partial", "partial", ("sigmoid-L4", "sigmoid-L5", "mass")),
        ("?atoms=compete&third=D_r&r=2.5&up=%CE%BD", "compete",
         ("compete-L1", "compete-L2", "D_r")),
    ],
)  # fmt: skip
def test_arrows_move_an_atom_and_every_family_agrees(cells, query, kind, names):
    page = cells(query)
    first = tables(page)
    handle(page, 3).focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
    now = tables(page)
    assert now["Fitted atoms"][2] != first["Fitted atoms"][2]
    agree(first, KINDS[kind], names, 2.5)
    agree(now, KINDS[kind], names, 2.5)
    expect(handle(page, 3)).to_have_attribute("aria-valuetext", re.compile(r"^\("))


def test_splits_ties_and_empty_cells_are_said(cells):
    page = cells()
    said = page.locator(".plane-said")
    page.get_by_role("button", name="Split a true atom in two").click()
    expect(said).to_contain_text("a split atom costs nothing")
    agree(tables(page), KINDS["softmax"], ("L2", "L3", "mass"))
    page.get_by_role("button", name="Move the two halves apart").click()
    expect(said).to_contain_text("mass sees nothing, though fit 1 is 0.38 off")
    page.get_by_role("button", name="Half way between two atoms").click()
    expect(said).to_contain_text("a tie")
    expect(said).to_contain_text("Cell 3 is empty: L₂ asks for its whole weight, 0.20")
    agree(tables(page), KINDS["softmax"], ("L2", "L3", "mass"))


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.crowd)])
def test_no_barrier(cells, scheme):
    page = cells(scheme=scheme)
    tables(page)
    assert barriers(page) == []
