"""A mixture that is known as what is learned."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from moeviz.errors import ShapeError
from moeviz.model.gates import GATES
from moeviz.train import diagnostics
from moeviz.train.build import build_network
from moeviz.train.evaluate import measure
from moeviz.train.fields import FIELDS
from moeviz.train.look import look
from moeviz.train.plan import Run
from moeviz.train.regression import Regression
from moeviz.train.run import run_stretch
from moeviz.train.shown import shown_tokens
from moeviz.train.specification import Training
from moeviz.train.tasks import make_task
from moeviz.train.teacher import TEACHER_FIELDS, Teacher
from tests.train.layers import stream

SMALL: dict[str, Any] = {
    "task": "regression", "steps": 60, "points": 2, "batch": 8, "context": 16, "hidden": 16,
    "experts": 4, "top": 1, "methods": "smoe", "rate": 0.01,
}  # fmt: skip


def training(**fields: Any) -> Training:
    return Training.make("test", {**SMALL, **fields})


def task_of(**fields: Any) -> Regression:
    made = make_task(training(**fields).fields)
    assert isinstance(made, Regression)
    return made


def test_with_the_teachers_own_vectors_a_router_meets_the_true_gate() -> None:
    spec = training(true_top=2, top=2, inputs=3)
    task = make_task(spec.fields)
    assert isinstance(task, Regression)
    network = build_network(spec.methods[0], task, 1)
    order = torch.tensor([2, 0, 3, 1])
    with torch.no_grad():
        network.layers[0].head.vectors.copy_(task.teacher.vectors[order])
    truth = look(network, task, None)[0]["layers"][0]["truth"]
    assert truth["agreement"] == pytest.approx(1.0, abs=2e-3)
    assert truth["match"] == torch.argsort(order).tolist()
    assert truth["information"] == pytest.approx(truth["most"], abs=0.02)
    assert 0 < truth["most"] <= 2


def test_the_teacher_is_its_mixture() -> None:
    teacher = Teacher.of(training(inputs=3, true_experts=3, true_top=1).fields)
    x = torch.randn(50, 3, generator=stream(1), dtype=torch.float64)
    measure_ = teacher.mixture.layout(3, 3).unpack(teacher.theta)
    first = (teacher.vectors @ x.T).argmax(0)
    assert torch.equal(teacher.chosen(x)[0], first)
    own = measure_.expert[:, first]
    expected = (own[..., :3] * x).sum(-1) + own[..., 3]
    assert torch.allclose(teacher.answers(x), expected.T, rtol=1e-12)


@pytest.mark.parametrize("gate_name", sorted(GATES))
def test_every_gate_may_be_the_true_one(gate_name: str) -> None:
    task = task_of(true_gate=gate_name, true_top=2)
    inputs, targets = task.batch(1, 0, 4)
    assert inputs.shape == targets.shape == (4, 16, 2)
    assert targets.isfinite().all()
    truth, number = task.truth()
    assert truth.shape == (2, task.held_out()[0].flatten(0, 1).shape[0])
    assert number == 4


@pytest.mark.parametrize("field", [f for f in TEACHER_FIELDS if f.kind == "choice"])
def test_every_part_may_be_the_true_one(field: Any) -> None:
    for choice in field.options:
        _, targets = task_of(**{field.name: choice}).batch(1, 0, 2)
        assert targets.isfinite().all()
        assert targets.std() > 1e-3


def test_a_layer_learns_the_mixture_better_than_a_line_does() -> None:
    spec = training(steps=150, top=2)
    task, state = make_task(spec.fields), None
    for stretch in range(2):
        record, state = run_stretch(spec, Run(0, 1, 0), stretch, state)
    assert spec["noise"] ** 2 < record["final"]["loss"] < 0.7 * task.baseline()
    assert record["final"]["inputs"] == len(task.held_out()[0])
    assert record["accuracy"] is None
    assert record["look"]["layers"][0]["truth"]["information"] > 0.3
    assert len(record["look"]["layers"]) == 1


def test_a_line_is_what_a_line_fits() -> None:
    task = task_of(true_experts=2, true_top=2, true_gate="softmax", noise=0.2)
    with torch.no_grad():
        weights = task.teacher.theta.view(2, 2, -1)
        weights[:, 1] = weights[:, 0]
    again = Regression(task.teacher, task.context, task.seed)
    assert again.baseline() == pytest.approx(0.04, rel=0.05)


def test_the_teacher_is_the_same_for_all_runs_and_another_for_another_first_seed() -> None:
    one, same, other = task_of(), task_of(steps=70), task_of(seed=9)
    assert torch.equal(one.teacher.theta, same.teacher.theta)
    assert not torch.equal(one.teacher.theta, other.teacher.theta)
    assert torch.equal(one.held_out()[1], same.held_out()[1])
    assert not torch.equal(one.batch(1, 0, 2)[0], one.batch(2, 0, 2)[0])
    assert training(layers=5, heads=3)["layers"] == 1


def test_fields_that_matter_are_those_of_the_task() -> None:
    own = {field.name for field in TEACHER_FIELDS}
    for task, there in (("regression", own), ("language", {"layers", "width", "heads"})):
        values = training(task=task).fields
        found = {
            name for name in own | {"layers", "width", "heads"} if FIELDS[name].applies(values)
        }
        assert found == there


def test_points_are_shown_with_their_true_experts() -> None:
    task = task_of(inputs=3)
    shown = shown_tokens(task)
    points = task.held_out()[0].flatten(0, 1)[: len(shown["points"])]
    assert len(shown["points"]) == len(shown["truth"]) == 512
    assert torch.allclose(torch.tensor(shown["points"]), points[:, :2], atol=1e-3)
    assert shown["truth"] == task.teacher.chosen(points)[0].tolist()


def test_an_answer_of_nothing_costs_the_square_of_the_answers() -> None:
    spec = training()
    task = make_task(spec.fields)
    network = build_network(spec.methods[0], task, 1)
    with torch.no_grad():
        for own in network.parameters():
            own.zero_()
    found = measure(network, task, *task.held_out())
    assert found.loss == pytest.approx(float(task.held_out()[1].square().mean()), rel=1e-5)


def test_matching_and_information_of_known_assignments() -> None:
    truth = torch.arange(400).view(1, -1) % 4
    renamed = diagnostics.matched((truth + 1) % 4, 4, truth, 4)
    assert renamed.agreement == renamed.first == 1.0
    assert renamed.match == [1, 2, 3, 0]
    assert renamed.information == pytest.approx(2.0)
    assert renamed.most == pytest.approx(2.0)
    blind = diagnostics.matched(torch.zeros_like(truth), 4, truth, 4)
    assert blind.agreement == 0.25
    assert blind.information == 0.0
    coarse = diagnostics.matched(truth // 2, 2, truth, 4)
    assert coarse.agreement == 0.5
    assert coarse.information == pytest.approx(1.0)
    assert sorted(coarse.match) == [-1, -1, 0, 1]
    wider = diagnostics.matched(torch.cat([truth, (truth + 1) % 4]), 8, truth, 4)
    assert wider.agreement == wider.first == 1.0
    behind = diagnostics.matched(torch.cat([truth * 0, truth]), 4, truth, 4)
    assert behind.first == 0.25
    with pytest.raises(ShapeError, match="400"):
        diagnostics.matched(truth[:, :5], 4, truth, 4)


def test_information_of_nothing_is_about_its_bias() -> None:
    draw, count = stream(3), 4000
    one = torch.randint(0, 8, (1, count), generator=draw)
    other = torch.randint(0, 4, (1, count), generator=draw)
    bias = 7 * 3 / (2 * count * math.log(2.0))
    assert diagnostics.matched(one, 8, other, 4).information == pytest.approx(bias, rel=0.8)
