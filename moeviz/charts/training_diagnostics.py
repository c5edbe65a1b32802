r"""What the papers look at while a sparse network trains, as curves over its checkpoints.

A curve is of one method and one layer: the mean over seeds, and the lowest and highest of them.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moeviz.train.measure import IDLE, TRUE_GATE
from moeviz.train.result import TrainingResult

Array = NDArray[np.float64]

MOST_NUMBERS = 6_000
"""All numbers of all diagnostics; with more of them, some checkpoints are left out."""


@dataclass(frozen=True)
class Diagnostic:
    """Something that is read of a network at every checkpoint.

    Attributes
    ----------
    name : str
        Of the record.
    title, axis : str
        On its tab, and at its axis.
    says : str
        One plain line, with ``{top}``, ``{next}`` (one more) and ``{experts}`` in place of numbers.
    form : str
        ``"percent"``, ``"number"``, ``"count"`` or ``"thousands"``.
    layered : bool
        Whether each layer has its own.
    """

    name: str
    title: str
    axis: str
    says: str
    form: str = "number"
    layered: bool = True


DIAGNOSTICS = (
    Diagnostic(
        "agreement",
        "Agreement",
        "share of a token's experts in common",
        "How many of a token's experts the router shares with a competition of all experts; "
        "chance gives {top} of {experts}.",
        "percent",
    ),
    Diagnostic(
        "change",
        "Change",
        "share of choices that changed",
        "How many of all choices differ from those at the checkpoint before; a router that has "
        "settled changes few.",
        "percent",
    ),
    Diagnostic(
        "rank_down",
        "Rank K + 1",
        "rise of the loss",
        "How much the loss rises when rank {next} answers in the place of rank 1, its best expert: "
        "near 0, the choice hardly matters.",
    ),
    Diagnostic(
        "use_entropy",
        "Use",
        "entropy of use, bits",
        "How evenly experts are used: log₂ {experts} bits where all are equally busy, 0 where one "
        "does everything.",
    ),
    Diagnostic(
        IDLE,
        "Idle",
        "idle experts",
        "How many of {experts} experts lie idle: less than a tenth of an equal share of the "
        "choices goes to them.",
        "count",
    ),
    Diagnostic(
        "weight_entropy",
        "Weights",
        "entropy of a token's weights, bits",
        "How undecided a token's weights are: log₂ {top} bits where its experts all count the "
        "same.",
    ),
    Diagnostic(
        "score_norm",
        "Scores",
        "length of a token's scores",
        "How long the router's scores of a token are: longer scores make surer choices.",
    ),
    Diagnostic(
        "similarity",
        "Likeness",
        "mean cosine of two experts' answers",
        "How alike two experts answer the same token: at 1 they have collapsed into one.",
    ),
    Diagnostic(
        TRUE_GATE,
        "True gate",
        "share of a token's true experts found",
        "How many of a token's experts are those of the true gate, experts matched with the true "
        "ones as well as can be.",
        "percent",
    ),
    Diagnostic(
        "truth.information",
        "Information",
        "mutual information, bits",
        "What a token's first expert tells of its true one: 0 bits where it tells nothing.",
    ),
    Diagnostic(
        "learned_per_second",
        "Training speed",
        "tokens a second, training",
        "How many tokens a second a run learned from, on the machine that ran it.",
        "thousands",
        layered=False,
    ),
    Diagnostic(
        "asked_per_second",
        "Answering speed",
        "tokens a second, answering",
        "How many tokens a second the trained network answers, by the router alone.",
        "thousands",
        layered=False,
    ),
)


def diagnostics(result: TrainingResult, unit: str) -> list[dict[str, Any]]:
    """Return all diagnostics that some method has.

    Parameters
    ----------
    result : TrainingResult
    unit : str
        Of the loss.

    Returns
    -------
    list of dict
        The fields of :class:`Diagnostic`; ``places``, the checkpoints that are told, by their
        place; ``most``, a value that none can exceed, or None; ``methods``, for each method a list
        with ``mean``, ``low`` and ``high`` for each layer, empty where it has none.
    """
    spec = result.spec
    checkpoints = len(spec.steps_at)
    layers = sum(spec["layers"] if each.layered else 1 for each in DIAGNOSTICS)
    room = MOST_NUMBERS // max(1, 3 * layers * len(spec.methods))
    places = thinned(checkpoints, max(2, room))
    limits = {
        "use_entropy": math.log2(spec["experts"]),
        "agreement": 1.0,
        "change": 1.0,
        TRUE_GATE: 1.0,
    }
    sizes = {"top": spec["top"], "next": spec["top"] + 1, "experts": spec["experts"]}
    found = []
    for each in DIAGNOSTICS:
        told = []
        for method in range(len(spec.methods)):
            values = _values(result, each, method)
            told.append([] if values is None else [spread(layer[:, places]) for layer in values])
        if not any(told):
            continue
        axis = f"{each.axis}, {unit}" if each.name == "rank_down" else each.axis
        found.append(
            {
                "name": each.name,
                "title": each.title,
                "axis": axis,
                "says": each.says.format(**sizes),
                "form": each.form,
                "layered": each.layered,
                "most": limits.get(each.name),
                "places": places,
                "methods": told,
            }
        )
    return found


def thinned(count: int, most: int) -> list[int]:
    """Return at most so many places of a list, the first and the last among them.

    Parameters
    ----------
    count : int
        The list's length.
    most : int
        At least 2.
    """
    if count <= most:
        return list(range(count))
    return sorted({round(at * (count - 1) / (most - 1)) for at in range(most)})


def spread(values: Array) -> dict[str, list[float | None]]:
    """Return mean, lowest and highest over the first axis; None where there is nothing.

    Parameters
    ----------
    values : ndarray, shape (seeds, P)
        NaN where a number is missing.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # Of checkpoints that nobody has reached.
        return {
            "mean": rounded(np.nanmean(values, axis=0)),
            "low": rounded(np.nanmin(values, axis=0)),
            "high": rounded(np.nanmax(values, axis=0)),
        }


def rounded(values: Array) -> list[float | None]:
    """Return numbers of four digits, and None for what is none.

    Parameters
    ----------
    values : ndarray, shape (P,)
    """
    return [float(f"{value:.4g}") if math.isfinite(value) else None for value in values]


def _values(result: TrainingResult, each: Diagnostic, method: int) -> Array | None:
    """Return a diagnostic's values, shape (layers, seeds, P); None where there is none."""
    if each.layered and result.spec.methods[method].dense:
        return None
    values = (
        np.asarray(result.diagnostic(each.name, method)[1], dtype=float)
        if each.layered
        else _of_records(result, each.name, method)
    )
    return values if np.isfinite(values).any() else None


def _of_records(result: TrainingResult, name: str, method: int) -> Array:
    """Return a number that records hold, shape (1, runs, P)."""
    steps = len(result.spec.steps_at)
    rows = [records for run, records in result.records.items() if run.method == method]
    values = np.full((1, max(1, len(rows)), steps), np.nan)
    for at, records in enumerate(rows):
        for place, record in enumerate(records[:steps]):
            value = record.get(name)
            values[0, at, place] = np.nan if value is None else value
    return values
