"""Random streams of a training run: each belongs to what it is for, not to who drew before.

So a step's tokens and noise are the same in whatever pieces a run is computed, and the same for all
methods that are compared.
"""

from __future__ import annotations

import numpy as np
import torch

PURPOSES = ("body", "experts", "router", "batch", "noise", "schedule", "teacher")
"""What streams are for."""


def stream(seed: int, purpose: str, step: int = 0) -> torch.Generator:
    """Return a generator of one purpose, on the CPU.

    Parameters
    ----------
    seed : int
        Of the run.
    purpose : str
        One of :data:`PURPOSES`.
    step : int
        For what is drawn anew at each step.
    """
    entropy = np.random.SeedSequence((seed, PURPOSES.index(purpose), step))
    return torch.Generator().manual_seed(int(entropy.generate_state(1, np.uint64)[0]) >> 1)
