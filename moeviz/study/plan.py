"""Plans: which fits, curves and blocks a study has, said once, before anything is run."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from moeviz.model.fused import descent
from moeviz.study.curve_kinds import STARTS, UNFINISHED
from moeviz.study.estimators import ESTIMATORS
from moeviz.study.models import PlannedFit, planned_fits
from moeviz.study.planned_curves import PlannedCurve, plan_curves
from moeviz.study.run_time import (
    EM_STEP_SECONDS,
    end_seconds,
    fit_seconds,
    parameters,
    sample_seconds,
    start_seconds,
)
from moeviz.study.specification import Specification

BLOCK_SECONDS = 0.5
"""Estimated seconds of one core that a block should not exceed, where it can be cut.

That is long beside what it costs to send one, and short beside the two seconds of a cancel.
"""

BLOCK_BYTES = 128e6
"""Bytes of data and features that a block should not exceed, where it can be cut."""

TOGETHER = 10
"""Replicates of a block, at most, that are together for what their steps share and not for time."""

INFORMATION_SECONDS = 0.5

PREDICTION_SECONDS = (0.06, 1e-3)
"""What it takes to predict a protocol at one sample size, and what each parameter adds."""


@dataclass(frozen=True)
class Block:
    """A piece of a study: unit of progress, cancelling, retry and distribution.

    Attributes
    ----------
    id : str
        Safe as a file name.
    kind : {"information", "fits", "starts", "unfinished"}
    cost : float
        Estimated seconds of one core.
    fit : int
        Which of the study's fits.
    n : int
        Sample size; 0 for information.
    first, last : int
        Range of replicates.
    """

    id: str
    kind: str
    cost: float
    fit: int
    n: int = 0
    first: int = 0
    last: int = 0


@dataclass(frozen=True)
class Plan:
    """What a study consists of.

    Attributes
    ----------
    fits : tuple of PlannedFit
        By their index.
    curves : tuple of PlannedCurve
        The lines of its plot; fit by fit, then those of protocols' starts, and of what protocols
        have left to do.
    blocks : tuple of Block
        In the order in which they should run.
    """

    fits: tuple[PlannedFit, ...]
    curves: tuple[PlannedCurve, ...]
    blocks: tuple[Block, ...]


@lru_cache(maxsize=256)
def plan(spec: Specification) -> Plan:
    """Return a study's fits, curves and blocks.

    Parameters
    ----------
    spec : Specification
    """
    fits = planned_fits(spec.fields)
    curves = plan_curves(spec, fits)
    begun, ended = (
        sorted({curve.fit for curve in curves if curve.kind == kind})
        for kind in (STARTS, UNFINISHED)
    )
    return Plan(fits, curves, tuple(_blocks(spec, fits, begun, ended)))


def split(spec: Specification) -> tuple[Block, ...]:
    """Return a study's blocks in the order in which they should run."""
    return plan(spec).blocks


def block_bytes(spec: Specification, block: Block) -> float:
    """Return the bytes of a block's data and features: what it needs of memory at least.

    Parameters
    ----------
    spec : Specification
    block : Block
        One of its blocks.
    """
    size = parameters(spec.fields, plan(spec).fits)
    return (block.last - block.first) * _bytes(spec, block.n, size)


def _blocks(
    spec: Specification, fits: Sequence[PlannedFit], begun: Sequence[int], ended: Sequence[int]
) -> Iterator[Block]:
    """Cut a study into blocks.

    Small samples come first, then each fit's information, then larger samples, so that points
    appear at once. Of the fits `begun` the starts are read, too, and last of all what the fits
    `ended` have left to do, so that nothing waits for it.
    """
    size = parameters(spec.fields, fits)
    for rank, n in enumerate(spec["sizes"]):
        for fit in fits:
            yield from _cut(spec, fit, n, size)
        for index in begun:
            yield from _cut_starts(spec, fits[index], n, size)
        if rank == 0:
            for fit in fits:
                name = f"information-{fit.index}"
                yield Block(name, "information", _information_seconds(spec, fit, size), fit.index)
    for n in spec["sizes"]:
        for index in ended:
            yield from _cut_ends(spec, fits[index], n, size)


def _information_seconds(spec: Specification, fit: PlannedFit, size: int) -> float:
    """Return the seconds of a fit's information, and of what is predicted of a protocol."""
    if ESTIMATORS[fit.estimator].linear is None:
        return INFORMATION_SECONDS
    once, each = PREDICTION_SECONDS
    return INFORMATION_SECONDS + len(spec["sizes"]) * (once + each * size)


def _cut(spec: Specification, fit: PlannedFit, n: int, size: int) -> list[Block]:
    seconds = fit_seconds(spec.fields, n, fit, size)
    bytes_each = _bytes(spec, n, size)
    most = max(1, min(int(BLOCK_SECONDS / seconds), int(BLOCK_BYTES / bytes_each)))
    replicates = spec["replicates"]
    if fit.estimator == "sgd" and not descent.supported(fit.mixture):
        # Many small steps: their fixed cost is shared by the replicates of a block.
        most = max(most, min(replicates, max(1, int(BLOCK_BYTES / bytes_each)), TOGETHER))
    if fit.estimator == "em":
        # As many as make what an iteration costs beside its samples a quarter of it.
        few = math.ceil(3.0 * EM_STEP_SECONDS / (n * sample_seconds(size, fit.mixture)))
        most = max(most, min(replicates, max(1, int(BLOCK_BYTES / bytes_each)), few, TOGETHER))
    return [
        Block(f"fit{fit.index}-n{n}-r{a}-{b}", "fits", seconds * (b - a), fit.index, n, a, b)
        for a, b in _ranges(replicates, most)
    ]


def _bytes(spec: Specification, n: int, size: int) -> float:
    """Return the bytes of one replicate: inputs, features of the score, draws and response."""
    return 8.0 * n * (spec["dimension"] + 3 + size // spec["atoms"])


def _cut_starts(spec: Specification, fit: PlannedFit, n: int, size: int) -> list[Block]:
    """Cut the starts of a fit: without several to choose from no data are needed."""
    seconds = start_seconds(spec.fields, n, fit, size)
    bytes_each = _bytes(spec, n, size)
    most = spec["replicates"]
    if spec["starts"] > 1:
        most = max(1, min(int(BLOCK_SECONDS / seconds), int(BLOCK_BYTES / bytes_each)))
    return [
        Block(f"starts{fit.index}-n{n}-r{a}-{b}", "starts", seconds * (b - a), fit.index, n, a, b)
        for a, b in _ranges(spec["replicates"], most)
    ]


def _cut_ends(spec: Specification, fit: PlannedFit, n: int, size: int) -> list[Block]:
    """Cut what a protocol has left to do, over the first of its data sets."""
    seconds = end_seconds(spec.fields, n, fit, size)
    most = max(1, min(int(BLOCK_SECONDS / seconds), int(BLOCK_BYTES / _bytes(spec, n, size))))
    return [
        Block(f"ends{fit.index}-n{n}-r{a}-{b}", UNFINISHED, seconds * (b - a), fit.index, n, a, b)
        for a, b in _ranges(min(spec["unfinished"], spec["replicates"]), most)
    ]


def _ranges(replicates: int, most: int) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of parts of at most so many replicates, as even as can be."""
    parts = math.ceil(replicates / most)
    return itertools.pairwise([replicates * part // parts for part in range(parts + 1)])
