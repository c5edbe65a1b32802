"""How much memory a worker needs."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from moeviz.errors import SpecificationError
from moeviz.text import json_text
from moeviz.train.build import build_network
from moeviz.train.limits import (
    MOST_BYTES,
    MOST_RECORD_BYTES,
    MOST_STEP_WORK,
    dense_work,
    method_work,
    step_work,
    whole_work,
)
from moeviz.train.memory import record_bytes, weights, worker_bytes
from moeviz.train.plan import plan
from moeviz.train.presets import PRESETS
from moeviz.train.routers import ROUTERS
from moeviz.train.run import run_stretch
from moeviz.train.specification import Training
from moeviz.train.tasks import make_task
from tests.train.test_run import SMALL, training

WORKER = """
import json, pickle, sys
import torch
from moeviz.train.freed import most_held
from moeviz.train.plan import Run
from moeviz.train.run import run_stretch
from moeviz.train.specification import Training

torch.set_num_threads(1)
spec, state = Training.make("test", json.loads(sys.argv[1])), None
for number in range(2):
    _, state = run_stretch(spec, Run(0, 1, 0), number, state)
    sent = pickle.dumps(state)
print(most_held())
"""


ALWAYS = next(name for name, router in ROUTERS.items() if router.competes == "always")
TOGETHER = {"methods": ALWAYS, "affinity": "softmax", "batch": 8}
TINY = {"width": 8, "heads": 1, "hidden": 4, "context": 8, "batch": 1}
"""A network whose steps are next to nothing."""


@pytest.mark.parametrize(
    "asked",
    [
        {**TOGETHER, "experts": 16, "context": 32},
        pytest.param({**TOGETHER, "experts": 32, "batch": 16}, marks=pytest.mark.crowd),
        pytest.param({**TOGETHER, "experts": 32, "width": 128}, marks=pytest.mark.crowd),
        pytest.param(
            {"methods": "smoe", "experts": 64, "width": 128, "batch": 64}, marks=pytest.mark.crowd
        ),
        pytest.param({"methods": "smoe"}, marks=pytest.mark.crowd),
        pytest.param({"methods": "smoe", "task": "digits"}, marks=pytest.mark.crowd),
        pytest.param(
            {**TOGETHER, "experts": 32, "hidden": 32, "batch": 32}, marks=pytest.mark.crowd
        ),
        pytest.param(
            {**TINY, "methods": "smoe", "experts": 64, "top": 16, "batch": 128, "context": 128},
            marks=pytest.mark.crowd,
        ),
    ],
)  # fmt: skip
def test_a_worker_needs_at_most_what_was_said(asked: dict[str, Any]) -> None:
    """Of three stretches the first two are run: the last one asks all that is held out."""
    asked = {**asked, "steps": 10, "points": 3}
    spec = Training.make("test", asked)
    said = worker_bytes(spec.methods[0].name, spec.methods[0].fields)
    done = subprocess.run(
        [sys.executable, "-c", WORKER, json.dumps(asked)], capture_output=True, check=True
    )
    assert 0.6 * said < int(done.stdout) < said


def test_weights_are_counted() -> None:
    names = [*ROUTERS, "dense-active", "dense-total"]
    for name in names:
        spec = Training.make("test", {"methods": name})
        network = build_network(spec.methods[0], make_task(spec.fields), 1)
        exact = sum(own.numel() for own in network.parameters())
        assert weights(name, spec.fields) == pytest.approx(exact, rel=0.2)


@pytest.mark.parametrize("name", list(PRESETS))
def test_presets_stay_far_within_the_limits(name: str) -> None:
    for method in PRESETS[name].build().methods:
        assert worker_bytes(method.name, method.fields) < 0.7 * MOST_BYTES
        assert step_work(method) < 0.2 * MOST_STEP_WORK


def test_more_of_anything_needs_more() -> None:
    base = training(methods="smoe").fields
    least = worker_bytes("smoe", base)
    for field in ("experts", "hidden", "width", "layers"):
        assert worker_bytes("smoe", {**base, field: 2 * SMALL.get(field, 2)}) > least
    assert worker_bytes("smoe", {**base, "batch": 4096}) > least
    assert step_work(training(methods="competesmoe").methods[0]) > step_work(
        training(methods="smoe").methods[0]
    )


@pytest.mark.parametrize(
    "slow",
    [
        # 3.0 s, most of them with answers that softmax reads all at once
        {**TOGETHER, "batch": 64, "experts": 64, "top": 16, "hidden": 64},
        # 2.8 s, most of them on the way to experts of four hidden units, and in attention
        {"methods": "smoe", "batch": 128, "context": 512, "width": 16, "heads": 16, "hidden": 4,
         "experts": 64, "top": 16},
    ],
)  # fmt: skip
def test_what_is_carried_counts_in_a_step(slow: dict[str, Any]) -> None:
    with pytest.raises(SpecificationError, match="multiplications in a step"):
        Training.make("test", slow)
    assert Training.make("test", {**slow, "batch": 8}).methods


def test_records_are_as_large_as_was_said() -> None:
    for more in ({"experts": 64, "top": 16, "layers": 2}, {"context": 512}, {"methods": "smoe"}):
        spec = Training.make("test", {**TINY, "steps": 10, "points": 2, **more})
        said = record_bytes(spec.methods[0].name, spec.methods[0].fields, 1)
        record, _ = run_stretch(spec, plan(spec)[0].run, 0, None)
        assert 0.7 * said < len(json_text(record, compact=True)) < 1.1 * said


def test_a_run_whose_records_fill_a_server_is_refused() -> None:
    many = {
        **TINY, "layers": 8, "experts": 64, "top": 16, "points": 60, "steps": 60, "seeds": 20,
        "methods": "smoe\nxmoe\nmoeut",
    }  # fmt: skip
    with pytest.raises(SpecificationError, match=r"256 MiB, but of 60 runs at \d+ checkpoints"):
        Training.make("test", many)
    assert Training.make("test", {**many, "points": 5}).methods


@pytest.mark.parametrize("name", list(PRESETS))
def test_a_preset_keeps_a_twelfth_of_the_records_that_may_be(name: str) -> None:
    spec = PRESETS[name].build()
    runs = spec["seeds"] * len(spec.domains)
    each = [record_bytes(m.name, m.fields, len(spec.steps_at)) for m in spec.methods]
    assert runs * sum(each) < MOST_RECORD_BYTES / 12


def test_the_dense_network_of_an_upcycled_start_counts_once_a_seed() -> None:
    begun = training(methods="smoe\nxmoe", start="upcycled", dense_steps=200, seeds=3)
    plain = training(methods="smoe\nxmoe", start="scratch", seeds=3)
    assert dense_work(plain) == 0.0
    dense = training(methods="dense-active", top=1, steps=200, points=2).methods[0]
    # A dense network has no scores, for which every expert counts.
    assert dense_work(begun) == pytest.approx(method_work(dense), rel=0.1)
    assert whole_work(begun) - whole_work(plain) == pytest.approx(3 * dense_work(begun))
    with pytest.raises(SpecificationError, match=r"2e\+14 multiplications"):
        training(methods="smoe", start="upcycled", dense_steps=20_000, seeds=20, width=128,
                 hidden=1024, batch=32, context=64)  # fmt: skip
