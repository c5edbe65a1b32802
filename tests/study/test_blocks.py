"""Blocks: pure functions of the specification, put together into a result."""

from __future__ import annotations

import json

import pytest
import torch

from moeviz.charts.printed import printed
from moeviz.errors import Cancelled
from moeviz.study import PRESETS, Block, assemble, resolve_scenario, run_block, split
from moeviz.study.draws import sample

SMALL = {"sizes": [200, 400], "replicates": 4, "candidates": 16}


def small(**more):
    return PRESETS["cosine-exact"].build({**SMALL, **more})


def run(spec):
    return {block.id: run_block(spec, block) for block in split(spec)}


def test_equal_specifications_give_equal_numbers():
    first, second = run(small()), run(small())
    for block, result in first.items():
        for key in ("readings", "status", "steps", "residual", "constants", "truth"):
            assert result.get(key) == second[block].get(key)


def test_numbers_do_not_depend_on_how_replicates_are_cut():
    spec = small(replicates=6)
    whole = run_block(spec, Block("whole", "fits", 0.0, 0, 400, 0, 6))
    parts = [run_block(spec, Block("part", "fits", 0.0, 0, 400, a, a + 2)) for a in (0, 2, 4)]
    for key in whole["readings"]:
        joined = [value for part in parts for value in part["readings"][key]]
        assert joined == whole["readings"][key]
    assert [v for part in parts for v in part["residual"]] == whole["residual"]


def test_routers_share_their_inputs_and_noise_and_replicates_do_not():
    spec = small()
    draws = sample(spec, 200, 0, 2)
    again = sample(spec, 200, 1, 2)
    assert torch.equal(draws.x[1:], again.x)
    assert torch.equal(draws.uniform[1:], again.uniform)
    assert not torch.equal(draws.x[0], draws.x[1])
    assert (draws.x.abs() <= 1).all()
    assert abs(draws.normal.mean().item()) < 0.3
    assert not torch.equal(draws.x, sample(small(seed=2), 200, 0, 2).x)


def test_inputs_fill_the_cube_of_the_specification():
    x = sample(small(low=2.0, high=5.0), 400, 0, 1).x
    assert 2.0 <= x.min() < 2.1
    assert 4.9 < x.max() <= 5.0


def test_readings_of_one_fit_share_their_residuals():
    spec = small()
    result = printed(assemble(spec, run(spec), 1.0, "cpu"))
    by_router = {}
    for curve in result["curves"]:
        by_router.setdefault(curve["router"], []).append(curve)
    for curves in by_router.values():
        for curve in curves[1:]:
            assert curve["residual"] == curves[0]["residual"]
            assert curve["status"] == curves[0]["status"]


def test_a_result_is_plain_data_and_counts_every_fit():
    spec = small(max_steps=2)
    result = printed(assemble(spec, run(spec), 1.0, "cpu"))
    json.dumps(result, allow_nan=False)
    assert result["complete"]
    for curve in result["curves"]:
        assert curve["n"] == [200, 400]
        for losses, status in zip(curve["loss"], curve["status"], strict=True):
            assert len(losses) == sum(status.values()) == 4
            assert status["step limit"] > 0
        assert "step limit" in curve["in_words"]


def test_partial_results_can_be_shown():
    spec = small()
    results = run(spec)
    assert printed(assemble(spec, {}, 0.0, "cpu"))["curves"][0]["n"] == []
    some = {key: value for key, value in results.items() if "n400" not in key}
    partial = printed(assemble(spec, some, 0.5, "cpu"))
    assert not partial["complete"]
    assert all(curve["n"] == [200] and curve["slope"] is None for curve in partial["curves"])


def test_predicted_lines_fall_like_the_square_root_and_only_where_they_mean_something():
    spec = small()
    result = printed(assemble(spec, run(spec), 1.0, "cpu"))
    for curve in result["curves"]:
        means_something = curve["gauge"] == "pinned"
        assert (curve["predicted"] is not None) == means_something
        if means_something:
            low, high = curve["predicted"]
            assert low / high == pytest.approx(2**0.5)
    for fit in result["truth"]["fits"]:
        assert fit["null_directions"] == fit["gauge_directions"] == 3


def test_over_specified_studies_have_no_predicted_line_and_use_l2():
    spec = PRESETS["cosine-over"].build({**SMALL, "max_steps": 20, "gauges": ["pinned"]})
    result = printed(assemble(spec, run(spec), 1.0, "cpu"))
    losses = [curve["loss_name"] for curve in result["curves"]]
    assert losses.count("L2") == 2
    assert all(curve["predicted"] is None for curve in result["curves"])


def test_random_starts_are_best_of_several():
    spec = small(start="random", starts=3, routers=["perturbed-cosine"])
    one = small(start="random", starts=1, routers=["perturbed-cosine"])
    block = Block("b", "fits", 0.0, 0, 400, 0, 4)
    best, first = run_block(spec, block), run_block(one, block)
    for a, b in zip(best["residual"], first["residual"], strict=True):
        assert a <= b * (1 + 1e-9)


def test_a_block_stops_when_asked():
    with pytest.raises(Cancelled):
        run_block(small(), split(small())[0], should_stop=lambda: True)


def test_the_designed_truth_of_the_shipped_preset_can_be_reached():
    spec = PRESETS["cosine-exact"].build({})
    blocks = [block for block in split(spec) if block.kind == "information"]
    for block in blocks:
        assert run_block(spec, block)["reach"] <= 5000


def test_the_search_prefers_truths_that_can_be_seen():
    few, many = small(candidates=1), small(candidates=64)
    reach = [
        max(run_block(spec, b)["reach"] or 1e300 for b in split(spec) if b.kind == "information")
        for spec in (few, many)
    ]
    assert reach[1] <= reach[0]
    assert resolve_scenario(many) is resolve_scenario(small(candidates=64, seed=3))


@pytest.mark.parametrize(("atoms", "staged"), [(2, True), (3, False)])
def test_fits_begin_on_a_part_only_where_as_many_atoms_are_fitted_as_are_true(atoms, staged):
    fields = {"sizes": [30_000], "replicates": 2, "candidates": 16, "atoms": atoms, "max_steps": 60}
    block = Block("both", "fits", 0.0, 0, 30_000, 0, 1)
    ways = [
        run_block(PRESETS["cosine-exact"].build({**fields, "estimators": [name]}), block)
        for name in ("converged", "converged-whole")
    ]
    # Steps on parts of the sample are other steps.
    assert (ways[0]["steps"] != ways[1]["steps"]) == staged
