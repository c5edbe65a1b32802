"""From blocks' results to a study's result, also while blocks are missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any

from moeviz.estimate import ENDED
from moeviz.model import EXPERTS, GATES, SCORES
from moeviz.study.blocks import split
from moeviz.study.curves import Curve, estimator_words, plan_curves
from moeviz.study.equal import equal_words, expert_of, function_alone, gauge_title
from moeviz.study.estimators import ESTIMATORS
from moeviz.study.notices import notices
from moeviz.study.presets import PRESETS, Published
from moeviz.study.presets.published import published_slope
from moeviz.study.sentences import curve_sentences
from moeviz.study.setting import setting_of
from moeviz.study.slope import (
    CONFIDENCE,
    NoSlope,
    Slope,
    fit_slope,
    local_slopes,
    why_no_slope,
)
from moeviz.study.specification import Specification
from moeviz.study.summary import geometric_mean, losses, mean, median
from moeviz.theory import Reading
from moeviz.theory.rates import RateClaim, claimed_rate

Result = Mapping[str, Any]


def assemble(
    spec: Specification, results: Mapping[str, Result], seconds: float, device: str
) -> dict[str, Any]:
    """Return a study's result from the blocks that are there.

    Parameters
    ----------
    spec : Specification
    results : mapping of str to dict
        Results of :func:`~moeviz.study.blocks.run_block` by block id.
    seconds : float
        How long the study has been computing.
    device : str
        Where.

    Returns
    -------
    dict
        Plain data: ``spec``, ``hash``, ``device``, ``seconds``, ``complete``, ``truth``,
        ``notices`` and ``curves``. A sample size appears in a curve when at least one of its
        blocks is there.
    """
    information = {r["fit"]: r for r in results.values() if r["kind"] == "information"}
    fits = _by_fit_and_size(r for r in results.values() if r["kind"] == "fits")
    curves = [
        _curve(spec, index, curve, fits.get(curve.fit, {}), information.get(curve.fit))
        for index, curve in enumerate(plan_curves(spec))
    ]
    return {
        "spec": spec.to_json(),
        "hash": spec.hash,
        "device": device,
        "seconds": seconds,
        "complete": all(block.id in results for block in split(spec)),
        "truth": _truth(spec, information),
        "notices": list(notices(spec)),
        "curves": curves,
    }


def _by_fit_and_size(results: Iterable[Result]) -> dict[int, dict[int, list[Result]]]:
    table: dict[int, dict[int, list[Result]]] = {}
    for result in results:
        table.setdefault(result["fit"], {}).setdefault(result["n"], []).append(result)
    for sizes in table.values():
        for parts in sizes.values():
            parts.sort(key=lambda part: int(part["first"]))
    return table


def _truth(spec: Specification, information: Mapping[int, Result]) -> dict[str, Any] | None:
    """Return the truths of the study's fits, by fit."""
    if not information:
        return None
    names = _fit_names(spec)
    return {
        "fits": [
            {
                "fit": fit,
                "name": names[fit],
                "columns": r["columns"],
                "atoms": r["truth"],
                "reach": r["reach"],
                "null_directions": r["null"],
                "gauge_directions": r["gauge"],
                "projection": r["projection"],
            }
            for fit, r in sorted(information.items())
        ]
    }


def _fit_names(spec: Specification) -> list[str]:
    fits = product(spec["routers"], spec["gates"], spec["experts"], spec["estimators"])
    return [
        ", ".join(
            [SCORES[router].title, GATES[gate].title, EXPERTS[expert].title]
            + ([ESTIMATORS[estimator].title] if len(spec["estimators"]) > 1 else [])
        )
        for router, gate, expert, estimator in fits
    ]


def _flat(parts: list[Result], key: str) -> list[Any]:
    return [value for part in parts for value in part[key]]


def _curve(
    spec: Specification,
    index: int,
    curve: Curve,
    sizes: Mapping[int, list[Result]],
    information: Result | None,
) -> dict[str, Any]:
    n = sorted(sizes)
    ended = [_flat(sizes[size], "status") for size in n]
    readings = [[v for part in sizes[size] for v in part["readings"][str(index)]] for size in n]
    loss = [losses(row, how) for row, how in zip(readings, ended, strict=True)]
    slope = fit_slope(n, loss, spec["window_from"], seed=spec["seed"])
    no_slope = why_no_slope(n, loss, spec["window_from"])
    setting = setting_of(spec.fields, curve.router, curve.gate, curve.expert)
    claim = claimed_rate(setting, curve.reading)
    constant = information["constants"][str(index)] if information else None
    status = [Counter(how) for how in ended]
    residual = [_flat(sizes[size], "residual") for size in n]
    alone = function_alone(spec.fields, n, residual, loss, constant)
    return {
        "label": curve.label,
        "router": curve.router,
        "router_title": SCORES[curve.router].title,
        "gate": curve.gate,
        "gate_title": GATES[curve.gate].title,
        "expert": curve.expert,
        "output": spec["output"],
        "estimator": estimator_words(spec, curve.estimator),
        "estimator_name": curve.estimator,
        "gauge": curve.reading.gauge,
        "gauge_title": gauge_title(expert_of(spec.fields, curve.expert), curve.reading),
        "loss_name": curve.reading.loss,
        "loss_title": curve.reading.title,
        "fit": curve.fit,
        "n": n,
        "replicates": [[i for p in sizes[s] for i in range(p["first"], p["last"])] for s in n],
        "loss": loss,
        "mean": [mean(row) for row in loss],
        "median": [median(row) for row in loss],
        "geometric": [geometric_mean(row) for row in loss],
        "status": [{kind.label: count[int(kind)] for kind in ENDED} for count in status],
        "residual": [mean(row) for row in residual],
        "steps": [mean(_flat(sizes[size], "steps")) for size in n],
        "trace": _trace(sizes[n[-1]]) if n else None,
        "slope": _slope_json(slope),
        "no_slope": no_slope.value if no_slope else None,
        "local_slope": local_slopes(n, loss),
        "theory": _theory_json(claim),
        "published": _published_json(_published(spec, curve)),
        "predicted": None if constant is None else [constant / size**0.5 for size in n],
        "predicted_constant": constant,
        "function_alone": alone,
        "in_words": (
            curve_sentences(slope, no_slope, claim, loss, status)
            + equal_words(spec.fields, curve.expert, curve.reading, n, loss, alone)
        ),
    }


def retold(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return a kept result with its claims, and the sentences that name them, made anew.

    Parameters
    ----------
    result : mapping
        As :func:`assemble` returned it when it was run: its numbers stay, and what theory says of
        them is what it says today.
    """
    fields = result["spec"]["fields"]
    return {**result, "curves": [_retold(fields, curve) for curve in result["curves"]]}


def _retold(fields: Mapping[str, Any], curve: Mapping[str, Any]) -> dict[str, Any]:
    setting = setting_of(fields, curve["router"], curve["gate"], curve["expert"])
    claim = claimed_rate(setting, Reading(curve["loss_name"], curve["gauge"]))
    kept = curve["slope"]
    slope = kept and Slope(kept["estimate"], kept["low"], kept["high"], tuple(kept["window"]))
    no_slope = None if slope else NoSlope(curve.get("no_slope") or NoSlope.TOO_FEW)
    status = [
        Counter({int(kind): count.get(kind.label, 0) for kind in ENDED})
        for count in curve["status"]
    ]
    return {
        **curve,
        "theory": _theory_json(claim),
        "in_words": curve_sentences(slope, no_slope, claim, curve["loss"], status),
    }


def _theory_json(claim: RateClaim) -> dict[str, Any]:
    return {"exponent": claim.exponent, "text": claim.text, "source": claim.source}


def _published(spec: Specification, curve: Curve) -> Published | None:
    return published_slope(spec, curve, PRESETS.get(spec.name))


def _published_json(published: Published | None) -> dict[str, Any] | None:
    if published is None:
        return None
    return {"slope": published.slope, "source": published.source, "note": published.note}


def _trace(parts: list[Result]) -> list[float] | None:
    """Return the mean trace of the largest sample size; shorter ones stay at their last value.

    It is None where a step of some fit has no likelihood that is a number.
    """
    traces = [(part["trace"], part["last"] - part["first"]) for part in parts if part.get("trace")]
    if not traces or any(mean(trace) is None for trace, _ in traces):
        return None
    longest = max(len(trace) for trace, _ in traces)
    total = sum(count for _, count in traces)
    return [
        sum(trace[min(i, len(trace) - 1)] * count for trace, count in traces) / total
        for i in range(longest)
    ]


def _slope_json(slope: Slope | None) -> dict[str, Any] | None:
    if slope is None:
        return None
    return {
        "estimate": slope.estimate,
        "low": slope.low,
        "high": slope.high,
        "window": list(slope.window),
        "confidence": CONFIDENCE,
    }
