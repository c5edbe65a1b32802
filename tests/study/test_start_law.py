"""The law by which starts scatter: in n, in the blocks' own unit, and with whose weight."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from moeviz.errors import SpecificationError
from moeviz.study import PRESETS, assemble, plan, resolve_scenario, run_block
from moeviz.study.start_law import StartLaw, block_spreads, start_law
from moeviz.study.starts import starts
from tests.support import combined

SIZES = (100, 1000, 10_000, 100_000)
SMALL = {"sizes": SIZES, "replicates": 100, "candidates": 2, "window_from": 0, "unfinished": 0}


def build(name="cosine-exact", **more):
    return PRESETS[name].build({**SMALL, "estimators": ("sgd",), **more})


def begun(spec, kinds=("starts",)):
    blocks = [block for block in plan(spec).blocks if block.kind in kinds]
    return assemble(spec, {b.id: run_block(spec, b) for b in blocks}, 1.0, "cpu")


def drawn(spec, n=SIZES[0], replicates=400):
    """Starts of the first fit at a size, with the truth as they lie around it."""
    fit = resolve_scenario(spec).fits[0]
    block = next(b for b in plan(spec).blocks if b.kind == "fits" and b.fit == 0)
    block = replace(block, n=n, first=0, last=replicates)
    found = starts(spec, fit.mixture, fit.truth, fit.layout, block)[:, 0]
    return found.reshape(replicates, fit.layout.atoms, -1).numpy(), fit


@pytest.mark.parametrize("unit", ["absolute", "block"])
@pytest.mark.parametrize("power", [0.0, 0.083, 0.25, 0.5])
def test_a_law_of_n_plants_its_power_on_the_curve_of_starts(power, unit):
    """Nobody trained these; near the truth a loss of exponent 1 falls as its starts do."""
    spec = build(start_scale=0.02, start_power=power, start_unit=unit, losses=("total",))
    for curve in begun(spec).curves:
        if not curve.trained:
            slope = curve.slope
            error = (slope.high - slope.low) / 4
            assert slope.low <= -power <= slope.high
            assert abs(slope.estimate + power) < 4 * error < 0.05


def test_the_same_draws_are_scaled_exactly():
    usual, fit = drawn(build(start_scale=0.3))
    closer, _ = drawn(build(start_scale=0.3, start_power=0.5))
    truth = fit.truth.reshape(fit.layout.atoms, -1).numpy().copy()
    column = fit.layout.weight_column
    truth[:, column] -= truth[-1, column]
    np.testing.assert_allclose((usual - truth) / 10.0, closer - truth, rtol=0, atol=1e-14)


def test_a_unit_of_blocks_gives_each_block_the_spread_of_its_truth():
    spec = build("gaussian-exact", start_scale=0.1, start_unit="block")
    found, fit = drawn(spec, replicates=4000)
    layout, truth = fit.layout, fit.truth.reshape(fit.layout.atoms, -1).numpy()
    moves = (found - truth)[:, :-1]  # of the last atom the offset is held
    first = 0
    for part in layout.gate_parts:
        columns = slice(first, first + part.width)
        expected = 0.1 * truth[:, columns].std()
        np.testing.assert_allclose(moves[:, :, columns].std(0), expected, rtol=0.06)
        first += part.width
    column = layout.weight_column
    offset = 0.1 * truth[:, column].std() * np.sqrt(2.0)  # held against the last atom's own step
    np.testing.assert_allclose(moves[:, :, column].std(0), offset, rtol=0.06)
    first = column + 1
    for part in layout.expert_parts[:-1]:
        columns = slice(first, first + part.width)
        expected = 0.1 * truth[:, columns].std()
        np.testing.assert_allclose(moves[:, :, columns].std(0), expected, rtol=0.06)
        first += part.width
    ratio = np.log(found[..., -1] / truth[:, -1])
    np.testing.assert_allclose(ratio.std(0), 0.1, rtol=0.06)


def test_blocks_spreads_know_their_parts():
    mixture = combined("linear", "softmax", "tanh", "gaussian")
    layout = mixture.layout(2, 1)
    center = np.array(
        [[1.0, 2.0, 3.0, 4.0, 5.0][: layout.width], [3.0, 2.0, 7.0, 0.0, 1.0][: layout.width]]
    )
    found = block_spreads(center, layout, scalars=1)
    assert found[0] == 1.0
    assert found[layout.weight_column] == 0.0
    assert found[-1] == 1.0
    assert len(found) == layout.width


def test_at_the_truth_all_unlike_estimators_begin_at_the_truth():
    for estimator in ("converged", "em", "sgd"):
        spec = build("gaussian-exact", start_scale=0.0, estimators=(estimator,), batch=0)
        found, fit = drawn(spec, replicates=2)
        truth = fit.truth.reshape(fit.layout.atoms, -1).numpy()
        np.testing.assert_allclose(found, np.stack([truth, truth]), rtol=0, atol=1e-14)
        spec = build(
            "gaussian-exact",
            start_scale=0.0,
            estimators=(estimator,),
            batch=0,
            sizes=(400,),
            replicates=2,
            rate=0.001,
        )
        for curve in begun(spec, ("starts", "fits")).curves:
            assert None not in curve.mean
            if not curve.trained:
                assert curve.mean[0] < 1e-12
            else:
                assert curve.mean[0] > 1e-6


def test_crowded_atoms_share_their_truths_weight_or_have_all_of_it():
    column_of = {}
    for weight in ("split", "true"):
        spec = build("gaussian-over", start_scale=0.0, start_weight=weight)
        found, fit = drawn(spec, replicates=40)
        layout = fit.layout
        truth = fit.truth.reshape(-1, layout.width).numpy()
        column = layout.weight_column
        expert = slice(column + 1, None)
        cell = np.abs(found[:, :, None, expert] - truth[:, expert]).sum(-1).argmin(-1)
        members = (cell[:, :, None] == cell[:, None, :]).sum(-1)
        share = np.log(members) if weight == "split" else np.zeros(members.shape)
        offset = truth[cell, column] - share
        offset -= offset[:, -1:]
        np.testing.assert_allclose(found[:, :, column], offset, rtol=0, atol=1e-12)
        column_of[weight] = found[:, :, column]
        rest = np.delete(np.arange(layout.width), column)
        np.testing.assert_array_equal(found[:, :, rest], truth[cell][:, :, rest])
    assert (column_of["split"] != column_of["true"]).any()


def test_the_predicted_protocol_knows_the_law():
    """With one small step the prediction is the loss of the starts, whatever their law."""
    for more in (
        {"start_power": 0.25, "start_scale": 0.1},
        {"start_unit": "block", "start_scale": 0.05},
    ):
        spec = build(**more, rate=1e-5, epochs=1, batch=0, routers=("linear",))
        result = begun(spec, ("starts", "information"))
        half = len(result.curves) // 2
        for trained, start in zip(result.curves[:half], result.curves[half:], strict=True):
            assert trained.trusted_protocol == pytest.approx(start.mean, rel=0.15)


@pytest.mark.parametrize(
    ("law", "crowded", "words"),
    [
        (StartLaw(0.1), True, "starts near the truth (scale 0.1)"),
        (StartLaw(0.005, 0.083), False, "starts near the truth (scale 0.005·n^(−0.083))"),
        (
            StartLaw(1.0, 0.25, "block"),
            False,
            "starts near the truth (scale 1·n^(−0.25) of each block's spread in the truth)",
        ),
        (StartLaw(0.0, 0.25, "block"), True, "starts at the truth"),
        (
            StartLaw(0.0, weight="true"),
            True,
            "starts at the truth, each atom with all of its truth's weight",
        ),
        (StartLaw(0.2, weight="true"), False, "starts near the truth (scale 0.2)"),
    ],
)
def test_the_law_is_said_in_words(law, crowded, words):
    assert law.words(crowded) == words


def test_a_study_names_its_law_and_says_it_at_its_curves():
    spec = build(start_power=0.25, start_unit="block")
    assert start_law(spec.fields) == StartLaw(0.1, 0.25, "block", "split")
    for curve in plan(spec).curves:
        assert "scale 0.1·n^(−0.25) of each block's spread" in curve.estimator_title


ZERO_GATES = [
    {"start_scale": 0.0},
    {"start_scale": 1e-149, "start_power": 0.5},
    {"start_unit": "block", "sparse": 2},
]


@pytest.mark.parametrize("fields", ZERO_GATES)
def test_starts_that_stay_at_a_zero_gate_are_refused(fields):
    with pytest.raises(SpecificationError, match="at a zero gate"):
        build("cosine-exact", **{"routers": ("cosine",), "sparse": 1, **fields})
    usual = build("cosine-exact", **{**fields, "routers": ("cosine",), "sparse": 0})
    assert usual["sparse"] == 0


def test_the_law_leaves_the_usual_numbers_as_they_were():
    usual, _ = drawn(build())
    spec = build(start_power=0.0, start_unit="absolute", start_weight="split")
    assert spec.hash == build().hash
    assert np.array_equal(drawn(spec)[0], usual)
