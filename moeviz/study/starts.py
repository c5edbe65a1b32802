"""Where a block's fits start, and what is read off the starts themselves.

Before a protocol has taken a step its fits are its starts. Their losses, read as the fits are,
show what nobody's training would show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from moeviz.estimate import box, make_problem, near_truth_start, random_start
from moeviz.model import Layout, Mixture
from moeviz.study.data import data_of
from moeviz.study.draws import stream
from moeviz.study.plan import Block
from moeviz.study.scenario import Fit
from moeviz.study.specification import Specification
from moeviz.study.start_law import start_law

if TYPE_CHECKING:
    from torch import Tensor


def starts(
    spec: Specification, mixture: Mixture, center: Tensor, layout: Layout, block: Block
) -> Tensor:
    """Return the starting points of a block's fits, shape (replicates, S, P).

    Near-truth starts lie around `center`, the truth or its best approximation.

    Parameters
    ----------
    spec : Specification
    mixture : Mixture
        The fitted model.
    center : Tensor, shape (P*,)
    layout : Layout
        Of the fitted atoms.
    block : Block
        Says which sample size and replicates.
    """
    atoms = center.reshape(-1, layout.width).numpy()
    law, rows = start_law(spec.fields), []
    scale = law.steps(block.n, atoms, layout, mixture.output.scalars)
    for replicate in range(block.first, block.last):
        rng = stream(spec, 1, block.n, replicate)
        for _ in range(spec["starts"]):
            if spec["start"] == "near-truth":
                drawn = near_truth_start(
                    rng, mixture, atoms, layout.atoms, layout, scale, law.split
                )
            else:
                drawn = random_start(rng, mixture, layout.atoms, layout)
            rows.append(drawn.ravel())
    return torch.from_numpy(np.stack(rows)).reshape(-1, spec["starts"], layout.size)


def untrained(
    spec: Specification, fit: Fit, center: Tensor, block: Block, device: str = "cpu"
) -> Tensor:
    """Return what a block's fits would be without a single step, shape (replicates, P).

    That is each replicate's start, in the box; of several starts the one with the smallest cost,
    as the fits choose theirs.

    Parameters
    ----------
    spec : Specification
    fit : Fit
    center : Tensor, shape (P*,)
        What near-truth starts lie around.
    block : Block
    device : str
        Where costs are computed, if there are several starts.
    """
    lower, upper = box(fit.mixture, fit.layout, spec["box"])
    drawn = starts(spec, fit.mixture, center, fit.layout, block)
    drawn = torch.minimum(torch.maximum(drawn, lower), upper)
    replicates, count, size = drawn.shape
    if count == 1:
        return drawn[:, 0]
    features, response = data_of(spec, fit, block, device)
    problem = make_problem(fit.mixture, features, response, (lower, upper), count)
    every = torch.arange(replicates * count, device=response.device)
    cost = problem.moments(drawn.reshape(-1, size).to(device), every).cost.cpu()
    best = torch.nan_to_num(cost, nan=torch.inf).reshape(replicates, count).argmin(1)
    return drawn[torch.arange(replicates), best]
