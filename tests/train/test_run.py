"""Training in stretches."""

from __future__ import annotations

import io
import math
from typing import Any

import pytest
import torch

from moeviz.errors import Cancelled, SpecificationError
from moeviz.train.build import build_network
from moeviz.train.method import Method
from moeviz.train.plan import Run
from moeviz.train.run import load_state, rate_share, run_stretch, schedule_of
from moeviz.train.specification import Training
from moeviz.train.tasks import make_task

SMALL: dict[str, Any] = {
    "steps": 12, "points": 3, "batch": 4, "context": 16, "width": 16, "heads": 2, "hidden": 8,
    "experts": 4, "top": 2, "omega": 0.4, "projection": 4,
}  # fmt: skip
TIMINGS = ("seconds", "learned_per_second", "asked_per_second")
TEXT = ("the quick brown fox jumps over the lazy dog. " * 80).encode()


def training(**fields: Any) -> Training:
    return Training.make("test", {**SMALL, **fields}, TEXT)


def stretches(spec: Training, method: Method, count: int) -> tuple[list[dict[str, Any]], bytes]:
    state, records = None, []
    for stretch in range(count):
        record, state = run_stretch(spec, Run(spec.methods.index(method), 1, 0), stretch, state)
        records.append({k: v for k, v in record.items() if k not in TIMINGS})
    assert state is not None
    return records, state


@pytest.mark.parametrize("name", ["competesmoe", "smoe-noisy", "dense-active"])
def test_a_run_that_is_resumed_is_the_run_that_was_not_interrupted(name: str) -> None:
    whole = training(methods=name, points=2)
    cut = training(methods=name, points=4)
    at_once, end = stretches(whole, whole.methods[0], 2)
    in_pieces, same = stretches(cut, cut.methods[0], 4)
    losses = [[loss for r in records for loss in r["train"]] for records in (at_once, in_pieces)]
    assert losses[0] == losses[1]
    assert at_once[-1]["held_out"] == in_pieces[-1]["held_out"]
    one, other = (torch.load(io.BytesIO(s), weights_only=True)["network"] for s in (end, same))
    assert all(torch.equal(one[key], other[key]) for key in one)


def test_methods_of_one_seed_differ_in_their_routers_alone() -> None:
    spec = training(methods="smoe\nxmoe\ncompetesmoe\nshared-v2")
    task = make_task(spec.fields, spec.own)
    first, *others = (build_network(m, task, 3).state_dict() for m in spec.methods)
    assert others
    for other in others:
        shared = {k for k in first if k in other and ".head." not in k}
        assert any(".experts." in k for k in shared)
        assert all(torch.equal(first[k], other[k]) for k in shared if "blocks.1" not in k)
    again = build_network(spec.methods[0], task, 4).state_dict()
    assert not torch.equal(again["answer.weight"], first["answer.weight"])


def test_every_method_learns() -> None:
    names = "smoe\nsmoe-noisy\nxmoe\npcosine\nmoeut\nshared-v3\ncompetition\ncompetesmoe"
    spec = training(methods=names + "\ndense-total", steps=20, points=2, rate=0.02)
    for method in spec.methods:
        records, _ = stretches(spec, method, 2)
        assert records[-1]["held_out"] < records[0]["train"][0] - 0.5
        for layer in records[-1]["look"]["layers"]:
            if not method.dense:
                assert 0.0 <= layer["agreement"] <= 1.0
                assert layer["use_entropy"] <= math.log2(4) + 1e-9
                assert math.isclose(sum(layer["load"]), 1.0)
                assert 0.0 <= layer["change"] <= 1.0


def test_an_upcycled_network_begins_with_equal_experts() -> None:
    spec = training(methods="smoe", start="upcycled", dense_steps=5, rate=1e-6)
    _, state = stretches(spec, spec.methods[0], 1)
    task = make_task(spec.fields, spec.own)
    network = build_network(spec.methods[0], task, 1)
    load_state(state, network, None)
    experts = network.layers[0].experts.w_in
    assert (experts - experts[:1]).abs().max() < 1e-4
    assert experts.abs().max() > 1e-3


def test_a_diverging_run_says_no_number_and_goes_on() -> None:
    spec = training(methods="smoe", rate=1.0, steps=40, decay=0.0, points=2)
    spec.methods[0].fields["rate"] = 1e30
    record, state = run_stretch(spec, Run(0, 1, 0), 0, None)
    assert record["held_out"] is None
    again, _ = run_stretch(spec, Run(0, 1, 0), 1, state)
    assert again["held_out"] is None


def test_competition_happens_when_the_schedule_says() -> None:
    spec = training(methods="competesmoe", steps=60)
    when = schedule_of(spec.methods[0], 1)
    assert when is not None
    records, _ = stretches(spec, spec.methods[0], 3)
    counted = torch.tensor([record["competed"] for record in records]).sum(0)
    assert torch.equal(counted, when.active.sum(1))
    assert counted.sum() > 0


def test_stopping() -> None:
    spec = training()
    with pytest.raises(Cancelled):
        run_stretch(spec, Run(0, 1, 0), 0, None, should_stop=lambda: True)


def test_the_learning_rate_rises_and_falls() -> None:
    shares = [rate_share(step, 100) for step in range(100)]
    assert max(shares) == 1.0
    assert shares.index(1.0) == 7
    assert shares[7:] == sorted(shares[7:], reverse=True)
    assert shares[:8] == sorted(shares[:8])
    assert 0.0 < shares[-1] < 0.01


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"methods": ""}, "from 1 to 12 methods"),
        ({"methods": "smoe\n" * 3 + "gpt"}, "begin with a method"),
        ({"methods": "smoe width=9"}, "field=value with one of"),
        ({"methods": "smoe omega"}, "field=value with one of"),
        ({"methods": "competesmoe omega=3"}, "omega between 0 and 1"),
        ({"top": 5}, "from 1 to 4 experts"),
        ({"heads": 3}, "heads can share"),
        ({"methods": "shared-v2", "top": 1}, "at least 2 experts for a token"),
        ({"steps": 20_000, "batch": 512, "width": 512}, "at most 2e[+]14 multiplications"),
        ({"batch": 512, "context": 512, "width": 512}, "multiplications in a step"),
        ({"experts": 64, "width": 512, "hidden": 512, "batch": 1}, "at most 1.5 GiB"),
        ({"task": "digits"}, "no text beside a task"),
        ({"nonsense": 1}, "only known fields"),
    ],
)
def test_what_is_refused(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(SpecificationError, match=words):
        training(**fields)


def test_a_run_is_its_document() -> None:
    spec = training(methods="competesmoe  omega=0.03\nsmoe")
    again = Training.from_json(spec.to_json())
    assert again == spec
    assert again.hash == spec.hash
    assert spec.methods[0].title == "CompeteSMoE (ω = 0.03)"
    more = training(methods="pcosine tau1=0.5 temperature=2\ncompetesmoe answered=router most=2")
    assert [method.title for method in more.methods] == [
        "PCosine (τ₁ = 0.5, T = 2)",
        "CompeteSMoE (answered = router, A_max = 2)",
    ]
    assert training(methods="competesmoe omega=0.4")["methods"] == "competesmoe"
    assert training(seed=2).hash != spec.hash
    other = Training.make("test", SMALL, TEXT + b"another end")
    assert other.hash != training().hash
    with pytest.raises(SpecificationError, match="another"):
        Training.from_json({**spec.to_json(), "text": "0" * 16})
    for wrong in (
        None,
        {},
        {**spec.to_json(), "training": 9},
        {**spec.to_json(), "own": 3},
        {**spec.to_json(), "own": "half \ud800"},
    ):
        with pytest.raises(SpecificationError, match="Expected"):
            Training.from_json(wrong)


def test_methods_of_a_seed_begin_with_one_dense_network(monkeypatch: pytest.MonkeyPatch) -> None:
    from moeviz.train import run as running

    asked: list[str] = []
    real = running.train_step

    def counted(*given: Any) -> torch.Tensor:
        asked.append(given[3].name)
        return real(*given)

    monkeypatch.setattr(running, "train_step", counted)
    spec = training(methods="smoe\nxmoe", start="upcycled", dense_steps=5)
    for _ in range(2):
        records = [stretches(spec, method, 1)[0] for method in spec.methods]
    assert asked.count("dense-active") == 5
    assert records[0] == stretches(spec, spec.methods[0], 1)[0]


def test_the_last_stretch_leaves_the_network_alone() -> None:
    spec = training(methods="smoe", points=2)
    _, state = stretches(spec, spec.methods[0], 2)
    held = torch.load(io.BytesIO(state), weights_only=True)
    assert "network" in held
    assert "optimizer" not in held
