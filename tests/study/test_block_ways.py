"""A block's fits by expectation-maximisation, ended in many ways by one run."""

from __future__ import annotations

import pytest
import torch

from moeviz.errors import SpecificationError
from moeviz.estimate import EM_RULES, EmWay, Status
from moeviz.study import PRESETS, plan, resolve_scenario, run_block
from moeviz.study.data import data_of
from moeviz.study.em_ways import fits_by_way, way_of
from moeviz.study.moves import MOVES

WAYS = [
    EmWay(rule, tolerance, steps)
    for rule in EM_RULES
    for tolerance, steps in ((1e-2, 40), (1e-6, 40), (1e-9, 7))
]


def block_of(spec):
    return next(b for b in plan(spec).blocks if b.kind == "fits" and b.fit == 0)


@pytest.mark.parametrize("starts", [1, 3])
@pytest.mark.parametrize("name", ["multinomial-fig1a", "gaussian-over"])
def test_ways_are_what_studies_of_their_own_find(name, starts):
    more = {
        "estimators": ("em",),
        "sizes": (200,),
        "replicates": 4,
        "candidates": 2,
        "starts": starts,
        "start_scale": 0.4,
        "window_from": 0,
    }
    spec = PRESETS[name].build(more)
    block = block_of(spec)
    found = fits_by_way(spec, block, WAYS)
    again = fits_by_way(
        spec, block, WAYS, data=data_of(spec, resolve_scenario(spec).fits[0], block)
    )
    for way, one, other in zip(WAYS, found, again, strict=True):
        own = {"em_rule": way.rule, "em_tolerance": way.tolerance, "em_steps": way.steps}
        alone = PRESETS[name].build({**more, **own})
        assert way_of(alone) == way
        result = run_block(alone, block_of(alone))
        assert one.status.tolist() == result["status"]
        assert one.steps.tolist() == result["steps"]
        assert (one.cost / 200).tolist() == result["residual"]
        assert torch.equal(one.theta, other.theta)
    assert int(Status.STEP_LIMIT) in torch.stack([one.status for one in found])


def test_a_regression_has_no_expectation_maximisation():
    spec = PRESETS["cosine-exact"].build({"sizes": (200,), "replicates": 2, "candidates": 2})
    with pytest.raises(SpecificationError, match="Expected a density"):
        fits_by_way(spec, block_of(spec), WAYS)


def test_a_truth_that_moves_is_that_of_the_size():
    name = "gaussian"
    more = {
        "routers": ("linear",),
        "experts": ("linear",),
        "output": "gaussian",
        "moving": name,
        "moving_scale": 0.8,
        "atoms": 2 + MOVES[name].added,
        "sizes": (200, 800),
        "replicates": 2,
        "candidates": 2,
        "estimators": ("em",),
        "em_steps": 20,
        "em_rule": "total",
    }
    spec = PRESETS["lab"].build(more)
    for n in spec["sizes"]:
        block = next(b for b in plan(spec).blocks if b.kind == "fits" and b.n == n)
        (found,) = fits_by_way(spec, block, [way_of(spec)])
        result = run_block(spec, block)
        assert (found.cost / n).tolist() == result["residual"]
        assert found.steps.tolist() == result["steps"]
