"""Words in and around a study's plot lie over no other words, and leave the plot its room."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from moeviz.ui.shared.scripts import script_path
from tests.browser.lab import Lab

WIDE, PHONE = (1280, 800), (390, 844)

BOXES = """(chosen) => [...document.querySelectorAll(chosen)]
    .filter((each) => each.textContent)
    .map((each) => [each.textContent, each.getBoundingClientRect()])
    .map(([text, { left, top, right, bottom }]) => [text, [left, top, right, bottom]])"""

FIGURES = [(WIDE, "cosine-fig1a"), (PHONE, "cosine-fig1a")]
CLASSES = [(WIDE, "multinomial-fig2a-end"), (PHONE, "multinomial-fig2a-end")]
MANY = "multinomial-modified"


@pytest.fixture(scope="module")
def spaced(server, pages):
    """Which of some ticks are written."""
    with pages.open() as page:
        page.goto(server.url)

        def ask(places, texts, letter):
            return page.evaluate(
                """async ([path, places, texts, letter]) =>
                    (await import(path)).spaced(places, texts, (text) => letter * text.length)""",
                [script_path("figure"), places, texts, letter],
            )

        yield ask


@pytest.fixture(scope="module")
def lab(server, pages, request):
    """A lab that rests on the kept result of a preset; who opens something there shuts it again."""
    size, preset = request.param
    with pages.open(*size) as page:
        lab = Lab(page, server.url)
        lab.open(preset, kept=1)
        lab.wait_for_points(0)
        lab.settle()
        lab.plot_rests()
        yield lab


def shown(*cases):
    """Run a test in some labs, which it shares with the tests before and after."""
    names = [f"{'wide' if size == WIDE else 'phone'}-{preset}" for size, preset in cases]
    return pytest.mark.parametrize("lab", cases, ids=names, indirect=True)


def over(one, other):
    """Return by how many pixels two boxes lie over each other, across and down."""
    (_, a), (_, b) = one, other
    return min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])


@shown(*FIGURES)
def test_no_words_in_the_plot_lie_over_others(lab):
    words = lab.page.evaluate(BOXES, ".moeviz-canvas .annotation-text")
    said = [text for text, _ in words]
    assert sum(text.startswith("theory") for text in said) == 1
    assert sum(text.startswith("paper") for text in said) == 2
    assert len(said) == 3 + 6  # and names: fits, their starts, what they have left to do
    for i, one in enumerate(words):
        for other in words[:i]:
            across, down = over(one, other)
            assert across <= 1 or down <= 3, (one, other)  # a line is higher than its letters


@shown(*FIGURES, *CLASSES)
def test_sample_sizes_below_the_plot_are_level_and_lie_apart(lab):
    page = lab.page
    ticks = page.evaluate(BOXES, ".moeviz-canvas .xtick text")
    assert len(ticks) >= 3
    turned = page.locator(".moeviz-canvas .xtick text").evaluate_all(
        "(texts) => texts.filter((t) => /rotate\\((?!0)/.test(t.getAttribute('transform'))).length"
    )
    assert turned == 0
    assert all(left[1][2] <= right[1][0] for left, right in pairwise(ticks))
    ((_, title),) = page.evaluate(BOXES, ".moeviz-canvas .xtitle")
    assert max(bottom for _, (_, _, _, bottom) in ticks) <= title[1] + 2


def test_the_ends_and_powers_of_ten_are_written_before_others(spaced):
    texts = ["300", "1,000", "3,162", "10⁴", "31,623", "10⁵"]
    places = [0.0, 60.0, 120.0, 180.0, 240.0, 300.0]
    assert spaced(places, texts, 1.0) == [0, 1, 2, 3, 4, 5]
    assert spaced(places, texts, 15.0) == [0, 3, 5]
    assert spaced([0.0, 10.0], ["300", "400"], 9.0) == [1]


def test_written_ticks_never_touch(spaced):
    rng = random.Random(3)
    for count in (1, 4, 9, 30):
        places = sorted(rng.uniform(0.0, 300.0) for _ in range(count))
        texts = ["x" * rng.randint(1, 6) for _ in places]
        kept = spaced(places, texts, 8.0)
        assert count - 1 in kept
        for left, right in pairwise(kept):
            assert (
                places[right] - places[left] > 4.0 * (len(texts[left]) + len(texts[right])) - 1e-9
            )


@shown((WIDE, MANY))
def test_many_formulas_leave_the_plot_the_largest_thing(lab):
    page, more = lab.page, lab.page.locator(".moeviz-fold")
    expect(more).to_have_text("7 more formulas")
    shown = page.locator(".moeviz-equation:visible")
    expect(shown).to_have_count(3)
    plot = lab.plot.bounding_box()
    row = page.locator(".moeviz-equations").bounding_box()
    assert plot["height"] >= 4 * row["height"]
    assert plot["height"] >= 0.4 * WIDE[1]
    more.click()
    expect(shown).to_have_count(10)
    expect(more).to_have_attribute("aria-expanded", "true")
    more.click()
    expect(shown).to_have_count(3)


@shown((PHONE, MANY))
def test_on_a_phone_formulas_are_one_row_and_none_is_folded(lab):
    page = lab.page
    expect(page.locator(".moeviz-equation")).to_have_count(10)
    expect(page.locator(".moeviz-fold")).to_be_hidden()
    assert page.locator(".moeviz-equations").bounding_box()["height"] < 100


@shown((WIDE, MANY))
def test_decades_of_a_low_plot_are_written_apart(lab):
    fold = lab.page.locator(".moeviz-fold")
    fold.click()
    expect(fold).to_have_attribute("aria-expanded", "true")
    lab.plot_rests()
    ticks = lab.page.evaluate(BOXES, ".moeviz-canvas .ytick text")
    assert len(ticks) >= 3
    fold.click()
    tops = sorted(top for _, (_, top, _, _) in ticks)
    assert all(below - above > 15 for above, below in pairwise(tops))
