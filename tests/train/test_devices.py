"""Training away from the CPU, and in 16 bits."""

from __future__ import annotations

import io
from typing import Any

import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from moeviz.train.build import build_network
from moeviz.train.dispatch import dispatch
from moeviz.train.experts import Experts
from moeviz.train.plan import Run
from moeviz.train.routers import ROUTERS
from moeviz.train.run import beside, run_stretch
from moeviz.train.tasks import make_task
from tests.train.layers import stream, tokens
from tests.train.test_run import training

METHODS = tuple(ROUTERS)
CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")


@pytest.mark.few(3)
@pytest.mark.parametrize("method", METHODS)
def test_nothing_meets_what_is_made_on_another_device(method: str) -> None:
    """Nor is a number read in the middle of a step: a tensor without numbers would refuse."""
    spec = training(methods=method, diversity_reaches="experts")
    task = make_task(spec.fields, spec.own)
    network = build_network(spec.methods[0], task, 1).to("meta")
    inputs, targets = (part.to("meta") for part in task.batch(1, 0, 4))
    with FakeTensorMode(allow_non_fake_inputs=True):
        answers, routed = network(inputs, [True, False], stream(1))
        loss = task.loss(answers, targets) + beside(routed, spec.fields)
        slopes = torch.autograd.grad(loss, list(network.parameters()), allow_unused=True)
    assert loss.device.type == "meta"
    assert sum(slope is not None for slope in slopes) > 10


@pytest.mark.parametrize("top", [1, 2, 4])
def test_the_table_of_a_device_that_is_not_waited_for(
    top: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has as many rows as could be needed, and answers as the loop does."""
    experts = Experts(5, 5, 7).double()
    experts.start(stream(2))
    x = tokens(4, 40)
    for spread in (0.0, 1.0, 50.0):
        scores = spread * torch.randn(5, 40, generator=stream(top)) + torch.arange(5.0)[:, None]
        chosen = scores.topk(top, dim=0).indices
        table = dispatch(chosen, 5, waits=False)
        assert len(table.owner) == 10
        ways = []
        for way in ("table", "loop"):
            asked = x.clone().requires_grad_()
            if way == "table":
                answers = table.scatter(experts.answer(table.gather(asked), experts.weights, table))
            else:
                answers = experts.one_by_one(asked, chosen)
            parts = (asked, *experts.parameters())
            ways.append((answers, *torch.autograd.grad(answers.sin().sum(), parts)))
        for one, other in zip(*ways, strict=True):
            torch.testing.assert_close(one, other, rtol=0.0, atol=1e-12)


def stretch(device: str = "cpu", **fields: Any) -> tuple[dict[str, Any], bytes]:
    spec = training(**{"steps": 16, "points": 2, **fields})
    return run_stretch(spec, Run(0, 1, 0), 0, None, device)


@pytest.mark.parametrize("method", ["competesmoe", "xmoe", "shared-v3", "dense-active"])
def test_in_16_bits_a_run_is_close_to_the_one_in_32_and_its_state_is_in_32(method: str) -> None:
    coarse, state = stretch(methods=method, precision="bfloat16")
    fine, _ = stretch(methods=method)
    assert coarse["train"] != fine["train"]
    assert coarse["train"] == pytest.approx(fine["train"], rel=0.01)

    held = torch.load(io.BytesIO(state), weights_only=True)
    kinds = {part.dtype for part in held["network"].values()}
    kinds |= {own["exp_avg"].dtype for own in held["optimizer"]["state"].values()}
    assert kinds == {torch.float32}


def test_scores_are_in_32_bits_where_products_are_in_16() -> None:
    spec = training(methods="smoe", precision="bfloat16")
    task = make_task(spec.fields, spec.own)
    network = build_network(spec.methods[0], task, 1)
    seen: list[torch.dtype] = []
    with torch.autocast("cpu", dtype=torch.bfloat16):
        answers, routed = network(task.batch(1, 0, 4)[0])
        seen += [did.scores.dtype for did in routed] + [did.weights.dtype for did in routed]
    assert set(seen) == {torch.float32}
    assert answers.dtype == torch.float32


@pytest.mark.cuda
@CUDA
@pytest.mark.parametrize("method", [*METHODS, "dense-active"])
def test_a_gpu_trains_as_a_cpu_does(method: str) -> None:
    here, _ = stretch(methods=method)
    there, state = stretch("cuda", methods=method)
    assert there["train"] == pytest.approx(here["train"], rel=1e-4)
    assert there["held_out"] == pytest.approx(here["held_out"], rel=1e-4)
    again, same = stretch("cuda", methods=method)
    assert again["train"] == there["train"]
    spec = training(methods=method, steps=16, points=2)
    after = [run_stretch(spec, Run(0, 1, 0), 1, kept, "cuda")[0]["train"] for kept in (state, same)]
    assert after[0] == after[1]


@pytest.mark.cuda
@CUDA
@pytest.mark.parametrize("method", ["competesmoe", "smoe"])
def test_a_gpu_trains_in_16_bits(method: str) -> None:
    coarse, _ = stretch("cuda", methods=method, precision="bfloat16")
    fine, _ = stretch("cuda", methods=method)
    assert coarse["train"] == pytest.approx(fine["train"], rel=0.02)
