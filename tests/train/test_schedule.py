"""When which layer competes."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some

from moeviz.errors import SpecificationError
from moeviz.train.schedule import MOVES, draw_schedule
from tests.train.layers import stream


@pytest.mark.parametrize("move", MOVES)
@given(
    layers=some.integers(1, 6),
    steps=some.integers(1, 200),
    omega=some.floats(0.0, 1.0),
    most=some.integers(1, 6),
    seed=some.integers(0, 1000),
    warm_up=some.sampled_from([0.0, 0.05, 0.5]),
)
def test_the_limit_holds_at_every_step_and_nothing_is_lost_that_has_room(
    move: str, layers: int, steps: int, omega: float, most: int, seed: int, warm_up: float
) -> None:
    found = draw_schedule(layers, steps, omega, most, stream(seed), warm_up, move)
    assert found.active.shape == (layers, steps)
    assert int(found.active.sum(0).max()) <= most
    assert not found.active[:, : round(warm_up * steps)].any()
    assert (found.active.sum(1) <= found.drawn).all()
    assert int(found.active.sum()) + found.dropped == int(found.drawn.sum())
    if most >= layers:
        assert found.moved == found.dropped == 0
    if found.dropped and move == "anywhere":
        # A layer loses a step only where every other step is full or its own.
        lost = (found.active.sum(1) < found.drawn).nonzero().flatten()
        for layer in lost.tolist():
            free = ~found.active[layer] & (found.active[:layer].sum(0) < most)
            free[: round(warm_up * steps)] = False
            assert not free.any()


@pytest.mark.parametrize("move", MOVES)
def test_where_there_is_room_every_layer_keeps_its_number(move: str) -> None:
    found = draw_schedule(2, 2000, 0.07, 1, stream(4), 0.05, move)
    assert found.moved > 0
    assert found.dropped == 0
    assert torch.equal(found.active.sum(1), found.drawn)


def test_a_deferred_layer_competes_in_the_next_step() -> None:
    found = draw_schedule(2, 400, 0.1, 1, stream(8), 0.0, "next")
    free = draw_schedule(2, 400, 0.1, 2, stream(8), 0.0, "next")
    both = (free.active[0] & free.active[1]).nonzero().flatten().tolist()
    assert both
    for step in both:
        if not free.active[:, step + 1 : step + 2].any():
            assert found.active[0, step]
            assert not found.active[1, step]
            assert found.active[1, step + 1]


def test_the_share_of_steps_is_omega() -> None:
    found = draw_schedule(3, 20_000, 0.07, 3, stream(2), 0.0)
    assert float(found.active.double().mean()) == pytest.approx(0.07, abs=0.004)


@pytest.mark.parametrize(
    "wrong", [{"omega": 1.5}, {"omega": float("nan")}, {"most": 0}, {"warm_up": -0.1}]
)
def test_shares_that_are_none(wrong: dict[str, float]) -> None:
    asked = {"omega": 0.1, "most": 1, "warm_up": 0.05, **wrong}
    with pytest.raises(SpecificationError, match="shares of steps from 0 to 1"):
        draw_schedule(2, 10, asked["omega"], int(asked["most"]), stream(1), asked["warm_up"])


def test_a_move_that_is_none() -> None:
    with pytest.raises(SpecificationError, match="Expected one of anywhere, next"):
        draw_schedule(2, 10, 0.1, 1, stream(1), 0.0, "back")
