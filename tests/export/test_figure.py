"""The picture as SVG: it shows what the result says, and is a document whatever somebody typed."""

from __future__ import annotations

import itertools
import math
import re
from xml.etree import ElementTree

import pytest

from moeviz.charts.palette import THEMES, style
from moeviz.export.drawing import EMPTY, MOST_CURVES, MOST_POINTS, drawing, tick_text, ticks
from moeviz.export.figure import WIDTH, _apart, study_svg
from moeviz.text import signed
from tests.export.conftest import LINK, renamed, repeated

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg):
    return ["".join(node.itertext()) for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_every_mean_and_replicate_that_has_a_logarithm_is_drawn(small):
    shown = drawing(small)
    for line, curve in zip(shown.lines, small.curves, strict=True):
        assert line.means == tuple(zip(map(float, curve.n), curve.mean, strict=True))
        assert [y for _, y in line.replicates] == [y for row in curve.loss for y in row]
        assert all(shown.y[0] < y < shown.y[1] for _, y in line.replicates)
        assert all(shown.x[0] < x < shown.x[1] for x, _ in line.means)


def test_theory_and_prediction_have_their_slopes(kept):
    shown = drawing(kept[0])
    assert {guide.exponent for guide in shown.guides} == {
        curve.claim.exponent for curve in kept[0].curves if curve.claim.exponent is not None
    }
    sloped = [(guide.ends, guide.exponent) for guide in shown.guides]
    sloped += [(line.predicted, -0.5) for line in shown.lines if line.predicted]
    for ((x0, y0), (x1, y1)), exponent in sloped:
        assert math.log(y1 / y0) / math.log(x1 / x0) == pytest.approx(exponent, abs=1e-12)
    assert len(sloped) > 1


def test_the_picture_is_a_document_with_every_name_slope_and_the_link(kept):
    for result in kept:
        svg = study_svg(result, LINK)
        said = " ".join(texts(svg))
        for curve in result.curves[:MOST_CURVES]:
            slope = signed(curve.slope.estimate) if curve.slope else ""
            assert all(word in said for word in (*curve.label.split(), slope))
        assert LINK in said
        assert study_svg(result, LINK) == svg


def test_nothing_lies_outside_the_picture(kept):
    for result in kept:
        root = ElementTree.fromstring(study_svg(result))
        _, _, width, height = map(float, root.get("viewBox").split())
        assert width == WIDTH
        for node in root.iter(f"{SVG}text"):
            assert 0 <= float(node.get("x")) <= width
            assert 0 <= float(node.get("y")) <= height
        for node in root.iter(f"{SVG}circle"):
            assert 0 <= float(node.get("cx")) <= width
            assert 0 <= float(node.get("cy")) <= height


@pytest.mark.parametrize("name", ["<script>&\"'", "\x00\x1b\ud800", "–" * 300, "a" * 90])
def test_a_name_is_nothing_but_a_name(small, name):
    svg = study_svg(renamed(small, name), font='a"b<c')
    root = ElementTree.fromstring(svg)
    assert {node.tag for node in root.iter()} <= {
        f"{SVG}{tag}" for tag in ("svg", "title", "desc", "rect", "path", "text", "circle", "g")
    }


def test_an_empty_study_has_axes_alone(empty):
    assert drawing(empty).y == EMPTY
    assert drawing(empty, measured=False).lines == ()
    assert {"loss", "sample size n", "100", "200"} <= set(texts(study_svg(empty)))


def test_of_too_many_curves_and_replicates_the_first_and_none_are_drawn(small, kept):
    many = drawing(repeated(small, MOST_CURVES))
    assert len(many.lines) == MOST_CURVES
    assert many.left_out == len(small.curves) * MOST_CURVES - MOST_CURVES
    crowd = repeated(kept[0], 1 + MOST_POINTS // (len(kept[0].curves) * 5 * 64))
    assert drawing(crowd).crowded
    assert not any(line.replicates for line in drawing(crowd).lines)
    assert not drawing(kept[0]).crowded


def test_names_stand_apart_and_in_the_order_of_their_ends():
    wanted, heights = [100.0, 102.0, 101.0, 395.0], [30.0, 50.0, 30.0, 30.0]
    tops = _apart(wanted, heights, 0.0, 400.0)
    order = sorted(range(4), key=lambda i: wanted[i])
    for above, below in itertools.pairwise(order):
        assert tops[above] + heights[above] <= tops[below]
    assert tops[order[-1]] + heights[order[-1]] <= 400.0
    assert min(tops) >= 0.0


@pytest.mark.parametrize("ends", [(0.9, 11.0), (1e-9, 1.0), (0.02, 0.3), (2e-14, 3e-14)])
def test_ticks_lie_on_the_axis_and_read_as_what_they_are(ends):
    found = ticks(ends)
    assert all(ends[0] <= tick <= ends[1] for tick in found)
    plain = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    for tick in found:
        read = re.sub(r"(?:(\d)·)?10([⁻⁰-⁹¹²³]+)", r"\1e\2", tick_text(tick)).translate(plain)
        assert float(f"1{read}" if read.startswith("e") else read) == pytest.approx(tick)


def test_curves_look_as_on_the_page(small):
    looks = [line.look for line in drawing(small).lines]
    assert looks == [style(index, THEMES["light"]) for index in range(len(looks))]
