"""What a design can see, as a picture: the library's numbers, and the gauge by name."""

from __future__ import annotations

import math
import re
from html import unescape

import pytest

from moeviz.charts.designs_seen import FIRST, Moved, designs_seen, look, published
from moeviz.charts.information import information_document
from moeviz.charts.information_formula import information_formula
from moeviz.charts.information_panels import reach_words
from moeviz.charts.lab_designs import lab_designs
from moeviz.errors import LimitError
from moeviz.study import PRESETS
from moeviz.study.scenario import resolve_scenario
from moeviz.text import signed
from moeviz.theory import gauge_tangent, sight
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
    seen, found = designs_seen()[name], look(designs_seen()[name], Moved(), True)
    lost = sum(not one.gauge for one in found.nulls)
    assert found.gauge == declared(seen)
    assert found.null == found.gauge + lost
    assert math.isinf(found.reach) is bool(lost)
    bars = information_document(name, Moved(), True)["panels"][2]["regions"]
    kinds = [bar["colour"] for bar in bars]
    assert [kinds.count(kind) for kind in ("quiet", 1, 0)] == [
        found.gauge, lost, len(found.values) - found.null
    ]  # fmt: skip
    tops = [max(y for _, y in bar["points"]) for bar in bars[found.null :]]
    assert tops == pytest.approx([math.log10(value) for value in found.values[found.null :]])


def test_every_preset_has_a_design_and_its_studies_reach():
    assert {seen.preset for seen in designs_seen().values()} <= set(PRESETS)
    seen = designs_seen()[FIRST]
    assert look(designs_seen()[FIRST], Moved(), False).reach == pytest.approx(seen.reach, rel=0.03)


def test_four_times_the_noise_takes_sixteen_times_the_data():
    before, after = (
        look(designs_seen()[FIRST], Moved(noise=noise), True).reach for noise in (0.0, 2.0)
    )
    assert after == pytest.approx(16 * before, rel=1e-6)


@pytest.mark.parametrize(
    ("noise", "said"), [(2.0, "*16* times as many as"), (-2.0, "*16* times fewer than")]
)
def test_more_and_less_data_are_said_as_such(noise, said):
    sentence = information_document(FIRST, Moved(noise=noise), True)["sentence"]
    assert f" That is {said} before the hand moved. " in sentence


@pytest.mark.few(3)
@pytest.mark.parametrize("name", [name for name in SMALL if designs_seen()[name].noise])
def test_noise_that_only_scales_is_what_the_library_finds_with_that_noise(name):
    seen, moved = designs_seen()[name], Moved(spread=0.5, noise=1.375)
    found, anew = look(seen, moved, True), sight(moved.of(seen), True)
    assert found.values == pytest.approx(anew.values, rel=1e-9, abs=1e-12 * anew.values[-1])
    assert found.reach == pytest.approx(anew.reach, rel=1e-9)
    assert (found.null, found.nodes, [one.words for one in found.nulls]) == (
        anew.null, anew.nodes, [one.words for one in anew.nulls]
    )  # fmt: skip


@pytest.mark.parametrize("moved", [Moved(apart=-3.0), Moved(spread=-3.0)])
def test_near_experts_and_few_inputs_move_the_reach_by_orders(moved):
    assert (
        look(designs_seen()[FIRST], moved, True).reach
        > 10 * look(designs_seen()[FIRST], Moved(), True).reach
    )


def test_the_papers_figures_stand_on_the_axis_in_order():
    reaches = [reach for _, reach in published()]
    assert reaches == sorted(reaches)
    assert dict(published())["cosine 1a"] == math.inf
    assert 1e11 < dict(published())["multinomial 1a"] < 1e12


@pytest.mark.parametrize("quick", [True, False])
def test_the_picture_says_over_how_many_inputs(quick):
    found = look(designs_seen()[FIRST], Moved(), quick)
    note = information_document(FIRST, Moved(), quick)["panels"][2]["note"]
    assert note.startswith(f"eigenvalues, over {found.nodes:,} inputs")
    assert ("while the hand moves" in note) is quick


LOOKED_AT = {
    "a model of few parameters": ("cosine-exact.1", Moved(spread=1.0, apart=-1.0), 0.03),
    "inputs 16 times as wide": ("dense-over.0", Moved(spread=4.0), 0.3),
    "more than 300 parameters": ("sigmoid-fig2b.1", Moved(), 0.4),
}


@pytest.mark.parametrize("case", LOOKED_AT)
def test_a_quick_look_is_as_rough_as_the_page_says(case):
    name, moved, share = LOOKED_AT[case]
    seen = designs_seen()[name]
    quick, full = look(seen, moved, True), look(seen, moved, False)
    assert abs(quick.reach / full.reach - 1.0) < share
    assert quick.rough is (seen.setup.layout.size > 300)
    assert not full.rough


def meanings(seen, moved):
    text = information_formula(seen, moved)
    return [unescape(found) for found in re.findall(r'data-meaning="([^"]*)"', text)]


@pytest.mark.few(4)
@pytest.mark.parametrize("name", SMALL)
def test_the_formula_says_todays_numbers_of_every_symbol(name):
    seen, moved = designs_seen()[name], Moved(noise=1.0)
    said = meanings(seen, moved)
    assert not any("that a fit finds" in each for each in said)
    found = look(seen, moved, False)
    if math.isfinite(found.reach):
        assert f"reach: n = {reach_words(found.reach)}" in said
    if seen.noise is not None:
        assert f"standard deviation of the noise: σ = {2.0 * seen.noise:g}" in said


def test_the_formula_says_each_experts_own_numbers():
    seen = designs_seen()["cosine-exact.1"]
    layout, theta = seen.setup.layout, seen.setup.theta
    (offset,) = (m for m in meanings(seen, Moved()) if m.startswith("offset"))
    own = [signed(float(row[layout.weight_column])) for row in theta.reshape(layout.atoms, -1)]
    assert offset.endswith(f"of expert 1: {own[0]}, 2: {own[1]}")


# The lab's model.


def study(preset, **changes):
    chosen = PRESETS[preset]
    return chosen.build({**chosen.defaults, **changes})


def test_the_labs_model_is_at_the_truth_of_its_study():
    spec = study("cosine-exact", candidates=2, experts=("tanh",), noise=0.3)
    designs = lab_designs(spec)
    truths = {fit.source: fit.truth for fit in resolve_scenario(spec).fits}
    assert [design.setup.theta.tolist() for design in designs] == [
        truths[design.setup.mixture].tolist() for design in designs
    ]
    assert len(designs) == len(truths)
    assert {design.noise for design in designs} == {0.3}


def test_a_presets_truth_is_the_kept_one_whatever_its_sizes(monkeypatch):
    monkeypatch.setattr("moeviz.charts.lab_designs.resolve_scenario", None)
    (first, _) = lab_designs(study("cosine-exact", sizes=(1000, 5000)))
    assert first.setup.theta.tolist() == designs_seen()["cosine-exact.0"].setup.theta.tolist()


def test_a_search_that_takes_long_is_refused_with_the_way_out():
    spec = study("sigmoid-dense", candidates=2048, dimension=4, true_atoms=4, atoms=4)
    with pytest.raises(LimitError, match="run the study in the lab first"):
        lab_designs(spec)
