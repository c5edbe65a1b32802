"""Presets: the laboratory's own studies and the papers', each under its name."""

from moeviz.study.presets import (  # noqa: F401 (they register, in order)
    laboratory,
    moving,
    multinomial,
    papers,
    table,
)
from moeviz.study.presets.preset import FULL, LIVE, PRESETS, Preset, PrintedLine, Published
from moeviz.study.presets.printed import FIGURES, PRINTED, Figure

__all__ = [
    "FIGURES",
    "FULL",
    "LIVE",
    "PRESETS",
    "PRINTED",
    "Figure",
    "Preset",
    "PrintedLine",
    "Published",
]
