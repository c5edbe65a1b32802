"""Plans: one order of fits, curves and blocks, that everything else asks for."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

import moeviz.study
from moeviz.study import PRESETS, plan, resolve_scenario, split
from moeviz.study.models import any_misspecified
from moeviz.study.reader import attributes
from moeviz.study.setting import setting_of

WIDE = {
    "routers": ["linear", "cosine"],
    "gates": ["softmax", "top-softmax"],
    "experts": ["linear", "tanh"],
    "output": "gaussian",
    "estimators": ["converged", "em"],
    "top": 2,
}


def wide(**changes):
    return PRESETS["lab"].build({**WIDE, **changes})


def names(fit):
    return fit.router, fit.gate, fit.expert, fit.estimator


@pytest.mark.parametrize("name", list(PRESETS))
def test_fits_of_plan_and_scenario_are_the_same(name):
    spec = PRESETS[name].build({"candidates": 1})
    planned, resolved = plan(spec).fits, resolve_scenario(spec).fits
    assert [fit.index for fit in planned] == list(range(len(planned)))
    for one, other in zip(planned, resolved, strict=True):
        assert attributes(one).items() <= attributes(other).items()


def test_fits_are_ordered_by_router_then_gate_then_expert_then_estimator():
    spec = wide()
    order = product(spec["routers"], spec["gates"], spec["experts"], spec["estimators"])
    assert [names(fit) for fit in plan(spec).fits] == list(order)


def test_every_curve_and_block_is_of_a_planned_fit():
    spec = wide()
    made = plan(spec)
    for curve in made.curves:
        assert names(curve) == names(made.fits[curve.fit])
        assert curve.setting == setting_of(spec.fields, made.fits[curve.fit])
    assert {block.fit for block in made.blocks} == {fit.index for fit in made.fits}
    assert len({curve.key for curve in made.curves}) == len(made.curves)


def test_a_plan_is_made_once_for_a_specification():
    spec = wide()
    assert plan(spec) is plan(replace(spec))
    assert split(spec) is plan(spec).blocks


def test_the_product_of_names_is_formed_in_one_place():
    folder = Path(moeviz.study.__path__[0])
    found = [p.name for p in folder.rglob("*.py") if "product(" in p.read_text(encoding="utf-8")]
    assert found == ["models.py"]


@pytest.mark.parametrize("changes", [{"sizes": [100, 200]}, {"seed": 9}, {"losses": ["hellinger"]}])
def test_data_sizes_and_readings_do_not_change_the_fits(changes):
    assert plan(wide(**changes)).fits == plan(wide()).fits


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, [False, False]),
        ({"data_router": "linear"}, [False, True]),
        ({"data_router": "quadratic"}, [True, True]),
        ({"data_gate": "softmax"}, [False, False]),
        ({"data_gate": "sigmoid"}, [True, True]),
        # With two true experts a gate that keeps two of them is the softmax gate.
        ({"data_gate": "top-softmax", "top": 2}, [False, False]),
        ({"data_gate": "top-softmax", "top": 1}, [True, True]),
    ],
)
def test_what_is_misspecified_is_so_for_truth_claims_and_words(changes, wrong):
    fields = {"routers": ["linear", "cosine"], "candidates": 1, "atoms": 2, **changes}
    spec = PRESETS["lab"].build(fields)
    assert [fit.misspecified for fit in plan(spec).fits] == wrong
    assert [fit.misspecified for fit in resolve_scenario(spec).fits] == wrong
    assert {curve.setting.misspecified for curve in plan(spec).curves} == set(wrong)
    assert any_misspecified(spec.fields) == any(wrong)
