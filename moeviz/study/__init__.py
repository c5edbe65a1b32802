"""Studies: frozen specifications, their scenarios, blocks, slopes and results."""

from moeviz.study.assemble import assemble
from moeviz.study.blocks import run_block
from moeviz.study.curves import Curve
from moeviz.study.designs import DESIGNS
from moeviz.study.estimators import ESTIMATORS
from moeviz.study.fields import FIELDS
from moeviz.study.fit_report import FitReport
from moeviz.study.plan import Block, Plan, block_bytes, plan, split
from moeviz.study.planned_curves import PlannedCurve
from moeviz.study.presets import FULL, LIVE, PRESETS, Preset, Published
from moeviz.study.result import Result
from moeviz.study.scenario import Scenario, resolve_scenario
from moeviz.study.specification import Specification
from moeviz.study.versions import FIELDS_VERSION, NUMBERS_VERSION, migrate

__all__ = [
    "DESIGNS",
    "ESTIMATORS",
    "FIELDS",
    "FIELDS_VERSION",
    "FULL",
    "LIVE",
    "NUMBERS_VERSION",
    "PRESETS",
    "Block",
    "Curve",
    "FitReport",
    "Plan",
    "PlannedCurve",
    "Preset",
    "Published",
    "Result",
    "Scenario",
    "Specification",
    "assemble",
    "block_bytes",
    "migrate",
    "plan",
    "resolve_scenario",
    "run_block",
    "split",
]
