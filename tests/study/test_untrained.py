"""Curves of starts: what a protocol's own starts show, read as its fits are."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from moeviz.charts.sentences import curve_words
from moeviz.estimate import near_truth_start
from moeviz.study import PRESETS, Result, Specification, assemble, plan, resolve_scenario, run_block
from moeviz.study.completed import with_kind
from moeviz.study.curve_kinds import STARTS, UNTRAINED
from moeviz.study.data import data_of
from moeviz.study.draws import stream
from moeviz.study.starts import starts, untrained
from moeviz.theory import Reference

SMALL = {
    "sizes": (100, 200, 400), "replicates": 3, "candidates": 2, "epochs": 1, "unfinished": 0,
}  # fmt: skip


def small(**more):
    return PRESETS["cosine-fig1a"].build({**SMALL, **more})


def run(spec, kinds=("fits", "information", "starts")):
    blocks = [block for block in plan(spec).blocks if block.kind in kinds]
    return assemble(spec, {b.id: run_block(spec, b) for b in blocks}, 1.0, "cpu")


@pytest.fixture(scope="module")
def result():
    return run(small())


def test_every_study_can_show_the_loss_of_its_starts():
    """Estimators of one model share starts, so that two of them have one curve of these."""
    small = {"sizes": (100, 200), "replicates": 2, "candidates": 2}
    without = PRESETS["cosine-exact"].build(small)
    spec = PRESETS["cosine-exact"].build({**small, "untrained": "every"})
    assert not [curve for curve in plan(without).curves if curve.kind == STARTS]
    begun = [curve for curve in run(spec).curves if curve.kind == STARTS]
    fitted = {(curve.router, curve.reading) for curve in plan(spec).curves if curve.trained}
    assert {(curve.router, curve.reading) for curve in begun} == fitted
    assert len(begun) == len(fitted)
    assert all(loss > 0 for curve in begun for row in curve.loss for loss in row)


def test_the_curve_of_starts_is_the_loss_of_starts_drawn_by_hand(result):
    spec = result.spec
    for curve in [curve for curve in result.curves if not curve.trained]:
        fit = resolve_scenario(spec).fits[curve.fit]
        reference = Reference(fit.source, fit.truth, fit.true_layout)
        atoms = fit.truth.reshape(-1, fit.layout.width).numpy()
        for n, losses in zip(curve.n, curve.loss, strict=True):
            drawn = [
                near_truth_start(
                    stream(spec, 1, n, replicate),
                    fit.mixture,
                    atoms,
                    fit.layout.atoms,
                    fit.layout,
                    spec["start_scale"],
                )
                for replicate in range(spec["replicates"])
            ]
            theta = torch.from_numpy(np.stack([one.ravel() for one in drawn]))
            by_hand = curve.reading.read(fit.mixture, theta, reference, fit.layout)
            assert list(losses) == by_hand.tolist()
    assert sum(not curve.trained for curve in result.curves) == len(result.curves) / 2


def test_every_model_of_a_protocol_has_them_once_and_the_converged_estimator_has_none():
    spec = PRESETS["multinomial-fig1a"].build(
        {"estimators": ("converged", "em", "sgd"), "unfinished": 0}
    )
    made = plan(spec).curves
    of_starts = [curve for curve in made if not curve.trained]
    of_em = [curve for curve in made if curve.trained and curve.estimator == "em"]
    assert [curve.reading for curve in of_starts] == [curve.reading for curve in of_em]
    assert {curve.estimator for curve in of_starts} == {"em"}
    assert all(UNTRAINED in curve.label for curve in of_starts)
    assert len({curve.key for curve in made}) == len(made)
    assert made[len(made) - len(of_starts) :] == tuple(of_starts)
    alone = plan(PRESETS["multinomial-fig1a"].build({"estimators": ("converged",)}))
    assert all(curve.trained for curve in alone.curves)
    assert {block.kind for block in alone.blocks} == {"fits", "information"}


def test_nothing_is_claimed_printed_or_predicted_of_starts(result):
    for curve in [curve for curve in result.curves if not curve.trained]:
        assert curve.claim.exponent is curve.published is curve.predicted is None
        assert {sum(count.values()) for count in curve.status} == {0}
        assert curve_words(result.spec, curve).startswith("Nobody trained these")
        assert curve.estimator_title.startswith("no training, starts near the truth")


def test_the_field_leaves_fits_and_identity_as_they_were(result):
    spec = result.spec
    before = {key: value for key, value in spec.fields.items() if key != "untrained"}
    assert Specification.make(spec.name, before, spec.numbers).hash == spec.hash
    without = small(untrained="none")
    assert without.hash != spec.hash
    blocks = plan(without).blocks
    assert blocks == tuple(block for block in plan(spec).blocks if block.kind != "starts")
    for one, other in zip(run(without).curves, result.curves, strict=False):
        assert one == other


def test_a_result_of_before_is_completed_without_a_fit(result):
    older = replace(result, curves=tuple(c for c in result.curves if c.trained))
    data = older.to_json()
    for curve in data["curves"]:
        del curve["trained"]
    del data["paths"]
    read = Result.from_json(json.loads(json.dumps(data)))
    assert read == replace(older, paths=())
    assert with_kind(read, STARTS).curves == result.curves
    assert with_kind(result, STARTS) is result


def test_partial_results_have_what_starts_are_there(result):
    only = run(result.spec, kinds=("starts",))
    assert not only.complete
    for one, other in zip(only.curves, result.curves, strict=True):
        assert one.n == (() if one.trained else result.spec["sizes"])
        assert one.trained or one == other


def test_of_several_starts_the_one_of_least_cost_counts():
    spec = small(starts=4, sizes=(200,), start_scale=0.4)
    (block,) = [b for b in plan(spec).blocks if b.kind == "starts" and b.fit == 0]
    fit = resolve_scenario(spec).fits[0]
    chosen = untrained(spec, fit, fit.truth, block)
    drawn = starts(spec, fit.mixture, fit.truth, fit.layout, block)
    features, response = data_of(spec, fit, block)
    cost = torch.stack(
        [
            ((response - fit.mixture.predict(drawn[:, s], features)) ** 2).sum(1)
            for s in range(spec["starts"])
        ],
        1,
    )
    assert torch.equal(chosen, drawn[torch.arange(len(drawn)), cost.argmin(1)])
    assert len(set(cost.argmin(1).tolist())) > 1


def test_starts_outside_the_box_count_as_the_fits_take_them():
    spec = small(sizes=(100,), start_scale=3.0, box=2.0)
    (block,) = [b for b in plan(spec).blocks if b.kind == "starts" and b.fit == 0]
    fit = resolve_scenario(spec).fits[0]
    assert untrained(spec, fit, fit.truth, block).abs().max() == 2.0


def test_a_protocol_of_no_length_is_its_starts():
    """With next to no rate, stochastic gradient descent shows its starts and nothing else."""
    result = run(small(rate=1e-5, sizes=(100,)))
    half = len(result.curves) // 2
    for trained, begun in zip(result.curves[:half], result.curves[half:], strict=True):
        assert trained.reading == begun.reading
        assert trained.mean[0] == pytest.approx(begun.mean[0], rel=1e-2)
