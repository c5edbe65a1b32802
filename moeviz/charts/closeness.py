"""When is a fit close? Atoms of truth and fit, their cells and losses: the picture's document.

The browser draws cells and terms of the losses from it (the scene ``cells``); here stands what the
losses are made of, and what each of them cannot see.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from moeviz.charts.closeness_atoms import KINDS, MOST, Atom, Kind
from moeviz.charts.closeness_words import blind, printed_name, sight
from moeviz.charts.loss_data import loss_data, loss_of
from moeviz.errors import SpecificationError
from moeviz.theory.losses import Loss
from moeviz.theory.terms import Row

WIDE, TALL = 2.4, 1.8
"""Half of the plane that is drawn at least."""

_INSIDE, _STEP = 0.97, 1.5
_LEAST = 1e-4


@dataclass(frozen=True)
class Setup:
    """What the picture shows.

    Attributes
    ----------
    kind : str
        The family of models, one of :data:`~moeviz.charts.closeness_atoms.KINDS`.
    fit : tuple of Atom
        Fitted atoms.
    losses : tuple of str
        Losses or families of losses; the first one is taken apart.
    r : float
        The power of families.
    plane : (int, int)
        The coordinates across and up.
    active : int
        The fitted atom whose cells are drawn.
    """

    kind: str
    fit: tuple[Atom, ...]
    losses: tuple[str, ...]
    r: float = 2.0
    plane: tuple[int, int] = (0, 2)
    active: int = 0


def checked(setup: Setup) -> Setup:
    """Return a setup that can be drawn.

    Raises
    ------
    SpecificationError
        If there are too few or too many atoms, or one of them has no such numbers.
    """
    kind = KINDS[setup.kind]
    if not 1 <= len(setup.fit) <= MOST:
        raise SpecificationError(
            f"Expected 1 to {MOST} fitted atoms, but got {len(setup.fit)}; leave some out."
        )
    for number, atom in enumerate(setup.fit, start=1):
        if not 0.0 < atom[-1] <= kind.highest:
            raise SpecificationError(
                f"Expected weights above 0 and at most {kind.highest:g}, but that of fitted atom "
                f"{number} is {atom[-1]:g}; choose another."
            )
        for coordinate in kind.positive:
            if not atom[coordinate] > 0.0:
                raise SpecificationError(
                    f"Expected variances above 0, but that of fitted atom {number} is "
                    f"{atom[coordinate]:g}; choose another."
                )
    return setup


def closeness_document(setup: Setup) -> dict[str, Any]:
    """Return the document of the picture, for the scene ``cells``.

    Parameters
    ----------
    setup : Setup

    Raises
    ------
    SpecificationError
        As :func:`checked`.
    UnknownNameError
        If there is no such loss, or r is below 1.
    """
    kind = KINDS[checked(setup).kind]
    low, high = _box(setup, kind)
    return {
        "handles": [
            {
                "id": f"f{i}",
                "name": f"fit {i}",
                "title": f"fitted atom {i}, {kind.names[setup.plane[0]]} and "
                f"{kind.names[setup.plane[1]]}",
                "kind": "point",
                "at": [atom[coordinate] for coordinate in setup.plane],
                "colour": "text",
                "step": 0.05,
                "panels": [0],
            }
            for i, atom in enumerate(setup.fit, start=1)
        ],
        "x": [low[0], high[0]],
        "y": [low[1], high[1]],
        "names": kind.names,
        "axes": kind.axes,
        "metric": kind.metric,
        "gate": kind.layout.gate_width,
        "logistic": kind.layout.logistic,
        "truth": kind.truth,
        "fit": setup.fit,
        "plane": setup.plane,
        "active": setup.active,
        "losses": [shown_loss(kind.name, name, setup.r) for name in setup.losses],
    }


def _box(setup: Setup, kind: Kind) -> tuple[list[float], list[float]]:
    """Return two corners of the plane: one scale on both axes, all atoms inside.

    It grows in steps, so that it does not change under a hand that lets go near the border.
    """
    half = (WIDE, TALL)
    far = max(
        abs(atom[c]) / size / (2.0 if c in kind.positive else 1.0)
        for atom in (*kind.truth, *setup.fit)
        for c, size in zip(setup.plane, half, strict=True)
    )
    scale = 1.0
    while far > _INSIDE * scale:
        scale *= _STEP
    low, high = [-size * scale for size in half], [size * scale for size in half]
    for axis, coordinate in enumerate(setup.plane):
        if coordinate in kind.positive:
            low[axis], high[axis] = 0.0, 2.0 * high[axis]
    return low, high


@lru_cache(maxsize=200)
def _made_of(kind: str, name: str, r: float) -> tuple[Loss, dict[str, Any]]:
    loss = loss_of(name, r)
    return loss, loss_data(loss, KINDS[kind].layout)


def shown_loss(kind: str, name: str, r: float) -> dict[str, Any]:
    """Return a loss's data with its name, the words of its parts, and what it sees.

    Parameters
    ----------
    kind : str
        Of the atoms.
    name : str
        Of a loss or a family.
    r : float
    """
    loss, data = _made_of(kind, name, r)
    layout = KINDS[kind].layout
    words = {"beta1": "β", "b_gate": "b", "nu": "ν"}
    return data | {
        "name": printed_name(loss.name),
        "title": loss.title,
        "source": loss.source,
        "sight": sight(data, layout.gate_width),
        "blind": blind(data, layout.gate_width),
        "powers": [
            power | {"word": words.get(power["part"], power["part"])} for power in data["powers"]
        ],
    }


def closeness_formula(setup: Setup) -> str:
    """Return the loss that is taken apart, as LaTeX: its formula, its terms, its value.

    Parameters
    ----------
    setup : Setup
    """
    kind = KINDS[setup.kind]
    loss, _ = _made_of(setup.kind, setup.losses[0], setup.r)
    terms = loss.terms(kind.measure(setup.fit), kind.measure(kind.truth))
    total = float(terms.total().reshape(-1)[0])
    lines: dict[int, list[str]] = {}
    for row in terms.rows():
        if row["value"] >= _LEAST:
            lines.setdefault(row["cell"], []).append(_term(row))
    sums = r" \\ &\quad + ".join(" + ".join(cell) for cell in lines.values()) or "0"
    return rf"\begin{{aligned}} {loss.formula} &= {sums} \\ &= {total:.3f} \end{{aligned}}"


def _term(row: Row) -> str:
    cell = row["cell"] + 1
    if row["atom"] is None:
        return rf"\underbrace{{{row['distance']:.2f}}}_{{\text{{weight, cell {cell}}}}}"
    name = rf"\text{{{row['part'].replace('_', ' ')}, fit {row['atom'] + 1}}}"
    power = f"^{{{row['exponent']:g}}}" if row["exponent"] != 1.0 else ""
    factor = "" if row["weight"] == 1.0 else rf"{row['weight']:.2f}\cdot "
    return rf"\underbrace{{{factor}{row['distance']:.2f}{power}}}_{{{name}}}"
