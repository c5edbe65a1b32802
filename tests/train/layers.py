"""Small sparse layers for the tests."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from moeviz.train.layer import SparseLayer
from moeviz.train.routers import ROUTERS
from moeviz.train.rules import Rules

WIDTH, TOKENS = 5, 40


def stream(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def tokens(seed: int = 1, count: int = TOKENS) -> Tensor:
    return torch.randn(count, WIDTH, generator=stream(seed), dtype=torch.float64)


def layer(method: str, seed: int = 0, **rules: Any) -> SparseLayer:
    """A layer in float64 whose parameters are all of order 1."""
    router_settings = {k: rules.pop(k) for k in ("temperature", "tau1", "tau2") if k in rules}
    asked = {"experts": 6, "top": 3, "hidden": 7, "projection": 3, **rules}
    made = SparseLayer(ROUTERS[method](**router_settings), Rules(**asked), WIDTH).double()
    draw = stream(seed)
    with torch.no_grad():
        for own in made.parameters():
            own.normal_(0.0, 0.7, generator=draw)
    return made
