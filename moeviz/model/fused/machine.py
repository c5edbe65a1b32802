"""The interpreter of instructions on rows, and gates on rows: compiled code that passes share.

Every loop runs over contiguous numbers of one row, without a branch inside, so that it becomes
vector instructions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, TypeVar

from numba import njit

from moeviz.model.fused import elementary as el
from moeviz.model.fused import instructions as code

if TYPE_CHECKING:
    import numpy as np

SOFTMAX, SIGMOID = 0, 1
"""Kinds of gates; beside them stands how many experts the gate keeps."""

BLOCK = 256
"""Samples of a block: its rows stay in the nearest cache."""

F1, F2, F3 = "f8[::1]", "f8[:,::1]", "f8[:,:,::1]"
I1, I2 = "i8[::1]", "i8[:,::1]"
"""Arrays of floats and of whole numbers, as signatures name them."""

Function = TypeVar("Function", bound=Callable[..., Any])


def loop(fastmath: Collection[str]) -> Callable[[Function], Function]:
    """Return a decorator that compiles code which makes no arrays.

    Rows are not counted there (``_nrt``), each of which would be an atomic step of the processor.
    """
    options: dict[str, Any] = {"fastmath": set(fastmath), "nogil": True, "_nrt": False}

    def decorate(function: Function) -> Function:
        """Compile a function when it is first called, or called by what is compiled."""
        made: Function = njit(error_model="numpy", **options)(function)
        return made

    return decorate


compiled = loop(el.FAST)


@compiled
def fill(value: float, out: np.ndarray) -> None:
    """Write one number to a row; a slice's assignment costs more to compile than all this."""
    for n in range(out.shape[0]):
        out[n] = value


@compiled
def copy(row: np.ndarray, out: np.ndarray) -> None:
    """Copy a row."""
    for n in range(out.shape[0]):
        out[n] = row[n]


@compiled
def linear_row(slope: np.ndarray, features: np.ndarray, first: int, out: np.ndarray) -> None:
    """Write slope . features from sample `first` on; slope (D,), features (D, N), out (B,)."""
    width, count = slope.shape[0], out.shape[0]
    a, last = slope[0], slope[width - 1]  # the last feature is 1
    if width == 1:
        fill(last, out)
        return
    row = features[0, first : first + count]
    if width == 2:
        for n in range(count):
            out[n] = last + a * row[n]
        return
    b, other = slope[1], features[1, first : first + count]
    for n in range(count):
        out[n] = (last + a * row[n]) + b * other[n]
    at = 2
    while at + 2 < width:
        a, b = slope[at], slope[at + 1]
        row = features[at, first : first + count]
        other = features[at + 1, first : first + count]
        for n in range(count):
            out[n] = (out[n] + a * row[n]) + b * other[n]
        at += 2
    if at + 1 < width:
        a = slope[at]
        row = features[at, first : first + count]
        for n in range(count):
            out[n] += a * row[n]


@compiled
def add_times(row: np.ndarray, factor: float, out: np.ndarray) -> None:
    """Add a row's multiple."""
    for n in range(out.shape[0]):
        out[n] += factor * row[n]


@compiled
def add_through(by: np.ndarray, slope: np.ndarray, factor: float, out: np.ndarray) -> None:
    """Add to derivatives by a value what comes through a score that reads it.

    Parameters
    ----------
    by, slope : shape (B,)
        Derivatives by the score, and of the affinity by the value.
    factor : float
        The value's share in the score.
    out : shape (B,)
    """
    for n in range(out.shape[0]):
        out[n] += factor * (by[n] * slope[n])


@compiled
def times_features(
    by: np.ndarray, features: np.ndarray, first: int, at: int, out: np.ndarray
) -> int:
    """Write a weight's products with all features to rows of `out`; return the next row."""
    count = by.shape[0]
    for j in range(features.shape[0] - 1):
        row, to = features[j, first : first + count], out[at + j]
        for n in range(count):
            to[n] = by[n] * row[n]
    copy(by, out[at + features.shape[0] - 1])  # the last feature is 1
    return at + features.shape[0]


@compiled
def run(steps: np.ndarray, numbers: np.ndarray, inputs: int, rows: np.ndarray) -> None:
    """Run instructions on the rows of one atom, (inputs + I, B), whose first `inputs` are given."""
    for i in range(steps.shape[0]):
        which = steps[i, 0]
        a, b, out = rows[steps[i, 1]], rows[steps[i, 2]], rows[inputs + i]
        factor, plus = numbers[i, 0], numbers[i, 1]
        count = out.shape[0]
        if which == code.FILL:
            for n in range(count):
                out[n] = plus
        elif which == code.ADD:
            for n in range(count):
                out[n] = a[n] + b[n]
        elif which == code.MULTIPLY:
            for n in range(count):
                out[n] = a[n] * b[n]
        elif which == code.AFFINE:
            for n in range(count):
                out[n] = a[n] * factor + plus
        elif which == code.RECIPROCAL:
            for n in range(count):
                out[n] = 1.0 / a[n]
        elif which == code.EXP:
            for n in range(count):
                out[n] = el.exp(a[n])
        elif which == code.LOG:
            for n in range(count):
                out[n] = el.log(a[n])
        elif which == code.SQRT:
            for n in range(count):
                out[n] = math.sqrt(a[n])
        elif which == code.ABS:
            for n in range(count):
                out[n] = abs(a[n])
        elif which == code.SIN:
            for n in range(count):
                out[n] = math.sin(a[n])
        elif which == code.COS:
            for n in range(count):
                out[n] = math.cos(a[n])
        elif which == code.TANH:
            for n in range(count):
                out[n] = el.tanh(a[n])
        elif which == code.SIGMOID:
            for n in range(count):
                out[n] = el.sigmoid(a[n])
        elif which == code.SOFTPLUS:
            for n in range(count):
                out[n] = el.softplus(a[n])
        elif which == code.STEP:
            for n in range(count):
                out[n] = 1.0 if a[n] > 0.0 else 0.0
        elif which == code.SIGN:
            for n in range(count):
                out[n] = (1.0 if a[n] > 0.0 else 0.0) - (1.0 if a[n] < 0.0 else 0.0)
        elif which == code.NORMAL_CDF:
            for n in range(count):
                out[n] = el.normal_cdf(a[n])
        elif which == code.NORMAL_DENSITY:
            for n in range(count):
                out[n] = el.normal_density(a[n])


@compiled
def weigh(kind: int, kept: int, scores: np.ndarray, out: np.ndarray, aside: np.ndarray) -> None:
    """Write a gate's weights of scores, both (K, B); `aside` (2, B) is overwritten.

    With fewer than K `kept`, the first of equal scores win, and what loses has the weight 0.
    """
    for i in range(scores.shape[0]):
        copy(scores[i], out[i])
    if kept < scores.shape[0]:
        silence(scores, kept, aside[0], out)
    if kind == SIGMOID:
        # The sigmoid of minus infinity is 0.
        for i in range(out.shape[0]):
            to = out[i]
            for n in range(to.shape[0]):
                to[n] = el.sigmoid(to[n])
    else:
        _softmax(out, aside[0], aside[1])


@compiled
def _softmax(out: np.ndarray, top: np.ndarray, total: np.ndarray) -> None:
    """Turn scores into the softmax's weights; leave their maximum, and 1 over the sum of powers."""
    count = top.shape[0]
    if out.shape[0] == 2:  # one exponential serves both
        one, two = out[0], out[1]
        for n in range(count):
            ahead = one[n] - two[n]
            top[n] = one[n] if ahead > 0.0 else two[n]
            # An infinite score has no weight: infinity minus itself is NaN, as of more experts.
            ratio = el.exp_down((top[n] - top[n]) - abs(ahead))
            more = 1.0 / (1.0 + ratio)
            less = ratio * more
            total[n] = more
            one[n] = more if ahead > 0.0 else less
            two[n] = less if ahead > 0.0 else more
        return
    copy(out[0], top)
    for i in range(1, out.shape[0]):
        row = out[i]
        for n in range(count):
            top[n] = row[n] if row[n] > top[n] else top[n]
    fill(0.0, total)
    for i in range(out.shape[0]):
        to = out[i]
        for n in range(count):
            to[n] = el.exp_down(to[n] - top[n])
            total[n] += to[n]
    for n in range(count):
        total[n] = 1.0 / total[n]
    for i in range(out.shape[0]):
        to = out[i]
        for n in range(count):
            to[n] *= total[n]


@compiled
def silence(scores: np.ndarray, kept: int, rank: np.ndarray, out: np.ndarray) -> None:
    """Put minus infinity where an atom is not among the `kept` first."""
    for i in range(scores.shape[0]):
        own, to = scores[i], out[i]
        fill(0.0, rank)
        for j in range(scores.shape[0]):
            row = scores[j]
            if j < i:
                for n in range(rank.shape[0]):
                    rank[n] += 1.0 if row[n] >= own[n] else 0.0
            elif j > i:
                for n in range(rank.shape[0]):
                    rank[n] += 1.0 if row[n] > own[n] else 0.0
        for n in range(rank.shape[0]):
            to[n] = to[n] if rank[n] < kept else -math.inf
