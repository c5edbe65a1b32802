"""The table of rates as one matrix of plain data: claim, slope and proof of every cell.

The page and ``python -m moeviz rates --json`` show these cells, and nothing else makes any.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from moeviz.charts.measured import Elsewhere, Measured, elsewhere, measured_cell
from moeviz.charts.proofs import FAILS, MARKS, PROVED, Proof, mark_of, proofs
from moeviz.charts.rates_words import cell_label, notices_of, together
from moeviz.study.rate_cell import COLUMNS, SETTINGS, RateCell, RateRow
from moeviz.study.rates_table import RATE_ROWS
from moeviz.text import signed
from moeviz.theory.claim import SLOW, RateClaim

PAPERS: Mapping[str, str] = {row.paper: row.paper.capitalize() for row in RATE_ROWS}
"""The papers, in the order of the rows."""

AGREEMENTS: Mapping[str, str] = {
    "differ": "two of claim, slope and proof disagree",
    "agree": "nothing disagrees, and slope or proof confirms the claim",
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

UNDECIDED = (
    "The checker has no claim that decides it: the paper takes the rate from another one, or "
    "states it of the density."
)
"""Where no claim of the catalogue decides a rate."""

_SHORT: Mapping[str, str] = {
    "sigmoid gate, partially quadratic score": "sigmoid gate, no linear part",
    "linear softmax gate, without competition": "no competition",
    "modified gate, M = sigmoid": "modified gate, M = σ",
}
"""Gates whose words are too long for a row's head."""

_POWER = re.compile(r"n\^\(−1/(\d+)\)")


@lru_cache(maxsize=1)
def rates_matrix() -> dict[str, Any]:
    """Return the whole matrix as plain data; made once, so only to be read.

    Returns
    -------
    dict
        ``columns``, ``papers``, ``settings``, ``agreements``, ``kinds`` and ``marks``: names with
        their titles, in order. ``rows``: each with ``name``, ``paper``, ``gate``, ``short`` (for
        the gate), ``regime``, ``setting`` and its ``cells``. ``notices``: what to notice now, by
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
    decided = proofs(cell.decided_by)
    mark = mark_of(decided)
    agreement = agreement_of(measured, mark)
    said = {
        "name": f"{row.name}.{cell.column}",
        "column": cell.column,
        "expert": cell.expert_words,
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
        "measured": _measured(measured) if measured else None,
        "why_not": why,
        "elsewhere": [_elsewhere(one) for one in elsewhere(cell)],
        "proof": mark,
        "claims": [_proof(one) for one in decided],
        "agreement": agreement,
        "together": together(claim, measured, mark),
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


def short_rate(claim: RateClaim) -> str:
    """Return a claimed rate as a cell has room for: its powers of n, or that there is none.

    Parameters
    ----------
    claim : RateClaim
    """
    powers = _POWER.findall(claim.rate)
    if claim.rate.startswith(SLOW):
        return "slower" if not powers else f"slower, or n^(−1/{powers[0]})"
    return " or ".join(f"n^(−1/{power})" for power in powers)


def samples(claim: RateClaim) -> str:
    """Return how many samples bring a parameter's error to ε, if n^(−a) is claimed: ε^(−1/a).

    Parameters
    ----------
    claim : RateClaim
    """
    powers = _POWER.findall(claim.rate)
    said = " or ".join(f"ε^(−{power})" for power in powers)
    if claim.rate.startswith(SLOW):
        return f"no power, or {said}" if said else "no power of 1/ε"
    return said


def needs(cell: RateCell) -> str:
    """Say a claimed rate as samples for an error, and of what the error is.

    Parameters
    ----------
    cell : RateCell
    """
    what = "of the density" if cell.settings.get("losses") else "of a parameter"
    said = samples(cell.claim)
    if said == "no power of 1/ε":
        return f"Samples for an error ε {what}: {said} is enough."
    return f"Samples for an error ε {what}: {said}."


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
        "samples": _needed(slope.estimate, slope.low, slope.high),
        "preset": measured.preset,
        "date": measured.date,
        "device": measured.device,
    }


def _needed(estimate: float, low: float, high: float) -> str:
    """Say how many samples bring the loss to ε, by its measured slope."""
    if round(high, 2) >= 0:
        return "no number of samples is sure to bring the loss to ε"
    ends = ", ".join(signed(1 / slope, 1) for slope in (low, high))
    return f"ε^({signed(1 / estimate, 1)}) samples bring the loss to ε (between powers {ends})"


def _elsewhere(one: Elsewhere) -> dict[str, Any]:
    slope = one.slope
    return {
        "preset": one.preset,
        "words": one.words,
        "slope": round(slope.estimate, 4),
        "low": round(slope.low, 4),
        "high": round(slope.high, 4),
        "same_expert": one.same_expert,
    }


def _proof(proof: Proof) -> dict[str, Any]:
    return {
        "claim": proof.claim,
        "reference": proof.reference,
        "mark": proof.mark,
        "verdict": proof.verdict,
        "condition": proof.condition,
        "repaired": proof.repaired,
        "date": proof.date,
    }
