"""What the benchmark times answers alike."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError

import pytest
import torch

from moeviz.bench import moe
from moeviz.peers.flexmix import PeerMissingError
from moeviz.peers.moe import PUBLIC_LAYERS, PublicLayer
from moeviz.train import freed
from tests.train.layers import stream


@pytest.mark.parametrize("way", ["_loop", "_padded", "_plain_grouped"])
def test_every_way_answers_as_the_layer_does(way: str) -> None:
    layer = moe.make_layer(moe.Case(6, 2, 1.0), "cpu")
    x = torch.randn(30, moe.WIDTH, generator=stream(1))
    found = getattr(moe, way)(layer)(x)
    torch.testing.assert_close(found, layer(x).answer, rtol=1e-5, atol=1e-6)


def test_a_process_is_asked_to_keep_what_it_frees_and_does_without_where_it_cannot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert isinstance(freed.keep_freed(), bool)
    monkeypatch.setattr(freed.ctypes, "CDLL", lambda name: object())
    freed.keep_freed.cache_clear()
    assert freed.keep_freed() is False
    freed.keep_freed.cache_clear()


def test_medians_are_of_runs_in_turns() -> None:
    order: list[str] = []
    passes = {"one": lambda: order.append("one"), "other": lambda: order.append("other")}
    seconds = moe.in_turns(passes, turns=3)
    assert order == ["one", "other"] * 5
    assert set(seconds) == {"one", "other"}
    assert all(value >= 0.0 for value in seconds.values())


def test_a_package_that_is_not_there_is_said_with_the_way_to_get_it() -> None:
    def make(width: int, experts: int, top: int, hidden: int) -> None:
        raise PackageNotFoundError("nobody-has-this")

    missing = PublicLayer("nobody-has-this", "a way", "", make, lambda experts, top: True)  # type: ignore[arg-type]
    with pytest.raises(PeerMissingError, match="pip install nobody-has-this"):
        missing.layer(8, 4, 2, 16)


@pytest.mark.peers
@pytest.mark.parametrize("public", PUBLIC_LAYERS, ids=lambda public: public.way)
def test_a_public_layer_answers_and_learns(public: PublicLayer) -> None:
    try:
        module, answer = public.layer(64, 8, 2, 24)
    except PeerMissingError as missing:
        pytest.skip(str(missing))
    x = torch.randn(128, 64, generator=stream(1), requires_grad=True)
    found = answer(x)
    assert found.shape == x.shape
    slopes = torch.autograd.grad(found.square().sum(), [x, *module.parameters()])
    assert all(slope.isfinite().all() for slope in slopes)
    assert any((slope != 0).any() for slope in slopes)
