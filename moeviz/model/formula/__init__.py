"""Formulas that somebody typed: their language, trees, derivatives and values."""

from moeviz.model.formula.differentiate import differentiate
from moeviz.model.formula.evaluate import Program, evaluate, program
from moeviz.model.formula.functions import FUNCTIONS, OPERATIONS, TYPED, Function
from moeviz.model.formula.grammar import AFFINITY, EXPERT, ROUTER, SCORE, UNITS, WEIGHT, Kind
from moeviz.model.formula.latex import latex
from moeviz.model.formula.mathml import Mark, bracketed, marked, mathml, meaning
from moeviz.model.formula.parse import parse_formula
from moeviz.model.formula.separate import separate
from moeviz.model.formula.spell import (
    gate_width,
    own_weight,
    spelled_out,
    spelled_units,
    spelled_weight,
)
from moeviz.model.formula.tree import Call, Number, Power, Product, Sum, Symbol, Tree
from moeviz.model.formula.typst import typst

__all__ = [
    "AFFINITY",
    "EXPERT",
    "FUNCTIONS",
    "OPERATIONS",
    "ROUTER",
    "SCORE",
    "TYPED",
    "UNITS",
    "WEIGHT",
    "Call",
    "Function",
    "Kind",
    "Mark",
    "Number",
    "Power",
    "Product",
    "Program",
    "Sum",
    "Symbol",
    "Tree",
    "bracketed",
    "differentiate",
    "evaluate",
    "gate_width",
    "latex",
    "marked",
    "mathml",
    "meaning",
    "own_weight",
    "parse_formula",
    "program",
    "separate",
    "spelled_out",
    "spelled_units",
    "spelled_weight",
    "typst",
]
