"""Certificates as plain data: relations, determinants, matrices, and what they are about."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

import sympy

from moeviz.symbolic.certificates.report import fraction_latex, point_json
from moeviz.symbolic.certificates.types import (
    BlockMatrix,
    Certificate,
    Kink,
    PieceOf,
)
from moeviz.symbolic.kernel.cone import Block
from moeviz.symbolic.kernel.exact import Matrix
from moeviz.symbolic.kernel.family import Family, Piece
from moeviz.symbolic.kernel.relations import Relations
from moeviz.symbolic.kernel.support import Plane


def relation_certificate(
    family: Family, vector: Sequence[Fraction], found: Relations
) -> Certificate:
    """Return a relation as plain data."""
    return {
        "kind": "relation",
        "members": [
            {
                "label": m.label,
                "atom": m.atom + 1,
                "by": [s.name for s in m.orders],
                "coefficient": str(c),
            }
            for m, c in zip(family.members, vector, strict=True)
            if c
        ],
        "latex": relation_latex(family, vector) + " = 0",
        **source_json(family),
        "relations in all": len(found.basis),
        "rank": len(found.pivots),
    }


def determinant_certificate(family: Family, found: Relations) -> Certificate:
    """Return an enclosed determinant as plain data."""
    w = found.witness
    return {
        "kind": "determinant",
        "members": [
            {
                "label": family.members[c].label,
                "atom": family.members[c].atom + 1,
                "by": [s.name for s in family.members[c].orders],
            }
            for c in found.pivots
        ],
        "columns": list(found.pivots),
        **source_json(family),
        "inputs": []
        if w is None
        else [{"piece": piece, **{k: str(v) for k, v in x.items()}} for piece, x in w.points],
        "determinant": "" if w is None else w.determinant,
        "bits": 0 if w is None else w.bits,
        "rank": len(found.pivots),
    }


def source_json(family: Family) -> Certificate:
    """Return what a family is made of: formulas, symbols, points, the box of the inputs."""
    return {
        "functions": [_formula_text(f) for f in family.functions],
        "symbols": {
            "inputs": [s.name for s in family.tower.inputs],
            "parameters": [s.name for s in family.tower.parameters],
        },
        "points": [point_json(p) for p in family.points],
        "support": [[name, str(low), str(high)] for name, low, high in family.support.bounds],
        "domain": [str(c) for c in family.domain.conditions],
        "point masses": family.masses,
        "pieces": [_piece_json(piece) for piece in family.pieces],
    }


@lru_cache(maxsize=256)
def _formula_text(formula: sympy.Expr) -> str:
    """Return a formula's text, which takes long for a long one and is asked for in every test."""
    return str(formula)


def kink_json(plane: Plane) -> Kink:
    """Return a hyperplane as plain data."""
    return {
        "slope": {name: str(value) for name, value in plane.slope},
        "intercept": str(plane.intercept),
    }


def _piece_json(piece: Piece) -> PieceOf:
    return {
        "class": piece.sheet + 1,
        "kink": None if piece.plane is None else kink_json(piece.plane),
    }


def matrices_json(blocks: Sequence[Block], matrices: Sequence[Matrix]) -> list[BlockMatrix]:
    """Return block matrices as plain data."""
    return [
        {
            "atom": block.atom + 1,
            "parameters": [s.name for s in block.parameters],
            "rows": [[str(e) for e in row] for row in matrix],
        }
        for block, matrix in zip(blocks, matrices, strict=True)
    ]


def relation_latex(family: Family, vector: Sequence[Fraction]) -> str:
    """Return a linear combination's LaTeX."""
    text = ""
    for member, c in zip(family.members, vector, strict=True):
        if not c:
            continue
        sign = "-" if c < 0 else ("+" if text else "")
        size = "" if abs(c) == 1 else fraction_latex(abs(c)) + r"\,"
        text += f" {sign} {size}{member.label}"
    return text.strip()
