"""What a design can see, as a picture: the library's numbers, and the gauge by name."""

from __future__ import annotations

import math

import pytest

from moeviz.charts.designs_seen import FIRST, Moved, designs_seen, look, published
from moeviz.charts.information import information_document
from moeviz.study import PRESETS
from moeviz.theory import gauge_tangent
from moeviz.theory.tangent import free_columns

SMALL = [name for name, seen in designs_seen().items() if seen.setup.layout.size < 40]


def declared(seen):
    setup = seen.setup
    free = free_columns(setup.mixture, setup.layout)
    tangent = gauge_tangent(setup.mixture, setup.theta, setup.layout)
    return int((tangent[:, ~free] == 0).all(1).sum())


@pytest.mark.few(3)
@pytest.mark.parametrize("name", SMALL)
def test_null_vectors_are_the_declared_gauge_or_named_as_lost(name):
    seen, found = designs_seen()[name], look(name, Moved(), True)
    lost = sum(not one.gauge for one in found.nulls)
    assert found.gauge == declared(seen)
    assert found.null == found.gauge + lost
    assert math.isinf(found.reach) is bool(lost)
    bars = information_document(name, Moved(), True)["panels"][0]["regions"]
    kinds = [bar["colour"] for bar in bars]
    assert [kinds.count(kind) for kind in ("quiet", 1, 0)] == [
        found.gauge, lost, len(found.values) - found.null
    ]  # fmt: skip
    tops = [max(y for _, y in bar["points"]) for bar in bars[found.null :]]
    assert tops == pytest.approx([math.log10(value) for value in found.values[found.null :]])


def test_every_preset_has_a_design_and_its_studies_reach():
    assert {seen.preset for seen in designs_seen().values()} <= set(PRESETS)
    seen = designs_seen()[FIRST]
    assert look(FIRST, Moved(), False).reach == pytest.approx(seen.reach, rel=0.03)


def test_four_times_the_noise_takes_sixteen_times_the_data():
    before, after = (look(FIRST, Moved(noise=noise), True).reach for noise in (0.0, 2.0))
    assert after == pytest.approx(16 * before, rel=1e-6)


@pytest.mark.parametrize("moved", [Moved(apart=-3.0), Moved(spread=-3.0)])
def test_near_experts_and_few_inputs_move_the_reach_by_orders(moved):
    assert look(FIRST, moved, True).reach > 10 * look(FIRST, Moved(), True).reach


def test_the_papers_figures_stand_on_the_axis_in_order():
    reaches = [reach for _, reach in published()]
    assert reaches == sorted(reaches)
    assert dict(published())["cosine 1a"] == math.inf
    assert 1e11 < dict(published())["multinomial 1a"] < 1e12


@pytest.mark.parametrize("quick", [True, False])
def test_the_picture_says_over_how_many_inputs(quick):
    found = look(FIRST, Moved(), quick)
    note = information_document(FIRST, Moved(), quick)["panels"][0]["note"]
    assert note.startswith(f"over {found.nodes:,} inputs")
    assert ("while the hand moves" in note) is quick
