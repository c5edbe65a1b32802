"""Paths in results: one replicate of each fit and size, exact, and absent where it was not kept."""

from __future__ import annotations

import json

import pytest
import torch

from moeviz.errors import SpecificationError
from moeviz.study import PRESETS, Block, Result, assemble, plan, resolve_scenario, run_block
from moeviz.study.document import MOST_BYTES
from moeviz.study.kept import kept_names, kept_result
from moeviz.study.starts import starts
from moeviz.text import json_text
from moeviz.theory import Reference

FIELDS = {"sizes": (100, 300), "replicates": 3, "candidates": 2, "epochs": 2}


def run(name, **more):
    spec = PRESETS[name].build({**FIELDS, **more})
    return assemble(spec, {b.id: run_block(spec, b) for b in plan(spec).blocks}, 1.0, "cpu")


@pytest.fixture(scope="module", params=["cosine-exact", "multinomial-fig1a", "cosine-fig1b"])
def result(request):
    return run(request.param)


def test_one_replicate_of_each_fit_and_size_has_its_path(result):
    fits = plan(result.spec).fits
    found = [(path.fit, path.n, path.replicate) for path in result.paths]
    assert found == [(fit.index, n, 0) for fit in fits for n in result.spec["sizes"]]


def test_a_path_ends_at_what_the_curve_reads_and_begins_at_the_start(result):
    scenario, first = resolve_scenario(result.spec), {}
    for curve in result.curves:
        if curve.trained:
            first.setdefault(curve.fit, curve)
    for path in result.paths:
        fit, curve = scenario.fits[path.fit], first[path.fit]
        theta = torch.tensor(path.theta, dtype=torch.float64)
        reference = Reference(fit.source, fit.truth, fit.true_layout)
        read = curve.reading.read(fit.mixture, theta[-1:], reference, fit.layout)
        assert read.item() == curve.loss[curve.n.index(path.n)][0]
        drawn = starts(
            result.spec, fit.mixture, fit.truth, fit.layout, Block("", "", 0, 0, path.n, 0, 1)
        )
        assert torch.equal(theta[0], drawn[0, 0])


def test_paths_are_exact_after_a_trip_through_json(result):
    again = Result.from_json(json.loads(json_text(result.to_json())))
    assert again.paths == result.paths != ()
    assert len(json_text(result.to_json(), compact=True)) < MOST_BYTES


def test_results_of_before_have_none(result):
    data = result.to_json()
    del data["paths"]
    assert Result.from_json(data).paths == ()
    assert kept_result(kept_names()[0]).result.paths == ()


def test_a_failed_fit_has_no_path():
    fields = {"routers": ("linear",), "experts": ("polynomial",), "estimators": ("sgd",)}
    assert run("lab", **fields, rate=10.0, sizes=(3000,)).paths == ()


@pytest.mark.parametrize("change", [{"steps": "many"}, {"theta": [1.0]}, {"fit": None}])
def test_what_is_no_path_is_refused(result, change):
    data = result.to_json()
    data["paths"][0].update(change)
    with pytest.raises(SpecificationError, match="Expected"):
        Result.from_json(data)
