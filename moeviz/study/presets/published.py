"""Slopes that the papers print, beside the curves that repeat them."""

from __future__ import annotations

from moeviz.study.curves import Curve, paper_loss
from moeviz.study.presets.preset import Preset, Published
from moeviz.study.specification import Specification

FREE = frozenset(
    {
        "routers", "gates", "experts", "estimators", "sizes", "replicates", "seed", "truth_seed",
        "candidates", "start", "start_scale", "starts", "box", "max_steps", "em_steps",
        "em_tolerance", "epochs", "rate", "batch", "losses", "gauges", "window_from",
    }
)  # fmt: skip
"""Fields that may differ from a preset's and still repeat its experiment."""


def published_slope(spec: Specification, curve: Curve, preset: Preset | None) -> Published | None:
    """Return the slope that a paper prints for a curve, or None.

    Parameters
    ----------
    spec : Specification
    curve : Curve
    preset : Preset or None
        The one that the specification came from.
    """
    if preset is None or not preset.published:
        return None
    defaults = preset.defaults
    if any(spec[name] != value for name, value in defaults.items() if name not in FREE):
        return None
    if curve.reading.loss != paper_loss(spec, curve.router, curve.gate, curve.expert):
        return None
    for one in preset.published:
        wanted = ((one.router, curve.router), (one.gate, curve.gate), (one.expert, curve.expert))
        if all(name in ("", own) for name, own in wanted):
            return one
    return None
