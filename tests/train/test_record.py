"""What a checkpoint's record says."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch

from moeviz.errors import Cancelled
from moeviz.train import diagnostics
from moeviz.train.build import build_network
from moeviz.train.evaluate import WATCHED_TOKENS, measure, watched
from moeviz.train.layer import SparseLayer
from moeviz.train.look import look
from moeviz.train.packed import unpack
from moeviz.train.plan import Run
from moeviz.train.record import NOTHING_SEEN, Kept, see
from moeviz.train.run import run_stretch
from moeviz.train.shown import shown_tokens
from moeviz.train.specification import Training
from moeviz.train.tasks import ANGLES, Digits, Task, make_task
from tests.train.test_run import SMALL, TIMINGS, training


def started(methods: str = "competesmoe", **fields: Any) -> tuple[Any, Task]:
    spec = training(methods=methods, **fields)
    task = make_task(spec.fields, spec.own)
    return build_network(spec.methods[0], task, 1), task


def timeless(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key not in TIMINGS}


def test_records_are_plain_data_and_the_same_again() -> None:
    spec = training(methods="competesmoe")
    (one, state), (again, _) = (run_stretch(spec, Run(0, 1, 0), 0, None) for _ in range(2))
    assert timeless(json.loads(json.dumps(one, allow_nan=False))) == timeless(again)
    assert one["held_out_error"] > 0
    assert one["final"] is None
    assert one["learned_per_second"] > 0
    assert one["asked_per_second"] > 0
    assert set(one) >= set(NOTHING_SEEN)
    last, _ = run_stretch(spec, Run(0, 1, 0), 1, state)
    last, _ = run_stretch(spec, Run(0, 1, 0), 2, _)
    assert last["final"]["step"] == last["step"] == spec["steps"]
    assert last["final"]["accuracy"] is None


@pytest.mark.parametrize("name", ["competesmoe", "competition", "shared-v2", "dense-total"])
def test_what_was_looked_at_is_what_the_layers_do(name: str) -> None:
    network, task = started(name)
    seen, routed = look(network, task, None)
    tokens = shown_tokens(task)
    count = len(tokens["rows"]) * tokens["context"]
    assert all(len(row) == tokens["context"] for row in tokens["rows"])
    for layer, shown, chosen in zip(network.layers, seen["layers"], routed, strict=True):
        if not isinstance(layer, SparseLayer):
            assert shown == {}
            continue
        assert torch.equal(torch.from_numpy(unpack(shown["chosen"]).astype("int64")), chosen)
        assert shown["chosen"]["shape"] == [layer.top, count]
        affinities = torch.from_numpy(unpack(shown["affinities"]))
        assert affinities.shape == (4, count)
        won = torch.from_numpy(unpack(shown["winners"]).astype("int64"))
        best = affinities.gather(0, won).sum(0)
        step = 2 * layer.top * (affinities.max() - affinities.min()) / 65_535
        assert (affinities.topk(layer.top, dim=0).values.sum(0) - best).abs().max() <= step
        assert unpack(shown["shares"]).sum(0) == pytest.approx(1.0, abs=1e-3)
        assert shown["agreement"] == diagnostics.agreement(chosen, won)
        assert shown["change"] is None


def test_change_is_from_the_checkpoint_before() -> None:
    network, task = started("smoe")
    _, routed = look(network, task, None)
    same, _ = look(network, task, routed)
    other, _ = look(network, task, [(chosen + 1) % 4 for chosen in routed])
    assert [layer["change"] for layer in same["layers"]] == [0.0, 0.0]
    assert all(layer["change"] > 0 for layer in other["layers"])


def test_rank_down_is_nothing_where_experts_are_equal_and_none_where_none_is_left() -> None:
    network, task = started("smoe")
    with torch.no_grad():
        for layer in network.layers:
            for own in layer.experts.parameters():
                own.copy_(own[:1].clone().expand_as(own))
    seen, _ = look(network, task, None)
    assert [layer["rank_down"] for layer in seen["layers"]] == pytest.approx([0.0, 0.0], abs=1e-5)
    assert [layer["similarity"] for layer in seen["layers"]] == pytest.approx([1.0, 1.0])
    whole, task = started("smoe", top=4)
    assert [layer["rank_down"] for layer in look(whole, task, None)[0]["layers"]] == [None, None]


def test_every_checkpoint_asks_the_same_inputs_spread_over_all() -> None:
    inputs = torch.arange(1000).view(1000, 1)
    asked, known = watched(inputs, inputs, 16)
    assert torch.equal(asked, known)
    assert len(asked) == WATCHED_TOKENS // 16
    assert len(set(asked.flatten().tolist())) == len(asked)
    gaps = asked[1:, 0] - asked[:-1, 0]
    assert gaps.max() - gaps.min() <= 1
    assert asked[0] == 0
    assert asked[-1] >= 1000 - gaps.max()
    assert len(watched(inputs[:3], inputs[:3], 8192)[0]) == 1
    assert len(watched(inputs[:3], inputs[:3], 16)[0]) == 3


def test_a_measure_is_the_mean_over_all_inputs_however_they_are_cut() -> None:
    network, task = started("smoe")
    inputs, targets = task.held_out()
    found = measure(network, task, inputs, targets)
    with torch.no_grad():
        answers, _ = network(inputs)
        each = task.losses(answers, targets).double()
    assert found.loss == pytest.approx(task.shown(float(each.mean())), rel=1e-6)
    assert found.error == pytest.approx(task.shown(float(each.std()) / len(each) ** 0.5), rel=1e-4)
    assert found.inputs == len(inputs)
    assert measure(network, task, inputs[:1], targets[:1]).error is None


def test_the_checkpoint_that_validation_likes_best_is_what_is_told_at_the_end() -> None:
    spec = Training.make("test", {**SMALL, "task": "digits", "methods": "cosine"})
    task = make_task(spec.fields, None, ANGLES.index(30))
    assert isinstance(task, Digits)
    good = build_network(spec.methods[0], task, 1)
    with torch.no_grad():
        good.answer.bias[3] = 50.0
    first, kept = see(good, task, Kept(), 4, False)
    bad = build_network(spec.methods[0], task, 1)
    with torch.no_grad():
        bad.answer.bias[3] = 100.0
        bad.answer.weight.zero_()
    before = {name: own.clone() for name, own in bad.state_dict().items()}
    last, kept = see(bad, task, kept, 8, True)
    assert first["validation"]["accuracy"] == last["validation"]["accuracy"]
    assert first["validation"]["loss"] < last["validation"]["loss"]
    assert kept.best_step == last["final"]["step"] == 4
    assert last["final"]["inputs"] == len(task.held_out()[0])
    labels = task.held_out()[1]
    assert last["final"]["accuracy"] == pytest.approx(float((labels == 3).double().mean()))
    assert last["final"]["loss"] < last["held_out"]
    assert all(torch.equal(own, before[name]) for name, own in bad.state_dict().items())


def test_digits_are_shown_as_they_are() -> None:
    task = Digits(0)
    shown = shown_tokens(task)
    assert len(shown["images"]) == len(shown["labels"]) == 32
    assert torch.tensor(shown["images"][5]).view(8, 8)[2, :2].tolist() == pytest.approx(
        task.held_out()[0][5, 4, :2].tolist(), abs=1e-3
    )


def test_stopping_while_looking() -> None:
    network, task = started()
    asked: list[bool] = []

    def later() -> bool:
        asked.append(True)
        return len(asked) > 3

    with pytest.raises(Cancelled):
        see(network, task, Kept(), 1, True, later)
    assert len(asked) == 4
