"""A loss as plain data, so that a browser computes it while a hand moves an atom.

What a loss is made of is read off the library: probes, measures whose cells are known, show which
coordinates each distance has, to which power it goes in which kind of cell, and what weighs it. So
a loss that is added to the library needs no line here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from moeviz.model.measure import Layout, MixingMeasure
from moeviz.theory.losses import LOSS_FAMILIES, LOSSES, Loss
from moeviz.theory.terms import Power, Terms

if TYPE_CHECKING:
    from torch import Tensor

_FAR, _LENGTH = 1000.0, 3.0
_PLAIN, _ZERO = 1, 0  # The true atoms of a probe: one with a gate, one without.
_CURVED = ("radial", "angular")  # Distances that are no norm of a difference.


def loss_of(name: str, r: float) -> Loss:
    """Return a loss by its name, or a family's member.

    Parameters
    ----------
    name : str
        Of a loss, or of a family of losses.
    r : float
        The family's power.

    Raises
    ------
    UnknownNameError
        If there is no such loss, or r is below 1.
    """
    return LOSS_FAMILIES[name].of(r) if name in LOSS_FAMILIES else LOSSES[name]


def loss_data(loss: Loss, layout: Layout) -> dict[str, Any]:
    """Return what a loss is made of.

    Parameters
    ----------
    loss : Loss
        One with terms.
    layout : Layout
        Of one atom.

    Returns
    -------
    dict
        ``mass``: whether the error of a cell's mass counts where the true gate is not zero, and
        where it is. ``weight``: what an atom's distances are multiplied with, ``"mass"`` (its
        weight), ``"length"`` (weight times length of the true gate) or ``"one"``. ``powers``: a
        list of ``part``; ``kind`` (``"norm"``, ``"radial"``, ``"angular"``); ``metric``, how much
        the square of each coordinate counts, gate first, then expert, then offset; ``exponent``,
        for a single atom and for a crowd, first where the true gate is not zero, then where it is;
        ``counts``, whether it counts there.

    Raises
    ------
    UnknownNameError
        If the loss has no terms.
    """
    true = _true(layout)
    single = loss.terms(true, true)
    crowded = loss.terms(true.select(torch.tensor([0, 0, 1, 1])), true)
    moved = loss.terms(_moved(true, layout), true)
    return {
        "mass": [single.mass is not None and bool(_at(single, single.weighed, _PLAIN)),
                 single.mass is not None and bool(_at(single, single.weighed, _ZERO))],
        "weight": _weight(float(single.weight[_PLAIN, _PLAIN]), true),
        "powers": [
            _power(power, crowd, away, single)
            | {"exponent": [
                [_at(single, power.exponent, cell), _at(crowded, crowd.exponent, cell)]
                for cell in (_PLAIN, _ZERO)
            ]}
            for power, crowd, away in zip(
                single.powers, crowded.powers, moved.powers, strict=True
            )
        ],
    }  # fmt: skip


def _power(power: Power, crowd: Power, away: Power, single: Terms) -> dict[str, Any]:
    return {
        "part": power.part,
        "kind": power.part if power.part in _CURVED else "norm",
        "metric": (away.distance[:, _PLAIN, _PLAIN] ** 2).tolist(),
        "counts": [bool(_at(single, power.counts, cell)) for cell in (_PLAIN, _ZERO)],
    }


def _true(layout: Layout) -> MixingMeasure:
    """Return two atoms far apart: one with a zero gate, one whose gate has a known length."""
    rows = torch.zeros(2, layout.width, dtype=torch.float64)
    if layout.gate_width:
        rows[_PLAIN, 0] = _LENGTH
    rows[:, layout.weight_column] = -0.7
    rows[_PLAIN, layout.weight_column + 1] = _FAR
    return layout.of(2).unpack(rows.flatten())


def _moved(true: MixingMeasure, layout: Layout) -> MixingMeasure:
    """Return the atoms moved by 1 in each coordinate, one after another; the offset is last."""
    columns = [c for c in range(layout.width) if c != layout.weight_column]
    rows = layout.of(2).pack(true).reshape(2, layout.width).repeat(layout.width, 1, 1)
    for place, column in enumerate([*columns, layout.weight_column]):
        rows[place, :, column] += 1.0
    return layout.of(2).unpack(rows.flatten(-2))


def _at(terms: Terms, value: Tensor | float | None, cell: int) -> float:
    whole = torch.as_tensor(1.0 if value is None else value, dtype=terms.inside.dtype)
    return float(whole.expand(terms.inside.shape)[0, cell])


def _weight(found: float, true: MixingMeasure) -> str:
    own = float(true.weight[_PLAIN])
    known = {"mass": own, "one": 1.0, "length": own * _LENGTH}
    return min(known, key=lambda name: abs(known[name] - found))
