"""What a protocol has left to do: its distance from the converged estimator on the same data."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache

import pytest
import torch

from moeviz.charts.left_words import left_words
from moeviz.charts.meter import meters
from moeviz.charts.palette import THEMES
from moeviz.estimate import FitResult, Status
from moeviz.study import PRESETS, Result, Specification, assemble, plan, resolve_scenario, run_block
from moeviz.study.allowed_steps import LARGE, end_steps
from moeviz.study.block_data import block_data
from moeviz.study.completed import lacks, with_kind
from moeviz.study.curve_kinds import FITS, STARTS, TO_THE_END, UNFINISHED
from moeviz.study.data import data_of
from moeviz.study.estimators import ESTIMATORS
from moeviz.study.run_time import end_seconds
from moeviz.study.starts import starts, untrained
from moeviz.study.unfinished import distances, trained_to_the_end
from moeviz.theory import Reference

ALONE = {
    "true_atoms": 1,
    "atoms": 1,
    "routers": ("linear",),
    "experts": ("linear",),
    "estimators": ("sgd",),
    "sizes": (200, 400),
    "replicates": 3,
    "batch": 0,
    "candidates": 1,
    "gauges": ("pinned",),
    "start_scale": 0.3,
}
"""One linear expert, which is all of the function: its cost is a quadratic of its parameters."""


def alone(**more):
    return PRESETS["lab"].build({**ALONE, **more})


@lru_cache
def run(spec, kinds=(FITS, "information", STARTS, UNFINISHED)):
    blocks = [block for block in plan(spec).blocks if block.kind in kinds]
    return assemble(spec, {b.id: run_block(spec, b) for b in blocks}, 1.0, "cpu")


def of_kind(result, kind):
    return [curve for curve in result.curves if curve.kind == kind]


def by_recursion(spec, n, replicate):
    """Return what full-batch descent leaves of the way to least squares, and what there was."""
    fit = resolve_scenario(spec).fits[0]
    (block,) = [b for b in plan(spec).blocks if b.kind == UNFINISHED and b.n == n]
    features, response = data_of(spec, fit, block)
    x = features.expert[replicate].T  # (n, d + 1), the last column ones
    least = torch.linalg.lstsq(x, response[replicate].unsqueeze(1)).solution[:, 0]
    columns = fit.layout.column(0, "expert")
    start = starts(spec, fit.mixture, fit.truth, fit.layout, block)[replicate, 0][columns]
    step = torch.eye(x.shape[1], dtype=x.dtype) - spec["rate"] * 2.0 * x.T @ x / n
    left = torch.linalg.matrix_power(step, spec["epochs"]) @ (start - least)
    return left, start - least


@pytest.mark.parametrize("epochs", [1, 7, 40])
def test_on_a_quadratic_cost_the_distance_is_what_the_recursion_leaves(epochs):
    spec = alone(epochs=epochs)
    (curve,) = of_kind(run(spec), UNFINISHED)
    for place, n in enumerate(spec["sizes"]):
        pairs = [by_recursion(spec, n, replicate) for replicate in range(3)]
        for distance, (left, _) in zip(curve.loss[place], pairs, strict=True):
            slope, offset = left[:-1].norm(), left[-1].abs()
            # L3 takes the length of an expert's whole block.
            assert distance == pytest.approx(float((slope**2 + offset**2).sqrt()), rel=1e-6)
        whole = sum(float(begun.norm()) for _, begun in pairs) / 3
        assert curve.outset[place] == pytest.approx(whole, rel=1e-6)


def test_a_protocol_that_has_converged_has_nothing_left_to_do():
    spec = alone(epochs=100, rate=0.4)
    (curve,) = of_kind(run(spec), UNFINISHED)
    assert all(left < 1e-9 for row in curve.loss for left in row)
    assert all(whole > 1e-2 for whole in curve.outset)
    assert {kind for count in curve.status for kind, number in count.items() if number} == {
        "converged"
    }


def test_fits_that_are_at_the_minimum_stay_there():
    spec = PRESETS["cosine-exact"].build(
        {
            "routers": ("perturbed-cosine",),
            "experts": ("tanh",),
            "gauges": ("pinned",),
            "sizes": (2000,),
            "replicates": 3,
            "candidates": 50,
            "estimators": ("sgd",),
        }
    )
    (fit,), (reading,) = resolve_scenario(spec).fits, [c.reading for c in plan(spec).curves[:1]]
    (block,) = [b for b in plan(spec).blocks if b.kind == UNFINISHED]
    data = block_data(spec, fit, block)
    ended = ESTIMATORS["converged"].run(data, spec.fields, None)
    first = untrained(spec, fit, fit.truth, block)
    again = trained_to_the_end(data, first, ended, 200)
    assert (again.status == int(Status.CONVERGED)).all()
    x = torch.zeros(1, 2, 1, dtype=torch.float64)
    left = distances(reading, fit.mixture, ended.theta, again.theta, fit.layout, x)
    reference = Reference(fit.source, fit.truth, fit.true_layout)
    own = reading.read(fit.mixture, ended.theta, reference, fit.layout)
    assert all(rest < 0.01 * error for rest, error in zip(left, own.tolist(), strict=True))
    assert (again.cost <= ended.cost).all()


def test_the_end_costs_no_more_than_the_protocol_and_is_of_the_same_data():
    spec = PRESETS["multinomial-fig1a"].build({"sizes": (400, 800), "replicates": 3})
    result = run(spec)
    (of_em,) = [c for c in of_kind(result, FITS) if c.estimator == "em"]
    (left,) = of_kind(result, UNFINISHED)
    assert left.estimator == "em"
    assert left.replicates == of_em.replicates
    for end, stop in zip(left.residual, of_em.residual, strict=True):
        assert end <= stop
    assert {sum(count.values()) for count in left.status} == {3}


def test_a_failed_protocol_leaves_no_distance():
    spec = alone()
    fit = resolve_scenario(spec).fits[0]
    block = next(b for b in plan(spec).blocks if b.kind == UNFINISHED)
    data = block_data(spec, fit, block)
    first = untrained(spec, fit, fit.truth, block)
    status = torch.tensor([int(Status.DIVERGED), int(Status.NON_FINITE), int(Status.PROTOCOL)])
    theta = torch.full_like(first, torch.inf)
    theta[2] = first[2]
    found = FitResult(theta, torch.zeros(3, dtype=theta.dtype), status, torch.ones(3))
    ended = trained_to_the_end(data, first, found, 50)
    assert ended.status.tolist() == [*status[:2].tolist(), int(Status.CONVERGED)]
    diverged = run(alone(rate=10.0, epochs=100, sizes=(200,)))
    (curve,) = of_kind(diverged, UNFINISHED)
    assert curve.loss == ((None, None, None),)
    assert curve.mean == curve.outset == (None,)


def test_it_is_on_where_a_protocol_is_fitted_and_leaves_fits_and_identity_as_they_were():
    spec = alone()
    before = {key: value for key, value in spec.fields.items() if key != "unfinished"}
    assert Specification.make(spec.name, before, spec.numbers).hash == spec.hash
    without = alone(unfinished=0)
    assert without.hash != spec.hash
    own = [block for block in plan(spec).blocks if block.kind != UNFINISHED]
    assert plan(without).blocks == tuple(own)
    assert run(without).curves == tuple(c for c in run(spec).curves if c.kind != UNFINISHED)
    converged = plan(alone(estimators=("converged",)))
    assert {curve.kind for curve in converged.curves} == {FITS}


def test_each_protocol_has_its_own_and_nothing_is_claimed_of_them():
    spec = PRESETS["multinomial-fig1a"].build({"estimators": ("converged", "em", "sgd")})
    curves = plan(spec).curves
    left = [curve for curve in curves if curve.kind == UNFINISHED]
    assert [curve.estimator for curve in left] == ["em", "sgd"]
    assert curves[-len(left) :] == tuple(left)
    assert len({curve.key for curve in curves}) == len(curves)
    for curve in left:
        assert TO_THE_END in curve.label
        assert curve.claim.exponent is curve.published is None
        assert not curve.trained


def test_blocks_come_last_and_only_of_the_first_data_sets():
    spec = alone(replicates=10)
    blocks = plan(spec).blocks
    kinds = [block.kind for block in blocks]
    assert UNFINISHED not in kinds[: kinds.index(UNFINISHED)]
    assert set(kinds[kinds.index(UNFINISHED) :]) == {UNFINISHED}
    assert {(b.first, b.last) for b in blocks if b.kind == UNFINISHED} == {(0, spec["unfinished"])}
    (curve,) = of_kind(run(spec), UNFINISHED)
    assert curve.replicates == ((0, 1, 2, 3),) * 2


def test_large_models_are_allowed_few_steps_and_the_estimate_has_their_price():
    spec = PRESETS["cosine-fig1a"].build({})
    fit = plan(spec).fits[0]
    size = fit.mixture.layout(spec["atoms"], spec["dimension"]).size
    assert size > LARGE
    assert end_steps(spec.fields, size) < spec["max_steps"] == end_steps(spec.fields, LARGE)
    costs = {b.n: b.cost for b in plan(spec).blocks if b.kind == UNFINISHED and b.fit == 0}
    each = {n: end_seconds(spec.fields, n, fit, size) for n in costs}
    assert costs == pytest.approx(each)


def test_a_result_of_before_is_completed_and_survives_its_json():
    result = run(alone())
    older = replace(result, curves=tuple(c for c in result.curves if c.kind != UNFINISHED))
    data = older.to_json()
    for curve in data["curves"]:
        del curve["kind"], curve["outset"]
    read = Result.from_json(json.loads(json.dumps(data)))
    assert read == older
    assert lacks(read, UNFINISHED)
    assert not lacks(read, STARTS)
    assert with_kind(read, UNFINISHED).curves == result.curves
    assert with_kind(result, UNFINISHED) is result
    assert Result.from_json(json.loads(json.dumps(result.to_json()))) == result


def test_words_say_what_is_left_of_what_and_how_the_ends_stand():
    spec = alone(epochs=1)
    result = run(spec)
    (curve,) = of_kind(result, UNFINISHED)
    said = left_words(spec, curve)
    assert "3 data sets of each size" in said
    assert "At n = 400 training has yet to cover" in said
    assert "edge" not in said
    (meter,) = [m for m in meters(result, THEMES["light"]) if result.curves[m.curve] == curve]
    assert "training has yet to cover" in meter.words
    assert meter.mark == "unknown"
    farther = replace(curve, mean=(1.0, 2.0), outset=(1.0, 1.5))
    assert "its starts were nearer, at 1.5" in left_words(spec, farther)
    done = replace(curve, mean=(0.0, 0.0))
    assert "nothing is left" in left_words(spec, done)
    open_ended = replace(curve, status=({"boundary": 2, "step limit": 1}, {"diverged": 3}))
    said = left_words(spec, open_ended)
    assert "1 were still on their way after 200 steps, 2 lie on the edge of the box" in said
    assert "3 failed" in said
    assert "training has yet" not in left_words(spec, replace(curve, outset=(None, None)))


@pytest.mark.parametrize("preset", ["cosine-exact", "cosine-moving"])
def test_a_protocol_of_no_length_has_all_of_its_way_to_go(preset):
    """A step of next to no length leaves the starts where they are, wherever the truth is."""
    spec = PRESETS[preset].build(
        {
            "estimators": ("sgd",), "rate": 1e-5, "epochs": 1, "sizes": (200, 400),
            "replicates": 2, "candidates": 2, "window_from": 0, "max_steps": 30,
        }
    )  # fmt: skip
    left = of_kind(run(spec, (UNFINISHED,)), UNFINISHED)
    assert left
    for curve in left:
        assert curve.mean == pytest.approx(curve.outset, rel=1e-2)
        assert curve.n == spec["sizes"]
