"""What a cell of the table of rates says: aloud, and of claim, slope and proof together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from moeviz.charts.measured import Measured
from moeviz.charts.proofs import CONDITION, FAILS, MARKS, NONE, OPEN, PROVED
from moeviz.study.rate_cell import RateCell, RateRow
from moeviz.text import signed
from moeviz.theory.claim import SLOW, RateClaim

_POWER = re.compile(r"n\^\(−1/(\d+)\)")

_VERBS: Mapping[str, str] = {
    PROVED: "is proved",
    FAILS: "fails as printed",
    CONDITION: "holds under a condition",
    OPEN: "is not decided",
    NONE: "is decided by no claim of the checker",
}

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
        against = cell["measured"] and cell["measured"]["mark"] == "no"
        parts.append(f"{'slope' if against else 'checker'} against the claim")
    return "; ".join(parts)


def together(
    claim: RateClaim,
    measured: Measured | None,
    mark: str,
    by_expert: Sequence[tuple[str, str]] = (),
) -> str:
    """Say in one sentence or two who of claim, slope and proof disagrees with whom.

    Parameters
    ----------
    claim : RateClaim
    measured : Measured or None
    mark : str
        The checker's.
    by_expert : sequence of (str, str)
        Where the claim is about several experts: each with the checker's mark, last the one that
        is measured.
    """
    slope = measured.mark if measured else "unknown"
    tells = {
        "yes": "The slope agrees with the claim",
        "no": "The slope contradicts the claim",
        "unknown": "No slope is measured"
        if measured is None
        else "The slope cannot contradict a claim that names more than one rate"
        if claim.exponent is None and powers_of(claim.rate)
        else "The slope cannot contradict a claim without a power of n"
        if claim.exponent is None
        else "The slope cannot tell",
    }[slope]
    if by_expert:
        return f"Measured with {by_expert[-1][0]}. {_split(by_expert)}{tells}."
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


def _split(by_expert: Sequence[tuple[str, str]]) -> str:
    """Say what the checker says of each expert, those first of which it says another thing."""
    if all(mark == NONE for _, mark in by_expert):
        return "The checker has no claim that decides it. "
    by_mark: dict[str, list[str]] = {}
    for expert, mark in by_expert:
        by_mark.setdefault(mark, []).append(expert)
    said = [(" and ".join(experts), _VERBS[mark]) for mark, experts in by_mark.items()]
    first, *others = said
    more = "".join(f"; for {experts} it {verb}" for experts, verb in others)
    return f"The paper's claim {first[1]} for {first[0]}{more}. "


def short_rate(claim: RateClaim) -> str:
    """Return a claimed rate as a cell has room for: its powers of n, or that there is none.

    Parameters
    ----------
    claim : RateClaim
    """
    powers = powers_of(claim.rate)
    if claim.rate.startswith(SLOW):
        return "slower" if not powers else f"slower, or n^(−1/{powers[0]})"
    return " or ".join(f"n^(−1/{power})" for power in powers)


def samples(claim: RateClaim) -> str:
    """Return how many samples bring a parameter's error to ε, if n^(−a) is claimed: ε^(−1/a).

    Parameters
    ----------
    claim : RateClaim
    """
    powers = powers_of(claim.rate)
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
    what = f"of the {cell.noun}" if cell.noun else "of a parameter"
    said = samples(cell.claim)
    if said == "no power of 1/ε":
        return f"Samples for an error ε {what}: {said} is enough."
    return f"Samples for an error ε {what}: {said}."


def needed(estimate: float, low: float, high: float) -> str:
    """Say how many samples bring the loss to ε, by its measured slope.

    Parameters
    ----------
    estimate, low, high : float
        The slope, and the ends of its interval.
    """
    if round(high, 2) >= 0:
        return "no number of samples is sure to bring the loss to ε"
    ends = ", ".join(signed(1 / slope, 1) for slope in (low, high))
    return f"ε^({signed(1 / estimate, 1)}) samples bring the loss to ε (between powers {ends})"


def powers_of(rate: str) -> tuple[str, ...]:
    """Return the powers of n that a claimed rate names: of n^(−1/4) the 4.

    Parameters
    ----------
    rate : str
        As :class:`~moeviz.theory.claim.RateClaim` has it.
    """
    return tuple(_POWER.findall(rate))


def _slope(cell: Cell) -> str:
    measured = cell["measured"]
    if not measured:
        return ""
    low, high = (signed(measured[end]) for end in ("low", "high"))
    expert = f" with {cell['measured_with']}" if cell["measured_with"] else ""
    return f"measured slope{expert} {signed(measured['slope'])}, {low} to {high}"
