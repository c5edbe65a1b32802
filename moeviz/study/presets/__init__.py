"""Presets: the laboratory's own studies and the papers', each under its name."""

from moeviz.study.presets import (  # noqa: F401 (they register, in order)
    laboratory,
    moving,
    papers,
    table,
)
from moeviz.study.presets.preset import FULL, LIVE, PRESETS, Preset, Published

__all__ = ["FULL", "LIVE", "PRESETS", "Preset", "Published"]
