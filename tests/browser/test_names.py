"""Names at the ends of curves lie over no other name, as near to their curves as that allows."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from moeviz.ui.shared.scripts import script_path


@pytest.fixture(scope="module")
def apart(server, pages):
    """Where names are put that want to be somewhere."""
    with pages.open() as page:
        page.goto(server.url)

        def ask(wanted, heights, limit):
            return page.evaluate(
                """async ([path, ...asked]) => (await import(path)).apart(...asked)""",
                [script_path("names"), wanted, heights, limit],
            )

        yield ask


def test_names_lie_apart_in_order_and_inside(apart):
    rng = random.Random(4)
    for count in (1, 2, 3, 5, 8):
        for spread in (10.0, 100.0, 390.0):
            wanted = [rng.uniform(-20.0, spread) for _ in range(count)]
            heights = [rng.choice((20.0, 40.0)) for _ in range(count)]
            found = apart(wanted, heights, 400.0)
            order = sorted(range(count), key=lambda i: wanted[i])
            ends = [(found[i] - heights[i] / 2, found[i] + heights[i] / 2) for i in order]
            assert ends[0][0] >= -1e-9
            assert ends[-1][1] <= 400.0 + 1e-9
            assert all(above[1] <= below[0] + 1e-9 for above, below in pairwise(ends))


def test_names_with_room_stay_where_they_want_to_be(apart):
    wanted = [30.0, 300.0, 120.0]
    assert apart(wanted, [20.0, 20.0, 20.0], 400.0) == wanted


def test_two_names_for_one_place_share_the_way(apart):
    assert apart([100.0, 100.0], [20.0, 20.0], 400.0) == [90.0, 110.0]


@pytest.mark.parametrize(("tall", "beside"), [(300, True), (45, False)])
def test_names_that_a_narrow_plot_has_no_room_for_stand_above_it_at_its_full_height(
    server, visit, tall, beside
):
    page = visit(390, 844)
    page.goto(server.url)
    said = page.evaluate(
        """async ([path, tall]) => {
            const { EndNames } = await import(path);
            const names = new EndNames((text) => [text]);
            names.curves = ["one", "two", "three"].map((name) => ({ name, glyph: "●" }));
            const root = { clientWidth: 350 };
            const figure = { narrow: true, factor: 1, family: "sans-serif", root };
            const own = { height: tall, margin: { l: 40, r: 8, t: 0, b: 0 } };
            const { height, margin } = names.arrange(own, figure);
            return [height - margin.t, margin.r > 8, names.over.flatMap((name) => name.rows)];
        }""",
        [script_path("names"), tall],
    )
    above = [] if beside else ["● one", "● two", "● three"]
    assert said == [tall, beside, above]
