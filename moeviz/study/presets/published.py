"""Slopes that the papers print, beside the curves that repeat them."""

from __future__ import annotations

from moeviz.study.models import PlannedFit
from moeviz.study.presets.preset import PRESETS, Published
from moeviz.study.readings import paper_loss
from moeviz.study.specification import Specification
from moeviz.theory import Reading

FREE = frozenset(
    {
        "routers", "gates", "experts", "estimators", "sizes", "replicates", "seed", "truth_seed",
        "candidates", "start", "start_scale", "starts", "box", "max_steps", "em_steps",
        "em_tolerance", "epochs", "rate", "batch", "losses", "gauges", "window_from",
        "untrained", "unfinished", "statistic", "bars",
        "start_power", "start_unit", "start_weight", "em_rule",
    }
)  # fmt: skip
"""Fields that may differ from a preset's and still repeat its experiment."""


def published_slope(spec: Specification, fit: PlannedFit, reading: Reading) -> Published | None:
    """Return the slope that a paper prints for a reading of a fit, or None.

    A slope is held only against what the paper ran: the same data fitted by another estimator have
    none.

    Parameters
    ----------
    spec : Specification
        What it came from says which experiment it may repeat.
    fit : PlannedFit
    reading : Reading
    """
    preset = PRESETS.get(spec.name)
    if preset is None or not preset.published:
        return None
    defaults = preset.defaults
    if any(spec[name] != value for name, value in defaults.items() if name not in FREE):
        return None
    if reading.loss != paper_loss(spec, fit):
        return None
    for one in preset.published:
        wanted = (
            (one.router, fit.router),
            (one.gate, fit.gate),
            (one.expert, fit.expert),
            (one.estimator, fit.estimator),
        )
        if all(name in ("", own) for name, own in wanted):
            return one
    return None
