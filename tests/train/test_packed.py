"""Arrays as plain data."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch

from moeviz.errors import ShapeError, SpecificationError
from moeviz.train.packed import PLACES, pack, unpack


def test_whole_numbers_come_back_as_they_were() -> None:
    values = torch.tensor([[0, 255, 7], [63, 1, 2]])
    packed = pack(values, "u1")
    assert unpack(json.loads(json.dumps(packed, allow_nan=False))).tolist() == values.tolist()
    assert packed["shape"] == [2, 3]


def test_numbers_come_back_to_half_a_step() -> None:
    values = torch.randn(5, 40, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    packed = pack(values, "u2")
    step = (packed["high"] - packed["low"]) / PLACES
    back = unpack(json.loads(json.dumps(packed, allow_nan=False)))
    assert back.shape == (5, 40)
    assert np.abs(back - values.numpy()).max() <= step / 2 * (1 + 1e-9)
    assert back.min() == packed["low"] == float(values.min())
    assert back.max() == pytest.approx(packed["high"], rel=1e-12)
    assert packed["high"] == float(values.max())


def test_a_constant_and_an_empty_array() -> None:
    assert (
        unpack(pack(torch.full((2, 2), 0.3), "u2")).tolist() == [[float(np.float32(0.3))] * 2] * 2
    )
    assert unpack(pack(torch.zeros(0, 3), "u2")).shape == (0, 3)
    assert unpack(pack(torch.zeros(0, 3), "u1")).shape == (0, 3)


def test_what_is_no_finite_number_becomes_one_that_occurs() -> None:
    packed = pack(torch.tensor([1.0, math.inf, -math.inf, math.nan, 2.0]), "u2")
    assert unpack(packed).tolist() == [1.0, 2.0, 1.0, 1.0, 2.0]
    assert unpack(pack(torch.tensor([math.nan]), "u2")).tolist() == [0.0]


def test_what_does_not_fit() -> None:
    for wrong in (torch.tensor([256]), torch.tensor([-1])):
        with pytest.raises(SpecificationError, match="from 0 to 255"):
            pack(wrong, "u1")
    with pytest.raises(ShapeError, match="6 packed numbers"):
        unpack({**pack(torch.arange(5), "u1"), "shape": [2, 3]})
