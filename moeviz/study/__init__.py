"""Studies: frozen specifications, their scenarios, blocks, slopes and results."""

from moeviz.study.assemble import assemble
from moeviz.study.blocks import Block, run_block, split
from moeviz.study.curves import Curve, plan_curves
from moeviz.study.designs import DESIGNS
from moeviz.study.estimators import ESTIMATORS
from moeviz.study.fields import FIELDS, Field
from moeviz.study.presets import FULL, LIVE, PRESETS, Preset, Published
from moeviz.study.scenario import Scenario, resolve_scenario
from moeviz.study.specification import SCHEMA, Specification

__all__ = [
    "DESIGNS",
    "ESTIMATORS",
    "FIELDS",
    "FULL",
    "LIVE",
    "PRESETS",
    "SCHEMA",
    "Block",
    "Curve",
    "Field",
    "Preset",
    "Published",
    "Scenario",
    "Specification",
    "assemble",
    "plan_curves",
    "resolve_scenario",
    "run_block",
    "split",
]
