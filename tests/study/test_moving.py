"""A truth that moves with n: whose data they are, how it comes closer, and what stays as it was."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import mpmath
import numpy as np
import pytest
import torch

from moeviz.errors import SpecificationError
from moeviz.study import PRESETS, Result, Specification, assemble, plan, resolve_scenario, run_block
from moeviz.study.data import data_of
from moeviz.study.kept import kept_result
from moeviz.study.moves import MOVES, STANDING
from moeviz.study.moving import moved, moves, step
from moeviz.study.starts import starts
from moeviz.study.truths import fit_at
from moeviz.symbolic.catalogue.course import course
from moeviz.symbolic.catalogue.walked import SEQUENCES
from moeviz.theory import DISTANCES, Reading, Reference, input_nodes
from moeviz.theory.rates import claimed_rate

SMALL = {"sizes": (100, 400, 1600), "replicates": 3, "candidates": 2}
MODELS = {
    "ray": {"routers": ("cosine", "perturbed-cosine"), "experts": ("tanh",)},
    "split-ray": {"routers": ("cosine",), "experts": ("tanh",)},
    "linear": {"routers": ("linear",), "experts": ("linear",)},
    "flat-tanh": {"routers": ("perturbed-cosine",), "experts": ("tanh",), "flat": 1},
    "cubic": {"routers": ("perturbed-cosine",), "experts": ("polynomial",), "degree": 3},
    "two-constants": {
        "routers": ("quadratic",),
        "gates": ("sigmoid",),
        "experts": ("linear",),
        "sparse": 1,
        "flat": 1,
    },
    "sparse-gelu": {
        "routers": ("quadratic",),
        "gates": ("sigmoid",),
        "experts": ("gelu",),
        "sparse": 1,
        "high": 2.0,
        "low": -2.0,
    },
    "regime-2": {
        "routers": ("linear",),
        "experts": ("linear",),
        "output": "categorical",
        "flat": 1,
        "high": 3.0,
        "low": -3.0,
    },
    "gaussian": {"routers": ("linear",), "experts": ("linear",), "output": "gaussian"},
}
"""For each move a study that can have it."""


def small(move="ray", **more):
    added = MOVES[move].added if move != STANDING else 0
    values = {**MODELS.get(move, MODELS["ray"]), "atoms": 2 + added, "moving_scale": 0.8}
    return PRESETS["lab"].build({**SMALL, **values, "moving": move, **more})


def run(spec, kinds=("information", "fits", "starts")):
    blocks = [block for block in plan(spec).blocks if block.kind in kinds]
    return assemble(spec, {b.id: run_block(spec, b) for b in blocks}, 1.0, "cpu")


def distance(fit, there, x):
    name = "hellinger" if fit.source.output.density else "l2"
    far = DISTANCES[name].evaluate
    return float(far(fit.source, there.truth.unsqueeze(0), fit.source, fit.truth, x)[0])


def test_every_move_is_tried():
    assert set(MODELS) == set(MOVES) <= set(SEQUENCES)


@pytest.mark.parametrize("move", MOVES)
def test_parameters_and_functions_close_in_with_the_orders_that_the_checker_certifies(move):
    """In t the atoms have order 1; the function has the order of the certified sequence."""
    spec = small(move)
    fit = resolve_scenario(spec).fits[0]
    limit = Reference(fit.source, fit.truth, fit.true_layout)
    x = input_nodes(spec["dimension"], 512, spec["low"], spec["high"])
    reading = Reading("transport", "offset")
    far, wide = [], []
    for t in (0.1, 0.05):
        there = fit_at(replaced(spec, moving_scale=t, moving_power=0.0), fit, 100)
        far.append(distance(fit, there, x))
        wide.append(
            float(reading.read(fit.source, there.truth.unsqueeze(0), limit, there.true_layout)[0])
        )
    assert math.log2(wide[0] / wide[1]) == pytest.approx(1.0, abs=0.1)
    certified = course(move).function_order
    assert MOVES[move].order(fit.source) == (
        certified if math.isinf(certified) else pytest.approx(certified, abs=1e-3)
    )
    if math.isinf(certified):
        assert max(far) < 1e-14
    else:
        assert math.log2(far[0] / far[1]) == pytest.approx(certified, abs=0.15)


def replaced(spec, **more):
    return Specification.make(spec.name, {**spec.fields, **more})


@pytest.mark.parametrize("router", MODELS["ray"]["routers"])
def test_a_router_that_sees_lengths_sees_the_ray(router):
    spec = small("ray", routers=(router,))
    fit = resolve_scenario(spec).fits[0]
    x = input_nodes(2, 512)
    far = [
        distance(fit, fit_at(replaced(spec, moving_scale=t, moving_power=0.0), fit, 100), x)
        for t in (0.02, 0.01)
    ]
    order = MOVES["ray"].order(fit.source)
    seen = math.inf if max(far) < 1e-14 else math.log2(far[0] / far[1])
    assert seen == (order if math.isinf(order) else pytest.approx(order, abs=0.1))


@pytest.mark.parametrize("name", ["ray", "split-ray", "two-constants"])
def test_the_papers_sequences_are_those_that_the_checker_walks_along(name):
    sequence = SEQUENCES[name].sequence(2)
    own = sequence.atom
    spec = small(name, dimension=SEQUENCES[name].dimension)
    layout = resolve_scenario(spec).fits[0].true_layout
    columns = [
        *(s for s in own.gate),
        own.offset,
        *(s for s in own.own),
    ]
    with mpmath.workdps(30):
        points, there = (
            [
                [
                    float(one.values[s] + (mpmath.log(one.factor) if s == own.offset else 0))
                    for s in columns
                ]
                for one in sequence.at(mpmath.mpf(small_step)).atoms
            ]
            for small_step in (0, mpmath.mpf(1) / 8)
        )
    # At 0 the halves of an atom stand on top of each other.
    atoms = np.array([row for i, row in enumerate(points) if row not in points[:i]])
    if len(points) > len(atoms):
        column = atoms[:, layout.weight_column]
        if own.logistic:
            # The paper has the split atom first, a design has its zeros last.
            weight = 2.0 / (1.0 + math.exp(-column[0]))
            column[0] = math.log(weight / (1.0 - weight))
            atoms, there = atoms[::-1], [there[-1], *there[:-1]]
        else:
            column[0] += math.log(2.0)
    made = MOVES[name].at(atoms, layout, 0.125)
    np.testing.assert_allclose(made, np.array(there), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("move", MOVES)
def test_the_law_of_t_and_the_separations_slope(move):
    """t_n = c n^(-q): the atoms' separation falls like n^(-q), the function's with its order."""
    spec = small(
        move, moving_scale=0.3, moving_power=0.25, losses=("transport",), gauges=("offset",)
    )
    assert [step(spec.fields, n) for n in spec["sizes"]] == pytest.approx(
        [0.3 * n**-0.25 for n in spec["sizes"]]
    )
    found = run(spec, ("information",))
    (apart, *_) = [c for c in found.curves if c.separates]
    assert apart.n == spec["sizes"]
    assert apart.slope.estimate == pytest.approx(-0.25, abs=0.02)
    assert apart.slope.low == apart.slope.high == pytest.approx(apart.slope.estimate)


def test_data_of_each_size_come_from_its_own_truth():
    spec = small("gaussian")
    fit = resolve_scenario(spec).fits[0]
    for block in [b for b in plan(spec).blocks if b.kind == "fits"]:
        atoms = MOVES["gaussian"].at(
            fit.truth.reshape(2, -1).numpy(), fit.true_layout, 0.8 * block.n**-0.125
        )
        by_hand = replace(
            fit, truth=torch.from_numpy(atoms).flatten(), true_layout=fit.true_layout.of(3)
        )
        _, wanted = data_of(spec, by_hand, block)
        _, drawn = data_of(spec, fit_at(spec, fit, block.n), block)
        _, limit = data_of(spec, fit, block)
        assert torch.equal(drawn, wanted)
        assert not torch.equal(drawn, limit)


def test_losses_are_held_against_the_sizes_own_truth():
    spec = small("flat-tanh", losses=("paper", "transport", "l2"))
    result = run(spec)
    block = next(b for b in plan(spec).blocks if b.kind == "fits" and b.n == 400)
    raw = run_block(spec, block)
    fit = resolve_scenario(spec).fits[block.fit]
    here = fit_at(spec, fit, 400)
    at_truth = Reference(here.source, here.truth, here.true_layout, x=input_nodes(2, 1024))
    for index, curve in enumerate(result.curves):
        if not curve.trained or curve.fit != block.fit:
            continue
        zero = curve.reading.read(fit.mixture, here.truth.unsqueeze(0), at_truth, here.true_layout)
        assert float(zero[0]) == pytest.approx(0.0, abs=1e-7)
        assert raw["readings"][str(index)] == list(curve.loss[curve.n.index(400)])


def plain(result):
    """The numbers of a result's curves of fits and starts, by what the curves are."""
    names = ("n", "loss", "mean", "residual", "steps", "status", "slope")
    return {c.key: [getattr(c, name) for name in names] for c in result.curves if not c.separates}


@pytest.mark.parametrize("move", ["ray", "gaussian"])
def test_a_truth_that_never_leaves_its_limit_is_the_ordinary_study(move):
    more = {"atoms": 3, "estimators": ("converged",)}
    still, arrived = (
        small(STANDING, **{**MODELS[move], **more}),
        small(move, moving_scale=0.0, **more),
    )
    assert plain(run(arrived)) == plain(run(still))
    assert all(
        value == 0.0
        for c in run(arrived, ("information",)).curves
        if c.separates
        for value in c.mean
    )


def test_at_power_zero_it_is_the_ordinary_study_of_the_truth_off_the_limit(monkeypatch):
    """The same numbers as with a search for a truth that ends there."""
    constant = small("ray", moving_power=0.0, moving_start="truth")
    there = {fit.index: fit_at(constant, fit, 100).truth for fit in resolve_scenario(constant).fits}
    assert not moves(constant.fields)
    found = plain(run(constant))
    ordinary = small(STANDING)
    scenario = resolve_scenario(ordinary)
    elsewhere = replace(
        scenario, fits=tuple(replace(fit, truth=there[fit.index]) for fit in scenario.fits)
    )
    monkeypatch.setattr("moeviz.study.blocks.resolve_scenario", lambda spec: elsewhere)
    monkeypatch.setattr("moeviz.study.block_information.resolve_scenario", lambda spec: elsewhere)
    monkeypatch.setattr("moeviz.study.projection.resolve_scenario", lambda spec: elsewhere)
    assert plain(run(ordinary)) == found


def test_starts_lie_around_the_limit_or_around_the_truth_as_is_asked():
    for around, center in (("limit", lambda fit, n: fit), ("truth", None)):
        spec = small("ray", moving_start=around, start_scale=0.0)
        fit = resolve_scenario(spec).fits[0]
        block = next(b for b in plan(spec).blocks if b.kind == "fits")
        wanted = fit.truth if center else fit_at(spec, fit, block.n).truth
        seen = []

        def spy(spec, mixture, middle, layout, block, seen=seen):
            seen.append(middle)
            return starts(spec, mixture, middle, layout, block)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("moeviz.study.block_data.starts", spy)
            run_block(spec, block)
        assert torch.equal(seen[0], wanted)


def test_between_truths_that_no_data_tell_apart_every_estimate_is_wrong_about_one():
    """Data of both are the same, so are the fits, and the triangle inequality does the rest."""
    more = {"routers": MODELS["split-ray"]["routers"], "start_scale": 0.05}
    more |= {"losses": ("transport",), "gauges": ("offset",), "sizes": (400, 1600)}
    there, limit = (run(small("ray", moving_scale=scale, **more)) for scale in (2.0, 0.0))
    first, last = (result.curves[0] for result in (there, limit))
    (apart,) = [c for c in there.curves if c.separates and c.reading == first.reading]
    assert list(apart.least_errors) == pytest.approx([1.0, 1.0], abs=1e-9)
    assert first.residual == pytest.approx(last.residual, rel=1e-6)
    for width, here, away in zip(apart.mean, first.loss, last.loss, strict=True):
        assert all(a + b >= width * (1.0 - 1e-6) for a, b in zip(here, away, strict=True))
        assert max(np.mean(here), np.mean(away)) >= 0.5 * width * (1.0 - 1e-6)


def test_fields_at_their_defaults_leave_identities_alone():
    spec = PRESETS["cosine-exact"].build({})
    assert spec["moving"] == STANDING
    fields = {k: v for k, v in spec.fields.items() if not k.startswith("moving")}
    assert Specification.make(spec.name, fields).hash == spec.hash
    assert replaced(spec, moving="ray").hash != spec.hash


def test_a_result_survives_its_json():
    result = run(small("gaussian", losses=("transport", "hellinger"), gauges=("pinned",)))
    back = Result.from_json(json.loads(json.dumps(result.to_json())))
    assert back == result
    assert sum(c.separates for c in back.curves) == 2
    assert all(c.least_errors for c in back.curves if c.separates)


def test_nothing_is_predicted_of_a_moving_truth():
    result = run(small("ray", estimators=("converged", "sgd"), epochs=1))
    for curve in result.curves:
        assert curve.predicted is None
        assert curve.predicted_protocol is None
    assert any(not c.trained and not c.separates for c in result.curves)


def test_claims_of_one_fixed_truth_are_not_made_of_one_that_moves():
    over = plan(small("gaussian", losses=("transport", "hellinger"), gauges=("pinned",))).curves
    assert [c.claim.exponent for c in over if c.trained] == [None, -0.5]
    for curve in plan(small("ray")).curves:
        if curve.trained:
            standing = claimed_rate(replace(curve.setting, moving=False), curve.reading)
            known = curve.claim.exponent
            assert known is None or known == standing.exponent
    fixed = plan(small("gaussian", moving_power=0.0)).curves[0]
    assert not fixed.setting.moving
    assert not fixed.setting.over_specified


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"move": "gaussian", "atoms": 2}, "at least 3 fitted experts"),
        ({"move": "gaussian", "moving_scale": 3.0}, "below 1"),
        ({"move": "flat-tanh", "flat": 0}, "zero slopes"),
        ({"move": "linear", "experts": ("relu",)}, "linear experts of a regression"),
        ({"move": "ray", "gates": ("sigmoid",)}, "sum to 1"),
        ({"move": "ray", "gates": ("top-softmax",), "top": 1}, "keeps every expert"),
        ({"move": "ray", "sparse": 2, "start_scale": 0.1}, "sees the input"),
        ({"move": "ray", "data_router": "linear"}, "data of the fitted model"),
        ({"move": "ray", "routers": ("competition",)}, "gate of its own"),
        ({"move": "cubic", "degree": 2}, "degree 3"),
        ({"move": "two-constants", "gates": ("softmax",)}, "a sigmoid gate"),
        ({"move": "two-constants", "flat": 0}, "zero slopes"),
        ({"move": "two-constants", "experts": ("gelu",)}, "linear experts"),
        ({"move": "sparse-gelu", "sparse": 0}, "does not see the input"),
        ({"move": "sparse-gelu", "routers": ("partial-quadratic",)}, "fully quadratic"),
        ({"move": "sparse-gelu", "routers": ("cosine",)}, "fully quadratic"),
        ({"move": "two-constants", "moving_scale": 4.0}, "below 1"),
    ],
)
def test_what_cannot_move_is_refused_with_what_was_expected(values, words):
    with pytest.raises(SpecificationError, match=words):
        small(**values)


def test_a_move_keeps_the_total_weight_and_the_last_gate_of_a_softmax():
    for move in MOVES:
        spec = small(move)
        fit = resolve_scenario(spec).fits[0]
        truth, layout = moved(spec.fields, fit.truth, fit.true_layout, 100)
        before, after = fit.true_layout.unpack(fit.truth), layout.unpack(truth)
        grown = step(spec.fields, 100) ** 3 if move == "two-constants" else 0.0
        assert float(after.weight.sum()) == pytest.approx(float(before.weight.sum()) + grown)
        assert torch.equal(after.gate[-1], before.gate[-1]) or move == "sparse-gelu"


@pytest.mark.parametrize("name", [n for n, p in PRESETS.items() if "moving" in p.values])
def test_a_kept_result_is_what_its_own_specification_gives_again(name):
    """Its separations all, and of its fits those of the first block."""
    kept = kept_result(name).result
    spec = Specification.from_json(json.loads(json.dumps(kept.spec.to_json())))
    assert spec.hash == kept.hash
    first = next(block for block in plan(spec).blocks if block.kind == "fits")
    blocks = [b for b in plan(spec).blocks if b.kind == "information"] + [first]
    again = assemble(spec, {b.id: run_block(spec, b) for b in blocks}, 1.0, "cpu")
    for old, new in zip(kept.curves, again.curves, strict=True):
        if new.separates:
            assert new.mean == pytest.approx(old.mean, rel=1e-5)
            assert new.least_errors == pytest.approx(old.least_errors, rel=1e-5, abs=1e-12)
        for n, row in zip(new.n, new.loss, strict=True):
            there = old.loss[old.n.index(n)]
            assert list(row) == pytest.approx(list(there[: len(row)]), rel=1e-5, abs=1e-12)
