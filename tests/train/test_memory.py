"""How much memory a worker needs."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from moeviz.train.build import build_network
from moeviz.train.memory import weights, worker_bytes
from moeviz.train.presets import PRESETS
from moeviz.train.routers import ROUTERS
from moeviz.train.specification import MOST_BYTES, MOST_STEP_WORK, Training, step_work
from moeviz.train.tasks import make_task
from tests.train.test_run import SMALL, training

WORKER = """
import json, pickle, resource, sys
import torch
from moeviz.train.plan import Run
from moeviz.train.run import run_stretch
from moeviz.train.specification import Training

torch.set_num_threads(1)
spec, state = Training.make("test", json.loads(sys.argv[1])), None
for number in range(2):
    _, state = run_stretch(spec, Run(0, 1, 0), number, state)
    sent = pickle.dumps(state)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


ALWAYS = next(name for name, router in ROUTERS.items() if router.competes == "always")
TOGETHER = {"methods": ALWAYS, "affinity": "softmax", "batch": 8}


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
            {
                "methods": "smoe", "experts": 64, "top": 16, "batch": 128, "context": 128,
                "width": 8, "heads": 1, "hidden": 4,
            },
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
