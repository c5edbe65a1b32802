"""Studies: frozen specifications, their scenarios, blocks, slopes and results."""

from moeviz.study.assemble import assemble
from moeviz.study.blocks import Block, run_block, split
from moeviz.study.fields import FIELDS, Field
from moeviz.study.plan import Curve, plan_curves
from moeviz.study.presets import PRESETS, Preset
from moeviz.study.scenario import Scenario, resolve_scenario
from moeviz.study.specification import SCHEMA, Specification

__all__ = [
    "FIELDS",
    "PRESETS",
    "SCHEMA",
    "Block",
    "Curve",
    "Field",
    "Preset",
    "Scenario",
    "Specification",
    "assemble",
    "plan_curves",
    "resolve_scenario",
    "run_block",
    "split",
]
