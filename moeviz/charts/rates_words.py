"""Sentences of the table of rates: what a cell says aloud, and what to notice now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moeviz.charts.measured import Measured
from moeviz.charts.proofs import CONDITION, FAILS, MARKS, OPEN, PROVED
from moeviz.study.rate_cell import RateRow
from moeviz.text import signed
from moeviz.theory.claim import RateClaim

ALL = "all"

Row = Mapping[str, Any]
Cell = Mapping[str, Any]


def cell_label(row: RateRow, cell: Cell) -> str:
    """Return a cell in one sentence, for those who hear the table.

    Parameters
    ----------
    row : RateRow
    cell : mapping
        As :func:`~moeviz.charts.rates.rates_cell` makes it.
    """
    parts = [
        f"{row.gate_words}, {row.regime_words}, {cell['expert']}: claimed {cell['claim']}",
        _slope(cell) or "not measured",
    ]
    if cell["claims"]:
        parts.append(f"checker: {MARKS[cell['proof']][1]}")
    if cell["agreement"] == "differ":
        parts.append("they disagree")
    return "; ".join(parts)


def together(claim: RateClaim, measured: Measured | None, mark: str) -> str:
    """Say in one sentence or two who of claim, slope and proof disagrees with whom.

    Parameters
    ----------
    claim : RateClaim
    measured : Measured or None
    mark : str
        The checker's.
    """
    slope = measured.mark if measured else "unknown"
    tells = {
        "yes": "The slope agrees with the claim",
        "no": "The slope contradicts the claim",
        "unknown": "No slope is measured"
        if measured is None
        else "The slope cannot contradict a claim without a power of n"
        if claim.exponent is None
        else "The slope cannot tell",
    }[slope]
    decides = {
        PROVED: "the checker proves what the claim rests on",
        FAILS: "the checker refutes, as printed, what the claim rests on",
        CONDITION: "the checker proves what the claim rests on under a condition",
        OPEN: "the checker has not decided what the claim rests on",
    }.get(mark, "the checker has no claim that decides it")
    if slope == "yes" and mark == FAILS:
        return (
            f"{tells}, but {decides}: this truth is learnt at the claimed rate, others near it "
            "need not be."
        )
    joint = "but" if (slope == "yes") == (mark == FAILS) and mark != OPEN else "and"
    return f"{tells}, {joint if measured and slope != 'unknown' else 'and'} {decides}."


def notices_of(
    rows: Sequence[Row],
    papers: Mapping[str, str],
    settings: Mapping[str, str],
    agreements: Mapping[str, str],
) -> dict[str, str]:
    """Return what to notice for every choice of paper, setting and agreement.

    Parameters
    ----------
    rows : sequence of mapping
        Of the matrix.
    papers, settings, agreements : mapping
        What one may choose.

    Returns
    -------
    dict
        By ``paper|setting|agreement``.
    """
    return {
        f"{paper}|{setting}|{agreement}": _notice(rows, paper, setting, agreement)
        for paper in (ALL, *papers)
        for setting in (ALL, *settings)
        for agreement in (ALL, *agreements)
    }


def chosen(rows: Sequence[Row], paper: str, setting: str, agreement: str) -> list[tuple[Row, Cell]]:
    """Return the cells of a choice, each with its row.

    Parameters
    ----------
    rows : sequence of mapping
    paper, setting, agreement : str
        Each a name, or ``"all"``.
    """
    return [
        (row, cell)
        for row in rows
        if paper in (ALL, row["paper"]) and setting in (ALL, row["setting"])
        for cell in row["cells"]
        if agreement in (ALL, cell["agreement"])
    ]


def _notice(rows: Sequence[Row], paper: str, setting: str, agreement: str) -> str:
    found = chosen(rows, paper, setting, agreement)
    if not found:
        return "No claim is so; choose another paper, setting or agreement."
    cells = [cell for _, cell in found]
    measured = [cell for cell in cells if cell["measured"]]
    marks = [cell["measured"]["mark"] for cell in measured]
    silent = sum(cell["exponent"] is None for cell in measured)
    proofs = [cell["proof"] for cell in cells]
    said = (
        f"{len(measured)} of {_count(len(cells), 'claim')} measured: {marks.count('yes')} slopes "
        f"agree, {marks.count('no') or 'none'} against, {silent} without a power of n to hold "
        f"against. Checker: {proofs.count(PROVED)} proved, {proofs.count(CONDITION)} under a "
        f"condition, {proofs.count(FAILS)} refuted as printed."
    )
    return f"{said} {_striking(found)}".rstrip()


def _striking(found: Sequence[tuple[Row, Cell]]) -> str:
    """Point at the cell that is worth a look: what slope or proof says against its claim."""
    measured = [pair for pair in found if pair[1]["measured"]]
    against = [pair for pair in measured if pair[1]["measured"]["mark"] == "no"]
    if against:
        row, cell = max(against, key=_distance)
        return f"{_where(row, cell)}: slope {_estimate(cell)}, claimed {signed(cell['exponent'])}."
    kept = [(r, c) for r, c in measured if c["measured"]["mark"] == "yes" and c["proof"] == FAILS]
    if kept:
        row, cell = kept[0]
        return f"{_where(row, cell)}: slope {_estimate(cell)} as claimed, yet refuted as printed."
    falls = [(r, c) for r, c in measured if c["kind"] == "slow" and c["measured"]["high"] < 0]
    if falls:
        row, cell = min(falls, key=lambda pair: float(pair[1]["measured"]["slope"]))
        return (
            f"{_where(row, cell)}: claimed slower than any power for the worst truth, yet this "
            f"one falls with slope {_estimate(cell)}."
        )
    return ""


def _where(row: Row, cell: Cell) -> str:
    return f"{row['short'][:1].upper()}{row['short'][1:]}, {row['regime']}, {cell['expert']}"


def _estimate(cell: Cell) -> str:
    return signed(cell["measured"]["slope"])


def _distance(pair: tuple[Row, Cell]) -> float:
    return abs(float(pair[1]["measured"]["slope"]) - float(pair[1]["exponent"]))


def _slope(cell: Cell) -> str:
    measured = cell["measured"]
    if not measured:
        return ""
    low, high = (signed(measured[end]) for end in ("low", "high"))
    return f"measured slope {signed(measured['slope'])}, {low} to {high}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
