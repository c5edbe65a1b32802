"""Random models, measures and data for tests."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import strategies as st
from torch import Tensor

from moeviz.model import Layout, MixingMeasure


def uniform(rng: torch.Generator, *shape: int, low: float = -1.0, high: float = 1.0) -> Tensor:
    return torch.rand(*shape, generator=rng, dtype=torch.float64) * (high - low) + low


def normal(rng: torch.Generator, *shape: int) -> Tensor:
    return torch.randn(*shape, generator=rng, dtype=torch.float64)


def measure(
    weight: list[float], gate: list[list[float]], expert: list[list[float]]
) -> MixingMeasure:
    """A measure of one replicate, leading axis 1."""
    return MixingMeasure(
        torch.tensor([weight], dtype=torch.float64).log(),
        {
            "gate": torch.tensor([gate], dtype=torch.float64),
            "expert": torch.tensor([expert], dtype=torch.float64),
        },
    )


@st.composite
def measures(draw: st.DrawFn, atoms: int | None = None, replicates: int = 2) -> MixingMeasure:
    """Random measures in two dimensions with `replicates` leading rows."""
    k = atoms if atoms is not None else draw(st.integers(1, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    theta = torch.from_numpy(rng.normal(size=(replicates, k * 6)))
    return Layout(k, 2, 3).unpack(theta)
