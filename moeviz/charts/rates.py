"""The table of rates as one matrix of plain data: claim, slope and proof of every cell.

The page and ``python -m moeviz rates --json`` show these cells, and nothing else makes any.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from moeviz.charts.measured import Elsewhere, Measured, elsewhere, measured_cell
from moeviz.charts.proofs import FAILS, MARKS, PROVED, Proof, mark_of, proofs
from moeviz.charts.rates_notices import notices_of
from moeviz.charts.rates_words import (
    cell_label,
    needed,
    needs,
    samples,
    short_rate,
    together,
)
from moeviz.study.rate_cell import COLUMNS, SETTINGS, RateCell, RateRow
from moeviz.study.rates_table import RATE_ROWS
from moeviz.theory.claim import SLOW, RateClaim

PAPERS: Mapping[str, str] = {row.paper: row.paper.capitalize() for row in RATE_ROWS}
"""The papers, in the order of the rows."""

AGREEMENTS: Mapping[str, str] = {
    "differ": "the checker refutes, or the slope contradicts, what the paper claims",
    "agree": "nothing speaks against the claim, and slope or proof confirms the claim",
    "open": "neither slope nor proof can tell",
}
"""How claim, slope and proof of a cell stand to each other."""

KINDS: Mapping[str, str] = {
    "half": "n^(−1/2)",
    "quarter": "n^(−1/4)",
    "slow": "slower than any power",
    "other": "two rates, or a slower one",
}
"""Kinds of claims, each with a colour of its own."""

NEEDED: Mapping[str, str] = {
    "half": "ε^(−2)",
    "quarter": "ε^(−4)",
    "slow": "no power of 1/ε",
    "other": "two powers, or a higher one",
}
"""The same kinds, as samples for an error ε."""

UNDECIDED = (
    "The checker has no claim that decides it: the paper takes the rate from another one, or "
    "states it of the function or density itself."
)
"""Where no claim of the catalogue decides a rate."""

_SHORT: Mapping[str, str] = {
    "sigmoid gate, partially quadratic score": "sigmoid gate, no linear part",
    "linear softmax gate, without competition": "no competition",
    "modified gate, M = sigmoid": "modified gate, M = σ",
}
"""Gates whose words are too long for a row's head."""


@lru_cache(maxsize=1)
def rates_matrix() -> dict[str, Any]:
    """Return the whole matrix as plain data; made once, so only to be read.

    Returns
    -------
    dict
        ``columns``, ``papers``, ``settings``, ``agreements``, ``kinds``, ``needed`` and
        ``marks``: names with their titles, in order. ``rows``: each with ``name``, ``paper``,
        ``gate``, ``short`` (for the gate), ``regime``, ``setting`` and its ``cells``.
        ``notices``: what to notice now, by
        paper, setting and agreement, each ``all`` or one of the above, joined by ``|``.
        ``undecided``: what is said where no claim decides a rate. ``count``: how many cells
        there are, and how many are ``measured``.
    """
    rows = [_row(row) for row in RATE_ROWS]
    cells = [cell for row in rows for cell in row["cells"]]
    return {
        "columns": dict(COLUMNS),
        "papers": dict(PAPERS),
        "settings": dict(SETTINGS),
        "agreements": dict(AGREEMENTS),
        "kinds": dict(KINDS),
        "needed": dict(NEEDED),
        "marks": {name: {"glyph": glyph, "says": says} for name, (glyph, says) in MARKS.items()},
        "undecided": UNDECIDED,
        "rows": rows,
        "notices": notices_of(rows, PAPERS, SETTINGS, AGREEMENTS),
        "count": {"cells": len(cells), "measured": sum(bool(c["measured"]) for c in cells)},
    }


def _row(row: RateRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "paper": row.paper,
        "gate": row.gate_words,
        "short": _SHORT.get(row.gate_words, row.gate_words.removesuffix(", quadratic score")),
        "regime": row.regime_words,
        "setting": row.setting,
        "cells": [rates_cell(row, cell) for cell in row.cells],
    }


def rates_cell(row: RateRow, cell: RateCell) -> dict[str, Any]:
    """Return one cell as plain data.

    Parameters
    ----------
    row : RateRow
    cell : RateCell
        One of the row's.
    """
    claim = cell.claim
    measured, why = measured_cell(cell)
    decided, beside = proofs(cell.decided_by), proofs(tuple(cell.beside.values()))
    mark = mark_of(decided)
    agreement = agreement_of(measured, mark)
    own = cell.measured_with
    by_expert = [*zip(cell.beside, (one.mark for one in beside), strict=True), (own, mark)]
    said = {
        "name": f"{row.name}.{cell.column}",
        "column": cell.column,
        "setting": "density" if cell.of_function else row.setting,
        "expert": cell.expert_words,
        "face": cell.noun or cell.expert_words,
        "claim": claim.rate,
        "short": short_rate(claim),
        "kind": kind_of_claim(claim),
        "samples": samples(claim),
        "needs": needs(cell),
        "exponent": claim.exponent,
        "source": claim.source,
        "note": claim.note,
        "preset": cell.preset,
        "settings": dict(cell.settings),
        "curve": cell.curve_settings,
        "measured_with": own,
        "measured": _measured(measured) if measured else None,
        "why_not": why,
        "elsewhere": [_elsewhere(one) for one in elsewhere(cell)],
        "proof": mark,
        "claims": [
            *(_proof(one, expert) for expert, one in zip(cell.beside, beside, strict=True)),
            *(_proof(one, own) for one in decided),
        ],
        "agreement": agreement,
        "together": together(claim, measured, mark, by_expert if own else ()),
    }
    return {**said, "label": cell_label(row, said)}


def agreement_of(measured: Measured | None, mark: str) -> str:
    """Return how claim, slope and proof stand to each other, one of :data:`AGREEMENTS`.

    Parameters
    ----------
    measured : Measured or None
    mark : str
        The checker's, one of :data:`~moeviz.charts.proofs.MARKS`.
    """
    slope = measured.mark if measured else "unknown"
    if slope == "no" or mark == FAILS:
        return "differ"
    return "agree" if slope == "yes" or mark == PROVED else "open"


def kind_of_claim(claim: RateClaim) -> str:
    """Return of which of :data:`KINDS` a claim is.

    Parameters
    ----------
    claim : RateClaim
    """
    if claim.rate == SLOW:
        return "slow"
    by_rate = {KINDS["half"]: "half", KINDS["quarter"]: "quarter"}
    return by_rate.get(claim.rate, "other")


def _measured(measured: Measured) -> dict[str, Any]:
    slope = measured.slope
    return {
        "slope": round(slope.estimate, 4),
        "low": round(slope.low, 4),
        "high": round(slope.high, 4),
        "from": slope.window[0],
        "to": slope.window[1],
        "mark": measured.mark,
        "words": measured.words,
        "note": measured.note,
        "samples": needed(slope.estimate, slope.low, slope.high),
        "preset": measured.preset,
        "date": measured.date,
        "device": measured.device,
    }


def _elsewhere(one: Elsewhere) -> dict[str, Any]:
    slope = one.slope
    return {
        "preset": one.preset,
        "words": one.words,
        "curve": dict(one.curve),
        "slope": round(slope.estimate, 4),
        "low": round(slope.low, 4),
        "high": round(slope.high, 4),
        "same_expert": one.same_expert,
    }


def _proof(proof: Proof, expert: str) -> dict[str, Any]:
    return {
        "expert": expert,
        "claim": proof.claim,
        "reference": proof.reference,
        "mark": proof.mark,
        "verdict": proof.verdict,
        "condition": proof.condition,
        "repaired": proof.repaired,
        "says": proof.says,
        "date": proof.date,
    }
