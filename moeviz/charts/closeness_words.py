"""What a loss is called on the page of cells, and what it sees of a fit and what not, in words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_LOW = str.maketrans("0123456789r", "₀₁₂₃₄₅₆₇₈₉ᵣ")

DETAILS = (
    "An **atom** is the gate and the expert of one term of the mixture, with a weight, which is "
    "the area of its disc or ring. The plane shows two of its coordinates; the others stay as they "
    "are. A fitted atom belongs to the **cell** of the true atom that is nearest in all "
    "coordinates, so that the borders move with the other coordinates of the atom in your hand. "
    "A Voronoi loss is a sum over cells: how far the cell's weight is off, and for every atom its "
    "weight times its distance to an exponent. A crowded cell has a larger exponent in the losses "
    "for over-specified fits, for there errors can cancel in the function."
)


def printed_name(name: str) -> str:
    """Return a loss's name as it is printed, without that of its paper, which its atoms say.

    Parameters
    ----------
    name : str
        Of a loss or of a family of losses: ``"sigmoid-L2,r"``.
    """
    own = name.removeprefix("sigmoid-").removeprefix("compete-")
    found = re.fullmatch(r"([LD])_?([0-9,.r]+)", own)
    return own if found is None else found[1] + found[2].translate(_LOW)


def sight(data: Mapping[str, Any], gate: int) -> str:
    """Say what a loss does not see, or hardly; to follow its name.

    Parameters
    ----------
    data : mapping
        As :func:`~moeviz.charts.loss_data.loss_data` returns it.
    gate : int
        Width of the gate.
    """
    if not data["powers"]:
        return "sees the cells' weights alone"
    unseen, hardly = _unseen(data, gate), _hardly(data["powers"])
    if unseen:
        # The first is what tells it apart; what it hardly sees matters where it sees the rest.
        return f"does not see {unseen[0]}"
    return f"hardly sees {hardly[0]}" if hardly else "sees every error in full"


def blind(data: Mapping[str, Any], gate: int) -> str:
    """Say in a sentence everything that a loss does not see, and what it hardly sees.

    Parameters
    ----------
    data : mapping
        As :func:`~moeviz.charts.loss_data.loss_data` returns it.
    gate : int
        Width of the gate.
    """
    parts = []
    if unseen := _unseen(data, gate):
        parts.append(f"does not see {', '.join(unseen)}")
    parts += [f"hardly sees {each}" for each in _hardly(data["powers"])]
    said = "; ".join(parts) or "sees every error in full"
    return f"{said[0].upper()}{said[1:]}."


def _unseen(data: Mapping[str, Any], gate: int) -> list[str]:
    found = []
    powers = data["powers"]
    kinds = {power["kind"] for power in powers}
    seen = [max((power["metric"][c] for power in powers), default=0.0) for c in _coordinates(data)]
    if gate and not any(seen[:gate]):
        found.append("gates")
    elif kinds == {"radial"}:
        found.append("a turned gate")
    elif kinds == {"angular"}:
        found.append("a gate's length")
    if powers and not any(seen[gate:-1]):
        found.append("experts")
    if not powers:
        found[:] = ["where atoms lie in a cell"]
    offsets = bool(seen[-1])
    if not any(data["mass"]):
        found.append("an empty cell" if offsets else "weights of exact atoms")
    elif not all(data["mass"]) and gate:
        found.append("an empty cell whose gate is not 0")
    return found


def _coordinates(data: Mapping[str, Any]) -> range:
    return range(len(data["powers"][0]["metric"]) if data["powers"] else 1)


def _hardly(powers: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say where small distances count as powers of themselves."""
    single = max((power["exponent"][0][0] for power in powers), default=1.0)
    crowd = max((power["exponent"][0][1] for power in powers), default=1.0)
    zero = max((max(power["exponent"][1]) for power in powers), default=1.0)
    if single > 1.0:
        return [f"small errors (ε as ε{superscript(single)})"]
    if crowd > 1.0:
        return [f"a crowd's spread (ε as ε{superscript(crowd)})"]
    if zero > 1.0:
        return [f"errors where the gate is 0 (ε as ε{superscript(zero)})"]
    return []


def superscript(value: float) -> str:
    """Return a power as raised characters."""
    return f"{value:g}".translate(str.maketrans("0123456789.", "⁰¹²³⁴⁵⁶⁷⁸⁹·"))
