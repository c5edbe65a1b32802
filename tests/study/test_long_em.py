"""Long runs of expectation-maximisation, many sizes, any batch: what is allowed, what it costs."""

from __future__ import annotations

import numpy as np
import pytest

from moeviz.errors import LimitError, SpecificationError
from moeviz.study import FIELDS, PRESETS, Specification, plan, run_block
from moeviz.study.limits import MOST_SECONDS
from moeviz.study.models import planned_fits
from moeviz.study.run_time import em_steps, study_seconds

PRINTED = tuple(int(n) for n in np.linspace(10_000, 100_000, 200).round())
TO_THE_END = {"estimators": ("em",), "em_rule": "none", "em_steps": 2000}


def seconds(spec):
    return study_seconds(spec.fields, planned_fits(spec.fields))


def test_the_longest_published_figure_is_allowed_and_takes_half_the_limit():
    more = {**TO_THE_END, "sizes": PRINTED, "replicates": 40}
    spec = PRESETS["multinomial-fig1b"].build(more)
    assert len(spec["sizes"]) == 200
    assert 0.25 < seconds(spec) / MOST_SECONDS < 0.6
    with pytest.raises(LimitError, match="at most 24 hours on one core"):
        PRESETS["multinomial-fig1b"].build({**more, "replicates": 200})


def test_two_hundred_sizes_are_written_and_read_and_no_more():
    field = FIELDS["sizes"]
    assert field.read(field.write(PRINTED)) == PRINTED
    with pytest.raises(SpecificationError, match="between 1 and 200"):
        field.check([*PRINTED, 10**6])


def test_the_estimate_counts_the_iterations_that_a_rule_will_take():
    def steps(n=10_000, **more):
        return em_steps({**PRESETS["multinomial-fig2a"].defaults, **more}, n)

    assert steps() == 150
    assert steps(em_rule="none") == steps(em_tolerance=0.0) == 2000
    assert steps(em_rule="none", em_steps=5000) == 5000
    assert steps(em_tolerance=1e-3) == 150
    assert 150 < steps(em_tolerance=1e-7) < steps(em_tolerance=3e-8) < 2000
    assert steps(em_tolerance=1e-10) == 2000
    assert steps(em_rule="total", em_tolerance=1e-2) == 150
    assert steps(em_rule="total", em_tolerance=1e-3) == pytest.approx(steps(em_tolerance=1e-7))
    assert steps(em_rule="relative", em_tolerance=1e-7) == steps(em_tolerance=1e-7)
    assert steps(em_rule="parameters", em_tolerance=1e-2) == pytest.approx(150)
    assert steps(em_rule="parameters", em_tolerance=1e-5) == 2000
    assert steps(em_rule="none", atoms=2) == 150
    usual = PRESETS["multinomial-fig2a"].build({"estimators": ("em",)})
    long = PRESETS["multinomial-fig2a"].build(TO_THE_END)
    assert 8 < seconds(long) / seconds(usual) < 14


def test_replicates_share_what_an_iteration_costs_beside_its_samples():
    def largest(n, **more):
        spec = PRESETS["multinomial-fig2a"].build(
            {**TO_THE_END, "sizes": (n,), "replicates": 20, "untrained": "none", **more}
        )
        return max(b.last - b.first for b in plan(spec).blocks if b.kind == "fits")

    assert largest(1000) == 10
    assert 2 <= largest(10_000) < 10
    assert largest(100_000) == 1


@pytest.mark.parametrize("batch", [1, 150, 10**7])
def test_a_batch_may_have_from_one_sample_to_all(batch):
    more = {"sizes": (150,), "replicates": 2, "candidates": 2, "rate": 0.01, "epochs": 2}
    spec = PRESETS["cosine-exact"].build({**more, "estimators": ("sgd",), "batch": batch})
    block = next(block for block in plan(spec).blocks if block.kind == "fits")
    found = run_block(spec, block)["residual"]
    assert all(np.isfinite(found))
    whole = PRESETS["cosine-exact"].build({**more, "estimators": ("sgd",), "batch": 0})
    full = run_block(whole, plan(whole).blocks[0])["residual"]
    assert (found == pytest.approx(full, rel=1e-9)) == (batch >= 150)


def test_a_unit_that_one_expert_does_not_have_is_refused():
    values = PRESETS["lab"].defaults
    alone = {**values, "true_atoms": 1, "start_unit": "block"}
    with pytest.raises(SpecificationError, match="at least 2 true experts"):
        Specification.make("lab", alone)
    for more in ({"start": "random"}, {"start_scale": 0.0}, {"true_atoms": 2}):
        assert Specification.make("lab", {**alone, **more})["start_unit"] == "block"
