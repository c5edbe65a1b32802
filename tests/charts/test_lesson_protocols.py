"""The protocols of a figure, as a lesson draws them."""

from __future__ import annotations

from moeviz.charts.lesson_pictures import protocols_document
from moeviz.study.protocol_kept import kept_map
from moeviz.study.protocol_region import region
from tests.charts.map_results import SINGLE, curve, made
from tests.support import of_every


@of_every(["cosine-fig1a", "sigmoid-fig1a"])
def test_every_protocol_stands_where_its_two_slopes_put_it_beside_the_printed_pair(name):
    result = kept_map(name).result
    document = protocols_document(result)
    slopes, kinds = document["panels"]
    both = [cell for cell in result.cells if all(curve.printed for curve in cell.curves)]
    assert [dot["at"] for dot in slopes["dots"]] == [
        [curve.printed[0] for curve in cell.curves] for cell in both
    ]
    assert [not dot["hollow"] for dot in slopes["dots"]] == [
        cell in region(result).together for cell in both
    ]
    first, second = (one.slope for one in result.asked.published)
    assert {x for x, _ in slopes["lines"][0]["points"]} == {first}
    assert {y for _, y in slopes["lines"][1]["points"]} == {second}
    one, other = (curve.printed for curve in both[0].curves)
    assert slopes["lines"][2]["points"] == [[one[1], other[0]], [one[2], other[0]]]
    for place, axis in enumerate("xy"):
        low, high = slopes[axis]
        assert all(low < at[place] < high for at in (dot["at"] for dot in slopes["dots"]))
    assert len(kinds["dots"]) == len(result.cells) == len(document["tables"][0]["rows"])


def test_a_figure_with_one_slope_has_its_protocols_alone():
    document = protocols_document(made(SINGLE, [[curve(-0.5)], [curve(None)]]))
    assert [panel["title"] for panel in document["panels"]] == ["The protocols that were tried"]
    assert "The cross" not in document["sentence"]
