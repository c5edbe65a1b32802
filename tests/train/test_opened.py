"""What a trained network can be asked: to write, to be stretched, to be cut by a plane."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pytest
import torch

from moeviz.errors import Cancelled, SpecificationError
from moeviz.model.gates import TOP
from moeviz.model.scores import Domain
from moeviz.model.threads import one_thread
from moeviz.train.gauge import factors, gauge_of, sees_differences
from moeviz.train.generate import MOST_WRITTEN, Written, generate
from moeviz.train.opened import opened
from moeviz.train.plan import Run
from moeviz.train.routers import ROUTERS
from moeviz.train.run import run_stretch
from moeviz.train.slice import gate_of, sliced
from moeviz.train.specification import Training
from moeviz.train.text import OTHER, own_text

SMALL: dict[str, Any] = {
    "steps": 30, "points": 2, "batch": 8, "context": 16, "width": 16, "heads": 2, "hidden": 8,
    "experts": 6, "top": 2, "projection": 4, "rate": 0.02, "omega": 0.4,
}  # fmt: skip
TEXT = ("the quick brown fox jumps over the lazy dog.\n" * 80).encode()
RUN = Run(0, 1, 0)
SPARSE = [name for name, router in ROUTERS.items() if router.competes != "always"]


@lru_cache(maxsize=32)
def trained(method: str, text: bytes = TEXT) -> tuple[Training, bytes]:
    """A run of one method and its first checkpoint."""
    spec = Training.make("test", {**SMALL, "methods": method}, text)
    with one_thread():
        _, state = run_stretch(spec, RUN, 0, None)
    return spec, state


def write(method: str = "smoe", **asked: Any) -> Written:
    spec, state = trained(method)
    return generate(spec, RUN, state, **{"prompt": "the ", "count": 30, **asked})


def test_what_is_written_follows_from_the_seed_and_stays_within_the_symbols() -> None:
    one, again, other = write(seed=3), write(seed=3), write(seed=4)
    assert one == again
    assert one.text != other.text
    assert len(one.text) == 30
    assert set(one.text) <= set(own_text(TEXT).symbols)
    assert one.beginning == "the "
    assert write(seed=5, temperature=0.0) == write(seed=6, temperature=0.0)


@pytest.mark.parametrize("length", [1, 15, 16, 17, 32, 64])
def test_each_character_has_the_expert_that_read_it(length: int) -> None:
    spec, state = trained("smoe")
    prompt = TEXT.decode()[7 : 7 + length]
    found = write(prompt=prompt, count=3)
    assert [len(layer) for layer in found.chosen] == [length + 3] * 2
    read = opened(spec, RUN, state)
    numbers = own_text(TEXT).numbers(found.beginning + found.text)
    _, routed = read.network(torch.from_numpy(numbers[-16:])[None])
    for layer, did in zip(found.chosen, routed, strict=True):
        assert layer[-1] == did.chosen[0, -1]


def test_a_dense_network_writes_and_chooses_nobody() -> None:
    found = write("dense-active")
    assert len(found.text) == 30
    assert found.chosen == ((), ())


def test_the_coldest_text_is_the_likeliest() -> None:
    spec, state = trained("smoe")
    found = write(temperature=0.0, count=5)
    read = opened(spec, RUN, state)
    numbers = torch.from_numpy(own_text(TEXT).numbers(found.beginning + found.text))
    answers, _ = read.network(numbers[None, :-1])
    assert torch.equal(answers[0, 3:].argmax(-1), numbers[4:])


@pytest.mark.parametrize(
    "prompt", ["\x00\x00", "🦊🦊", "\ud800", "", "\u202ethe", "<script>alert(1)</script>"]
)
def test_a_strange_beginning_is_read_in_known_characters(prompt: str) -> None:
    found = write(prompt=prompt, count=4)
    known = own_text(TEXT).symbols
    assert set(found.beginning + found.text) <= set(known)
    assert found.unknown == sum(symbol not in known for symbol in prompt)
    assert len(found.beginning) == max(1, len(prompt))


def test_unknown_characters_are_the_rare_ones() -> None:
    rare = "".join(chr(0x4E00 + at) for at in range(300))
    spec, state = trained("smoe", (rare + "plain words, many times. " * 100).encode())
    found = generate(spec, RUN, state, "plain 🦊", 2)
    assert found.beginning == f"plain {OTHER}"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"prompt": "a" * 10**5}, "at most 64 characters, but got 100,000"),
        ({"count": 0}, "from 1 to 500"),
        ({"count": MOST_WRITTEN + 1}, "from 1 to 500"),
        ({"temperature": -1.0}, "temperature from 0 to 3"),
        ({"temperature": float("nan")}, "temperature from 0 to 3"),
        ({"seed": -1}, "seed from 0"),
    ],
)
def test_what_nobody_writes(asked: dict[str, Any], words: str) -> None:
    with pytest.raises(SpecificationError, match=words):
        write(**asked)


def test_writing_ends_when_nobody_waits() -> None:
    asked = iter([False, False, True])
    with pytest.raises(Cancelled):
        write(should_stop=lambda: next(asked))


def test_only_a_text_is_gone_on_with() -> None:
    spec = Training.make("test", {**SMALL, "task": "digits", "methods": "smoe", "seeds": 1})
    with pytest.raises(SpecificationError, match="learned something else"):
        generate(spec, RUN, b"", "the")


@pytest.mark.parametrize("state", [b"", b"nonsense", b"PK\x03\x04"])
def test_a_checkpoint_that_is_none(state: bytes) -> None:
    spec, _ = trained("smoe")
    with pytest.raises(SpecificationError, match="Expected a checkpoint"):
        opened(spec, RUN, state)


def test_a_checkpoint_of_another_network() -> None:
    spec, _ = trained("smoe")
    _, state = trained("xmoe")
    with pytest.raises(SpecificationError, match="Expected a checkpoint"):
        opened(spec, RUN, state)


def test_a_run_that_left_all_numbers() -> None:
    spec = Training.make("test", {**SMALL, "methods": "smoe"}, TEXT)
    spec.methods[0].fields["rate"] = 1e30
    _, state = run_stretch(spec, RUN, 0, None)
    with pytest.raises(SpecificationError, match="lower learning rate"):
        opened(spec, RUN, state)


def test_the_factors() -> None:
    tried = factors()
    assert (tried[0], tried[len(tried) // 2], tried[-1]) == pytest.approx((0.25, 1.0, 4.0))
    assert list(tried) == sorted(tried)


@pytest.mark.parametrize("name", SPARSE)
def test_the_loss_sees_what_the_theory_says(name: str) -> None:
    found = gauge_of(*asked(name), layers=[1])
    assert [layer.layer for layer in found.layers] == [1]
    sphere = ROUTERS[name]().score.domain is Domain.SPHERE
    for layer in found.layers:
        assert layer.stretch_free == sphere
        assert layer.losses[len(layer.losses) // 2] == pytest.approx(layer.plain, abs=1e-12)
        if layer.stretch_free:
            assert layer.most < 1e-12
        else:
            assert layer.most > 1e-6
        if layer.shift_free:
            assert layer.moved < 1e-12
        elif layer.shift:
            assert layer.moved > 1e-6


def asked(name: str) -> tuple[Training, Run, bytes]:
    spec, state = trained(name)
    return spec, RUN, state


def test_a_softmax_sees_differences_and_sigmoids_do_not_stop_there() -> None:
    seen = {name: sees_differences(ROUTERS[name](), 2) for name in SPARSE}
    assert seen["smoe"]
    assert seen["perturbed-cosine"]
    assert not seen["moeut"]
    assert not seen["shared-v3"]


def test_there_are_common_vectors_on_the_sphere_too() -> None:
    layers = gauge_of(*asked("cosine")).layers
    assert [layer.layer for layer in layers] == [0, 1]
    assert all(layer.shift > 1e-3 for layer in layers)


@pytest.mark.parametrize("name", ["competition", "dense-active"])
def test_who_asks_no_router_has_no_gauge(name: str) -> None:
    with pytest.raises(SpecificationError, match="take another method"):
        gauge_of(*asked(name))
    with pytest.raises(SpecificationError, match="take another method"):
        sliced(*asked(name), 0)


def test_stretching_can_be_stopped() -> None:
    with pytest.raises(Cancelled):
        gauge_of(*asked("cosine"), lambda: True)


@pytest.mark.parametrize("name", SPARSE)
def test_a_slice_has_the_scores_of_tokens_in_its_plane(name: str) -> None:
    spec, state = trained(name)
    found = sliced(spec, RUN, state, 1)
    places = np.array([[0.3, -0.2], [2.0, 1.0], [-4.0, 0.5], [0.0, 3.0]])
    head = opened(spec, RUN, state, exact=True).sparse(1).head
    project = torch.eye(16, dtype=torch.float64) if head.project is None else head.project
    tokens = torch.from_numpy(found.origin + places @ found.axes.T)
    # Tokens that the router brings to these places.
    given = tokens @ torch.linalg.pinv(project).T
    np.testing.assert_allclose(found.scores(places), head.scores(given).numpy(), atol=1e-10)
    assert 0.0 < found.share <= 1.0
    assert found.load.sum() == pytest.approx(1.0)
    assert found.axes.T @ found.axes == pytest.approx(np.eye(2))
    assert 0.0 <= found.named <= 1.0


def test_no_other_plane_holds_more_of_the_tokens() -> None:
    spec, state = trained("cosine")
    found = sliced(spec, RUN, state, 0)
    tokens = opened(spec, RUN, state, exact=True)
    heard = tokens.heard(tokens.probe()[0])[0].numpy()
    assert (found.tokens**2).sum() / (heard**2).sum() == pytest.approx(found.share)
    draw = np.random.default_rng(0)
    for _ in range(50):
        plane = np.linalg.qr(draw.standard_normal((16, 2)))[0]
        assert ((heard @ plane) ** 2).sum() / (heard**2).sum() <= found.share


@pytest.mark.parametrize("name", SPARSE)
@pytest.mark.parametrize("top", [1, 2, 3])
def test_a_gate_of_the_pictures_is_found_by_its_weights(name: str, top: int) -> None:
    router = ROUTERS[name](temperature=0.7)
    gate, same = gate_of(router, top)
    scores = torch.randn(8, 20, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    kept, chosen = scores.topk(top, dim=0)
    weights = gate.weights(scores).gather(0, chosen)
    own = router.weights(kept)
    if not same:
        weights = weights / weights.sum(0)
    torch.testing.assert_close(weights, own, rtol=0, atol=1e-12)


def test_a_gate_that_keeps_more_than_pictures_know_keeps_what_they_can() -> None:
    gate, same = gate_of(ROUTERS["smoe"](), 40)
    assert same
    assert gate.kept(100) == TOP.high


def test_a_layer_that_is_not_there() -> None:
    with pytest.raises(SpecificationError, match="from 0 to 1"):
        sliced(*asked("smoe"), 2)
