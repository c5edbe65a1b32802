"""Formulas that somebody typed: their language, trees, derivatives and values."""

from moeviz.model.formula.differentiate import differentiate, gate_width, spelled_out
from moeviz.model.formula.evaluate import Program, evaluate, program
from moeviz.model.formula.grammar import EXPERT, SCORE, Kind
from moeviz.model.formula.latex import latex
from moeviz.model.formula.parse import parse_formula
from moeviz.model.formula.separate import separate
from moeviz.model.formula.tree import FUNCTIONS, Call, Number, Power, Product, Sum, Symbol, Tree

__all__ = [
    "EXPERT",
    "FUNCTIONS",
    "SCORE",
    "Call",
    "Kind",
    "Number",
    "Power",
    "Product",
    "Program",
    "Sum",
    "Symbol",
    "Tree",
    "differentiate",
    "evaluate",
    "gate_width",
    "latex",
    "parse_formula",
    "program",
    "separate",
    "spelled_out",
]
