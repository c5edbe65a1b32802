"""The search for a truth: of a design's candidates, the one whose rate shows with fewest data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from moeviz.model import Layout, Mixture
from moeviz.study.designs import DESIGNS, draw_truth
from moeviz.theory import fisher_information, input_nodes, reach
from moeviz.theory.information import pinned_spread

if TYPE_CHECKING:
    from torch import Tensor

SCREEN_NODES = 2048
"""Points over the inputs while candidate truths are compared."""

TOGETHER = 6144
"""Parameters of the candidates that are compared in one batch; bounds its memory."""

PASSED = 384
"""Parameters of the candidates that pass over the inputs in one batch; more leave the cache."""

FINALISTS = 6
"""Candidates that are compared by their reach, after a cheaper screening."""


def chosen_truth(mixtures: tuple[Mixture, ...], f: Mapping[str, Any]) -> Tensor:
    """Return the truth that a study's design draws, or finds among its candidates.

    Parameters
    ----------
    mixtures : tuple of Mixture
        Models that share the truth.
    f : mapping
        A study's fields.

    Returns
    -------
    Tensor, shape (P*,)
    """
    design = DESIGNS[f["design"]]
    layout = mixtures[0].layout(f["true_atoms"], f["dimension"])
    rng = np.random.default_rng(f["truth_seed"])
    count = f["candidates"] if design.searched else 1
    drawn = np.stack(
        [
            draw_truth(design, rng, mixtures[0], layout, f["sparse"], f["flat"]).ravel()
            for _ in range(count)
        ]
    )
    truths = torch.from_numpy(drawn)
    if count == 1:
        return truths[0]
    x = input_nodes(f["dimension"], SCREEN_NODES, f["low"], f["high"])
    return search_truth(mixtures, layout, truths, x)


def search_truth(
    mixtures: tuple[Mixture, ...], layout: Layout, truths: Tensor, x: Tensor
) -> Tensor:
    """Return the candidate truth whose largest reach over the mixtures is smallest.

    A reach that is no number counts as infinite. Where all are, it is the first of the screening.

    Parameters
    ----------
    mixtures : tuple of Mixture
        Models that share the truth.
    layout : Layout
        Of the truth.
    truths : Tensor, shape (C, P*)
        Candidates.
    x : Tensor, shape (1, D, N)
        Inputs.

    Returns
    -------
    Tensor, shape (P*,)
    """
    spread = torch.stack([_spread(mixture, truths, layout, x) for mixture in mixtures])
    finalists = torch.argsort(spread.amax(0), stable=True)[:FINALISTS].tolist()
    best, chosen = math.inf, finalists[0]
    for candidate in finalists:
        # The wider spread has the longer reach most often: what has lost already is found at once.
        order = torch.argsort(spread[:, candidate], descending=True, stable=True).tolist()
        longest = 0.0
        for i in order:
            samples = reach(mixtures[i], truths[candidate], layout, x).samples
            longest = math.inf if math.isnan(samples) else max(longest, samples)
            if not longest < best:
                break
        if longest < best:
            best, chosen = longest, candidate
    return truths[chosen]


def _spread(mixture: Mixture, truths: Tensor, layout: Layout, x: Tensor) -> Tensor:
    """Return the root of each candidate's mean squared error, gauge pinned, shape (C,)."""
    together, passed = (max(1, most // layout.size) for most in (TOGETHER, PASSED))
    spread = []
    for batch in truths.split(together):
        seen = [fisher_information(mixture, part, x) for part in batch.split(passed)]
        spread.append(pinned_spread(mixture, batch, layout, torch.cat(seen)))
    return torch.cat(spread)
