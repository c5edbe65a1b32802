"""Studies over all models: designs, projections, estimators on the same data, new scores."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
import torch
from torch import Tensor

from moeviz.charts.printed import printed
from moeviz.model import SCORES, FlatScore, make_mixture
from moeviz.recent import Recent
from moeviz.study import (
    DESIGNS,
    PRESETS,
    assemble,
    plan,
    projection,
    resolve_scenario,
    run_block,
    split,
)
from moeviz.study.curve_kinds import APART, STARTS
from moeviz.study.designs import draw_truth
from moeviz.study.projection import Effort, resolve_projection
from moeviz.theory import Reference
from tests.support import fewer

SMALL = {"sizes": [300, 900], "replicates": 4, "candidates": 16}


def run(spec):
    return printed(
        assemble(spec, {block.id: run_block(spec, block) for block in split(spec)}, 1.0, "cpu")
    )


LIGHT = {
    "sizes": [200, 400], "replicates": 2, "max_steps": 15, "em_steps": 5, "epochs": 1,
    "candidates": 8,
}  # fmt: skip


@pytest.fixture
def brief(monkeypatch):
    """Best approximations that are hardly looked for, and forgotten."""
    monkeypatch.setattr(projection, "effort_for", lambda size, density: Effort(512, 1, 20))
    monkeypatch.setattr(projection, "_known", Recent(projection.KEPT))


@pytest.mark.few(3)
@pytest.mark.parametrize("name", list(PRESETS))
def test_every_preset_runs_and_counts_every_fit(brief, name):
    preset = PRESETS[name]
    spec = preset.build({**LIGHT, **fewer(preset, dimension=2)})
    result = run(spec)
    assert result["complete"]
    for curve in result["curves"]:
        assert curve["n"] == [200, 400]
        fits = 0 if curve["kind"] in (STARTS, APART) else 2
        assert all(sum(status.values()) == fits for status in curve["status"])
        if curve["trained"]:
            assert all(math.isfinite(value) for row in curve["loss"] for value in row)


def test_two_estimators_work_on_the_same_data_from_the_same_starts():
    spec = PRESETS["multinomial-exact"].build(
        {**SMALL, "estimators": ["converged", "em"], "em_steps": 5000, "em_tolerance": 0.0,
         "routers": ["linear"], "classes": 2}
    )  # fmt: skip
    read = [c for c in run(spec)["curves"] if c["loss_name"] == "D2"]
    curves = [c for c in read if c["trained"]]
    assert [c["estimator_name"] for c in curves] == ["converged", "em"]
    assert {c["estimator_name"] for c in read if not c["trained"]} == {"em"}
    assert curves[0]["trace"][0] == pytest.approx(curves[1]["trace"][0], abs=1e-14)
    assert curves[0]["residual"] == pytest.approx(curves[1]["residual"], abs=1e-3)


def test_two_gates_on_data_of_one_of_them_share_their_data():
    spec = PRESETS["sigmoid-against-softmax"].build(SMALL)
    fits = resolve_scenario(spec).fits
    assert [fit.gate for fit in fits] == ["softmax", "sigmoid"]
    assert [fit.misspecified for fit in fits] == [False, True]
    assert fits[0].source == fits[1].source
    assert torch.equal(fits[0].truth, fits[1].truth)


def test_published_slopes_stand_beside_curves_of_the_published_design_only():
    preset = PRESETS["multinomial-fig1a"]
    own = {c["label"]: c for c in printed(assemble(preset.build({}), {}, 0.0, "cpu"))["curves"]}
    for curve in own.values():
        ran = curve["trained"] and curve["estimator_name"] == "em"
        assert (curve["published"] or {}).get("slope") == (-0.48 if ran else None)
    assert any(curve["trained"] for curve in own.values())
    changed = printed(assemble(preset.build({"low": -3.0}), {}, 0.0, "cpu"))["curves"]
    assert all(c["published"] is None for c in changed)


def test_the_multinomial_design_is_the_papers_table():
    spec = PRESETS["multinomial-fig1a"].build({})
    (fit, _) = resolve_scenario(spec).fits
    named = dict(zip(fit.true_layout.names(), fit.truth.reshape(2, 4).T.tolist(), strict=True))
    assert named == {"beta1": [3.0, 0.0], "beta0": [1.0, 0.0], "a": [2.0, -1.0], "b": [-1.0, 1.0]}
    flat = resolve_scenario(PRESETS["multinomial-fig2a"].build({})).fits[0]
    assert flat.truth.reshape(2, 4)[1].tolist() == [0.0, 0.0, 0.0, 1.0]


@pytest.mark.parametrize("name", list(DESIGNS))
def test_sparse_truths_have_zero_gates_and_flat_ones_zero_slopes(name):
    mixture = make_mixture("linear", "softmax", "linear", "categorical", classes=2)
    layout = mixture.layout(2, 1)
    rng = np.random.default_rng(3)
    atoms = draw_truth(DESIGNS[name], rng, mixture, layout, sparse=1, flat=1)
    beta1, beta0, slope, intercept = atoms[1]
    assert (beta1, beta0, slope) == (0.0, 0.0, 0.0)
    assert intercept != 0.0
    assert (atoms[0, [0, 2]] != 0.0).all()


def test_a_model_that_contains_the_truth_is_its_own_best_approximation():
    spec = PRESETS["lab"].build(
        {**SMALL, "routers": ["linear"], "experts": ["tanh"], "data_router": "linear"}
    )
    assert resolve_projection(spec, 0) is None


def test_the_best_approximation_is_no_nearer_than_any_fit():
    spec = PRESETS["softmax-against-sigmoid"].build(
        {**SMALL, "true_atoms": 2, "atoms": 2, "losses": ["l2"]}
    )
    projection = resolve_projection(spec, 0)
    result = run(spec)
    softmax = result["curves"][0]
    assert projection.distance > 0.01
    assert min(min(row) for row in softmax["loss"]) >= projection.distance * 0.99
    assert softmax["mean"][-1] == pytest.approx(projection.distance, rel=0.2)
    assert result["truth"]["fits"][0]["projection"]["distance"] == projection.distance


def test_protocols_of_one_model_share_its_best_approximation(brief):
    """It depends on truth, model, inputs and box: not on sizes, batches or starts."""
    preset = PRESETS["cosine-fig2a"]
    small = {**LIGHT, "dimension": 2}
    first = preset.build(small)
    index = next(at for at in range(2) if resolve_projection(first, at) is not None)
    for changed in ({"batch": 16}, {"sizes": [300]}, {"start_scale": 0.3}, {"seed": 7}):
        again = resolve_projection(preset.build({**small, **changed}), index)
        assert again is resolve_projection(first, index), changed
    for changed in ({"truth_seed": 7}, {"box": 3.0}, {"high": 0.5}):
        other = resolve_projection(preset.build({**small, **changed}), index)
        assert other is not resolve_projection(first, index), changed


def test_a_sigmoid_gate_over_two_atoms_is_a_softmax_gate():
    r"""Two softmax weights are the sigmoids of the scores' difference and of its negative."""
    spec = PRESETS["sigmoid-against-softmax"].build(
        {**SMALL, "true_atoms": 2, "atoms": 2, "candidates": 512, "low": -1.0, "high": 1.0}
    )
    projection = resolve_projection(spec, 1)
    assert projection.distance < 1e-12
    assert projection.error < 1e-9


def test_a_published_truth_is_blind_beyond_the_gauge():
    r"""Equal gates over homogeneous experts: weight and scale of two atoms trade places.

    In the design of `cosine` App. E.1 the gates of two atoms are zero and alike. Raising one
    offset and lowering the other by the same weight keeps the gate's denominator, and scaling the
    two ReLU experts inversely keeps the function.
    """
    spec = PRESETS["cosine-fig1a"].build({"dimension": 4, "routers": ["perturbed-cosine"]})
    (fit,) = resolve_scenario(spec).fits
    x = torch.rand(4, 200, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    measure = fit.true_layout.unpack(fit.truth)
    weight, expert = measure.log_weight.exp(), measure.expert.clone()
    moved = weight.clone()
    moved[-2] += 0.3
    moved[-1] -= 0.3
    expert[-2:] *= (weight[-2:] / moved[-2:]).unsqueeze(-1)
    other = fit.true_layout.pack(measure.replace(moved.log(), expert=expert))
    features = fit.mixture.features(x)
    assert not torch.allclose(other, fit.truth)
    torch.testing.assert_close(
        fit.mixture.predict(other, features), fit.mixture.predict(fit.truth, features)
    )
    information = next(b for b in split(spec) if b.kind == "information")
    found = run_block(spec, information)
    assert found["null"] == found["gauge"] + 1
    assert found["reach"] is None


def test_stochastic_gradient_descent_says_what_it_ran():
    spec = PRESETS["cosine-fig1a"].build({**LIGHT, "dimension": 4, "batch": 64, "rate": 0.05})
    words = run(spec)["curves"][0]["estimator"]
    assert "1 epochs, rate 0.05, batches of 64" in words


def test_fits_do_not_depend_on_how_replicates_are_cut_under_any_estimator():
    from moeviz.study import Block

    for name, more in (("multinomial-exact", {"estimators": ["em"]}), ("sigmoid-fig2b", {})):
        spec = PRESETS[name].build({**LIGHT, **more, "replicates": 4, "dimension": 2})
        whole = run_block(spec, Block("w", "fits", 0.0, 0, 400, 0, 4))
        parts = [run_block(spec, Block("p", "fits", 0.0, 0, 400, a, a + 2)) for a in (0, 2)]
        for key, values in whole["readings"].items():
            assert [v for part in parts for v in part["readings"][key]] == values


@dataclass(frozen=True)
class SquaredScore(FlatScore):
    r""":math:`s_i(x) = \beta_{1i} \cdot x^2 + \beta_{0i}`, entry by entry."""

    name: ClassVar[str] = "squared"
    title: ClassVar[str] = "squared router"
    formula: ClassVar[str] = r"\beta_{1i}^\top x^2 + \beta_{0i}"
    text: ClassVar[str] = "dot(b,x^2)"
    source: ClassVar[str] = "an example"

    def features(self, x: Tensor) -> Tensor:
        return x * x


@pytest.fixture
def squared():
    SCORES.add("squared", SquaredScore)
    yield
    SCORES.remove("squared")


def test_a_new_score_is_registered_in_one_place_and_fitted(squared):
    spec = PRESETS["lab"].build(
        {**SMALL, "routers": ["squared"], "experts": ["tanh"], "sizes": [1000, 4000]}
    )
    result = run(spec)
    (fit,) = result["truth"]["fits"]
    assert fit["null_directions"] == fit["gauge_directions"] == 3
    pinned = next(c for c in result["curves"] if c["gauge"] == "pinned")
    assert pinned["router_title"] == "squared router"
    assert pinned["mean"][1] < pinned["mean"][0]
    assert pinned["mean"][1] == pytest.approx(pinned["predicted"][1], rel=0.6)
    assert "squared" in next(f for f in PRESETS["lab"].fields if f.name == "routers").options


def test_readings_of_blocks_add_up_to_the_loss():
    spec = PRESETS["cosine-exact"].build(
        {**SMALL, "losses": ["L3", "mass", "gate", "expert"], "gauges": ["pinned"],
         "routers": ["perturbed-cosine"]}
    )  # fmt: skip
    curves = {c["loss_name"]: np.array(c["loss"]) for c in run(spec)["curves"]}
    np.testing.assert_allclose(curves["L3"], curves["mass"] + curves["gate"] + curves["expert"])


def test_competition_has_no_gate_to_measure():
    spec = PRESETS["compete-over"].build({})
    assert "gate" not in {curve.reading.loss for curve in plan(spec).curves}


def test_a_reference_without_inputs_cannot_average_a_distance():
    spec = PRESETS["lab"].build(SMALL)
    fit = resolve_scenario(spec).fits[0]
    assert Reference(fit.source, fit.truth, fit.true_layout).x is None
