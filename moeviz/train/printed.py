"""A comparison as plain data: for scripts, for who reads on, and to be run again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moeviz.train.compared import compared, sizes
from moeviz.train.measure import CURVES, DIAGNOSTICS, SPEEDS, TRUE_GATE, TRUTHS
from moeviz.train.presets import tables_of
from moeviz.train.specification import NUMBERS_VERSION

if TYPE_CHECKING:
    from moeviz.train.result import TrainingResult


def printed(result: TrainingResult) -> dict[str, Any]:
    """Return a result as plain data; its ``spec`` is what the command and pages run again.

    Parameters
    ----------
    result : TrainingResult
    """
    spec, methods = result.spec, range(len(result.spec.methods))
    return {
        "training": NUMBERS_VERSION,
        "spec": spec.to_json(),
        "hash": spec.hash,
        "device": result.device,
        "seconds": result.seconds,
        "complete": result.complete,
        "measure": vars(result.measure),
        "baseline": result.baseline,
        "steps": result.steps.tolist(),
        "domains": list(spec.domains),
        "seeds": list(result.seeds),
        "methods": [_method(result, at) for at in methods],
        "differences": [
            {
                "method": spec.methods[two].text,
                "other": spec.methods[one].text,
                **result.difference(two, one).to_json(),
            }
            for two in methods
            for one in range(two)
        ],
        "published": [
            {
                **table.to_json(),
                "sizes": sizes(result, table),
                "comparisons": [one.to_json() for one in compared(result, table)],
            }
            for table in tables_of(spec)
        ],
    }


def _method(result: TrainingResult, at: int) -> dict[str, Any]:
    method, beside = result.spec.methods[at], result.beside_baseline(at)
    counts, final = result.competed(at), result.final(at)
    looked_at = [] if method.dense else [*DIAGNOSTICS]
    if result.known and not method.dense:
        looked_at += [f"truth.{name}" for name in TRUTHS]
    return {
        "method": method.text,
        "title": method.title,
        "final": final.tolist(),
        "mean": float(final.mean()),
        "diverged": result.diverged(at),
        "beside_baseline": beside and dict(beside.to_json()),
        "truth": result.values(at, TRUE_GATE).tolist() if result.known else None,
        "curves": {what: result.curve(at, what).values.tolist() for what in CURVES},
        "diagnostics": {name: result.diagnostic(name, at)[1].tolist() for name in looked_at},
        "load": None if method.dense else result.load(at)[1].tolist(),
        "competed": None if counts is None else counts.tolist(),
        **{name: result.speed(at, name) for name in SPEEDS},
    }
